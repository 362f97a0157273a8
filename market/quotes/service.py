"""Submitting and withdrawing sealed quotes. Before the opening only the bidder can read its own."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from market import db, idempotency, vault
from market.actors import Actor
from market.errors import (
    AboveCeiling,
    DeadlinePassed,
    InvalidInput,
    NoQuoteToWithdraw,
    NotAMember,
    NotInvited,
    QuotesAlreadyOpened,
    WrongState,
)
from market.frameworks import read as frameworks
from market.measures import read as measures
from market.money import format_yuan
from market.parties.models import Organisation
from market.permissions import Action, Subject
from market.practitioners import read as practitioners
from market.projects import able
from market.projects import read as projects
from market.projects.forms import MAX_WORKING_DAYS
from market.projects.models import Project, Quoting, SealMode, SelectionMethod
from market.projects.parameters import FIXED_PRICE
from market.projects.states import ProjectState
from market.quotes import read
from market.quotes.content import Content
from market.quotes.models import Quote
from market.selection.draw import nonce_hash
from market.selection.ranking import FULL_BP
from market.text import Checker, typed_code
from market.usecase import authorise, unit, use_case

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class SubmitQuote:
    """A quote for the whole service: ``amount_fen`` in fen, or ``discount_bp`` off the ceiling, as the notice asks.

    ``service_working_days`` promised from signing; ``proposal`` where the notice asks for one; ``practitioners`` by their codes.
    ``nonce_hash``: hexadecimal, of the nonce that the bidder keeps for the draw; None: one is made here and kept in escrow.
    """

    idempotency_key: str
    project_code: str
    amount_fen: int | None
    service_working_days: int
    note: str = ""
    nonce_hash: str | None = None
    discount_bp: int | None = None
    proposal: str = ""
    practitioners: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises InvalidInput with every problem that needs no notice."""
        check = Checker()
        if self.amount_fen is not None:
            check.amount("amount", self.amount_fen)
        if self.discount_bp is not None:
            check.whole("discountBp", self.discount_bp, 0, FULL_BP - 1)
        check.whole("serviceWorkingDays", self.service_working_days, 1, MAX_WORKING_DAYS)
        check.text("note", self.note, 500, required=False, lines=True)
        check.text("proposal", self.proposal, PROPOSAL_CHARACTERS, required=False, lines=True)
        if self.nonce_hash is not None and not _HASH.fullmatch(self.nonce_hash):
            check.add("nonceHash", "not_a_hash")
        check.whole("practitioners", len(self.practitioners), 0, MAX_PRACTITIONERS)
        for code in self.practitioners:
            check.text("practitioners", code, PRACTITIONER_CHARACTERS)
        check.done()

    def check_asked(self, project: Project) -> None:
        """What the notice asks for and nothing else. Raises InvalidInput."""
        _check_mode(project, SealMode.ESCROWED)
        self.check_values(project)

    def check_values(self, project: Project) -> None:
        """As ``check_asked``, whoever keeps the quote."""
        check, by_rate = Checker(), project.quoting == Quoting.DISCOUNT_RATE
        proposes = project.method == SelectionMethod.PROPOSAL_MERIT
        _asked(check, "amount", self.amount_fen is not None, not by_rate)
        _asked(check, "discountBp", self.discount_bp is not None, by_rate)
        _asked(check, "proposal", bool(self.proposal.strip()), proposes)
        check.done()

    def people(self) -> tuple[str, ...]:
        """The codes of the practitioners as they are stored, each once."""
        return tuple(sorted({typed_code(code) for code in self.practitioners}))

    def content(self) -> Content:
        """What is sealed."""
        proposal = self.proposal.replace("\r\n", "\n").strip()
        return Content(self.amount_fen, self.discount_bp, self.service_working_days, self.note.strip(), proposal, self.people())


MAX_PRACTITIONERS, PRACTITIONER_CHARACTERS = 10, 40
PROPOSAL_CHARACTERS = 5000
"""So much fits into a sealed quote whatever the characters are."""


@dataclass(frozen=True)
class CommitQuote:
    """Where the notice lets bidders keep their quotes: the commitment alone, hexadecimal; see ``vault.commitment``.

    ``nonce_hash``: as in ``SubmitQuote``.
    """

    idempotency_key: str
    project_code: str
    commitment: str
    nonce_hash: str | None = None

    def check(self) -> None:
        """Raises InvalidInput."""
        check = Checker()
        for path, text in (("commitment", self.commitment), ("nonceHash", self.nonce_hash)):
            if text is not None and not _HASH.fullmatch(text):
                check.add(path, "not_a_hash")
        check.done()


def _check_mode(project: Project, asked: SealMode) -> None:
    if project.seal_mode != asked:
        raise InvalidInput.one("projectCode", "kept_by_bidders" if asked is SealMode.ESCROWED else "kept_here")


def _asked(check: Checker, path: str, given: bool, asked: bool) -> None:
    if given != asked:
        check.add(path, "required" if asked else "not_allowed_here")


@use_case(Action.QUOTE_SUBMIT)
async def submit_quote(actor: Actor, form: SubmitQuote) -> read.OwnQuote:
    """Seal a quote; it replaces the bidder's earlier one. The receipt proves what was received and when.

    The time of receipt decides, not the time of writing; see ``projects.read.opens_at`` for the grace.
    Raises InvalidInput, NotFound, WrongState, DeadlinePassed, QuotesAlreadyOpened, NotInvited, NotAMember, SelfDealing,
    AffiliateOfAgency, OnAvoidanceList, SignUpStopped, QualificationMissing, AboveCeiling, IdempotencyKeyReused.
    """
    bidder = await _bidder(actor)
    form.check()
    print_, done = await _sent_before(bidder, "submit_quote", form)
    if done:
        return await read.own_quote(done)
    project = await _contested(actor, form.project_code)
    await _check_bidder(project, bidder)
    form.check_asked(project)
    await _check_practitioners(form.people(), bidder)
    if form.amount_fen is not None:
        _check_amount(project, form.amount_fen)
    own = await _sealed(project, bidder, form)
    await idempotency.remember(bidder.id, form.idempotency_key, "submit_quote", print_, own.row.id)
    return own


@use_case(Action.QUOTE_SUBMIT)
async def commit_quote(actor: Actor, form: CommitQuote) -> read.OwnQuote:
    """Take in the commitment to a quote that its bidder keeps until the deadline is over; it replaces the earlier one.

    Raises InvalidInput, NotFound, WrongState, DeadlinePassed, QuotesAlreadyOpened, NotInvited, NotAMember, SelfDealing,
    AffiliateOfAgency, OnAvoidanceList, SignUpStopped, QualificationMissing, IdempotencyKeyReused.
    """
    bidder = await _bidder(actor)
    form.check()
    print_, done = await _sent_before(bidder, "commit_quote", form)
    if done:
        return await read.own_quote(done)
    project = await _contested(actor, form.project_code)
    await _check_bidder(project, bidder)
    _check_mode(project, SealMode.BIDDER_HELD)
    row = await _store(project, bidder, form.commitment, form.nonce_hash, {})
    await idempotency.remember(bidder.id, form.idempotency_key, "commit_quote", print_, row.id)
    return read.OwnQuote(row, project.code)


async def _sent_before(bidder: Organisation, name: str, form: SubmitQuote | CommitQuote) -> tuple[str, UUID | None]:
    """The submission's fingerprint, and the quote that it made if it was sent already. Raises IdempotencyKeyReused."""
    print_ = idempotency.fingerprint(vault.fingerprint_secret(), name, vars(form))
    done = await idempotency.seen(bidder.id, form.idempotency_key, print_)
    unit().replayed = unit().replayed or done is not None
    return print_, done


async def _bidder(actor: Actor) -> Organisation:
    """The bidder, locked: one intermediary's submissions come one after the other, others' are not held up."""
    authorise(Action.QUOTE_SUBMIT, Subject.of(actor.organisation_id))
    return await Organisation.select_for_update(no_key=True).get(id=actor.organisation_id)


async def _contested(actor: Actor, code: str) -> Project:
    """The project, locked against its opening, if the request came in time."""
    await db.lock(Project, typed_code(code), "SHARE", "code")
    project = await projects.visible(actor, code)
    received_at = unit().received_at
    if project.closes_at is None or project.state == ProjectState.CANCELLED:
        raise WrongState("project", project.state, (ProjectState.OPEN,))
    if received_at > project.closes_at:
        raise DeadlinePassed(project.closes_at, received_at)
    if project.state != ProjectState.OPEN:
        raise QuotesAlreadyOpened(project.closes_at, received_at, project.opened_at or projects.opens_at(project))
    return project


async def _check_bidder(project: Project, bidder: Organisation) -> None:
    """A measure keeps nobody from replacing a quote that is already there: that is no new sign-up, and a better price harms nobody."""
    if not await Quote.exists(project_id=project.id, bidder_id=bidder.id, live=True):
        await measures.refuse(bidder.id, unit().now)
    if project.invited_id not in (None, bidder.id):
        raise NotInvited(project.code)
    await _check_member(project, bidder)
    await able.refuse(project, bidder, unit().now)


async def _check_member(project: Project, bidder: Organisation) -> None:
    """Raises NotAMember: nobody enters a framework for a call-off that is already published."""
    notice = project.published_at or unit().now
    if project.framework and not await frameworks.is_member(project.framework.id, bidder.id, notice):
        raise NotAMember(project.framework.code)


async def _check_practitioners(codes: tuple[str, ...], bidder: Organisation) -> None:
    """Who is unknown and who practises elsewhere are told alike. Raises InvalidInput."""
    known, now = await practitioners.by_code(codes), unit().now
    if any(not practitioners.practises(known.get(code), bidder.id, now) for code in codes):
        raise InvalidInput.one("practitioners", "not_your_practitioner")


def _check_amount(project: Project, amount_fen: int) -> None:
    if project.ceiling_fen is None:
        return
    if amount_fen > project.ceiling_fen:
        raise AboveCeiling(amount_fen, project.ceiling_fen)
    if project.method in FIXED_PRICE and amount_fen < project.ceiling_fen:
        raise InvalidInput.one("amount", "not_the_fixed_price", price=format_yuan(project.ceiling_fen))


async def _sealed(project: Project, bidder: Organisation, form: SubmitQuote) -> read.OwnQuote:
    salt, values = secrets.token_bytes(32), form.content()
    content = values.text()
    commitment = vault.commitment(project.code, bidder.code, content, salt)
    row = await _store(project, bidder, commitment, form.nonce_hash, {"content": content, "salt": salt.hex()})
    return read.OwnQuote(row, project.code, values.worth_fen(project.ceiling_fen), values, content, salt.hex())


async def _store(
    project: Project, bidder: Organisation, commitment: str, hashed: str | None, opening: Mapping[str, str]
) -> Quote:
    """In the place of the bidder's earlier one. ``opening``: content and salt, nothing while the bidder keeps them."""
    if project.terms["sealKey"] != vault.key_id():
        raise vault.KeyMissing(f"project {project.code} was sealed with another key")
    await Quote.filter(project_id=project.id, bidder_id=bidder.id, live=True).update(live=None, replaced_at=unit().now)
    quote_id = uuid4()
    nonce = secrets.token_bytes(32) if hashed is None and "draw" in project.terms else None
    row = await Quote.create(
        id=quote_id,
        project=project,
        bidder=bidder,
        commitment=commitment,
        ciphertext=_ciphertext(project, quote_id, opening, nonce.hex() if nonce else None),
        received_at=unit().received_at,
        nonce_hash=nonce_hash(project.code, bidder.code, nonce).hex() if nonce else hashed,
        escrowed=hashed is None,
        held=not opening,
    )
    unit().record_sealed(commitment)
    return row


def _ciphertext(project: Project, quote_id: UUID, opening: Mapping[str, str], nonce: str | None) -> bytes:
    """Raises InvalidInput when it is too long: a text that a bidder kept may have any number of blanks around its words."""
    padded = vault.PADDED_PROPOSAL if project.method == SelectionMethod.PROPOSAL_MERIT else vault.PADDED
    inside = {**opening, **({"nonce": nonce} if nonce else {})}
    text = json.dumps(inside, ensure_ascii=False).encode()
    if len(text) > padded:
        raise InvalidInput.one("content", "too_many_bytes", limit=padded, given=len(text))
    return vault.seal(project.id, quote_id, text, padded)


async def take_in(project: Project, quote: Quote, content: str, salt: str) -> None:
    """What its bidder kept, from now on sealed like any other quote: nobody who has yet to show its own can read it.

    Raises InvalidInput unless it is, to the letter, what was committed to, and a quote that the notice asks for and that can be sealed.
    """
    values = Content.read(content)
    if values is None or not _HASH.fullmatch(salt):
        raise InvalidInput.one("content", "does_not_fit_commitment")
    if vault.commitment(project.code, quote.bidder.code, content, bytes.fromhex(salt)) != quote.commitment:
        raise InvalidInput.one("content", "does_not_fit_commitment")
    days, note = values.service_working_days, values.note
    apart = (values.discount_bp, values.proposal, values.practitioners)
    given = SubmitQuote("", project.code, values.amount_fen, days, note, None, *apart)
    given.check()
    given.check_values(project)
    nonce = read.unsealed(project.id, quote).nonce
    quote.ciphertext, quote.held = _ciphertext(project, quote.id, {"content": content, "salt": salt}, nonce), False
    await quote.save(update_fields=["ciphertext", "held"])


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
    """An opened quote: its row, its columns filled but not stored, and its canonical content, None where its bidder showed none."""

    quote: Quote
    content: str | None


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
    if sealed.nonce is not None:
        quote.nonce = sealed.nonce
    if sealed.content is None or sealed.salt is None or sealed.values is None:
        return Opened(quote, None)
    values = Content.of(sealed.values)
    if vault.commitment(project.code, quote.bidder.code, sealed.content, bytes.fromhex(sealed.salt)) != quote.commitment:
        raise ValueError(f"quote {quote.id} does not fit its commitment")
    quote.amount_fen, quote.discount_bp = values.worth_fen(project.ceiling_fen), values.discount_bp
    quote.service_working_days, quote.proposal = values.service_working_days, values.proposal
    quote.practitioners, quote.salt = list(values.practitioners), sealed.salt
    return Opened(quote, sealed.content)
