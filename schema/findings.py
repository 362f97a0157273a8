"""Findings and rules in the API: what was found, by which rule, on what law, and what came back."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from functools import partial
from typing import Any, Self, cast
from uuid import UUID

import strawberry
from strawberry import relay

from market.findings import models, read, service
from market.findings.models import FindingState
from market.findings.read import FindingOrder
from market.oversight import read as oversight
from market.rules import rulebook, words
from market.rules.engine import Certainty
from schema.context import Context, Info
from schema.inputs import node_key
from schema.pagination import Connection, Page, connection
from schema.parties import Organisation
from schema.scalars import Yuan

strawberry.enum(FindingState)
strawberry.enum(Certainty)
strawberry.enum(FindingOrder)


@strawberry.enum
class Severity(Enum):
    """A: refer at once, money back. B: rectification. C: correction. D: lead only."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@strawberry.type(description="规则:有版本、有生效日、有依据。 A dated rule with its law.")
class Rule:
    """One row of the rules, in the reader's language."""

    id: strawberry.ID
    version: str
    subject: str
    title: str
    severity: str
    valid_from: date
    valid_to: date | None
    legal_basis: list[str]
    remedy: str
    excuses: list[str]

    @classmethod
    def of(cls, row: rulebook.Rule, context: Context) -> Self:
        """From its row."""
        return cls(
            id=strawberry.ID(row.id),
            version=row.version,
            subject=row.subject,
            title=context.pick(row.title_zh, row.title_en),
            severity=row.severity,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            legal_basis=[basis.cite(context.lang) for basis in row.basis],
            remedy=context.pick(row.remedy_zh, row.remedy_en),
            excuses=list(row.excuses_en if context.lang.startswith("en") else row.excuses_zh),
        )


@strawberry.type(description="当事人的说明,随线索一起展示。 What a party answered; it travels with the finding.")
class Reply:
    """In the party's own words."""

    at: datetime
    by: Organisation | None
    text: str


@strawberry.type
class FindingParty:
    """One whom a finding concerns."""

    side: str
    organisation: Organisation


@strawberry.type(description="线索或认定。 A lead or a proven fact; never deleted, only refunded or cleared.")
class Finding(relay.Node):
    """``amount``: at issue; ``refunded``: returned since."""

    id: relay.NodeID[str]
    row: strawberry.Private[models.Finding]
    subject: str
    certainty: Certainty
    severity: str
    state: FindingState
    amount: Yuan
    refunded: Yuan
    evidence: list[str]
    item_code: str
    found_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: models.Finding) -> Self:
        """From its row."""
        plain = ("subject", "severity", "evidence", "item_code", "found_at", "updated_at")
        values: dict[str, Any] = {name: getattr(row, name) for name in plain}
        return cls(
            id=cast(Any, str(row.id)),
            row=row,
            certainty=Certainty(row.certainty),
            state=FindingState(row.state),
            amount=Yuan(row.amount_fen),
            refunded=Yuan(row.refunded_fen),
            **values,
        )

    @classmethod
    async def resolve_nodes(cls, *, info: Info, node_ids: Iterable[str], required: bool = False) -> list[Self | None]:  # type: ignore[override]
        """By global id, for those who may read it."""
        actor, ids = info.context.actor, [node_key(i) for i in node_ids]
        if read.reads_all(actor):
            await service.log_look(actor, {"ids": ids})
        rows = await read.visible_by_id(actor, ids)
        return [cls.of(row) if row else None for row in rows]

    @strawberry.field
    async def rule(self, info: Info) -> Rule | None:
        """The rule in the version that made the finding."""
        row = rulebook.row(self.row.rule, self.row.rule_version, self.row.subject.partition(":")[0])
        return Rule.of(row, info.context) if row else None

    @strawberry.field(description="为什么:逐条说明。 Why, sentence by sentence.")
    async def because(self, info: Info) -> list[str]:
        """The conditions with their facts, in words."""
        return words.render(self.row.because, (), info.context.lang)

    @strawberry.field(description="当事人的说明。 What the parties answered.")
    async def replies(self, info: Info) -> list[Reply]:
        """In order."""
        rows = await info.context.load(oversight.replies_by_finding, self.row.id)
        return [Reply(at=r.at, by=Organisation.of(r.organisation) if r.organisation else None, text=r.text) for r in rows]

    @strawberry.field(description="涉及谁、以什么身份,只给监管部门。 Whom it concerns and as what, for supervisors; else empty.")
    async def parties(self, info: Info) -> list[FindingParty]:
        """``side``: payer, payee, client, supplier, agency or applicant."""
        if not oversight.supervises(info.context.actor):
            return []
        rows = await info.context.load(read.parties_by_finding, self.row.id)
        return [FindingParty(side=row.side, organisation=Organisation.of(row.organisation)) for row in rows]

    @strawberry.field(description="督办件编号,只给监管部门。 The newest oversight case, for supervisors.")
    async def case_code(self, info: Info) -> str | None:
        """None where there is none yet."""
        if not oversight.supervises(info.context.actor):
            return None
        return await info.context.load(oversight.case_codes_by_finding, self.row.id)


@strawberry.input
class FindingFilter:
    """Which findings. ``party``: a code; ``department``: its agency is concerned, or it names the item; ``from``, ``to``: when
    found; ``minAmount``: at issue when found. ``caseClosed``: whether its case is.
    ``purpose``: why a supervisor looks; it is logged."""

    rule: str | None = None
    rules: list[str] | None = None
    state: FindingState | None = None
    states: list[FindingState] | None = None
    certainty: Certainty | None = None
    severity: Severity | None = None
    item_code: str | None = None
    subject: str | None = None
    party: str | None = None
    department: str | None = None
    found_from: date | None = strawberry.field(name="from", default=None)
    found_to: date | None = strawberry.field(name="to", default=None)
    min_amount: Yuan | None = None
    case_closed: bool | None = None
    purpose: str | None = None

    def wanted(self) -> read.FindingFilter:
        """As the domain takes it."""
        values = {k: _plain(v) for k, v in vars(self).items() if k not in ("purpose", "min_amount")}
        return read.FindingFilter(**values, min_amount_fen=self.min_amount)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_plain(part) for part in value)
    return value.value if isinstance(value, Enum) else value


@strawberry.type
class Queries:
    """Reads of findings."""

    @strawberry.field(description="线索与认定:监管部门看全部,当事人看自己的。 The regulator's all, the parties' own.")
    async def findings(
        self,
        info: Info,
        filter: FindingFilter | None = None,
        first: int = 20,
        after: str | None = None,
        order_by: FindingOrder = FindingOrder.TIME,
    ) -> Connection[Finding]:
        """One page, the newest or the most money first."""
        page, actor, asked = Page.of(first, after), info.context.reader, filter or FindingFilter()
        keys = page.after_keys(datetime if order_by is FindingOrder.TIME else int, UUID)
        if read.reads_all(actor):
            await service.log_look(actor, vars(asked))
        query = await read.listing(actor, asked.wanted())
        rows = await read.page(query, keys, page.limit, order_by)
        return connection(rows, page, Finding.of, partial(read.position, order=order_by), query.count)

    @strawberry.field(description="全部规则及其版本。 All rules with their versions.")
    async def rules(self, info: Info) -> list[Rule]:
        """By id and date."""
        return [Rule.of(row, info.context) for row in rulebook.default()]
