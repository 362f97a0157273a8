"""The draw of a project: its list is closed, nonces are shown, the beacon is typed in, and the order is drawn.

Until then the quotes stay sealed: whoever decides whether to show a nonce knows no price. Source: integrity.md §6.2.
"""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from tortoise.expressions import Q

from market import vault
from market.actors import Actor
from market.draws import read
from market.draws.models import Draw
from market.errors import BeaconDiffers, DeadlinePassed, InvalidInput, NothingToReveal, RevealPeriodOver, WrongState
from market.parties import read as parties
from market.permissions import Action, Subject
from market.projects import read as projects
from market.projects.models import Project, SealMode
from market.projects.states import ProjectState
from market.quotes import concerned
from market.quotes import read as quote_reads
from market.quotes import service as quotes
from market.quotes.models import Quote
from market.selection import draw as drawing
from market.selection import transcript
from market.text import Checker
from market.usecase import authorise, unit, use_case

_NONCE = re.compile(r"[0-9a-f]{64}")
_LINK = re.compile(r"https?://\S+")


async def close(project: Project, now: datetime) -> Draw:
    """Close the list of who quoted and log its salted hash, in the caller's transaction: from here on it cannot change."""
    listed = transcript.closing(
        project.terms["draw"],
        transcript.Times(_closes_at(project), now, reveal_until := _reveal_until(project, now)),
        secrets.token_bytes(32),
        [_entrant(quote) for quote in await _live(project)],
    )
    unit().record("draw:close", f"project:{project.code}", hash=listed["hash"])
    return await Draw.create(project=project, closing=listed, reveal_until=reveal_until)


def _closes_at(project: Project) -> datetime:
    return projects.opens_at(project) - timedelta(seconds=project.terms["openingGraceSeconds"])


def _reveal_until(project: Project, now: datetime) -> datetime:
    """Counted from when the list was closed: who comes late to close it takes nobody's time, unless the beacon would be known."""
    until = max(now, projects.opens_at(project)) + timedelta(seconds=project.terms["draw"]["revealSeconds"])
    return min(until, project.beacon_at) if project.beacon_at and project.beacon_at > now else until


async def _live(project: Project) -> Sequence[Quote]:
    return await Quote.filter(project_id=project.id, live=True).select_related("bidder").order_by("received_at", "commitment")


def _entrant(quote: Quote) -> transcript.Entrant:
    return transcript.Entrant(quote.bidder.code, quote.nonce_hash or "", quote.escrowed, quote.nonce)


async def due_at(project: Project, draw: Draw, now: datetime) -> datetime | None:
    """When it can be drawn: now, after the reveal period while nonces or quotes are out; while the beacon is awaited, after its period.

    None: a notice of before, which waits for ever.
    """
    out = Q(escrowed=False, nonce=None) | Q(held=True)
    missing = await Quote.filter(out, project_id=project.id, live=True).exists()
    if missing and now <= (waited := _with_grace(project, draw.reveal_until)):
        return waited + timedelta(microseconds=1)
    until = read.beacon_until(project.terms)
    if not read.beacon_awaited(project.terms, draw):
        return now
    return None if until is None else max(now, _with_grace(project, until))


def _with_grace(project: Project, until: datetime) -> datetime:
    """What came in time may still wait in the queue."""
    return until + timedelta(seconds=project.terms["openingGraceSeconds"])


def beacon_overdue(project: Project, draw: Draw, now: datetime) -> bool:
    """Whether two did not agree on the beacon within the period of a notice that fails then."""
    until = read.beacon_until(project.terms)
    late = until is not None and now >= _with_grace(project, until)
    return late and not read.goes_on_without(project.terms) and read.beacon_awaited(project.terms, draw)


def make(project: Project, draw: Draw, quotes: Sequence[Quote], now: datetime) -> None:
    """Draw among all who showed their nonce or left it here; ``quotes``: all live ones, with what lay in escrow filled in."""
    code = drawing.code(vault.draw_secret(project.id), project.terms["draw"]["draws"])
    said = project.terms["draw"]
    beacon = transcript.beacon_of(said, draw.voices)
    draw.transcript = transcript.assemble(said, draw.closing, [_entrant(q) for q in quotes], beacon, code, now)


def publish(project: Project, draw: Draw) -> None:
    """From here on everybody may have the transcript, and who did not reveal is on record. Raises ValueError before the draw."""
    if draw.transcript is None:
        raise ValueError("not drawn yet")
    result, out = draw.transcript["draw"], draw.transcript["excluded"]
    unit().record("draw:draw", f"project:{project.code}", code=result["code"], order=result["order"], excluded=out)
    for bidder in out:
        unit().record("draw:not_revealed", f"organisation:{bidder}", project=project.code)


def places(draw: Draw, *, silent_last: bool) -> drawing.Place:
    """The places of a draw that was made, for the method; ``silent_last``: the excluded and their tickets. Raises ValueError before."""
    if draw.transcript is None:
        raise ValueError("not drawn yet")
    out = draw.transcript["excluded"] if silent_last else ()
    return partial(_place, bytes.fromhex(draw.transcript["draw"]["prk"]), frozenset(out))


def _place(prk: bytes, out: frozenset[str], label: str) -> bytes:
    return bytes([label.partition("#")[0] in out]) + drawing.place(prk, label)


@use_case(Action.QUOTE_SUBMIT)
async def reveal_nonce(actor: Actor, project_code: str, nonce: str) -> quote_reads.OwnQuote:
    """Show the nonce whose hash came with the quote. The last one that was missing lets the draw begin at once.

    Raises NotFound, WrongState, RevealPeriodOver, NothingToReveal, InvalidInput.
    """
    authorise(Action.QUOTE_SUBMIT, Subject.of(actor.organisation_id))
    project, draw = await _closed(actor, project_code)
    if unit().received_at > draw.reveal_until:
        raise RevealPeriodOver(draw.reveal_until, unit().received_at)
    mine = Quote.filter(project_id=project.id, live=True, escrowed=False, bidder_id=actor.organisation_id)
    quote = await mine.select_related("bidder").first()
    if quote is None:
        raise NothingToReveal(project.code)
    if not _fits(project, quote, nonce):
        raise InvalidInput.one("nonce", "nonce_does_not_fit")
    if quote.nonce is None:
        quote.nonce = nonce
        await quote.save(update_fields=["nonce"])
        unit().record_sealed(drawing.hashed("zhoushan-market draw revealed v1", project.code, quote.bidder.code, nonce).hex())
        await _check_again(project, draw)
    else:
        unit().replayed = True
    return await quote_reads.own_quote(quote.id)


@use_case(Action.QUOTE_SUBMIT)
async def reveal_quote(actor: Actor, project_code: str, content: str, salt: str) -> quote_reads.OwnQuote:
    """Show the quote whose commitment came before the deadline; until all did, or the period is over, it is sealed like any other.

    Raises NotFound, WrongState, RevealPeriodOver, NothingToReveal, InvalidInput.
    """
    authorise(Action.QUOTE_SUBMIT, Subject.of(actor.organisation_id))
    project, draw = await _closed(actor, project_code)
    if unit().received_at > draw.reveal_until:
        raise RevealPeriodOver(draw.reveal_until, unit().received_at)
    mine = Quote.filter(project_id=project.id, live=True, bidder_id=actor.organisation_id)
    quote = await mine.select_related("bidder").first()
    if quote is None or project.seal_mode != SealMode.BIDDER_HELD:
        raise NothingToReveal(project.code)
    if not quote.held:
        unit().replayed = True
        return await quote_reads.own_quote(quote.id)
    await quotes.take_in(project, quote, content, salt)
    unit().record_sealed(quote_reads.reveal_record(project.code, quote.bidder.code, content, salt))
    await _check_again(project, draw)
    return await quote_reads.own_quote(quote.id)


def _fits(project: Project, quote: Quote, nonce: str) -> bool:
    given = _NONCE.fullmatch(nonce) and drawing.nonce_hash(project.code, quote.bidder.code, bytes.fromhex(nonce)).hex()
    return given == quote.nonce_hash


async def _closed(actor: Actor, code: str) -> tuple[Project, Draw]:
    """The project, locked, and its draw that has not happened yet. Raises NotFound, WrongState."""
    project = await projects.visible(actor, code, for_update=True)
    draw = await Draw.get_or_none(project_id=project.id)
    if draw is None or project.state != ProjectState.CLOSED:
        raise WrongState("project", project.state, (ProjectState.CLOSED,))
    if draw.transcript is not None:
        raise WrongState("draw", "drawn", ("to_be_drawn",))
    draw.project = project
    return project, draw


async def _check_again(project: Project, draw: Draw) -> None:
    await Project.filter(id=project.id).update(next_check_at=await due_at(project, draw, unit().now))


@use_case(Action.BEACON_RECORD)
async def record_beacon(actor: Actor, project_code: str, value: str, link: str) -> Draw:
    """Type in the value of the beacon that the notice names, with a link to where it was published: each person once, for good.

    Another value than the first one's contradicts it: then a third one decides. The second organisation that says the same begins the draw.
    Raises NotFound, NotPermitted (four_eyes), SelfDealing, WrongState, DeadlinePassed, InvalidInput.
    """
    project, draw = await _awaiting(actor, project_code)
    authorise(Action.BEACON_RECORD, _speakers(draw))
    check = Checker()
    value, link = check.text("value", _plain(value), 500), check.text("link", link, 500)
    if not _LINK.fullmatch(link):
        check.add("link", "not_a_link")
    check.done()
    return await _said(actor, project, draw, value, link)


@use_case(Action.BEACON_CONFIRM)
async def confirm_beacon(actor: Actor, project_code: str, value: str) -> Draw:
    """Another official types in the value that it read itself, where that was typed in before; of another organisation: it begins the draw.

    Raises NotFound, NotPermitted (four_eyes), SelfDealing, WrongState, DeadlinePassed, BeaconDiffers.
    """
    project, draw = await _awaiting(actor, project_code)
    authorise(Action.BEACON_CONFIRM, _speakers(draw))
    links = {voice["value"]: voice["link"] for voice in draw.voices}
    if _plain(value) not in links:
        raise BeaconDiffers(" / ".join(links), _plain(value)[:500])
    return await _said(actor, project, draw, _plain(value), links[_plain(value)])


def _speakers(draw: Draw) -> Subject:
    """Those who have said what they saw: whoever may say it anew could wait for the value that it likes."""
    return Subject(makers=frozenset(UUID(voice["by"]) for voice in draw.voices))


async def _said(actor: Actor, project: Project, draw: Draw, value: str, link: str) -> Draw:
    [own] = await parties.organisations_by_id([actor.organisation_id])
    organisation = own.code if own else ""
    voice = transcript.voice(actor.account_id or UUID(int=0), organisation, value, link, unit().received_at)
    draw.voices = sorted([*draw.voices, voice], key=lambda each: each["at"])
    await draw.save(update_fields=["voices"])
    unit().record("draw:beacon", f"project:{project.code}", **voice)
    await _check_again(project, draw)
    return draw


def _plain(value: str) -> str:
    """However the numbers were spaced: one blank between them."""
    return " ".join(value.split())


async def _awaiting(actor: Actor, code: str) -> tuple[Project, Draw]:
    """Judged by when the request was received, as everything with a deadline."""
    project, draw = await _closed(actor, code)
    at, until = unit().received_at, read.beacon_until(project.terms)
    if not read.beacon_awaited(project.terms, draw) or at < (project.beacon_at or at):
        raise WrongState("beacon", "awaited" if project.beacon_name else "not_named", ("published",))
    if until is not None and at >= until:
        raise DeadlinePassed(until, at)
    await concerned.refuse(actor, project)
    return project, draw
