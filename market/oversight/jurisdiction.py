"""Which regulator may take which case: an explicit, logged table that the operator maintains."""

import re
from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Q

from market.actors import Actor, Role
from market.catalogue.models import Department
from market.errors import OutsideJurisdiction
from market.oversight.models import Jurisdiction, OversightCase
from market.parties import read as parties
from market.parties.models import Membership, Organisation
from market.permissions import Action
from market.text import Checker
from market.usecase import authorise, unit, use_case

_REGION = re.compile(r"\d{6}", re.ASCII)
_DEPARTMENT = re.compile(r"[A-Z0-9-]{1,20}", re.ASCII)
_CREDIT_CODE = 18
MOST = 100
"""Most departments or regions in one row."""


@dataclass(frozen=True)
class SetJurisdiction:
    """What a regulator organisation supervises; an empty list means any. ``revoke``: it supervises nothing any more."""

    organisation_code: str
    departments: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    revoke: bool = False


def region_of(code: str) -> str:
    """The administrative division in a unified social credit code, digits 3 to 8; empty for other codes. Source: GB 32100."""
    return code[2:8] if len(code) == _CREDIT_CODE and _REGION.fullmatch(code[2:8]) else ""


def _prefix(region: str) -> str:
    """330900 covers 3309xx, 330000 covers 33xxxx, 000000 the whole country."""
    while region.endswith("00"):
        region = region[:-2]
    return region


def covers(row: Jurisdiction | None, department_code: str, region: str) -> bool:
    """Whether the row covers a case of that department and region. No row covers nothing."""
    if row is None:
        return False
    department = not row.departments or department_code in row.departments
    return department and (not row.regions or any(region.startswith(_prefix(r)) for r in row.regions if region))


def filter_of(row: Jurisdiction | None) -> Q:
    """The same as a filter of cases."""
    if row is None:
        return Q(id__in=[])
    found = Q(department_code__in=row.departments) if row.departments else Q()
    if row.regions:
        found &= Q(*(Q(region__startswith=_prefix(r)) for r in row.regions), join_type="OR") & ~Q(region="")
    return found


async def of(organisation_id: UUID | None) -> Jurisdiction | None:
    """The row of a regulator organisation."""
    return await Jurisdiction.get_or_none(organisation_id=organisation_id or UUID(int=0))


async def require(case: OversightCase, organisation_id: UUID | None) -> None:
    """Raise OutsideJurisdiction unless that regulator handles the case or may take it."""
    if case.handler_id != organisation_id and not covers(await of(organisation_id), case.department_code, case.region):
        raise OutsideJurisdiction(case.code, case.department_code, case.region)


async def every() -> list[Jurisdiction]:
    """The whole table, by organisation."""
    return await Jurisdiction.all().select_related("organisation").order_by("organisation__code")


async def is_regulator(organisation_id: UUID) -> bool:
    """Whether anybody acts as a regulator for it."""
    return await Membership.filter(organisation_id=organisation_id, role=Role.REGULATOR, ended_at=None).exists()


@use_case(Action.JURISDICTION_SET)
async def set_jurisdiction(_actor: Actor, form: SetJurisdiction) -> Jurisdiction:
    """Replace what a regulator organisation supervises. Raises NotFound, InvalidInput."""
    authorise(Action.JURISDICTION_SET)
    organisation = await parties.require_organisation(form.organisation_code)
    departments, regions = sorted({d.strip() for d in form.departments}), sorted({r.strip() for r in form.regions})
    await _check(organisation, departments, regions)
    row = await Jurisdiction.get_or_none(organisation_id=organisation.id) or Jurisdiction(organisation=organisation)
    row.departments, row.regions, row.set_at = departments, regions, unit().now
    if form.revoke:
        await Jurisdiction.filter(organisation_id=organisation.id).delete()
    else:
        await row.save()
    row.organisation = organisation
    said = {"departments": departments, "regions": regions, "revoked": form.revoke}
    unit().record("jurisdiction:set", f"organisation:{organisation.code}", **said)
    return row


async def _check(organisation: Organisation, departments: list[str], regions: list[str]) -> None:
    check = Checker()
    if not await is_regulator(organisation.id):
        check.add("organisationCode", "not_a_regulator")
    if not await _all_known(departments):
        check.add("departments", "unknown_code")
    if len(regions) > MOST or not all(_REGION.fullmatch(r) for r in regions):
        check.add("regions", "not_a_region")
    check.done()


async def _all_known(departments: list[str]) -> bool:
    if len(departments) > MOST or not all(_DEPARTMENT.fullmatch(d) for d in departments):
        return False
    return await Department.filter(code__in=departments).count() == len(departments) if departments else True
