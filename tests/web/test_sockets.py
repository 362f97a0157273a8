"""WebSocket (graphql-transport-ws) against a real server: hostile frames, sessions that end, times of receipt."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.web.api import Api

PROTOCOL = Subprotocol("graphql-transport-ws")
SUBMIT = (
    """mutation S($input: SubmitQuoteInput!) { submitQuote(input: $input) { __typename ... on QuoteReceipt { receivedAt } } }"""
)


@contextmanager
def socket(url: str, token: str | None = None, *, init: bool = True) -> Iterator[ClientConnection]:
    """An open socket, initialised with the token unless it should not be."""
    address = url.replace("http", "ws", 1) + "/graphql"
    with connect(address, subprotocols=[PROTOCOL], proxy=None, close_timeout=2) as ws:
        if init:
            payload = {"authorization": f"Bearer {token}"} if token else {}
            ws.send(json.dumps({"type": "connection_init", "payload": payload}))
            assert json.loads(ws.recv(10))["type"] == "connection_ack"
        yield ws


def ask(ws: ClientConnection, query: str, key: str = "1", **variables: Any) -> dict[str, Any]:
    """The first message that answers an operation; its completion is read, too."""
    ws.send(json.dumps({"type": "subscribe", "id": key, "payload": {"query": query, "variables": variables}}))
    answer: dict[str, Any] = json.loads(ws.recv(20))
    if answer["type"] == "next":
        assert json.loads(ws.recv(20)) == {"type": "complete", "id": key}
    return answer


def close_code(ws: ClientConnection) -> int | None:
    """Read until the server closes."""
    try:
        for _ in range(100):
            ws.recv(20)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    raise AssertionError("the server did not close")


def test_a_quote_on_a_socket_is_received_when_it_is_sent(demo_server: str) -> None:
    """Not when the socket was opened: else an early socket would beat the deadline and win every tie."""
    bidder = Api.sign_in(demo_server, "intermediary3")
    page = bidder('{ projects(filter: {state: [OPEN], itemCode: "ZSZJ-02-016"}) { edges { node { code title serverTime } } } }')
    node = next(e["node"] for e in page["projects"]["edges"] if "第二次" in e["node"]["title"])
    values = {"idempotencyKey": str(uuid4()), "projectCode": node["code"], "amount": "45000", "serviceWorkingDays": 9}
    with socket(demo_server, bidder.token) as ws:
        time.sleep(1.5)
        before = bidder("query($c: String!) { project(code: $c) { serverTime } }", c=node["code"])["project"]["serverTime"]
        receipt = ask(ws, SUBMIT, input=values)["payload"]["data"]["submitQuote"]
    bidder.do("withdrawQuote", "... on QuoteReceipt { isLive }", projectCode=node["code"])
    assert datetime.fromisoformat(receipt["receivedAt"]) >= datetime.fromisoformat(before)


def test_a_session_that_ended_is_dead_on_an_open_socket(demo_server: str) -> None:
    """Sign-out by HTTP ends what the socket may do; the next operation is told to sign in."""
    api = Api.sign_in(demo_server, "helper")
    with socket(demo_server, api.token) as ws:
        assert ask(ws, "{ viewer { login } }")["payload"]["data"]["viewer"] == {"login": "helper"}
        assert api("mutation { signOut { __typename } }")["signOut"]["__typename"] == "Done"
        refused = ask(ws, "{ viewer { login } }", "2")
        assert refused["type"] == "error" and refused["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    with socket(demo_server, init=False) as ws:
        ws.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {api.token}"}}))
        assert close_code(ws) == 4403


FRAMES: list[str | bytes] = [
    "null",
    "1",
    '"x"',
    "[]",
    "{}",
    "{",
    "",
    "NaN",
    "[" * 100_000,
    '{"type": []}',
    '{"type": "x"}',
    '{"type": "subscribe"}',
    '{"type": "subscribe", "id": "1"}',
    '{"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}}',
    json.dumps({"type": "subscribe", "id": "x" * 10_000, "payload": {"query": "{ __typename }"}}),
    '{"type": "subscribe", "id": "1", "payload": null}',
    '{"type": "subscribe", "id": "1", "payload": {"query": null}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": 5}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": []}}',
    '{"type": "complete"}',
    '{"type": "ping", "payload": 5}',
    '{"type": "connection_init"}',
    '{"type": "subscribe", "id": "\\u0000", "payload": {"query": "{ __typename }"}}',
    b"\x00\xff",
]


@pytest.mark.parametrize("number", range(len(FRAMES)))
def test_a_bad_frame_is_closed_with_a_reason(demo_server: str, number: int) -> None:
    """4400 or 4429 and a reason; the connection never just dies, and the server goes on."""
    with socket(demo_server) as ws:
        ws.send(FRAMES[number])
        assert close_code(ws) in (4400, 4429)
    assert Api(demo_server)("{ __typename }") == {"__typename": "Query"}


QUERIES = {
    "syntax": "{" + "x" * 5000,
    "unknown": "{ nothing }",
    "aliases": "{ " + " ".join(f"a{n}: __typename" for n in range(500)) + " }",
    "long": "x" * 30_000,
    "none": "type A { b: Int }",
    "nul": '{ serviceItem(code: "a\\u0000b") { code } }',
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_bad_document_is_an_error_message_or_a_reasoned_close(demo_server: str, name: str) -> None:
    """A coded error for the operation, or 4400; nothing internal shows."""
    with socket(demo_server) as ws:
        ws.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": QUERIES[name]}}))
        try:
            answer = json.loads(ws.recv(20))
        except ConnectionClosed as closed:
            assert closed.rcvd and closed.rcvd.code == 4400
            return
        assert answer["type"] == "error", answer
        assert all("code" in e["extensions"] for e in answer["payload"])


def test_a_frame_over_a_megabyte_is_refused(demo_server: str) -> None:
    """As over HTTP: 1009, before anything is parsed."""
    with socket(demo_server) as ws:
        ws.send(json.dumps({"type": "ping", "payload": {"x": "x" * 1_100_000}}))
        assert close_code(ws) == 1009


def test_a_silent_or_foreign_socket_is_not_kept(demo_server: str) -> None:
    """Without connection_init it is closed after three seconds; another site's page and the old protocol get none."""
    with socket(demo_server, init=False) as ws:
        assert close_code(ws) == 4408
    address = demo_server.replace("http", "ws", 1) + "/graphql"
    with pytest.raises(InvalidStatus):
        connect(address, subprotocols=[PROTOCOL], origin=Origin("https://evil.example"), proxy=None)
    with connect(address, subprotocols=[Subprotocol("graphql-ws")], proxy=None) as ws:
        assert close_code(ws) == 4406


def test_a_client_that_never_reads_holds_up_nobody(demo_server: str) -> None:
    """Thousands of operations whose answers nobody takes, and cancelled mutations: others are served, the database works."""
    big = "{ serviceItems(first: 100) { edges { node { code name legalBasis } } } }"
    with socket(demo_server) as ws:
        for number in range(300):
            key = str(number)
            ws.send(json.dumps({"type": "subscribe", "id": key, "payload": {"query": big}}))
            if number % 3 == 0:
                ws.send(json.dumps({"type": "complete", "id": key}))
        for _ in range(5):
            answer = httpx.post(
                f"{demo_server}/graphql", json={"query": "{ projects { totalCount } }"}, timeout=20, trust_env=False
            )
            assert answer.json()["data"]["projects"]["totalCount"] > 0


def test_cancelled_mutations_leave_the_database_whole(demo_server: str) -> None:
    """An operation that is cancelled while it writes is done or not done; the next writer is not held up."""
    applicant = Api.sign_in(demo_server, "applicant")
    post = """mutation P($k: String!) { postProject(input: {idempotencyKey: $k, title: "取消", itemCode: "ZSZJ-09-001",
        serviceWorkingDays: 3}) { __typename } }"""
    keys = [str(uuid4()) for _ in range(40)]
    with socket(demo_server, applicant.token) as ws:
        for number, key in enumerate(keys):
            ws.send(json.dumps({"type": "subscribe", "id": key, "payload": {"query": post, "variables": {"k": key}}}))
            time.sleep(0.002 * (number % 12))
            ws.send(json.dumps({"type": "complete", "id": key}))
    for key in keys:
        assert applicant(post, k=key)["postProject"]["__typename"] == "Project"
    mine = applicant('{ projects(filter: {mine: true, search: "取消"}) { totalCount } }')
    assert mine["projects"]["totalCount"] == len(keys)
