"""Slow, silent and half-open clients, stored documents by GET, and whose address the throttle counts: on a real server."""

import hashlib
import json
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

import web
from tests.web.api import Api
from tests.web.servers import Server
from web.guard import BODY_S
from web.protocol import GRACE_S, HEAD_S

PATIENCE_S = max(HEAD_S, BODY_S + GRACE_S) + 8


def opened(url: str, text: bytes) -> socket.socket:
    """A connection on which this was sent."""
    parts = urlsplit(url)
    client = socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_S)  # type: ignore[arg-type]
    client.sendall(text)
    return client


def rest(client: socket.socket) -> bytes:
    """All that comes until the server closes."""
    got = b""
    while part := client.recv(65536):
        got += part
    return got


HEAD = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


def test_whoever_does_not_finish_is_let_go(demo_server: str) -> None:
    """No head, half a head, no body, half a body, an endless chunk: each is closed in time with 408 or nothing, all at once."""
    starts = [
        b"",
        b"POST /graph",
        HEAD,
        HEAD + b"Content-Length: 100\r\n\r\n",
        HEAD + b'Content-Length: 100\r\n\r\n{"query"',
        HEAD + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"qu',
    ]
    clients = [opened(demo_server, text) for text in starts]
    assert Api(demo_server)("{ __typename }") == {"__typename": "Query"}
    for client in clients:
        answer = rest(client)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 408 "), answer
        client.close()


BROKEN = {
    b"GARBAGE\r\n\r\n": b"400",
    b"GET / HTTP/1.1\r\n\r\n": b"400",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n": b"400",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 40_000 + b"\r\n\r\n": b"431",
    b"GET /%ff HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n": b"400",
    b"GET /services?search=%00 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n": b"400",
    HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n": b"400",
    HEAD + b"Content-Length: 99999999999\r\nConnection: close\r\n\r\n": b"413",
    b"DELETE /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n": b"405",
}


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_a_broken_request_is_refused(demo_server: str, number: int) -> None:
    """The status says what is wrong; nothing is executed."""
    text, status = list(BROKEN.items())[number]
    client = opened(demo_server, text)
    assert rest(client).startswith(b"HTTP/1.1 " + status)
    client.close()


def test_a_first_byte_sent_ahead_gains_nothing(demo_server: str) -> None:
    """The time of receipt is that of the last byte: whoever holds a request open is not earlier than its content."""
    bidder = Api.sign_in(demo_server, "intermediary4")
    text = '{ projects(filter: {state: [OPEN], itemCode: "ZSZJ-02-016"}) { edges { node { code title serverTime } } } }'
    node = next(e["node"] for e in bidder(text)["projects"]["edges"] if "第二次" in e["node"]["title"])
    values = {"idempotencyKey": str(time.time()), "projectCode": node["code"], "amount": "46000", "serviceWorkingDays": 9}
    query = "mutation S($input: SubmitQuoteInput!) { submitQuote(input: $input) { ... on QuoteReceipt { receivedAt } } }"
    body = json.dumps({"query": query, "variables": {"input": values}}).encode()
    head = HEAD + f"Authorization: Bearer {bidder.token}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    client = opened(demo_server, head + body[:-1])
    time.sleep(1.5)
    between = bidder(text)["projects"]["edges"][0]["node"]["serverTime"]
    client.sendall(body[-1:])
    receipt = json.loads(rest(client).split(b"\r\n\r\n", 1)[1])["data"]["submitQuote"]
    client.close()
    bidder.do("withdrawQuote", "... on QuoteReceipt { isLive }", projectCode=node["code"])
    assert receipt["receivedAt"] >= between.replace("Z", "+00:00"), (receipt, between)


def stored_id() -> str:
    """The id of the document of the home page: the hash of its file's text, as anyone can compute it."""
    return hashlib.sha256(Path(web.__file__).with_name("pages").joinpath("public", "home.graphql").read_bytes()).hexdigest()


def test_stored_documents_by_get_are_reads_that_nobody_keeps(demo_server: str) -> None:
    """Unknown ids, texts beside an id and broken variables are 4xx; answers are not cached; GET never writes."""
    get = lambda **q: httpx.get(f"{demo_server}/graphql", params=q, trust_env=False)  # noqa: E731
    assert get(documentId="0" * 64).status_code == 400
    assert get(documentId="0" * 64, query="{ __typename }").status_code == 405
    assert get(query="mutation { signOut { __typename } }").status_code == 405
    assert get(documentId="sha256:x", variables="[").status_code == 400
    assert get(documentId="x", variables="[1]").status_code == 400
    found = get(documentId=stored_id())
    assert found.status_code == 200 and found.json()["data"]
    assert get(documentId=f"sha256:{stored_id()}").json()["data"] == found.json()["data"]
    for answer in (found, get(documentId="0" * 64), get(query="x")):
        assert answer.headers["cache-control"] == "no-store"


def test_nobody_chooses_the_address_that_is_counted(tmp_path: Path) -> None:
    """A made-up X-Forwarded-For does not get around the pause of an address: no proxy was configured."""
    server = Server(tmp_path, limits={"sign_in_attempts_address": (5, "count")})
    server.start()
    try:
        names = [api_attempt(server.url, number) for number in range(7)]
    finally:
        server.stop()
    assert names[0] == "SignInRefused" and names[-1] == "TooManyAttempts"


def api_attempt(url: str, number: int) -> str:
    """Sign in as nobody, from an address that the client made up."""
    text = "mutation S($input: SignInInput!) { signIn(input: $input) { __typename } }"
    content = {"query": text, "variables": {"input": {"login": f"nobody{number}", "password": "x"}}}
    answer = Api(url).post(json=content, headers={"X-Forwarded-For": f"10.1.2.{number}"})
    return str(answer.json()["data"]["signIn"]["__typename"])
