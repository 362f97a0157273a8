"""What a regulator asks the API: audits, payments, flows, findings; nobody else, and never without a trace."""

from datetime import date, timedelta
from typing import Any

import pytest

from market import clock
from market.actors import ANONYMOUS, Role
from market.audit import service
from market.audit.models import AuditRun
from market.log.models import LogEntry
from tests import factories_oversight
from tests.contest import code_of, member
from tests.factories_regulator import DAY, payment, sample_imported
from tests.schema.conftest import Execute

REQUEST = """mutation($i: RequestAuditInput!) { requestAudit(input: $i) { __typename ... on AuditRun { id state rules }
    ... on InvalidInput { fields { path } } } }"""
RUN = """query($id: ID!, $f: AuditResultFilter, $after: String) { auditRun(id: $id, purpose: "年度检查") { state asOf
    counts { rule proof lead notComputable } results(filter: $f, first: 5, after: $after) { totalCount pageInfo { endCursor hasNextPage }
    edges { node { rule { id title legalBasis } subject certainty amount because evidence } } } } }"""
LOOKS = {
    "payments": "{ payments { totalCount } }",
    "feeFlows": "{ feeFlows(groupBy: [PAYER_SIDE]) { otherGroups } }",
    "auditRuns": "{ auditRuns { totalCount } }",
    "auditRun": '{ auditRun(id: "x") { state } }',
}


async def test_an_audit_from_the_request_to_its_results(execute: Execute, database: str) -> None:
    """Waiting, running while leased, done; counted, filtered, paged without a gap, in words."""
    await sample_imported()
    regulator = await member(Role.REGULATOR)
    with clock.fixed(DAY):
        values = {"asOf": "2026-11-01", "purpose": "年度检查", "rules": ["v01", "V02"]}
        asked = (await execute(REQUEST, regulator, i=values)).data["requestAudit"]
        assert (asked["state"], asked["rules"]) == ("WAITING", ["V01", "V02"])
        await AuditRun.filter(id=asked["id"]).update(lease_until=DAY + timedelta(minutes=1))
        assert (await execute(RUN, regulator, id=asked["id"])).data["auditRun"]["state"] == "RUNNING"
        await AuditRun.filter(id=asked["id"]).update(lease_until=None)
        await service.run_due(database, 1)
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while cursor or not found:
            run = (await execute(RUN, regulator, id=asked["id"], after=cursor)).data["auditRun"]
            found += [edge["node"] for edge in run["results"]["edges"]]
            cursor = run["results"]["pageInfo"]["endCursor"] if run["results"]["pageInfo"]["hasNextPage"] else None
        leads = await execute(RUN, regulator, id=asked["id"], f={"rule": "V01", "certainty": "LEAD"})
    assert run["state"] == "DONE" and len(found) == run["results"]["totalCount"] == len(
        {(f["rule"]["id"], f["subject"]) for f in found}
    )
    counts = {row["rule"]: row["proof"] + row["lead"] for row in run["counts"]}
    assert counts == {rule: sum(f["rule"]["id"] == rule for f in found) for rule in ("V01", "V02")}
    assert all(f["because"] and f["rule"]["legalBasis"] and f["evidence"] for f in found)
    wanted = [f for f in found if (f["rule"]["id"], f["certainty"]) == ("V01", "LEAD")]
    assert [e["node"] for e in leads.data["auditRun"]["results"]["edges"]] == wanted[:5]


@pytest.mark.parametrize("name", sorted(LOOKS))
async def test_only_supervisors_look_and_each_look_is_logged(execute: Execute, name: str) -> None:
    """Nobody 401, every other role refused, nothing logged; a supervisor's look is."""
    others = [await member(role) for role in Role if role is not Role.REGULATOR]
    before = await LogEntry.all().count()
    assert (await execute(LOOKS[name], ANONYMOUS)).errors[0].extensions["code"] == "UNAUTHENTICATED"
    for other in others:
        assert (await execute(LOOKS[name], other)).errors[0].extensions["code"] == "FORBIDDEN"
    assert await LogEntry.all().count() == before
    assert (await execute(LOOKS[name], await member(Role.REGULATOR))).errors is None
    assert await LogEntry.all().count() == before + 1


async def test_payments_of_both_sources(execute: Execute) -> None:
    """One list; what is native comes with its record, what a ledger leaves open is null; pages join."""
    cast = await factories_oversight.cast()
    fee = (await factories_oversight.paid(cast, cast.applicant)).fee
    await payment("L1", paid_on=date(2026, 9, 1), payer_id=await code_of(cast.agency))
    await payment("L2", amount_fen=None, grade=None)
    text = """query($after: String) { payments(first: 1, after: $after, filter: {purpose: "检查"}) { totalCount
        pageInfo { endCursor } edges { node { source paymentNo amount netAmount grade payer { code } findings { rule { id } }
        feeRecord { recordNo channel } } } } }"""
    nodes, cursor = [], None
    for _ in range(3):
        page = (await execute(text, cast.first, after=cursor)).data["payments"]
        nodes.append(page["edges"][0]["node"])
        cursor = page["pageInfo"]["endCursor"]
    assert [(n["source"], n["paymentNo"]) for n in nodes] == [("NATIVE", fee.record_no), ("LEDGER", "L1"), ("LEDGER", "L2")]
    assert nodes[0]["feeRecord"] == {"recordNo": fee.record_no, "channel": "BANK_TRANSFER"}
    assert "V01" in {f["rule"]["id"] for f in nodes[0]["findings"]} and nodes[1]["feeRecord"] is None
    assert (nodes[2]["amount"], nodes[2]["netAmount"], nodes[2]["grade"], nodes[2]["payer"]) == (None, None, None, None)


async def test_findings_for_a_regulator(execute: Execute) -> None:
    """By party, department, day, states, amount and rules; the most money first; the look is logged with its purpose."""
    cast = await factories_oversight.cast()
    for rule, fen in (("V01", 300), ("V02", 100), ("V11", 200)):
        await factories_oversight.finding(f"s{rule}", (cast.applicant, "payer"), rule=rule, fen=fen)
    await factories_oversight.finding("other", (cast.supplier, "payee"), rule="V20", fen=400)
    text = """query($f: FindingFilter, $after: String, $first: Int) { findings(filter: $f, first: $first, after: $after, orderBy: AMOUNT) {
        pageInfo { endCursor } edges { node { amount rule { id } } } } }"""

    async def rules(after: str | None = None, first: int = 20, **given: Any) -> list[str]:
        answer = await execute(text, cast.first, f=given, after=after, first=first)
        assert answer.errors is None, answer.errors
        told = {"3.00": "V01", "1.00": "V02", "2.00": "V11", "4.00": "V20"}
        return [told[edge["node"]["amount"]] for edge in answer.data["findings"]["edges"]]

    assert await rules() == ["V20", "V01", "V11", "V02"]
    assert await rules(party=(await code_of(cast.applicant)).lower(), minAmount="2.00") == ["V01", "V11"]
    assert await rules(rules=["V02", "V11"], states=["OPEN"]) == ["V11", "V02"] and await rules(states=["CLEARED"]) == []
    assert await rules(**{"from": "2026-09-28", "to": "2026-09-28"}) == ["V20", "V01", "V11", "V02"]
    assert await rules(**{"from": "2026-09-29"}) == [] == await rules(to="2026-09-27") == await rules(department="NONE")
    first = await execute(text, cast.first, f={"purpose": "季度检查"}, first=2)
    assert await rules(after=first.data["findings"]["pageInfo"]["endCursor"]) == ["V11", "V02"]
    assert "季度检查" in str(await LogEntry.filter(action="finding:look").values_list("body", flat=True))
    own = await execute(text, cast.supplier, f={}, first=5)
    assert [edge["node"]["amount"] for edge in own.data["findings"]["edges"]] == ["4.00"]


@pytest.mark.parametrize(
    "text",
    [
        '{ payments(after: "WzFd") { totalCount } }',
        "{ payments(first: 0) { totalCount } }",
        "{ feeFlows(groupBy: []) { otherGroups } }",
        '{ auditRuns(after: "x") { totalCount } }',
        "{ auditRuns(first: 101) { totalCount } }",
        '{ findings(orderBy: AMOUNT, after: "WyJ4IiwgIngiXQ") { totalCount } }',
    ],
)
async def test_bad_inputs_are_said(execute: Execute, text: str) -> None:
    """With a code, never as a defect."""
    answer = await execute(text, await member(Role.REGULATOR))
    assert answer.errors and answer.errors[0].extensions["code"] == "BAD_USER_INPUT"
