"""The applicant's side: is this charge lawful, what did I pay that I should not have, and one step to complain."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from market import clock
from market.actors import ANONYMOUS, SYSTEM, Actor, Role
from market.audit import service as audit
from market.fees.models import Demand
from market.findings.models import Finding, FindingParty
from market.imports.service import ImportLedger, import_at_shell
from market.log.models import LogEntry
from market.oversight import following
from market.oversight.models import CaseParty, Complaint, OversightCase
from market.parties.models import Organisation
from schema.context import Context
from schema.schema import schema
from tests import factories_oversight as make
from tests import factories_parties, ledger_folders
from tests.contest import AGENCY_ITEM, CANCELLED_ITEM, CHOICE_ITEM, MANDATORY_ITEM, code_of, member
from tests.factories_oversight import ASKED_AT, EVER, Cast
from tests.queries import statements
from tests.schema.conftest import Execute
from web import i18n

CHECK = """query C($item: String!, $payer: ChargedParty!, $on: Date, $reason: DemandReason!, $amount: Yuan, $supplier: String) {
    checkCharge(itemCode: $item, payerKind: $payer, on: $on, demandReason: $reason, amount: $amount, namedSupplier: $supplier) {
        itemCode itemName itemClass on verdict mayRefuse mayPrepareYourself whatToDo missing complaintText
        payer { kind explanation legalBasis } findings { rule { id } because legalBasis remedy } } }"""
FILE = """mutation F($input: FileComplaintInput!) { fileComplaint(input: $input) { __typename
    ... on ComplaintFiled { receipt complaint { state itemCode } } ... on InvalidInput { fields { path code } } } }"""
MINE = """query M($first: Int!, $after: String, $only: Boolean!) { myFees(first: $first, after: $after, onlyUnowed: $only) {
    totalCount pageInfo { hasNextPage endCursor } totals { paid shouldNotHavePaid refunded stillOwed }
    edges { node { recordNo paidOn payee { name } amount refunded netAmount itemCode itemClass shouldHavePaid shouldNotHavePaid
        stillOwed contractNo caseNo findings { rule { id } state } oversightCase { code state } } } } }"""


async def said(execute: Execute, document: str, who: Actor = ANONYMOUS, *, lang: str = "zh-CN", **values: Any) -> Any:
    """The data, on the day before the holiday."""
    with clock.fixed(ASKED_AT):
        answer = await execute(document, who, lang=lang, **values)
    assert answer.errors is None, answer.errors
    return next(iter(answer.data.values()))


async def checked(execute: Execute, item: str, payer: str = "APPLICANT", reason: str = "OTHER", **more: Any) -> dict[str, Any]:
    """The answer of the self-check to nobody in particular."""
    return dict(await said(execute, CHECK, item=item, payer=payer, reason=reason, **more))


@pytest.mark.parametrize(
    ("item", "payer", "reason", "verdict", "who", "rules"),
    [
        (AGENCY_ITEM, "APPLICANT", "MISSING", "UNLAWFUL", "AGENCY", ["V01"]),
        (AGENCY_ITEM, "AGENCY", "OTHER", "LAWFUL", "AGENCY", []),
        (AGENCY_ITEM, "OTHER", "OTHER", "NOT_OBLIGED", "AGENCY", ["V03"]),
        (MANDATORY_ITEM, "APPLICANT", "MISSING", "LAWFUL", "APPLICANT", []),
        (MANDATORY_ITEM, "APPLICANT", "MUST_USE", "UNLAWFUL", "APPLICANT", ["V08"]),
        (CHOICE_ITEM, "APPLICANT", "MISSING", "NOT_OBLIGED", "APPLICANT", []),
        (CHOICE_ITEM, "APPLICANT", "NOT_FROM_INTERMEDIARY", "UNLAWFUL", "APPLICANT", ["V10", "V13"]),
        (CANCELLED_ITEM, "APPLICANT", "OTHER", "UNLAWFUL", "NOBODY", ["V11"]),
        ("评估费", "APPLICANT", "OTHER", "UNCLEAR", None, ["V12"]),
    ],
)
async def test_anybody_may_check(
    execute: Execute, item: str, payer: str, reason: str, verdict: str, who: str | None, rules: list[str]
) -> None:
    """Each class of the shipped list, a cancelled and an unknown item; in both languages alike, and nothing is written."""
    before = await LogEntry.all().count()
    told = await checked(execute, item, payer, reason)
    assert (told["verdict"], told["payer"]["kind"], [f["rule"]["id"] for f in told["findings"]]) == (verdict, who, rules)
    english = await checked(execute, item, payer, reason, lang="en")
    assert english["verdict"] == verdict and len(english["whatToDo"]) == len(told["whatToDo"]) > 0
    assert "要" not in "".join(english["whatToDo"]) and english["payer"]["explanation"].isascii()
    assert all(f["legalBasis"] and f["because"] and f["remedy"] for f in told["findings"])
    assert await LogEntry.all().count() == before and await Demand.all().count() == 0


async def test_before_the_first_list_it_says_so(execute: Execute) -> None:
    """No answer is made up: unclear, with the first day that is known."""
    told = await checked(execute, AGENCY_ITEM, on="2010-05-01")
    assert told["verdict"] == "UNCLEAR" and told["mayRefuse"] is None and "2024-01-01" in told["missing"][0]


async def test_a_code_is_understood_however_it_is_typed(execute: Execute) -> None:
    """Full width, lower case."""
    told = await checked(execute, "ｚｓｚｊ－０２－０１６")
    assert (told["itemCode"], told["itemClass"]) == (AGENCY_ITEM, "AGENCY_COMMISSIONED")


@pytest.mark.parametrize(("lang", "words"), [("zh-CN", "今天之后"), ("en", "today")])
async def test_what_cannot_be_is_refused_in_words(execute: Execute, lang: str, words: str) -> None:
    """A day to come, an amount of nothing, no item: named together, in the reader's language."""
    values = {"item": " ", "payer": "APPLICANT", "reason": "OTHER", "on": "2027-01-01", "amount": "0"}
    context = Context(lang=lang, translate=partial(i18n.translate, lang))
    with clock.fixed(ASKED_AT):
        answer = await schema.execute(CHECK, variable_values=values, context_value=context)
    [error] = answer.errors
    assert words in error.message and {f["path"] for f in error.extensions["fields"]} == {"itemCode", "on", "amount"}


async def test_the_check_takes_few_statements(execute: Execute) -> None:
    """However many findings."""
    with statements() as few:
        await checked(execute, MANDATORY_ITEM)
    with statements() as many:
        await checked(execute, AGENCY_ITEM, reason="MUST_USE")
    assert len(few) == len(many) <= 6, many


@pytest.fixture
async def cast(execute: Execute) -> Cast:
    """Everybody, and a contract of the agency."""
    return await make.cast()


CHARGE = {"itemCode": AGENCY_ITEM, "demandReason": "MUST_USE", "on": "2026-09-20", "namedSupplier": "某测绘公司", "amount": "500"}


async def test_a_check_becomes_a_complaint_without_typing(execute: Execute, cast: Cast) -> None:
    """The check's own arguments: the complaint says it in words, and what it tells was demanded is judged, as a lead only."""
    filed = await said(execute, FILE, cast.applicant, input={"charge": CHARGE, "agencyCode": await code_of(cast.agency)})
    assert filed["__typename"] == "ComplaintFiled" and filed["complaint"]["itemCode"] == AGENCY_ITEM
    row = await Complaint.get().select_related("demand", "case")
    assert "海域使用论证报告评审" in row.text and "某测绘公司" in row.text and row.amount_fen == 500_00
    assert row.demand is not None and row.demand.source == "complaint"
    [finding] = await Finding.all()
    assert (finding.rule, finding.certainty, finding.scope) == ("V08", "lead", row.case.scope)
    assert finding.subject == f"demand:{row.demand.demand_no}"
    with clock.fixed(ASKED_AT):
        await following.settle_due(EVER)
    assert await OversightCase.all().count() == 1 and await row.case.links.all().count() == 1


async def test_the_agency_never_learns_of_it(execute: Execute, cast: Cast) -> None:
    """Not by findings, not by recording a payment of the same case, not in the case when it is asked to explain, not in the log."""
    approval = await make.ApprovalCase.get()
    given = {"charge": CHARGE, "agencyCode": await code_of(cast.agency), "caseNo": approval.case_no}
    await said(execute, FILE, cast.applicant, input=given)
    number = (await Demand.get()).demand_no
    assert await FindingParty.all().count() == 0
    recorded = await make.paid(cast, cast.agency)
    assert not any(v.subject.startswith("demand") for v in recorded.verdicts)
    await make.settled()
    case = await OversightCase.get(complaints__isnull=False)
    with clock.fixed(ASKED_AT):
        await make.service.take_case(cast.first, case.code)
        await make.service.ask_explanation(cast.first, case.code, "请说明")
    shape = """{ oversightCases { edges { node { findings { finding { subject } } complaints { text } steps { name } } } }
        findings { edges { node { subject } } } }"""
    for who in (cast.agency, cast.supplier, await member(Role.AGENCY)):
        with clock.fixed(ASKED_AT):
            answer = await execute(shape, who)
        assert answer.errors is None and number not in str(answer.data) and "complaint'" not in str(answer.data)
        assert all(e["node"]["complaints"] is None for e in answer.data["oversightCases"]["edges"])
    with clock.fixed(ASKED_AT):
        seen = await execute(shape, cast.first)
    assert number in str(seen.data)
    logged = await LogEntry.filter(action__startswith="finding").values_list("body", flat=True)
    mine = [body for body in logged if number in body]
    assert mine and all(str(cast.applicant.account_id) not in body for body in mine)


async def test_an_own_payment_becomes_a_complaint(execute: Execute, cast: Cast) -> None:
    """Its number is enough for who paid it; for anybody else it says nothing, whether it exists or not."""
    fee = (await make.paid(cast, cast.applicant)).fee
    refusals = [
        await said(execute, FILE, who, input={"recordNo": number})
        for who in (ANONYMOUS, cast.agency, cast.supplier)
        for number in (fee.record_no, "FK-NO-SUCH")
    ]
    assert {str(r) for r in refusals} == {str(refusals[0])} and refusals[0]["__typename"] == "InvalidInput"
    assert {f["path"] for f in refusals[0]["fields"]} == {"itemCode", "text"} and await Complaint.all().count() == 0
    filed = await said(execute, FILE, cast.applicant, input={"recordNo": fee.record_no})
    assert filed["complaint"] == {"state": "RECEIVED", "itemCode": AGENCY_ITEM}
    row = await Complaint.get().select_related("case")
    assert (row.case.scope, row.amount_fen) == (f"contract:{cast.contract_no}", 100_00) and fee.record_no in row.text
    assert row.demand_id is None and await CaseParty.filter(case=row.case, respondent=True).exists()


@pytest.mark.parametrize(
    ("charge", "path"),
    [({"itemCode": " "}, "itemCode"), (CHARGE | {"on": "2030-01-01"}, "on"), (CHARGE | {"amount": "0"}, "amount")],
)
async def test_a_bad_charge_files_nothing(execute: Execute, cast: Cast, charge: dict[str, Any], path: str) -> None:
    """The same checks as the self-check's."""
    refused = await said(execute, FILE, input={"charge": charge})
    assert [f["path"] for f in refused["fields"]] == [path]
    assert await Complaint.all().count() == await Demand.all().count() == 0


async def mine(execute: Execute, who: Actor, *, only: bool = False, first: int = 20, after: str | None = None) -> dict[str, Any]:
    """What the party reads of its own payments."""
    return dict(await said(execute, MINE, who, first=first, after=after, only=only))


async def test_what_i_should_not_have_paid(execute: Execute, cast: Cast) -> None:
    """The applicant paid for the agency: all of it, who should have, the finding, the case; half comes back."""
    fee = (await make.paid(cast, cast.applicant)).fee
    await make.settled()
    await make.refunded(cast, fee, ASKED_AT, 40_00)
    told = await mine(execute, cast.applicant)
    assert told["totals"] == {"paid": "100.00", "shouldNotHavePaid": "100.00", "refunded": "40.00", "stillOwed": "60.00"}
    [edge] = told["edges"]
    row = edge["node"]
    assert (row["amount"], row["refunded"], row["netAmount"], row["stillOwed"]) == ("100.00", "40.00", "60.00", "60.00")
    assert (row["itemCode"], row["shouldHavePaid"]) == (AGENCY_ITEM, "AGENCY") and row["oversightCase"]["state"] == "NEW"
    assert row["findings"][0]["rule"]["id"] == "V01"
    agencys = await make.paid(cast, cast.agency)
    assert agencys.fee.record_no not in str(await mine(execute, cast.applicant))


async def test_only_applicants_and_their_helpers_read_it(execute: Execute, cast: Cast) -> None:
    """Anonymous: sign in; other roles: refused; a helper under mandate reads its principal's, a stranger nothing."""
    await make.paid(cast, cast.applicant)
    document = "{ myFees { totalCount } }"
    for who, code in ((ANONYMOUS, "UNAUTHENTICATED"), (cast.first, "FORBIDDEN"), (cast.agency, "FORBIDDEN")):
        answer = await execute(document, who)
        assert answer.errors[0].extensions["code"] == code
    helper = await member(Role.HELPER)
    acting = Actor(helper.account_id, helper.organisation_id, helper.roles, on_behalf_of_id=cast.applicant.organisation_id)
    counts = [(await mine(execute, who))["totalCount"] for who in (cast.applicant, acting, helper, await member(Role.APPLICANT))]
    assert counts == [1, 1, 0, 0]


async def test_imported_payments_are_mine_too(execute: Execute, tmp_path: Path) -> None:
    """By one's own code, judged by the day's audit; a complaint about one finds its contract."""
    with clock.fixed(ASKED_AT):
        await import_at_shell(SYSTEM, ImportLedger(ledger_folders.folder(tmp_path, ledger_folders.sound())))
        await audit.run_due("", 1)
    builder = await Organisation.get(code=ledger_folders.BUILDER)
    who = await factories_parties.join(await factories_parties.account(), builder, Role.APPLICANT)
    told = await mine(execute, who, only=True)
    [row] = [edge["node"] for edge in told["edges"]]
    assert (row["recordNo"], row["amount"], row["refunded"], row["stillOwed"]) == ("FK1", "72400.10", "400.00", "72000.10")
    assert row["shouldHavePaid"] == "AGENCY" and row["caseNo"] == "AJ1"
    await said(execute, FILE, who, input={"recordNo": "FK1"})
    assert (await Complaint.get().select_related("case")).case.scope == "contract:HT1"


async def test_pages_and_statements(execute: Execute, cast: Cast) -> None:
    """One page after another without a gap; the number of statements does not grow with the payments."""
    for _ in range(3):
        await make.paid(cast, cast.applicant, 10_00)
    with statements() as few:
        whole = await mine(execute, cast.applicant)
    seen, after = [], None
    while True:
        part = await mine(execute, cast.applicant, first=2, after=after)
        seen += [e["node"]["recordNo"] for e in part["edges"]]
        after = part["pageInfo"]["endCursor"]
        if not part["pageInfo"]["hasNextPage"]:
            break
    assert seen == [e["node"]["recordNo"] for e in whole["edges"]] and len(set(seen)) == 3
    for _ in range(6):
        await make.paid(cast, cast.applicant, 10_00)
    with statements() as many:
        await mine(execute, cast.applicant)
    assert len(few) == len(many) <= 16, many
