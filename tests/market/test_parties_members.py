"""Members and their one-time links: who may add, remove and reset whom, and what that leaves behind."""

import asyncio
from datetime import timedelta

import pytest

from market import clock, errors
from market.actors import Actor, Role
from market.log.models import LogEntry
from market.parties import members, passwords
from market.parties.models import AccessLink, Account, Mandate, Membership, Organisation, OrganisationKind
from market.parties.roles import ROLES_OF_KIND
from tests.contest import NOON, member
from tests.factories_parties import PASSWORD, account, admin, join, mandated, organisation, sign_in, whose

KINDS = OrganisationKind
NEW_PASSWORD = "yi-zhi-hai-ou"


@pytest.fixture
async def firm(database: str) -> Organisation:
    """An enterprise."""
    return await organisation()


@pytest.fixture
async def boss(firm: Organisation) -> Actor:
    """Its administrator."""
    return await admin(firm, Role.APPLICANT)


async def add(by: Actor, where: Organisation, login: str, role: Role = Role.APPLICANT, **more: bool) -> Membership:
    """Add a member at noon."""
    with clock.fixed(NOON):
        return await members.add_member(by, members.AddMember(where.code, login, "新人", role, **more))


async def end(by: Actor, where: Organisation, login: str) -> Organisation:
    """End a membership at noon."""
    with clock.fixed(NOON):
        return await members.end_membership(by, where.code, login)


async def issue(by: Actor, where: Organisation, login: str) -> str:
    """Issue a link at noon."""
    with clock.fixed(NOON):
        return (await members.issue_access_link(by, login, where.code)).secret


async def redeem(secret: str, password: str = NEW_PASSWORD) -> str:
    """Use a link at noon."""
    with clock.fixed(clock.fixed_time() or NOON):
        return await members.redeem_access_link(Actor(), secret, password)


async def test_a_new_member_gets_in_by_a_link(firm: Organisation, boss: Actor) -> None:
    """Without a password nobody signs in; the link sets it; then one acts for the organisation."""
    await add(boss, firm, " NEU ")
    with pytest.raises(errors.SignInRefused):
        await sign_in("neu", "")
    assert await redeem(await issue(boss, firm, "neu")) == "neu"
    assert (await sign_in("neu", NEW_PASSWORD)).actor.organisation_id == firm.id


@pytest.mark.parametrize("kind", KINDS)
async def test_roles_fit_the_kind_of_organisation(database: str, kind: OrganisationKind) -> None:
    """The operator may hand out every role that the table gives to the kind, and no other."""
    place, operator = await organisation(kind), await member(Role.OPERATOR)
    for role in Role:
        if role in ROLES_OF_KIND[kind]:
            assert (await add(operator, place, f"m-{role}", role)).role == role
        else:
            with pytest.raises(errors.InvalidInput) as caught:
                await add(operator, place, f"m-{role}", role)
            assert [p.path for p in caught.value.fields] == ["role"]


async def test_an_administrator_hands_out_only_trusted_roles_that_it_has(database: str) -> None:
    """An agency's administrator makes neither regulators nor operators; a regulator's makes regulators."""
    agency = await organisation(KINDS.AGENCY)
    clerk, inspector = await admin(agency, Role.AGENCY), await admin(agency, Role.REGULATOR)
    for by, role in ((clerk, Role.REGULATOR), (clerk, Role.OPERATOR), (inspector, Role.OPERATOR)):
        with pytest.raises(errors.NotPermitted):
            await add(by, agency, "neu", role)
    await add(clerk, agency, "clerk2", Role.AGENCY)
    await add(inspector, agency, "inspector2", Role.REGULATOR)


async def test_nor_does_it_reset_or_remove_those(database: str) -> None:
    """Otherwise a reset would hand over the role."""
    agency = await organisation(KINDS.AGENCY)
    clerk, inspector = await admin(agency, Role.AGENCY), await account("inspektor")
    await join(inspector, agency, Role.REGULATOR)
    for attempt in (issue, end):
        with pytest.raises(errors.NotPermitted):
            await attempt(clerk, agency, "inspektor")


async def test_whoever_belongs_elsewhere_is_added_by_the_operator(firm: Organisation, boss: Actor) -> None:
    """And then only the operator, or who administers both, issues links for it."""
    await join(await account("anders"), await organisation(), Role.APPLICANT)
    operator = await member(Role.OPERATOR)
    with pytest.raises(errors.AlreadyRegistered):
        await add(boss, firm, "anders")
    await add(operator, firm, "anders")
    with pytest.raises(errors.NotPermitted):
        await issue(boss, firm, "anders")
    assert await issue(operator, firm, "anders")


async def test_who_administers_both_may_reset(firm: Organisation, boss: Actor) -> None:
    """Every membership of the account is in an organisation that the issuer administers."""
    other, someone = await organisation(), await account("zwei")
    await join(someone, firm, Role.APPLICANT)
    await join(someone, other, Role.APPLICANT)
    await join(await Account.get(id=boss.account_id), other, Role.APPLICANT, is_admin=True)
    assert await issue(boss, firm, "zwei")


async def test_an_old_link_does_not_open_a_new_organisation(firm: Organisation, boss: Actor) -> None:
    """A link issued before the account joined elsewhere is spent by that."""
    await add(boss, firm, "neu")
    secret = await issue(boss, firm, "neu")
    await add(await member(Role.OPERATOR), await organisation(), "neu")
    with pytest.raises(errors.LinkNotUsable):
        await redeem(secret)


@pytest.mark.parametrize("plain", [True, False])
async def test_members_without_rank_and_strangers_manage_nobody(firm: Organisation, boss: Actor, plain: bool) -> None:
    """Denied, and nothing is written."""
    await add(boss, firm, "neu")
    by = await join(await account(), firm, Role.APPLICANT) if plain else await admin(await organisation(), Role.APPLICANT)
    before = await LogEntry.all().count()
    for attempt in (add, end, issue):
        with pytest.raises(errors.NotPermitted):
            await attempt(by, firm, "neu")
    assert await LogEntry.all().count() == before


async def test_leaving_ends_the_sessions_there_and_can_be_taken_back(firm: Organisation, boss: Actor) -> None:
    """Sessions for other organisations go on; who comes back has the same account and a live membership again."""
    someone, other = await account("geht"), await organisation()
    await join(someone, firm, Role.APPLICANT)
    await join(someone, other, Role.APPLICANT)
    here, there = await sign_in("geht", acting_for=firm.code), await sign_in("geht", acting_for=other.code)
    await end(boss, firm, "geht")
    assert await whose(here.token) is None
    assert await whose(there.token) is not None
    assert (await add(await member(Role.OPERATOR), firm, "geht")).account_id == someone.id
    assert await whose(here.token) is None


async def test_one_is_not_added_twice(firm: Organisation, boss: Actor) -> None:
    """The same role again is refused; nothing else is said of the account."""
    await add(boss, firm, "neu")
    with pytest.raises(errors.AlreadyRegistered):
        await add(boss, firm, "neu")


async def test_the_last_administrator_stays(firm: Organisation, boss: Actor) -> None:
    """Also against the operator; with a second one the first may go."""
    login = (await Account.get(id=boss.account_id)).login
    operator = await member(Role.OPERATOR)
    for by in (boss, operator):
        with pytest.raises(errors.LastAdministrator):
            await end(by, firm, login)
    await add(boss, firm, "zweite", is_admin=True)
    await end(boss, firm, login)


async def test_two_administrators_cannot_remove_each_other_at_once(firm: Organisation, boss: Actor) -> None:
    """One of them stays."""
    other = await admin(firm, Role.APPLICANT)
    logins = [(await Account.get(id=who.account_id)).login for who in (boss, other)]
    tries = await asyncio.gather(end(boss, firm, logins[1]), end(other, firm, logins[0]), return_exceptions=True)
    assert sorted(type(t).__name__ for t in tries) == ["LastAdministrator", "Organisation"]
    assert await Membership.filter(ended_at=None, is_admin=True).count() == 1


async def test_a_helper_who_leaves_keeps_no_mandate(database: str) -> None:
    """For a later post it needs a new one."""
    station, principal, helper = await organisation(KINDS.AGENCY), await organisation(KINDS.PERSON), await account("helfer")
    await join(helper, station, Role.HELPER)
    await mandated(helper, principal, await admin(principal, Role.APPLICANT))
    await end(await admin(station, Role.HELPER), station, "helfer")
    assert not await Mandate.exists(revoked_at=None)


@pytest.mark.parametrize("login", ["ab", "mit blank", "名字", "x" * 65, "nul\x00l", ""])
async def test_a_bad_login_is_told_with_the_other_problems(firm: Organisation, boss: Actor, login: str) -> None:
    """All of them at once."""
    form = members.AddMember(firm.code, login, "\x07", Role.HELPER)
    with clock.fixed(NOON), pytest.raises(errors.InvalidInput) as caught:
        await members.add_member(boss, form)
    assert [p.path for p in caught.value.fields] == ["login", "displayName", "role"]


@pytest.mark.parametrize("what", ["organisation", "account"])
async def test_unknown_ones_are_not_found(firm: Organisation, what: str) -> None:
    """Whether the text is a code or a name at all."""
    operator = await member(Role.OPERATOR)
    for text in ("niemand", "\x00", "\ud800", "x" * 100_000):
        with clock.fixed(NOON), pytest.raises(errors.NotFound) as caught:
            known = what == "account"
            await members.issue_access_link(operator, text if known else "axia", firm.code if known else text)
        assert (caught.value.kind, len(caught.value.key) <= 64) == (what, True)


async def test_a_link_is_stored_hashed_and_works_once(firm: Organisation, boss: Actor) -> None:
    """Of many who use it at the same time one succeeds; it ends the other links and the sessions of the account."""
    await join(await account("axia"), firm, Role.APPLICANT)
    token, others = (await sign_in("axia")).token, [await issue(boss, firm, "axia") for _ in range(2)]
    assert not await AccessLink.exists(token_hash=others[0])
    tries = await asyncio.gather(*(redeem(others[0], f"{NEW_PASSWORD}{n}") for n in range(3)), return_exceptions=True)
    assert sorted(str(t) if isinstance(t, str) else type(t).__name__ for t in tries) == ["LinkNotUsable"] * 2 + ["axia"]
    assert await whose(token) is None
    for secret in (*others, "unknown", "\ud800"):
        with pytest.raises(errors.LinkNotUsable):
            await redeem(secret)
    with pytest.raises(errors.SignInRefused):
        await sign_in("axia", PASSWORD)


async def test_a_link_ends_with_its_time_or_its_account(firm: Organisation, boss: Actor) -> None:
    """48 hours after it was issued, to the second; and for a disabled account at once."""
    await add(boss, firm, "neu")
    secret = await issue(boss, firm, "neu")
    with clock.fixed(NOON + timedelta(hours=48)), pytest.raises(errors.LinkNotUsable):
        await redeem(secret)
    await Account.filter(login="neu").update(disabled_at=NOON)
    with pytest.raises(errors.LinkNotUsable):
        await redeem(secret)
    await Account.filter(login="neu").update(disabled_at=None)
    with clock.fixed(NOON + timedelta(hours=48, seconds=-1)):
        assert await redeem(secret) == "neu"


async def test_a_bad_password_leaves_the_link_usable(firm: Organisation, boss: Actor) -> None:
    """Too short, too common or the login: told before anything is spent."""
    await add(boss, firm, "lange-genug")
    secret = await issue(boss, firm, "lange-genug")
    for password in ("short", "password1", "lange-genug"):
        with pytest.raises(errors.InvalidInput) as caught:
            await redeem(secret, password)
        assert [p.path for p in caught.value.fields] == ["newPassword"]
    assert await redeem(secret) == "lange-genug"


async def test_a_reset_lifts_the_pause(firm: Organisation, boss: Actor) -> None:
    """Who locked itself out and got a link gets in."""
    await join(await account("axia"), firm, Role.APPLICANT)
    for _ in range(5):
        with pytest.raises(errors.SignInRefused):
            await sign_in("axia", "wrong")
    await redeem(await issue(boss, firm, "axia"))
    assert await sign_in("axia", NEW_PASSWORD)


async def test_nothing_secret_reaches_the_log(firm: Organisation, boss: Actor) -> None:
    """Neither the link's secret nor the password nor its hash; the forms do not show them either."""
    await add(boss, firm, "neu")
    secret = await issue(boss, firm, "neu")
    await redeem(secret)
    text = "".join([e.body for e in await LogEntry.all()])
    stored = (await Account.get(login="neu")).password_hash
    assert stored and await passwords.verify(stored, NEW_PASSWORD)
    assert not any(said in text for said in (secret, NEW_PASSWORD, stored))
    assert secret not in repr(members.IssuedLink("neu", secret, NOON))
