"""Two server processes on one PostgreSQL: quotes race across the deadline, one process is killed, the opening happens once."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from market.clock import SHANGHAI
from tests.conftest import postgres_url
from tests.web.api import Api
from tests.web.servers import Server
from tests.web.test_main_job import AGENCY_ITEM, code_of, published

SUBMIT = """mutation S($input: SubmitQuoteInput!) { submitQuote(input: $input) { __typename
    ... on QuoteReceipt { commitment receivedAt } } }"""
BIDDERS = 6
Receipts = dict[int, list[dict[str, Any]]]


async def rows(folder: str, name: str, statement: str, *values: Any) -> list[Any]:
    """Ask the database itself."""
    connection = await asyncpg.connect(host=folder, user="postgres", database=name)
    try:
        return list(await connection.fetch(statement, *values))
    finally:
        await connection.close()


@pytest.fixture
def shared(postgres_server: str) -> Iterator[str]:
    """A migrated database of its own; its name."""
    name = f"web_{uuid4().hex}"
    asyncio.run(rows(postgres_server, "postgres", f"CREATE DATABASE {name} TEMPLATE template"))
    yield name
    asyncio.run(rows(postgres_server, "postgres", f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def pair(shared: str, postgres_server: str, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """Two demo servers with the same keys; the second finds the world that the first built."""
    servers = Server(tmp_path, postgres_url(postgres_server, shared)), Server(tmp_path, postgres_url(postgres_server, shared))
    for server in servers:
        server.start()
    yield servers
    for server in servers:
        server.stop()


async def race(urls: list[str], tokens: list[str], project: str, closes_at: datetime) -> Receipts:
    """Every bidder submits through both servers until the deadline is well past; what was acknowledged, in order of sending."""
    given: Receipts = defaultdict(list)
    end = time.monotonic() + (closes_at - datetime.now(SHANGHAI)).total_seconds() + 1.5

    async def bid(client: httpx.AsyncClient, bidder: int) -> None:
        number = 0
        while time.monotonic() < end:
            number += 1
            values = {
                "idempotencyKey": f"r{number}",
                "projectCode": project,
                "amount": f"{40_000 + number}",
                "serviceWorkingDays": 5,
            }
            headers = {"Authorization": f"Bearer {tokens[bidder]}"}
            content = {"query": SUBMIT, "variables": {"input": values}}
            try:
                answer = await client.post(f"{urls[(bidder + number) % 2]}/graphql", json=content, headers=headers)
            except httpx.TransportError:
                continue
            result = answer.json()["data"]["submitQuote"]
            if result["__typename"] == "QuoteReceipt":
                given[bidder].append(result)
            else:
                assert result["__typename"] in ("DeadlinePassed", "QuotesAlreadyOpened"), result

    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        await asyncio.gather(*(bid(client, bidder) for bidder in range(BIDDERS)))
    return given


def test_two_processes_open_once_and_lose_nothing(pair: tuple[Server, Server], shared: str, postgres_server: str) -> None:
    """One live quote per bidder, the last acknowledged one; one opening though both processes look; a killed process is not missed."""
    first, second = pair
    cast = {who: Api.sign_in(first.url, who) for who in ("agency", "operator", "applicant")}
    tokens = [str(Api.sign_in(second.url, f"intermediary{n}").token) for n in range(1, BIDDERS + 1)]
    case = {"caseNo": f"BJ-{uuid4().hex[:8]}", "approvalItem": "海域使用权审核", "applicantCode": code_of(cast["applicant"])}
    closes_at = datetime.now(SHANGHAI) + timedelta(seconds=24)
    project = published(cast, "agency", itemCode=AGENCY_ITEM, case=case, budgetLine="1", closesAt=closes_at.isoformat())
    time.sleep(max(0.0, (closes_at - datetime.now(SHANGHAI)).total_seconds() - 4))
    given = asyncio.run(race([first.url, second.url], tokens, project, closes_at))
    second.kill()
    shown: dict[str, Any] = {}
    for _ in range(60):
        document = "query P($c: String!) { project(code: $c) { state quotes { commitment } } }"
        shown = Api(first.url)(document, c=project)["project"]
        if shown["state"] == "STANDSTILL":
            break
        time.sleep(0.5)
    assert shown["state"] == "STANDSTILL" and sum(map(len, given.values())) > BIDDERS
    assert all(datetime.fromisoformat(r["receivedAt"]) <= closes_at for receipts in given.values() for r in receipts)
    assert {q["commitment"] for q in shown["quotes"]} == {receipts[-1]["commitment"] for receipts in given.values()}
    stored = asyncio.run(rows(postgres_server, shared, "SELECT commitment FROM quotes"))
    assert {r["commitment"] for receipts in given.values() for r in receipts} <= {row["commitment"] for row in stored}
    openings = "SELECT 1 FROM log_entries WHERE action = 'quotes:open' AND subject = $1"
    assert len(asyncio.run(rows(postgres_server, shared, openings, f"project:{project}"))) == 1
    assert first.verify().returncode == 0
