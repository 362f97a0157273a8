"""Indicators in the API: for supervisors what they say, for everybody how they are computed."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Self

import strawberry

from market.parties import read as parties
from market.statistics import models, read, rulebook, service, words
from market.statistics.screens import Decision
from schema.context import Context, Info
from schema.pagination import Connection, Page, connection
from schema.parties import Organisation

IndicatorOutcome = strawberry.enum(Decision, name="IndicatorOutcome")


@strawberry.type(description="指标里的一个数,带说明。 A number of an indicator and what it is.")
class IndicatorNumber:
    """``value``: a number as text, amounts in fen; lists and tables as JSON. ``source``: of a threshold."""

    name: str
    label: str
    value: str
    source: str | None = None


def _numbers(told: Iterable[tuple[str, Any, str | None]], lang: str) -> list[IndicatorNumber]:
    return [IndicatorNumber(name=n, label=words.number(n, lang), value=_text(v), source=s) for n, v, s in told]


def _plain(numbers: Mapping[str, Any], lang: str) -> list[IndicatorNumber]:
    return _numbers(((name, value, None) for name, value in numbers.items()), lang)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@strawberry.type(description="指标的算法:有版本、有生效日、有出处。 How an indicator is computed: dated, with its source.")
class IndicatorRule:
    """One row of the rules. ``refs``: its number among the project's indicators and violations.

    ``falseAlarm``: how often honest parties are flagged; empty where that is not known.
    """

    id: strawberry.ID
    version: str
    refs: list[str]
    title: str
    wording_zh: str
    wording_en: str
    formula: str
    valid_from: date
    valid_to: date | None
    legal_basis: list[str]
    thresholds: list[IndicatorNumber]
    false_alarm: str
    notice: str

    @classmethod
    def of(cls, row: rulebook.Indicator, context: Context) -> Self:
        """From its row."""
        thresholds = ((name, parameter.value, parameter.source) for name, parameter in row.parameters.items())
        return cls(
            id=strawberry.ID(row.id),
            version=row.version,
            refs=list(row.refs),
            title=context.pick(row.title_zh, row.title_en),
            wording_zh=row.wording_zh,
            wording_en=row.wording_en,
            formula=context.pick(row.formula_zh, row.formula_en),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            legal_basis=[basis.cite(context.lang) for basis in row.basis],
            thresholds=_numbers(thresholds, context.lang),
            false_alarm=context.pick(row.false_alarm_zh, row.false_alarm_en),
            notice=words.notice(context.lang),
        )


@strawberry.type(description="指标值:值得看一看的理由,不是线索,也不是认定。 A reason to look, never a finding.")
class IndicatorValue:
    """``n`` of at least ``need``: the sample. ``value``: what is compared, cut off after six decimals. ``asOf``: the day of the run."""

    row: strawberry.Private[models.IndicatorValue]
    indicator: strawberry.ID
    version: str
    subject: str
    item_code: str
    region: str
    outcome: IndicatorOutcome  # type: ignore[valid-type]
    n: int
    need: int
    value: str | None
    as_of: date
    computed_on: date

    @classmethod
    def of(cls, row: models.IndicatorValue) -> Self:
        """From its row, loaded with its run."""
        plain = ("subject", "item_code", "region", "n", "need", "value", "computed_on")
        values: dict[str, Any] = {name: getattr(row, name) for name in plain}
        return cls(
            row=row,
            indicator=strawberry.ID(row.indicator),
            version=row.rule_version,
            outcome=Decision(row.outcome),
            as_of=row.run.as_of,
            **values,
        )

    @strawberry.field
    async def agency(self, info: Info) -> Organisation | None:
        """The agency that it is about."""
        return await _party(self.row.agency, info)

    @strawberry.field
    async def supplier(self, info: Info) -> Organisation | None:
        """The intermediary that it is about."""
        return await _party(self.row.supplier, info)

    @strawberry.field(description="这些数里提到的单位。 Those whose codes stand among its numbers.")
    async def parties(self, info: Info) -> list[Organisation]:
        """In the order of the numbers."""
        codes = [part for value in self.row.inputs.values() if isinstance(value, dict | list) for part in value]
        known = await asyncio.gather(*(_party(code, info) for code in dict.fromkeys(codes) if isinstance(code, str)))
        return [party for party in known if party]

    @strawberry.field(description="算法及其版本。 How it is computed, in the version that made it.")
    async def rule(self, info: Info) -> IndicatorRule | None:
        """None when the rules no longer have it."""
        row = rulebook.row(self.row.indicator, self.row.rule_version)
        return IndicatorRule.of(row, info.context) if row else None

    @strawberry.field(description="输入的数。 The numbers that went in.")
    async def inputs(self, info: Info) -> list[IndicatorNumber]:
        """All of them: it can be computed again."""
        return _plain(self.row.inputs, info.context.lang)

    @strawberry.field(description="算出的数。 What was worked out.")
    async def computed(self, info: Info) -> list[IndicatorNumber]:
        """``value`` is one of them."""
        return _plain(self.row.computed, info.context.lang)

    @strawberry.field(description="当时的阈值。 The thresholds of that day.")
    async def thresholds(self, info: Info) -> list[IndicatorNumber]:
        """As they were when it was computed."""
        return _plain(self.row.thresholds, info.context.lang)

    @strawberry.field(description="程度。 How strong a flag is.")
    async def level(self, info: Info) -> str:
        """Empty where there are no degrees."""
        return words.level(self.row.level, info.context.lang)

    @strawberry.field(description="为什么没有结论。 Why there is no answer.")
    async def reason(self, info: Info) -> str:
        """Empty where there is one."""
        return words.reason(self.row.reason, info.context.lang, self.n, self.need)

    @strawberry.field
    async def wording_zh(self) -> str:
        """值得看一看的理由."""
        row = rulebook.row(self.row.indicator, self.row.rule_version)
        return row.wording_zh if row else ""

    @strawberry.field
    async def wording_en(self) -> str:
        """The reason to look."""
        row = rulebook.row(self.row.indicator, self.row.rule_version)
        return row.wording_en if row else ""

    @strawberry.field(description="误报:诚实的当事人多常被提示。 How often honest parties are flagged.")
    async def false_alarm(self, info: Info) -> str:
        """Goes beside every flag; empty where it is not known."""
        row = rulebook.row(self.row.indicator, self.row.rule_version)
        return info.context.pick(row.false_alarm_zh, row.false_alarm_en) if row else ""

    @strawberry.field(description="指标不是线索,也不是认定。 Never a finding.")
    async def notice(self, info: Info) -> str:
        """Goes wherever the value goes."""
        return words.notice(info.context.lang)


async def _party(code: str, info: Info) -> Organisation | None:
    row = await info.context.load(parties.organisations_by_code, code) if code else None
    return Organisation.of(row) if row else None


@strawberry.input(
    description="留空表示不限;purpose 写明为何查看,会留痕。 Why one looks is logged; leave out what does not matter."
)
class IndicatorFilter:
    """``indicator``: an id of ``indicatorRules``. ``agency``: its code. ``on``: as of the last run up to that day."""

    purpose: str
    indicator: str | None = None
    agency: str | None = None
    item: str | None = None
    outcome: IndicatorOutcome | None = None  # type: ignore[valid-type]
    on: date | None = None

    def wanted(self) -> read.IndicatorFilter:
        """As the domain takes it."""
        outcome: Any = self.outcome
        code = outcome.value if outcome else None
        return read.IndicatorFilter(self.indicator, self.agency, self.item, code, self.on)


@strawberry.type
class Queries:
    """Reads of indicators."""

    @strawberry.field(description="统计指标,只给监管部门,每次查看留痕。 For supervisors; each look is logged with its purpose.")
    async def indicators(
        self, info: Info, filter: IndicatorFilter, first: int = 20, after: str | None = None
    ) -> Connection[IndicatorValue]:
        """One page of one run; empty for those who may not read them."""
        page = Page.of(first, after)
        actor, wanted = info.context.reader, filter.wanted()
        query = read.nothing()
        if read.may_read(actor):
            await service.look(actor, wanted, filter.purpose)
            query = await read.listing(wanted)
        rows = await read.page(query, page.after_keys(int), page.limit)
        return connection(rows, page, IndicatorValue.of, read.position, query.count)

    @strawberry.field(description="全部指标的算法及其版本,公开。 How every indicator is computed; public.")
    async def indicator_rules(self, info: Info) -> list[IndicatorRule]:
        """By id and date."""
        return [IndicatorRule.of(row, info.context) for row in rulebook.indicators()]
