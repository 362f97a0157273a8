"""Five hundred sealed quotes in the last two seconds, through four processes on one PostgreSQL."""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from market.clock import SHANGHAI
from tests.conftest import postgres_url
from tests.web.api import Api
from tests.web.servers import Server, serving
from tests.web.test_main_job import AGENCY_ITEM, code_of, published
from tests.web.test_two_servers import rows, shared  # noqa: F401 - a fixture

pytestmark = pytest.mark.load

SUBMIT = """mutation S($input: SubmitQuoteInput!) { submitQuote(input: $input) { __typename
    ... on QuoteReceipt { commitment receivedAt } ... on DeadlinePassed { closesAt receivedAt } } }"""
QUOTES, BIDDERS, LAST_S = 500, 6, 2.0


@pytest.fixture
def four(shared: str, postgres_server: str, tmp_path: Path) -> Iterator[list[Server]]:  # noqa: F811 - the fixture above
    """Four processes; quotes received in time may take as long to be stored as the shipped rulebook allows, and three times that."""
    url = postgres_url(postgres_server, shared)
    with serving(
        [Server(tmp_path, url, {"open_period": (1, "seconds"), "opening_grace": (30, "seconds")}) for _ in range(4)]
    ) as servers:
        yield servers


class Caller:
    """One submission on a connection of its own, opened and written out beforehand: what is measured is the server, not this client."""

    def __init__(self, url: str, token: str, project: str, number: int) -> None:
        values = {"idempotencyKey": f"r{number}", "projectCode": project, "amount": f"{40_000 + number}", "serviceWorkingDays": 5}
        body = json.dumps({"query": SUBMIT, "variables": {"input": values}}).encode()
        head = f"POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        self.request = head.encode() + b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        self.port = urlsplit(url).port

    async def connect(self) -> None:
        """Well before the deadline."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def send(self, at_s: float) -> dict[str, Any]:
        """At that moment of ``time.monotonic()``; the answer."""
        await asyncio.sleep(max(0.0, at_s - time.monotonic()))
        self.writer.write(self.request)
        answer = await self.reader.read(-1)
        self.writer.close()
        return dict(json.loads(answer.partition(b"\r\n\r\n")[2])["data"]["submitQuote"])


async def rush(callers: list[Caller], closes_at: datetime) -> list[dict[str, Any]]:
    """All of them, evenly over the last seconds and a little beyond."""
    end = time.monotonic() + (closes_at - datetime.now(SHANGHAI)).total_seconds()
    await asyncio.sleep(max(0.0, end - LAST_S - 3 - time.monotonic()))
    await asyncio.gather(*(caller.connect() for caller in callers))
    assert time.monotonic() < end - LAST_S, "too slow to begin with"
    times = (end - LAST_S + (LAST_S + 0.3) * number / QUOTES for number in range(QUOTES))
    return list(await asyncio.gather(*(caller.send(at_s) for caller, at_s in zip(callers, times, strict=True))))


def test_every_receipt_is_honoured_every_refusal_was_late_and_the_opening_happens_once(
    four: list[Server],
    shared: str,  # noqa: F811 - the fixture above
    postgres_server: str,
) -> None:
    """By the time of receipt: what came in time is stored, however long the queue; nothing that came later is."""
    urls = [server.url for server in four]
    cast = {who: Api.sign_in(urls[0], who) for who in ("agency", "operator", "applicant")}
    tokens = [str(Api.sign_in(urls[n % 4], f"intermediary{n + 1}").token) for n in range(BIDDERS)]
    case = {"caseNo": f"BJ-{uuid4().hex[:8]}", "approvalItem": "海域使用权审核", "applicantCode": code_of(cast["applicant"])}
    closes_at = datetime.now(SHANGHAI) + timedelta(seconds=9)
    project = published(cast, "agency", itemCode=AGENCY_ITEM, case=case, budgetLine="1", closesAt=closes_at.isoformat())
    callers = [Caller(urls[n % len(urls)], tokens[n % BIDDERS], project, n) for n in range(QUOTES)]
    answers = asyncio.run(rush(callers, closes_at))
    receipts = [a for a in answers if a["__typename"] == "QuoteReceipt"]
    refusals = [a for a in answers if a["__typename"] != "QuoteReceipt"]
    in_time = int(QUOTES * LAST_S / (LAST_S + 0.3))
    assert len(receipts) >= in_time * 0.9 and {a["__typename"] for a in refusals} == {"DeadlinePassed"}
    assert all(datetime.fromisoformat(a["receivedAt"]) <= closes_at for a in receipts)
    assert all(datetime.fromisoformat(a["receivedAt"]) > closes_at for a in refusals)
    shown = _settled(urls[1], project)
    stored = asyncio.run(rows(postgres_server, shared, "SELECT commitment FROM quotes"))
    assert {a["commitment"] for a in receipts} <= {row["commitment"] for row in stored}
    assert len(shown["quotes"]) == BIDDERS and {q["commitment"] for q in shown["quotes"]} <= {a["commitment"] for a in receipts}
    openings = "SELECT 1 FROM log_entries WHERE action = 'quotes:open' AND subject = $1"
    assert len(asyncio.run(rows(postgres_server, shared, openings, f"project:{project}"))) == 1
    assert four[3].verify().returncode == 0


def _settled(url: str, project: str) -> dict[str, Any]:
    """The project once its quotes are open."""
    for _ in range(120):
        shown = Api(url)("query P($c: String!) { project(code: $c) { state quotes { commitment } } }", c=project)["project"]
        if shown["state"] == "STANDSTILL":
            return dict(shown)
        time.sleep(0.5)
    raise AssertionError(f"{project} was never opened: {shown}")
