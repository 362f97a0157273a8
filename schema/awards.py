"""Awards in the API: who won, why, and until when one may object."""

from datetime import datetime
from typing import Self

import strawberry

from market import errors
from market.awards import models, replay, service
from market.contracts import read as contracts
from schema.context import Info
from schema.contracts import Contract
from schema.errors import result
from schema.parties import Organisation
from schema.projects.notice import Constant
from schema.scalars import Yuan


@strawberry.type(
    description="一位评审人给一份方案的得分。 One evaluator's points for one proposal, in the order of the criteria."
)
class ScoreSheet:
    """Published with the award."""

    bidder_code: str
    evaluator: int
    points: list[int]


@strawberry.type(description="中选结果。 The award: public from the moment of the opening.")
class Award:
    """``tieBroken``: the best amounts were equal and ``tieRule`` decided."""

    row: strawberry.Private[models.Award]
    amount: Yuan
    service_working_days: int
    method: str
    tie_rule: str
    tie_broken: bool
    published_at: datetime
    standstill_until: datetime
    standstill_provisional: bool
    confirmed_at: datetime | None
    workings: list[Constant]

    @classmethod
    def of(cls, row: models.Award) -> Self:
        """From its row, loaded with its supplier."""
        return cls(
            row=row,
            amount=Yuan(row.amount_fen),
            service_working_days=row.service_working_days,
            method=row.reasons["method"],
            tie_rule=row.reasons["tieRule"],
            tie_broken=row.reasons["tieBroken"],
            published_at=row.published_at,
            standstill_until=row.standstill_until,
            standstill_provisional=row.standstill_provisional,
            confirmed_at=row.confirmed_at,
            workings=[Constant.of(name, value) for name, value in sorted(row.reasons.get("worked", {}).items())],
        )

    @strawberry.field(description="各评审人的评分,按编号;其他方式为空。 Each evaluator's points; empty for other methods.")
    async def scores(self) -> list[ScoreSheet]:
        """By bidder, then by the evaluators' numbers; evaluators are not named."""
        given = self.row.reasons.get("scores", {})
        return [ScoreSheet(bidder_code=b, evaluator=n, points=p) for b, sheets in given.items() for n, p in enumerate(sheets, 1)]

    @strawberry.field
    async def supplier(self) -> Organisation:
        """Who won."""
        return Organisation.of(self.row.supplier)

    @strawberry.field
    async def contract(self, info: Info) -> Contract | None:
        """The filed contract, for its parties and the regulator."""
        row = await info.context.load(contracts.contracts_by_award, self.row.id)
        return Contract.of(row) if row and contracts.may_see(info.context.actor, row) else None


@strawberry.type(description="与公布结果的第一处不同。 The first difference from what was published.")
class ReplayDifference:
    """``part``: winner, amount, ranking, a commitment …"""

    part: str
    awarded: str
    recomputed: str


@strawberry.type(description="用公开资料重算的结果。 The outcome recomputed from public inputs.")
class AwardReplay:
    """``agrees``: nothing differs. ``winnerCode``: null when the contest failed, or its inputs were altered."""

    project_code: str
    method: str
    quotes: int
    winner_code: str | None
    agrees: bool
    difference: ReplayDifference | None

    @classmethod
    def of(cls, done: replay.Replay) -> Self:
        """From the domain's answer."""
        found = done.difference
        return cls(
            project_code=done.project.code,
            method=done.method,
            quotes=done.quotes,
            winner_code=done.winner,
            agrees=found is None,
            difference=ReplayDifference(**vars(found)) if found else None,
        )


@strawberry.type
class Queries:
    """Reads of awards."""

    @strawberry.field(description="重算中选结果,任何人可用;未开启时为 null。 Recompute an outcome; null before it is decided.")
    async def award_replay(self, info: Info, project_code: str) -> AwardReplay | None:
        """From the opened quotes in the log, the notice's constants and the draw's transcript."""
        await service.settle_due()
        try:
            return AwardReplay.of(await replay.replay(info.context.actor, project_code))
        except errors.NotFound:
            return None


@strawberry.input
class ConfirmAwardInput:
    """Which project's award."""

    project_code: str


@strawberry.type
class Mutations:
    """Writes of awards."""

    @result("ConfirmAwardResult", Award, errors.WrongState, errors.StandstillRunning)
    async def confirm_award(self, info: Info, input: ConfirmAwardInput) -> Award:
        """公示期满后确认中选。 The buyer confirms once the standstill is over."""
        await service.settle_due()
        return Award.of(await service.confirm_award(info.context.actor, input.project_code))
