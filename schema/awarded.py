"""What may come between an award and its contract: objections, annulment, forfeiture and the next in order."""

import strawberry

from market import errors
from market.awards import forfeiture, objections, suspensions, witnessing
from schema.awards import Objection
from schema.context import Info
from schema.errors import result
from schema.projects.types import Project


@strawberry.input
class RaiseObjectionInput:
    """Against which project's award, and why."""

    project_code: str
    text: str


@strawberry.input
class AnswerObjectionInput:
    """``upheld``: the objection is right; ``answer`` is published."""

    code: strawberry.ID
    answer: str
    upheld: bool


@strawberry.input
class AnnulAwardInput:
    """Which project's award, after an objection was upheld."""

    project_code: str
    reason: str


@strawberry.input
class GiveUpAwardInput:
    """Which project's award, and why; the reason is published."""

    project_code: str
    reason: str


@strawberry.input
class SuspendAwardInput:
    """Which project's award, and why; the reason is published."""

    project_code: str
    reason: str


@strawberry.input
class LiftSuspensionInput:
    """Which suspension, and why."""

    code: strawberry.ID
    reason: str


@strawberry.input
class WitnessOpeningInput:
    """Which opening."""

    project_code: str


_LATE = (errors.WrongState, errors.DeadlinePassed)


@strawberry.type
class Mutations:
    """Writes between award and contract."""

    @result("RaiseObjectionResult", Objection, *_LATE, errors.AlreadyFiled)
    async def raise_objection(self, info: Info, input: RaiseObjectionInput) -> Objection:
        """公示期内,报价人提出异议;答复前不得确认中选。 A bidder objects during the standstill; the award waits."""
        return Objection.of(await objections.raise_objection(info.context.actor, input.project_code, input.text))

    @result("AnswerObjectionResult", Objection, errors.WrongState)
    async def answer_objection(self, info: Info, input: AnswerObjectionInput) -> Objection:
        """委托方答复异议,答复公开。 The buyer answers; everybody reads the answer."""
        answered = await objections.answer_objection(info.context.actor, input.code, input.answer, upheld=input.upheld)
        return Objection.of(answered)

    @result("AnnulAwardResult", Project, errors.WrongState)
    async def annul_award(self, info: Info, input: AnnulAwardInput) -> Project:
        """异议成立后,运营机构撤销中选。 After an upheld objection the operator annuls the award."""
        return Project.of(await objections.annul_award(info.context.actor, input.project_code, input.reason))

    @result("DeclineAwardResult", Project, errors.WrongState, errors.AwardSuspended)
    async def decline_award(self, info: Info, input: GiveUpAwardInput) -> Project:
        """中选机构弃选,由下一名递补。 The winner gives the award up; the next in order wins."""
        return Project.of(await forfeiture.decline_award(info.context.actor, input.project_code, input.reason))

    @result("SuspendAwardResult", Project, errors.WrongState, errors.SelfDealing, errors.AlreadyFiled)
    async def suspend_award(self, info: Info, input: SuspendAwardInput) -> Project:
        """监管部门暂停中选:解除或期满前不得确认、签约、按弃选处理,公示顺延。 A regulator suspends an award; periods stand still."""
        return Project.of(await suspensions.suspend_award(info.context.actor, input.project_code, input.reason))

    @result("LiftSuspensionResult", Project, errors.WrongState, errors.SelfDealing)
    async def lift_suspension(self, info: Info, input: LiftSuspensionInput) -> Project:
        """解除暂停。 The award goes on; periods that stood still are added."""
        return Project.of(await suspensions.lift_suspension(info.context.actor, input.code, input.reason))

    @result("WitnessOpeningResult", Project, errors.SelfDealing, errors.AlreadyFiled)
    async def witness_opening(self, info: Info, input: WitnessOpeningInput) -> Project:
        """监管、运营见证:重算结果并署单位名公开。 A supervisor recomputes the outcome and puts its name to what it found."""
        return Project.of(await witnessing.witness_opening(info.context.actor, input.project_code))

    @result("ForfeitAwardResult", Project, errors.WrongState, errors.AwardSuspended, errors.StillTimeToSign)
    async def forfeit_award(self, info: Info, input: GiveUpAwardInput) -> Project:
        """逾期未签合同,按弃选处理,由下一名递补。 No contract was signed in time; the next in order wins."""
        return Project.of(await forfeiture.forfeit_award(info.context.actor, input.project_code, input.reason))
