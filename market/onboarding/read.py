"""Reads of applications. Nothing of them is public: who waits or was returned is the operator's and the applicant's to know."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.actors import Actor
from market.onboarding.models import OnboardingApplication, OnboardingCertificate
from market.onboarding.states import OnboardingState
from market.permissions import Action, Allowed, Subject, may
from market.receipts import receipt_hash
from market.text import typed_code
from market.usecase import require


def decides(actor: Actor) -> bool:
    """Whether the actor handles applications: it alone reads contact data, and what waits."""
    return isinstance(may(actor, Action.ONBOARDING_DECIDE), Allowed)


def listing(actor: Actor, states: Sequence[OnboardingState] | None) -> QuerySet[OnboardingApplication]:
    """The operator's all, a regulator's those decided, an intermediary's own; unordered. Raises NotSignedIn, NotPermitted."""
    require(actor, Action.ONBOARDING_READ)
    query = OnboardingApplication.all() if states is None else OnboardingApplication.filter(state__in=list(states))
    if decides(actor):
        return query
    if isinstance(may(actor, Action.ONBOARDING_READ, Subject()), Allowed):
        return query.exclude(state=OnboardingState.WAITING)
    return query.filter(organisation_id=actor.party_id)


async def page(query: QuerySet[OnboardingApplication], after: Sequence[Any] | None, limit: int) -> list[OnboardingApplication]:
    """At most ``limit + 1``, the oldest first, after a position (datetime, id)."""
    if after is not None:
        at, last = after
        query = query.filter(Q(applied_at__gt=at) | Q(applied_at=at, id__gt=last))
    return await query.order_by("applied_at", "id").limit(limit + 1)


async def application(actor: Actor, code: str) -> OnboardingApplication | None:
    """By its code, as far as ``listing`` shows it. Raises NotSignedIn, NotPermitted."""
    return await listing(actor, None).get_or_none(code=typed_code(code))


async def by_receipt(receipt: str) -> OnboardingApplication | None:
    """The application that this receipt was given for: 256 random bits, so that nobody finds another's."""
    return await OnboardingApplication.get_or_none(receipt_hash=receipt_hash(receipt))


async def certificates_by_application(ids: Sequence[UUID]) -> list[list[OnboardingCertificate]]:
    """In the order in which they were typed; in key order."""
    rows = await OnboardingCertificate.filter(application_id__in=list(ids)).order_by("number")
    return [[row for row in rows if row.application_id == i] for i in ids]


async def waiting_by_organisation_code(codes: Sequence[str]) -> list[list[str]]:
    """The codes of the applications to join that wait under each organisation code, oldest first; in key order."""
    wanted = OnboardingApplication.filter(organisation_code__in=set(codes), state=OnboardingState.WAITING, wish="join")
    rows = await wanted.order_by("applied_at", "id")
    return [[row.code for row in rows if row.organisation_code == code] for code in codes]
