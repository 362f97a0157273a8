"""Quotes that their bidders keep: the commitment before the deadline, the quote in the reveal period, and nothing in between."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from market import clock, errors, vault
from market.actors import ANONYMOUS, Actor, Role
from market.awards import service as awards
from market.awards.models import Award
from market.awards.replay import replay
from market.draws import service as draws
from market.log import models as log_models
from market.log import read as log
from market.projects import service as projects
from market.projects.forms import PostProject
from market.projects.models import Project, Quoting, SealMode, SelectionMethod
from market.quotes import contests, service
from market.quotes.content import Content
from market.quotes.models import Quote
from market.selection import draw
from tests import contest
from tests.contest import CLOSES, NOON, OPENS, member

REVEAL_ENDS = OPENS + timedelta(hours=24)
DECIDED = REVEAL_ENDS + timedelta(seconds=11)
"""After the grace for what came in time and waits in the queue."""


@dataclass(frozen=True)
class Kept:
    """What a bidder keeps at home."""

    bidder: Actor
    content: str
    salt: str


def held_form(**changes: Any) -> PostProject:
    """An applicant's contest whose quotes the bidders keep."""
    return contest.form(contest.CHOICE_ITEM, told_not_obliged=True, seal_mode=SealMode.BIDDER_HELD, **changes)


@pytest.fixture
async def project(database: str, shipped_catalogue: None) -> Project:
    """One that is open."""
    return await contest.published(await member(Role.APPLICANT), held_form())


def commitment(project: Project, code: str, content: str, salt: str) -> str:
    """As README says, with the standard library alone."""
    parts = (b"zhoushan-market quote v1", project.code.encode(), code.encode(), content.encode(), bytes.fromhex(salt))
    return hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()


def written(fen: int, **more: Any) -> str:
    """A quote's canonical text."""
    return json.dumps(
        {"amountFen": fen, "note": "", "serviceWorkingDays": 15} | more, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


async def committed(project: Project, content: str, bidder: Actor | None = None, nonce: bytes | None = None) -> Kept:
    """A bidder that hands in its commitment at noon, and keeps the rest."""
    bidder = bidder or await member(Role.INTERMEDIARY)
    code, salt = await contest.code_of(bidder), secrets.token_hex(32)
    hashed = draw.nonce_hash(project.code, code, nonce).hex() if nonce else None
    with clock.fixed(NOON):
        form = service.CommitQuote(uuid4().hex, project.code, commitment(project, code, content, salt), hashed)
        await service.commit_quote(bidder, form)
    return Kept(bidder, content, salt)


async def settled(project: Project, at: datetime) -> Project:
    """What is due by then is done."""
    with clock.fixed(at):
        await awards.settle_due()
    return await Project.get(id=project.id)


async def shown(project: Project, kept: Kept, at: datetime = OPENS + timedelta(hours=1)) -> None:
    """What was kept, as it was kept."""
    with clock.fixed(at):
        await draws.reveal_quote(kept.bidder, project.code, kept.content, kept.salt)


async def test_the_last_one_shown_decides_at_once(project: Project) -> None:
    """Nothing is opened before; then the lowest wins, and anybody recomputes it from the log."""
    dear, cheap = await committed(project, written(900)), await committed(project, written(800))
    assert project.terms["sealMode"] == "bidder_held" and project.terms["draw"]["revealSeconds"] == 24 * 3600
    assert (await settled(project, OPENS)).state == "closed"
    await shown(project, dear)
    assert (await settled(project, OPENS + timedelta(hours=1))).opened_at is None
    await shown(project, cheap)
    assert (await settled(project, OPENS + timedelta(hours=1))).state == "standstill"
    award = await Award.get(project_id=project.id).select_related("supplier")
    assert (award.supplier_id, award.amount_fen) == (cheap.bidder.organisation_id, 800)
    again = await replay(ANONYMOUS, project.code)
    assert (again.winner, again.difference, again.quotes) == (award.supplier.code, None, 2)


async def test_before_it_is_shown_nobody_could_know_it(project: Project) -> None:
    """With the database and every key: no amount, no salt, no length that tells; afterwards it is sealed like any other."""
    kept = await committed(project, written(98_765_432_10, note="机密"))
    row = await Quote.get(project_id=project.id)
    inside = json.loads(vault.unseal(project.id, row.id, row.ciphertext))
    assert set(inside) == {"nonce"} and row.held and len(row.ciphertext) == vault.PADDED + 28
    with clock.fixed(NOON):
        [own] = await service.own_quotes(kept.bidder, project.id)
    assert (own.amount_fen, own.content, own.salt, own.row.commitment) == (None, None, None, row.commitment)
    await committed(project, written(1))
    await settled(project, OPENS)
    await shown(project, kept)
    row = await Quote.get(id=row.id)
    assert (row.amount_fen, row.salt, row.held, len(row.ciphertext)) == (None, None, False, vault.PADDED + 28)
    assert str(9_876_543_210).encode() not in row.ciphertext


async def test_what_is_not_shown_in_time_is_invalid_and_on_record(project: Project) -> None:
    """After the window the rest is decided without it; it cannot come later, and the replay agrees."""
    silent, other = await committed(project, written(100)), await committed(project, written(900))
    await settled(project, OPENS)
    await shown(project, other, REVEAL_ENDS)
    with pytest.raises(errors.RevealPeriodOver):
        await shown(project, silent, REVEAL_ENDS + timedelta(microseconds=1))
    assert (await settled(project, REVEAL_ENDS + timedelta(seconds=5))).state == "closed"
    assert (await settled(project, DECIDED)).state == "standstill"
    lost = await Quote.get(bidder_id=silent.bidder.organisation_id)
    assert (lost.invalid_reason, lost.amount_fen, lost.rank) == ("not_revealed", None, None)
    entry = await log_models.LogEntry.get(action="quote:not_revealed")
    assert entry.subject == f"organisation:{await contest.code_of(silent.bidder)}" and project.code in entry.body
    again = await replay(ANONYMOUS, project.code)
    assert (again.winner, again.difference) == (await contest.code_of(other.bidder), None)
    with clock.fixed(REVEAL_ENDS), pytest.raises(errors.WrongState):
        await draws.reveal_quote(silent.bidder, project.code, silent.content, silent.salt)


async def test_a_quote_said_to_be_hidden_is_found(project: Project) -> None:
    """Who takes a shown quote out of the stored ones, or puts an amount to one that was not shown, differs from the log."""
    one, two = await committed(project, written(100)), await committed(project, written(900))
    await settled(project, OPENS)
    await shown(project, one)
    await settled(project, DECIDED)
    for kept, change, restored in ((one, {"salt": None}, {"salt": one.salt}), (two, {"amount_fen": 1}, {"amount_fen": None})):
        row = Quote.filter(bidder_id=kept.bidder.organisation_id)
        await row.update(**change)
        assert (await replay(ANONYMOUS, project.code)).difference is not None
        await row.update(**restored)
    assert (await replay(ANONYMOUS, project.code)).difference is None


@pytest.mark.parametrize(
    "content",
    [
        '{"amountFen": 100,"note":"","serviceWorkingDays":15}',
        '{"amountFen":100.0,"note":"","serviceWorkingDays":15}',
        '{"amountFen":true,"note":"","serviceWorkingDays":15}',
        '{"amountFen":100,"extra":1,"note":"","serviceWorkingDays":15}',
        '{"amountFen":100,"note":1,"serviceWorkingDays":15}',
        '{"amountFen":100,"note":""}',
        "[" * 50_000,
        "null",
        "",
        '"\ud800"',
    ],
)
def test_one_quote_has_one_text(content: str) -> None:
    """Another spelling, another type, a field more or less: none of it is a quote."""
    assert Content.read(content) is None
    assert Content.read(written(100, note="备注")) == Content(100, None, 15, "备注")


async def test_only_what_was_committed_to_is_taken(project: Project) -> None:
    """Another amount, salt or bidder is refused; so is a quote that the notice does not ask for, whatever was committed to."""
    kept = await committed(project, written(900))
    odd = [await committed(project, text) for text in (written(0), written(5, discountBp=1), written(5, proposal="x"), "{}")]
    await settled(project, OPENS)
    changed = [(written(899), kept.salt), (kept.content, "0" * 64), (kept.content, "x"), (kept.content + " ", kept.salt)]
    with clock.fixed(OPENS):
        for content, salt in changed:
            with pytest.raises(errors.InvalidInput, match="does_not_fit_commitment"):
                await draws.reveal_quote(kept.bidder, project.code, content, salt)
        for one in odd:
            with pytest.raises(errors.InvalidInput):
                await draws.reveal_quote(one.bidder, project.code, one.content, one.salt)
            with pytest.raises(errors.InvalidInput, match="does_not_fit_commitment"):
                await draws.reveal_quote(one.bidder, project.code, kept.content, kept.salt)
        with pytest.raises(errors.NothingToReveal):
            await draws.reveal_quote(await member(Role.INTERMEDIARY), project.code, kept.content, kept.salt)
    await shown(project, kept)
    await shown(project, kept)
    assert (await settled(project, DECIDED)).state == "standstill"
    assert await Quote.filter(invalid_reason="not_revealed").count() == len(odd)


async def test_the_last_commitment_counts_until_the_deadline(project: Project) -> None:
    """It replaces the earlier one; the same key is one; withdrawn there is nothing to show; before the deadline nothing is."""
    first = await committed(project, written(100))
    second = await committed(project, written(200), first.bidder)
    gone = await committed(project, written(50))
    with clock.fixed(NOON):
        await service.withdraw_quote(gone.bidder, project.code)
        form = service.CommitQuote("k", project.code, "0" * 64)
        same = [(await service.commit_quote(first.bidder, form)).row.id for _ in range(2)]
        with pytest.raises(errors.IdempotencyKeyReused):
            await service.commit_quote(first.bidder, service.CommitQuote("k", project.code, "1" * 64))
        with pytest.raises(errors.InvalidInput):
            await service.commit_quote(first.bidder, service.CommitQuote("l", project.code, "X", "Y"))
        with pytest.raises(errors.WrongState):
            await draws.reveal_quote(first.bidder, project.code, second.content, second.salt)
    assert len(set(same)) == 1
    third = await committed(project, written(300), first.bidder)
    with clock.fixed(CLOSES + timedelta(microseconds=1)), pytest.raises(errors.DeadlinePassed):
        await service.commit_quote(first.bidder, service.CommitQuote("m", project.code, "0" * 64))
    await settled(project, OPENS)
    with pytest.raises(errors.InvalidInput):
        await shown(project, first)
    with pytest.raises(errors.NothingToReveal):
        await shown(project, gone)
    await shown(project, third)
    assert (await settled(project, OPENS + timedelta(hours=1))).state == "standstill"


async def test_each_notice_takes_quotes_its_own_way(project: Project) -> None:
    """A plain quote is refused where bidders keep theirs, a commitment where they do not; only price methods let them."""
    open_one = await contest.published(await member(Role.APPLICANT), contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    with pytest.raises(errors.InvalidInput, match="kept_by_bidders"):
        await contest.quoted(await member(Role.INTERMEDIARY), project, 100)
    with pytest.raises(errors.InvalidInput, match="kept_here"):
        await committed(open_one, written(100))
    for method in (SelectionMethod.RANDOM_DRAW, SelectionMethod.DIRECT, SelectionMethod.REVERSE_AUCTION):
        with clock.fixed(NOON), pytest.raises(errors.InvalidInput, match="sealMode"):
            await projects.post_project(await member(Role.APPLICANT), held_form(method=method, ceiling_fen=1))


async def test_rates_own_nonces_and_a_ceiling(project: Project) -> None:
    """A rate is worth what it leaves; the own nonce is awaited besides; an amount above the ceiling is shown and does not count."""
    buyer = await member(Role.APPLICANT)
    rated = await contest.published(buyer, held_form(quoting=Quoting.DISCOUNT_RATE, ceiling_fen=10_000))
    text = json.dumps({"discountBp": 250, "note": "", "serviceWorkingDays": 15}, separators=(",", ":"))
    nonce = secrets.token_bytes(32)
    kept = await committed(rated, text, nonce=nonce)
    capped = await contest.published(buyer, held_form(ceiling_fen=500))
    high, low = await committed(capped, written(501)), await committed(capped, written(500))
    await settled(rated, OPENS)
    for shown_for, one in ((rated, kept), (capped, high), (capped, low)):
        await shown(shown_for, one)
    assert (await settled(rated, OPENS + timedelta(hours=1))).opened_at is None
    with clock.fixed(OPENS + timedelta(hours=1)):
        await draws.reveal_nonce(kept.bidder, rated.code, nonce.hex())
    assert (await settled(rated, OPENS + timedelta(hours=1))).state == "standstill"
    assert (await Award.get(project_id=rated.id)).amount_fen == 9_750
    assert await Quote.filter(invalid_reason="above_ceiling").values_list("amount_fen", flat=True) == [501]


async def test_the_log_tells_no_number_and_the_receipts_hold(project: Project) -> None:
    """Nothing public until the opening, however many commit and show; both acts are proven to their bidder."""
    before = await log_models.LogEntry.all().count()
    kept = [await committed(project, written(100 + n)) for n in range(3)]
    assert await log_models.LogEntry.all().count() == before
    await settled(project, OPENS)
    closed = await log_models.LogEntry.all().count()
    for one in kept[:2]:
        await shown(project, one)
    assert await log_models.LogEntry.all().count() == closed
    with clock.fixed(OPENS + timedelta(hours=2)):
        assert not await contests.publish_due()
    await settled(project, DECIDED)
    code = await contest.code_of(kept[0].bidder)
    row = await Quote.get(bidder_id=kept[0].bidder.organisation_id)
    record = service.read.reveal_record(project.code, code, kept[0].content, kept[0].salt)
    assert [bool(proof) for proof in await log.sealed_proofs([row.commitment, record])] == [True, True]


async def test_people_in_a_kept_quote_are_looked_up_at_the_opening(project: Project) -> None:
    """Whom nobody registered makes it invalid; what is no list of names, or no name, is not taken at all."""
    stranger, nul = [await committed(project, written(100, practitioners=[code])) for code in ("RY-0", "RY-\x00")]
    odd, plain = await committed(project, written(200, practitioners=[5])), await committed(project, written(900))
    await settled(project, OPENS)
    await shown(project, stranger)
    with pytest.raises(errors.InvalidInput, match="does_not_fit_commitment"):
        await shown(project, odd)
    with pytest.raises(errors.InvalidInput, match="control_character"):
        await shown(project, nul)
    await shown(project, plain)
    opened = await settled(project, DECIDED)
    assert opened.excluded == {await contest.code_of(stranger.bidder): "practitioner_not_registered"}
    assert (await Award.get(project_id=project.id)).supplier_id == plain.bidder.organisation_id
    assert (await replay(ANONYMOUS, project.code)).difference is None


LONGEST = {"note": '"' * 500, "practitioners": ["\U00020000" * 40] * 10}
"""What takes most room of all that a quote may say: four bytes a character once it is sealed."""


async def test_whatever_a_quote_may_say_can_be_sealed(project: Project) -> None:
    """The longest is taken; blanks around it without end, or what no file can say, is refused like any other fault."""
    longest = {**LONGEST, "practitioners": [f"{n}" + code[1:] for n, code in enumerate(LONGEST["practitioners"])]}
    fits = await committed(project, written(98_765_432_10, **longest), nonce=secrets.token_bytes(32))
    blank = await committed(project, written(100, note="好" + " " * 5000))
    wide = await committed(project, written(100, practitioners=["x" * 41]))
    await settled(project, OPENS)
    for kept, code in ((blank, "too_many_bytes"), (wide, "too_long")):
        with pytest.raises(errors.InvalidInput) as refused:
            await shown(project, kept)
        assert refused.value.fields[0].code == code
    with clock.fixed(OPENS), pytest.raises(errors.InvalidInput, match="does_not_fit_commitment"):
        await draws.reveal_quote(wide.bidder, project.code, written(100, note="\ud800"), wide.salt)
    await shown(project, fits)
    assert not (await Quote.get(bidder_id=fits.bidder.organisation_id)).held
