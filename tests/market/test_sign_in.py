"""Sign-in: throttled, counted although refused, tokens that end."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from market import clock, errors
from market.actors import Actor, Role
from market.log.models import LogEntry
from market.parties import members, passwords, read, sessions
from market.parties.models import Account, Membership, Organisation, Session
from tests import contest
from tests.contest import NOON

PASSWORD = "hai-shui-mei-gan"


@pytest.fixture
async def login(database: str) -> str:
    """An account with a password and one membership."""
    place = await Organisation.create(code=contest.new_code(), name="某公司", kind="enterprise", created_at=NOON)
    hashed = await passwords.hash_password(PASSWORD)
    account = await Account.create(login="axia", display_name="阿霞", password_hash=hashed, created_at=NOON)
    await Membership.create(account=account, organisation=place, role=Role.APPLICANT, since=NOON)
    return "axia"


async def attempt(login: str, password: str) -> sessions.SignedIn:
    """Try to sign in at noon."""
    with clock.fixed(NOON):
        return await sessions.sign_in(Actor(address="10.0.0.1"), sessions.SignIn(login, password))


async def test_a_token_stands_for_its_account_until_it_ends(login: str) -> None:
    """The token is stored hashed, acts for the only membership, and ends with its time or at sign-out."""
    done = await attempt(login, PASSWORD)
    assert not await Session.exists(token_hash=done.token)
    with clock.fixed(NOON):
        actor = await read.actor_for_token(done.token, "", 0.0)
    assert actor is not None and actor.roles == {Role.APPLICANT}
    with clock.fixed(NOON + timedelta(hours=13)):
        assert await read.actor_for_token(done.token, "", 0.0) is None
    with clock.fixed(NOON):
        await sessions.sign_out(actor)
        assert await read.actor_for_token(done.token, "", 0.0) is None


async def test_five_wrong_guesses_pause_the_account(login: str) -> None:
    """Also when they come at once; then even the right password waits, known and unknown names alike."""
    for name in (login, "niemand"):
        tries = await asyncio.gather(*(attempt(name, f"wrong{n}") for n in range(8)), return_exceptions=True)
        assert {type(t) for t in tries} <= {errors.SignInRefused, errors.TooManyAttempts}
        with pytest.raises(errors.TooManyAttempts) as caught:
            await attempt(name, PASSWORD)
        assert caught.value.retry_at > NOON
    with clock.fixed(NOON + timedelta(minutes=16)):
        assert (await sessions.sign_in(Actor(address="10.0.0.1"), sessions.SignIn(login, PASSWORD))).token


async def test_an_administrator_elsewhere_manages_nobody_here(login: str) -> None:
    """Adding a member, ending a membership and issuing a link are refused to administrators of other organisations."""
    code = (await Organisation.all().first()).code  # type: ignore[union-attr]
    stranger = replace(await contest.member(Role.APPLICANT), is_admin=True)
    before = await LogEntry.all().count()
    calls = (
        lambda: members.add_member(stranger, members.AddMember(code, "neuling", "新人", Role.APPLICANT)),
        lambda: members.end_membership(stranger, code, login),
        lambda: members.issue_access_link(stranger, login, code),
    )
    for call in calls:
        with clock.fixed(NOON), pytest.raises((errors.NotPermitted, errors.NotFound)):
            await call()
    assert await LogEntry.all().count() == before


async def test_a_one_time_link_works_once(login: str) -> None:
    """It sets the password and ends all sessions; used again, or late, it is refused."""
    code = (await Organisation.all().first()).code  # type: ignore[union-attr]
    operator = await contest.member(Role.OPERATOR)
    token = (await attempt(login, PASSWORD)).token
    with clock.fixed(NOON):
        link = await members.issue_access_link(operator, login, code)
        await members.redeem_access_link(Actor(), link.secret, "ein-neues-passwort")
        assert await read.actor_for_token(token, "", 0.0) is None
        with pytest.raises(errors.LinkNotUsable):
            await members.redeem_access_link(Actor(), link.secret, "noch-eines-bitte")
        late = await members.issue_access_link(operator, login, code)
    with clock.fixed(NOON + timedelta(hours=49)), pytest.raises(errors.LinkNotUsable):
        await members.redeem_access_link(Actor(), late.secret, "noch-eines-bitte")
