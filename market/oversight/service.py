"""What regulators and parties do to a case, one use case per verb. Nobody judges alone, and nothing closes while money is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from market import lifecycle
from market.actors import Actor
from market.errors import InvalidInput, NotPermitted, RefundMissing, ReportMissing, WrongState
from market.findings.models import FindingState
from market.oversight import jurisdiction, moves, read, recusal
from market.oversight.following import catch_up
from market.oversight.models import DEMANDS, CaseFinding, CaseParty, Complaint, OrderKind, Outcome, OversightCase, OversightOrder
from market.oversight.moves import ANSWER, move, reasoned
from market.oversight.states import MOVES, WATCHING, OversightState
from market.parties import read as parties
from market.permissions import Action, Subject
from market.usecase import authorise, unit, use_case

_S = OversightState
_OVER = (_S.CLOSED, _S.DISMISSED)


@dataclass(frozen=True)
class Assign:
    """Hand a case to another regulator, with the reason."""

    code: str
    organisation_code: str
    reason: str


@dataclass(frozen=True)
class Confirm:
    """``finding_ids``: those that are upheld, of the undecided ones; None: all. The others are not upheld, for the same reason."""

    code: str
    reason: str
    finding_ids: tuple[UUID, ...] | None = None


@dataclass(frozen=True)
class Order:
    """``kinds``: what the party must do; a refund is ordered by itself where money is missing."""

    code: str
    text: str
    kinds: tuple[OrderKind, ...]


async def _current(actor: Actor, code: str) -> OversightCase:
    """The case, locked and up to date. Raises NotFound."""
    case = await read.case_of(actor, code, for_update=True)
    await catch_up(case)
    return case


async def _handled(actor: Actor, code: str, action: Action) -> OversightCase:
    """The same, if the actor's regulator handles it and is not concerned itself. Raises NotPermitted, Recused."""
    case = await _current(actor, code)
    handler = frozenset({case.handler_id} if case.handler_id else ())
    authorise(action, Subject(handler, moves.makers(case)))
    if case.handler_id != actor.party_id:
        raise NotPermitted(action, "ownership", ("regulator",))
    await recusal.refuse_if_concerned(case, actor.party_id)
    return case


@use_case(Action.OVERSIGHT_TAKE)
async def take_case(actor: Actor, code: str) -> OversightCase:
    """A regulator takes a new case of its jurisdiction. Raises NotFound, OutsideJurisdiction, Recused, WrongState."""
    case = await _current(actor, code)
    authorise(Action.OVERSIGHT_TAKE)
    await jurisdiction.require(case, actor.party_id)
    await recusal.refuse_if_concerned(case, actor.party_id)
    case.taken_by_id = actor.account_id
    await _hand_over(case, actor.party_id, "take", "")
    return case


@use_case(Action.OVERSIGHT_ASSIGN)
async def assign_case(actor: Actor, form: Assign) -> OversightCase:
    """Hand a live case to a regulator whose jurisdiction covers it, with a reason.

    Raises NotFound, OutsideJurisdiction, Recused (either side), WrongState, InvalidInput.
    """
    case = await _current(actor, form.code)
    authorise(Action.OVERSIGHT_ASSIGN)
    reason = reasoned(form.reason)
    target = await parties.require_organisation(form.organisation_code)
    if not await jurisdiction.is_regulator(target.id):
        raise InvalidInput.one("organisationCode", "not_a_regulator")
    for organisation_id in (actor.party_id, target.id):
        await jurisdiction.require(case, organisation_id)
        await recusal.refuse_if_concerned(case, organisation_id)
    case.taken_by_id = case.taken_by_id or actor.account_id
    await _hand_over(case, target.id, "assign", reason)
    return case


async def _hand_over(case: OversightCase, organisation_id: UUID | None, name: str, reason: str) -> None:
    case.handler_id = organisation_id
    await moves.fulfil(case, OrderKind.TAKE, OrderKind.ACCEPT)
    waiting = Complaint.filter(case_id=case.id, accepted_at=None)
    if await waiting.exists():
        order = await moves.owe(case, OrderKind.DECIDE)
        await waiting.update(accepted_at=unit().now, decide_due_at=order.due_at)
    await _tidy(case)
    if name == "assign" and case.state not in (_S.NEW, *_OVER):
        await moves.keep(case)
        await moves.put_on_record(case, "reassign", reason, to=str(organisation_id))
    else:
        await move(case, name, reason, to=str(organisation_id))


async def _tidy(case: OversightCase, *done: OrderKind) -> int:
    """What was due of these kinds is done; look again when the next thing is due. Returns how many orders were done."""
    count = await moves.fulfil(case, *done)
    case.next_check_at = moves.next_check(await OversightOrder.filter(case_id=case.id))
    return count


@use_case(Action.OVERSIGHT_HANDLE)
async def ask_explanation(actor: Actor, code: str, text: str) -> OversightCase:
    """Ask the parties concerned to explain; from now on they see the case, its inputs and the rules.

    Raises NotFound, NotPermitted, Recused, WrongState, InvalidInput.
    """
    case = await _handled(actor, code, Action.OVERSIGHT_HANDLE)
    text = reasoned(text, path="text")
    order = await moves.owe(case, OrderKind.EXPLAIN, text)
    case.asked_by_id, case.asked_at, case.answer_due_at = actor.account_id, case.asked_at or unit().now, order.due_at
    await move(case, "ask", text, dueOn=order.due_on.isoformat())
    return case


async def _asked(actor: Actor, code: str) -> OversightCase:
    """The case, if the actor's party must answer in it. Raises NotFound, NotPermitted."""
    case = await _current(actor, code)
    respondents = await CaseParty.filter(case_id=case.id, respondent=True)
    authorise(Action.OVERSIGHT_ANSWER, Subject.of(*(p.organisation_id for p in respondents)))
    return case


@use_case(Action.OVERSIGHT_ANSWER)
async def answer_explanation(actor: Actor, code: str, text: str) -> OversightCase:
    """A party's own words, at most 4,000 characters; they travel with the findings. Late ones are taken too, until the case ends.

    Raises NotFound, NotPermitted, WrongState, InvalidInput.
    """
    case = await _asked(actor, code)
    text = reasoned(text, ANSWER, "text")
    if case.state in _OVER:
        raise WrongState("oversight_case", case.state, (_S.EXPLANATION_ASKED, _S.UNANSWERED))
    await _tidy(case, OrderKind.EXPLAIN)
    if case.state in (_S.EXPLANATION_ASKED, _S.UNANSWERED):
        await move(case, "answer", text)
    else:
        await moves.keep(case)
        await moves.put_on_record(case, "answer", text)
    return case


@use_case(Action.OVERSIGHT_HANDLE)
async def confirm_findings(actor: Actor, form: Confirm) -> OversightCase:
    """Uphold findings after the party was heard or let its time pass; also those that joined later.

    What a correcting record cleared stays undecided: nothing is left to uphold, and should it stand again it can be.
    Raises NotFound, NotPermitted, Recused, WrongState, InvalidInput.
    """
    case = await _handled(actor, form.code, Action.OVERSIGHT_HANDLE)
    case.decision_reason, case.decided_at = reasoned(form.reason), unit().now
    pending = await _undecided(case, form)
    later = case.state in WATCHING and bool(pending)
    upheld = await _decide_findings(pending, form.finding_ids, at_least=0 if later else 1)
    case.confirmed_by_id = actor.account_id
    facts = {"upheld": upheld, "of": len(pending)}
    if later:
        await moves.keep(case)
        await moves.put_on_record(case, "confirm", case.decision_reason, **facts)
    else:
        await move(case, "confirm", case.decision_reason, **facts)
    await _tell_complainants(case)
    return case


async def _undecided(case: OversightCase, form: Confirm) -> list[CaseFinding]:
    """What there is to decide of. Raises InvalidInput when a cleared finding is named, or nothing else and no complaint is there."""
    pending = CaseFinding.filter(case_id=case.id, outcome=Outcome.PENDING)
    standing = await pending.exclude(finding__state=FindingState.CLEARED)
    cleared = set(await pending.filter(finding__state=FindingState.CLEARED).values_list("finding_id", flat=True))
    nothing_else = not standing and not await Complaint.exists(case_id=case.id)
    if cleared & set(form.finding_ids or ()) or (cleared and nothing_else):
        raise InvalidInput.one("findingIds", "finding_cleared")
    return standing


async def _decide_findings(pending: Sequence[CaseFinding], wanted: tuple[UUID, ...] | None, at_least: int) -> int:
    """How many are upheld. A case from a complaint alone has none to decide of. Raises InvalidInput."""
    known = {p.finding_id for p in pending}
    upheld = known if wanted is None else set(wanted)
    if not upheld <= known:
        raise InvalidInput.one("findingIds", "unknown_code")
    if known and len(upheld) < at_least:
        raise InvalidInput.one("findingIds", "required")
    undecided = CaseFinding.filter(id__in=[p.id for p in pending])
    await undecided.filter(finding_id__in=upheld).update(outcome=Outcome.UPHELD)
    await undecided.exclude(finding_id__in=upheld).update(outcome=Outcome.NOT_UPHELD)
    return len(upheld)


async def _tell_complainants(case: OversightCase) -> None:
    """The outcome, in the regulator's own words, once."""
    await moves.fulfil(case, OrderKind.DECIDE)
    waiting = Complaint.filter(case_id=case.id, decided_at=None)
    await waiting.update(decided_at=unit().now, outcome=case.decision_reason)


@use_case(Action.OVERSIGHT_DECIDE)
async def dismiss_case(actor: Actor, code: str, reason: str) -> OversightCase:
    """Give the case up, with a reason that stays visible; never by who took it, asked or confirmed.

    Raises NotFound, NotPermitted (four_eyes), Recused, WrongState, InvalidInput.
    """
    case = await _handled(actor, code, Action.OVERSIGHT_DECIDE)
    case.decision_reason, case.decided_at = reasoned(reason), unit().now
    case.next_check_at = None
    await move(case, "dismiss", case.decision_reason)
    await _tell_complainants(case)
    return case


@use_case(Action.OVERSIGHT_HANDLE)
async def order_rectification(actor: Actor, form: Order) -> OversightCase:
    """Order what must be done until when; a refund also where it was not named and money is missing.

    Raises NotFound, NotPermitted, Recused, WrongState, InvalidInput.
    """
    case = await _handled(actor, form.code, Action.OVERSIGHT_HANDLE)
    text = reasoned(form.text, path="text")
    [missing] = await read.missing_by_case([case.id])
    kinds = (set(form.kinds) & DEMANDS) | ({OrderKind.REFUND} if missing else set())
    if not kinds:
        raise InvalidInput.one("kinds", "required")
    due = [await moves.owe(case, kind, text) for kind in sorted(kinds)]
    await move(case, "order", text, due={o.kind: o.due_on.isoformat() for o in due}, missingFen=missing)
    return case


@use_case(Action.OVERSIGHT_ANSWER)
async def report_rectification(actor: Actor, code: str, text: str) -> OversightCase:
    """A party reports what it put right, at most 4,000 characters. Raises NotFound, NotPermitted, WrongState, InvalidInput."""
    case = await _asked(actor, code)
    text = reasoned(text, ANSWER, "text")
    if case.state in _OVER or not await _tidy(case, OrderKind.RECTIFY):
        raise WrongState("oversight_case", case.state, (_S.RECTIFICATION_ORDERED,))
    await moves.keep(case)
    await moves.put_on_record(case, "report", text)
    return case


@use_case(Action.OVERSIGHT_HANDLE)
async def refer_case(actor: Actor, code: str, body: str, reason: str) -> OversightCase:
    """Hand the matter to another body (discipline inspection, market regulation); the case goes on watching for the refund.

    Raises NotFound, NotPermitted, Recused, WrongState, InvalidInput.
    """
    case = await _handled(actor, code, Action.OVERSIGHT_HANDLE)
    case.referred_to, reason = reasoned(body, 200, "body"), reasoned(reason)
    await move(case, "refer", reason, body=case.referred_to)
    return case


@use_case(Action.OVERSIGHT_HANDLE)
async def reopen_case(actor: Actor, code: str, reason: str) -> OversightCase:
    """Take up a dismissed or referred case again, with the reason: new evidence. What was decided of its findings is open again.

    Raises NotFound, NotPermitted, Recused, WrongState, InvalidInput.
    """
    case = await _handled(actor, code, Action.OVERSIGHT_HANDLE)
    reason = reasoned(reason)
    await _tidy(case)
    await move(case, "reopen", reason)
    await CaseFinding.filter(case_id=case.id).update(outcome=Outcome.PENDING)
    return case


@use_case(Action.OVERSIGHT_DECIDE)
async def close_case(actor: Actor, code: str, reason: str) -> OversightCase:
    """The end: nothing is missing, every ordered report is there; never by who took it, asked or confirmed.

    Raises NotFound, NotPermitted (four_eyes), Recused, WrongState, RefundMissing, ReportMissing, InvalidInput.
    """
    case = await _handled(actor, code, Action.OVERSIGHT_DECIDE)
    case.decision_reason = reasoned(reason)
    lifecycle.check("oversight_case", MOVES, "close", case.state)
    await _refuse_to_close(case)
    case.closed_at, case.live_scope, case.next_check_at = unit().now, None, None
    await move(case, "close", case.decision_reason)
    await _settle_links(case)
    await _tell_complainants(case)
    return case


async def _refuse_to_close(case: OversightCase) -> None:
    """Raise while money or a report is missing."""
    [missing] = await read.missing_by_case([case.id])
    if missing:
        raise RefundMissing(case.code, missing)
    report = await OversightOrder.filter(case_id=case.id, kind=OrderKind.RECTIFY, done_at=None).order_by("due_at").first()
    if report:
        raise ReportMissing(case.code, report.due_on)


async def _settle_links(case: OversightCase) -> None:
    """Remember what was left at issue: only more than that opens a case again."""
    links = await CaseFinding.filter(case_id=case.id).select_related("finding")
    for link in links:
        link.settled_fen = link.finding.amount_fen - link.finding.refunded_fen
        await link.save(update_fields=["settled_fen"])
