"""Hostile requests against a real server: every answer is below 500, and it goes on answering."""

import httpx
import pytest

JSON = {"Content-Type": "application/json"}
FRAGMENTS = (
    " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40)) + " fragment F40 on Query { __typename }"
)
ALIASES = " ".join(f"a{n}: __typename" for n in range(500))

BODIES = [
    b"null",
    b"123",
    b'"x"',
    b"[]",
    b"[null]",
    b"{",
    b"[" * 100_000,
    b'{"query": ' + b"9" * 5000 + b"}",
    b'{"query": "{ __typename }", "variables": NaN}',
    b'{"query": "\xff\xfe"}',
    b'{"query": "{ serviceItem(code: \\"a\\u0000b\\") { code } }"}',
    b'{"query": null}',
    b'{"query": "query A { __typename } query B { __typename }"}',
    f'{{"query": "{{ ...F0 }} {FRAGMENTS}"}}'.encode(),
    f'{{"query": "{{ {ALIASES} }}"}}'.encode(),
    b'{"query": "{ projects(first: 101) { totalCount } }"}',
    b'{"query": "{ projects(after: \\"!!\\") { totalCount } }"}',
    b'{"query": "{ node(id: \\"x\\") { id } }"}',
    b'{"query": "{ node(id: \\"UHJvamVjdDox\\") { id } }"}',
    b'{"query": "{ projects { edges { node { nextRound { nextRound { nextRound { nextRound { nextRound { code } } } } } } } } }"}',
    b'{"query": "' + b"x" * 900_000 + b'"}',
    b"x" * 1_100_000,
]


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_a_hostile_body_is_refused_politely(demo_server: str, number: int) -> None:
    """A 4xx or a coded error, as JSON; never a 500, never a word of what is inside."""
    answer = httpx.post(f"{demo_server}/graphql", content=BODIES[number], headers=JSON, timeout=30, trust_env=False)
    assert answer.status_code < 500 and "Traceback" not in answer.text
    errors = answer.json().get("errors", [])
    assert all(error["extensions"]["code"] != "INTERNAL_SERVER_ERROR" for error in errors)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/jsonx", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_only_json_is_taken(demo_server: str, kind: str) -> None:
    """Other content types, which browsers send across sites without asking, are 415."""
    answer = httpx.post(
        f"{demo_server}/graphql", content=b'{"query": "{ __typename }"}', headers={"Content-Type": kind}, trust_env=False
    )
    assert answer.status_code == 415


def test_get_runs_stored_documents_only(demo_server: str) -> None:
    """A query in the address is refused; a wrong token is 401, not somebody anonymous."""
    assert httpx.get(f"{demo_server}/graphql?query={{__typename}}", trust_env=False).status_code == 405
    headers = JSON | {"Authorization": "Bearer nonsense"}
    answer = httpx.post(f"{demo_server}/graphql", content=b'{"query": "{ __typename }"}', headers=headers, trust_env=False)
    assert answer.status_code == 401
