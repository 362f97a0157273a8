"""What a client reads that made one of the usual mistakes; and times as people in Zhoushan read them."""

import pytest

from schema.scalars import MOMENT
from tests.schema.conftest import Execute


def test_moments_are_shown_in_beijing_time() -> None:
    """The same moment, at +08:00; any offset is read."""
    assert MOMENT.serialize(MOMENT.parse_value("2026-12-01T09:00:00Z")) == "2026-12-01T17:00:00+08:00"


@pytest.mark.parametrize("list_field", ["feeRecords", "findings"])
async def test_who_has_no_account_is_told_so(execute: Execute, list_field: str) -> None:
    """Not an empty list, which would read as "nobody paid"."""
    answer = await execute(f"{{ {list_field} {{ totalCount }} }}")
    [error] = answer.errors
    assert error.extensions["code"] == "UNAUTHENTICATED" and "Authorization: Bearer" in error.message


@pytest.mark.parametrize("typed", ["zszj-02-016", " ＺＳＺＪ－０２－０１６"])
async def test_who_pays_is_answered_however_the_code_is_typed(execute: Execute, typed: str) -> None:
    """In lower case and full width; the answer has the code in its one spelling."""
    answer = await execute("query Q($code: String!) { whoPays(itemCode: $code) { itemCode payer { kind } } }", code=typed)
    assert answer.data == {"whoPays": {"itemCode": "ZSZJ-02-016", "payer": {"kind": "AGENCY"}}}


@pytest.mark.parametrize("day", ["2026/1/1", "2026-02-30", "明天"])
async def test_a_day_is_asked_for_in_words(execute: Execute, day: str) -> None:
    """The message shows how to write it, in both languages: a scalar does not know its reader."""
    answer = await execute('query Q($on: Date) { whoPays(itemCode: "ZSZJ-02-016", on: $on) { itemClass } }', on=day)
    assert "日期请写成" in answer.errors[0].message and "Write a day" in answer.errors[0].message
