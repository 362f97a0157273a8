"""Quotes that bidders keep, over the API: the receipt without values, the showing, and what everybody sees at the end."""

from datetime import timedelta
from uuid import uuid4

from market import clock
from market.actors import ANONYMOUS, Role
from market.awards import service as awards
from tests import contest
from tests.contest import NOON, OPENS, member
from tests.market.test_held_quotes import commitment, held_form, written
from tests.schema.conftest import Execute

RECEIPT = "amount serviceWorkingDays content salt held isLive commitment signedReceipt revealProof { seq }"
COMMIT = f"mutation C($i: CommitQuoteInput!) {{ commitQuote(input: $i) {{ __typename ... on QuoteReceipt {{ {RECEIPT} }} }} }}"
REVEAL = f"""mutation R($i: RevealQuoteInput!) {{ revealQuote(input: $i) {{ __typename ... on QuoteReceipt {{ {RECEIPT} }}
    ... on InvalidInput {{ fields {{ code message }} }} }} }}"""
SEEN = f"""query S($c: String!) {{ project(code: $c) {{ sealMode state opensQuotesAt draw {{ revealUntil }} myQuotes {{ {RECEIPT} }}
    quotes {{ amount salt invalidReason bidder {{ code }} }} award {{ amount }} }} awardReplay(projectCode: $c) {{ agrees }} }}"""


async def test_from_commitment_to_award(execute: Execute) -> None:
    """Two commit, one shows: the other's quote is listed without a value, invalid for that reason."""
    project = await contest.published(await member(Role.APPLICANT), held_form())
    shows, silent = await member(Role.INTERMEDIARY), await member(Role.INTERMEDIARY)
    content, salt, code = written(123_45), "ab" * 32, await contest.code_of(shows)
    with clock.fixed(NOON):
        for bidder, value in ((shows, commitment(project, code, content, salt)), (silent, "0" * 64)):
            given = {"idempotencyKey": uuid4().hex, "projectCode": project.code, "commitment": value}
            receipt = (await execute(COMMIT, bidder, i=given)).data["commitQuote"]
            assert (receipt["amount"], receipt["content"], receipt["held"]) == (None, None, True) and value in receipt[
                "signedReceipt"
            ]
        seen = (await execute(SEEN, shows, c=project.code)).data["project"]
    assert (seen["sealMode"], seen["quotes"], len(seen["myQuotes"])) == ("BIDDER_HELD", None, 1)
    wrong = {"projectCode": project.code, "content": written(123_46), "salt": salt}
    with clock.fixed(OPENS):
        [problem] = (await execute(REVEAL, shows, i=wrong, lang="en")).data["revealQuote"]["fields"]
        assert problem["code"] == "does_not_fit_commitment"
        receipt = (await execute(REVEAL, shows, i=wrong | {"content": content})).data["revealQuote"]
        assert (receipt["amount"], receipt["salt"], receipt["held"], receipt["revealProof"]) == ("123.45", salt, False, None)
        others = [
            (await execute(SEEN, reader, c=project.code)).data for reader in (ANONYMOUS, silent, await member(Role.OPERATOR))
        ]
    assert all("123.45" not in str(told) and told["project"]["quotes"] is None for told in others)
    with clock.fixed(OPENS + timedelta(hours=24, seconds=11)):
        await awards.settle_due()
        done = (await execute(SEEN, shows, c=project.code)).data
    assert done["awardReplay"] == {"agrees": True} and done["project"]["award"] == {"amount": "123.45"}
    assert done["project"]["quotes"] == [
        {"amount": "123.45", "salt": salt, "invalidReason": "", "bidder": {"code": code}},
        {"amount": None, "salt": None, "invalidReason": "not_revealed", "bidder": {"code": await contest.code_of(silent)}},
    ]
    assert done["project"]["myQuotes"][0]["revealProof"]["seq"] > 0
