"""What an audit passes by: only cases about which every rule is clear."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from market.actors import SYSTEM
from market.audit import ordinary
from market.fees import gather
from market.fees.gather import Unit
from market.findings.models import Finding
from market.imports.service import ImportLedger, import_at_shell
from market.ledger import models as ledger
from market.parties.models import Organisation, PartyRelation
from market.rules.engine import suspicions
from tests.ledgers import generate

AS_OF = date(2026, 11, 1)
AT = datetime(2024, 1, 1, tzinfo=UTC)
DAY = date(2026, 3, 2)
OURS, THEIRS, CANCELLED, CHOICE = "ZSZJ-02-016", "ZSZJ-04-001", "ZSZJ-08-001", "ZSZJ-03-001"
KINDS = {
    **dict.fromkeys(("局", "别局"), "agency"),
    **dict.fromkeys(("甲", "乙", "丙", "母", "代"), "enterprise"),
    **dict.fromkeys(("机构", "别机构", "所属机构", "甲的机构"), "intermediary"),
}
RELATIONS = [("局", "所属机构", "sponsors"), ("母", "丙", "controls"), ("代", "母", "agent_of"), ("甲", "甲的机构", "controls")]
DATES = (None, AS_OF + timedelta(1), AS_OF, AS_OF - timedelta(200), date(2001, 1, 1))
PARTIES = (None, *KINDS)
AMOUNTS = (None, 0, 99_999, 100_001, 200_000)
ENDS = (
    "agency_id",
    "applicant_id",
    "client_id",
    "supplier_id",
    "payer_id",
    "payee_id",
    "buyer_id",
    "seller_id",
    "named_supplier_id",
)
VALUES: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(ENDS, PARTIES),
    **dict.fromkeys(("decided_on", "commissioned_on", "signed_on", "due_on", "delivered_on", "accepted_on", "paid_on"), DATES),
    "issued_on": DATES,
    "amount_fen": AMOUNTS,
    "item_code": (None, OURS, THEIRS, CHOICE, CANCELLED, "ZSZJ-99-999"),
    "method": (None, "direct", "framework", "random_draw"),
    "valid_quotes": (None, 1, 2, 3),
    "purpose": (None, "own_need"),
    "grade": (None, "declaration", "bank"),
    "retest_of": ("HT0000a",),
    "contract_no": (None, "HT0000a"),
    "payment_no": (None, "FK0000a"),
    "red_letter_of": ("FP0000a",),
    "refund_of": ("FK0000a",),
}
"""What each column is changed to, one at a time."""


@dataclass
class Book:
    """An ordinary case with one contract, its payment and its invoice; what is changed in it or added to it."""

    no: str
    ours: bool

    def __post_init__(self) -> None:
        no, client = self.no, "局" if self.ours else "甲"
        item = OURS if self.ours else THEIRS
        days = {"commissioned_on": DAY, "signed_on": DAY, "due_on": DAY + timedelta(60), "delivered_on": DAY + timedelta(50)}
        self.case = ledger.LedgerCase(
            case_no=f"AJ{no}", approval_item="许可", agency_id="局", applicant_id="甲", object="地块", batch_id=1
        )
        self.case.decided_on = DAY + timedelta(70)
        self.contract = ledger.LedgerContract(
            contract_no=f"HT{no}", item_code=item, case_no=f"AJ{no}", client_id=client, supplier_id="机构", method="lowest_price",
            valid_quotes=3, purpose="approval", amount_fen=100_000, accepted_on=DAY + timedelta(55), **days, batch_id=1,
        )  # fmt: skip
        self.payment = ledger.LedgerPayment(
            payment_no=f"FK{no}", paid_on=DAY + timedelta(60), payer_id=client, payee_id="机构", amount_fen=100_000,
            contract_no=f"HT{no}", case_no=f"AJ{no}", grade="bank", batch_id=1,
        )  # fmt: skip
        self.invoice = ledger.LedgerInvoice(
            invoice_no=f"FP{no}", issued_on=DAY + timedelta(60), seller_id="机构", buyer_id=client, amount_fen=100_000,
            contract_no=f"HT{no}", payment_no=f"FK{no}", batch_id=1,
        )  # fmt: skip
        self.more: list[Any] = []
        self.relations: list[tuple[str, str, str]] = []

    def records(self) -> list[Any]:
        return [self.case, self.contract, self.payment, self.invoice, *self.more]

    def with_own_parties(self) -> list[Any]:
        """The records, between parties that no other book has."""
        for record in self.records():
            for column in set(ENDS) & set(record._meta.db_fields):
                if (party := getattr(record, column)) is not None:
                    setattr(record, column, party + self.no)
        return self.records()

    def add(self, record: Any, key: str, **changes: Any) -> None:
        """A further record like one of its own."""
        values = {name: getattr(record, name) for name in record._meta.db_fields}
        self.more.append(type(record)(**values | {key: f"{getattr(record, key)}+{len(self.more)}"} | changes))


def changed() -> Iterator[Book]:
    """Each column of each record of an ordinary case, changed to each value, one at a time."""
    changes = [(column, value) for column, values in VALUES.items() for value in values]
    for n, (ours, place, (column, value)) in enumerate(product((True, False), range(4), changes)):
        book = Book(f"{n:04d}a", ours)
        record = book.records()[place]
        if column in record._meta.db_fields and column != record._meta.pk_attr and getattr(record, column) != value:
            setattr(record, column, value)
            yield book


def grown() -> Iterator[Book]:
    """Ordinary cases to which something was added; each once the agency's and once the applicant's."""
    for n, (grow, ours) in enumerate(product(GROWN, (True, False))):
        book = Book(f"{n:04d}b", ours)
        grow(book)
        yield book


def _asked(book: Book) -> None:
    asked = {"case_no": book.case.case_no, "item_code": CHOICE, "reason": "must_use", "named_supplier_id": "机构"}
    book.more.append(ledger.LedgerDemand(demand_no=f"YQ{book.no}", demanded_on=DAY, **asked, batch_id=1))


def _amended(book: Book) -> None:
    book.more.append(ledger.LedgerAmendment(contract_no=book.contract.contract_no, amount_change_fen=-1, batch_id=1))


def _paid_elsewhere(book: Book, applicant: str, payer: str | None, payee: str) -> None:
    """Money that the applicant's side gave to the agency's, outside of the case."""
    book.case.applicant_id = applicant
    if not book.ours:
        book.contract.client_id = book.payment.payer_id = book.invoice.buyer_id = applicant
    book.add(book.payment, "payment_no", payer_id=payer, payee_id=payee, contract_no=None, case_no=None)


def _same_item_of_another(book: Book) -> None:
    """A second contract for the same item with another intermediary, and its payment."""
    book.add(book.contract, "contract_no", supplier_id="别机构", signed_on=DAY + timedelta(1))
    book.add(book.payment, "payment_no", payee_id="别机构", contract_no=book.more[0].contract_no)


def _works_for_both(book: Book) -> None:
    """A second contract of the intermediary for another item, with the other side, and its payment."""
    item, client = (CHOICE, "甲") if book.ours else (OURS, "局")
    book.add(book.contract, "contract_no", item_code=item, client_id=client)
    book.add(book.payment, "payment_no", payer_id=client, contract_no=book.more[0].contract_no)


GROWN: tuple[Callable[[Book], None], ...] = (
    _asked,
    _amended,
    _same_item_of_another,
    _works_for_both,
    lambda book: book.add(book.payment, "payment_no", contract_no=None),
    lambda book: book.add(book.payment, "payment_no", contract_no=None, payer_id="甲"),
    lambda book: book.add(book.payment, "payment_no", refund_of=book.payment.payment_no, amount_fen=1),
    lambda book: book.add(book.invoice, "invoice_no"),
    lambda book: book.add(book.invoice, "invoice_no", contract_no=None, buyer_id="乙", amount_fen=1),
    lambda book: book.add(book.invoice, "invoice_no", red_letter_of=book.invoice.invoice_no),
    lambda book: _paid_elsewhere(book, "乙", "乙", "所属机构"),
    lambda book: _paid_elsewhere(book, "丙", "母", "所属机构"),
    lambda book: _paid_elsewhere(book, "丙", "代", "局"),
    lambda book: _paid_elsewhere(book, "乙", None, "局"),
    lambda book: book.relations.append(("甲", "局", "agent_of" if book.ours else "controls")),
    lambda book: book.relations.append(("局", "甲", "agent_of")),
)


async def told(cases: list[str], as_of: date) -> set[str]:
    """The cases about which a rule says anything but clear, by the rules themselves."""
    scene = await gather.scene(Unit(cases=cases), as_of)
    spoken = {v.subject for subject in scene.subjects for v in suspicions(scene.world, subject)}
    return {case for subject in spoken if (case := _case(scene, subject))}


def _case(scene: gather.Scene, subject: str) -> str | None:
    kind, _, key = subject.partition(":")
    world = scene.world
    if kind == "demand":
        return world.demands[key].case_no
    record: Any = {"payment": world.payments, "contract": world.contracts, "invoice": world.invoices}[kind][key]
    if record.contract_no is None and kind == "invoice":
        record = world.payments.get(record.payment_no) or record
    contract = world.contracts.get(record.contract_no or "")
    return contract.case_no if contract else getattr(record, "case_no", None)


async def stored(books: list[Book]) -> list[str]:
    """The books and their parties in the database; the case numbers."""
    parties = {
        party + book.no: Organisation(code=party + book.no, kind=kind, created_at=AT, name=party)
        for book in books
        for party, kind in KINDS.items()
    }
    await Organisation.bulk_create(parties.values())
    ties = [
        (parties[a + book.no].id, parties[b + book.no].id, kind) for book in books for a, b, kind in RELATIONS + book.relations
    ]
    await PartyRelation.bulk_create(
        PartyRelation(source_org_id=a, target_org_id=b, relation=kind, source="登记") for a, b, kind in ties
    )
    records = [record for book in books for record in book.with_own_parties()]
    for kind in {type(record) for record in records}:
        await kind.bulk_create(record for record in records if type(record) is kind)
    return [book.case.case_no for book in books]


async def test_every_change_that_a_rule_would_speak_of_is_judged(database: str, shipped_catalogue: None) -> None:
    """Each column of an ordinary case changed, one at a time, and things added to it: none that a rule speaks of is passed by."""
    books = [*changed(), *grown()]
    cases = await stored(books)
    spoken = await told(cases, AS_OF)
    assert spoken <= set(await ordinary.unusual(cases, AS_OF))
    assert len(spoken) > 100


async def test_what_was_found_before_is_judged_again(database: str, shipped_catalogue: None) -> None:
    """An ordinary case with a finding on any of its records, with a scope or from before there were scopes, may have to be cleared."""
    books = [Book(f"{n:04d}", n % 2 == 0) for n in range(5)]
    cases = await stored(books)
    found = {"rule": "V36", "rule_version": "2025", "certainty": "proof", "severity": "A", "state": "open", "amount_fen": 1}
    found |= {"because": [], "evidence": [], "found_at": AT, "updated_at": AT}
    keys = [
        f"contract:{books[1].contract.contract_no}",
        f"payment:{books[2].payment.payment_no}",
        f"invoice:{books[3].invoice.invoice_no}",
    ]
    for key in keys:
        await Finding.create(subject=key, **found)
    await Finding.create(subject="invoice:X", scope=f"contract:{books[4].contract.contract_no}", **found)
    assert await ordinary.unusual(cases, AS_OF) == cases[1:]


async def test_ordinary_cases_are_passed_by(database: str, shipped_catalogue: None) -> None:
    """Whoever must pay commissioned, paid and got the invoice, or still has time to pay: nothing to judge."""
    books = [Book(f"{n:04d}", n % 2 == 0) for n in range(8)]
    for book in books[:2]:  # not delivered yet, and not due
        book.contract.due_on, book.contract.delivered_on, book.contract.accepted_on = AS_OF, None, None
    for book in books[2:4]:  # half is paid, the rest when the work is accepted
        book.contract.accepted_on, book.payment.amount_fen = None, 50_000
    for book in books[4:6]:  # an applicant with a parent that paid nobody else
        book.case.applicant_id = "丙"
        if not book.ours:
            book.contract.client_id = book.payment.payer_id = book.invoice.buyer_id = "丙"
    books[6].add(books[6].contract, "contract_no", item_code=THEIRS, client_id="甲", supplier_id="别机构", accepted_on=None)
    cases = await stored(books)
    assert await ordinary.unusual(cases, AS_OF) == []
    assert await told(cases, AS_OF) == set()


@pytest.mark.parametrize("seed", range(5, 8))
async def test_nothing_in_a_dense_ledger_is_passed_by(database: str, shipped_catalogue: None, tmp_path: Path, seed: int) -> None:
    """Every look-alike of the format, with empty columns."""
    tables = generate.generate(seed, 30)
    generate.write(tables, tmp_path)
    await import_at_shell(SYSTEM, ImportLedger(tmp_path, keep_good=True))
    cases = await ledger.LedgerCase.all().values_list("case_no", flat=True)
    for as_of in (generate.as_of(seed), generate.as_of(seed) - timedelta(100)):
        assert await told(list(cases), as_of) <= set(await ordinary.unusual(list(cases), as_of))
    assert len(await told(list(cases), generate.as_of(seed))) > 5
