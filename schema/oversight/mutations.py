"""Mutations of oversight: one use case each."""

from uuid import UUID

import strawberry
from strawberry import relay

from market import errors
from market.oversight import jurisdiction, service
from market.oversight.models import OrderKind
from schema.context import Info
from schema.errors import result
from schema.inputs import node_key
from schema.oversight.queries import Jurisdiction
from schema.oversight.types import OversightCase


@strawberry.input
class TakeCaseInput:
    """Which case."""

    code: str


@strawberry.input
class AssignCaseInput:
    """To which regulator, and why."""

    code: str
    organisation_code: str
    reason: str


@strawberry.input
class AskExplanationInput:
    """What the party is asked; it reads it word for word."""

    code: str
    text: str


@strawberry.input
class AnswerExplanationInput:
    """At most 4,000 characters; they travel with the findings."""

    code: str
    text: str


@strawberry.input
class ConfirmFindingsInput:
    """``findingIds``: which are upheld, left out: all; the other undecided ones are not upheld, for the same reason."""

    code: str
    reason: str
    finding_ids: list[relay.GlobalID] | None = None

    def form(self) -> service.Confirm:
        """As the domain takes it."""
        ids = None if self.finding_ids is None else tuple(_finding(i) for i in self.finding_ids)
        return service.Confirm(self.code, self.reason, ids)


def _finding(given: relay.GlobalID) -> UUID:
    return node_key(given.node_id) if given.type_name == "Finding" else UUID(int=0)


@strawberry.input
class DismissCaseInput:
    """Which case and why; the reason stays visible to supervisors and goes to the complainants."""

    code: str
    reason: str


@strawberry.input
class OrderRectificationInput:
    """What must be done; a refund is ordered by itself where money is missing."""

    code: str
    text: str
    kinds: list[OrderKind]


@strawberry.input
class ReportRectificationInput:
    """What was put right; at most 4,000 characters."""

    code: str
    text: str


@strawberry.input
class ReferCaseInput:
    """To which body, and why; only supervisors read it."""

    code: str
    body: str
    reason: str


@strawberry.input
class ReopenCaseInput:
    """Which case, and what is new."""

    code: str
    reason: str


@strawberry.input
class CloseCaseInput:
    """Which case, and what came of it."""

    code: str
    reason: str


@strawberry.input
class SetJurisdictionInput:
    """Replaces the whole row; an empty list means any. ``revoke``: it supervises nothing any more."""

    organisation_code: str
    departments: list[str] = strawberry.field(default_factory=list)
    regions: list[str] = strawberry.field(default_factory=list)
    revoke: bool = False

    def form(self) -> jurisdiction.SetJurisdiction:
        """As the domain takes it."""
        named = (tuple(self.departments), tuple(self.regions))
        return jurisdiction.SetJurisdiction(self.organisation_code, *named, revoke=self.revoke)


_HANDLING = (errors.WrongState, errors.Recused)


@strawberry.type
class Mutations:
    """Writes of oversight; who decides is never who took, asked or confirmed."""

    @result("TakeCaseResult", OversightCase, *_HANDLING, errors.OutsideJurisdiction)
    async def take_case(self, info: Info, input: TakeCaseInput) -> OversightCase:
        """接办。 A regulator takes a new case of its jurisdiction."""
        row = await service.take_case(info.context.actor, input.code)
        return await OversightCase.load(info, row.code)

    @result("AssignCaseResult", OversightCase, *_HANDLING, errors.OutsideJurisdiction)
    async def assign_case(self, info: Info, input: AssignCaseInput) -> OversightCase:
        """转办。 Hand a case to another regulator whose jurisdiction covers it."""
        row = await service.assign_case(info.context.actor, service.Assign(**vars(input)))
        return await OversightCase.load(info, row.code)

    @result("AskExplanationResult", OversightCase, *_HANDLING)
    async def ask_explanation(self, info: Info, input: AskExplanationInput) -> OversightCase:
        """要求说明。 The parties concerned see inputs and rules from now on."""
        row = await service.ask_explanation(info.context.actor, input.code, input.text)
        return await OversightCase.load(info, row.code)

    @result("AnswerExplanationResult", OversightCase, errors.WrongState)
    async def answer_explanation(self, info: Info, input: AnswerExplanationInput) -> OversightCase:
        """说明情况。 A party's own words."""
        row = await service.answer_explanation(info.context.actor, input.code, input.text)
        return await OversightCase.load(info, row.code)

    @result("ConfirmFindingsResult", OversightCase, *_HANDLING)
    async def confirm_findings(self, info: Info, input: ConfirmFindingsInput) -> OversightCase:
        """认定。 Uphold findings after the party was heard or let its time pass."""
        row = await service.confirm_findings(info.context.actor, input.form())
        return await OversightCase.load(info, row.code)

    @result("DismissCaseResult", OversightCase, *_HANDLING)
    async def dismiss_case(self, info: Info, input: DismissCaseInput) -> OversightCase:
        """不予认定。 Give the case up with a reason; by another person than took, asked or confirmed."""
        row = await service.dismiss_case(info.context.actor, input.code, input.reason)
        return await OversightCase.load(info, row.code)

    @result("OrderRectificationResult", OversightCase, *_HANDLING)
    async def order_rectification(self, info: Info, input: OrderRectificationInput) -> OversightCase:
        """责令说明、整改、退款,按工作日计期。 Due in working days."""
        row = await service.order_rectification(info.context.actor, service.Order(input.code, input.text, tuple(input.kinds)))
        return await OversightCase.load(info, row.code)

    @result("ReportRectificationResult", OversightCase, errors.WrongState)
    async def report_rectification(self, info: Info, input: ReportRectificationInput) -> OversightCase:
        """提交整改报告。 What the party put right."""
        row = await service.report_rectification(info.context.actor, input.code, input.text)
        return await OversightCase.load(info, row.code)

    @result("ReferCaseResult", OversightCase, *_HANDLING)
    async def refer_case(self, info: Info, input: ReferCaseInput) -> OversightCase:
        """移送。 To another body; the case goes on watching for the refund."""
        row = await service.refer_case(info.context.actor, input.code, input.body, input.reason)
        return await OversightCase.load(info, row.code)

    @result("ReopenCaseResult", OversightCase, *_HANDLING)
    async def reopen_case(self, info: Info, input: ReopenCaseInput) -> OversightCase:
        """重新办理。 A dismissed or referred case, with what is new."""
        row = await service.reopen_case(info.context.actor, input.code, input.reason)
        return await OversightCase.load(info, row.code)

    @result("CloseCaseResult", OversightCase, *_HANDLING, errors.RefundMissing, errors.ReportMissing)
    async def close_case(self, info: Info, input: CloseCaseInput) -> OversightCase:
        """办结。 Only when nothing is missing; by another person than took, asked or confirmed."""
        row = await service.close_case(info.context.actor, input.code, input.reason)
        return await OversightCase.load(info, row.code)

    @result("SetJurisdictionResult", Jurisdiction)
    async def set_jurisdiction(self, info: Info, input: SetJurisdictionInput) -> Jurisdiction:
        """设定管辖范围。 By the operator."""
        return Jurisdiction.of(await jurisdiction.set_jurisdiction(info.context.actor, input.form()))
