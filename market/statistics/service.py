"""Indicators are computed in the background, dated, and can be computed again from what was stored."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from market import db
from market.actors import SYSTEM, Actor
from market.clock import local_date
from market.permissions import Action
from market.statistics import gather, groups, opened, rulebook
from market.statistics.exact import decimal
from market.statistics.gather import Window
from market.statistics.groups import Candidate
from market.statistics.judging import GROUPINGS, judge
from market.statistics.models import IndicatorRun, IndicatorValue
from market.statistics.read import IndicatorFilter
from market.statistics.rulebook import COMMON, Indicator
from market.statistics.screens import Decision, Outcome
from market.text import one_text
from market.usecase import authorise, unit, use_case

LEASE = timedelta(minutes=30)
PURPOSE = 300
STORED_AT_ONCE = 500


@dataclass(frozen=True)
class Value:
    """What an indicator says of a candidate, by which row."""

    rule: Indicator
    candidate: Candidate
    outcome: Outcome

    @property
    def kept(self) -> bool:
        """Whether it is stored, or only counted."""
        return self.rule.keeps == "all" or self.outcome.decision is Decision.FLAG


async def compute(as_of: date, only: Iterable[str] = ()) -> AsyncIterator[list[Value]]:
    """Every indicator in force on a day, or those ``only``, over everything that was stored by then; a piece at a time."""
    rules = rulebook.in_force(as_of)
    common = rules.pop(COMMON, None)
    wanted = {name: rule for name, rule in rules.items() if not only or name in set(only)}
    if common is None:
        return
    window = Window.before(as_of, common.values["window_months"])
    shared = common.values | {"window_start": window.start}
    for codes in await gather.pieces(window):
        scene = await _scene(codes, window, wanted, shared)
        yield await asyncio.to_thread(judged, scene, wanted, shared)  # a server goes on serving


async def _scene(codes: list[str], window: Window, rules: Mapping[str, Indicator], shared: Mapping[str, Any]) -> groups.Scene:
    contests = await opened.tenders(codes, window)
    scene = groups.Scene(await gather.deals(codes, window), await gather.lost_quotes(codes, window), tenders=contests)
    if "token_price" not in rules:
        return scene
    suspects = groups.token_suspects(scene, {**shared, **rules["token_price"].values})
    return replace(scene, later=await gather.served_later(suspects, window))


def judged(scene: groups.Scene, rules: Mapping[str, Indicator], shared: Mapping[str, Any]) -> list[Value]:
    """Every value of the scene, pure."""
    return [
        Value(rule, candidate, _judge(rule, candidate.region, candidate.inputs))
        for name, rule in sorted(rules.items())
        for candidate in GROUPINGS[name](scene, {**shared, **rule.values})
    ]


def _judge(rule: Indicator, region: str, inputs: Mapping[str, Any]) -> Outcome:
    return judge(rule.id, rule.values, inputs, region if rule.regional else None)


class RuleGone(LookupError):
    """No row of that indicator and version: the rules no longer have it, so that the value cannot be computed again."""


def replay(value: IndicatorValue) -> Outcome:
    """The outcome computed again from what was stored with it, by the version that made it. Raises RuleGone."""
    rule = rulebook.row(value.indicator, value.rule_version)
    if rule is None:
        raise RuleGone(f"{value.indicator} {value.rule_version}")
    return _judge(rule, value.region, value.inputs)


def said(outcome: Outcome) -> dict[str, Any]:
    """An outcome as it is stored."""
    return {
        "outcome": outcome.decision.value,
        "level": outcome.level,
        "reason": outcome.reason,
        "n": outcome.n,
        "need": outcome.need,
        "value": None if outcome.value is None else decimal(outcome.value),
        "computed": {name: decimal(number) for name, number in outcome.computed.items()},
    }


async def run_due(every: timedelta = timedelta(days=1)) -> None:
    """Compute what is due. Any number of processes may call this at any time."""
    now = await db.now()
    today = local_date(now)
    if not await IndicatorRun.exists(as_of__gt=today - every, as_of__lte=today):
        await _begin(SYSTEM, today)
    for run in await IndicatorRun.filter(finished_at=None).order_by("requested_at"):
        free = IndicatorRun.filter(id=run.id, finished_at=None, lease_until=run.lease_until)
        busy = run.lease_until is not None and run.lease_until > now
        if not busy and await free.update(lease_until=now + LEASE):
            await _do(run)


@use_case(None)
async def _begin(actor: Actor, today: date) -> None:
    key = f"day:{today}"
    if await IndicatorRun.exists(key=key):
        unit().replayed = True
        return
    await IndicatorRun.create(key=key, as_of=today, requested_at=unit().now)
    unit().record("indicator:day", f"indicators:{today}")


async def _do(run: IndicatorRun) -> None:
    """From the start, whatever an earlier worker left: the same rows again."""
    await IndicatorValue.filter(run_id=run.id).delete()
    counts: dict[str, Counter[str]] = {}
    today = local_date(await db.now())
    async for values in compute(run.as_of):
        for value in values:
            counts.setdefault(value.rule.id, Counter())[value.outcome.decision.value] += 1
        await IndicatorValue.bulk_create([_row(run, v, today) for v in values if v.kept], batch_size=STORED_AT_ONCE)
        await IndicatorRun.filter(id=run.id).update(lease_until=await db.now() + LEASE)
    await _finish(SYSTEM, run, {name: dict(sorted(told.items())) for name, told in sorted(counts.items())})


def _row(run: IndicatorRun, value: Value, today: date) -> IndicatorValue:
    about = value.candidate
    return IndicatorValue(
        run_id=run.id,
        indicator=value.rule.id,
        rule_version=value.rule.version,
        subject=about.subject,
        agency=about.agency,
        supplier=about.supplier,
        item_code=about.item_code,
        region=about.region,
        inputs=dict(about.inputs),
        thresholds=thresholds(value.rule),
        computed_on=today,
        **said(value.outcome),
    )


def thresholds(rule: Indicator) -> dict[str, Any]:
    """The parameters as the row writes them."""
    return {name: parameter.value for name, parameter in rule.parameters.items()}


@use_case(None)
async def _finish(actor: Actor, run: IndicatorRun, counts: dict[str, dict[str, int]]) -> None:
    await IndicatorRun.filter(id=run.id).update(finished_at=unit().now, lease_until=None, counts=counts)
    unit().record("indicator:done", f"indicators:{run.as_of}", counts=counts)


@use_case(Action.INDICATOR_READ)
async def look(actor: Actor, wanted: IndicatorFilter, purpose: str) -> None:
    """Note who looks at what, and why. Raises InvalidInput, NotPermitted."""
    authorise(Action.INDICATOR_READ)
    text = one_text("purpose", purpose, PURPOSE)
    asked = {name: str(value) for name, value in vars(wanted).items() if value is not None}
    unit().record("indicator:look", "indicators", purpose=text, **asked)
