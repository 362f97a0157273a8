"""The tables of a ledger: their columns, what a cell of each may be, and what each refers to. Source: ``ledger.md``."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from market.catalogue.models import ItemClass, PriceMode
from market.fees.models import EvidenceGrade
from market.imports import cells
from market.parties.models import OrganisationKind, RelationKind
from market.projects.models import Purpose

METHODS = (
    "lowest_price",
    "reference_price",
    "average_price",
    "random_draw",
    "credit_merit",
    "proposal_merit",
    "reverse_auction",
    "direct",
    "framework",
)
DEMAND_REASONS = ("missing", "not_from_intermediary", "must_use", "other")
TEXT_LIMIT = 1000


class Kind(StrEnum):
    """What can be referred to."""

    PARTY = "party"
    CASE = "case"
    CONTRACT = "contract"
    PAYMENT = "payment"
    INVOICE = "invoice"


@dataclass(frozen=True)
class Column:
    """``name``: the header; ``field``: the column of the database; ``sql``: its type there; ``refers_to``: what it names.

    ``remark``: it says where a fact is known from, not what it is: two sources of one fact do not contradict each other.
    """

    name: str
    read: cells.Read
    sql: str = "text"
    refers_to: Kind | None = None
    required: bool = False
    remark: bool = False

    @property
    def field(self) -> str:
        """Amounts are stored in fen, percentages in basis points."""
        return self.name.replace("_yuan", "_fen").replace("_percent", "_bp")


@dataclass(frozen=True)
class Table:
    """``key``: the columns that tell one row from another; ``kind``: what its rows are to others that name them."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    kind: Kind | None = None
    period: tuple[str, str] | None = None

    @property
    def is_set(self) -> bool:
        """Whether its rows are facts without a number of their own, so that saying one twice adds nothing."""
        return self.period is not None

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Columns in the database."""
        return tuple(column.field for column in self.columns)

    @property
    def stated(self) -> list[str]:
        """Columns in the database without remarks: what a row says."""
        return [column.field for column in self.columns if not column.remark]

    @property
    def compared(self) -> list[Column]:
        """What rows of one key must say alike."""
        return [column for column in self.columns if column.field in self.stated and column.field not in self.key]

    @property
    def stage(self) -> str:
        """The temporary table of one import."""
        return f"stage_{self.name}"

    @property
    def own_key(self) -> str:
        """The one column of the stage that identifies a row."""
        return self.key[0] if len(self.key) == 1 else "row_key"

    @property
    def self_references(self) -> list[tuple[Column, Kind]]:
        """Columns that name another row of this table."""
        return [(column, kind) for column, kind in self.references if kind == self.kind]

    @property
    def references(self) -> list[tuple[Column, Kind]]:
        """Columns that name a row of any table, and of which kind."""
        named = [(c, c.refers_to) for c in self.columns if c.refers_to]
        return [(c, kind) for c, kind in named if not (kind == self.kind and c.field == self.key[0])]


def _key(name: str, refers_to: Kind | None = None, *, required: bool = False) -> Column:
    return Column(name, cells.key, refers_to=refers_to, required=required)


def _party(name: str, *, required: bool = False) -> Column:
    return Column(name, cells.party, refers_to=Kind.PARTY, required=required)


def _text(name: str, limit: int = TEXT_LIMIT) -> Column:
    return Column(name, cells.text(limit))


def _day(name: str) -> Column:
    return Column(name, cells.day, "date")


def _word(name: str, known: Iterable[str], *, required: bool = False) -> Column:
    return Column(name, cells.word([str(one) for one in known]), required=required)


def _amount(name: str) -> Column:
    return Column(name, cells.amount, "bigint")


def _signed(name: str) -> Column:
    return Column(name, cells.signed_amount, "bigint")


_ITEM_CODE = _key("item_code", required=True)

ORGANISATIONS = Table(
    "organisations",
    (_party("id", required=True), _text("name", 200), _word("kind", OrganisationKind)),
    ("id",),
    Kind.PARTY,
)
RELATIONS = Table(
    "relations",
    (
        _party("from_id", required=True),
        _party("to_id", required=True),
        _word("relation", RelationKind, required=True),
        _day("since"),
        _day("until"),
        Column("source", cells.text(200), remark=True),
    ),
    ("from_id", "to_id", "relation", "since"),
    period=("since", "until"),
)
ITEM_CLASSES = Table(
    "item_classes",
    (_ITEM_CODE, _word("item_class", ItemClass, required=True), _day("valid_from"), _day("valid_to")),
    ("item_code", "valid_from"),
    period=("valid_from", "valid_to"),
)
ITEM_PRICES = Table(
    "item_prices",
    (
        _ITEM_CODE,
        _word("mode", [PriceMode.GOVERNMENT_GUIDED, PriceMode.GOVERNMENT_SET]),
        _amount("base_yuan"),
        Column("float_percent", cells.percentage, "integer"),
        _day("valid_from"),
        _day("valid_to"),
    ),
    ("item_code", "valid_from"),
    period=("valid_from", "valid_to"),
)
CASES = Table(
    "cases",
    (
        _key("case_no", Kind.CASE, required=True),
        _text("approval_item"),
        _party("agency_id"),
        _party("applicant_id"),
        _text("object"),
        _day("accepted_on"),
        _day("decided_on"),
    ),
    ("case_no",),
    Kind.CASE,
)
CONTRACTS = Table(
    "contracts",
    (
        _key("contract_no", Kind.CONTRACT, required=True),
        _key("item_code"),
        _key("case_no", Kind.CASE),
        _party("client_id"),
        _party("supplier_id"),
        _word("method", METHODS),
        Column("valid_quotes", cells.count, "integer"),
        _word("purpose", Purpose),
        _amount("amount_yuan"),
        _day("commissioned_on"),
        _day("signed_on"),
        _day("due_on"),
        _day("delivered_on"),
        _day("accepted_on"),
        _key("retest_of", Kind.CONTRACT),
    ),
    ("contract_no",),
    Kind.CONTRACT,
)
AMENDMENTS = Table(
    "amendments",
    (
        _key("contract_no", Kind.CONTRACT, required=True),
        _day("filed_on"),
        _signed("amount_change_yuan"),
        _text("reason"),
    ),
    ("contract_no", "filed_on", "amount_change_fen", "reason"),
)
PAYMENTS = Table(
    "payments",
    (
        _key("payment_no", Kind.PAYMENT, required=True),
        _day("paid_on"),
        _party("payer_id"),
        _party("payee_id"),
        _amount("amount_yuan"),
        _key("contract_no", Kind.CONTRACT),
        _key("case_no", Kind.CASE),
        _text("purpose_text"),
        _word("grade", EvidenceGrade),
        _key("refund_of", Kind.PAYMENT),
    ),
    ("payment_no",),
    Kind.PAYMENT,
)
INVOICES = Table(
    "invoices",
    (
        _key("invoice_no", Kind.INVOICE, required=True),
        _day("issued_on"),
        _party("seller_id"),
        _party("buyer_id"),
        _signed("amount_yuan"),
        _key("contract_no", Kind.CONTRACT),
        _key("payment_no", Kind.PAYMENT),
        _key("red_letter_of", Kind.INVOICE),
    ),
    ("invoice_no",),
    Kind.INVOICE,
)
DEMANDS = Table(
    "demands",
    (
        _key("demand_no", required=True),
        _key("case_no", Kind.CASE),
        _key("item_code"),
        _day("demanded_on"),
        _word("reason", DEMAND_REASONS),
        _party("named_supplier_id"),
    ),
    ("demand_no",),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        ORGANISATIONS,
        RELATIONS,
        ITEM_CLASSES,
        ITEM_PRICES,
        CASES,
        CONTRACTS,
        AMENDMENTS,
        PAYMENTS,
        INVOICES,
        DEMANDS,
    )
}
"""In an order in which a table refers only to itself and to earlier ones."""

BY_KIND = {table.kind: table for table in TABLES.values() if table.kind}
