"""Signing in and out, and for whom an account acts meanwhile."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from market.actors import Actor, Role
from market.errors import NotPermitted, NotSignedIn, SignInRefused
from market.parties import codes, passwords, read, throttle
from market.parties.models import Account, Membership, Session
from market.parties.tokens import new_token, token_hash
from market.permissions import Action
from market.usecase import authorise, rulebook, unit, use_case


@dataclass(frozen=True)
class SignIn:
    """``acting_for``: code of one of the account's organisations (else its first); ``on_behalf_of``: a helper's principal."""

    login: str
    password: str = field(repr=False)
    acting_for: str | None = None
    on_behalf_of: str | None = None


@dataclass(frozen=True)
class SignedIn:
    """``token`` is shown this once; ``actor`` is whom it stands for."""

    token: str = field(repr=False)
    expires_at: datetime
    actor: Actor


async def sign_in(actor: Actor, form: SignIn) -> SignedIn:
    """A new session. Raises TooManyAttempts, SignInRefused, NotPermitted (not a member, no mandate).

    Two transactions with the slow hash between them: the attempt is counted and stays counted, whatever follows.
    """
    login = codes.normalise_login(form.login)
    await throttle.take(login, actor.address)
    account = await Account.get_or_none(login=login) if codes.is_login(login) else None
    right = await passwords.verify(account.password_hash if account else None, form.password)
    if account is None or not right or account.disabled_at is not None:
        await _refuse(actor, login, account)
        raise SignInRefused()
    return await _open(replace(actor, account_id=account.id), account, form)


@use_case(None)
async def _refuse(_actor: Actor, login: str, account: Account | None) -> None:
    subject = f"account:{account.id}" if account else "account:unknown"
    unit().record("session:refuse", subject, loginHash=throttle.login_hash(login))


@use_case(None)
async def _open(actor: Actor, account: Account, form: SignIn) -> SignedIn:
    # A password that is replaced at this moment opens nothing that stays: its replacement came first, or revokes this session.
    current = await Account.select_for_update(no_key=True).get(id=account.id)
    if current.password_hash != account.password_hash or current.disabled_at is not None:
        raise SignInRefused()
    chosen = await _choose(actor, form.acting_for, form.on_behalf_of)
    await throttle.succeed(account.login, actor.address)
    token, now = new_token(), unit().now
    session = await Session.create(
        token_hash=token_hash(token),
        account_id=account.id,
        organisation_id=chosen.organisation_id,
        on_behalf_of_id=chosen.on_behalf_of_id,
        created_at=now,
        expires_at=rulebook().deadline("session_lifetime", now).at,
    )
    _record("session:open", chosen)
    return SignedIn(token, session.expires_at, replace(chosen, session_id=session.id))


@use_case(Action.SESSION_USE)
async def act_for(actor: Actor, code: str, on_behalf_of: str | None = None) -> Actor:
    """The same session for another organisation of the account. Raises NotSignedIn, NotPermitted."""
    authorise(Action.SESSION_USE)
    chosen = await _choose(actor, code, on_behalf_of)
    changed = await Session.filter(id=actor.session_id, revoked_at=None).update(
        organisation_id=chosen.organisation_id, on_behalf_of_id=chosen.on_behalf_of_id
    )
    if not changed:
        raise NotSignedIn()
    _record("session:act_for", chosen)
    return chosen


@use_case(Action.SESSION_USE)
async def sign_out(actor: Actor) -> None:
    """The token is worth nothing from now on. Raises NotSignedIn."""
    authorise(Action.SESSION_USE)
    if not await revoke(id=actor.session_id):
        raise NotSignedIn()
    _record("session:close", actor)


async def revoke(**which: object) -> int:
    """End the live sessions that these columns name, in the caller's transaction. Returns how many."""
    return await Session.filter(**which, revoked_at=None).update(revoked_at=unit().now)


def _record(action: str, actor: Actor) -> None:
    whom = {"organisation": actor.organisation_id, "onBehalfOf": actor.on_behalf_of_id}
    unit().record(action, f"account:{actor.account_id}", **{name: str(i) for name, i in whom.items() if i})


async def _choose(actor: Actor, acting_for: str | None, on_behalf_of: str | None) -> Actor:
    """The actor as it will act: with the roles that its account has there. Raises NotPermitted."""
    assert actor.account_id is not None  # noqa: S101 - signed in, or about to be
    [memberships] = await read.memberships_by_account([actor.account_id])
    fitting = [m for m in memberships if _fits(m, acting_for, on_behalf_of)]
    if not fitting:
        raise NotPermitted(Action.SESSION_USE, "ownership")
    organisation_id = fitting[0].organisation_id
    principal_id = await _principal(actor.account_id, on_behalf_of)
    pairs = ((m.role, m.is_admin) for m in fitting if m.organisation_id == organisation_id)
    roles, is_admin = read.held_roles(pairs, on_behalf=principal_id is not None)
    return replace(actor, organisation_id=organisation_id, roles=roles, is_admin=is_admin, on_behalf_of_id=principal_id)


def _fits(membership: Membership, acting_for: str | None, on_behalf_of: str | None) -> bool:
    there = acting_for is None or membership.organisation.code == codes.normalise(acting_for)
    return there and (on_behalf_of is None or membership.role == Role.HELPER)


async def _principal(helper_id: UUID, code: str | None) -> UUID | None:
    if code is None:
        return None
    principal = await read.organisation_by_code(code)
    if principal is None or not await read.live_mandates(helper_id, principal.id, unit().now).exists():
        raise NotPermitted(Action.SESSION_USE, "ownership")
    return principal.id
