"""回避名单: intermediaries that must stand back from an agency's projects. Source: domain.md §2.6, V18, V19.

Why one is listed may be about people: the two sides and the supervisors read it, nobody else; the log is only bound to it.
"""

from dataclasses import dataclass
from datetime import date

from market.actors import Actor, Role
from market.avoidance.models import Avoidance, Ground
from market.errors import InvalidInput, NotFound, SelfDealing, WrongState
from market.parties import read as parties
from market.parties import roles
from market.parties.models import Organisation, OrganisationKind
from market.permissions import Action, Subject
from market.projects import read as projects
from market.projects.models import ApprovalCase
from market.text import Checker, new_code, one_text, typed_code
from market.usecase import authorise, unit, use_case

REASON = 500


@dataclass(frozen=True)
class RecordAvoidance:
    """``case_no``: only in that approval case of the agency's, None in all. ``until``: the last day, None: open."""

    agency_code: str
    intermediary_code: str
    ground: Ground
    reason: str
    since: date
    until: date | None = None
    case_no: str | None = None


@use_case(Action.AVOIDANCE_RECORD)
async def record_avoidance(actor: Actor, form: RecordAvoidance) -> Avoidance:
    """List an intermediary: by the operator, or by the agency itself; by nobody who acts for an intermediary, which might be its rival.

    Raises InvalidInput, NotFound, NotPermitted, SelfDealing.
    """
    agency = await parties.require_organisation(form.agency_code)
    authorise(Action.AVOIDANCE_RECORD, Subject.of(agency.id))
    await _refuse_rival(actor, agency.code)
    intermediary = await parties.named(form.intermediary_code, "intermediaryCode")
    reason = _checked(form, agency, intermediary)
    row = await Avoidance.create(
        code=new_code("HB", unit().now),
        agency=agency,
        intermediary=intermediary,
        case=await _case(form.case_no, agency),
        ground=form.ground,
        reason=reason,
        since=form.since,
        until=form.until,
        recorded_by_id=actor.account_id,
        recorded_at=unit().now,
    )
    shown, days = await _shown(row), {"since": form.since.isoformat(), "until": form.until and str(form.until)}
    unit().record("avoidance:record", f"avoidance:{row.code}", commitment=shown.commitment(), **days)
    return shown


async def _refuse_rival(actor: Actor, code: str) -> None:
    """Raises SelfDealing."""
    if await parties.acts_for_intermediary(actor):
        raise SelfDealing(code, "might_quote")


def _checked(form: RecordAvoidance, agency: Organisation, intermediary: Organisation) -> str:
    check = Checker()
    reason = check.text("reason", form.reason, REASON, lines=True)
    if agency.kind != OrganisationKind.AGENCY:
        check.add("agencyCode", "not_an_agency")
    if not roles.fits(intermediary.kind, Role.INTERMEDIARY):
        check.add("intermediaryCode", "not_an_intermediary")
    if form.case_no is not None:
        check.text("caseNo", form.case_no, 60)
    if form.until is not None and form.until < form.since:
        check.add("until", "ends_before_start")
    check.done()
    return reason


async def _case(case_no: str | None, agency: Organisation) -> ApprovalCase | None:
    if case_no is None:
        return None
    case = await projects.case_by_no(case_no)
    if case is None or case.agency_id != agency.id:
        raise InvalidInput.one("caseNo", "unknown_code")
    return case


@use_case(Action.AVOIDANCE_LIFT)
async def lift_avoidance(actor: Actor, code: str, reason: str) -> Avoidance:
    """Take an entry off the list, with a reason; never by whoever recorded it, and no agency for itself.

    Nor by who acts for an intermediary. Raises InvalidInput, NotFound, NotPermitted (four_eyes), SelfDealing, WrongState.
    """
    row = await Avoidance.get_or_none(code=typed_code(code))
    if row is None:
        raise NotFound("avoidance", code[:40])
    authorise(Action.AVOIDANCE_LIFT, Subject(makers=frozenset({row.recorded_by_id})))
    await _refuse_rival(actor, row.code)
    words = one_text("reason", reason, REASON, lines=True)
    values = {"lifted_at": unit().now, "lifted_by_id": actor.account_id, "lift_reason": words}
    if not await Avoidance.filter(id=row.id, lifted_at=None).update(**values):
        raise WrongState("avoidance", "lifted", ("in_force",))
    unit().record("avoidance:lift", f"avoidance:{row.code}")
    return await _shown(row)


async def _shown(row: Avoidance) -> Avoidance:
    return await Avoidance.get(id=row.id).select_related("agency", "intermediary", "case")
