"""The methods over the API: what is posted, what a notice shows, who sees an evaluation, and the replay."""

from uuid import uuid4

from market import clock
from market.actors import ANONYMOUS, Role
from market.parties.models import Account
from market.projects.models import Project
from tests import contest
from tests.contest import NOON, OPENS, member
from tests.schema.conftest import Execute

POST = """mutation P($input: PostProjectInput!) { postProject(input: $input) {
    __typename ... on Project { code quoting method } ... on InvalidInput { fields { path code message } } } }"""
NOTICE = """query N($code: String!) { project(code: $code) { state quotes { proposal }
    terms { method minimumQuotes constants { name value } criteria { name weight } }
    failure { reason received valid minimum } award { workings { name value } scores { bidderCode evaluator points } } }
    awardReplay(projectCode: $code) { agrees winnerCode method quotes difference { part } } }"""
SCORE = """mutation S($input: SubmitScoresInput!) { submitScores(input: $input) {
    __typename ... on Evaluation { scored named } ... on Error { code } } }"""
ASK = "query E($code: String!) { evaluation(projectCode: $code) { criteria { name } proposals { label proposal } mineIsIn } }"
QUOTE = "mutation Q($input: SubmitQuoteInput!) { submitQuote(input: $input) { __typename ... on QuoteReceipt { amount discountBp } } }"
CRITERIA = [{"name": "方案", "weight": 60}]


def need(**more: object) -> dict[str, object]:
    """An applicant's input."""
    base = {"itemCode": contest.CHOICE_ITEM, "title": "某项目", "serviceWorkingDays": 20, "toldNotObliged": True}
    return {"idempotencyKey": uuid4().hex, **base, **more}


async def test_a_comparison_from_posting_to_the_replay(execute: Execute) -> None:
    """Posted with criteria, scored by the named evaluator alone, opened with the last scores, recomputed by anybody."""
    buyer, evaluator = await member(Role.APPLICANT), await member(Role.OPERATOR)
    wanted = need(method="PROPOSAL_MERIT", criteria=CRITERIA, priceWeight=40)
    with clock.fixed(NOON):
        code = (await execute(POST, buyer, input=wanted)).data["postProject"]["code"]
        await contest.projects.submit_for_review(buyer, code)
        await contest.projects.review_project(evaluator, code, approve=True)
        for text in ("甲", "乙"):
            values = {"idempotencyKey": text, "projectCode": code, "amount": "1", "serviceWorkingDays": 9, "proposal": text}
            assert (await execute(QUOTE, await member(Role.INTERMEDIARY), input=values)).errors is None
        login = (await Account.get(id=evaluator.account_id)).login
        naming = "mutation($i: NameEvaluatorsInput!) { nameEvaluators(input: $i) { __typename } }"
        assert (await execute(naming, buyer, i={"projectCode": code, "logins": [login]})).data["nameEvaluators"] == {
            "__typename": "Project"
        }
    await contest.opened(await Project.get(code=code))
    with clock.fixed(OPENS):
        notice = (await execute(NOTICE, ANONYMOUS, code=code)).data
        assert (notice["project"]["state"], notice["project"]["quotes"], notice["awardReplay"]) == ("EVALUATING", None, None)
        assert notice["project"]["terms"]["criteria"] == CRITERIA
        assert (await execute(ASK, buyer, code=code)).data == {"evaluation": None}
        task = (await execute(ASK, evaluator, code=code)).data["evaluation"]
        assert {p["proposal"] for p in task["proposals"]} == {"甲", "乙"} and not task["mineIsIn"]
        sheets = [{"label": p["label"], "points": [90 if p["proposal"] == "乙" else 80]} for p in task["proposals"]]
        given = await execute(SCORE, evaluator, input={"projectCode": code, "sheets": sheets})
        assert given.data["submitScores"] == {"__typename": "Evaluation", "scored": 1, "named": 1}
        done = (await execute(NOTICE, ANONYMOUS, code=code)).data
    assert done["awardReplay"]["agrees"] and done["awardReplay"]["method"] == "proposal_merit/1"
    assert done["project"]["quotes"][0]["proposal"] == "乙"
    assert sorted(sheet["points"][0] for sheet in done["project"]["award"]["scores"]) == [80, 90]
    assert [working["name"] for working in done["project"]["award"]["workings"]] == ["totals"]


async def test_a_notice_shows_its_constants_and_its_failure(execute: Execute) -> None:
    """The reference price's percentages and drop rule; nobody quoted, so it failed with its counts."""
    buyer = await member(Role.APPLICANT)
    with clock.fixed(NOON):
        wanted = need(method="REFERENCE_PRICE", quoting="DISCOUNT_RATE", ceiling="1000")
        posted = (await execute(POST, buyer, input=wanted)).data["postProject"]
        await contest.projects.submit_for_review(buyer, posted["code"])
        await contest.projects.review_project(await member(Role.OPERATOR), posted["code"], approve=True)
    assert (posted["quoting"], posted["method"]) == ("DISCOUNT_RATE", "REFERENCE_PRICE")
    await contest.opened(await Project.get(code=posted["code"]))
    seen = (await execute(NOTICE, ANONYMOUS, code=posted["code"])).data
    assert seen["project"]["terms"]["constants"] == [
        {"name": "dropFrom", "value": "6"},
        {"name": "percents", "value": "95,96,97,98"},
    ]
    assert seen["project"]["failure"] == {"reason": "no_quotes", "received": 0, "valid": 0, "minimum": 1}
    assert seen["awardReplay"] == {
        "agrees": True,
        "winnerCode": None,
        "method": "reference_price/1",
        "quotes": 0,
        "difference": None,
    }


async def test_wrong_parameters_are_told_by_field(execute: Execute) -> None:
    """In a sentence that says what would do."""
    wanted = need(method="PROPOSAL_MERIT", criteria=CRITERIA, priceWeight=50)
    [problem] = (await execute(POST, await member(Role.APPLICANT), input=wanted)).data["postProject"]["fields"]
    assert (problem["path"], problem["code"]) == ("criteria", "weights_not_100") and "110" in problem["message"]
