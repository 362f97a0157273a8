"""Three-valued logic, ranges of money, and the ledger as an audit as of a date sees it. Shares nothing with the product.

Every amount is a Fraction of fen, every date a ``datetime.date``, every row a dict of strings; "" is an empty column.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

Truth = bool | None
Row = Mapping[str, str]
Tables = Mapping[str, Sequence[Row]]
ROOT = Path(__file__).parents[2]
COLUMNS = {
    "organisations": "id name kind",
    "relations": "from_id to_id relation since until source",
    "item_classes": "item_code item_class valid_from valid_to",
    "item_prices": "item_code mode base_yuan float_percent valid_from valid_to",
    "cases": "case_no approval_item agency_id applicant_id object accepted_on decided_on",
    "contracts": "contract_no item_code case_no client_id supplier_id method valid_quotes purpose amount_yuan commissioned_on"
    " signed_on due_on delivered_on accepted_on retest_of",
    "amendments": "contract_no filed_on amount_change_yuan reason",
    "payments": "payment_no paid_on payer_id payee_id amount_yuan contract_no case_no purpose_text grade refund_of",
    "invoices": "invoice_no issued_on seller_id buyer_id amount_yuan contract_no payment_no red_letter_of",
    "demands": "demand_no case_no item_code demanded_on reason named_supplier_id",
}
# The date by which a record is “later”. Cases and organisations carry none that a rule reads: they always exist.
_RECORD_DATE = {
    "relations": "since",
    "item_classes": "valid_from",
    "item_prices": "valid_from",
    "contracts": "commissioned_on",
    "amendments": "filed_on",
    "payments": "paid_on",
    "invoices": "issued_on",
    "demands": "demanded_on",
}
_DATES = [
    "since",
    "until",
    "valid_from",
    "valid_to",
    "accepted_on",
    "decided_on",
    "commissioned_on",
    "signed_on",
    "due_on",
    "delivered_on",
    "filed_on",
    "paid_on",
    "issued_on",
    "demanded_on",
]
INFINITE = float("inf")


@dataclass(frozen=True)
class Reading:
    """What ledger.md leaves open, with the reading that the oracle chose as the default."""

    undated_payment_exists: bool = True
    """A payment, refund or amendment without a date: may be later than the as-of date (False), or exists (True)."""
    client_on_both_sides_is_the_applicants: bool = True
    """“A payer on both sides counts as the applicant's”: said of payers; taken to hold for clients too."""
    payee_on_both_sides_is_the_applicants: bool = False
    """… but not for the payee of a round trip, who is no payer."""
    later_edition_names_the_code: bool = False
    """A code whose every edition begins after the as-of date: “later records do not exist”, so the catalogue's class."""
    later_due_date_counts_as_empty: bool = False
    """A due date after the as-of date is a term, not an event: V25 is clear, not “not computable”."""
    unknown_certainty_is_lead: bool = False
    """V03 that is certain, with a second leg that is not: undecided (False), or a lead (True)."""
    empty_link_may_match: bool = True
    """A contract whose case or item is empty may be of the subject's case or item (only the undecided depend on it)."""
    v22_client_on_subjects_date: bool = False
    """V22 of contracts: each client's side on its own contract's ``commissioned_on`` (False), or on the subject's."""


# ---------------------------------------------------------------------------------------------------- three values


def not3(a: Truth) -> Truth:
    """Unknown stays unknown."""
    return None if a is None else not a


def and3(*values: Truth) -> Truth:
    """False if any is false, whatever else is missing."""
    return False if False in values else None if None in values else True


def or3(*values: Truth) -> Truth:
    """True if any is true, whatever else is missing."""
    return True if True in values else None if None in values else False


class Verdict(NamedTuple):
    """``misses``: how many conditions are definitely not met (counted up to 2; 1 is a near miss)."""

    value: Truth
    misses: int


Condition = Truth | Verdict | Callable[[], "Truth | Verdict"]


def holds(*conditions: Condition) -> Verdict:
    """All of them. Stops at the second that is definitely not met."""
    value: Truth = True
    misses = 0
    for condition in conditions:
        found = condition() if callable(condition) else condition
        if not isinstance(found, Verdict):
            found = Verdict(found, 0 if found is not False else 1)
        value = and3(value, found.value)
        misses += found.misses if found.value is False else 0
        if misses > 1:
            break
    return Verdict(value, misses if value is False else 0)


def some(verdicts: Iterable[Verdict]) -> Verdict:
    """At least one of them."""
    value: Truth = False
    misses = 2
    for verdict in verdicts:
        if verdict.value is True:
            return verdict
        value = or3(value, verdict.value)
        misses = min(misses, verdict.misses)
    return Verdict(value, misses if value is False else 0)


def same(a: str, b: str) -> Truth:
    """Two columns name the same thing; unknown where either is empty."""
    return a == b if a and b else None


# ----------------------------------------------------------------------------------------------------------- money


class Range(NamedTuple):
    """An amount in fen, known to lie between the two."""

    low: Fraction | float
    high: Fraction | float

    def plus(self, other: "Range") -> "Range":
        """The sum."""
        return Range(self.low + other.low, self.high + other.high)

    def minus(self, other: "Range") -> "Range":
        """The difference."""
        return Range(self.low - other.high, self.high - other.low)

    def maybe(self) -> "Range":
        """This amount, or nothing."""
        return Range(min(self.low, Fraction(0)), max(self.high, Fraction(0)))

    def above(self, other: "Range") -> Truth:
        """Greater than."""
        return True if self.low > other.high else False if self.high <= other.low else None


NOTHING = Range(Fraction(0), Fraction(0))


@cache
def fen(text: str) -> Fraction:
    """Yuan text in fen."""
    return Fraction(text) * 100


def yuan(text: str) -> Range:
    """An amount that is never negative; empty: any."""
    return Range(fen(text), fen(text)) if text else Range(Fraction(0), INFINITE)


def change(text: str) -> Range:
    """An amount that may be negative; empty: any."""
    return Range(fen(text), fen(text)) if text else Range(-INFINITE, INFINITE)


# ---------------------------------------------------------------------------------------------------------- tables


@cache
def day(text: str) -> date | None:
    """A date, or None where the column is empty."""
    return date.fromisoformat(text) if text else None


def load(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The tables of a folder; a file that is not there is an empty table."""
    tables: dict[str, list[dict[str, str]]] = {}
    for name in COLUMNS:
        path = folder / f"{name}.csv"
        with path.open(encoding="utf-8-sig", newline="") if path.exists() else Path("/dev/null").open() as lines:
            tables[name] = [{key: (value or "").strip() for key, value in row.items()} for row in csv.DictReader(lines)]
    return tables


@cache
def catalogue() -> dict[str, str]:
    """Item code → class, from the catalogue's own file."""
    with (ROOT / "market/catalogue/data/service_items.csv").open(encoding="utf-8-sig", newline="") as lines:
        return {row["code"]: row["item_class"] for row in csv.DictReader(lines)}


def _fill(name: str, row: Row) -> dict[str, str]:
    return {column: row.get(column) or "" for column in COLUMNS[name].split()}


def seen(tables: Tables, as_of: date, reading: Reading) -> dict[str, list[dict[str, str]]]:
    """The tables as of a date."""
    kept: dict[str, list[dict[str, str]]] = {}
    for name in COLUMNS:
        kept[name] = []
        for given in tables.get(name, ()):
            row = _fill(name, given)
            # “For an audit as of a date, later records do not exist, …
            record_date = day(row[_RECORD_DATE[name]]) if name in _RECORD_DATE else None
            if record_date and record_date > as_of:
                continue
            # … and a later date in a record counts as empty.”
            for column in row.keys() & set(_DATES):
                if column == "due_on" and not reading.later_due_date_counts_as_empty:
                    continue
                if row[column] and date.fromisoformat(row[column]) > as_of:
                    row[column] = ""
            kept[name].append(row)
    return kept


# ---------------------------------------------------------------------------------------------------------- ledger


class Ledger:
    """The words used by the rules, over one ledger as of one date."""

    def __init__(self, tables: Tables, as_of: date, reading: Reading) -> None:
        self.as_of, self.reading = as_of, reading
        rows = seen(tables, as_of, reading)
        self.relations, self.prices, self.invoices, self.demands = (
            rows[name] for name in ("relations", "item_prices", "invoices", "demands")
        )
        self.kind = {row["id"]: row["kind"] for row in rows["organisations"]}
        self.cases = {row["case_no"]: row for row in rows["cases"]}
        self.contracts = {row["contract_no"]: row for row in rows["contracts"]}
        self.records = {row["payment_no"]: row for row in rows["payments"]}
        # “A row with `refund_of` is never a subject and never a leg; it only lowers the payment it names, whoever sent it.”
        self.payments = [row for row in rows["payments"] if not row["refund_of"]]
        self.loose = [row for row in self.payments if not row["contract_no"]]
        self.cancelled_invoices = {row["red_letter_of"] for row in self.invoices}
        self.catalogue = catalogue()
        self.editions = by(rows["item_classes"], "item_code")
        self.named = set(self.editions)
        if reading.later_edition_names_the_code:
            self.named = {row["item_code"] for row in tables.get("item_classes", ())}
        self.refunds = by([row for row in rows["payments"] if row["refund_of"]], "refund_of")
        self.paid_under = by(self.payments, "contract_no")
        self.contracts_of = by(rows["contracts"], "case_no")
        self.amendments = by(rows["amendments"], "contract_no")
        self.out, self.into = by(self.relations, "from_id"), by(self.relations, "to_id")
        self._groups: dict[tuple[str, date], frozenset[str]] = {}
        starts = {day(row["since"]) for row in self.relations}
        ends = {until + timedelta(1) for row in self.relations if (until := day(row["until"]))}
        self.turns = sorted({date.min, *(turn for turn in starts | ends if turn and turn <= as_of)})

    # relations

    @staticmethod
    def in_force(relation: Row, on: date) -> bool:
        """“in force: a relation whose `since` ≤ date ≤ `until` (empty `since` or `until`: open)”."""
        since, until = day(relation["since"]), day(relation["until"])
        return (since is None or since <= on) and (until is None or on <= until)

    def group(self, of: str, on: date) -> frozenset[str]:
        """“group of x at a date: x and all reached from it through `controls` or `branch_of` in force, either direction,
        any number of steps”."""
        if (of, on) not in self._groups:
            reached, todo = {of}, [of]
            while todo:
                x = todo.pop()
                ends = [(r, r["to_id"]) for r in self.out[x]] + [(r, r["from_id"]) for r in self.into[x]]
                for relation, other in ends:
                    member = relation["relation"] in ("controls", "branch_of") and self.in_force(relation, on)
                    if member and other not in reached:
                        reached.add(other)
                        todo.append(other)
            self._groups[of, on] = frozenset(reached)
        return self._groups[of, on]

    def on_days(self, on: date | None, test: Callable[[date], bool]) -> Truth:
        """The test on that date; where the date is empty, what it is on every date, if that is always the same."""
        if on is not None:
            return test(on)
        found = {test(turn) for turn in self.turns}
        return found.pop() if len(found) == 1 else None

    def same_group(self, a: str, b: str, on: date | None) -> Truth:
        """b is in the group of a."""
        return self.on_days(on, lambda d: b in self.group(a, d)) if a and b else None

    def related(self, a: str, b: str, kinds: tuple[str, ...], on: date) -> bool:
        """A relation of these kinds from a to b, in force."""
        return any(r["to_id"] == b and r["relation"] in kinds and self.in_force(r, on) for r in self.out[a])

    # sides

    def on_applicant_side(self, case_no: str, who: str, on: date | None) -> Truth:
        """“applicant side of a case: the group of its applicant, and every `agent_of` of a member of it”."""
        applicant = self.cases[case_no]["applicant_id"] if case_no in self.cases else ""
        if not applicant or not who:
            return None

        def test(d: date) -> bool:
            members = self.group(applicant, d)
            return who in members or any(self.related(who, member, ("agent_of",), d) for member in members)

        return self.on_days(on, test)

    def on_agency_side(self, case_no: str, who: str, on: date | None) -> Truth:
        """“agency side of a case: its agency, and every payer that `settles_for` it, in force on the payment date”."""
        agency = self.cases[case_no]["agency_id"] if case_no in self.cases else ""
        if not agency or not who:
            return None
        return self.on_days(on, lambda d: who == agency or self.related(who, agency, ("settles_for",), d))

    def payer_is_agencys(self, case_no: str, who: str, on: date | None) -> Truth:
        """“A payer on both sides counts as the applicant's.”."""
        return and3(self.on_agency_side(case_no, who, on), not3(self.on_applicant_side(case_no, who, on)))

    def on_neither_side(self, case_no: str, who: str, on: date | None) -> Truth:
        """“Any payer that is on neither side, a sister office without a mandate included, is a third party.”."""
        return and3(not3(self.on_agency_side(case_no, who, on)), not3(self.on_applicant_side(case_no, who, on)))

    def client_is_agencys(self, case_no: str, who: str, on: date | None) -> Truth:
        """A client on the agency side (and by the default reading not on both)."""
        if self.reading.client_on_both_sides_is_the_applicants:
            return self.payer_is_agencys(case_no, who, on)
        return self.on_agency_side(case_no, who, on)

    # money

    def net(self, payment: Row) -> Range:
        """“net of a payment: its amount less the refunds that name it in `refund_of`, up to the as-of date”."""
        left = yuan(payment["amount_yuan"])
        for refund in self.refunds[payment["payment_no"]]:
            amount = yuan(refund["amount_yuan"])
            left = left.minus(amount if self.exists(refund) else amount.maybe())
        return left

    def net_paid(self, contract: Row) -> Range:
        """“*Net paid* of a contract: the sum of the nets of all payments that name it, by anyone.”."""
        total = NOTHING
        for payment in self.paid_under[contract["contract_no"]]:
            net = self.net(payment)
            total = total.plus(net if self.exists(payment) else net.maybe())
        return total

    def price(self, contract: Row) -> Range:
        """“amount + amendments filed by the as-of date”."""
        total = yuan(contract["amount_yuan"])
        for amendment in self.amendments[contract["contract_no"]]:
            amount = change(amendment["amount_change_yuan"])
            known = amendment["filed_on"] or self.reading.undated_payment_exists
            total = total.plus(amount if known else amount.maybe())
        return total

    def exists(self, payment: Row) -> Truth:
        """A payment without a date may be later than the as-of date."""
        return True if payment["paid_on"] or self.reading.undated_payment_exists else None

    # items

    def class_is(self, code: str, on: date | None, item_class: str) -> Truth:
        """“class of an item: its class on `commissioned_on` (of a contract) …, `demanded_on`”."""
        if not code:
            return None
        # “A code that item_classes.csv names has its class from there alone (none outside its editions); any other code
        # has the catalogue's class, on every date.”
        if code not in self.named:
            return self.catalogue.get(code) == item_class
        maybe, sure = [], []
        for edition in self.editions[code]:
            covers = self.covers(edition, on)
            if covers is not False:
                (sure if covers else maybe).append(edition)
        sure = sorted(sure, key=lambda edition: edition["valid_from"])[-1:]
        found = {same(edition["item_class"], item_class) for edition in sure + maybe}
        if not sure:
            found.add(False)
        return found.pop() if len(found) == 1 else None

    @staticmethod
    def covers(edition: Row, on: date | None) -> Truth:
        """The edition is valid on that date, both ends included; an empty `valid_to` is open, an empty `valid_from` unknown."""
        valid_from, valid_to = day(edition["valid_from"]), day(edition["valid_to"])
        if on is None:
            return None
        return and3(None if valid_from is None else valid_from <= on, valid_to is None or on <= valid_to)

    # links

    def linked(self, subjects: str, others: str) -> Truth:
        """The other record is of the subject's case (or item)."""
        if subjects and not others and not self.reading.empty_link_may_match:
            return False
        return same(subjects, others)

    def contracts_near(self, case_no: str) -> Iterable[Row]:
        """The contracts that are, or may be, of that case."""
        return [*self.contracts_of[case_no], *self.contracts_of[""]] if case_no else self.contracts.values()


def by(rows: Iterable[dict[str, str]], column: str) -> defaultdict[str, list[dict[str, str]]]:
    """The rows by what stands in a column."""
    found: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found
