"""Objections in the API: raising, answering, and what follows from one that is upheld."""

import strawberry

from market import errors
from market.awards import objections
from schema.awards import Objection
from schema.context import Info
from schema.errors import result


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


@strawberry.type(description="中选已被撤销。 The award was annulled; the project may be posted again.")
class AnnulledAward:
    """``projectCode`` is unsuccessful now."""

    project_code: str


_LATE = (errors.WrongState, errors.DeadlinePassed)


@strawberry.type
class Mutations:
    """Writes of objections."""

    @result("RaiseObjectionResult", Objection, *_LATE, errors.AlreadyFiled)
    async def raise_objection(self, info: Info, input: RaiseObjectionInput) -> Objection:
        """公示期内,报价人提出异议;答复前不得确认中选。 A bidder objects during the standstill; the award waits."""
        return Objection.of(await objections.raise_objection(info.context.actor, input.project_code, input.text))

    @result("AnswerObjectionResult", Objection, errors.WrongState)
    async def answer_objection(self, info: Info, input: AnswerObjectionInput) -> Objection:
        """委托方答复异议,答复公开。 The buyer answers; everybody reads the answer."""
        answered = await objections.answer_objection(info.context.actor, input.code, input.answer, upheld=input.upheld)
        return Objection.of(answered)

    @result("AnnulAwardResult", AnnulledAward, errors.WrongState)
    async def annul_award(self, info: Info, input: AnnulAwardInput) -> AnnulledAward:
        """异议成立后,运营机构撤销中选。 After an upheld objection the operator annuls the award."""
        project = await objections.annul_award(info.context.actor, input.project_code, input.reason)
        return AnnulledAward(project_code=project.code)
