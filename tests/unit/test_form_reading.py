"""What people type, as the schema takes it; and what is wrong with it, field by field."""

from datetime import date
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, build_schema
from starlette.datastructures import ImmutableMultiDict

from market.money import parse_yuan
from web.pages.reading import Reading, problems

SDL = build_schema("""
scalar Yuan scalar Date scalar DateTime
enum Kind { ONE TWO }
input DeclareFeeInput { amount: Yuan! }
input Row { name: String! points: Int! }
input Invoice { number: String! amount: Yuan! }
input Whole {
  amount: Yuan! count: Int on: Date until: DateTime sure: Boolean! = false kind: Kind codes: [String!] rows: [Row!] invoice: Invoice
}
""")
WHOLE: Any = SDL.type_map["Whole"]
assert isinstance(WHOLE, GraphQLInputObjectType)


SDL.type_map["Yuan"].coerce_input_value = parse_yuan  # type: ignore[attr-defined]  # as the schema's own scalars read
SDL.type_map["Date"].coerce_input_value = date.fromisoformat  # type: ignore[attr-defined]


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
        ("on", "2026/11/6", "2026-11-06"),
        ("on", "2026.11.26", "2026-11-26"),
        ("on", "２０２６年11月26日", "2026-11-26"),
        ("on", "26/11/2026", "26/11/2026"),
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


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("amount", "-5", "必须大于 0。"),
        ("amount", "0.00", "必须大于 0。"),
        ("amount", "1" * 31, "数额过大。"),
        ("amount", "1.005", "请把金额写成数字，以元为单位，至多两位小数，如 1234.50。"),
        ("on", "9999-12-31", "请核对年份，应在 1900 年到 2100 年之间。"),
        ("on", "0001-01-01", "请核对年份，应在 1900 年到 2100 年之间。"),
        ("on", "2026-02-30", "请把日期写成 2026-12-01 这样，并且要有这一天。"),
        ("until", "9999-12-31T17:00", "请核对年份，应在 1900 年到 2100 年之间。"),
    ],
)
def test_what_nobody_means_is_refused_before_the_answers_are_shown(name: str, typed: str, said: str) -> None:
    """Each with its own words: it would be refused only when everything was confirmed."""
    assert problems(WHOLE, {"amount": "1"} | read((name, typed))) == {name: said}
    assert problems(WHOLE, read(("amount", "0.01"), ("on", "1985-01-01"))) == {}


def test_where_zero_is_an_answer_it_is_taken() -> None:
    """A declaration that nothing was paid; less than nothing is none."""
    kind: Any = SDL.type_map["DeclareFeeInput"]
    assert [problems(kind, {"amount": text}) for text in ("0", "0.00", "-1")] == [{}, {}, {"amount": "必须大于 0。"}]
