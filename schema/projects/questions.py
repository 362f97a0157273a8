"""Questions in the API: asked by one, answered to all; who asked is told to nobody."""

from datetime import datetime
from typing import Self

import strawberry

from market import errors
from market.projects import models, questions
from schema.context import Info
from schema.errors import result


@strawberry.type(description="提问与答复,提问人不公开。 A question about a notice; nobody is told who asked.")
class Question:
    """Unanswered, it is seen by the buyer, its asker and the supervisors; answered, by everybody."""

    code: strawberry.ID
    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None

    @classmethod
    def of(cls, row: models.Question) -> Self:
        """From its row."""
        return cls(
            code=strawberry.ID(row.code),
            text=row.text,
            asked_at=row.asked_at,
            answer=row.answer,
            answered_at=row.answered_at,
        )


@strawberry.input
class AskQuestionInput:
    """About which notice, and what."""

    project_code: str
    text: str


@strawberry.input
class AnswerQuestionInput:
    """The answer is published with the question."""

    code: strawberry.ID
    answer: str


_LATE = (errors.WrongState, errors.DeadlinePassed)


@strawberry.type
class Mutations:
    """Writes of questions."""

    @result("AskQuestionResult", Question, *_LATE, errors.AlreadyFiled)
    async def ask_question(self, info: Info, input: AskQuestionInput) -> Question:
        """就公告提问,提问人不公开。 Ask about an open notice; nobody is told who asked."""
        return Question.of(await questions.ask_question(info.context.actor, input.project_code, input.text))

    @result("AnswerQuestionResult", Question, *_LATE)
    async def answer_question(self, info: Info, input: AnswerQuestionInput) -> Question:
        """委托方答复,公开给所有人。 The buyer answers, to everybody at once."""
        return Question.of(await questions.answer_question(info.context.actor, input.code, input.answer))
