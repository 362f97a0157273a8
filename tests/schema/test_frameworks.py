"""Framework agreements over the API: from the posting to a rotation's award, all of it read by anybody."""

from datetime import timedelta
from uuid import uuid4

from market import clock
from market.actors import ANONYMOUS, Role
from market.frameworks import service as frameworks
from market.projects.models import Project
from tests import contest
from tests.contest import NOON, member
from tests.factories_frameworks import admitted, called_off, decided, need, offered, open_framework
from tests.schema.conftest import Execute

POST = """mutation P($i: PostFrameworkInput!) { postFramework(input: $i) { __typename ... on Framework { code state isOpen }
    ... on InvalidInput { fields { path code message } } } }"""
REVIEW = "mutation R($i: ReviewFrameworkInput!) { reviewFramework(input: $i) { __typename ... on Framework { isOpen } } }"
ENTER = "mutation E($i: EnterFrameworkInput!) { enterFramework(input: $i) { __typename ... on Error { message } } }"
DECIDE = "mutation D($i: DecideEntryInput!) { decideEntry(input: $i) { __typename ... on Error { message } } }"
READ = """query F($c: String!) { framework(code: $c) { title callOff ceiling discountBp requirements items { code } owner { code }
    entries { admitted reason leftAt decideBy isOverdue member { code } } turns { number cause projectCode member { code } } }
    projects(filter: {framework: $c}) { edges { node { code method framework { code } award { method supplier { code }
    workings { name value } } } } } awardReplay(projectCode: $c) { agrees } }"""


def terms(**more: object) -> dict[str, object]:
    """An operator's input."""
    base = {"title": "某框架", "itemCodes": [contest.CHOICE_ITEM], "requirements": "无不良记录", "callOff": "ROTATION"}
    return base | {"idempotencyKey": uuid4().hex, "endsAt": "2027-11-01T00:00:00+08:00", "ceiling": "1000.00"} | more


async def test_from_posting_to_entry(execute: Execute) -> None:
    """Seen by nobody before the review; then by everybody, with who was refused and why."""
    operator, bidder = await member(Role.OPERATOR), await member(Role.INTERMEDIARY)
    code = await contest.code_of(bidder)
    with clock.fixed(NOON):
        posted = (await execute(POST, operator, i=terms())).data["postFramework"]
        assert (posted["state"], posted["isOpen"]) == ("UNDER_REVIEW", False)
        assert (await execute(READ, ANONYMOUS, c=posted["code"])).data["framework"] is None
        review = {"code": posted["code"], "approve": True}
        assert (await execute(REVIEW, operator, i=review)).data["reviewFramework"]["__typename"] == "NotPermitted"
        assert (await execute(REVIEW, await member(Role.OPERATOR), i=review)).data["reviewFramework"]["isOpen"]
        for _ in range(2):
            entered = await execute(ENTER, bidder, i={"code": posted["code"]}, lang="en")
        assert entered.data["enterFramework"]["__typename"] == "AlreadyFiled"
        refusal = {"code": posted["code"], "memberCode": code, "admit": False, "reason": "有不良记录"}
        assert (await execute(DECIDE, operator, i=refusal)).data["decideEntry"] == {"__typename": "Framework"}
        seen = (await execute(READ, ANONYMOUS, c=posted["code"])).data
        too_soon = (await execute(ENTER, bidder, i={"code": posted["code"]})).data["enterFramework"]
        listed = await execute("{ frameworks(filter: {openOnly: true}) { totalCount edges { node { code } } } }", ANONYMOUS)
    decided_by = {"decideBy": "2026-12-09T00:00:00+08:00", "isOverdue": False}
    refused = {"admitted": False, "reason": "有不良记录", "leftAt": None, "member": {"code": code}}
    assert seen["framework"]["entries"] == [refused | decided_by]
    assert too_soon["__typename"] == "AppliesTooSoon" and "2026-12-09 00:00:00" in too_soon["message"]
    assert (seen["framework"]["ceiling"], seen["framework"]["items"]) == ("1000.00", [{"code": contest.CHOICE_ITEM}])
    assert listed.data["frameworks"] == {"totalCount": 1, "edges": [{"node": {"code": posted["code"]}}]}


async def test_whoever_supervises_finds_what_is_overdue(execute: Execute) -> None:
    """The frameworks in which an application waits too long, and which of them it is."""
    text = "{ frameworks(filter: {overdueOnly: true}) { edges { node { code entries { isOverdue } } } } }"
    regulator = await member(Role.REGULATOR)
    (_, framework), _ = await open_framework(), await open_framework()
    with clock.fixed(NOON):
        await frameworks.enter_framework(await member(Role.INTERMEDIARY), framework.code)
        assert (await execute(text, regulator)).data == {"frameworks": {"edges": []}}
    with clock.fixed(NOON + timedelta(days=15)):
        seen = (await execute(text, regulator)).data
    assert seen == {"frameworks": {"edges": [{"node": {"code": framework.code, "entries": [{"isOverdue": True}]}}]}}


async def test_problems_are_told_by_field(execute: Execute) -> None:
    """In words that say what would do."""
    wrong = terms(ceiling=None, itemCodes=[contest.MANDATORY_ITEM])
    with clock.fixed(NOON):
        told = (await execute(POST, await member(Role.AGENCY), i=wrong)).data["postFramework"]["fields"]
        wrong = terms(itemCodes=[contest.MANDATORY_ITEM])
        told += (await execute(POST, await member(Role.AGENCY), i=wrong)).data["postFramework"]["fields"]
    assert [(problem["path"], problem["code"]) for problem in told] == [
        ("ceiling", "price_or_discount"),
        ("itemCodes", "framework_by_operator"),
    ]


async def test_everybody_reads_the_turns(execute: Execute) -> None:
    """Of two call-offs: who had which, who let its turn pass, and that anybody recomputes both."""
    buyer = await member(Role.APPLICANT)
    owner, framework = await open_framework()
    one, two = await admitted(owner, framework, 2)
    rounds: list[Project] = []
    for number, offering in enumerate([(one, two), (one,)]):
        rounds.append(await called_off(buyer, need(framework), NOON + timedelta(days=7 * number)))
        await offered(rounds[-1], *offering)
        await decided(rounds[-1])
    seen = (await execute(READ, ANONYMOUS, c=framework.code)).data
    turns = [(turn["projectCode"], turn["cause"], turn["member"]["code"]) for turn in seen["framework"]["turns"]]
    first, *others = turns
    assert first[:2] == (rounds[0].code, "AWARDED") and others[-1] == (rounds[1].code, "AWARDED", await contest.code_of(one))
    passed = [code for _, cause, code in turns if cause == "PASSED"]
    assert passed == ([await contest.code_of(two)] if first[2] != await contest.code_of(two) else [])
    assert {edge["node"]["award"]["method"] for edge in seen["projects"]["edges"]} == {"rotation/1"}
    for project in rounds:
        again = await execute("query A($c: String!) { awardReplay(projectCode: $c) { agrees } }", ANONYMOUS, c=project.code)
        assert again.data["awardReplay"] == {"agrees": True}
