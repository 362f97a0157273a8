"""Objections through the API: raised, waited for, answered; what is public of them and what is not."""

from market import clock
from market.actors import ANONYMOUS, Role
from tests import contest
from tests.contest import OPENS, member
from tests.schema.conftest import Execute

RAISE = """mutation($i: RaiseObjectionInput!) { raiseObjection(input: $i) { __typename ... on Objection { code answerDueAt }
    ... on Error { message } } }"""
ANSWER = "mutation($i: AnswerObjectionInput!) { answerObjection(input: $i) { __typename ... on Objection { upheld } } }"
CONFIRM = """mutation($i: ConfirmAwardInput!) { confirmAward(input: $i) { __typename ... on Error { message }
    ... on ObjectionOpen { objectionCode answerDueAt } } }"""
READ = """query($c: String!) { project(code: $c) { award { objections { code text bidder { code } answer upheld } } } }"""


async def test_from_objection_to_answer(execute: Execute) -> None:
    """The loser objects, the buyer is refused, answers, and everybody reads the answer but not who objected."""
    buyer, bidder = await member(Role.APPLICANT), await member(Role.INTERMEDIARY)
    project = await contest.published(buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    await contest.quoted(bidder, project, 100)
    await contest.opened(project)
    with clock.fixed(OPENS):
        told = (await execute(RAISE, bidder, i={"projectCode": project.code, "text": "公告缩短了期限"})).data["raiseObjection"]
        again = (await execute(RAISE, bidder, i={"projectCode": project.code, "text": "x"})).data["raiseObjection"]
    assert (told["__typename"], again["__typename"]) == ("Objection", "AlreadyFiled")
    with clock.fixed(contest.datetime(2026, 12, 3, tzinfo=contest.UTC)):
        refused = (await execute(CONFIRM, buyer, i={"projectCode": project.code})).data["confirmAward"]
        assert refused["objectionCode"] == told["code"] and "还没有答复" in refused["message"]
        answer = {"code": told["code"], "answer": "期限符合规定", "upheld": False}
        assert (await execute(ANSWER, buyer, i=answer)).data["answerObjection"]["upheld"] is False
        for reader, sees in ((bidder, True), (buyer, True), (await member(Role.REGULATOR), True), (ANONYMOUS, False)):
            [seen] = (await execute(READ, reader, c=project.code)).data["project"]["award"]["objections"]
            assert (seen["answer"], seen["upheld"]) == ("期限符合规定", False)
            assert (seen["text"], seen["bidder"]) == (
                ("公告缩短了期限", {"code": await contest.code_of(bidder)}) if sees else (None, None)
            )
        [seen] = (await execute(READ, await member(Role.INTERMEDIARY), c=project.code)).data["project"]["award"]["objections"]
        assert seen["bidder"] is None
        assert (await execute(CONFIRM, buyer, i={"projectCode": project.code})).data["confirmAward"]["__typename"] == "Award"
