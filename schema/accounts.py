"""Accounts: signing in, members, one-time links, mandates; who the viewer is."""

from datetime import date, datetime
from typing import cast

import strawberry

from market import errors
from market.actors import Actor, Role
from market.parties import mandates, members, read, sessions
from schema.context import Info
from schema.errors import result
from schema.parties import Done, Mandate, Organisation


@strawberry.type
class Membership:
    """A role in an organisation."""

    organisation: Organisation
    role: Role
    is_admin: bool


@strawberry.type(description="当前登录人。 Who is signed in, and for whom.")
class Viewer:
    """The reader itself."""

    actor: strawberry.Private[Actor]
    login: str
    display_name: str
    roles: list[Role]
    acting_for: Organisation
    on_behalf_of: Organisation | None
    memberships: list[Membership]

    @strawberry.field(
        description="有效的委托书:帮代办员看自己持有的,其他人看本单位(本人)给出的。 In force: a helper's own, else those the party gave."
    )
    async def mandates(self, info: Info) -> list[Mandate]:
        """The ones that end first first."""
        return [Mandate.of(row) for row in await read.mandates_of(self.actor, await info.context.now())]


async def viewer_of(actor: Actor) -> Viewer | None:
    """The signed-in reader, or None."""
    if actor.account_id is None:
        return None
    [account] = await read.accounts_by_id([actor.account_id])
    [own, behalf] = await read.organisations_by_id([actor.organisation_id, actor.on_behalf_of_id])
    [held] = await read.memberships_by_account([actor.account_id])
    if account is None or own is None:
        return None
    places = await read.organisations_by_id([m.organisation_id for m in held])
    return Viewer(
        actor=actor,
        login=account.login,
        display_name=account.display_name,
        roles=sorted(actor.roles),
        acting_for=Organisation.of(own),
        on_behalf_of=Organisation.of(behalf) if behalf else None,
        memberships=[
            Membership(organisation=Organisation.of(place), role=Role(m.role), is_admin=m.is_admin)
            for m, place in zip(held, places, strict=True)
            if place
        ],
    )


@strawberry.type
class SignedIn:
    """``token``: shown once; send it as ``Authorization: Bearer``."""

    token: str
    expires_at: datetime
    actor: strawberry.Private[Actor]

    @strawberry.field
    async def viewer(self) -> Viewer | None:
        """Who signed in."""
        return await viewer_of(self.actor)


@strawberry.type
class IssuedLink:
    """``secret``: shown once; whoever has it can set the account's password, once."""

    login: str
    secret: str
    expires_at: datetime


@strawberry.input
class SignInInput:
    """``actingFor``: the organisation's code, where an account has several; ``onBehalfOf``: for helpers."""

    login: str
    password: str
    acting_for: str | None = None
    on_behalf_of: str | None = None


@strawberry.input
class ActForInput:
    """Which organisation, and for helpers on whose behalf."""

    organisation_code: str
    on_behalf_of: str | None = None


@strawberry.input
class AddMemberInput:
    """A new or known account becomes a member."""

    organisation_code: str
    login: str
    display_name: str
    role: Role
    is_admin: bool = False


@strawberry.input
class MemberInput:
    """A member of an organisation."""

    organisation_code: str
    login: str


@strawberry.input
class RedeemAccessLinkInput:
    """The link's secret and the new password."""

    secret: str
    new_password: str


@strawberry.input
class GrantMandateInput:
    """An applicant lets a helper act for it until the end of a day."""

    helper_login: str
    principal_code: str
    until_on: date
    evidence: str


@strawberry.input
class RevokeMandateInput:
    """Which mandate."""

    helper_login: str
    principal_code: str


@strawberry.type
class Queries:
    """Reads of accounts."""

    @strawberry.field(description="当前登录人;未登录为 null。 Null when nobody is signed in.")
    async def viewer(self, info: Info) -> Viewer | None:
        """Who asks."""
        return await viewer_of(info.context.actor)


@strawberry.type
class Mutations:
    """Writes of accounts."""

    @result("SignInResult", SignedIn, errors.SignInRefused, errors.TooManyAttempts)
    async def sign_in(self, info: Info, input: SignInInput) -> SignedIn:
        """登录。 Sign in; too many wrong guesses in a row pause it (rulebook)."""
        form = sessions.SignIn(input.login, input.password, input.acting_for, input.on_behalf_of)
        done = await sessions.sign_in(info.context.actor, form)
        return SignedIn(token=done.token, expires_at=done.expires_at, actor=done.actor)

    @result("SignOutResult", Done)
    async def sign_out(self, info: Info) -> Done:
        """退出登录。 Revoke this session's token."""
        await sessions.sign_out(info.context.actor)
        return Done()

    @result("ActForResult", Viewer)
    async def act_for(self, info: Info, input: ActForInput) -> Viewer:
        """换一个单位办事。 Act for another of one's organisations."""
        actor = await sessions.act_for(info.context.actor, input.organisation_code, input.on_behalf_of)
        return cast(Viewer, await viewer_of(actor))

    @result("AddMemberResult", Done, errors.AlreadyRegistered)
    async def add_member(self, info: Info, input: AddMemberInput) -> Done:
        """增加成员。 A new account has no password until its one-time link is used."""
        await members.add_member(info.context.actor, members.AddMember(**vars(input)))
        return Done()

    @result("EndMembershipResult", Done, errors.LastAdministrator)
    async def end_membership(self, info: Info, input: MemberInput) -> Done:
        """成员离开。 Its sessions for the organisation end at once."""
        await members.end_membership(info.context.actor, input.organisation_code, input.login)
        return Done()

    @result("IssueAccessLinkResult", IssuedLink)
    async def issue_access_link(self, info: Info, input: MemberInput) -> IssuedLink:
        """签发一次性链接。 For a first password, a reset or a hand-over."""
        link = await members.issue_access_link(info.context.actor, input.login, input.organisation_code)
        return IssuedLink(login=link.login, secret=link.secret, expires_at=link.expires_at)

    @result("RedeemAccessLinkResult", Done, errors.LinkNotUsable)
    async def redeem_access_link(self, info: Info, input: RedeemAccessLinkInput) -> Done:
        """用一次性链接设置口令。 All sessions of the account end."""
        await members.redeem_access_link(info.context.actor, input.secret, input.new_password)
        return Done()

    @result("GrantMandateResult", Done)
    async def grant_mandate(self, info: Info, input: GrantMandateInput) -> Done:
        """委托帮代办员。 Signing, awarding and paying stay with the applicant."""
        await mandates.grant_mandate(info.context.actor, mandates.GrantMandate(**vars(input)))
        return Done()

    @result("RevokeMandateResult", Done)
    async def revoke_mandate(self, info: Info, input: RevokeMandateInput) -> Done:
        """撤销委托。 At once."""
        await mandates.revoke_mandate(info.context.actor, input.helper_login, input.principal_code)
        return Done()
