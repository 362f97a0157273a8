"""The draw as clients of the API see it: a commitment, then a hash, then everything."""

import secrets
from datetime import timedelta

from market import clock
from market.actors import Role
from market.awards import service as awards
from market.projects.models import SelectionMethod
from market.selection import draw
from tests import contest
from tests.contest import NOON, OPENS, member
from tests.schema.conftest import Execute

DRAW = """query($c: String!) { project(code: $c) { state quotes { nonceHash } draw {
    commitment codes rule noticeHash revealUntil closingHash transcript beacon { name at value confirmedAt } } } }"""
SUBMIT = (
    "mutation($i: SubmitQuoteInput!) { submitQuote(input: $i) { ... on QuoteReceipt { nonceHash nonceEscrowed nonceRevealed } } }"
)
REVEAL = "mutation($i: RevealNonceInput!) { revealNonce(input: $i) { __typename ... on QuoteReceipt { nonceRevealed } } }"


async def test_from_the_commitment_to_the_transcript(execute: Execute) -> None:
    """A bidder with a nonce of its own: quoting, the closing, revealing, and the transcript that anybody can verify."""
    posted = contest.form(contest.CHOICE_ITEM, told_not_obliged=True, method=SelectionMethod.RANDOM_DRAW, ceiling_fen=100)
    project, bidder = await contest.published(await member(Role.APPLICANT), posted), await member(Role.INTERMEDIARY)
    await contest.quoted(await member(Role.INTERMEDIARY), project, 100)
    nonce = secrets.token_bytes(32)
    hashed = draw.nonce_hash(project.code, await contest.code_of(bidder), nonce).hex()
    form = {"idempotencyKey": "k", "projectCode": project.code, "amount": "1.00", "serviceWorkingDays": 5, "nonceHash": hashed}
    with clock.fixed(NOON):
        answer = await execute(SUBMIT, bidder, i=form)
        assert answer.data["submitQuote"] == {"nonceHash": hashed, "nonceEscrowed": False, "nonceRevealed": False}
        before = (await execute(DRAW, c=project.code)).data["project"]["draw"]
    assert before["commitment"] == project.terms["draw"]["commitment"] and before["rule"] == "draw/2"
    assert (before["closingHash"], before["transcript"], before["beacon"]) == (None, None, None)
    with clock.fixed(OPENS + timedelta(minutes=1)):
        closed = (await execute(DRAW, c=project.code)).data["project"]
        assert closed["state"] == "CLOSED" and closed["quotes"] is None and closed["draw"]["transcript"] is None
        answer = await execute(REVEAL, bidder, i={"projectCode": project.code, "nonce": nonce.hex()})
        assert answer.data["revealNonce"] == {"__typename": "QuoteReceipt", "nonceRevealed": True}
        after = (await execute(DRAW, c=project.code)).data["project"]
    assert after["state"] == "STANDSTILL" and hashed in {q["nonceHash"] for q in after["quotes"]}
    assert draw.verify(after["draw"]["transcript"]) == []
    assert after["draw"]["transcript"]["closing"]["hash"] == closed["draw"]["closingHash"] == after["draw"]["closingHash"]


async def test_a_notice_names_its_beacon(execute: Execute) -> None:
    """Posted with it, shown with it, typed in by the operator and by a regulator."""
    text = "mutation($i: PostProjectInput!) { postProject(input: $i) { ... on Project { code } ... on Error { message } } }"
    at = OPENS + timedelta(days=1)
    form = {"idempotencyKey": "k", "title": "某项目", "itemCode": contest.CHOICE_ITEM, "serviceWorkingDays": 9}
    form |= {"toldNotObliged": True, "beacon": {"name": "双色球第 2026138 期", "at": at.isoformat()}}
    buyer = await member(Role.APPLICANT)
    with clock.fixed(NOON):
        code = (await execute(text, buyer, i=form)).data["postProject"]["code"]
        await contest.projects.submit_for_review(buyer, code)
        project = await contest.projects.review_project(await member(Role.OPERATOR), code, approve=True)
    await contest.quoted(await member(Role.INTERMEDIARY), project, 100)
    with clock.fixed(at):
        await awards.settle_due()
        record = "mutation($i: RecordBeaconInput!) { recordBeacon(input: $i) { ... on Draw { beacon { value confirmedAt } } } }"
        values = {"projectCode": code, "value": "01 02", "link": "https://example.org/"}
        answer = await execute(record, await member(Role.OPERATOR), i=values)
        assert answer.data["recordBeacon"] == {"beacon": {"value": None, "confirmedAt": None}}
        confirm = """mutation($i: ConfirmBeaconInput!) { confirmBeacon(input: $i) { ... on Draw {
            transcript beacon { name value confirmedAt } } } }"""
        answer = await execute(confirm, await member(Role.REGULATOR), i={"projectCode": code, "value": "01 02"})
    drawn = answer.data["confirmBeacon"]
    said = {"name": "双色球第 2026138 期", "value": "01 02", "confirmedAt": at.astimezone(clock.SHANGHAI).isoformat()}
    assert drawn["beacon"] == said and draw.verify(drawn["transcript"]) == []
