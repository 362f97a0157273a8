"""Mutations of projects: one use case each."""

from datetime import datetime
from typing import Any, cast

import strawberry

from market import errors
from market.projects import forms, service
from market.projects.models import Purpose, Quoting, SealMode, SelectionMethod
from market.projects.parameters import Criterion, Parameters
from schema.context import Info
from schema.errors import result
from schema.inputs import aware
from schema.projects.types import Project
from schema.scalars import Yuan


@strawberry.input(description="办件:机关填申请人,申请人填机关。 An agency names the applicant, an applicant names the agency.")
class CaseInput:
    """The approval case."""

    case_no: str
    approval_item: str
    agency_code: str | None = None
    applicant_code: str | None = None
    object: str = ""


@strawberry.input(description="评审项及其权重;与价格权重合计 100。 A scored criterion; all weights and the price's sum to 100.")
class CriterionInput:
    """What evaluators score."""

    name: str
    weight: int


@strawberry.input(description="公开信标，如某期彩票。 A public random value, e.g. a lottery's draw, published at that time.")
class BeaconInput:
    """What the draw waits for."""

    name: str
    at: datetime

    def form(self) -> forms.BeaconForm:
        """As the domain takes it. Raises InvalidInput."""
        return forms.BeaconForm(self.name, cast(datetime, aware("beacon.at", self.at)))


_MOMENTS = {"closes_at": "closesAt", "auction_starts_at": "auctionStartsAt"}


@strawberry.input
class PostProjectInput:
    """A need. Without ``closesAt`` the rulebook's open period runs from publication.

    ``longList``, ``shortList``: for CREDIT_MERIT; ``criteria``, ``priceWeight``: for PROPOSAL_MERIT.
    ``sealMode``: BIDDER_HELD lets bidders keep their quotes (``commitQuote``, ``revealQuote``).
    ``framework``: the code of the framework agreement that this calls off from.
    ``auctionStartsAt``: of a reverse auction; without it the first morning of a working day after the opening.
    """

    idempotency_key: str
    title: str
    item_code: str
    service_working_days: int
    requirements: str = ""
    purpose: Purpose = Purpose.APPROVAL
    method: SelectionMethod = SelectionMethod.LOWEST_PRICE
    quoting: Quoting = Quoting.AMOUNT
    seal_mode: SealMode = SealMode.ESCROWED
    long_list: int | None = None
    short_list: int | None = None
    criteria: list[CriterionInput] | None = None
    price_weight: int | None = None
    ceiling: Yuan | None = None
    closes_at: datetime | None = None
    auction_starts_at: datetime | None = None
    case: CaseInput | None = None
    budget_line: str = ""
    invited_code: str | None = None
    framework: str | None = None
    told_not_obliged: bool = False
    previous_round: str | None = None
    beacon: BeaconInput | None = None

    def form(self) -> forms.PostProject:
        """As the domain takes it. Raises InvalidInput."""
        apart = ("ceiling", "case", "beacon", "long_list", "short_list", "criteria", "price_weight")
        values: dict[str, Any] = {k: v for k, v in vars(self).items() if k not in apart}
        values |= {name: aware(path, values[name]) for name, path in _MOMENTS.items()}
        case = forms.CaseForm(**vars(self.case)) if self.case else None
        criteria = tuple(Criterion(c.name, c.weight) for c in self.criteria or ())
        values["parameters"] = Parameters(self.long_list, self.short_list, criteria, self.price_weight)
        beacon = self.beacon.form() if self.beacon else None
        return forms.PostProject(**values, ceiling_fen=self.ceiling, case=case, beacon=beacon)


@strawberry.input
class AmendProjectInput:
    """Changes; what is left out stays. ``seenVersion``: the version that the changes are made to."""

    code: str
    seen_version: int
    reason: str
    title: str | None = None
    requirements: str | None = None
    service_working_days: int | None = None
    ceiling: Yuan | None = None
    closes_at: datetime | None = None

    def form(self) -> forms.AmendProject:
        """As the domain takes it. Raises InvalidInput."""
        values: dict[str, Any] = {k: v for k, v in vars(self).items() if k not in ("ceiling", "closes_at")}
        return forms.AmendProject(**values, ceiling_fen=self.ceiling, closes_at=aware("closesAt", self.closes_at))


@strawberry.input
class SubmitForReviewInput:
    """Which draft. ``narrowReason``: why it stays so although fewer than three can quote; published."""

    code: str
    narrow_reason: str = ""


@strawberry.input
class ReviewProjectInput:
    """Approve, or return with a note."""

    code: str
    approve: bool
    note: str = ""


@strawberry.input
class WithdrawProjectInput:
    """Which project and why."""

    code: str
    reason: str


_POSTING = (errors.ItemCancelled, errors.MayNotCommission, errors.MustBeCompetitive, errors.NotToldNotObliged)

_REVIEW = (errors.WrongState, errors.ItemCancelled, errors.NotInForce, errors.OpenPeriodTooShort, errors.TooFewMembers)


@strawberry.type
class Mutations:
    """Writes of projects."""

    @result("PostProjectResult", Project, *_POSTING, errors.NotInForce, errors.IdempotencyKeyReused)
    async def post_project(self, info: Info, input: PostProjectInput) -> Project:
        """发布需求(草稿)。 A new draft; the item's class decides who may post it."""
        row = await service.post_project(info.context.actor, input.form())
        return await Project.load(info, row.code)

    @result("SubmitForReviewResult", Project, errors.WrongState)
    async def submit_for_review(self, info: Info, input: SubmitForReviewInput) -> Project:
        """提交审核。 Hand a draft to the operator."""
        row = await service.submit_for_review(info.context.actor, input.code, input.narrow_reason)
        return await Project.load(info, row.code)

    @result("ReviewProjectResult", Project, *_REVIEW)
    async def review_project(self, info: Info, input: ReviewProjectInput) -> Project:
        """审核:发布或退回。 Publish or return; never by those who posted it."""
        row = await service.review_project(info.context.actor, input.code, approve=input.approve, note=input.note)
        return await Project.load(info, row.code)

    @result("AmendProjectResult", Project, errors.WrongState, errors.ConcurrentChange, errors.OpenPeriodTooShort)
    async def amend_project(self, info: Info, input: AmendProjectInput) -> Project:
        """修改草稿或修订公告。 Change a draft, or an open notice with a reason."""
        row = await service.amend_project(info.context.actor, input.form())
        return await Project.load(info, row.code)

    @result("WithdrawProjectResult", Project, errors.WrongState)
    async def withdraw_project(self, info: Info, input: WithdrawProjectInput) -> Project:
        """撤回,或在截止前取消。 Take back before publication, cancel before the deadline."""
        row = await service.withdraw_project(info.context.actor, input.code, input.reason)
        return await Project.load(info, row.code)
