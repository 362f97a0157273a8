"""Onboarding in the API: asking to join, asking for a further qualification, and the operator's queue."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

import strawberry

from market import errors
from market.catalogue import read as catalogue
from market.clock import local_date
from market.onboarding import forms, models, read, service
from market.onboarding.models import Wish
from market.onboarding.states import OnboardingState
from market.parties import read as parties
from market.parties.models import OrganisationKind
from market.workdays import working_days_between
from schema.context import Info
from schema.errors import result
from schema.pagination import Connection, Page, connection
from schema.parties import HeldQualification, Organisation

strawberry.enum(Wish, name="OnboardingWish", description="入驻 · 增加资质。")
strawberry.enum(OnboardingState, description="待办 · 已退回 · 已通过。")


@strawberry.type(description="清单里的资质。 A qualification that items of the list may require.")
class ListedQualification:
    """``name``: as it is stored; ``label``: in the reader's language."""

    name: str
    label: str
    levels: str


@strawberry.type(description="入驻要知道的：承诺书、能填的资质和单位类别。 What one must know to join.")
class JoiningTerms:
    """``pledge``: its clauses; ``pledgeVersion`` is sent back by who accepts them."""

    pledge_version: str
    pledge: list[str]
    kinds: list[OrganisationKind]
    qualifications: list[ListedQualification]


@strawberry.type(description="入驻申请办到哪一步:凭回执查询。 How an application stands; shown to who has its receipt.")
class Joining:
    """``decideBy``: until when it should be decided. ``reasons``: why it was returned; one may apply again."""

    name: str
    state: OnboardingState
    applied_at: datetime
    decide_by: datetime
    decided_at: datetime | None
    reasons: str

    @classmethod
    def of(cls, row: models.OnboardingApplication) -> Self:
        """From its row."""
        plain = {name: getattr(row, name) for name in ("name", "applied_at", "decide_by", "decided_at", "reasons")}
        return cls(state=OnboardingState(row.state), **plain)


@strawberry.type(description="入驻申请已收到;回执只显示这一次。 The receipt is shown this once.")
class JoiningApplied:
    """Keep the receipt: nobody can tell it again."""

    receipt: str
    joining: Joining


@strawberry.type(description="怎么联系申请人,只给运营机构。 For the operator alone.")
class OnboardingContact:
    """As it was typed."""

    name: str
    phone: str


@strawberry.type(
    description="入驻或增加资质的申请：给运营机构和本机构，处理后也给监管。"
    " For the operator, its own intermediary and, once decided, the regulator."
)
class OnboardingApplication:
    """As it was typed. ``decideBy``: until when it should be decided. ``reasons``: of the decision."""

    row: strawberry.Private[models.OnboardingApplication]
    code: strawberry.ID
    wish: Wish
    state: OnboardingState
    name: str
    organisation_code: str
    organisation_kind: OrganisationKind
    pledge_version: str
    applied_at: datetime
    decide_by: datetime
    decided_at: datetime | None
    reasons: str

    @classmethod
    def of(cls, row: models.OnboardingApplication) -> Self:
        """From its row."""
        plain = "name organisation_code applied_at decide_by decided_at reasons"
        values: dict[str, Any] = {name: getattr(row, name) for name in plain.split()}
        values |= {"wish": Wish(row.wish), "state": OnboardingState(row.state), "organisation_kind": OrganisationKind(row.kind)}
        return cls(row=row, code=strawberry.ID(row.code), pledge_version=row.pledge, **values)

    @strawberry.field(
        description="还有几个工作日，含今天；已处理的为 null。 Working days left, today included; null once decided."
    )
    async def working_days_left(self, info: Info) -> int | None:
        """Nought on the days after."""
        if self.decided_at:
            return None
        return working_days_between(local_date(await info.context.now()), local_date(self.decide_by))

    @strawberry.field(description="逾期未处理。 Still undecided although decideBy is over.")
    async def is_overdue(self, info: Info) -> bool:
        """By the server's clock."""
        return self.decided_at is None and self.decide_by <= await info.context.now()

    @strawberry.field
    async def qualifications(self, info: Info) -> list[HeldQualification]:
        """What it says that the organisation holds."""
        plain = ("qualification", "level", "certificate_no", "valid_from", "valid_to")
        rows = await info.context.load(read.certificates_by_application, self.row.id)
        return [HeldQualification(**{name: getattr(row, name) for name in plain}) for row in rows]

    @strawberry.field(description="联系人，只给运营机构；其他人为 null。 Null for others.")
    async def contact(self, info: Info) -> OnboardingContact | None:
        """Of an application to join, until it is returned."""
        if not self.row.contact_phone or not read.decides(info.context.actor):
            return None
        return OnboardingContact(name=self.row.contact_name, phone=self.row.contact_phone)

    @strawberry.field(description="这个代码现在登记的单位。 Who is on record under this code.")
    async def registered(self, info: Info) -> Organisation | None:
        """Null where nobody is."""
        row = await info.context.load(parties.organisations_by_code, self.organisation_code)
        return Organisation.of(row) if row else None

    @strawberry.field(
        description="同一代码待办的其他入驻申请，只给运营机构。 Others that wait under the same code; for the operator."
    )
    async def rivals(self, info: Info) -> list[strawberry.ID]:
        """Their codes, oldest first."""
        if not read.decides(info.context.actor):
            return []
        waiting = await info.context.load(read.waiting_by_organisation_code, self.organisation_code)
        return [strawberry.ID(code) for code in waiting if code != self.code]


@strawberry.input(description="留空表示不限。 Leave out what does not matter.")
class OnboardingFilter:
    """Which applications."""

    state: list[OnboardingState] | None = None


@strawberry.input
class CertificateInput:
    """``qualification``: a name of ``joiningTerms``. First and last day included; without ``validTo``: no end."""

    qualification: str
    certificate_no: str
    valid_from: date
    valid_to: date | None = None
    level: str = ""

    def form(self) -> forms.Certificate:
        """As the domain takes it."""
        return forms.Certificate(**vars(self))


@strawberry.input(description="入驻申请:登录或匿名均可。 To join; signed in or not.")
class ApplyToJoinInput:
    """``contact…``: the operator alone reads it. ``pledged``: that ``pledgeVersion`` of ``joiningTerms`` was read and is accepted.
    ``idempotencyKey``: of at least 128 random bits; sent again with it, the first application and its receipt are the answer."""

    name: str
    code: str
    kind: OrganisationKind
    contact_name: str
    contact_phone: str
    pledge_version: str
    pledged: bool = False
    qualifications: list[CertificateInput] = strawberry.field(default_factory=list)
    idempotency_key: str | None = None

    def form(self) -> forms.ApplyToJoin:
        """As the domain takes it; what is beyond the limit is counted there."""
        plain = {name: value for name, value in vars(self).items() if name not in ("pledge_version", "qualifications")}
        held = tuple(one.form() for one in self.qualifications)
        return forms.ApplyToJoin(**plain, pledge=self.pledge_version, qualifications=held)


@strawberry.input
class DecideOnboardingInput:
    """Admit, or return with reasons that the applicant reads."""

    code: strawberry.ID
    admit: bool
    reasons: str = ""


@strawberry.type
class Queries:
    """Reads of onboarding."""

    @strawberry.field(description="入驻要知道的,公开。 What one must know to join; public.")
    async def joining_terms(self, info: Info) -> JoiningTerms:
        """The pledge in force, the kinds of organisation and the qualifications that can be named."""
        pledge, pick = forms.pledge(), info.context.pick
        listed = [
            ListedQualification(name=row.name_zh, label=pick(row.name_zh, row.name_en), levels=row.levels)
            for row in await catalogue.qualifications()
        ]
        clauses = [pick(zh, en) for zh, en in pledge.clauses]
        return JoiningTerms(pledge_version=pledge.version, pledge=clauses, kinds=list(forms.KINDS), qualifications=listed)

    @strawberry.field(description="入驻申请的进度;没有这个回执时为 null。 Null when there is no such receipt.")
    async def joining_state(self, receipt: str) -> Joining | None:
        """By its receipt."""
        row = await read.by_receipt(receipt)
        return Joining.of(row) if row else None

    @strawberry.field(
        description="申请,早的在前:运营机构看全部,中介机构看自己的,监管看已处理的。 Applications, the oldest first."
    )
    async def onboarding_applications(
        self, info: Info, filter: OnboardingFilter | None = None, first: int = 20, after: str | None = None
    ) -> Connection[OnboardingApplication]:
        """One page."""
        page = Page.of(first, after)
        query = read.listing(info.context.actor, filter.state if filter else None)
        rows = await read.page(query, page.after_keys(datetime, UUID), page.limit)
        place = lambda row: [row.applied_at.isoformat(), row.id]  # noqa: E731
        return connection(rows, page, OnboardingApplication.of, place, query.count)

    @strawberry.field(description="一份申请;不存在或无权查看时为 null。 Null when absent or not visible.")
    async def onboarding_application(self, info: Info, code: str) -> OnboardingApplication | None:
        """By its code."""
        row = await read.application(info.context.actor, code)
        return OnboardingApplication.of(row) if row else None


_THROTTLED = (errors.TooManyApplications, errors.IdempotencyKeyReused)


@strawberry.type
class Mutations:
    """Writes of onboarding."""

    @result("ApplyToJoinResult", JoiningApplied, errors.AlreadyRegistered, *_THROTTLED)
    async def apply_to_join(self, info: Info, input: ApplyToJoinInput) -> JoiningApplied:
        """申请入驻。 Anyone may ask to join as an intermediary."""
        done = await service.apply_to_join(info.context.actor, input.form())
        return JoiningApplied(receipt=done.receipt, joining=Joining.of(done.application))

    @result("ApplyForQualificationResult", OnboardingApplication, errors.AlreadyRegistered, errors.AlreadyFiled)
    async def apply_for_qualification(self, info: Info, input: CertificateInput) -> OnboardingApplication:
        """中介机构申请登记一项资质。 An intermediary asks for one more qualification of its own."""
        return OnboardingApplication.of(await service.apply_for_qualification(info.context.actor, input.form()))

    @result("DecideOnboardingResult", OnboardingApplication, errors.WrongState, errors.SelfDealing, errors.AlreadyRegistered)
    async def decide_onboarding(self, info: Info, input: DecideOnboardingInput) -> OnboardingApplication:
        """运营机构通过或退回;通过即登记。 The operator admits, which registers at once, or returns with reasons."""
        row = await service.decide(info.context.actor, input.code, admit=input.admit, reasons=input.reasons)
        return OnboardingApplication.of(row)
