"""Audits in the API: asked for by a supervisor, done by a worker, read with everything that they found."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

import strawberry

from market.audit import models, read, service
from market.audit.read import AuditState, ResultFilter, ResultPage
from market.rules import rulebook, words
from market.rules.engine import Certainty
from schema.context import Info
from schema.errors import result
from schema.findings import Rule
from schema.inputs import node_key
from schema.pagination import Connection, Page, connection
from schema.scalars import Yuan

strawberry.enum(AuditState)


@strawberry.type(description="一条规则的检查结果数。 How many verdicts of one rule.")
class AuditCount:
    """``notComputable``: a column that the rule needs is empty."""

    rule: str
    proof: int
    lead: int
    not_computable: int


@strawberry.type(description="一次检查发现的一项,按截至日,不再改变。 What an audit found, as of its day; it never changes.")
class AuditResult:
    """As a finding, but nobody's to follow up: the day's own audit makes findings."""

    id: strawberry.ID
    row: strawberry.Private[models.AuditResult]
    subject: str
    certainty: Certainty
    severity: str
    amount: Yuan | None
    item_code: str
    evidence: list[str]

    @classmethod
    def of(cls, row: models.AuditResult) -> Self:
        """From its row."""
        plain = {name: getattr(row, name) for name in ("subject", "severity", "item_code", "evidence")}
        amount = None if row.amount_fen is None else Yuan(row.amount_fen)
        return cls(id=strawberry.ID(str(row.id)), row=row, certainty=Certainty(row.certainty), amount=amount, **plain)

    @strawberry.field
    async def rule(self, info: Info) -> Rule | None:
        """The rule in the version that was used."""
        row = rulebook.row(self.row.rule, self.row.rule_version, self.row.subject.partition(":")[0])
        return Rule.of(row, info.context) if row else None

    @strawberry.field(description="为什么:逐条说明。 Why, sentence by sentence.")
    async def because(self, info: Info) -> list[str]:
        """The conditions with their facts, in words."""
        return words.render(self.row.because, (), info.context.lang)


@strawberry.input(description="留空表示不限。 Leave out what does not matter.")
class AuditResultFilter:
    """Which results."""

    rule: str | None = None
    certainty: Certainty | None = None

    def wanted(self) -> ResultFilter:
        """As the domain takes it."""
        return ResultFilter(self.rule, self.certainty.value if self.certainty else None)


@strawberry.type(
    description="一次检查:截至某日,用哪些规则,发现了什么。 An audit: as of which day, by which rules, and what it found."
)
class AuditRun:
    """``rules`` empty: all. ``daily``: the day's own, whose results are the findings themselves; it keeps none beside them."""

    id: strawberry.ID
    row: strawberry.Private[models.AuditRun]
    as_of: date
    daily: bool
    rules: list[str]
    purpose: str
    requested_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: models.AuditRun) -> Self:
        """From its row."""
        plain: dict[str, Any] = {
            name: getattr(row, name) for name in ["as_of", "daily", "rules", "purpose", "requested_at", "finished_at"]
        }
        return cls(id=strawberry.ID(str(row.id)), row=row, **plain)

    @strawberry.field(description="WAITING:等待或原执行者已中断;RUNNING:进行中;DONE:已完成。 Waiting also when its worker died.")
    async def state(self, info: Info) -> AuditState:
        """Right now."""
        return read.state_at(self.row, await info.context.now())

    @strawberry.field(description="各规则的结果数,完成后才有。 By rule; empty until it is done.")
    async def counts(self) -> list[AuditCount]:
        """In the order of the rules."""
        found = sorted(self.row.counts.items())
        return [
            AuditCount(rule=rule, **{name: told.get(name, 0) for name in ("proof", "lead", "not_computable")})
            for rule, told in found
        ]

    @strawberry.field(description="发现的全部,按规则和对象。 What it found, by rule and subject.")
    async def results(
        self, info: Info, filter: AuditResultFilter | None = None, first: int = 20, after: str | None = None
    ) -> Connection[AuditResult]:
        """One page."""
        page, wanted = Page.of(first, after), (filter or AuditResultFilter()).wanted()
        keys = page.after_keys(str, str, int)
        asked = ResultPage(self.row.id, wanted, page.limit, (keys[0], keys[1], keys[2]) if keys else None)
        rows = await info.context.load(read.results_by_page, asked)

        async def count() -> int:
            return await info.context.load(read.result_counts, (self.row.id, wanted))

        return connection(rows, page, AuditResult.of, read.results_position, count)


@strawberry.input
class RequestAuditInput:
    """As of which day (not in the future), by which rules (left out: all), and why; it is logged."""

    as_of: date
    purpose: str
    rules: list[str] | None = None

    def form(self) -> service.RequestAudit:
        """As the domain takes it."""
        return service.RequestAudit(self.as_of, self.purpose, tuple(rule.strip().upper() for rule in self.rules or ()))


@strawberry.type
class Queries:
    """Reads of audits."""

    @strawberry.field(description="全部检查;只给监管部门,每次查看留痕。 All audits; supervisors only, each look is logged.")
    async def audit_runs(
        self, info: Info, first: int = 20, after: str | None = None, purpose: str | None = None
    ) -> Connection[AuditRun]:
        """One page, the newest first."""
        page = Page.of(first, after)
        keys = page.after_keys(datetime, UUID)
        await service.log_look(info.context.reader, {"purpose": purpose})
        rows = await read.page(keys, page.limit)
        return connection(rows, page, AuditRun.of, read.position, read.runs().count)

    @strawberry.field(
        description="一次检查及其结果;只给监管部门,每次查看留痕。 One audit; supervisors only, each look is logged."
    )
    async def audit_run(self, info: Info, id: strawberry.ID, purpose: str | None = None) -> AuditRun | None:
        """Null when there is none."""
        key = node_key(id)
        await service.log_look(info.context.reader, {"purpose": purpose}, f"audit:{key}")
        row = await read.run_by_id(key)
        return AuditRun.of(row) if row else None


@strawberry.type
class Mutations:
    """Writes of audits."""

    @result("RequestAuditResult", AuditRun)
    async def request_audit(self, info: Info, input: RequestAuditInput) -> AuditRun:
        """要求检查全部记录。 Run every rule over everything; a worker does it, see ``auditRun``."""
        return AuditRun.of(await service.request_audit(info.context.actor, input.form()))
