"""Every movement of money, the market's own records and imported ledgers, as one list for supervisors.

The newest first, those without a date last; pages are found by position in either table's own index, however long the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from market.catalogue.models import ItemVersion
from market.fees import records
from market.ledger.models import LedgerItemClass
from market.parties import read as parties
from market.sql import Arguments, day
from market.text import spellings, typed_code, wanted_code

# ruff: noqa: S608 - every statement is made of texts of ours; values are arguments


class Source(StrEnum):
    """Recorded here, or imported from a ledger."""

    NATIVE = "native"
    LEDGER = "ledger"


@dataclass(frozen=True)
class PaymentFilter:
    """Which payments; None means any. ``case_no``: of the contract, without one the payment's own.

    ``flagged``: an open finding is about this payment.
    """

    source: Source | None = None
    payer: str | None = None
    payee: str | None = None
    item_code: str | None = None
    item_class: str | None = None
    paid_from: date | None = None
    paid_to: date | None = None
    grade: str | None = None
    contract_no: str | None = None
    case_no: str | None = None
    flagged: bool | None = None


@dataclass(frozen=True)
class Payment:
    """One movement of money. What a ledger leaves open is None. Parties by code; amounts in fen."""

    source: Source
    payment_no: str
    paid_on: date | None
    payer: str | None
    payee: str | None
    amount_fen: int | None
    contract_no: str | None
    case_no: str | None
    item_code: str | None
    item_class: str | None
    purpose_text: str
    grade: str | None
    refund_of: str | None
    reverses: str | None
    reversed_by: str | None


OPEN_ABOUT = "found.state IN ('open', 'partly_refunded')"
_FEW = 2000
"""So many flagged payments are looked up by themselves sooner than met on the way."""

_NATIVE = """SELECT 'native' AS source, f.record_no AS payment_no, f.paid_on, payer.code AS payer, payee.code AS payee, f.amount_fen,
        c.contract_no, k.case_no, NULLIF(f.item_code, '') AS item_code, NULLIF(f.item_class, '') AS item_class,
        CAST(NULL AS date) AS class_on,
        f.purpose_text, f.grade, r.record_no AS refund_of, w.record_no AS reverses, b.record_no AS reversed_by
    FROM fee_records f
    JOIN organisations payer ON payer.id = f.payer_id JOIN organisations payee ON payee.id = f.payee_id
    LEFT JOIN contracts c ON c.id = f.contract_id LEFT JOIN approval_cases k ON k.id = f.case_id
    LEFT JOIN fee_records r ON r.id = f.refund_of_id LEFT JOIN fee_records w ON w.id = f.reverses_id
    LEFT JOIN fee_records b ON b.reverses_id = f.id"""
_LEDGER = """SELECT 'ledger' AS source, f.payment_no, f.paid_on, f.payer_id AS payer, f.payee_id AS payee, f.amount_fen,
        f.contract_no, CASE WHEN f.contract_no IS NULL THEN f.case_no ELSE COALESCE(lc.case_no, nk.case_no) END AS case_no,
        COALESCE(lc.item_code, nc.item_code) AS item_code, CAST(NULL AS text) AS item_class,
        COALESCE(lc.commissioned_on, nc.commissioned_on) AS class_on,
        COALESCE(f.purpose_text, '') AS purpose_text, f.grade, f.refund_of,
        CAST(NULL AS text) AS reverses, CAST(NULL AS text) AS reversed_by
    FROM ledger_payments f
    LEFT JOIN ledger_contracts lc ON lc.contract_no = f.contract_no
    LEFT JOIN contracts nc ON nc.contract_no = f.contract_no LEFT JOIN approval_cases nk ON nk.id = nc.case_id"""


def class_on(code: str, on: str) -> str:
    """The class of an item on a day as the rules take it: an imported list that names the code speaks alone, else the catalogue.

    Of two editions in force the one that started later counts; before the catalogue's first version, the first one holds.
    """
    return f"""CASE WHEN {on} IS NULL OR {code} IS NULL THEN NULL
        WHEN EXISTS (SELECT 1 FROM ledger_item_classes e WHERE e.item_code = {code}) THEN (
            SELECT e.item_class FROM ledger_item_classes e WHERE e.item_code = {code}
            AND (e.valid_from IS NULL OR e.valid_from <= {on}) AND (e.valid_to IS NULL OR e.valid_to >= {on})
            ORDER BY e.valid_from DESC NULLS LAST, e.item_class DESC LIMIT 1)
        ELSE (SELECT v.item_class FROM item_versions v WHERE v.code = {code} AND (v.valid_to IS NULL OR v.valid_to >= {on})
            AND (v.valid_from <= {on} OR NOT EXISTS (
                SELECT 1 FROM item_versions w WHERE w.code = {code} AND w.valid_from < v.valid_from))
            ORDER BY v.valid_from DESC LIMIT 1) END"""


_KEYS = {Source.NATIVE: "record_no", Source.LEDGER: "payment_no"}
_BODIES = {Source.NATIVE: _NATIVE, Source.LEDGER: _LEDGER}
_CLASS_ON = {Source.LEDGER: class_on("COALESCE(lc.item_code, nc.item_code)", "COALESCE(lc.commissioned_on, nc.commissioned_on)")}


class _Query:
    """The conditions of one reading, with their arguments."""

    def __init__(self, wanted: PaymentFilter) -> None:
        self.wanted, self.place = wanted, Arguments()
        self.sources = [wanted.source] if wanted.source else list(Source)
        self.few_flagged = False
        self.codes: list[str] = []

    async def prepare(self) -> "_Query":
        """What is worth knowing before the database plans."""
        if self.wanted.flagged:
            count = f"SELECT 1 FROM findings found WHERE {OPEN_ABOUT} AND subject LIKE 'payment:%' LIMIT {_FEW + 1}"
            self.few_flagged = len(await Arguments().rows(count)) <= _FEW
        if self.wanted.item_class:
            self.codes = await _codes_of(self.wanted.item_class)
        return self

    def where(self, source: Source) -> list[str]:
        """Conditions on ``f`` and what is joined to it."""
        given = {k: v for k, v in vars(self.wanted).items() if v is not None and k != "source"}
        makers = _CONDITIONS[source]
        return [makers[name](self, value) for name, value in given.items()]

    def flagged(self, source: Source, asked: bool) -> str:
        key = f"f.{_KEYS[source]}"
        if asked and self.few_flagged:
            return f"{key} IN (SELECT substr(subject, 9) FROM findings found WHERE {OPEN_ABOUT} AND subject LIKE 'payment:%')"
        exists = f"EXISTS (SELECT 1 FROM findings found WHERE found.subject = 'payment:' || {key} AND {OPEN_ABOUT})"
        return exists if asked else f"NOT {exists}"

    def native_end(self, column: str, code: str) -> str:
        return f"f.{column} = (SELECT id FROM organisations WHERE code = {self.place(parties.spelling(code))})"

    def ledger_item(self, condition: str) -> str:
        """Payments under contracts of these items, ours or the ledger's."""
        return f"""f.contract_no IN (SELECT contract_no FROM ledger_contracts WHERE {condition}
            UNION ALL SELECT contract_no FROM contracts WHERE {condition})"""

    def ledger_class(self, wanted: str) -> str:
        narrow = self.ledger_item(self.place.among("item_code", self.codes))
        return f"{narrow} AND {_CLASS_ON[Source.LEDGER]} = {self.place(wanted)}"

    def ledger_case(self, case_no: str) -> str:
        of = self.place.among("case_no", spellings(case_no))
        return f"""f.payment_no IN (
            SELECT payment_no FROM ledger_payments WHERE {of} AND contract_no IS NULL
            UNION ALL SELECT payment_no FROM ledger_payments WHERE contract_no IN (
                SELECT contract_no FROM ledger_contracts WHERE {of}
                UNION ALL SELECT o.contract_no FROM contracts o JOIN approval_cases k ON k.id = o.case_id WHERE {of}))"""


_BOTH: dict[str, Any] = {
    "paid_from": lambda q, v: f"f.paid_on >= {q.place(v)}",
    "paid_to": lambda q, v: f"f.paid_on <= {q.place(v)}",
    "grade": lambda q, v: f"f.grade = {q.place(v)}",
}
_CONDITIONS: dict[Source, dict[str, Any]] = {
    Source.NATIVE: _BOTH
    | {
        "payer": lambda q, v: q.native_end("payer_id", v),
        "payee": lambda q, v: q.native_end("payee_id", v),
        "item_code": lambda q, v: f"f.item_code = {q.place(typed_code(v))}",
        "item_class": lambda q, v: f"f.item_class = {q.place(v)}",
        "contract_no": lambda q, v: f"f.contract_id = (SELECT id FROM contracts WHERE contract_no = {q.place(v)})",
        "case_no": lambda q, v: f"f.case_id IN (SELECT id FROM approval_cases WHERE {q.place.among('case_no', spellings(v))})",
        "flagged": lambda q, v: q.flagged(Source.NATIVE, v),
    },
    Source.LEDGER: _BOTH
    | {
        "payer": lambda q, v: f"f.payer_id = {q.place(parties.spelling(v))}",
        "payee": lambda q, v: f"f.payee_id = {q.place(parties.spelling(v))}",
        "item_code": lambda q, v: q.ledger_item(f"item_code = {q.place(wanted_code(v))}"),
        "item_class": lambda q, v: q.ledger_class(v),
        "contract_no": lambda q, v: f"f.contract_no = {q.place(v)}",
        "case_no": lambda q, v: q.ledger_case(v),
        "flagged": lambda q, v: q.flagged(Source.LEDGER, v),
    },
}


async def _codes_of(item_class: str) -> list[str]:
    """Items that ever had the class: few, so that the database need not ask for the class of every payment."""
    listed = await LedgerItemClass.filter(item_class=item_class).distinct().values_list("item_code", flat=True)
    ours = await ItemVersion.filter(item_class=item_class).distinct().values_list("code", flat=True)
    return sorted({*map(str, listed), *map(str, ours)})


async def page(wanted: PaymentFilter, after: Sequence[Any] | None, limit: int) -> list[Payment]:
    """At most ``limit + 1`` payments after a position (date or None, number, source)."""
    query = await _Query(wanted).prepare()
    parts = [
        f"SELECT * FROM ({_BODIES[source]} WHERE {' AND '.join([*query.where(source), *bounds])} "
        f"ORDER BY f.paid_on DESC NULLS LAST, f.{_KEYS[source]} LIMIT {limit + 1}) AS part"
        for source in query.sources
        for bounds in _bounds(query, source, after)
    ]
    found = f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS found ORDER BY paid_on DESC NULLS LAST, payment_no, source"
    columns = """source, payment_no, paid_on, payer, payee, amount_fen, contract_no, case_no, item_code, {item_class},
        purpose_text, grade, refund_of, reverses, reversed_by"""
    told = columns.format(item_class=f"COALESCE(found.item_class, {class_on('found.item_code', 'found.class_on')})")
    statement = f"SELECT {told} FROM ({found} LIMIT {limit + 1}) AS found ORDER BY paid_on DESC NULLS LAST, payment_no, source"
    return [Payment(Source(row[0]), row[1], day(row[2]), *tuple(row)[3:]) for row in await query.place.rows(statement)]


def _bounds(query: _Query, source: Source, after: Sequence[Any] | None) -> list[list[str]]:
    """What remains after the position, in pieces that an index finds each by itself: the rest of the day, earlier days, no date."""
    key, undated = f"f.{_KEYS[source]}", "f.paid_on IS NULL"
    if after is None:
        return [["f.paid_on IS NOT NULL"], [undated]]
    on, number, last = after
    beyond = f"{key} {'>=' if source > last else '>'} {query.place(number)}"
    if on is None:
        return [[undated, beyond]]
    at = query.place(on)
    return [[f"f.paid_on = {at}", beyond], [f"f.paid_on < {at}"], [undated]]


def position(payment: Payment) -> list[Any]:
    """The place of a row in the list."""
    return [payment.paid_on and payment.paid_on.isoformat(), payment.payment_no, payment.source]


async def count(wanted: PaymentFilter) -> int:
    """How many there are."""
    query = await _Query(wanted).prepare()
    total = 0
    for source in query.sources:
        query.place = Arguments()
        where = " AND ".join(query.where(source)) or "TRUE"
        total += (await query.place.rows(f"SELECT count(*) FROM ({_BODIES[source]} WHERE {where}) AS found"))[0][0]
    return total


async def returned_by_no(numbers: Sequence[str]) -> list[int]:
    """What came back of each payment by refunds that stand, in fen, in key order."""
    statement = f"SELECT refund_of, SUM(amount_fen) FROM {records.PAYMENTS} WHERE refund_of IN $1 GROUP BY refund_of"
    found = {row[0]: int(row[1] or 0) for row in await records.rows_of(records.among(statement), numbers)}
    return [found.get(number, 0) for number in numbers]
