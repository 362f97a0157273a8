"""What happens to cases by time and by money alone: opened when there is a finding, escalated, followed to the refund.

Any number of workers may run this: the database keeps one live case per fact, a version lets one of two that race win.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from market import db
from market.actors import SYSTEM, Actor
from market.catalogue import read as catalogue
from market.clock import local_date
from market.errors import WrongState
from market.findings.models import Finding, FindingParty, FindingState
from market.lifecycle import find
from market.oversight import moves, read
from market.oversight.jurisdiction import region_of
from market.oversight.models import CaseFinding, CaseParty, OrderKind, Outcome, OversightCase, OversightOrder
from market.oversight.money import amounts
from market.oversight.states import MOVES, WATCHING, OversightState
from market.parties.models import Organisation, OrganisationKind
from market.text import new_code
from market.usecase import unit, use_case

BATCH = 100
PORTION = 500
OVERLAP = timedelta(hours=1)
"""How far back the newest findings are looked at again: longer than any transaction that stores findings runs."""
_STANDING = f"('{FindingState.OPEN.value}', '{FindingState.PARTLY_REFUNDED.value}')"
_BEARS_THE_COST = frozenset({"payer", "client", "applicant"})


async def settle_due(since: datetime | None = None, limit: int = BATCH) -> int:
    """Open cases for findings that have none, escalate what is overdue, follow the money. Returns how much it did.

    ``since``: look at findings that changed from then on (the last hour); a worker that starts looks at all.
    """
    now = await db.now()
    since = since or now - OVERLAP
    # Looked at before a transaction is begun: a quiet round writes nothing and locks nothing.
    done = await open_cases(SYSTEM, since, limit) if await _unfollowed(since, 1) else 0
    due = await OversightCase.filter(next_check_at__lte=now).order_by("next_check_at").limit(limit).only("id")
    ids = dict.fromkeys([*(case.id for case in due), *await _moved_by_money(since, limit)])
    return done + sum([await _settle(case_id) for case_id in ids])


class Worker:
    """A process's own round: at its start it looks at every finding, then at those that changed since the last quiet round."""

    def __init__(self) -> None:
        self.since = datetime(1970, 1, 1, tzinfo=UTC)

    async def make_round(self) -> int:
        """One round. Returns how much it did."""
        started = await db.now()
        done = await settle_due(self.since)
        if not done:
            self.since = started - OVERLAP
        return done


async def _settle(case_id: UUID) -> bool:
    try:
        return await settle(SYSTEM, case_id)
    except WrongState:  # somebody else changed it in this moment: the next round sees what is left
        return False


async def _moved_by_money(since: datetime, limit: int) -> list[UUID]:
    """Cases whose money changed and whose state does not say so yet; all that changed are looked at, in portions."""
    found: list[UUID] = []
    last: UUID | None = UUID(int=0)
    while last and len(found) < limit:
        watched = OversightCase.filter(state__in=[s.value for s in WATCHING], id__gt=last, links__finding__updated_at__gte=since)
        cases = await watched.distinct().order_by("id").limit(PORTION).only("id", "state")
        links = await read.links_by_case([case.id for case in cases])
        found += [case.id for case, rows in zip(cases, links, strict=True) if _money_move(case.state, rows)]
        last = cases[-1].id if len(cases) == PORTION else None
    return found[:limit]


def _money_move(state: str, links: Iterable[CaseFinding]) -> str:
    """Which move the money asks for, or none. What joined later and is not decided asks for nothing, but keeps the case open."""
    seen = amounts(link.finding for link in links if link.outcome == Outcome.UPHELD)
    if state == OversightState.REFUND_SEEN:
        return "lose_refund" if seen.missing_fen else ""
    back = seen.owing and not seen.missing_fen
    return "see_refund" if back and state in find(MOVES, "see_refund").sources else ""


@use_case(None)
async def settle(_actor: Actor, case_id: UUID) -> bool:
    """Bring one case up to date. True if there was something to do."""
    case = await OversightCase.select_for_update().get(id=case_id)
    changed = await catch_up(case)
    unit().replayed = not unit().records
    return changed


async def catch_up(case: OversightCase) -> bool:
    """In the caller's transaction, the case locked: unanswered, late, and paid back, whatever is true now."""
    before = len(unit().records)
    if moves.state_at(case, unit().now) != case.state:
        await moves.move(case, "lapse")
    if moves.is_live(case):
        await _escalate(case)
    [links] = await read.links_by_case([case.id])
    wanted = _money_move(case.state, links)
    if wanted:
        await _follow(case, wanted)
    return len(unit().records) > before


async def _escalate(case: OversightCase) -> None:
    orders = await OversightOrder.filter(case_id=case.id)
    late = [o for o in orders if o.done_at is None and o.escalated_at is None and o.due_at <= unit().now]
    for order in late:
        order.escalated_at = unit().now
        await order.save(update_fields=["escalated_at"])
        case.escalation += 1
        await moves.put_on_record(case, "escalate", what=order.kind, level=case.escalation, dueOn=order.due_on.isoformat())
    after = moves.next_check(orders)
    if late or case.next_check_at != after:
        case.next_check_at = after
        await moves.keep(case)


async def _follow(case: OversightCase, name: str) -> None:
    """The refund is on record, or is no longer, because its record was reversed: then it is due anew."""
    if name == "see_refund":
        await moves.fulfil(case, OrderKind.REFUND)
    else:
        await moves.owe(case, OrderKind.REFUND)
    await moves.move(case, name)


@use_case(None)
async def open_cases(_actor: Actor, since: datetime, limit: int) -> int:
    """A case for every standing finding that has none; findings about one fact join one. Returns how many found their case."""
    facts: dict[str, list[Finding]] = defaultdict(list)
    for finding in await _unfollowed(since, limit):
        facts[finding.scope or finding.subject].append(finding)
    for scope, findings in sorted(facts.items()):
        await _join(await live_case(scope, findings[0].item_code), findings)
    unit().replayed = not unit().records
    return sum(map(len, facts.values()))


async def _unfollowed(since: datetime, limit: int) -> list[Finding]:
    """Standing findings outside of any live case; one of a closed case only when more is at issue than when it was closed."""
    # Only words of our own, a time and a number are written into the statement.
    statement = f"""
        SELECT * FROM findings f WHERE f.updated_at >= '{since}' AND f.state IN {_STANDING}
        AND NOT EXISTS (SELECT 1 FROM oversight_case_findings l JOIN oversight_cases c ON c.id = l.case_id
                        WHERE l.finding_id = f.id AND (c.live_scope IS NOT NULL OR f.amount_fen - f.refunded_fen <= l.settled_fen))
        ORDER BY f.updated_at, f.id LIMIT {int(limit)}
    """  # noqa: S608
    rows: list[Finding] = await Finding.raw(statement)
    return rows


async def live_case(scope: str, item_code: str, agency: Organisation | None = None) -> OversightCase:
    """The case that is open about this fact, locked, or a new one; the caller saves it."""
    case = await OversightCase.filter(live_scope=scope).select_for_update().get_or_none()
    if case:
        return case
    now = unit().now
    case = await OversightCase.create(
        code=new_code("DB", now),
        scope=scope,
        live_scope=scope,
        state=OversightState.NEW,
        item_code=item_code,
        opened_at=now,
        opened_on=local_date(now),
    )
    await moves.owe(case, OrderKind.TAKE)
    await place(case, agency, ())
    await moves.put_on_record(case, "open", scope=scope)
    return case


async def _join(case: OversightCase, findings: list[Finding]) -> None:
    now = unit().now
    await CaseFinding.bulk_create([CaseFinding(case=case, finding=f, outcome=Outcome.PENDING, joined_at=now) for f in findings])
    named = await FindingParty.filter(finding_id__in=[f.id for f in findings]).select_related("organisation")
    await _concern(case, {p.organisation_id: p for p in named})
    facts = [{"rule": f.rule, "subject": f.subject, "amountFen": f.amount_fen} for f in findings]
    await moves.put_on_record(case, "join", findings=facts)
    if case.state == OversightState.DISMISSED:
        await revive(case)
    else:
        await moves.keep(case)


async def _concern(case: OversightCase, named: dict[UUID, FindingParty]) -> None:
    """Whom the findings name is a party of the case, and says where it belongs as long as nothing else does."""
    known = {p.organisation_id for p in await CaseParty.filter(case_id=case.id)}
    await CaseParty.bulk_create([_party(case, p.organisation, p.side) for i, p in named.items() if i not in known])
    if case.agency_id is None:
        await place(case, next((p.organisation for p in named.values() if p.side == "agency"), None), named.values())


async def revive(case: OversightCase) -> None:
    """A dismissed case about which something new is known goes back to its regulator; what was due is due again."""
    case.next_check_at = moves.next_check(await OversightOrder.filter(case_id=case.id))
    await moves.move(case, "revive")


def _party(case: OversightCase, organisation: Organisation, side: str) -> CaseParty:
    """An agency always answers; an applicant that commissioned or paid bore the cost."""
    bears = side in _BEARS_THE_COST and organisation.kind != OrganisationKind.AGENCY
    return CaseParty(case=case, organisation=organisation, side=side, respondent=not bears)


async def place(case: OversightCase, agency: Organisation | None, parties: Iterable[FindingParty]) -> None:
    """Whose department and which region: the agency's; without one the item's only department and the first agency's or payee's."""
    order = sorted(parties, key=lambda p: (p.organisation.kind != OrganisationKind.AGENCY, p.side != "payee"))
    somebody = agency or next((p.organisation for p in order), None)
    if somebody is None:
        case.department_code = await _department(case)
        return
    if somebody.kind == OrganisationKind.AGENCY:
        case.agency = somebody
    case.region = region_of(somebody.code)
    case.department_code = somebody.department_code or await _department(case)


async def _department(case: OversightCase) -> str:
    [item] = await catalogue.items_by_code_and_day([(case.item_code, case.opened_on)]) if case.item_code else [None]
    return item.department_codes[0] if item and len(item.department_codes) == 1 else ""
