"""The oversight case in the API: supervisors see all of it, the parties what concerns them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Self, cast

import strawberry
from strawberry import relay

from market.oversight import models, moves, read
from market.oversight.models import DEMANDS, OrderKind, Outcome
from market.oversight.money import Amounts, amounts
from market.oversight.states import OversightState
from schema.context import Info
from schema.findings import Finding
from schema.inputs import node_key
from schema.parties import Organisation
from schema.scalars import Yuan

strawberry.enum(
    OversightState, description="待接办 · 已接办 · 已要求说明 · 逾期未说明 · 已说明 · 已认定 · 不予认定 · 已责令整改 · 已移送 …"
)
strawberry.enum(OrderKind, name="OversightOrderKind", description="接办 · 受理投诉 · 处理投诉 · 说明 · 整改 · 退款。")
strawberry.enum(Outcome, name="FindingOutcome", description="未定 · 认定 · 不予认定。")


@strawberry.type(description="督办件中的一条线索。 A finding of a case, and what was decided of it.")
class CaseFinding:
    """With its rule, inputs and the parties' replies."""

    finding: Finding
    outcome: Outcome
    joined_at: datetime


@strawberry.type(description="限期事项。 Something that is due; working days of the rulebook.")
class OversightOrder:
    """``dueProvisional``: the State Council has not published the holidays of that year yet."""

    kind: OrderKind
    text: str
    ordered_at: datetime
    due_on: date
    due_at: datetime
    due_provisional: bool
    done_at: datetime | None
    is_late: bool

    @classmethod
    def of(cls, row: models.OversightOrder, now: datetime) -> Self:
        """From its row. Late: done after its day, or its day is over."""
        plain: dict[str, Any] = {name: getattr(row, name) for name in ("text", "ordered_at", "due_on", "due_at", "done_at")}
        late = (row.done_at or now) > row.due_at
        return cls(kind=OrderKind(row.kind), due_provisional=row.provisional, is_late=late, **plain)


@strawberry.type(description="办理过程中的一步。 What happened, by whom, with which words.")
class OversightStep:
    """``by`` is null for what time or records did, and for complaints."""

    number: int
    at: datetime
    name: str
    by: Organisation | None
    text: str

    @classmethod
    def of(cls, row: models.OversightStep) -> Self:
        """From its row, loaded with its organisation."""
        by = Organisation.of(row.organisation) if row.organisation else None
        return cls(number=row.number, at=row.at, name=row.name, by=by, text=row.text)


@strawberry.type(description="投诉内容,只给承办的监管部门。 For the regulator that handles the case alone.")
class CaseComplaint:
    """``complainant`` is null for an anonymous one."""

    text: str
    contact: str
    complainant: Organisation | None
    item_code: str
    contract_no: str
    record_no: str
    case_no: str
    demand_reason: str
    amount: Yuan | None
    filed_at: datetime
    accept_due_at: datetime
    decide_due_at: datetime

    @classmethod
    def of(cls, row: models.Complaint) -> Self:
        """From its row, loaded with its complainant."""
        plain = "text contact item_code contract_no record_no case_no demand_reason filed_at accept_due_at decide_due_at"
        values: dict[str, Any] = {name: getattr(row, name) for name in plain.split()}
        amount = None if row.amount_fen is None else Yuan(row.amount_fen)
        return cls(complainant=Organisation.of(row.complainant) if row.complainant else None, amount=amount, **values)


@strawberry.type(description="督办件:同一事实的线索并为一件,跟到退款为止。 The findings about one fact, followed to the refund.")
# budget: a GraphQL type has one method per field that is computed
class OversightCase(relay.Node):
    """Those who bore the cost see state, dates and decisions; the party concerned the same once it was asked to explain."""

    id: relay.NodeID[str]
    row: strawberry.Private[models.OversightCase]
    code: str
    item_code: str
    department_code: str
    region: str
    opened_at: datetime
    asked_at: datetime | None
    decided_at: datetime | None
    decision_reason: str
    closed_at: datetime | None

    @classmethod
    def of(cls, row: models.OversightCase) -> Self:
        """From its row, loaded with agency and handler."""
        plain = "code item_code department_code region opened_at asked_at decided_at decision_reason closed_at"
        values: dict[str, Any] = {name: getattr(row, name) for name in plain.split()}
        return cls(id=cast(Any, str(row.id)), row=row, **values)

    @classmethod
    async def load(cls, info: Info, code: str) -> Self:
        """The visible case of that code, freshly read. Raises NotFound."""
        return cls.of(await read.case_of(info.context.actor, code))

    @classmethod
    async def resolve_nodes(cls, *, info: Info, node_ids: Iterable[str], required: bool = False) -> list[Self | None]:  # type: ignore[override]
        """By global id, with the same visibility as the queries."""
        rows = await read.visible_by_id(info.context.actor, [node_key(i) for i in node_ids])
        return [cls.of(row) if row else None for row in rows]

    @strawberry.field
    async def state(self, info: Info) -> OversightState:
        """The state right now: unanswered once the time to explain is over."""
        return moves.state_at(self.row, await info.context.now())

    @strawberry.field
    async def agency(self) -> Organisation | None:
        """The approving agency that it concerns."""
        return Organisation.of(self.row.agency) if self.row.agency else None

    @strawberry.field
    async def handler(self) -> Organisation | None:
        """The regulator that handles it."""
        return Organisation.of(self.row.handler) if self.row.handler else None

    @strawberry.field(description="移送给谁,只给监管部门。 To whom it was referred, for supervisors.")
    async def referred_to(self, info: Info) -> str | None:
        """Null for the parties."""
        return self.row.referred_to if read.supervises(info.context.actor) else None

    @strawberry.field
    async def orders(self, info: Info) -> list[OversightOrder]:
        """What was or is due, by due date; the regulator's own due dates are for supervisors."""
        rows = await info.context.load(read.orders_by_case, self.row.id)
        shown = rows if read.supervises(info.context.actor) else [r for r in rows if r.kind in DEMANDS]
        now = await info.context.now()
        return [OversightOrder.of(row, now) for row in shown]

    @strawberry.field(description="逾期升级次数。 How many due dates passed unmet.")
    async def escalation(self, info: Info) -> int:
        """Right now, whether or not a worker has noticed."""
        orders = await info.context.load(read.orders_by_case, self.row.id)
        return moves.escalation_at(self.row, orders, await info.context.now())

    @strawberry.field
    async def is_overdue(self, info: Info) -> bool:
        """Whether anything is late right now."""
        orders = await info.context.load(read.orders_by_case, self.row.id)
        return moves.is_overdue(self.row, orders, await info.context.now())

    @strawberry.field(description="线索:规则、输入事实、证据、说明。 The findings with rule, inputs, evidence, replies.")
    async def findings(self, info: Info) -> list[CaseFinding]:
        """For supervisors all, for a party those that concern it."""
        links = await info.context.load(read.links_by_case, self.row.id)
        concerned = await info.context.load_many(read.parties_by_finding, [link.finding_id for link in links])
        actor = info.context.actor
        return [
            CaseFinding(finding=Finding.of(link.finding), outcome=Outcome(link.outcome), joined_at=link.joined_at)
            for link, parties in zip(links, concerned, strict=True)
            if read.supervises(actor) or actor.party_id in parties
        ]

    @strawberry.field(description="办理过程;内部记录只给监管部门。 The steps; notes among supervisors are theirs.")
    async def steps(self, info: Info) -> list[OversightStep]:
        """In order."""
        rows = await info.context.load(read.steps_by_case, self.row.id)
        return [OversightStep.of(row) for row in read.readable_steps(info.context.actor, rows)]

    @strawberry.field(description="投诉,只给承办的监管部门。 Null for everybody but the regulator that handles the case.")
    async def complaints(self, info: Info) -> list[CaseComplaint] | None:
        """The oldest first."""
        if not read.handles(info.context.actor, self.row):
            return None
        return [CaseComplaint.of(row) for row in await info.context.load(read.complaints_by_case, self.row.id)]

    @strawberry.field(description="涉及金额。 At issue; one fact found by several rules counts once.")
    async def amount(self, info: Info) -> Yuan:
        """Of the findings that were not rejected."""
        return Yuan((await self._amounts(info)).at_issue_fen)

    @strawberry.field
    async def returned(self, info: Info) -> Yuan:
        """What came back."""
        return Yuan((await self._amounts(info)).returned_fen)

    @strawberry.field
    async def missing(self, info: Info) -> Yuan:
        """What must still come back before it can be closed."""
        return Yuan(await info.context.load(read.missing_by_case, self.row.id))

    async def _amounts(self, info: Info) -> Amounts:
        links = await info.context.load(read.links_by_case, self.row.id)
        return amounts(link.finding for link in links if link.outcome != Outcome.NOT_UPHELD)
