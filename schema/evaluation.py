"""Evaluators, scores and picks in the API: 方案择优 and 信用择优."""

from typing import Self

import strawberry

from market import errors
from market.awards import evaluation, picking
from market.errors import NotFound
from market.parties import service as parties
from schema.context import Info
from schema.errors import result
from schema.parties import Done
from schema.projects.notice import Criterion
from schema.projects.types import Project


@strawberry.type(description="待评方案:只有编号,没有名称和报价。 A proposal under its label: neither name nor price.")
class Proposal:
    """What an evaluator reads."""

    label: int
    proposal: str
    service_working_days: int


@strawberry.type(description="评审任务,只有被指定的评审人看得到。 Only a named evaluator sees it, and each look is logged.")
class Evaluation:
    """``scored`` of ``named`` evaluators are done; ``mineIsIn``: the reader is one of them."""

    project_code: str
    criteria: list[Criterion]
    proposals: list[Proposal]
    scored: int
    named: int
    mine_is_in: bool

    @classmethod
    def of(cls, task: evaluation.Task) -> Self:
        """From the domain's view."""
        criteria = [Criterion(**c) for c in task.project.terms["constants"]["criteria"]]
        proposals = [Proposal(**vars(p)) for p in task.proposals]
        return cls(
            project_code=task.project.code,
            criteria=criteria,
            proposals=proposals,
            scored=task.scored,
            named=task.named,
            mine_is_in=task.mine_is_in,
        )


@strawberry.input(description="评审人的账号。 The evaluators' login names; who has scored must stay on the list.")
class NameEvaluatorsInput:
    """Who scores."""

    project_code: str
    logins: list[str]


@strawberry.input(description="一份方案的各项得分(0-100),按公告的评审项顺序。 Points in the order of the notice's criteria.")
class ScoreSheetInput:
    """One proposal's points."""

    label: int
    points: list[int]
    note: str = ""


@strawberry.input(description="一次交齐,不能更改。 All sheets at once, final.")
class SubmitScoresInput:
    """An evaluator's points for every proposal."""

    project_code: str
    sheets: list[ScoreSheetInput]

    def given(self) -> list[evaluation.Sheet]:
        """As the domain takes them."""
        return [evaluation.Sheet(sheet.label, tuple(sheet.points), sheet.note) for sheet in self.sheets]


@strawberry.input
class PickSupplierInput:
    """One of the short list, and why; the reason is published."""

    project_code: str
    supplier_code: str
    reason: str


@strawberry.input(description="在别处公布的信用分(0-100)及其来源。 A score published elsewhere, with its source.")
class RecordCreditScoreInput:
    """Counts for notices that are published from now on."""

    organisation_code: str
    points: int
    source: str


@strawberry.type
class Queries:
    """What evaluators read."""

    @strawberry.field(description="我的评审任务;不是评审人时为 null。 Null for everybody who is not its evaluator.")
    async def evaluation(self, info: Info, project_code: str) -> Evaluation | None:
        """The proposals to score."""
        try:
            return Evaluation.of(await evaluation.read_proposals(info.context.reader, project_code))
        except NotFound:
            return None


@strawberry.type
class Mutations:
    """Writes of evaluators and picks."""

    @result("NameEvaluatorsResult", Project, errors.WrongState)
    async def name_evaluators(self, info: Info, input: NameEvaluatorsInput) -> Project:
        """指定评审人。 Name the evaluators, until the last scores are in."""
        row = await evaluation.name_evaluators(info.context.actor, input.project_code, input.logins)
        return await Project.load(info, row.code)

    @result("SubmitScoresResult", Evaluation, errors.WrongState, errors.AlreadyFiled, errors.SelfDealing)
    async def submit_scores(self, info: Info, input: SubmitScoresInput) -> Evaluation:
        """提交评分;最后一份交齐即开启并定标。 The last evaluator's scores open the quotes and decide."""
        return Evaluation.of(await evaluation.submit_scores(info.context.actor, input.project_code, input.given()))

    @result("PickSupplierResult", Project, errors.WrongState)
    async def pick_supplier(self, info: Info, input: PickSupplierInput) -> Project:
        """从小名单中选定。 Pick one of the short list that was drawn."""
        row = await picking.pick_supplier(info.context.actor, **vars(input))
        return await Project.load(info, row.code)

    @result("RecordCreditScoreResult", Done)
    async def record_credit_score(self, info: Info, input: RecordCreditScoreInput) -> Done:
        """登记信用分。 By the operator, with its source."""
        await parties.record_credit_score(info.context.actor, **vars(input))
        return Done()
