"""Exports over HTTP: who may, why is logged, what a spreadsheet must not run, and memory that does not grow with the rows."""

import csv
import io
import resource
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from market import clock
from market.actors import ANONYMOUS, Actor, Role
from market.audit.models import AuditRun
from market.errors import NotSignedIn
from market.ledger.models import LedgerPayment
from market.log.models import LogEntry
from market.parties.models import Organisation
from market.text import harmless, without_numbers
from tests import factories_oversight
from tests.contest import NOON, member
from tests.factories_regulator import DAY, audited, payment, sample_imported
from web import exports
from web.exports import files, lists
from web.guard import Guard

PURPOSE = {"purpose": "年度检查"}

NOBODYS = "2424c0fb-1114-485d-89e9-adbf1cd54aec"
"""An audit that there is not; always the same, so that every process names the tests alike."""


class Client:
    """The endpoint behind the guard, on the test's database; who asks is said by a header."""

    def __init__(self) -> None:
        self.actors: dict[str, Actor] = {}
        transport = httpx.ASGITransport(Guard(Starlette(routes=exports.routes(self.identify))), raise_app_exceptions=True)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60)

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

    async def get(self, path: str, headers: dict[str, str] | None = None, **params: str) -> httpx.Response:
        """One file."""
        return await self.http.get(f"/exports/{path}", headers=headers or {}, params=params)


@pytest.fixture
async def client(database: str, shipped_catalogue: None) -> AsyncIterator[Client]:
    """On both databases."""
    made = Client()
    yield made
    await made.http.aclose()


def table(answer: httpx.Response) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def sheet(answer: httpx.Response) -> list[tuple[Any, ...]]:
    """The rows of the data sheet, the header first."""
    assert answer.status_code == 200, answer.text
    return list(openpyxl.load_workbook(io.BytesIO(answer.content))["数据"].values)


async def test_payments_of_both_sources_as_files(client: Client) -> None:
    """BOM, Chinese headers, amounts that add up; the look and its reason are in the log; filters as in the query."""
    who, cast = await client.signed_in(Role.REGULATOR), await factories_oversight.cast()
    await factories_oversight.paid(cast, cast.applicant)
    await payment("L1", paid_on=date(2026, 9, 28), payee_id="E1", amount_fen=12_34)
    answer = await client.get("fees.csv", who, **PURPOSE)
    rows = table(answer)
    assert answer.content.startswith(b"\xef\xbb\xbf") and answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"] and answer.headers["cache-control"] == "private, no-store"
    assert [(r["来源"], r["金额（元）"]) for r in rows] == [("本平台", "100.00"), ("导入台账", "12.34")] and "V01" in rows[0][
        "未了结的规则"
    ]
    head, *data = sheet(await client.get("fees.xlsx", who, **PURPOSE, source="LEDGER"))
    values = dict(zip(head, data[0], strict=True))
    assert (len(data), values["金额（元）"], values["付款日期"].date()) == (1, 12.34, date(2026, 9, 28))
    bodies = await LogEntry.filter(action="fee:look").order_by("seq").values_list("subject", "body")
    assert [subject for subject, _ in bodies] == ["export:fees.csv", "export:fees.xlsx"]
    assert all("年度检查" in body for _, body in bodies)


async def test_findings_and_audits_as_files(client: Client, database: str) -> None:
    """Every row with rule, words and evidence; a daily or unfinished audit says where its results are."""
    await sample_imported()
    who = await client.signed_in(Role.REGULATOR)
    run = await audited(client.actors[who["Authorization"]], database, rules=("V01", "V02"))
    found = table(await client.get(f"audit/{run.id}.csv", who, **PURPOSE, rule="V01"))
    assert found and {row["规则"] for row in found} == {"V01"} and all(row["原因"] and row["规则名称"] for row in found)
    head, *data = sheet(await client.get(f"audit/{run.id}.xlsx", who, **PURPOSE))
    assert {row[0] for row in data} == {"V01", "V02"} and isinstance(data[0][head.index("金额（元）")], int | float)
    listed = table(await client.get("findings.csv", who, **PURPOSE, rules="V01,V02", orderBy="AMOUNT", states="OPEN"))
    amounts = [float(row["金额（元）"]) for row in listed]
    assert amounts == sorted(amounts, reverse=True) and {row["规则"] for row in listed} == {"V01", "V02"}
    english = table(await client.get("findings.csv", who | {"Accept-Language": "en"}, **PURPOSE))
    assert {"Rule", "Amount (yuan)"} <= set(english[0])
    daily = await AuditRun.get(daily=True)
    waiting = await AuditRun.create(key="w", as_of=NOON.date(), requested_at=DAY)
    for key, status in ((daily.id, 409), (waiting.id, 409), (uuid4(), 404), ("nonsense", 404)):
        assert (await client.get(f"audit/{key}.csv", who, **PURPOSE)).status_code == status


async def test_who_may_not_gets_nothing(client: Client) -> None:
    """Nobody and a wrong token 401, every other role 403; nothing is logged."""
    before = await LogEntry.all().count()
    others = [await client.signed_in(role) for role in Role if role is not Role.REGULATOR]
    for path in ("fees.csv", "fees.xlsx", "findings.csv", "findings.xlsx", f"audit/{NOBODYS}.csv"):
        for headers in ({}, {"Authorization": "wrong"}):
            assert (await client.get(path, headers, **PURPOSE)).status_code == 401
        for headers in others:
            answer = await client.get(path, headers, **PURPOSE)
            assert answer.status_code == 403 and answer.json()["code"] == "NOT_PERMITTED"
    assert await LogEntry.all().count() == before


@pytest.mark.parametrize(
    ("path", "given", "field"),
    [
        ("fees.csv", {}, "purpose"),
        ("findings.xlsx", {"purpose": " "}, "purpose"),
        (f"audit/{NOBODYS}.csv", {}, "purpose"),
        ("fees.csv", {"paidFrom": "2026-02-30"}, "paidFrom"),
        ("fees.csv", {"flagged": "yes"}, "flagged"),
        ("fees.csv", {"grade": "GOLD"}, "grade"),
        ("fees.csv", {"first": "5"}, "first"),
        ("findings.csv", {"minAmount": "1,5"}, "minAmount"),
        ("findings.csv", {"orderBy": "NAME"}, "orderBy"),
        ("findings.csv", {"states": "OPEN,SHUT"}, "states"),
    ],
)
async def test_what_does_not_fit_is_named(client: Client, path: str, given: dict[str, str], field: str) -> None:
    """400 with the parameter and a sentence; nothing is logged."""
    before = await LogEntry.all().count()
    answer = await client.get(path, await client.signed_in(Role.REGULATOR), **(PURPOSE if field != "purpose" else {}) | given)
    assert answer.status_code == 400 and [p["path"] for p in answer.json()["fields"]] == [field]
    assert await LogEntry.all().count() == before


async def test_other_addresses_and_methods(client: Client) -> None:
    """404 and 405."""
    who = await client.signed_in(Role.REGULATOR)
    for path in ("fees.pdf", "people.csv", "audit.csv"):
        assert (await client.get(path, who, **PURPOSE)).status_code == 404
    assert (await client.http.head("/exports/fees.csv", headers=who, params=PURPOSE)).status_code == 405


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


async def test_no_cell_is_a_formula_and_no_number_of_a_person_is_told(client: Client) -> None:
    """Formula cells get an apostrophe in both formats; ID numbers, accounts and persons' names are not in the file."""
    who = await client.signed_in(Role.REGULATOR)
    await Organisation.create(code="PWANG2345", name="王某某", kind="person", created_at=NOON)
    for number, text in enumerate(FORMULAS):
        await payment(f"=L{number}", purpose_text=text, payer_id="PWANG2345")
    await payment("Z", purpose_text="付 33090219900101001X 账号 6222 0212 3456 7890 123 \x01")
    answer = await client.get("fees.csv", who, **PURPOSE)
    rows = table(answer)
    told = [row["用途"].replace("\r\n", "\r") for row in rows if row["编号"].startswith("'=L")]
    assert sorted(told) == sorted(f"'{text}" for text in FORMULAS)
    assert "付 *** 账号 ***" in answer.text and "王某某" not in answer.text and "PWANG2345" in answer.text
    book = openpyxl.load_workbook(io.BytesIO((await client.get("fees.xlsx", who, **PURPOSE)).content))
    cells = [cell for rows_ in book["数据"].iter_rows() for cell in rows_]
    assert all(cell.data_type != "f" for cell in cells) and "'=1+1" in {cell.value for cell in cells}


def test_harmless_texts() -> None:
    """What starts like a formula gets an apostrophe, everything else stays; short numbers are no accounts."""
    assert [harmless(text) for text in FORMULAS] == [f"'{text}" for text in FORMULAS]
    assert [harmless(text) for text in ("", "a=1", "12", "中文")] == ["", "a=1", "12", "中文"]
    assert without_numbers("合同 20260101 号 13800000000") == "合同 20260101 号 13800000000"


async def test_one_export_of_an_account_at_a_time(client: Client) -> None:
    """The second one is told to wait, and is possible again afterwards."""
    who = await client.signed_in(Role.REGULATOR)
    await payment("L1")
    endpoint = exports.Exports(client.identify)
    actor = client.actors[who["Authorization"]]
    listed = await lists.fees_list(actor, PURPOSE, "csv", "zh-CN", "")
    running = endpoint._counted(actor, files.chunks("csv", listed))
    await anext(running)
    assert endpoint._busy(actor)
    await running.aclose()
    assert not endpoint._busy(actor)


def resident() -> int:
    """Bytes that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.parametrize("format", ["csv", "xlsx"])
async def test_memory_does_not_grow_with_the_rows(format: str) -> None:
    """50,000 rows are written in a few MiB."""
    row = {"paid_on": date(2026, 9, 28), "payer_id": "E1", "amount_fen": 100, "purpose_text": "服务费" * 20, "batch_id": 1}
    some = [LedgerPayment(payment_no=f"L{number:06d}", **row) for number in range(1000)]
    held: list[int] = []

    async def pages() -> AsyncIterator[list[list[files.Cell]]]:
        for _ in range(50):
            held.append(resident())
            yield [[p.payment_no, p.paid_on, p.payer_id, files.Money(p.amount_fen or 0), p.purpose_text] for p in some]

    listed = files.Listed("fees", clock.system_now(), [("a", "b")], list("abcde"), pages())
    size = sum([len(chunk) async for chunk in files.chunks(format, listed)])
    assert len(held) == 50 and size > 250_000 and max(held) - held[1] < 16 * 1024 * 1024
