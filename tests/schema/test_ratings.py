"""Ratings in the API: what everybody reads, and what only the two sides do."""

from market import clock
from market.actors import ANONYMOUS, Role
from tests.contest import member
from tests.factories_ratings import NOW, accepted, rated, supplier_of
from tests.schema.conftest import Execute

LIST = """query($c: String) { ratings(intermediaryCode: $c) { totalCount edges { node {
    code mean comment reply isWithdrawn appealReason projectCode
    client { name } intermediary { code stars { count value minimum } } } } } }"""


async def test_a_rating_is_public_with_its_reply_and_without_long_numbers(execute: Execute) -> None:
    """A natural person's name and the appeal's reason stay with those whom they concern."""
    client, contract = await accepted()
    rating = await rated(client, contract, quality=5, comment="经办人 0580 202 020 202")
    supplier = supplier_of(contract)
    appeal = "mutation($i: AppealRatingInput!) { appealRating(input: $i) { __typename } }"
    reply = "mutation($i: ReplyToRatingInput!) { replyToRating(input: $i) { __typename } }"
    with clock.fixed(NOW):
        for text, name, word in ((appeal, "appealRating", "reason"), (reply, "replyToRating", "reply")):
            answer = await execute(text, supplier, i={"code": rating.code, word: "不实"})
            assert answer.data == {name: {"__typename": "Rating"}}
        seen = {who: await execute(LIST, who) for who in (ANONYMOUS, supplier)}
    [public], [own] = (answer.data["ratings"]["edges"] for answer in seen.values())
    assert public["node"]["mean"] == "4.2" and public["node"]["comment"] == "经办人 ***" and public["node"]["reply"] == "不实"
    assert public["node"]["intermediary"]["stars"] == {"count": 1, "value": None, "minimum": 3}
    assert (public["node"]["appealReason"], own["node"]["appealReason"]) == (None, "不实")


async def test_withdrawn_it_stays_with_the_reason_and_without_its_words(execute: Execute) -> None:
    """Nothing disappears in silence."""
    client, contract = await accepted()
    rating = await rated(client, contract, comment="骂人的话")
    decide = "mutation($i: DecideRatingAppealInput!) { decideRatingAppeal(input: $i) { __typename } }"
    appeal = "mutation($i: AppealRatingInput!) { appealRating(input: $i) { __typename } }"
    with clock.fixed(NOW):
        await execute(appeal, supplier_of(contract), i={"code": rating.code, "reason": "不实"})
        values = {"code": rating.code, "withdraw": True, "reason": "侮辱性言语"}
        answer = await execute(decide, await member(Role.OPERATOR), i=values)
        seen = await execute("query($c: String!) { rating(code: $c) { comment isWithdrawn decisionReason } }", c=rating.code)
    assert answer.data == {"decideRatingAppeal": {"__typename": "Rating"}}
    assert seen.data["rating"] == {"comment": "", "isWithdrawn": True, "decisionReason": "侮辱性言语"}


async def test_a_contract_tells_its_parties_whether_it_was_rated(execute: Execute) -> None:
    """And until when it may be; nobody else sees the contract."""
    client, contract = await accepted()
    text = "query($n: String!) { contract(contractNo: $n) { rateUntil rating { mean } } }"
    before = await execute(text, client, n=contract.contract_no)
    await rated(client, contract)
    after = await execute(text, client, n=contract.contract_no)
    assert before.data["contract"] == {"rateUntil": "2027-06-11T00:00:00+08:00", "rating": None}
    assert after.data["contract"]["rating"] == {"mean": "4.0"}
