"""Reads of practitioners: who belongs where on a day, and who may know their names."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from market.actors import Actor
from market.clock import local_date
from market.parties.models import Organisation
from market.permissions import Action, Allowed, Subject, may
from market.practitioners.models import Practitioner


async def by_code(codes: Collection[str]) -> dict[str, Practitioner]:
    """Whoever has these codes; unknown ones are left out."""
    return {row.code: row for row in await Practitioner.filter(code__in=set(codes))}


def practises(row: Practitioner | None, organisation_id: UUID, at: datetime) -> bool:
    """Whether it belongs to that intermediary at that moment, with a certificate that is valid on its day."""
    return row is not None and row.organisation_id == organisation_id and _is_there(row, at) and _is_valid(row, local_date(at))


def _is_there(row: Practitioner, at: datetime) -> bool:
    return row.registered_at <= at and (row.ended_at is None or at < row.ended_at)


def _is_valid(row: Practitioner, on: date) -> bool:
    return row.valid_to is None or on <= row.valid_to


async def practitioners_by_organisation(ids: Sequence[UUID]) -> list[list[Practitioner]]:
    """The practitioners of each, those of before too, in key order."""
    rows = await Practitioner.filter(organisation_id__in=list(ids)).order_by("registered_at", "code")
    return [[row for row in rows if row.organisation_id == i] for i in ids]


def may_read(actor: Actor, organisation: Organisation) -> bool:
    """Names and certificates are for their own intermediary, the operator and the regulator."""
    return isinstance(may(actor, Action.PERSON_NAME_READ, Subject.of(organisation.id)), Allowed)
