"""List queries: the number of SQL statements does not grow with the rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.sqlite.client import SqliteClient

from market import clock
from market.actors import Role
from market.audit.models import AuditResult, AuditRun
from market.frameworks.models import FrameworkTurn
from market.measures.models import Measure
from market.statistics.models import IndicatorRun, IndicatorValue
from tests import contest, factories_frameworks, factories_oversight
from tests.contest import NOON, OPENS, member
from tests.market.test_barred import listed
from tests.schema.conftest import Execute

LISTS = {
    "serviceItems": """{ serviceItems(first: %d) { totalCount edges { node { code name legalBasis payer { kind explanation
        departments { name } } departments { name } edition { label } prices { amount supplierName } } } } }""",
    "projects": """{ projects(first: %d) { totalCount edges { node { code state framework { code }
        item { name payer { kind } } buyer { name } case { caseNo
        applicant { name } } amendments { number } previousRound { code } nextRound { code } quotes { amount bidder { name } }
        questions { text answer }
        award { amount supplier { name } contract { contractNo } objections { text bidder { name } }
        passedOver { reason } suspensions { reason } witnesses { organisation { name } } forfeitures { supplier { name } } } } } } }""",
    "frameworks": """{ frameworks(first: %d) { totalCount edges { node { code isOpen owner { name } items { name payer { kind } }
        entries { reason decideBy isOverdue member { name } } turns { cause member { name } } } } } }""",
    "sealed": "{ projects(first: %d) { edges { node { quotes { logProof { seq path inclusion checkpoint { size } } } } } } }",
    "intermediaries": """{ intermediaries(first: %d) { totalCount edges { node { code name qualifications { qualification }
        creditScore { points } trackRecord { awards contracts forfeitures } practitioners { code }
        prices(itemCode: "ZSZJ-02-016") { amount } relations { source { name } target { name } } } } } }""",
    "editions": "{ editions { label changes { kind name column } } serviceItems(first: %d) { totalCount edges { node { code } } } }",
    "avoidances": "{ avoidances(first: %d) { totalCount edges { node { agency { name } intermediary { name } caseNo isInForce } } } }",
    "measures": """{ measures(first: %d) { totalCount edges { node { code kind state isInForce evidence ground { name steps { days } }
        intermediary { name } } } } }""",
    "feeRecords": """{ feeRecords(first: %d) { totalCount edges { node { recordNo payer { name } payee { name } contract { contractNo }
        findings { rule { id } } refunds { recordNo } invoices { number } } } } }""",
    "payments": """{ payments(first: %d) { totalCount edges { node { paymentNo netAmount payer { name } payee { name }
        findings { rule { id } } feeRecord { recordNo } } } } }""",
    "auditRuns": """{ auditRuns(first: %d) { totalCount edges { node { state counts { rule } results(first: 1) { totalCount
        edges { node { rule { id } because } } } } } } }""",
    "findings": """{ findings(first: %d) { totalCount edges { node { rule { id title } subject because caseCode
        replies { text by { name } } } } } }""",
    "indicators": """{ indicators(filter: {purpose: "x"}, first: %d) { totalCount edges { node { subject agency { name } supplier { name }
        rule { title } inputs { value } reason } } } }""",
    "oversightCases": """{ oversightCases(first: %d) { totalCount edges { node { code state escalation isOverdue amount returned missing
        agency { name } handler { name } orders { kind dueOn } steps { name by { name } } complaints { text complainant { name } }
        findings { outcome finding { subject rule { id } replies { text } } } } } } }""",
}


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement that is sent while the block runs."""
    sent: list[str] = []
    for client in (SqliteClient, AsyncpgDBClient):
        for name in ("execute_query", "execute_query_dict", "execute_insert"):
            original = getattr(client, name)

            async def spy(self: object, query: str, *args: object, _original: object = original) -> object:
                sent.append(query)
                return await _original(self, query, *args)  # type: ignore[operator]

            monkeypatch.setattr(client, name, spy)
    yield sent


async def _grow(count: int) -> None:
    applicant = await member(Role.APPLICANT)
    for _ in range(count):
        project = await contest.published(await member(Role.AGENCY), await contest.agency_form(applicant))
        for amount in (300, 200, 100):
            await contest.quoted(await member(Role.INTERMEDIARY), project, amount)
    with clock.fixed(OPENS):
        await contest.awards.settle_due()
        await listed(await member(Role.OPERATOR), await member(Role.AGENCY), await member(Role.INTERMEDIARY))
    for _ in range(count):
        owner, framework = await factories_frameworks.open_framework()
        [one] = await factories_frameworks.admitted(owner, framework)
        turn = {"number": 1, "member_id": one.organisation_id, "project_code": "x", "cause": "awarded", "at": NOON}
        await FrameworkTurn.create(framework=framework, **turn)
    for _ in range(count):
        about = {"code": uuid4().hex, "intermediary_id": one.organisation_id, "kind": "warning", "ground": "late", "facts": "x"}
        about |= {"happened_on": NOON.date(), "evidence": "x", "state": "measure_imposed", "proposed_by_id": uuid4()}
        await Measure.create(**about, proposed_at=NOON, state_by=NOON, ends_at=OPENS, shown_until=OPENS)
        await factories_oversight.finding(f"contract:{uuid4().hex[:8]}", (applicant, "applicant"))
    for number in range(count):
        run = await AuditRun.create(key=uuid4().hex, as_of=NOON.date(), requested_at=NOON)
        told = {"certainty": "proof", "severity": "A", "because": [], "evidence": [], "rule_version": "1"}
        await AuditResult.create(run=run, rule="V01", subject=f"payment:{number}", **told)
    await _grow_indicators(count, await contest.code_of(applicant))
    with clock.fixed(NOON):
        await factories_oversight.following.settle_due(factories_oversight.EVER)


async def _grow_indicators(count: int, code: str) -> None:
    run, _ = await IndicatorRun.get_or_create(key="x", defaults={"as_of": NOON, "requested_at": NOON, "finished_at": NOON})
    plain = {"indicator": "designation", "rule_version": "2020", "item_code": "x", "outcome": "insufficient", "n": 1, "need": 10}
    plain |= {"inputs": {"using": 1}, "computed": {}, "thresholds": {}, "computed_on": NOON, "reason": "few_applicants"}
    for _ in range(count):
        await IndicatorValue.create(run_id=run.id, subject=uuid4().hex, agency=code, supplier=code, **plain)


@pytest.mark.parametrize("name", sorted(LISTS))
async def test_the_count_does_not_grow(execute: Execute, name: str) -> None:
    """The same page over one and over five times as many rows takes the same number of statements."""
    reader = await member(Role.REGULATOR)
    counts = []
    for grown in (1, 4):
        await _grow(grown)
        with clock.fixed(NOON), pytest.MonkeyPatch.context() as patch, counted(patch) as sent:
            answer = await execute(LISTS[name] % 50, reader)
        assert answer.errors is None, answer.errors
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 16, sent
