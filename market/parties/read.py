"""Reads of parties: batches in key order, one query each; and who a token stands for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from market import db
from market.actors import Actor, Role
from market.clock import local_date
from market.errors import InvalidInput, NotFound
from market.parties import codes
from market.parties.models import (
    Account,
    CreditScore,
    HeldQualification,
    Mandate,
    Membership,
    Organisation,
    OrganisationKind,
    PartyRelation,
    Session,
)
from market.parties.tokens import token_hash
from market.permissions import Action, Allowed, Subject, may
from market.text import Checker

Row = TypeVar("Row")
_MOST_MANDATES = 500
"""So many are listed at once."""


async def organisations_by_id(ids: Sequence[UUID | None]) -> list[Organisation | None]:
    """In key order; None where there is none."""
    found = {row.id: row for row in await Organisation.filter(id__in={i for i in ids if i})}
    return [found.get(i) if i else None for i in ids]


async def organisations_by_code(party_codes: Sequence[str]) -> list[Organisation | None]:
    """In key order; None where there is none or the text is no code."""
    keys = [_code(text) for text in party_codes]
    found = {row.code: row for row in await Organisation.filter(code__in=set(keys) - {""})}
    return [found.get(key) for key in keys]


async def organisation_by_code(code: str) -> Organisation | None:
    """By its code however it is typed; None where there is none or the text is no code."""
    [found] = await organisations_by_code([code])
    return found


async def require_organisation(code: str) -> Organisation:
    """As ``organisation_by_code``. Raises NotFound."""
    found = await organisation_by_code(code)
    if found is None:
        raise NotFound("organisation", code[:40])
    return found


async def named(code: str, path: str) -> Organisation:
    """The party that the field ``path`` of a form names. Raises InvalidInput: not_a_code, unknown_party."""
    try:
        known = await organisation_by_code(codes.party_code(code))
    except codes.BadCode as bad:
        raise InvalidInput.one(path, "not_a_code", reason=bad.reason) from None
    if known is None:
        raise InvalidInput.one(path, "unknown_party")
    return known


def spelling(code: str | None) -> str | None:
    """A code to look for, in its one spelling; what is no code stays as it is, and finds nothing."""
    return code and (_code(code) or code)


def _code(text: str) -> str:
    try:
        return codes.party_code(text)
    except codes.BadCode:
        return ""


def may_see_name(actor: Actor, organisation: Organisation) -> bool:
    """A natural person's name is for that person, its helper, regulators and the operator; other names are public."""
    if organisation.kind != OrganisationKind.PERSON:
        return True
    return isinstance(may(actor, Action.PERSON_NAME_READ, Subject.of(organisation.id)), Allowed)


async def accounts_by_id(ids: Sequence[UUID]) -> list[Account | None]:
    """In key order; None where there is none."""
    found = {row.id: row for row in await Account.filter(id__in=set(ids))}
    return [found.get(i) for i in ids]


async def memberships_by_account(ids: Sequence[UUID]) -> list[list[Membership]]:
    """The live memberships of each account with their organisations, oldest first, in key order."""
    rows = await Membership.filter(account_id__in=set(ids), ended_at=None).select_related("organisation").order_by("since", "id")
    return _grouped(ids, ((row.account_id, row) for row in rows))


async def is_member(account_id: UUID, organisation_id: UUID, by: datetime | None = None) -> bool:
    """Whether the account acts for it, or ever did; ``by``: until then."""
    held = Membership.filter(account_id=account_id, organisation_id=organisation_id)
    return await (held.filter(since__lte=by) if by else held).exists()


async def acts_for_intermediary(actor: Actor) -> bool:
    """Whether the person acts for an intermediary, now under this role or elsewhere under another."""
    elsewhere = Membership.filter(account_id=actor.account_id, role=Role.INTERMEDIARY, ended_at=None)
    return Role.INTERMEDIARY in actor.roles or await elsewhere.exists()


async def qualifications_by_organisation(ids: Sequence[UUID]) -> list[list[HeldQualification]]:
    """What each organisation holds or held, by name, in key order."""
    rows = await HeldQualification.filter(organisation_id__in=set(ids)).order_by("qualification", "valid_from", "id")
    return _grouped(ids, ((row.organisation_id, row) for row in rows))


def _grouped(keys: Sequence[UUID], rows: Iterable[tuple[UUID, Row]]) -> list[list[Row]]:
    groups: dict[UUID, list[Row]] = {key: [] for key in keys}
    for key, row in rows:
        groups[key].append(row)
    return [groups[key] for key in keys]


def _in_force(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gte=on))


def _held(name: str, on: date) -> QuerySet[HeldQualification]:
    return HeldQualification.filter(_in_force(on), qualification=name)


async def holds_qualification(organisation_id: UUID, name: str, on: date) -> bool:
    """Whether it holds the qualification of that catalogue name on that day, first and last day included."""
    return await _held(name, on).filter(organisation_id=organisation_id).exists()


async def credit_points(organisation_ids: Sequence[UUID], at: datetime) -> dict[UUID, int]:
    """The score published last before that moment, by organisation; one that has none is left out."""
    rows = CreditScore.filter(organisation_id__in=list(organisation_ids), recorded_at__lt=at)
    return {row.organisation_id: row.points for row in await rows.order_by("recorded_at", "id")}


async def credit_scores_by_organisation(ids: Sequence[UUID]) -> list[CreditScore | None]:
    """The newest score of each organisation, None where there is none."""
    rows = {
        row.organisation_id: row for row in await CreditScore.filter(organisation_id__in=list(ids)).order_by("recorded_at", "id")
    }
    return [rows.get(i) for i in ids]


async def list_intermediaries(
    search: str | None, qualification: str | None, on: date, after: str | None, limit: int
) -> list[Organisation]:
    """By code, after that code. ``search``: part of name or code; ``qualification``: held on ``on``. Raises InvalidInput."""
    found = _intermediaries(search, qualification, on)
    if after is not None:
        found = found.filter(code__gt=_code(after))
    return await found.order_by("code").limit(limit)


async def count_intermediaries(search: str | None, qualification: str | None, on: date) -> int:
    """How many there are in the whole list. Raises InvalidInput."""
    return await _intermediaries(search, qualification, on).count()


async def intermediary_by_code(code: str, on: date) -> Organisation | None:
    """By its code however it is typed; None where there is none, or it serves nobody."""
    return await _intermediaries(None, None, on).get_or_none(code=_code(code))


async def intermediaries_by_code(typed: Sequence[str], on: date) -> list[Organisation]:
    """Those of these codes, in the order of the first of each; what is no intermediary's code is left out."""
    wanted = list(dict.fromkeys(_code(text) for text in typed))
    found = {row.code: row for row in await _intermediaries(None, None, on).filter(code__in=wanted)}
    return [found[code] for code in wanted if code in found]


async def qualification_counts(on: date) -> list[tuple[str, int]]:
    """Each qualification that an intermediary holds on that day, by name, with how many hold it."""
    serving = Subquery(_intermediaries(None, None, on).values("id"))
    rows = HeldQualification.filter(_in_force(on), organisation_id__in=serving).distinct()
    return sorted(Counter(name for name, _ in await rows.values_list("qualification", "organisation_id")).items())


def _intermediaries(search: str | None, qualification: str | None, on: date) -> QuerySet[Organisation]:
    check = Checker()
    search = check.text("search", search or "", 100, required=False)
    qualification = check.text("qualification", qualification or "", 60, required=False)
    check.done()
    serving = Membership.filter(role=Role.INTERMEDIARY, ended_at=None).values("organisation_id")
    found = Organisation.filter(Q(kind=OrganisationKind.INTERMEDIARY) | Q(id__in=Subquery(serving)))
    if search:
        found = found.filter(Q(name__icontains=search) | Q(code__startswith=codes.normalise(search)))
    if qualification:
        found = found.filter(id__in=Subquery(_held(qualification, on).values("organisation_id")))
    return found


def live_mandates(helper_id: UUID, principal_id: UUID, at: datetime) -> QuerySet[Mandate]:
    """The helper's mandates for that principal in force at that moment."""
    return Mandate.filter(helper_id=helper_id, principal_id=principal_id, revoked_at=None, until__gt=at)


async def mandates_of(actor: Actor, at: datetime) -> list[Mandate]:
    """Those in force that the actor's account holds as a helper or that its party gave, the ones that end first first."""
    own = Q(helper_id=actor.account_id) if Role.HELPER in actor.roles else Q(principal_id=actor.party_id)
    held = Mandate.filter(own, revoked_at=None, until__gt=at)
    return await held.order_by("until", "id").limit(_MOST_MANDATES).select_related("helper", "principal")


def held_roles(memberships: Iterable[tuple[str, bool]], *, on_behalf: bool) -> tuple[frozenset[Role], bool]:
    """Roles and whether administrator, from (role, is_admin). On behalf of somebody one is a helper and nothing else."""
    pairs = [(Role(role), admin) for role, admin in memberships]
    if on_behalf:
        return frozenset(role for role, _ in pairs if role is Role.HELPER), False
    return frozenset(role for role, _ in pairs), any(admin for _, admin in pairs)


async def actor_for_token(token: str, address: str, received_s: float) -> Actor | None:
    """Whose token it is; None unless its session runs, its account is not disabled, its membership and mandate are live."""
    now = await db.now()
    query = Session.filter(token_hash=token_hash(token), revoked_at=None, expires_at__gt=now, account__disabled_at=None)
    session = await query.get_or_none()
    if session is None:
        return None
    principal = session.on_behalf_of_id
    if principal and not await live_mandates(session.account_id, principal, now).exists():
        return None
    held = Membership.filter(account_id=session.account_id, organisation_id=session.organisation_id, ended_at=None)
    roles, is_admin = held_roles([(m.role, m.is_admin) for m in await held], on_behalf=principal is not None)
    if not roles:
        return None
    return Actor(session.account_id, session.organisation_id, roles, is_admin, principal, session.id, address, received_s)


def _public_name(organisation: Organisation) -> str:
    return organisation.code if organisation.kind == OrganisationKind.PERSON else organisation.name


async def held_through(holder_id: UUID, party_id: UUID, kinds: Iterable[str], at: datetime, steps: int) -> list[str]:
    """Names from below the holder down to the party, by relations of these kinds in force at a moment, as far as they were recorded
    by then; empty: not within the steps.

    A natural person in between is named by its code.
    """
    below: dict[UUID, list[str]] = {party_id: []}
    level, on = [party_id], local_date(at)
    in_force = (Q(since=None) | Q(since__lte=on)) & (Q(until=None) | Q(until__gte=on))
    in_force &= Q(recorded_at=None) | Q(recorded_at__lte=at)
    for _ in range(steps):
        ties = PartyRelation.filter(in_force, target_org_id__in=level, relation__in=list(kinds)).select_related("target_org")
        new = {tie.source_org_id: [_public_name(tie.target_org), *below[tie.target_org_id]] for tie in await ties}
        level = [party for party in new if party not in below]
        below = new | below
    return below.get(holder_id, [])


_OFFICES = (OrganisationKind.AGENCY, OrganisationKind.PUBLIC_INSTITUTION, OrganisationKind.ASSOCIATION)


async def relations_by_organisation(ids: Sequence[UUID]) -> list[list[PartyRelation]]:
    """Relations on record at either end, of any time, each with both ends, oldest first, in key order."""
    ends = Q(source_org_id__in=set(ids)) | Q(target_org_id__in=set(ids))
    rows = await PartyRelation.filter(ends).order_by("since", "id").select_related("source_org", "target_org")
    return [[row for row in rows if i in (row.source_org_id, row.target_org_id)] for i in ids]


def may_see_relation(actor: Actor, relation: PartyRelation) -> bool:
    """What ties an intermediary to an office of the state is everybody's; any other relation is for its two ends and supervisors."""
    kinds = {relation.source_org.kind, relation.target_org.kind}
    if OrganisationKind.INTERMEDIARY in kinds and kinds & set(_OFFICES):
        return True
    ends = Subject.of(relation.source_org_id, relation.target_org_id)
    return isinstance(may(actor, Action.RELATION_READ, ends), Allowed)
