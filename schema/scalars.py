"""Scalars: money in yuan as exact decimal text."""

from typing import NewType

import strawberry
from graphql import GraphQLError, IntValueNode, StringValueNode, ValueNode
from strawberry.schema.config import StrawberryConfig

from market.money import format_yuan, parse_yuan

Yuan = NewType("Yuan", int)
"""An amount in fen inside Python, shown and read as yuan."""


def _parse(value: object) -> Yuan:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise GraphQLError(
            '金额请写成文本,如 "1234.50"(元,至多两位小数)。 Write an amount as text, e.g. "1234.50" (yuan, at most 2 decimals).'
        )
    try:
        return Yuan(parse_yuan(str(value)))
    except ValueError:
        raise GraphQLError(
            '不是有效金额:请写元,至多两位小数,如 "1234.50"。 Not a valid amount: yuan with at most two decimals, e.g. "1234.50".'
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

CONFIG = StrawberryConfig(
    relay_max_results=100,
    disable_field_suggestions=True,
    scalar_map={Yuan: YUAN},
    enable_experimental_incremental_execution=False,
)
