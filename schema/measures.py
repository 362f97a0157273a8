"""Platform measures in the API: the published grounds, what was done to whom and why, and both sides' words."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Self, cast
from uuid import UUID

import strawberry
from strawberry import relay

from market import errors
from market.clock import local_date
from market.measures import grounds, models, read, service
from market.measures.states import MeasureKind, MeasureState
from market.oversight.evidence import number_of
from market.text import without_numbers
from schema.context import Info
from schema.errors import result
from schema.inputs import node_key
from schema.pagination import Connection, Page, connection
from schema.parties import Organisation

strawberry.enum(MeasureKind)


strawberry.enum(MeasureState)


@strawberry.type(description="某一次至多能采取的措施。 The heaviest measure for one time.")
class MeasureStep:
    """``days``: of a pause."""

    kind: MeasureKind
    days: int | None


@strawberry.type(description="公布的依据和尺度。 A published ground with its scale.")
class MeasureGround:
    """``steps``: the heaviest measure for the first time, the second, and so on; the last one for every further time."""

    code: str
    name: str
    since: date
    source: str
    steps: list[MeasureStep]

    @classmethod
    def of(cls, row: grounds.Ground, info: Info) -> Self:
        """From its row, in the reader's language."""
        steps = [MeasureStep(kind=step.kind, days=step.days) for step in row.steps]
        name = info.context.pick(row.zh, row.en)
        return cls(code=row.code, name=name, since=row.since, source=row.source, steps=steps)


_WORDS = ("facts", "statement", "reason", "appeal_reason", "appeal_decision", "lift_reason")
_MOMENTS = (
    *("proposed_at", "state_by", "stated_at", "decided_at", "ends_at", "shown_until"),
    *("appeal_by", "appealed_at", "decide_by", "appeal_decided_at", "lifted_at"),
)


@strawberry.type(description="平台措施。 A warning, a pause of sign-up or a removal; public once imposed, for five years.")
class Measure(relay.Node):
    """``stateBy``, ``appealBy``: until when its intermediary may speak; ``decideBy``: until when its appeal must be decided."""

    id: relay.NodeID[str]
    row: strawberry.Private[models.Measure]
    code: str
    kind: MeasureKind
    pause_days: int | None
    happened_on: date
    state: MeasureState
    facts: str
    proposed_at: datetime
    state_by: datetime
    statement: str
    stated_at: datetime | None
    reason: str
    decided_at: datetime | None
    ends_at: datetime | None
    shown_until: datetime | None
    appeal_by: datetime | None
    appeal_reason: str
    appealed_at: datetime | None
    decide_by: datetime | None
    appeal_decision: str
    appeal_decided_at: datetime | None
    lift_reason: str
    lifted_at: datetime | None

    @classmethod
    def of(cls, row: models.Measure) -> Self:
        """From its row, loaded with the intermediary."""
        words: dict[str, Any] = {name: without_numbers(getattr(row, name)) for name in _WORDS}
        moments: dict[str, Any] = {name: getattr(row, name) for name in _MOMENTS}
        return cls(
            id=cast(Any, str(row.id)),
            row=row,
            code=row.code,
            kind=MeasureKind(row.kind),
            pause_days=row.pause_days,
            happened_on=row.happened_on,
            state=MeasureState(row.state),
            **words,
            **moments,
        )

    @classmethod
    async def resolve_nodes(cls, *, info: Info, node_ids: Iterable[str], required: bool = False) -> list[Self | None]:  # type: ignore[override]
        """By global id; null where the reader may not see it."""
        rows, at = await read.measures_by_id([node_key(i) for i in node_ids]), await info.context.now()
        return [cls.of(row) if row and read.may_read(info.context.actor, row, at) else None for row in rows]

    @strawberry.field
    async def intermediary(self) -> Organisation:
        """Whom it is about."""
        return Organisation.of(self.row.intermediary)

    @strawberry.field
    async def ground(self, info: Info) -> MeasureGround | None:
        """As it was published on the day; null if the file lost it."""
        found = grounds.find(self.row.ground, self.row.happened_on)
        return MeasureGround.of(found, info) if found else None

    @strawberry.field(description="有关项目、合同或者督办件的编号,只给机构、运营和监管。 Null for others.")
    async def evidence(self, info: Info) -> str | None:
        """The number of a project, contract or case."""
        return self.row.evidence if read.is_party_to(info.context.actor, self.row) else None

    @strawberry.field(description="现在是否有效;申诉期间照样有效。 An appeal alone suspends nothing.")
    async def is_in_force(self, info: Info) -> bool:
        """At this moment."""
        return read.is_in_force(self.row, await info.context.now())


@strawberry.input
class MeasureFilter:
    """``states``: left out: any. ``inForce``: only those that are. ``mine``: only those about the reader's own organisation."""

    intermediary_code: str | None = None
    states: list[MeasureState] | None = None
    in_force: bool = False
    mine: bool = False


@strawberry.input
class ProposeMeasureInput:
    """``evidence``: the number of a project, contract or case that concerns it. ``pauseDays``: of a pause only."""

    intermediary_code: str
    ground: str
    happened_on: date
    facts: str
    evidence: str
    kind: MeasureKind
    pause_days: int | None = None


@strawberry.input
class StateCaseInput:
    """What the intermediary has to say before the decision; published with the measure."""

    code: strawberry.ID
    statement: str


@strawberry.input
class DecideMeasureInput:
    """``impose``: false drops it. ``reason``: published if it is imposed."""

    code: strawberry.ID
    impose: bool
    reason: str


@strawberry.input
class AppealMeasureInput:
    """Why it should be annulled; published with the measure."""

    code: strawberry.ID
    reason: str


@strawberry.input
class DecideMeasureAppealInput:
    """``annul``: it should not have been. ``reason``: published if it is upheld."""

    code: strawberry.ID
    annul: bool
    reason: str


@strawberry.input
class LiftMeasureInput:
    """Why it ends early; published."""

    code: strawberry.ID
    reason: str


@strawberry.type
class Queries:
    """Reads of platform measures."""

    @strawberry.field(
        description="平台措施的依据和尺度,事先公布。 The grounds in force today with their scale, published before use."
    )
    async def measure_grounds(self, info: Info) -> list[MeasureGround]:
        """In the file's order."""
        return [MeasureGround.of(row, info) for row in grounds.in_force(local_date(await info.context.now()))]

    @strawberry.field(
        description="平台措施,新的在前;拟采取的只给机构、运营和监管。 The newest first; proposed ones for the intermediary and supervisors."
    )
    async def measures(
        self, info: Info, filter: MeasureFilter | None = None, first: int = 20, after: str | None = None
    ) -> Connection[Measure]:
        """One page."""
        wanted = filter or MeasureFilter()
        asked = read.MeasureFilter(wanted.intermediary_code, tuple(wanted.states or ()), wanted.in_force, wanted.mine)
        page, listed = Page.of(first, after), read.listing(info.context.actor, asked, await info.context.now())
        rows = await read.page(listed, page.after_keys(datetime, UUID), page.limit)
        return connection(rows, page, Measure.of, lambda row: [row.proposed_at.isoformat(), row.id], listed.count)

    @strawberry.field(description="一项措施;不存在或无权查看时为 null。 Null when absent or not to be read.")
    async def measure(self, info: Info, code: str) -> Measure | None:
        """By its code."""
        row = await read.measure_by_code(info.context.actor, code, await info.context.now())
        return Measure.of(row) if row else None


@strawberry.type
class Mutations:
    """Writes of platform measures."""

    @result("ProposeMeasureResult", Measure, errors.SelfDealing, errors.MeasureTooHeavy, errors.AlreadyFiled)
    async def propose_measure(self, info: Info, input: ProposeMeasureInput) -> Measure:
        """运营机构告知拟采取的措施。 The operator's prior notice to the intermediary."""
        form = service.ProposeMeasure(**vars(input))
        return Measure.of(await service.propose_measure(info.context.actor, form, number_of))

    @result("StateCaseResult", Measure, errors.WrongState, errors.DeadlinePassed)
    async def state_case(self, info: Info, input: StateCaseInput) -> Measure:
        """中介机构陈述一次。 The intermediary states its case, once, before the decision."""
        return Measure.of(await service.state_case(info.context.actor, input.code, input.statement))

    @result(
        *("DecideMeasureResult", Measure),
        *(errors.SelfDealing, errors.WrongState, errors.StatementAwaited, errors.MeasureTooHeavy),
    )
    async def decide_measure(self, info: Info, input: DecideMeasureInput) -> Measure:
        """由另一人决定采取或者不采取。 Another person than who proposed it imposes or drops it."""
        return Measure.of(await service.decide_measure(info.context.actor, input.code, input.reason, impose=input.impose))

    @result("AppealMeasureResult", Measure, errors.WrongState, errors.DeadlinePassed)
    async def appeal_measure(self, info: Info, input: AppealMeasureInput) -> Measure:
        """中介机构申诉一次;申诉期间仍然有效。 Once; it stays in force until that is decided."""
        return Measure.of(await service.appeal_measure(info.context.actor, input.code, input.reason))

    @result("DecideMeasureAppealResult", Measure, errors.SelfDealing, errors.WrongState)
    async def decide_measure_appeal(self, info: Info, input: DecideMeasureAppealInput) -> Measure:
        """由第三人维持或者撤销。 A third person upholds or annuls it."""
        return Measure.of(await service.decide_measure_appeal(info.context.actor, input.code, input.reason, annul=input.annul))

    @result("LiftMeasureResult", Measure, errors.SelfDealing, errors.WrongState)
    async def lift_measure(self, info: Info, input: LiftMeasureInput) -> Measure:
        """提前解除。 End it early, with reasons."""
        return Measure.of(await service.lift_measure(info.context.actor, input.code, input.reason))
