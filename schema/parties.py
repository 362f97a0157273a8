"""Parties in the API: organisations, who is signed in, and the mutations of accounts and members."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Self, cast

import strawberry
from strawberry import relay

from market import errors
from market.actors import Actor, Role
from market.awards import read as awards
from market.clock import local_date
from market.parties import mandates, members, models, read, service, sessions
from market.parties.models import OrganisationKind, RelationKind
from schema.context import Info
from schema.errors import result
from schema.inputs import node_key
from schema.pagination import Connection, Page, connection

strawberry.enum(Role)
strawberry.enum(OrganisationKind)
strawberry.enum(RelationKind)


@strawberry.type(description="登记的资质。 A qualification that an intermediary holds.")
class HeldQualification:
    """With its certificate and dates."""

    qualification: str
    level: str
    certificate_no: str
    valid_from: date
    valid_to: date | None


@strawberry.type(description="信用分,在别处公布。 A score (0-100) that was published elsewhere, with its source.")
class CreditScore:
    """The newest; a notice takes the one before its own publication."""

    points: int
    source: str
    recorded_at: datetime


@strawberry.type(description="一个资质和持有的机构数。 A qualification and how many intermediaries hold it today.")
class QualificationCount:
    """By its catalogue name."""

    qualification: str
    count: int


@strawberry.type(description="中选、合同备案和弃选的次数。 How often it won, filed a contract, gave an award up; public.")
class TrackRecord:
    """``awards``: those that stand, the ones with a filed contract among them."""

    awards: int
    contracts: int
    forfeitures: int


@strawberry.type(description="单位或自然人。 A party; a natural person's name is shown only to those it concerns.")
class Organisation(relay.Node):
    """``code``: unified social credit code, or P + pseudonym."""

    id: relay.NodeID[str]
    row: strawberry.Private[models.Organisation]
    code: str
    kind: OrganisationKind

    @classmethod
    def of(cls, row: models.Organisation) -> Self:
        """From its row."""
        return cls(id=cast(Any, str(row.id)), row=row, code=row.code, kind=OrganisationKind(row.kind))

    @classmethod
    async def resolve_nodes(cls, *, info: Info, node_ids: Iterable[str], required: bool = False) -> list[Self | None]:  # type: ignore[override]
        """By global id."""
        return [cls.of(row) if row else None for row in await read.organisations_by_id([node_key(i) for i in node_ids])]

    @strawberry.field
    async def name(self, info: Info) -> str:
        """The name; for a natural person, to others, the code."""
        return self.row.name if read.may_see_name(info.context.actor, self.row) else self.row.code

    @strawberry.field
    async def qualifications(self, info: Info) -> list[HeldQualification]:
        """Registered qualifications."""
        plain = ("qualification", "level", "certificate_no", "valid_from", "valid_to")
        rows = await info.context.load(read.qualifications_by_organisation, self.row.id)
        return [HeldQualification(**{name: getattr(row, name) for name in plain}) for row in rows]

    @strawberry.field
    async def credit_score(self, info: Info) -> CreditScore | None:
        """The newest published score; null where none is on record."""
        row = await info.context.load(read.credit_scores_by_organisation, self.row.id)
        return CreditScore(points=row.points, source=row.source, recorded_at=row.recorded_at) if row else None

    @strawberry.field(description="在本平台的成交记录。 What it won here; published awards alone.")
    async def track_record(self, info: Info) -> TrackRecord:
        """Zeros where there is nothing yet."""
        return TrackRecord(**vars(await info.context.load(awards.records_by_supplier, self.row.id)))


@strawberry.type
class Membership:
    """A role in an organisation."""

    organisation: Organisation
    role: Role
    is_admin: bool


@strawberry.type(
    description="委托书。 Lets a helper act for a principal until a moment; signing, awarding and paying stay with the principal."
)
class Mandate:
    """``evidence``: where the signed paper or the person's own word is found."""

    helper_login: str
    helper_name: str
    principal: Organisation
    principal_name: str
    since: datetime
    until: datetime
    evidence: str

    @classmethod
    def of(cls, row: models.Mandate) -> Self:
        """From its row, loaded with helper and principal: who holds a mandate knows for whom."""
        return cls(
            helper_login=row.helper.login,
            helper_name=row.helper.display_name,
            principal=Organisation.of(row.principal),
            principal_name=row.principal.name,
            since=row.since,
            until=row.until,
            evidence=row.evidence,
        )


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
class Done:
    """It was done."""

    ok: bool = True


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
class RegisterOrganisationInput:
    """``idNumber``: a natural person's, checked and hashed, never stored; then leave ``code`` out."""

    name: str
    kind: OrganisationKind
    code: str | None = None
    department_code: str | None = None
    id_number: str | None = None


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


@strawberry.input
class RecordQualificationInput:
    """A certificate that was checked."""

    organisation_code: str
    qualification: str
    certificate_no: str
    valid_from: date
    valid_to: date | None = None
    level: str = ""


@strawberry.input
class RecordRelationInput:
    """A dated relation with its source."""

    from_code: str
    to_code: str
    relation: RelationKind
    source: str
    since: date | None = None
    until: date | None = None


@strawberry.type
class Queries:
    """Reads of parties."""

    @strawberry.field(description="当前登录人;未登录为 null。 Null when nobody is signed in.")
    async def viewer(self, info: Info) -> Viewer | None:
        """Who asks."""
        return await viewer_of(info.context.actor)

    @strawberry.field(description="中介机构。 Intermediaries, by name, code prefix or qualification.")
    async def intermediaries(
        self, info: Info, search: str | None = None, qualification: str | None = None, first: int = 20, after: str | None = None
    ) -> Connection[Organisation]:
        """One page, in the order of their codes."""
        page, on = Page.of(first, after), local_date(await info.context.now())
        start = page.after_keys(str)
        rows = await read.list_intermediaries(search, qualification, on, start[0] if start else None, page.limit + 1)
        count = lambda: read.count_intermediaries(search, qualification, on)  # noqa: E731
        return connection(rows, page, Organisation.of, lambda row: [row.code], count)

    @strawberry.field(description="一家中介机构;没有时为 null。 Null when there is no such intermediary.")
    async def intermediary(self, info: Info, code: str) -> Organisation | None:
        """By its code."""
        row = await read.intermediary_by_code(code, local_date(await info.context.now()))
        return Organisation.of(row) if row else None

    @strawberry.field(description="中介机构今天持有的资质。 Qualifications that intermediaries hold today.")
    async def held_qualifications(self, info: Info) -> list[QualificationCount]:
        """By name."""
        counts = await read.qualification_counts(local_date(await info.context.now()))
        return [QualificationCount(qualification=name, count=count) for name, count in counts]


@strawberry.type
class Mutations:
    """Writes of parties."""

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

    @result("RegisterOrganisationResult", Organisation, errors.AlreadyRegistered)
    async def register_organisation(self, info: Info, input: RegisterOrganisationInput) -> Organisation:
        """登记单位或自然人。 By the operator."""
        return Organisation.of(
            await service.register_organisation(info.context.actor, service.RegisterOrganisation(**vars(input)))
        )

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

    @result("RecordQualificationResult", Done, errors.AlreadyRegistered)
    async def record_qualification(self, info: Info, input: RecordQualificationInput) -> Done:
        """登记资质。 By the operator."""
        await service.record_qualification(info.context.actor, service.RecordQualification(**vars(input)))
        return Done()

    @result("RecordRelationResult", Done, errors.AlreadyRegistered)
    async def record_relation(self, info: Info, input: RecordRelationInput) -> Done:
        """登记关系。 By the operator, with its source."""
        await service.record_relation(info.context.actor, service.RecordRelation(**vars(input)))
        return Done()
