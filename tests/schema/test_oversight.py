"""One finding walked to its end through the API by five accounts; each shortcut refused; complaints; statistics."""

from datetime import UTC, datetime
from typing import Any

import pytest

from market import clock
from market.actors import ANONYMOUS, Actor, Role
from market.log.models import LogEntry
from market.oversight.models import Complaint
from tests import factories_oversight as make
from tests.contest import AGENCY_ITEM, code_of, member
from tests.factories_oversight import ASKED_AT, Cast
from tests.schema.conftest import Execute

CASE = "... on OversightCase { code state escalation missing returned orders { kind dueOn doneAt isLate } }"
CLOSING = "... on RefundMissing { amount } ... on ReportMissing { dueOn }"
ANSWERED_AT = datetime(2026, 10, 13, 2, tzinfo=UTC)
REFUNDED_AT = datetime(2026, 10, 20, 2, tzinfo=UTC)


class Walk:
    """Calls the API at a fixed time."""

    def __init__(self, execute: Execute) -> None:
        self.execute, self.at, self.code = execute, ASKED_AT, ""

    async def do(self, who: Actor, mutation: str, **values: Any) -> dict[str, Any]:
        """The union member that came back."""
        kind = mutation[0].upper() + mutation[1:]
        shape = f"{CASE} {CLOSING if mutation == 'closeCase' else ''}"
        text = f"mutation M($input: {kind}Input!) {{ {mutation}(input: $input) {{ __typename {shape} }} }}"
        with clock.fixed(self.at):
            answer = await self.execute(text, who, input={"code": self.code, **values})
        assert answer.errors is None, answer.errors
        return dict(answer.data[mutation])

    async def refused(self, who: Actor, mutation: str, **values: Any) -> str:
        """The type of the refusal; nothing was written."""
        before = await LogEntry.all().count()
        answer = await self.do(who, mutation, **values)
        assert await LogEntry.all().count() == before, answer
        return str(answer["__typename"])

    async def read(self, who: Actor, query: str) -> Any:
        """The data of a query."""
        with clock.fixed(self.at):
            answer = await self.execute(query, who)
        assert answer.errors is None, answer.errors
        return answer.data


@pytest.fixture
async def cast(execute: Execute) -> Cast:
    """Everybody, and the contract."""
    return await make.cast()


@pytest.fixture
async def walk(execute: Execute, cast: Cast) -> Walk:
    """The applicant has paid what it should not have; a reader who comes first opens the case."""
    walk = Walk(execute)
    await make.paid(cast, cast.applicant)
    await make.settled()
    listed = await walk.read(cast.first, "{ oversightCases(filter: {mine: true}) { edges { node { code state } } } }")
    [edge] = listed["oversightCases"]["edges"]
    walk.code = edge["node"]["code"]
    return walk


SHORTCUTS = {
    "askExplanation": {"text": "请说明"},
    "confirmFindings": {"reason": "认定"},
    "orderRectification": {"text": "退款", "kinds": ["REFUND"]},
    "referCase": {"body": "市纪委监委", "reason": "移送"},
    "reopenCase": {"reason": "重办"},
    "dismissCase": {"reason": "不成立"},
    "closeCase": {"reason": "办结"},
}


async def only(walk: Walk, cast: Cast, *possible: str) -> None:
    """Every other step of the regulators is refused from here, by whichever of its two accounts."""
    for mutation, values in SHORTCUTS.items():
        if mutation not in possible:
            who = cast.second if mutation in ("dismissCase", "closeCase") else cast.first
            assert await walk.refused(who, mutation, **values) in ("WrongState", "NotPermitted"), mutation


async def test_a_finding_walked_to_its_end(walk: Walk, cast: Cast) -> None:
    """Taken, asked over the National Day holiday, answered, confirmed, ordered, paid back, reported, closed by another person."""
    await only(walk, cast)
    assert (await walk.do(cast.first, "takeCase"))["state"] == "ASSIGNED"
    assert await walk.refused(cast.second, "takeCase") == "WrongState"
    await only(walk, cast, "askExplanation", "dismissCase")
    assert await walk.refused(cast.agency, "answerExplanation", text="还没问") == "NotFound"

    asked = await walk.do(cast.first, "askExplanation", text="为何由申请人付款？")
    assert [(o["kind"], o["dueOn"]) for o in asked["orders"]] == [("EXPLAIN", "2026-10-13"), ("TAKE", "2026-10-13")]
    await only(walk, cast)
    seen = await walk.read(
        cast.agency,
        f"""{{ oversightCase(code: "{walk.code}") {{ state orders {{ kind }} steps {{ name text }} complaints {{ text }}
            findings {{ finding {{ rule {{ id legalBasis }} because evidence }} }} }} }}""",
    )
    [shown] = seen["oversightCase"]["findings"]
    assert shown["finding"]["rule"]["id"] == "V01" and shown["finding"]["because"] and shown["finding"]["evidence"]
    assert seen["oversightCase"]["steps"] == [{"name": "ask", "text": "为何由申请人付款？"}]
    assert seen["oversightCase"]["orders"] == [{"kind": "EXPLAIN"}] and seen["oversightCase"]["complaints"] is None

    walk.at = ANSWERED_AT
    assert await walk.refused(cast.applicant, "answerExplanation", text="我付的") == "NotPermitted"
    assert (await walk.do(cast.agency, "answerExplanation", text="经办人不了解规定。"))["state"] == "ANSWERED"
    await only(walk, cast, "askExplanation", "confirmFindings", "referCase", "dismissCase")
    assert (await walk.do(cast.first, "confirmFindings", reason="应由机关付费。"))["state"] == "CONFIRMED"
    await only(walk, cast, "orderRectification", "referCase", "dismissCase")

    ordered = await walk.do(cast.first, "orderRectification", text="退还并整改。", kinds=["RECTIFY"])
    due = {o["kind"]: o["dueOn"] for o in ordered["orders"]}
    assert (due["REFUND"], due["RECTIFY"], ordered["missing"]) == ("2026-11-03", "2026-11-24", "100.00")
    missing = await walk.do(cast.second, "closeCase", reason="办结")
    assert (missing["__typename"], missing["amount"]) == ("RefundMissing", "100.00")

    walk.at = REFUNDED_AT
    fee = await make.FeeRecord.get()
    await make.refunded(cast, fee, REFUNDED_AT)
    shape = "{ oversightCases { edges { node { state returned missing decisionReason steps { name } } } } }"
    victim = (await walk.read(cast.applicant, shape))["oversightCases"]["edges"][0]["node"]
    assert (victim["state"], victim["returned"], victim["missing"]) == ("REFUND_SEEN", "100.00", "0.00")
    assert (await walk.do(cast.second, "closeCase", reason="办结"))["__typename"] == "ReportMissing"
    assert (await walk.do(cast.agency, "reportRectification", text="已修改办事指南。"))["state"] == "REFUND_SEEN"
    assert await walk.refused(cast.first, "closeCase", reason="办结") == "NotPermitted"
    assert (await walk.do(cast.second, "closeCase", reason="款已退，已整改。"))["state"] == "CLOSED"
    await only(walk, cast)


async def test_the_answer_travels_with_the_finding(walk: Walk, cast: Cast) -> None:
    """Whoever reads the finding reads what the party said of it; supervisors find the case from it."""
    await walk.do(cast.first, "takeCase")
    await walk.do(cast.first, "askExplanation", text="为何由申请人付款？")
    await walk.do(cast.agency, "answerExplanation", text="经办人不了解规定。")
    query = "{ findings { edges { node { caseCode replies { text by { code } } } } } }"
    for who, code in ((cast.first, walk.code), (cast.applicant, None)):
        [edge] = (await walk.read(who, query))["findings"]["edges"]
        said = [{"text": "经办人不了解规定。", "by": {"code": await code_of(cast.agency)}}]
        assert edge["node"] == {"caseCode": code, "replies": said}


async def test_silence_shows_to_a_reader_first(walk: Walk, cast: Cast) -> None:
    """At 24:00 of the due date: unanswered, overdue, escalated; the filter by state and by lateness agree."""
    await walk.do(cast.first, "takeCase")
    await walk.do(cast.first, "askExplanation", text="为何由申请人付款？")
    walk.at = datetime(2026, 10, 13, 16, tzinfo=UTC)
    shape = "{ totalCount edges { node { state escalation isOverdue } } }"
    asked = f"{{ a: oversightCases(filter: {{state: [UNANSWERED], overdue: true}}) {shape}"
    listed = await walk.read(cast.second, f"{asked} b: oversightCases(filter: {{state: [EXPLANATION_ASKED]}}) {shape} }}")
    assert listed["a"]["edges"] == [{"node": {"state": "UNANSWERED", "escalation": 1, "isOverdue": True}}]
    assert listed["b"]["totalCount"] == 0


FILE = """mutation F($input: FileComplaintInput!) { fileComplaint(input: $input) { __typename
    ... on ComplaintFiled { receipt complaint { state acceptDueAt decideDueAt } } ... on TooManyComplaints { retryAt }
    ... on InvalidInput { fields { path code } } } }"""
KEYED = {"text": "第一次", "idempotencyKey": "k" * 22}
COMPLAINTS = "{ oversightCases { edges { node { code state complaints { text contact complainant { code } amount } } } } }"


async def complain(execute: Execute, who: Actor = ANONYMOUS, **values: Any) -> dict[str, Any]:
    """At noon before the holiday."""
    with clock.fixed(ASKED_AT):
        answer = await execute(FILE, who, input={"itemCode": AGENCY_ITEM, "text": "要我付评审费", **values})
    assert answer.errors is None, answer.errors
    return dict(answer.data["fileComplaint"])


async def test_a_complaint_joins_the_case_about_its_contract(walk: Walk, cast: Cast, execute: Execute) -> None:
    """Only the handling regulator learns who complained; not the agency, another regulator, the step list, or the log."""
    filed = await complain(execute, cast.applicant, contractNo=cast.contract_no, contact="13900000000", amount="5")
    assert filed["complaint"]["state"] == "RECEIVED"
    walk.code = (await make.OversightCase.get(scope=f"contract:{cast.contract_no}")).code
    await walk.do(cast.first, "takeCase")
    await walk.do(cast.first, "askExplanation", text="请说明")
    other, _ = await make.regulator()
    for who in (cast.agency, cast.supplier, cast.applicant, other):
        shown = (await walk.read(who, COMPLAINTS))["oversightCases"]["edges"]
        assert all(e["node"]["complaints"] is None for e in shown)
        assert "13900000000" not in str(shown)
    own = (await walk.read(cast.second, COMPLAINTS))["oversightCases"]["edges"]
    told = {
        "text": "要我付评审费",
        "contact": "13900000000",
        "complainant": {"code": await code_of(cast.applicant)},
        "amount": "5.00",
    }
    assert [c for e in own for c in e["node"]["complaints"] or ()] == [told]
    logged = await LogEntry.filter(action="oversight:complaint").values_list("body", flat=True)
    assert len(logged) == 1 and str(cast.applicant.account_id) not in logged[0] and "评审费" not in logged[0]


@pytest.mark.parametrize("signed_in", [True, False])
async def test_a_complaint_that_is_sent_twice_is_filed_once(cast: Cast, execute: Execute, signed_in: bool) -> None:
    """The same receipt for the same key and words; with other words it is refused; a key that can be guessed is none."""
    who = cast.applicant if signed_in else ANONYMOUS
    first, again = [await complain(execute, who, **KEYED) for _ in range(2)]
    assert first == again and await Complaint.all().count() == 1
    assert (await complain(execute, who, **KEYED | {"text": "另一件"}))["__typename"] == "IdempotencyKeyReused"
    [problem] = (await complain(execute, who, **KEYED | {"idempotencyKey": "k" * 19}))["fields"]
    assert (problem["path"], problem["code"]) == ("idempotencyKey", "idempotency_key_short")
    other = await complain(execute, cast.agency, **KEYED)
    assert other["receipt"] != first["receipt"] and await Complaint.all().count() == 2


async def test_the_complainant_reads_the_outcome_by_its_receipt(walk: Walk, cast: Cast, execute: Execute) -> None:
    """Received with both due dates, accepted when a regulator takes the case, decided with its words; a wrong receipt: null."""
    filed = await complain(execute, agencyCode=await code_of(cast.agency))
    assert filed["complaint"]["acceptDueAt"] == "2026-10-11T00:00:00+08:00"
    query = f'{{ complaint(receipt: "{filed["receipt"]}") {{ state outcome decideDueAt }} wrong: complaint(receipt: "x") {{ state }} }}'
    case = await make.OversightCase.get(complaints__id=(await Complaint.get()).id)
    assert case.code != walk.code and case.agency_id == cast.agency.organisation_id
    walk.code = case.code
    await walk.do(cast.first, "takeCase")
    taken = await walk.read(ANONYMOUS, query)
    assert taken["complaint"]["state"] == "ACCEPTED" and taken["wrong"] is None
    assert taken["complaint"]["decideDueAt"] == "2026-11-18T00:00:00+08:00"
    await walk.do(cast.second, "dismissCase", reason="该报告系企业自行委托。")
    done = (await walk.read(ANONYMOUS, query))["complaint"]
    assert (done["state"], done["outcome"]) == ("DECIDED", "该报告系企业自行委托。")


async def test_a_finding_joins_the_case_that_a_complaint_opened(execute: Execute, cast: Cast) -> None:
    """The complaint about the contract came first; the finding about it comes into the same case."""
    await complain(execute, contractNo=cast.contract_no)
    await make.finding(f"contract:{cast.contract_no}", (cast.agency, "agency"))
    await make.settled()
    assert await make.OversightCase.all().count() == 1


@pytest.mark.parametrize("named", ["contractNo", "recordNo", "caseNo"])
async def test_a_complaint_finds_its_contract(execute: Execute, cast: Cast, named: str) -> None:
    """By contract, payment or approval case; the agency is the one of our records, not the one that was typed."""
    fee = (await make.paid(cast, cast.applicant)).fee
    approval = await make.ApprovalCase.get()
    numbers = {"contractNo": cast.contract_no, "recordNo": fee.record_no, "caseNo": approval.case_no}
    await complain(execute, **{named: numbers[named]}, agencyCode=await code_of(await member(Role.AGENCY)))
    case = await make.OversightCase.get(complaints__isnull=False)
    assert (case.scope, case.agency_id) == (f"contract:{cast.contract_no}", cast.agency.organisation_id)
    assert await case.parties.all().values_list("organisation_id", flat=True) == [cast.agency.organisation_id]


async def test_a_complaint_that_nobody_accepts_is_escalated(execute: Execute, cast: Cast) -> None:
    """Three working days to accept, five to take, over the holiday; parties see neither due date."""
    await complain(execute, contractNo=cast.contract_no)
    case = await make.OversightCase.get()
    due = dict(await case.orders.all().values_list("kind", "due_on"))
    assert {kind: str(day) for kind, day in due.items()} == {"accept": "2026-10-10", "take": "2026-10-13"}
    await make.settled(datetime(2026, 10, 10, 16, tzinfo=UTC))
    assert (await make.OversightCase.get()).escalation == 1


async def test_a_complaint_tells_nothing_about_records(execute: Execute, cast: Cast) -> None:
    """A number that exists and one that does not get the same answer; an agency must be one."""
    known, unknown = [await complain(execute, contractNo=n) for n in (cast.contract_no, "HT-UNKNOWN")]
    assert known["complaint"] == unknown["complaint"] and known["receipt"] != unknown["receipt"]
    refused = await complain(execute, agencyCode=await code_of(cast.supplier), amount="1")
    assert refused["fields"] == [{"path": "agencyCode", "code": "not_an_agency"}]
    assert (await complain(execute, text=" "))["__typename"] == "InvalidInput"


async def test_complaints_are_throttled_by_address(execute: Execute, cast: Cast) -> None:
    """Ten from one address, then none for an hour; another address is free."""
    anonymous = Actor(address="10.1.2.3")
    kinds = [(await complain(execute, anonymous))["__typename"] for _ in range(11)]
    assert kinds == ["ComplaintFiled"] * 10 + ["TooManyComplaints"]
    assert (await complain(execute, Actor(address="10.1.2.4")))["__typename"] == "ComplaintFiled"


STATISTICS = """{ oversightStatistics(from: "2026-09-01", to: "2026-12-31", by: %s) { key opened explanations answeredInTime
    answeredInTimeShare closed closedInTime closedInTimeShare dismissed amountAtIssue returned } }"""


async def test_statistics_are_public_sums(execute: Execute, cast: Cast) -> None:
    """One case answered and half paid back, one silent: by month, rule and department, without a name."""
    _, fee = await make.ordered(cast)
    await make.refunded(cast, fee, ANSWERED_AT, 50_00)
    other = await make.cast()
    await make.paid(other, other.applicant, 30_00)
    await make.settled()
    case = await make.OversightCase.get(state="new")
    with clock.fixed(ASKED_AT):
        await make.service.take_case(other.first, case.code)
        await make.service.ask_explanation(other.first, case.code, "请说明")
    await make.settled(REFUNDED_AT)
    sums = {
        "opened": 2,
        "explanations": 2,
        "answeredInTime": 1,
        "answeredInTimeShare": 0.5,
        "closed": 0,
        "closedInTime": 0,
        "closedInTimeShare": None,
        "dismissed": 0,
        "amountAtIssue": "130.00",
        "returned": "50.00",
    }
    for by, key in (("MONTH", "2026-09"), ("RULE", "V01")):
        answer = await execute(STATISTICS % by, ANONYMOUS)
        assert answer.errors is None, answer.errors
        assert answer.data["oversightStatistics"] == [{"key": key, **sums}]
    [department] = (await execute(STATISTICS % "DEPARTMENT", ANONYMOUS)).data["oversightStatistics"]
    assert department["opened"] == 2


async def test_jurisdictions_are_public(execute: Execute, cast: Cast) -> None:
    """The operator sets one, anybody reads it."""
    text = """mutation S($input: SetJurisdictionInput!) { setJurisdiction(input: $input) { __typename
        ... on Jurisdiction { regions departments } } }"""
    given = {"organisationCode": await code_of(cast.first), "regions": ["330902"], "departments": ["ZS-FGW"]}
    answer = await execute(text, cast.operator, input=given)
    assert answer.data["setJurisdiction"]["__typename"] == "Jurisdiction"
    shown = (await execute("{ jurisdictions { organisation { code } regions } }", ANONYMOUS)).data["jurisdictions"]
    assert {"organisation": {"code": given["organisationCode"]}, "regions": ["330902"]} in shown


async def test_nobody_else_knows_of_a_case(walk: Walk, cast: Cast) -> None:
    """Anonymous, the operator, strangers: null and an empty list, by code and by global id."""
    [edge] = (await walk.read(cast.first, "{ oversightCases { edges { node { id } } } }"))["oversightCases"]["edges"]
    query = f'{{ oversightCase(code: "{walk.code}") {{ code }} oversightCases {{ totalCount }} node(id: "{edge["node"]["id"]}") {{ id }} }}'
    for who in (ANONYMOUS, cast.operator, cast.agency, await member(Role.APPLICANT)):
        with clock.fixed(ASKED_AT):
            answer = await walk.execute(query, who)
        assert answer.data is None or not answer.data["node"]
        if answer.data:
            assert answer.data["oversightCase"] is None and answer.data["oversightCases"]["totalCount"] == 0
