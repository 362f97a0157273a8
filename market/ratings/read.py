"""Reads of ratings: public, each with its reply; the stars of each intermediary."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.actors import Actor
from market.permissions import Action, Allowed, Subject, may
from market.ratings.models import Rating
from market.ratings.stars import MARKS, Terms, mean, stars
from market.rulebook import Rulebook
from market.text import typed_code

_RELATED = ("contract", "contract__client", "contract__award__project", "intermediary")


def subject(rating: Rating) -> Subject:
    """Client and intermediary; who gave it may not decide about it. Loaded with its contract."""
    return Subject(frozenset({rating.contract.client_id, rating.intermediary_id}), frozenset({rating.rated_by_id}))


def may_read_appeal(actor: Actor, rating: Rating) -> bool:
    """Why the intermediary appeals is for the two sides, the operator and the regulator. Loaded with its contract."""
    return isinstance(may(actor, Action.RATING_APPEAL_READ, subject(rating)), Allowed)


async def loaded(rating_id: UUID) -> Rating:
    """With what its readers need."""
    return await Rating.get(id=rating_id).select_related(*_RELATED)


@dataclass(frozen=True)
class RatingFilter:
    """``appealed``: True: appeals that wait for a decision."""

    intermediary_code: str | None = None
    appealed: bool = False


def listing(wanted: RatingFilter) -> QuerySet[Rating]:
    """The ratings that fit, unordered."""
    query = Rating.all()
    if wanted.intermediary_code is not None:
        query = query.filter(intermediary__code=typed_code(wanted.intermediary_code))
    return query.filter(appealed_at__not_isnull=True, decided_at=None) if wanted.appealed else query


async def page(query: QuerySet[Rating], after: Sequence[Any] | None, limit: int) -> list[Rating]:
    """At most ``limit + 1``, the newest first, after a position (datetime, id)."""
    if after is not None:
        at, last = after
        query = query.filter(Q(rated_at__lt=at) | Q(rated_at=at, id__lt=last))
    return await query.order_by("-rated_at", "-id").limit(limit + 1).select_related(*_RELATED)


async def rating_by_code(code: str) -> Rating | None:
    """By its code, with its contract."""
    return await Rating.get_or_none(code=typed_code(code)).select_related(*_RELATED)


async def ratings_by_contract(ids: Sequence[UUID]) -> list[Rating | None]:
    """The rating of each contract, in key order."""
    rows = {row.contract_id: row for row in await Rating.filter(contract_id__in=list(ids)).select_related(*_RELATED)}
    return [rows.get(i) for i in ids]


def terms(rulebook: Rulebook, at: datetime) -> Terms:
    """Those in force at that moment."""
    numbers = [rulebook.number(f"rating_{name}", at) for name in ("prior", "prior_weight", "minimum")]
    return Terms(rulebook.duration("rating_fades", at), *numbers)


@dataclass(frozen=True)
class Stars:
    """``count``: how many ratings stand; ``value``: 1 to 5, None where too few clients gave them."""

    count: int
    value: Fraction | None


Given = tuple[UUID, Fraction, datetime]
"""Who gave a rating, its mean, and when."""


async def standing_by_intermediary(ids: Sequence[UUID]) -> list[list[Given]]:
    """The ratings of each that count, in key order: one query."""
    standing = Rating.filter(intermediary_id__in=list(ids), withdrawn=False)
    rows = await standing.values_list("intermediary_id", "contract__client_id", "rated_at", *MARKS)
    return [[(client, mean(marks), at) for owner, client, at, *marks in rows if owner == i] for i in ids]


def summary(standing: Sequence[Given], rules: Terms, at: datetime) -> Stars:
    """The stars at that moment."""
    return Stars(len(standing), stars(((client, value, at - given) for client, value, given in standing), rules))
