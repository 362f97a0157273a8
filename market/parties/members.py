"""Who belongs to an organisation, and the one-time links by which people set their passwords."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from market import db
from market.actors import Actor, Role
from market.errors import AlreadyRegistered, LastAdministrator, LinkNotUsable, NotFound, NotPermitted
from market.parties import codes, passwords, read, roles, sessions, throttle
from market.parties.models import AccessLink, Account, Mandate, Membership, Organisation
from market.parties.tokens import new_token, token_hash
from market.permissions import Action, Subject
from market.text import Checker
from market.usecase import authorise, rulebook, unit, use_case


@dataclass(frozen=True)
class AddMember:
    """``display_name`` counts only when the account is new."""

    organisation_code: str
    login: str
    display_name: str
    role: Role
    is_admin: bool = False


@dataclass(frozen=True)
class IssuedLink:
    """``secret`` is shown this once, to whoever issued the link."""

    login: str
    secret: str = field(repr=False)
    expires_at: datetime


@use_case(Action.MEMBER_MANAGE)
async def add_member(actor: Actor, form: AddMember) -> Membership:
    """A role in the organisation; the account is made, without password, when it is new.

    An administrator adds people of its own organisation and new ones; whoever belongs elsewhere is added by the operator,
    or one administrator could block, or inherit, what another organisation gave.
    Raises NotFound, NotPermitted, InvalidInput, AlreadyRegistered.
    """
    organisation = await read.require_organisation(form.organisation_code)
    authorise(Action.MEMBER_MANAGE, Subject.of(organisation.id))
    login, name = _checked(form, organisation)
    if not roles.may_hand_out(actor, form.role):
        raise NotPermitted(Action.MEMBER_MANAGE, "role", (Role.OPERATOR.value,))
    account = await Account.get_or_none(login=login)
    if account is None:
        account = await Account.create(login=login, display_name=name, created_at=unit().now)
    else:
        await _let_in(actor, account, organisation)
    membership = await _join(account, organisation, form)
    facts = {"account": str(account.id), "role": form.role.value, "isAdmin": form.is_admin}
    unit().record("member:add", f"organisation:{organisation.code}", **facts)
    return membership


def _checked(form: AddMember, organisation: Organisation) -> tuple[str, str]:
    check = Checker()
    login = codes.normalise_login(form.login)
    if not codes.is_login(login):
        check.add("login", "not_a_login")
    name = check.text("displayName", form.display_name, 100)
    if not roles.fits(organisation.kind, form.role):
        check.add("role", "not_allowed_here")
    check.done()
    return login, name


async def _let_in(actor: Actor, account: Account, organisation: Organisation) -> None:
    await Account.select_for_update(no_key=True).get(id=account.id)
    ever = await Membership.filter(account_id=account.id)
    live = {m.organisation_id for m in ever if m.ended_at is None}
    own = live <= {organisation.id} and any(m.organisation_id == organisation.id for m in ever)
    if not own and Role.OPERATOR not in actor.roles:
        raise AlreadyRegistered("account", account.login)
    if organisation.id not in live:
        # A link issued before now was meant for what the account could do then.
        await _spend_links(account.id)


async def _join(account: Account, organisation: Organisation, form: AddMember) -> Membership:
    values = {"is_admin": form.is_admin, "since": unit().now, "ended_at": None}
    which: dict[str, Any] = {"account_id": account.id, "organisation_id": organisation.id, "role": form.role.value}
    membership = await Membership.get_or_none(**which)
    if membership and membership.ended_at is None:
        raise AlreadyRegistered("membership", account.login)
    membership = (membership or Membership(**which)).update_from_dict(values)
    await membership.save()
    membership.account, membership.organisation = account, organisation
    return membership


@use_case(Action.MEMBER_MANAGE)
async def end_membership(actor: Actor, organisation_code: str, login: str) -> Organisation:
    """The account leaves the organisation in every role; its sessions for it end.

    Raises NotFound, NotPermitted, LastAdministrator.
    """
    organisation = await read.require_organisation(organisation_code)
    authorise(Action.MEMBER_MANAGE, Subject.of(organisation.id))
    # One at a time: two administrators who remove each other would leave none.
    await Organisation.select_for_update(no_key=True).get(id=organisation.id)
    account, memberships = await _member(organisation, login)
    _check_rank(actor, memberships)
    others = Membership.filter(organisation_id=organisation.id, ended_at=None, is_admin=True).exclude(account_id=account.id)
    if any(m.is_admin for m in memberships) and not await others.exists():
        raise LastAdministrator(organisation.code)
    now = unit().now
    await Membership.filter(id__in=[m.id for m in memberships]).update(ended_at=now)
    await sessions.revoke(account_id=account.id, organisation_id=organisation.id)
    if any(m.role == Role.HELPER for m in memberships):
        await _end_mandates(account.id)
    unit().record("member:end", f"organisation:{organisation.code}", account=str(account.id))
    return organisation


async def _end_mandates(account_id: UUID) -> None:
    """A mandate was given to a helper; whoever is none any more does not keep it for a later post."""
    if not await Membership.exists(account_id=account_id, role=Role.HELPER, ended_at=None):
        await Mandate.filter(helper_id=account_id, revoked_at=None).update(revoked_at=unit().now)


async def _member(organisation: Organisation, login: str) -> tuple[Account, list[Membership]]:
    name = codes.normalise_login(login)
    account = await Account.get_or_none(login=name) if codes.is_login(name) else None
    live = await Membership.filter(account_id=account.id, organisation_id=organisation.id, ended_at=None) if account else []
    if account is None or not live:
        raise NotFound("account", login[:64])
    return account, live


def _check_rank(actor: Actor, memberships: list[Membership]) -> None:
    if not all(roles.may_hand_out(actor, Role(m.role)) for m in memberships):
        raise NotPermitted(Action.MEMBER_MANAGE, "role", (Role.OPERATOR.value,))


@use_case(Action.LINK_ISSUE)
async def issue_access_link(actor: Actor, login: str, organisation_code: str) -> IssuedLink:
    """A one-time link for a member to set a password: invitation, reset or hand-over. Valid for access_link_lifetime.

    Whoever sets a password gets all that the account can do, so an administrator issues one only for an account whose
    every membership it could have given itself; for others, the operator. Raises NotFound, NotPermitted.
    """
    organisation = await read.require_organisation(organisation_code)
    authorise(Action.LINK_ISSUE, Subject.of(organisation.id))
    account, _ = await _member(organisation, login)
    await Account.select_for_update(no_key=True).get(id=account.id)
    await _check_reach(actor, account)
    secret, now = new_token(), unit().now
    link = await AccessLink.create(
        token_hash=token_hash(secret),
        account_id=account.id,
        issued_by_id=actor.account_id,
        created_at=now,
        expires_at=rulebook().deadline("access_link_lifetime", now).at,
    )
    unit().record("link:issue", f"account:{account.id}", organisation=organisation.code)
    return IssuedLink(account.login, secret, link.expires_at)


async def _check_reach(actor: Actor, account: Account) -> None:
    if Role.OPERATOR in actor.roles:
        return
    administered = await Membership.filter(account_id=actor.account_id, is_admin=True, ended_at=None).values_list(
        "organisation_id", flat=True
    )
    for membership in await Membership.filter(account_id=account.id, ended_at=None):
        if membership.organisation_id not in administered or not roles.may_hand_out(actor, Role(membership.role)):
            raise NotPermitted(Action.LINK_ISSUE, "ownership", (Role.OPERATOR.value,))


async def redeem_access_link(actor: Actor, secret: str, new_password: str) -> str:
    """Set the password that the link was issued for; all sessions and other links of the account end. Returns the login.

    Raises LinkNotUsable, InvalidInput (newPassword). The link is used once, whoever comes at the same time.
    """
    link = await AccessLink.get_or_none(token_hash=token_hash(secret)).select_related("account")
    if link is None or not _usable(link, await db.now()):
        raise LinkNotUsable()
    check = Checker()
    passwords.check_password(check, "newPassword", new_password, link.account.login)
    check.done()
    return await _set_password(actor, link, await passwords.hash_password(new_password))


def _usable(link: AccessLink, now: datetime) -> bool:
    return link.used_at is None and link.expires_at > now and link.account.disabled_at is None


@use_case(None)
async def _set_password(_actor: Actor, link: AccessLink, password_hash: str) -> str:
    now, account = unit().now, link.account
    # The account first: ``sessions`` holds it while a session opens, and adding a member while links are spent.
    await Account.filter(id=account.id).update(password_hash=password_hash)
    if not await AccessLink.filter(id=link.id, used_at=None, expires_at__gt=now).update(used_at=now):
        raise LinkNotUsable()
    await _spend_links(account.id)
    await sessions.revoke(account_id=account.id)
    await throttle.forget(account.login)
    unit().record("link:redeem", f"account:{account.id}")
    return str(account.login)


async def _spend_links(account_id: UUID) -> None:
    await AccessLink.filter(account_id=account_id, used_at=None).update(used_at=unit().now)
