"""Values that no database takes are refused before they reach one, on SQLite and PostgreSQL alike."""

import base64
import json
from typing import Any

import pytest

from market.actors import Role
from tests.contest import member
from tests.schema.conftest import Execute

SOME_ID = "00000000-0000-0000-0000-000000000001"


def cursor(*position: Any) -> str:
    """A cursor as a client could make one."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


CURSORS = [
    cursor("2026-01-01T00:00:00", SOME_ID),
    cursor("0001-01-01T00:00:00+14:00", SOME_ID),
    cursor("9999-12-31T23:59:59-14:00", SOME_ID),
    cursor("\ud800"),
    cursor("\x00"),
    cursor("\ud800", SOME_ID),
    cursor("\x00", SOME_ID),
    cursor(None, None),
    cursor({}, []),
    cursor(10**30),
    "é",
]


@pytest.mark.parametrize("number", range(len(CURSORS)))
async def test_a_made_up_cursor_is_bad_input(execute: Execute, number: int) -> None:
    """Every list answers with a page or says that it is no cursor; it never stumbles."""
    reader = await member(Role.REGULATOR)
    for name in ("projects", "serviceItems", "intermediaries", "feeRecords", "findings"):
        answer = await execute(
            f"query($c: String) {{ {name}(after: $c) {{ totalCount edges {{ cursor }} }} }}", reader, c=CURSORS[number]
        )
        assert all(e.extensions["code"] == "BAD_USER_INPUT" for e in answer.errors or ()), (name, answer.errors)


DOCUMENTS = {
    "query($v: String) { projects(filter: {search: $v}) { totalCount } }": "a " * 3000,
    "query($v: String!) { project(code: $v) { code } }": "x" * 100_000,
    "query($v: [ProjectState!]) { projects(filter: {state: $v}) { totalCount } }": ["AWARDED"] * 50_000,
    "query($v: ID!) { node(id: $v) { id } }": base64.b64encode(b"Node:1").decode(),
    '{ serviceItem(code: "a\\u0000b") { code } }': None,
    '{ projects(filter: {search: "a\\u{0}b"}) { totalCount } }': None,
    '{ project(code: "a\\u{00000}b") { code } }': None,
}


@pytest.mark.parametrize("text", DOCUMENTS)
async def test_what_is_too_much_is_bad_input(execute: Execute, text: str) -> None:
    """Long texts, long lists, NUL written as an escape: an answer or a coded refusal."""
    answer = await execute(text, **({"v": DOCUMENTS[text]} if DOCUMENTS[text] else {}))
    assert all(e.extensions["code"] in ("BAD_USER_INPUT", "GRAPHQL_PARSE_FAILED") for e in answer.errors or ()), answer.errors


async def test_a_deadline_outside_of_time_is_bad_input(execute: Execute) -> None:
    """A moment that has no day in UTC is refused with its field."""
    text = """mutation($at: DateTime) { postProject(input: {idempotencyKey: "k", title: "t", itemCode: "ZSZJ-09-001", serviceWorkingDays: 1,
        closesAt: $at}) { ... on InvalidInput { fields { path } } } }"""
    for at in ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "9998-12-31T00:00:00Z"):
        answer = await execute(text, await member(Role.APPLICANT), at=at)
        assert answer.data == {"postProject": {"fields": [{"path": "closesAt"}]}}
