"""Awards in the API: who won, why, and until when one may object."""

from datetime import datetime
from typing import Self

import strawberry

from market import errors
from market.awards import forfeiture, models, objections, read, replay, service, suspensions, witnessing
from market.contracts import read as contracts
from schema.context import Info
from schema.contracts import Contract
from schema.errors import result
from schema.log import LogCheckpoint, LogEntry
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


@strawberry.type(description="异议。 An objection to an award; the award waits for the answer.")
class Objection:
    """``upheld``: null until the answer. ``answer`` is read by everybody."""

    row: strawberry.Private[models.Objection]
    code: strawberry.ID
    raised_at: datetime
    answer_due_at: datetime
    answer: str
    answered_at: datetime | None
    upheld: bool | None

    @classmethod
    def of(cls, row: models.Objection) -> Self:
        """From its row."""
        return cls(
            row=row,
            code=strawberry.ID(row.code),
            raised_at=row.raised_at,
            answer_due_at=row.answer_due_at,
            answer=row.answer,
            answered_at=row.answered_at,
            upheld=row.upheld,
        )

    @strawberry.field(description="异议内容,只给双方和监管、运营。 For the two sides and the supervisors.")
    async def text(self, info: Info) -> str | None:
        """Null for others."""
        return self.row.text if objections.may_read(info.context.actor, self.row) else None

    @strawberry.field(description="提出人,只给双方和监管、运营。 For the two sides and the supervisors.")
    async def bidder(self, info: Info) -> Organisation | None:
        """Null for others."""
        return Organisation.of(self.row.bidder) if objections.may_read(info.context.actor, self.row) else None


ForfeitureCause = strawberry.enum(forfeiture.Cause, name="ForfeitureCause")


@strawberry.type(description="弃选。 An award that was given up, or not signed in time.")
class AwardForfeiture:
    """``awardedAt``: when it was published."""

    row: strawberry.Private[models.AwardForfeiture]
    turn: int
    amount: Yuan
    cause: ForfeitureCause  # type: ignore[valid-type]
    reason: str
    awarded_at: datetime
    forfeited_at: datetime

    @classmethod
    def of(cls, row: models.AwardForfeiture) -> Self:
        """From its row, loaded with its supplier."""
        return cls(
            row=row,
            turn=row.turn,
            amount=Yuan(row.amount_fen),
            cause=forfeiture.Cause(row.cause),
            reason=row.reason,
            awarded_at=row.awarded_at,
            forfeited_at=row.forfeited_at,
        )

    @strawberry.field
    async def supplier(self) -> Organisation:
        """Who had it."""
        return Organisation.of(self.row.supplier)


@strawberry.type(description="开启后成为不得承接的机构，选定、递补时跳过。 Barred since the opening, and passed over.")
class PassedOver:
    """``reason``: affiliate_of_agency or on_avoidance_list."""

    bidder_code: str
    reason: str


@strawberry.type(description="暂停。 A regulator's suspension of an award, with its reason.")
class AwardSuspension:
    """``liftedAt``: null where nobody lifted it. ``endsAt``: when it ended, or ends by itself; once an organisation and turn."""

    row: strawberry.Private[models.AwardSuspension]
    code: strawberry.ID
    reason: str
    turn: int
    suspended_at: datetime
    ends_at: datetime
    lifted_at: datetime | None
    lift_reason: str

    @classmethod
    def of(cls, row: models.AwardSuspension) -> Self:
        """From its row."""
        return cls(
            row=row,
            code=strawberry.ID(row.code),
            reason=row.reason,
            turn=row.turn,
            suspended_at=row.suspended_at,
            ends_at=suspensions.ends_at(row),
            lifted_at=row.lifted_at,
            lift_reason=row.lift_reason,
        )

    @strawberry.field(description="现在是否有效。 Whether the award stands still now.")
    async def is_in_force(self, info: Info) -> bool:
        """By the server's clock."""
        return suspensions.is_in_force(self.row, await info.context.now())


@strawberry.type(description="见证人。 An organisation that recomputed the outcome itself.")
class OpeningWitness:
    """``agrees``: with what was published. ``turn``: of the award that it was shown."""

    organisation: Organisation
    at: datetime
    agrees: bool
    turn: int

    @classmethod
    def of(cls, row: models.OpeningWitness) -> Self:
        """From its row, loaded with its organisation."""
        return cls(organisation=Organisation.of(row.organisation), at=row.at, agrees=row.agrees, turn=row.turn)


@strawberry.type(description="中选在日志里的位置。 Where the log says who has the award.")
class AwardRecord:
    """``checkpoint``: the first signed over the entry; null until there is one."""

    entry: LogEntry
    checkpoint: LogCheckpoint | None

    @classmethod
    def of(cls, found: read.Recorded) -> Self:
        """From the domain's."""
        signed = found.checkpoint
        return cls(entry=LogEntry.of(found.entry), checkpoint=LogCheckpoint.of(signed) if signed else None)


@strawberry.type(description="中选结果。 The award: public from the moment of the opening.")
class Award:
    """``tieBroken``: the best amounts were equal and ``tieRule`` decided. ``turn``: one more for each that gave the award up."""

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
    turn: int

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
            turn=row.turn,
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

    @strawberry.field(description="这次中选在日志里的位置。 The log entry of the award as it stands, and its checkpoint.")
    async def log_record(self, info: Info) -> AwardRecord | None:
        """Null for an award from before there was a log of it."""
        found = await info.context.load(read.records_by_award, self.row.id)
        return AwardRecord.of(found) if found else None

    @strawberry.field(
        description="监管部门的暂停。 A regulator's suspensions; while one is in force nothing is confirmed or signed."
    )
    async def suspensions(self, info: Info) -> list[AwardSuspension]:
        """In order."""
        return [
            AwardSuspension.of(row) for row in await info.context.load(suspensions.suspensions_by_project, self.row.project_id)
        ]

    @strawberry.field(description="见证人:谁重算过、是否一致。 Who recomputed the outcome, and whether it agreed.")
    async def witnesses(self, info: Info) -> list[OpeningWitness]:
        """In order."""
        return [OpeningWitness.of(row) for row in await info.context.load(witnessing.witnesses_by_project, self.row.project_id)]

    @strawberry.field(description="此前弃选的机构。 Who had the award before and gave it up.")
    async def forfeitures(self, info: Info) -> list[AwardForfeiture]:
        """In order."""
        return [AwardForfeiture.of(row) for row in await info.context.load(forfeiture.forfeitures_by_award, self.row.id)]

    @strawberry.field(description="选定、递补时不得承接而跳过的机构。 Whom the pick or the next in order passed over, and why.")
    async def passed_over(self) -> list[PassedOver]:
        """As it was when the award was last given, by code."""
        return [PassedOver(bidder_code=code, reason=why) for code, why in sorted(self.row.reasons.get("passedOver", {}).items())]

    @strawberry.field(description="异议及其答复。 Objections and their answers.")
    async def objections(self, info: Info) -> list[Objection]:
        """In order; while one is open the award cannot be confirmed."""
        return [Objection.of(row) for row in await info.context.load(objections.objections_by_award, self.row.id)]


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


_OBJECTED = (errors.ObjectionOpen, errors.ObjectionUpheld)


@strawberry.type
class Mutations:
    """Writes of awards."""

    @result("ConfirmAwardResult", Award, errors.WrongState, errors.AwardSuspended, errors.StandstillRunning, *_OBJECTED)
    async def confirm_award(self, info: Info, input: ConfirmAwardInput) -> Award:
        """公示期满后确认中选。 The buyer confirms once the standstill is over."""
        await service.settle_due()
        return Award.of(await service.confirm_award(info.context.actor, input.project_code))
