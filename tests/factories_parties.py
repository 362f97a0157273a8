"""Factories of parties: organisations, accounts with a password, members as actors."""

from datetime import timedelta
from uuid import uuid4

from market import clock
from market.actors import Actor, Role
from market.parties import mandates, passwords, read, sessions
from market.parties.models import Account, Membership, Organisation, OrganisationKind
from tests.contest import NOON, new_code

PASSWORD = "hai-shui-mei-gan"


async def organisation(
    kind: OrganisationKind = OrganisationKind.ENTERPRISE, name: str = "某单位", code: str = ""
) -> Organisation:
    """An organisation with a valid code, a natural person with a pseudonym."""
    code = code or ("P" + uuid4().hex[:12].upper() if kind is OrganisationKind.PERSON else new_code())
    return await Organisation.create(code=code, name=name, kind=kind, created_at=NOON)


async def account(login: str = "") -> Account:
    """Somebody who can sign in with PASSWORD."""
    hashed = await passwords.hash_password(PASSWORD)
    return await Account.create(login=login or uuid4().hex, display_name="某人", password_hash=hashed, created_at=NOON)


async def join(who: Account, where: Organisation, role: Role, *, is_admin: bool = False, days: int = 0) -> Actor:
    """A membership that began so many days after NOON; the actor that it makes."""
    since = NOON + timedelta(days=days)
    await Membership.create(account=who, organisation=where, role=role, is_admin=is_admin, since=since)
    return Actor(who.id, where.id, frozenset({role}), is_admin)


async def admin(where: Organisation, role: Role) -> Actor:
    """An administrator of the organisation."""
    return await join(await account(), where, role, is_admin=True)


async def sign_in(login: str, password: str = PASSWORD, address: str = "10.0.0.1", **form: str) -> sessions.SignedIn:
    """Sign in at the time that is set, else at noon."""
    with clock.fixed(clock.fixed_time() or NOON):
        return await sessions.sign_in(Actor(address=address), sessions.SignIn(login, password, **form))


async def whose(token: str) -> Actor | None:
    """Whose token it is at the time that is set, else at noon."""
    with clock.fixed(clock.fixed_time() or NOON):
        return await read.actor_for_token(token, "", 0.0)


async def mandated(helper: Account, principal: Organisation, by: Actor) -> None:
    """A mandate for a week."""
    with clock.fixed(NOON):
        until = clock.local_date(NOON) + timedelta(days=7)
        await mandates.grant_mandate(by, mandates.GrantMandate(helper.login, principal.code, until, "纸质委托书"))
