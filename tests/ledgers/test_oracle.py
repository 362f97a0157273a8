"""The oracle itself: the sample, and the sentences of design/ledger.md that are easily read past."""

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.ledgers.generate import as_of, generate, realistic, write
from tests.ledgers.oracle import Reading, judge, outcomes, undecided
from tests.ledgers.reading import catalogue, load

SAMPLE = Path(__file__).parents[1] / "unit" / "ledger_sample"
AS_OF = date(2026, 11, 1)
ON = date(2026, 3, 10)
BY_CLASS = {item_class: code for code, item_class in sorted(catalogue().items(), reverse=True)}
AGENCY_ITEM, CHOICE_ITEM, CANCELLED_ITEM = BY_CLASS["agency_commissioned"], BY_CLASS["applicant_choice"], BY_CLASS["cancelled"]


class Facts:
    """A ledger in which nothing is wrong: agency A, its applicant O, supplier S, case J, and contract C of an agency item."""

    def __init__(self) -> None:
        kinds = {
            "A": "agency",
            "A2": "agency",
            "O": "enterprise",
            "S": "intermediary",
            "X": "association",
            "Z": "public_institution",
        }
        self.tables: dict[str, list[dict[str, str]]] = {"organisations": [{"id": i, "kind": k} for i, k in kinds.items()]}
        self.add("cases", case_no="J", agency_id="A", applicant_id="O", accepted_on="2026-01-01")
        self.contract()

    def add(self, table: str, **columns: object) -> "Facts":
        self.tables.setdefault(table, []).append({k: "" if v is None else str(v) for k, v in columns.items()})
        return self

    def contract(self, no: str = "C", **changed: object) -> "Facts":
        self.tables["contracts"] = [row for row in self.tables.get("contracts", []) if row["contract_no"] != no]
        columns = {"contract_no": no, "item_code": AGENCY_ITEM, "case_no": "J", "client_id": "A", "supplier_id": "S"}
        columns |= {"method": "random_draw", "valid_quotes": "3", "purpose": "approval", "amount_yuan": "1000"}
        dates = {"commissioned_on": ON, "signed_on": ON, "due_on": ON, "delivered_on": ON}
        return self.add("contracts", **columns | dates | changed)

    def pay(self, no: str, payer: str, payee: str = "S", contract: str = "C", days: int = 0, **changed: object) -> "Facts":
        columns = {"payment_no": no, "paid_on": ON + timedelta(days), "payer_id": payer, "payee_id": payee, "amount_yuan": "1000"}
        return self.add("payments", **columns | {"contract_no": contract, "grade": "bank"} | changed)

    def tie(self, a: str, relation: str, b: str, since: object = "", until: object = "") -> "Facts":
        return self.add("relations", from_id=a, to_id=b, relation=relation, since=since, until=until)

    def invoice(self, no: str = "I", **changed: object) -> "Facts":
        columns = {"invoice_no": no, "issued_on": ON, "seller_id": "S", "buyer_id": "A", "contract_no": "C", "payment_no": "P"}
        return self.add("invoices", **columns | changed)

    def demand(self, code: str, reason: str, on: object = ON) -> "Facts":
        return self.add("demands", demand_no="D", case_no="J", item_code=code, demanded_on=on, reason=reason)

    def found(self, reading: Reading | None = None) -> set[str]:
        return {" ".join(finding) for finding in judge(self.tables, AS_OF, reading or Reading())}

    def unknown(self, reading: Reading | None = None) -> set[str]:
        return {" ".join(key) for key in undecided(self.tables, AS_OF, reading or Reading())}


def test_the_sample_is_judged_as_expected() -> None:
    """“`shared/data/ledger_sample/` holds one small ledger with its `expected.csv` (as of 2026-11-01)”."""
    with (SAMPLE / "expected.csv").open(encoding="utf-8") as lines:
        expected = {(row["rule"], row["subject"], row["certainty"]) for row in csv.DictReader(lines)}
    assert judge(SAMPLE, AS_OF) == expected
    assert not undecided(SAMPLE, AS_OF)


def test_nothing_wrong() -> None:
    """The facts that the other tests change are clear by themselves."""
    facts = Facts().pay("P", "A").invoice()
    assert facts.found() == facts.unknown() == set()


# sides and groups


@pytest.mark.parametrize(
    ("since", "until", "found"), [(ON, ON, True), (ON + timedelta(1), "", False), ("", ON - timedelta(1), False)]
)
def test_in_force(since: object, until: object, found: bool) -> None:
    """“in force: a relation whose `since` ≤ date ≤ `until` (empty `since` or `until`: open)”."""
    facts = Facts().pay("P", "G").tie("O", "controls", "G", since, until)
    assert facts.found() == {"V01 P proof"} if found else {"V03 P lead"}


def test_group() -> None:
    """“all reached from it through `controls` or `branch_of` in force, either direction, any number of steps” – rings too."""
    facts = Facts().pay("P", "G8", grade="invoice")
    for n, (a, b) in enumerate(zip(["O", *[f"G{k}" for k in range(1, 8)]], [f"G{k}" for k in range(1, 9)], strict=True)):
        facts.tie(*((a, "controls", b) if n % 2 else (b, "branch_of", a)))
    assert facts.tie("G8", "controls", "O").found() == {"V01 P lead"}
    facts.tables["relations"] = [row for row in facts.tables["relations"] if "G8" not in (row["from_id"], row["to_id"])]
    assert facts.tie("G7", "holds_shares", "G8").found() == {"V03 P lead"}


def test_agents_are_on_the_applicant_side_and_their_groups_are_not() -> None:
    """“applicant side: the group of its applicant, and every `agent_of` of a member of it”."""
    facts = Facts().tie("O", "controls", "G").tie("T", "agent_of", "G").tie("T", "controls", "T2").pay("P", "T").pay("Q", "T2")
    assert facts.found() >= {"V01 P proof", "V03 Q lead"}


def test_mandates() -> None:
    """“Any payer that is on neither side, a sister office without a mandate included, is a third party”; mandates are one step."""
    facts = Facts().tie("Z", "settles_for", "A").tie("Z2", "settles_for", "Z").pay("P", "Z", amount_yuan="300")
    facts.pay("Q", "Z2", amount_yuan="300").pay("R", "A2", amount_yuan="300")
    assert facts.found() == {"V03 Q lead", "V03 R lead"}


def test_a_payer_on_both_sides() -> None:
    """“A payer on both sides counts as the applicant's”: V01, and no third party, and not the agency's half of V22."""
    facts = Facts().tie("Z", "settles_for", "A").tie("Z", "agent_of", "O").pay("P", "Z")
    assert facts.found() == {"V01 P proof"}


# net


@pytest.mark.parametrize(
    ("amount", "days", "found"),
    [("1000", 5, set()), ("999.99", 5, {"V01 P proof"}), ("1000", 300, {"V01 P proof"}), ("1001", 5, set())],
)
def test_net(amount: str, days: int, found: set[str]) -> None:
    """“its amount less the refunds that name it, up to the as-of date”; “it only lowers the payment it names, whoever sent it”."""
    facts = Facts().pay("P", "O").pay("R", "X", "O", contract="", days=days, amount_yuan=amount, refund_of="P")
    assert facts.found() == found


def test_a_refund_of_a_refund_lowers_nothing() -> None:
    """“A row with `refund_of` … only lowers the payment it names”: P stays refunded."""
    facts = Facts().pay("P", "O").pay("R", "S", "O", refund_of="P").pay("Q", "O", "S", refund_of="R")
    assert facts.found() == set()


# V03


@pytest.mark.parametrize(
    ("days", "amount", "found"),
    [(180, "1050", "proof"), (-180, "950", "proof"), (181, "1000", "lead"), (0, "1050.01", "lead"), (0, "949.99", "lead")],
)
def test_second_leg(days: int, amount: str, found: str) -> None:
    """“within 180 days of it either way, of the same amount ± 5 %”, “both amounts gross, 5 % of the subject's”."""
    facts = Facts().pay("P", "X").pay("L", "O", "X", contract="", days=days, amount_yuan=amount)
    assert facts.found() == {f"V03 P {found}"}


def test_legs_are_gross_and_loose_and_hard() -> None:
    """A refunded leg is a leg; one under a contract, a soft one, or one to somebody else is none."""
    facts = Facts().pay("P", "X").pay("L", "O", "X", contract="").pay("R", "X", "O", contract="", refund_of="L")
    assert facts.found() == {"V03 P proof"}
    for no_leg in ({"contract": "C2"}, {"contract": "", "grade": "invoice"}, {"contract": "", "payee": "Z"}):
        facts = Facts().contract("C2", purpose="own_order", case_no="J", item_code=CHOICE_ITEM)
        payee = str(no_leg.pop("payee", "X"))
        assert "V03 P lead" in facts.pay("P", "X").pay("L", "O", payee, **no_leg).found()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ties", "found"),
    [
        ([("A", "sponsors", "X")], True),
        ([("A", "supervises", "X")], True),
        ([("A", "holds_shares", "X")], True),
        ([("A", "controls", "X")], True),
        ([("X", "settles_for", "A")], True),
        ([("X", "controls", "A")], False),
        ([("A", "sponsors", "Y"), ("Y", "sponsors", "X")], False),
        ([("Z", "settles_for", "A"), ("Z", "sponsors", "X")], False),
        ([("X", "branch_of", "A")], False),
    ],
)
def test_round_trip(ties: list[tuple[str, str, str]], found: bool) -> None:
    """“to the agency side or to a body that the agency sponsors, supervises, holds or controls”, “one step away”."""
    facts = Facts().pay("P", "A").pay("L", "O", "X", contract="", days=-90, grade="declaration")
    for a, relation, b in ties:
        facts.tie(a, relation, b)
    assert facts.found() == ({"V03 P lead"} if found else set())


def test_round_trip_of_the_settlement_centre() -> None:
    """“payer on the agency side”: its centre's payment is the subject; 91 days are too many."""
    facts = Facts().tie("Z", "settles_for", "A").pay("P", "Z").pay("L", "O", "A", contract="", days=90)
    assert facts.found() == {"V03 P proof"}
    assert Facts().pay("P", "A").pay("L", "O", "A", contract="", days=91).found() == set()


def test_sides_of_the_legs_are_those_of_the_subjects_date() -> None:
    """“V03: sides on the subject's date”: the leg's payer left the group before the leg was paid."""
    facts = Facts().tie("O", "controls", "G", "", ON).pay("P", "X").pay("L", "G", "X", contract="", days=10)
    assert facts.found() == {"V03 P proof"}


# V04


def test_each_mismatch_needs_its_own_excuse() -> None:
    """“V04: each mismatch needs its own excuse”, “in force between the two, either direction, on `issued_on`”."""
    facts = Facts().tie("Z", "settles_for", "A").pay("P", "Z").invoice(buyer_id="B").tie("B", "branch_of", "A")
    assert facts.found() == {"V04 I proof"}
    assert facts.tie("Z", "agent_of", "B").found() == set()


def test_red_letters() -> None:
    """“a red-letter invoice and the one it cancels are no subjects”; one issued after the as-of date cancels nothing yet."""
    facts = Facts().pay("P", "A").invoice(buyer_id="X")
    assert facts.found() == {"V04 I proof"}
    assert facts.invoice("R", buyer_id="X", red_letter_of="I", issued_on="2026-11-02").found() == {"V04 I proof"}
    assert facts.invoice("R2", buyer_id="X", red_letter_of="I", issued_on=AS_OF).found() == set()


# V06


def test_compensated_elsewhere() -> None:
    """“V06 uses the payment's own [case]”; group of the supplier; 90 days of `signed_on`."""
    facts = Facts().tie("S2", "branch_of", "S").add("cases", case_no="J2", agency_id="A", applicant_id="O")
    facts.pay("P", "O", "S2", contract="", days=90, case_no="J", grade="declaration").pay(
        "Q", "O", "S2", contract="", case_no="J2"
    )
    facts.pay("R", "O", "S2", contract="", days=-91, case_no="J").pay("T", "X", "S2", contract="", case_no="J")
    assert facts.found() == {"V06 P lead"}
    facts.contract(client_id="O")
    assert "V06 P lead" not in facts.found()


# classes


def test_a_named_code_has_no_class_outside_its_editions() -> None:
    """“has its class from there alone (none outside its editions); any other code has the catalogue's class, on every date”."""
    facts = (
        Facts()
        .pay("P", "O")
        .add(
            "item_classes",
            item_code=AGENCY_ITEM,
            item_class="agency_commissioned",
            valid_to=ON - timedelta(1),
            valid_from="2020-01-01",
        )
    )
    assert facts.found() == set()
    facts.add("item_classes", item_code=AGENCY_ITEM, item_class="cancelled", valid_from=ON)
    assert facts.found() == {"V11 P proof"}


def test_class_on_the_commission_not_on_the_payment() -> None:
    """“an item that became agency-commissioned after the commission date” is clear."""
    facts = Facts().pay("P", "O", days=40)
    facts.add("item_classes", item_code=AGENCY_ITEM, item_class="agency_commissioned", valid_from=ON + timedelta(1))
    assert facts.found() == set()


def test_demands() -> None:
    """V10 needs both, V11 the class alone, V08 the reason alone; V12: “in no list edition in force and not in the catalogue”."""
    assert Facts().demand(CHOICE_ITEM, "not_from_intermediary").found() == {"V10 D proof"}
    assert Facts().demand(CHOICE_ITEM, "missing").found() == set()
    assert Facts().demand(CANCELLED_ITEM, "must_use").found() == {"V08 D proof", "V11 D proof"}
    facts = Facts().demand("ZSZJ-99-999", "other")
    assert facts.found() == {"V12 D lead"}
    assert facts.add("item_classes", item_code="ZSZJ-99-999", item_class="mandatory", valid_from=ON, valid_to=ON).found() == set()
    outside = (
        Facts().demand(CHOICE_ITEM, "other").add("item_classes", item_code=CHOICE_ITEM, item_class="mandatory", valid_from=AS_OF)
    )
    assert outside.found() == set()


# contracts


def test_direct_and_few_quotes() -> None:
    """“method `direct`, or a competitive method with fewer than 3 valid quotes”; a framework is neither; a centre is no agency."""
    found = {
        (method, quotes): Facts().contract(method=method, valid_quotes=quotes).found() == {"V14 C proof"}
        for method in ("direct", "framework", "credit_merit")
        for quotes in (2, 3)
    }
    assert {key for key, flagged in found.items() if flagged} == {("direct", 2), ("direct", 3), ("credit_merit", 2)}
    assert Facts().contract(method="direct", client_id="Z").tie("Z", "settles_for", "A").found() == set()


def test_affiliates_to_the_third_step() -> None:
    """“at most 3 steps”, “V17 never counts the agency itself”, of whatever class and whoever the client is."""
    facts = Facts().contract(item_code=CHOICE_ITEM, client_id="O").tie("A", "sponsors", "1").tie("1", "supervises", "2")
    assert facts.tie("2", "holds_shares", "3").tie("3", "controls", "S").found() == set()
    assert facts.tie("1", "controls", "3").found() == {"V17 C proof"}
    assert (
        Facts()
        .contract(supplier_id="A", client_id="O", item_code=CHOICE_ITEM)
        .tie("A", "sponsors", "1")
        .tie("1", "controls", "A")
        .found()
        == set()
    )


def test_prepares_and_reviews() -> None:
    """“the other contract's client is judged on its own date”; the group on the agency's contract's `commissioned_on`."""
    facts = Facts().contract("C2", client_id="G", supplier_id="S2", item_code=CHOICE_ITEM, commissioned_on=ON + timedelta(9))
    facts.tie("O", "controls", "G", ON + timedelta(9)).tie("S", "controls", "S2", "", ON)
    assert facts.found() == {"V18 C proof"}
    facts.contract("C2", client_id="G", supplier_id="S2", item_code=CHOICE_ITEM, commissioned_on=ON + timedelta(8))
    assert facts.found() == set()


def test_prices() -> None:
    """“net paid > base × (1 + float)”, own orders as well, by anyone; exactly, without rounding."""
    for amount, found in (("1199.98", False), ("1199.99", True)):
        facts = Facts().contract(purpose="own_order", amount_yuan="5000").pay("P", "O", amount_yuan=amount)
        facts.add(
            "item_prices", item_code=AGENCY_ITEM, mode="government_set", base_yuan="999.99", float_percent="20", valid_from=ON
        )
        assert facts.found() == ({"V20 C proof"} if found else set())


def test_beyond_the_price_and_late() -> None:
    """V21 and V36 count “amendments filed by the as-of date”; 30 days are not more than 30 days."""
    facts = Facts().contract(accepted_on=AS_OF - timedelta(31)).pay("P", "A", amount_yuan="1000.01")
    assert facts.found() == {"V21 C proof"}
    assert facts.add("amendments", contract_no="C", filed_on="2026-11-02", amount_change_yuan="500").found() == {"V21 C proof"}
    assert facts.add("amendments", contract_no="C", filed_on=AS_OF, amount_change_yuan="0.02").found() == {"V36 C proof"}
    facts.contract(accepted_on=AS_OF - timedelta(30))
    assert facts.found() == set()


def test_not_delivered() -> None:
    """“net paid > 0; not delivered; as-of date > `due_on` + 30 days”; delivered after the as-of date is not delivered."""
    facts = Facts().contract(delivered_on="2026-11-02", due_on=AS_OF - timedelta(31)).pay("P", "A")
    assert facts.found() == {"V25 C proof"}
    assert facts.contract(delivered_on="", due_on=AS_OF - timedelta(30)).found() == set()
    assert facts.contract(delivered_on=AS_OF, due_on=ON).found() == set()


# V22


def test_both_sides_paid() -> None:
    """“subject is every applicant-side payment among them”, whatever its item's class; “to the same supplier group”."""
    facts = Facts().contract(item_code=CHOICE_ITEM, amount_yuan="9000").tie("S", "controls", "S2", ON, ON)
    facts.pay("P", "A", days=20).pay("Q", "O", "S2").pay("R", "O").pay("T", "O", "S2", days=1)
    assert facts.found() == {"V22 Q proof", "V22 R proof"}


def test_twice_the_same() -> None:
    """“a re-test excuses only the pair it links”; “subject is the later `signed_on` (ties: the greater contract_no)”."""
    facts = Facts().contract("C1", supplier_id="S9").contract("C2", retest_of="C").pay("P", "A").pay("Q", "A", contract="C2")
    assert facts.found() == set()
    assert facts.pay("R", "A", contract="C1", payee="S9").found() == {"V22 C1 proof", "V22 C2 proof"}
    facts.contract("C1", supplier_id="S9", signed_on=ON - timedelta(1))
    assert facts.found() == {"V22 C proof", "V22 C2 proof"}


def test_clients_on_neither_side() -> None:
    """“clients on neither side are compared by id”."""
    facts = Facts().contract(client_id="X").contract("C2", client_id="Z").pay("P", "A").pay("Q", "A", contract="C2")
    assert facts.found() == set()
    assert facts.contract("C2", client_id="X").found() == {"V22 C2 proof"}


# not computable


@pytest.mark.parametrize(
    ("changed", "unknown"),
    [
        ({"grade": ""}, {"V01 P"}),
        ({"paid_on": ""}, {"V01 P"}),
        ({"amount_yuan": "", "payer_id": "O"}, {"V01 P", "V21 C"}),
        ({"payer_id": ""}, {"V01 P", "V03 P"}),
        ({"contract_no": "", "case_no": "J", "payee_id": "X"}, set()),
        ({"contract_no": "", "case_no": "", "payee_id": "S"}, {"V06 P"}),
        ({"contract_no": "", "case_no": "", "payee_id": "X"}, set()),
    ],
)
def test_not_computable(changed: dict[str, str], unknown: set[str]) -> None:
    """“Where a needed column is empty the outcome is not ‘clear’ but ‘not computable’”; `contract_no` empty is a fact."""
    facts = Facts().pay("P", "O", **changed)
    assert (facts.found(), facts.unknown()) == (set(), unknown)


def test_what_is_definitely_not_met_is_clear() -> None:
    """A condition that is not met decides, whatever else is missing."""
    own = Facts().contract(purpose="own_order", item_code="", case_no="", client_id="").pay("P", "O", grade="")
    assert (own.found(), own.unknown()) == (set(), set())
    unpaid = Facts().contract(due_on="", delivered_on="", accepted_on="")
    assert (unpaid.found(), unpaid.unknown()) == (set(), set())


def test_no_case_is_not_computable() -> None:
    """“with a case”: `case_no` is not among the columns whose emptiness is a fact."""
    assert Facts().contract(case_no="", client_id="O").unknown() == {"V02 C", "V17 C"}


def test_later_records_and_dates() -> None:
    """“later records do not exist, and a later date in a record counts as empty” – `signed_on` here."""
    assert Facts().pay("P", "O", days=300).found() == set()
    facts = (
        Facts().contract(signed_on="2026-11-20", commissioned_on="2026-10-01").pay("P", "O", contract="", days=230, case_no="J")
    )
    assert (facts.found(), facts.unknown()) == (set(), {"V06 P"})


# the generator


def test_the_generator_meets_every_rule() -> None:
    """Every rule is flagged, nearly flagged and left undecided; every certainty that the table knows occurs."""
    states: Counter[tuple[str, str]] = Counter()
    for seed in range(60):
        for (rule, _), outcome in outcomes(generate(seed, 12), as_of(seed)).items():
            states[rule, outcome.state] += 1
            states[rule, "near"] += outcome.near
    rules = "V01 V02 V03 V04 V06 V08 V10 V11 V12 V14 V17 V18 V20 V21 V22 V25 V36"
    want = {(rule, state) for rule in rules.split() for state in ("near", "undecided")}
    want |= {(rule, "lead" if rule in ("V06", "V12") else "proof") for rule in rules.split()} | {
        (r, "lead") for r in ("V01", "V03", "V11")
    }
    assert not {key for key in want if states[key] == 0}


def test_a_ledger_survives_its_files(tmp_path: Path) -> None:
    """Written and read again it is the same ledger, and the same seed makes it again."""
    tables = generate(7, 12)
    write(tables, tmp_path)
    assert load(tmp_path) == tables == generate(7, 12)
    assert judge(tmp_path, as_of(7)) == judge(tables, as_of(7))


def test_the_realistic_ledger_is_mostly_clear() -> None:
    """Findings are about the few dense cases in it."""
    tables = realistic(3, 300)
    found = judge(tables, as_of(3))
    assert 0 < len(found) < 0.15 * len(tables["contracts"] + tables["payments"])
