"""What people type, as the schema takes it; and what is wrong with it, field by field."""

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, build_schema
from starlette.datastructures import ImmutableMultiDict

from web.pages.reading import Reading, problems

SDL = build_schema("""
scalar Yuan scalar Date scalar DateTime
enum Kind { ONE TWO }
input Row { name: String! points: Int! }
input Invoice { number: String! amount: Yuan! }
input Whole {
  amount: Yuan! count: Int on: Date until: DateTime sure: Boolean! = false kind: Kind codes: [String!] rows: [Row!] invoice: Invoice
}
""")
WHOLE: Any = SDL.type_map["Whole"]
assert isinstance(WHOLE, GraphQLInputObjectType)


def read(*pairs: tuple[str, str]) -> dict[str, Any]:
    """A form as the schema would take it."""
    return Reading(ImmutableMultiDict(pairs)).object(WHOLE)


@pytest.mark.parametrize(
    ("name", "typed", "taken"),
    [
        ("amount", " １２，０００．５０ 元", "12000.50"),
        ("amount", "¥3,000", "3000"),
        ("count", "７", 7),
        ("count", "seven", "seven"),
        ("until", "2026-12-01T17:00", "2026-12-01T17:00+08:00"),
        ("until", "2026-12-01T17:00:00Z", "2026-12-01T17:00:00Z"),
        ("sure", "on", True),
        ("sure", "false", False),
    ],
)
def test_people_write_as_they_write(name: str, typed: str, taken: object) -> None:
    """Full-width digits, separators, units; a day and hour is Zhoushan's."""
    assert read((name, typed)) == {name: taken}


def test_lists_and_parts() -> None:
    """Repeated names, rows by number in their order, a part under its name; what is blank is absent, with the whole part."""
    given = read(
        ("codes", "a"),
        ("codes", " "),
        ("codes", "b"),
        ("rows.10.name", "later"),
        ("rows.2.name", "first"),
        ("rows.2.points", "3"),
        ("rows.x.name", "no number"),
        ("invoice.number", " "),
        ("unknown", "x"),
    )
    assert given == {"codes": ["a", "b"], "rows": [{"name": "first", "points": 3}, {"name": "later"}]}


def test_each_problem_is_at_its_field() -> None:
    """Missing ones first, also inside rows and parts; then what cannot be read."""
    missing = problems(WHOLE, read(("rows.0.name", "n"), ("invoice.number", "1")))
    assert set(missing) == {"amount", "rows.0.points", "invoice.amount"}
    wrong = problems(
        WHOLE, read(("amount", "1"), ("count", "many"), ("kind", "THREE"), ("rows.0.name", "n"), ("rows.0.points", "p"))
    )
    assert set(wrong) == {"count", "kind", "rows.0.points"} and wrong["count"] != wrong["kind"]
    assert problems(WHOLE, read(("amount", "1"))) == {}
