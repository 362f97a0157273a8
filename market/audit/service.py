"""Audits that are kept: each day's own, which brings the findings up to date, and those that a regulator asks for.

Rules that come true by time alone (V05, V25, V28, V30, V36) need nobody to write anything: the day's own audit finds them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from market import db, looks
from market.actors import SYSTEM, Actor
from market.audit import pool, sweep
from market.audit.models import AuditResult, AuditRun
from market.clock import local_date
from market.fees import gather
from market.findings import service as findings
from market.ledger.models import LedgerBatch
from market.permissions import Action
from market.rules import rulebook
from market.rules.engine import Decision, Verdict, evaluate
from market.text import Checker
from market.usecase import authorise, unit, use_case

LEASE = timedelta(minutes=30)
RECORDED_PIECE = 200
"""Cases whose findings are brought up to date in one transaction: on SQLite nobody else writes meanwhile."""


@dataclass(frozen=True)
class RequestAudit:
    """As of which day, by which rules (none: all), and why: it is a look at other people's money."""

    as_of: date
    purpose: str
    rules: tuple[str, ...] = ()

    def check(self, today: date) -> None:
        """Raises InvalidInput."""
        check = Checker()
        check.text("purpose", self.purpose, 300)
        if self.as_of > today:
            check.add("asOf", "in_the_future")
        unknown = set(self.rules) - {rule.id for rule in rulebook.default()}
        if unknown:
            check.add("rules", "unknown_code")
        check.done()


@use_case(Action.AUDIT_RUN)
async def request_audit(actor: Actor, form: RequestAudit) -> AuditRun:
    """Ask for an audit; a worker does it. Raises InvalidInput, NotPermitted."""
    authorise(Action.AUDIT_RUN)
    form.check(local_date(unit().now))
    run = await AuditRun.create(
        key=f"request:{uuid4()}",
        as_of=form.as_of,
        rules=sorted(set(form.rules)),
        purpose=form.purpose.strip(),
        requested_by_id=actor.account_id,
        requested_at=unit().now,
    )
    unit().record("audit:request", f"audit:{run.id}", asOf=form.as_of.isoformat(), rules=run.rules, purpose=run.purpose)
    return run


@use_case(Action.AUDIT_RUN)
async def log_look(actor: Actor, wanted: dict[str, Any], what: str = "audits", *, required: bool = False) -> None:
    """A supervisor looks at audits and what they found. Raises NotPermitted, InvalidInput (purpose)."""
    looks.note(Action.AUDIT_RUN, "audit:look", what, wanted, required=required)


async def run_due(url: str, workers: int) -> None:
    """Do what waits, the day's own audit among it. Any number of processes may call this at any time."""
    now = await db.now()
    today = local_date(now)
    key = await _day(today)
    if not await AuditRun.exists(key=key):
        await _begin_day(SYSTEM, today, key)
    for run in await AuditRun.filter(finished_at=None).order_by("requested_at"):
        free = AuditRun.filter(id=run.id, finished_at=None, lease_until=run.lease_until)
        busy = run.lease_until is not None and run.lease_until > now
        if not busy and await free.update(lease_until=now + LEASE):
            await _do(run, url, workers)


async def _day(day: date) -> str:
    """What there is one of: an audit of the day, and one more after each ledger that was imported."""
    batch = await LedgerBatch.all().order_by("-id").first()
    return f"day:{day}" + (f":{batch.id}" if batch else "")


@use_case(None)
async def _begin_day(actor: Actor, today: date, key: str) -> None:
    if await AuditRun.exists(key=key):
        unit().replayed = True
        return
    await AuditRun.create(key=key, as_of=today, daily=True, requested_at=unit().now)
    unit().record("audit:day", f"audit:{today}")
    unit().checkpoint = True


@dataclass(frozen=True)
class Task:
    """A piece of an audit, to be done in any process."""

    piece: sweep.Piece
    as_of: date
    rules: tuple[str, ...] = ()
    run_id: UUID | None = None


async def judged(task: Task) -> list[Verdict]:
    """What is flagged or not computable in the piece."""
    return await sweep.judge(task.piece, task.as_of, task.rules)


async def _do(run: AuditRun, url: str, workers: int) -> None:
    await AuditResult.filter(run_id=run.id).delete()
    divided = await sweep.pieces(RECORDED_PIECE if run.daily else sweep.PIECE)
    tasks = [Task(piece, run.as_of, tuple(run.rules), run.id) for piece in divided]
    counts: dict[str, Counter[str]] = {}
    async for done in pool.spread(_recorded if run.daily else _kept, tasks, url=url, workers=workers):
        for rule, outcome, number in done:
            counts.setdefault(rule, Counter())[outcome] += number
        await AuditRun.filter(id=run.id).update(lease_until=await db.now() + LEASE)
    await _finish(SYSTEM, run, {rule: dict(outcomes) for rule, outcomes in sorted(counts.items())})


Counts = list[tuple[str, str, int]]
"""Rule, outcome (proof, lead or not_computable), how many."""


async def _recorded(task: Task) -> Counts:
    return counted(await _bring_up_to_date(SYSTEM, task.piece, task.as_of))


async def _kept(task: Task) -> Counts:
    verdicts = await judged(task)
    results = [_result(task.run_id, v) for v in verdicts if v.outcome is Decision.FLAG]
    await AuditResult.bulk_create(results, batch_size=500)
    return counted(verdicts)


def counted(verdicts: Iterable[Verdict]) -> Counts:
    """How many of each rule and outcome."""
    found = Counter((v.rule, str(v.certainty or v.outcome)) for v in verdicts)
    return [(rule, outcome, number) for (rule, outcome), number in found.items()]


def _result(run_id: UUID | None, verdict: Verdict) -> AuditResult:
    return AuditResult(
        run_id=run_id,
        rule=verdict.rule,
        rule_version=verdict.version,
        subject=verdict.subject,
        certainty=verdict.certainty,
        severity=verdict.severity,
        amount_fen=verdict.amount_fen,
        item_code=verdict.item_code,
        because=list(verdict.because),
        evidence=list(verdict.evidence),
    )


@use_case(None)
async def _bring_up_to_date(actor: Actor, piece: sweep.Piece, as_of: date) -> list[Verdict]:
    """The findings about a piece agree with the rules afterwards; a change is logged, none is no act."""
    scene = await sweep.scene(piece, as_of)
    verdicts = [v for subject in scene.subjects for v in evaluate(scene.world, subject)]
    came_back, concerned = partial(gather.came_back, scene.world), partial(gather.concerned, scene.world)
    await findings.store(verdicts, scene.subjects, came_back, concerned)
    unit().replayed = not unit().records
    return [v for v in verdicts if v.outcome is not Decision.CLEAR]


@use_case(None)
async def _finish(actor: Actor, run: AuditRun, counts: dict[str, dict[str, int]]) -> None:
    await AuditRun.filter(id=run.id).update(finished_at=unit().now, lease_until=None, counts=counts)
    unit().record("audit:done", f"audit:{run.as_of if run.daily else run.id}", counts=counts)
