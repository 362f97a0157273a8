"""Mandates: who gives them, to whom, for whom, and until when."""

from datetime import date, timedelta

import pytest

from market import clock, errors
from market.actors import Actor, Role
from market.parties import mandates
from market.parties.models import Mandate, Organisation, OrganisationKind
from tests.contest import NOON, member
from tests.factories_parties import account, admin, join, organisation

TODAY = clock.local_date(NOON)


@pytest.fixture
async def granny(database: str) -> Organisation:
    """A natural person; at the station there is a helper called helfer."""
    await join(await account("helfer"), await organisation(OrganisationKind.AGENCY), Role.HELPER)
    return await organisation(OrganisationKind.PERSON)


async def grant(by: Actor, principal: str, until_on: date = TODAY, helper: str = "helfer", evidence: str = "纸质") -> Mandate:
    """Grant at noon."""
    with clock.fixed(NOON):
        return await mandates.grant_mandate(by, mandates.GrantMandate(helper, principal, until_on, evidence))


@pytest.mark.parametrize(("until_on", "end"), [(TODAY, "2026-11-24T16:00"), (date(2027, 1, 31), "2027-01-31T16:00")])
async def test_a_mandate_lasts_to_the_end_of_its_day(granny: Organisation, until_on: date, end: str) -> None:
    """24:00 in Zhoushan."""
    row = await grant(await admin(granny, Role.APPLICANT), granny.code, until_on)
    assert row.until.astimezone(NOON.tzinfo).isoformat().startswith(end)


async def test_a_later_mandate_replaces_the_earlier(granny: Organisation) -> None:
    """Of the same two one is in force, also when it is shorter; the operator may record it, too."""
    await grant(await admin(granny, Role.APPLICANT), granny.code, TODAY + timedelta(days=300))
    shorter = await grant(await member(Role.OPERATOR), granny.code, TODAY + timedelta(days=3))
    assert [m.id for m in await Mandate.filter(revoked_at=None)] == [shorter.id]


@pytest.mark.parametrize("role", [Role.APPLICANT, Role.HELPER, Role.AGENCY, Role.REGULATOR])
async def test_nobody_else_gives_or_takes_it(granny: Organisation, role: Role) -> None:
    """Another applicant does not, and a helper does not for itself."""
    await grant(await admin(granny, Role.APPLICANT), granny.code)
    stranger = await member(role)
    with clock.fixed(NOON), pytest.raises(errors.NotPermitted):
        await mandates.revoke_mandate(stranger, "helfer", granny.code)
    with pytest.raises(errors.NotPermitted):
        await grant(stranger, granny.code)
    assert await Mandate.filter(revoked_at=None).count() == 1


@pytest.mark.parametrize("login", ["niemand", "kein-helfer", "\x00"])
async def test_only_a_helper_can_be_mandated(granny: Organisation, login: str) -> None:
    """Others are not found, whether they exist or not."""
    await join(await account("kein-helfer"), await organisation(), Role.APPLICANT)
    with pytest.raises(errors.NotFound):
        await grant(await admin(granny, Role.APPLICANT), granny.code, helper=login)


async def test_what_is_wrong_is_told_at_once(granny: Organisation) -> None:
    """A past day, no evidence, a principal that cannot be an applicant."""
    agency = await organisation(OrganisationKind.AGENCY)
    with pytest.raises(errors.InvalidInput) as caught:
        await grant(await member(Role.OPERATOR), agency.code, TODAY - timedelta(days=1), evidence=" ")
    assert [p.path for p in caught.value.fields] == ["evidence", "untilOn", "principalCode"]


async def test_the_last_day_of_the_calendar_is_a_day(granny: Organisation) -> None:
    """No overflow."""
    assert (await grant(await admin(granny, Role.APPLICANT), granny.code, date.max)).until


async def test_revoking_what_is_not_there_is_not_found(granny: Organisation) -> None:
    """A second time, too."""
    owner = await admin(granny, Role.APPLICANT)
    await grant(owner, granny.code)
    with clock.fixed(NOON):
        await mandates.revoke_mandate(owner, "helfer", granny.code)
        for login in ("helfer", "niemand"):
            with pytest.raises(errors.NotFound):
                await mandates.revoke_mandate(owner, login, granny.code)
