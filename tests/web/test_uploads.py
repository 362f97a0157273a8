"""Files over HTTP: streamed, limited, typed by content, given back to those concerned; and an invoice filed from one, end to end."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from market.actors import ANONYMOUS, Actor, Role
from market.documents import read, store
from market.documents.models import Document
from market.documents.parse import media
from market.errors import NotSignedIn
from market.log.models import LogEntry
from tests.contest import member
from tests.unit.einvoices import made
from tests.web.api import Api
from web import uploads
from web.guard import Guard

LIMIT = media.MAX_BYTES


class Client:
    """The endpoint behind the guard, on the test's database; who asks is said by a header."""

    def __init__(self) -> None:
        self.actors: dict[str, Actor] = {}
        transport = httpx.ASGITransport(Guard(Starlette(routes=uploads.routes(self.identify))), raise_app_exceptions=True)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://test")

    async def identify(self, connection: HTTPConnection, _authorization: str | None) -> Actor:
        """As ``web.auth.tokens``."""
        name = connection.headers.get("authorization")
        if name is not None and name not in self.actors:
            raise NotSignedIn
        return self.actors[name] if name else ANONYMOUS

    async def signed_in(self, role: Role) -> dict[str, str]:
        """Headers of a new member."""
        name = uuid4().hex
        self.actors[name] = await member(role)
        return {"Authorization": name}


@pytest.fixture
async def client(database: str) -> AsyncIterator[Client]:
    """On both databases."""
    made_ = Client()
    yield made_
    await made_.http.aclose()


async def test_an_invoice_is_taken_read_and_given_back(client: Client) -> None:
    """201 with hash, type and facts, 200 the second time; the download is an attachment that nobody caches or runs."""
    who = await client.signed_in(Role.APPLICANT)
    first, again = [await client.http.post("/documents", content=made.einvoice(), headers=who) for _ in range(2)]
    said = first.json()
    assert (first.status_code, again.status_code, again.json()) == (201, 200, said)
    assert (said["mediaType"], said["size"], said["unreadable"]) == ("application/xml", len(made.einvoice()), None)
    assert (said["invoice"]["number"], said["invoice"]["amount"]) == (made.FACTS["number"], "1272.00")
    back = await client.http.get(f"/documents/{said['id']}", headers=who)
    assert (back.status_code, back.content, back.headers["content-type"]) == (200, made.einvoice(), "application/xml")
    assert back.headers["content-disposition"] == f'attachment; filename="{said["sha256"][:16]}.xml"'
    assert back.headers["cache-control"] == "private, no-store" and back.headers["x-content-type-options"] == "nosniff"
    assert back.headers["content-security-policy"].startswith("sandbox")
    actions = await LogEntry.filter(action__startswith="document:").order_by("seq").values_list("action", flat=True)
    assert actions == ["document:upload", "document:look"]


async def test_an_unreadable_invoice_says_why_in_the_readers_language(client: Client) -> None:
    """Kept, with the reason as a word for programs and a sentence for people."""
    who = await client.signed_in(Role.APPLICANT)
    answer = await client.http.post("/documents?lang=en", content=made.pdf(), headers=who)
    why = answer.json()["unreadable"]
    assert answer.status_code == 201 and why["reason"] == "unknown_layout"
    assert "no known invoice data" in why["message"] and "OFD (GB/T 33190)" in why["understood"]


@pytest.mark.parametrize("content", [b"MZ" + b"x" * 100, b"<!DOCTYPE html><html>", made.packed({"a": "b"}), b"\x89PNG", b"hello"])
async def test_other_files_are_415_whatever_they_call_themselves(client: Client, content: bytes) -> None:
    """By content, not by header; in the reader's language; nothing is kept."""
    who = await client.signed_in(Role.APPLICANT)
    answer = await client.http.post("/documents", content=content, headers=who | {"Content-Type": "application/pdf"})
    assert answer.status_code == 415 and answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] == "UNSUPPORTED_MEDIA_TYPE" and "电子发票" in answer.json()["title"]
    english = await client.http.post("/documents", content=content, headers=who | {"Accept-Language": "en"})
    assert "e-invoice" in english.json()["title"] and not await Document.exists()


async def _endless(sent: list[int]) -> AsyncIterator[bytes]:
    """Never ends by itself, and does not say how long it is."""
    while True:
        sent.append(1)
        yield b"<" * 1_000_000


async def test_a_file_that_grows_too_large_is_cut_off(client: Client) -> None:
    """413 as soon as the limit is passed, declared or not; exactly the limit is taken."""
    who, sent = await client.signed_in(Role.APPLICANT), list[int]()
    # httpx hands an ASGI application the body chunk by chunk as it asks for it
    answer = await client.http.post("/documents", content=_endless(sent), headers=who)
    assert answer.status_code == 413 and len(sent) <= LIMIT // 1_000_000 + 2
    declared = await client.http.post("/documents", content=b"<" * (LIMIT + 1), headers=who)
    assert declared.status_code == 413 and declared.json()["code"] == "REQUEST_TOO_LARGE"
    assert (await client.http.post("/documents", content=b"<a/>".ljust(LIMIT), headers=who)).status_code == 201


async def test_an_empty_body_is_refused(client: Client) -> None:
    """400."""
    answer = await client.http.post("/documents", content=b"", headers=await client.signed_in(Role.APPLICANT))
    assert answer.status_code == 400


async def test_who_may_not_gets_nothing(client: Client) -> None:
    """Nobody and a wrong token 401, the operator 403, strangers 404 as for what does not exist; nothing is written."""
    who, operator = await client.signed_in(Role.APPLICANT), await client.signed_in(Role.OPERATOR)
    stranger = await client.signed_in(Role.APPLICANT)
    document = (await client.http.post("/documents", content=made.einvoice(), headers=who)).json()["id"]
    before = await LogEntry.all().count()
    for headers, status in (({}, 401), ({"Authorization": "wrong"}, 401), (operator, 403)):
        assert (await client.http.post("/documents", content=made.ordinary(), headers=headers)).status_code == status
    for headers, status in (({}, 401), (operator, 404), (stranger, 404)):
        assert (await client.http.get(f"/documents/{document}", headers=headers)).status_code == status
    for absent in (str(uuid4()), "nonsense", "%2e%2e"):
        assert (await client.http.get(f"/documents/{absent}", headers=who)).status_code == 404
    assert await LogEntry.all().count() == before and await Document.all().count() == 1


async def test_a_full_quota_is_429_before_anything_is_received(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said with the limit; no byte is asked for."""
    who, sent = await client.signed_in(Role.APPLICANT), list[int]()

    async def full(*_: object) -> dict[tuple[str, str], int]:
        return {("files", "day"): 1_000_000}

    monkeypatch.setattr(read, "used", full)
    answer = await client.http.post("/documents", content=_endless(sent), headers=who)
    assert (answer.status_code, answer.json()["code"], len(sent)) == (429, "UPLOAD_QUOTA_REACHED", 0)


async def test_a_changed_file_is_500_and_not_served(client: Client, tmp_path: Path) -> None:
    """With its code, and without a byte of the file."""
    who = await client.signed_in(Role.APPLICANT)
    document = (await client.http.post("/documents", content=made.einvoice(), headers=who)).json()
    folder = store.current()
    assert isinstance(folder, store.Folder)
    (folder.root / document["sha256"][:2] / document["sha256"]).write_bytes(b"<forged/>")
    answer = await client.http.get(f"/documents/{document['id']}", headers=who)
    assert (answer.status_code, answer.json()["code"]) == (500, "DOCUMENT_DAMAGED") and b"forged" not in answer.content


INVOICE = "number amount verified document { id sha256 mediaType size }"
RECORDED = f"... on FeeRecorded {{ feeRecord {{ recordNo invoices {{ {INVOICE} }} }} }}"
DIFFERENT = "... on InvoiceMismatch { differences { field typed read } }"


@pytest.fixture(scope="module")
def cast(demo_server: str) -> dict[str, Api]:
    """Signed in on a real server."""
    return {login: Api.sign_in(demo_server, login) for login in ("applicant", "intermediary1", "regulator")}


def _upload(api: Api, content: bytes | Iterator[bytes]) -> httpx.Response:
    return httpx.post(f"{api.url}/documents", content=content, headers=api.headers, timeout=60, trust_env=False)


def _ends(cast: dict[str, Api]) -> list[dict[str, str]]:
    shape = "{ viewer { actingFor { code name } } }"
    return [cast[who](shape)["viewer"]["actingFor"] for who in ("applicant", "intermediary1")]


def test_an_invoice_walks_from_its_file_to_the_regulator(cast: dict[str, Api]) -> None:
    """Upload, a mismatch told, filed from the file, seen by the payee and the regulator, disputed by the payee."""
    buyer, seller = _ends(cast)
    number = f"26{uuid4().int % 10**18:018d}"
    codes = {
        "buyer_code": buyer["code"],
        "buyer_name": buyer["name"],
        "seller_code": seller["code"],
        "seller_name": seller["name"],
    }
    document = _upload(cast["applicant"], made.einvoice(number=number, **codes)).json()
    payment: dict[str, Any] = {
        "payerCode": buyer["code"],
        "payeeCode": seller["code"],
        "amount": "1272.00",
        "paidOn": "2026-09-02",
    }
    payment |= {"channel": "BANK_TRANSFER", "grade": "INVOICE", "idempotencyKey": number}
    wrong = {"documentId": document["id"], "amount": "1200.00"}
    answer = cast["applicant"].do("recordFee", f"{RECORDED} {DIFFERENT}", **payment, invoice=wrong)
    assert answer["differences"] == [{"field": "amount", "typed": "1200.00", "read": "1272.00"}], answer
    done = cast["applicant"].do("recordFee", RECORDED, **payment, invoice={"documentId": document["id"]})
    [invoice] = done["feeRecord"]["invoices"]
    shown = {name: document[name] for name in ("id", "sha256", "mediaType", "size")}
    assert invoice == {"number": number, "amount": "1272.00", "verified": True, "document": shown}
    for who in ("intermediary1", "regulator"):
        got = httpx.get(f"{cast[who].url}/documents/{document['id']}", headers=cast[who].headers, trust_env=False)
        assert got.status_code == 200 and number in got.text
    record = done["feeRecord"]["recordNo"]
    own = {name: payment[name] for name in ("payerCode", "payeeCode", "paidOn")}
    differs = "... on FeeDeclaration { agrees differences { field recorded declared } }"
    said = cast["intermediary1"].do("declareFee", differs, recordNo=record, amount="1000.00", **own)
    assert said["differences"] == [{"field": "amount", "recorded": "1272.00", "declared": "1000.00"}], said
    found = cast["regulator"](
        "{ feeRecords(filter: {disputed: true}) { edges { node { recordNo declarations { party { code } agrees } } } } }"
    )
    nodes = [edge["node"] for edge in found["feeRecords"]["edges"]]
    assert {"recordNo": record, "declarations": [{"party": {"code": seller["code"]}, "agrees": False}]} in nodes


def test_a_real_connection_is_cut_off_at_the_limit(cast: dict[str, Api]) -> None:
    """A chunked body of unknown length: 413 or a closed connection, and the server goes on."""

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield os.urandom(1_000_000)

    with suppress(httpx.TransportError):  # it may close while we are still sending
        assert _upload(cast["applicant"], endless()).status_code == 413
    assert _upload(cast["applicant"], b"MZ").status_code == 415


FORM = "/documents/form?next=/my/projects/XM-1/pay?x=1"


def _file(content: bytes, name: str = "file") -> dict[str, tuple[str, bytes]]:
    return {name: ("invoice.xml", content)}


async def test_a_form_without_script_stores_a_file_and_leads_back(client: Client) -> None:
    """303 to the page, with the document's id among what its address had; other fields of the form are passed over."""
    who = await client.signed_in(Role.APPLICANT)
    sent = await client.http.post(FORM, files=_file(made.einvoice()), data={"other": "x" * 5000}, headers=who)
    back = httpx.URL(sent.headers["location"])
    assert (sent.status_code, back.path, back.params["x"]) == (303, "/my/projects/XM-1/pay", "1")
    stored = await Document.get(id=back.params["document"])
    assert await client.http.get(f"/documents/{stored.id}", headers=who) and stored.size == len(made.einvoice())


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [(b"<" * (LIMIT + 1), 413, "上限 10 MB"), (b"MZ" + b"x" * 100, 415, "只接受电子发票文件")],
    ids=["too large", "another type"],
)
async def test_a_form_is_told_on_a_page_why_a_file_is_not_taken(client: Client, content: bytes, status: int, words: str) -> None:
    """In words, as HTML; nothing is kept."""
    who = await client.signed_in(Role.APPLICANT)
    sent = await client.http.post(FORM, files=_file(content), headers=who)
    assert sent.status_code == status and "<h1>文件没有传上来</h1>" in sent.text and words in sent.text
    assert not await Document.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"files": _file(b"", "another")},
        {"content": b"file=1", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"", "headers": {"Content-Type": "multipart/form-data"}},
    ],
)
async def test_what_is_no_form_with_a_file_is_422(client: Client, sent: dict[str, Any]) -> None:
    """Another field, another encoding, a broken form, none at all."""
    who = await client.signed_in(Role.APPLICANT)
    answer = await client.http.post(FORM, **sent | {"headers": who | sent.get("headers", {})})
    assert answer.status_code == 422 and "没有选文件" in answer.text


async def test_fields_around_the_file_are_counted_too(client: Client) -> None:
    """What is passed over cannot go on for ever."""
    who = await client.signed_in(Role.APPLICANT)
    head, sent = b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\n', list[int]()

    async def endless() -> AsyncIterator[bytes]:
        yield head
        async for chunk in _endless(sent):
            yield chunk

    answer = await client.http.post(FORM, content=endless(), headers=who | {"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 413 and len(sent) <= LIMIT // 1_000_000 + 2


@pytest.mark.parametrize("next_", ["", "https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
async def test_a_form_leads_to_no_other_site(client: Client, next_: str) -> None:
    """400, and nothing is read."""
    who = await client.signed_in(Role.APPLICANT)
    sent = await client.http.post("/documents/form", params={"next": next_}, files=_file(made.einvoice()), headers=who)
    assert sent.status_code == 400 and not await Document.exists()


async def test_a_form_of_another_site_is_refused(client: Client) -> None:
    """403 by the guard, with a cookie or without; and who has not signed in is led to the door."""
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {"Cookie": "session=x"}):
        assert (await client.http.post(FORM, files=_file(made.einvoice()), headers=headers)).status_code == 403
    door = await client.http.post(FORM, files=_file(made.einvoice()))
    assert door.status_code == 303 and door.headers["location"].startswith("/sign-in?next=")
