"""Scalars: money in yuan as exact decimal text; moments and days as people in Zhoushan read and write them.

And the class of an item and who pays, which many nouns name: they are enums of the schema before any of them is read.
"""

from datetime import date, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError, IntValueNode, StringValueNode, ValueNode
from strawberry.schema.config import StrawberryConfig

from market.catalogue.liability import PayerKind
from market.catalogue.models import ItemClass
from market.clock import SHANGHAI
from market.money import format_yuan, parse_yuan

strawberry.enum(
    ItemClass, description="强制 · 行政机关委托 · 申请人自主决定 · 取消。 Who commissions and who pays follow from it."
)
strawberry.enum(PayerKind, description="申请人 · 审批部门 · 谁都不。 Applicant, approving department, nobody.")

Yuan = NewType("Yuan", int)
"""An amount in fen inside Python, shown and read as yuan."""


def _parse(value: object) -> Yuan:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise GraphQLError(
            '金额请写成文本，如 "1234.50"（元，至多两位小数）。 Write an amount as text, e.g. "1234.50" (yuan, at most 2 decimals).'
        )
    try:
        return Yuan(parse_yuan(str(value)))
    except ValueError:
        raise GraphQLError(
            '不是有效金额：以元为单位，用半角数字，至多两位小数，不写逗号和“元”，如 "1234.50"。 '
            'Not a valid amount: yuan in plain digits, at most two decimals, without commas or unit, e.g. "1234.50".'
        ) from None


def _parse_literal(node: ValueNode, _variables: object = None) -> Yuan:
    return _parse(node.value if isinstance(node, StringValueNode | IntValueNode) else None)


YUAN = strawberry.scalar(
    name="Yuan",
    description='人民币元，两位小数的文本，如 "1234.50"。 Yuan as text with two decimals: exact, never a float.',
    serialize=format_yuan,
    parse_value=_parse,
    parse_literal=_parse_literal,
)


def _show_moment(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat()


def _read_moment(value: object) -> datetime:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        raise GraphQLError('时间请写成 "2026-12-01T17:00:00+08:00"。 Write a time as "2026-12-01T17:00:00+08:00".') from None


def _read_day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise GraphQLError('日期请写成 "2026-12-01"，且须有这一天。 Write a day that exists as "2026-12-01".') from None


MOMENT = strawberry.scalar(
    name="DateTime",
    description='时刻，北京时间，如 "2026-12-01T17:00:00+08:00"。 A moment, shown at +08:00; any offset is read.',
    serialize=_show_moment,
    parse_value=_read_moment,
)
DAY = strawberry.scalar(
    name="Date", description='日期，如 "2026-12-01"。 A day.', serialize=date.isoformat, parse_value=_read_day
)

CONFIG = StrawberryConfig(
    relay_max_results=100,
    disable_field_suggestions=True,
    scalar_map={Yuan: YUAN, datetime: MOMENT, date: DAY},
    enable_experimental_incremental_execution=False,
)
