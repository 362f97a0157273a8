"""Submitting and withdrawing sealed quotes. Before the opening only the bidder can read its own."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from market import db, idempotency, vault
from market.actors import Actor
from market.catalogue import read as catalogue
from market.clock import local_date
from market.errors import (
    AboveCeiling,
    DeadlinePassed,
    NoQuoteToWithdraw,
    NotInvited,
    QualificationMissing,
    QuotesAlreadyOpened,
    SelfDealing,
    WrongState,
)
from market.log.canonical import canonical
from market.parties import read as parties
from market.parties.models import Organisation
from market.permissions import Action, Subject
from market.projects import read as projects
from market.projects.forms import MAX_WORKING_DAYS
from market.projects.models import Project
from market.projects.states import ProjectState
from market.quotes import read
from market.quotes.models import Quote
from market.text import Checker
from market.usecase import authorise, unit, use_case


@dataclass(frozen=True)
class SubmitQuote:
    """A quote: ``amount_fen`` in fen for the whole service, ``service_working_days`` promised from signing."""

    idempotency_key: str
    project_code: str
    amount_fen: int
    service_working_days: int
    note: str = ""

    def check(self) -> None:
        """Raises InvalidInput with every problem."""
        check = Checker()
        check.amount("amount", self.amount_fen)
        check.whole("serviceWorkingDays", self.service_working_days, 1, MAX_WORKING_DAYS)
        check.text("note", self.note, 500, required=False, lines=True)
        check.done()


@use_case(Action.QUOTE_SUBMIT)
async def submit_quote(actor: Actor, form: SubmitQuote) -> read.OwnQuote:
    """Seal a quote; it replaces the bidder's earlier one. The receipt proves what was received and when.

    The time of receipt decides, not the time of writing; see ``projects.read.opens_at`` for the grace.
    Raises InvalidInput, NotFound, WrongState, DeadlinePassed, QuotesAlreadyOpened, NotInvited, SelfDealing,
    QualificationMissing, AboveCeiling, IdempotencyKeyReused.
    """
    bidder = await _bidder(actor)
    form.check()
    print_ = idempotency.fingerprint(vault.fingerprint_secret(), "submit_quote", vars(form))
    done = await idempotency.seen(bidder.id, form.idempotency_key, print_)
    if done:
        unit().replayed = True
        return await read.own_quote(done)
    project = await _contested(actor, form.project_code)
    await _check_bidder(project, bidder)
    if project.ceiling_fen is not None and form.amount_fen > project.ceiling_fen:
        raise AboveCeiling(form.amount_fen, project.ceiling_fen)
    await Quote.filter(project_id=project.id, bidder_id=bidder.id, live=True).update(live=None, replaced_at=unit().now)
    own = await _store(project, bidder, form)
    await idempotency.remember(bidder.id, form.idempotency_key, "submit_quote", print_, own.row.id)
    unit().record_sealed(own.row.commitment)
    return own


async def _bidder(actor: Actor) -> Organisation:
    """The bidder, locked: one intermediary's submissions come one after the other, others' are not held up."""
    authorise(Action.QUOTE_SUBMIT, Subject.of(actor.organisation_id))
    return await Organisation.select_for_update(no_key=True).get(id=actor.organisation_id)


async def _contested(actor: Actor, code: str) -> Project:
    """The project, locked against its opening, if the request came in time."""
    await db.lock(Project, code, "SHARE", "code")
    project = await projects.visible(actor, code)
    received_at = unit().received_at
    if project.closes_at is None or project.state == ProjectState.CANCELLED:
        raise WrongState("project", project.state, (ProjectState.OPEN,))
    if received_at > project.closes_at:
        raise DeadlinePassed(project.closes_at, received_at)
    if project.opened_at is not None:
        raise QuotesAlreadyOpened(project.closes_at, received_at, project.opened_at)
    return project


async def _check_bidder(project: Project, bidder: Organisation) -> None:
    if project.invited_id not in (None, bidder.id):
        raise NotInvited(project.code)
    if project.buyer_id == bidder.id:
        raise SelfDealing(project.code)
    today = local_date(unit().now)
    item = await catalogue.item_at(project.item_code, today)
    needed = item.qualification_zh if item else ""
    if needed and not await parties.holds_qualification(bidder.id, needed, today):
        raise QualificationMissing(needed)


async def _store(project: Project, bidder: Organisation, form: SubmitQuote) -> read.OwnQuote:
    if project.terms["sealKey"] != vault.key_id():
        raise vault.KeyMissing(f"project {project.code} was sealed with another key")
    quote_id, salt, days, note = uuid4(), secrets.token_bytes(32), form.service_working_days, form.note.strip()
    content = canonical({"amountFen": form.amount_fen, "serviceWorkingDays": days, "note": note})
    row = await Quote.create(
        id=quote_id,
        project=project,
        bidder=bidder,
        commitment=vault.commitment(project.code, bidder.code, content, salt),
        ciphertext=vault.seal(project.id, quote_id, _envelope(content, salt)),
        received_at=unit().received_at,
    )
    return read.OwnQuote(row, project.code, form.amount_fen, days, note, content, salt.hex())


def _envelope(content: str, salt: bytes) -> bytes:
    return json.dumps({"content": content, "salt": salt.hex()}, ensure_ascii=False).encode()


@use_case(Action.QUOTE_SUBMIT)
async def withdraw_quote(actor: Actor, project_code: str) -> read.OwnQuote:
    """Take back the live quote before the deadline.

    Raises NotFound, WrongState, DeadlinePassed, QuotesAlreadyOpened, NoQuoteToWithdraw.
    """
    bidder = await _bidder(actor)
    project = await _contested(actor, project_code)
    quote = await Quote.get_or_none(project_id=project.id, bidder_id=bidder.id, live=True)
    if quote is None:
        raise NoQuoteToWithdraw(project.code)
    quote.live, quote.withdrawn_at = None, unit().now
    await quote.save(update_fields=["live", "withdrawn_at"])
    unit().record_sealed(vault.commitment(project.code, bidder.code, f"withdrawn {quote.commitment}", secrets.token_bytes(32)))
    return await read.own_quote(quote.id)


async def own_quotes(actor: Actor, project_id: UUID) -> list[read.OwnQuote]:
    """All of the actor's quotes for a project, replaced and withdrawn ones too, newest first. That it looked is logged."""
    if actor.organisation_id is None or not await Quote.exists(project_id=project_id, bidder_id=actor.organisation_id):
        return []
    return await _look(actor, actor.organisation_id, project_id)


@use_case(None)
async def _look(_actor: Actor, bidder_id: UUID, project_id: UUID) -> list[read.OwnQuote]:
    return await read.own_quotes(bidder_id, project_id)


@dataclass(frozen=True)
class Opened:
    """An opened quote: its row and its canonical content."""

    quote: Quote
    content: str
    values: dict[str, Any]


async def unseal_all(project: Project, now: datetime) -> list[Opened]:
    """Decrypt every live quote of a project whose time has come, and fill its open columns, in the caller's transaction.

    The only place that decrypts other people's quotes. Raises PermissionError before the time, whoever asks.
    """
    if now < projects.opens_at(project):
        raise PermissionError(f"quotes of {project.code} may not be opened before {projects.opens_at(project)}")
    quotes = await Quote.filter(project_id=project.id, live=True).select_related("bidder").order_by("received_at", "commitment")
    return [await _open(project, quote) for quote in quotes]


async def _open(project: Project, quote: Quote) -> Opened:
    sealed = read.unsealed(project.id, quote)
    values = sealed.values
    if vault.commitment(project.code, quote.bidder.code, sealed.content, bytes.fromhex(sealed.salt)) != quote.commitment:
        raise ValueError(f"quote {quote.id} does not fit its commitment")
    quote.amount_fen, quote.service_working_days = values["amountFen"], values["serviceWorkingDays"]
    quote.salt = sealed.salt
    return Opened(quote, sealed.content, values)
