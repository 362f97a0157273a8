# budget: one refusal after the other, and all of them here
"""Every refusal a caller can act on: one frozen exception per fact, with the facts as fields.

The sentences that people read are in ``schema/errors.py``; programs use the type and its fields.
``attrs`` rather than ``dataclasses``: a frozen dataclass cannot be raised through ``contextlib``
(it forbids ``__traceback__``), attrs knows exceptions.
"""

from datetime import date, datetime

from attrs import frozen


class MarketError(Exception):
    """Base of all expected refusals."""


@frozen
class NotSignedIn(MarketError):
    """The call needs an account. Shown as a GraphQL error with the code UNAUTHENTICATED."""


@frozen
class NotPermitted(MarketError):
    """The actor may not do this. ``needed``: the roles that may; ``reason``: role, ownership or four_eyes."""

    action: str
    reason: str
    needed: tuple[str, ...] = ()


@frozen
class NotFound(MarketError):
    """No such thing, or the actor may not know that it exists: both alike."""

    kind: str
    key: str


@frozen
class FieldProblem:
    """One problem of one field: ``path`` as in the input, ``code`` for programs, ``facts`` for the sentence."""

    path: str
    code: str
    facts: tuple[tuple[str, str], ...] = ()


@frozen
class InvalidInput(MarketError):
    """The values given cannot be used; every problem found, not only the first."""

    fields: tuple[FieldProblem, ...]

    @classmethod
    def one(cls, path: str, code: str, **facts: object) -> "InvalidInput":
        """A single problem."""
        return cls((FieldProblem(path, code, tuple((k, str(v)) for k, v in facts.items())),))


@frozen
class WrongState(MarketError):
    """The move is not possible from here. ``needed``: the states from which it is."""

    kind: str
    state: str
    needed: tuple[str, ...]


@frozen
class SignInRefused(MarketError):
    """Wrong name or password; which of the two is not said."""


@frozen
class TooManyAttempts(MarketError):
    """Sign-in is paused for this account or address until ``retry_at``."""

    retry_at: datetime


@frozen
class LinkNotUsable(MarketError):
    """The one-time link is unknown, used or expired; which of them is not said."""


@frozen
class ItemCancelled(MarketError):
    """The service item is cancelled: nobody may demand, post or charge it. Source: 优化营商环境条例 art. 43 ¶1."""

    item_code: str
    legal_basis: str


@frozen
class NotInForce(MarketError):
    """Nothing is known for that date: the first edition starts later. Asking earlier is refused, not guessed."""

    item_code: str
    on: date
    first: date | None


@frozen
class MayNotCommission(MarketError):
    """The item's class does not let this party commission it. Source: 优化营商环境条例 art. 43 ¶3."""

    item_code: str
    item_class: str
    needed: str


@frozen
class MustBeCompetitive(MarketError):
    """An agency must choose competitively for an agency-commissioned item. Source: 优化营商环境条例 art. 43 ¶3."""

    item_code: str


@frozen
class NotToldNotObliged(MarketError):
    """The applicant must first be told that it need not buy this item, and say that it knows."""

    item_code: str


@frozen
class TooFewMembers(MarketError):
    """A call-off needs as many members of its framework as a contest needs quotes: one alone would be a direct selection."""

    framework_code: str
    members: int
    needed: int


@frozen
class NotAMember(MarketError):
    """Only members of the framework may quote for a call-off from it. Entry is open during its term."""

    framework_code: str


@frozen
class AppliesTooSoon(MarketError):
    """The framework refused the intermediary, or it left: it may apply again from ``again_at`` on."""

    framework_code: str
    again_at: datetime


@frozen
class OpenPeriodTooShort(MarketError):
    """Bidders would have less time than the rulebook gives them. ``earliest``: the first deadline possible."""

    closes_at: datetime
    earliest: datetime


@frozen
class ConcurrentChange(MarketError):
    """Somebody changed it meanwhile. ``seen``: the version the caller knew, ``now``: the one stored."""

    kind: str
    seen: int
    now: int


@frozen
class IdempotencyKeyReused(MarketError):
    """The same key came with other content; nothing was stored."""

    key: str


@frozen
class DeadlinePassed(MarketError):
    """Received after the deadline; both times are the server's."""

    closes_at: datetime
    received_at: datetime


@frozen
class QuotesAlreadyOpened(MarketError):
    """Received in time but not stored within the grace, and the quotes are open now."""

    closes_at: datetime
    received_at: datetime
    opened_at: datetime


@frozen
class NotInvited(MarketError):
    """A direct selection names its intermediary; others cannot quote."""

    project_code: str


@frozen
class QualificationMissing(MarketError):
    """The item asks for a qualification that the intermediary does not hold today."""

    qualification: str


@frozen
class SelfDealing(MarketError):
    """Nobody quotes for its own project, nor decides on, supervises or judges what it is concerned in. ``why``: how it is."""

    project_code: str
    why: str = "same_organisation"


@frozen
class AffiliateOfAgency(MarketError):
    """The approving agency holds the bidder, directly or through others. ``chain``: their names, the agency's first."""

    project_code: str
    chain: str


@frozen
class OnAvoidanceList(MarketError):
    """The bidder must stand back from this agency's project. ``ground``, ``reason``: why; ``basis``: the rule; ``until``: last day."""

    project_code: str
    entry_code: str
    ground: str
    reason: str
    basis: str
    until: date | None


@frozen
class SignUpStopped(MarketError):
    """A pause or removal keeps the intermediary from signing up anew. ``until``: when it ends; it may appeal before ``appeal_by``."""

    measure_code: str
    kind: str
    until: datetime
    appeal_by: datetime


@frozen
class StatementAwaited(MarketError):
    """The intermediary has until then to state its case, and has not yet: no measure is imposed before."""

    measure_code: str
    until: datetime


@frozen
class MeasureTooHeavy(MarketError):
    """The published scale allows less for this ground and this time. ``allowed``: at most this kind, a pause of at most so many days."""

    ground: str
    kind: str
    allowed: str
    allowed_days: int


@frozen
class AboveCeiling(MarketError):
    """The quote is above the published ceiling; both in fen."""

    amount_fen: int
    ceiling_fen: int


@frozen
class NoQuoteToWithdraw(MarketError):
    """The intermediary has no live quote for this project."""

    project_code: str


@frozen
class NothingToReveal(MarketError):
    """The intermediary has no live quote with a nonce of its own in this project."""

    project_code: str


@frozen
class NoSeat(MarketError):
    """Only those whose sealed quote was valid take part in the auction."""

    project_code: str


@frozen
class RevealPeriodOver(MarketError):
    """The nonce came after the period for showing it; its bidder is out of the draw."""

    until: datetime
    received_at: datetime


@frozen
class BeaconDiffers(MarketError):
    """The second official read another value than the first, or the first has recorded none."""

    recorded: str
    given: str


@frozen
class NotYourTurn(MarketError):
    """Received outside of the bidder's own turn. ``turn``: whose turn it is, by alias, "" in a pause; it runs until ``closes_at``."""

    received_at: datetime
    turn: str
    begins_at: datetime
    closes_at: datetime


@frozen
class BidTooHigh(MarketError):
    """A bid must be at least a step below the bidder's own last amount; all in fen."""

    amount_fen: int
    allowed_fen: int
    step_fen: int


@frozen
class StandstillRunning(MarketError):
    """The award can be confirmed only after the standstill."""

    until: datetime


@frozen
class ObjectionOpen(MarketError):
    """An objection waits for the buyer's answer: the award cannot be confirmed before. ``answer_due_at``: when it is due."""

    objection_code: str
    answer_due_at: datetime


@frozen
class ObjectionUpheld(MarketError):
    """The buyer found an objection right: the award cannot be confirmed any more."""

    objection_code: str


@frozen
class AwardSuspended(MarketError):
    """A regulator has suspended the award: it can be neither confirmed, nor signed, nor forfeited until that is lifted."""

    project_code: str
    suspension_code: str
    reason: str
    since: datetime


@frozen
class StillTimeToSign(MarketError):
    """The winner may still sign the contract; only after ``until`` is the award forfeited."""

    until: datetime


@frozen
class ContractDiffers(MarketError):
    """The contract must repeat the award. ``field``: which part differs. Source: 招标投标法实施条例 art. 57 (as model)."""

    field: str
    awarded: str
    given: str


@frozen
class AlreadyFiled(MarketError):
    """A contract number, fee record number or invoice number that is taken."""

    kind: str
    key: str


@frozen
class GradeNotAttestable(MarketError):
    """A party cannot itself vouch for evidence of this grade. ``allowed``: the grades it can."""

    grade: str
    allowed: tuple[str, ...]


@frozen
class RefundTooLarge(MarketError):
    """More would be refunded than remains of the payment; both in fen."""

    amount_fen: int
    remaining_fen: int


@frozen
class AlreadyReversed(MarketError):
    """The fee record was reversed before, or is itself a reversal."""

    record_no: str


@frozen
class InvoiceUnreadable(MarketError):
    """Nothing was read from the invoice file. ``reason``: why; ``found``: what was there instead; ``understood``: what would do."""

    reason: str
    found: str = ""
    understood: tuple[str, ...] = ("数电票 XML (EInvoice)", "eInvoice XML (2019)", "OFD (GB/T 33190)", "PDF")


@frozen
class Difference:
    """One field that is said twice and differently: as typed and as read, or as recorded and as declared."""

    field: str
    typed: str
    read: str


@frozen
class InvoiceMismatch(MarketError):
    """The invoice file says something else than what was typed; nothing was stored. Correct the one or replace the other."""

    differences: tuple[Difference, ...]


@frozen
class AlreadyDeclared(MarketError):
    """This end of the payment has said its word: by a declaration, which a correction may replace, or by the record itself."""

    record_no: str


@frozen
class UploadQuotaReached(MarketError):
    """The account may not upload more now. ``limit``, ``used``: files or megabytes, as ``unit`` says; ``period``: day or total."""

    unit: str
    period: str
    limit: int
    used: int


@frozen
class DocumentDamaged(MarketError):
    """The file is not in the store, or no longer what was uploaded: its hash differs. Nothing is served."""

    document: str


@frozen
class CatalogueRowProblem:
    """One bad cell of a catalogue file: line as an editor counts it, column name, reason code and facts."""

    line: int
    column: str
    code: str
    value: str


@frozen
class CatalogueRefused(MarketError):
    """The file was not loaded: every bad row, nothing half-loaded."""

    problems: tuple[CatalogueRowProblem, ...]


@frozen
class LedgerRefused(MarketError):
    """Rows of a ledger from elsewhere are bad, and all or nothing was asked for: nothing was stored. ``problems``: how many."""

    problems: int


@frozen
class AlreadyRegistered(MarketError):
    """An organisation code or account name that is taken."""

    kind: str
    key: str


@frozen
class LastAdministrator(MarketError):
    """The only administrator cannot leave: nobody could manage the organisation's members."""

    organisation_code: str


@frozen
class EditionNotNewer(MarketError):
    """An edition must start after the newest one: what was in force yesterday cannot be rewritten."""

    valid_from: date
    newest: date


@frozen
class Recused(MarketError):
    """The regulator is a party of the case or related to one: it must leave the case to another."""

    case_code: str
    organisation_code: str
    party_code: str
    why: str


@frozen
class OutsideJurisdiction(MarketError):
    """The case belongs to another regulator, by department and region."""

    case_code: str
    department_code: str
    region: str


@frozen
class RefundMissing(MarketError):
    """The case cannot be closed while so much, in fen, has not come back."""

    case_code: str
    amount_fen: int


@frozen
class ReportMissing(MarketError):
    """The case cannot be closed before the ordered report of rectification is there; it is due on ``due_on``."""

    case_code: str
    due_on: date


@frozen
class TooManyComplaints(MarketError):
    """Too many complaints came from this address; more are taken from ``retry_at``."""

    retry_at: datetime
