"""Sealed means sealed, on a real server: concurrency, secrecy, kill -9, and a tampered log."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.web.api import ERRORS, Api
from tests.web.servers import Server

SUBMIT = f"""mutation S($input: SubmitQuoteInput!) {{ submitQuote(input: $input) {{ __typename
    ... on QuoteReceipt {{ amount commitment receivedAt isLive }} {ERRORS} }} }}"""
AMOUNTS = [f"{n}7{n}31.9{n % 10}" for n in range(11, 15)]
"""Amounts that nothing else in the demo could contain by chance."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own."""
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()


def open_project(url: str) -> str:
    """The demo's project that is open for two days."""
    page = Api(url)('{ projects(filter: {state: [OPEN], itemCode: "ZSZJ-02-016"}) { edges { node { code title } } } }')
    return str(next(e["node"]["code"] for e in page["projects"]["edges"] if "第二次" in e["node"]["title"]))


def inputs(project: str, bidder: int) -> list[dict[str, Any]]:
    """Forty submissions of one bidder: ten keys, each sent four times."""
    amount = AMOUNTS[bidder - 1]
    return [
        {"idempotencyKey": f"k{n % 10}", "projectCode": project, "amount": amount, "serviceWorkingDays": 1 + n % 10}
        for n in range(40)
    ]


async def submit_all(url: str, tokens: dict[int, str], project: str) -> list[dict[str, Any]]:
    """All of them at once."""
    limits = httpx.Limits(max_connections=50)
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False, limits=limits) as client:

        async def one(token: str, values: dict[str, Any]) -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await client.post("/graphql", json={"query": SUBMIT, "variables": {"input": values}}, headers=headers)
            return dict(answer.json()["data"]["submitQuote"])

        return await asyncio.gather(*(one(t, v) for number, t in tokens.items() for v in inputs(project, number)))


def test_concurrent_submissions_stay_one_each_and_secret(server: Server) -> None:
    """160 submissions at once end in one live quote each; no file, log line or answer tells an amount."""
    project = open_project(server.url)
    bidders = {n: Api.sign_in(server.url, f"intermediary{n}") for n in (1, 2, 3, 4)}
    tokens = {n: str(api.token) for n, api in bidders.items()}
    receipts = asyncio.run(submit_all(server.url, tokens, project))
    assert {r["__typename"] for r in receipts} == {"QuoteReceipt"}
    with sqlite3.connect(server.database) as rows:
        found = rows.execute(
            "SELECT bidder_id, COUNT(*) FROM quotes q JOIN projects p ON p.id = q.project_id WHERE p.code = ? AND live GROUP BY 1",
            [project],
        ).fetchall()
    assert [count for _, count in found] == [1, 1, 1, 1]
    answers = [str(read_everything(api, project)) for api in everybody(server.url)]
    stored = b"".join(path.read_bytes() for path in server.folder.glob("*.sqlite3*")) + server.log.read_bytes()
    for amount in AMOUNTS:
        yuan, fen = amount, amount.replace(".", "")
        assert yuan.encode() not in stored and fen.encode() not in stored
        assert not any(yuan in answer or fen in answer for answer in answers)


def everybody(url: str) -> list[Api]:
    """Every kind of reader but the bidders."""
    return [
        Api(url),
        *(Api.sign_in(url, who) for who in ("operator", "regulator", "agency", "applicant", "intermediary6", "helper")),
    ]


def read_everything(api: Api, project: str) -> dict[str, Any]:
    """Everything a reader may ask of a project."""
    return api(
        """query P($code: String!) { project(code: $code) { id title state version outcomeReason closesAt openedAt quotes { amount }
           myQuotes { amount } award { amount } amendments { number } terms { minimumQuotes } nextRound { code } } }""",
        code=project,
    )


def test_a_kill_loses_no_receipt(server: Server) -> None:
    """kill -9 amid submissions: every receipt given is there after the restart, and the log verifies."""
    project, bidder = open_project(server.url), Api.sign_in(server.url, "intermediary5")
    given: list[str] = []
    try:
        for number in range(400):
            if number == 25:
                server.kill()
            values = {"idempotencyKey": f"k{number}", "projectCode": project, "amount": "100.00", "serviceWorkingDays": 5}
            given.append(bidder(SUBMIT, input=values)["submitQuote"]["commitment"])
    except httpx.TransportError:
        pass
    assert len(given) == 25
    server.start()
    mine = bidder("query P($code: String!) { project(code: $code) { myQuotes { commitment isLive } } }", code=project)["project"][
        "myQuotes"
    ]
    assert {q["commitment"] for q in mine} >= set(given) and sum(q["isLive"] for q in mine) == 1
    assert server.verify().returncode == 0


def test_one_flipped_byte_of_the_log_is_named(server: Server) -> None:
    """Whoever changes one byte of one row of the file is found: ``market verify`` names the entry."""
    server.stop()
    with sqlite3.connect(server.database) as rows:
        rows.execute("DROP TRIGGER log_entries_no_update")
        [body] = rows.execute("SELECT body FROM log_entries WHERE seq = 17").fetchone()
        rows.execute("UPDATE log_entries SET body = ? WHERE seq = 17", [body[:40] + chr(ord(body[40]) ^ 1) + body[41:]])
    verdict = server.verify()
    assert verdict.returncode == 1 and "17" in verdict.stdout + verdict.stderr
