"""An oracle for design/ledger.md: its 17 rules, sentence by sentence, naive on purpose and sharing nothing with the product.

``judge`` gives the findings, ``undecided`` the outcomes that are “not computable”, ``outcomes`` every outcome with how near it was.
Where a sentence can be read two ways, ``Reading`` says which way was taken.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from tests.ledgers.reading import (
    NOTHING,
    Ledger,
    Range,
    Reading,
    Row,
    Tables,
    Truth,
    Verdict,
    and3,
    day,
    fen,
    holds,
    load,
    not3,
    or3,
    same,
    some,
    yuan,
)

DEFAULT = Reading()
HARD, SOFT = ("treasury", "bank", "platform"), ("invoice", "declaration")
# “Method names: …; all but the last two are competitive.”
COMPETITIVE = [
    "lowest_price",
    "reference_price",
    "average_price",
    "random_draw",
    "credit_merit",
    "proposal_merit",
    "reverse_auction",
]


class Outcome(NamedTuple):
    """``state``: proof, lead, undecided or clear. ``near``: clear by one single condition."""

    state: str
    near: bool = False


def judge(source: Path | Tables, as_of: date | str, reading: Reading = DEFAULT) -> set[tuple[str, str, str]]:
    """The findings: rule, subject, certainty."""
    found = outcomes(source, as_of, reading)
    return {(rule, subject, o.state) for (rule, subject), o in found.items() if o.state in ("proof", "lead")}


def undecided(source: Path | Tables, as_of: date | str, reading: Reading = DEFAULT) -> set[tuple[str, str]]:
    """“Where a needed column is empty the outcome is not 'clear' but 'not computable'”: rule, subject."""
    return {key for key, outcome in outcomes(source, as_of, reading).items() if outcome.state == "undecided"}


def outcomes(source: Path | Tables, as_of: date | str, reading: Reading = DEFAULT) -> dict[tuple[str, str], Outcome]:
    """(rule, subject) → outcome, for every rule and every record that it looks at."""
    tables = load(source) if isinstance(source, Path) else source
    ledger = Ledger(tables, date.fromisoformat(as_of) if isinstance(as_of, str) else as_of, reading)
    subjects = {
        "payment": ledger.payments,
        "contract": list(ledger.contracts.values()),
        "invoice": ledger.invoices,
        "demand": ledger.demands,
    }
    found: dict[tuple[str, str], Outcome] = {}
    for rule, kind, row_of_the_table in RULES:
        for subject in subjects[kind]:
            key = rule, subject[f"{kind}_no"]
            found[key] = _stronger(found.get(key), _outcome(*row_of_the_table(ledger, subject)))
    return found


def _outcome(verdict: Verdict, certainty: str | None) -> Outcome:
    if verdict.value is False:
        return Outcome("clear", verdict.misses == 1)
    return Outcome(certainty if verdict.value and certainty else "undecided")


def _stronger(before: Outcome | None, now: Outcome) -> Outcome:
    """Two rows of the table with one name: the stronger outcome."""
    order = ["clear", "undecided", "lead", "proof"]
    if before is None or order.index(now.state) > order.index(before.state):
        return now
    return Outcome(before.state, before.near or (now.near and before.state == "clear"))


# ------------------------------------------------------------------------------------------------ words of the rules

Ruling = tuple[Verdict, str | None]


def hard(payment: Row) -> Truth:
    """“hard grade: treasury, bank, platform. Soft: invoice, declaration.”."""
    return payment["grade"] in HARD if payment["grade"] else None


def by_grade(payment: Row) -> str | None:
    """“proof if hard, lead if soft”."""
    return {True: "proof", False: "lead", None: None}[hard(payment)]


def known(column: str) -> Truth:
    """A date on which something is to be judged is needed."""
    return True if column else None


def approval(contract: Row) -> Truth:
    """“approval work: a contract with purpose `approval`. `own_order` … is never fee-shifting.”."""
    return same(contract["purpose"], "approval")


def agency_item(ledger: Ledger, contract: Row) -> Truth:
    """`agency_commissioned` on `commissioned_on`."""
    return ledger.class_is(contract["item_code"], day(contract["commissioned_on"]), "agency_commissioned")


def as_in_v01(ledger: Ledger, contract: Row | None) -> Verdict:
    """“contract is approval work of an `agency_commissioned` item with a case”."""
    if contract is None:
        return Verdict(False, 1)
    return holds(approval(contract), agency_item(ledger, contract), known(contract["case_no"]))


def contract_of(ledger: Ledger, record: Row) -> Row | None:
    """Empty is a fact in `contract_no`: no contract. A contract that is not there (yet) is none either."""
    return ledger.contracts.get(record["contract_no"]) if record["contract_no"] else None


def case_of(contract: Row | None) -> str:
    """“The case of a payment with a contract is the contract's”."""
    return contract["case_no"] if contract else ""


def within(a: str, b: str, days: int) -> Truth:
    """“within N days of it either way”."""
    first, second = day(a), day(b)
    return abs((first - second).days) <= days if first and second else None


def like(leg: Row, subject: Row) -> Truth:
    """“both amounts gross, 5 % of the subject's”."""
    if not leg["amount_yuan"] or not subject["amount_yuan"]:
        return None
    a, b = fen(leg["amount_yuan"]), fen(subject["amount_yuan"])
    return abs(a - b) <= b * Fraction(5, 100)


def is_agency(ledger: Ledger, contract: Row) -> Truth:
    """“client is an agency”: the organisation's kind."""
    kind = ledger.kind.get(contract["client_id"], "") if contract["client_id"] else ""
    return same(kind, "agency")


# ----------------------------------------------------------------------------------------------------------- payments


def v01(ledger: Ledger, p: Row) -> Ruling:
    """“contract is approval work of an `agency_commissioned` item with a case; payer on the applicant side; net > 0”."""
    c = contract_of(ledger, p)
    return holds(
        as_in_v01(ledger, c),
        lambda: ledger.on_applicant_side(case_of(c), p["payer_id"], day(p["paid_on"])),
        lambda: ledger.net(p).above(NOTHING),
        # “Sides and groups are taken on the date of the payment (V01, V03, V06, V22)”
        known(p["paid_on"]),
        ledger.exists(p),
    ), by_grade(p)


def v03_third_party(ledger: Ledger, p: Row) -> Ruling:
    """“contract as in V01; payer on neither side; net > 0.”."""
    c = contract_of(ledger, p)
    verdict = holds(
        as_in_v01(ledger, c),
        lambda: ledger.on_neither_side(case_of(c), p["payer_id"], day(p["paid_on"])),
        lambda: ledger.net(p).above(NOTHING),
        known(p["paid_on"]),
        ledger.exists(p),
    )
    if verdict.value is False:
        return verdict, None
    # “With a **second leg**, a payment from the applicant side to that payer (not itself under a contract), within 180 days
    # of it either way, of the same amount ± 5 %”
    leg = some(
        holds(
            same(leg["payee_id"], p["payer_id"]),
            lambda leg=leg: like(leg, p),
            lambda leg=leg: within(leg["paid_on"], p["paid_on"], 180),
            # “V03: sides on the subject's date”
            lambda leg=leg: ledger.on_applicant_side(case_of(c), leg["payer_id"], day(p["paid_on"])),
            lambda leg=leg: hard(leg),
            ledger.exists(leg),
        )
        for leg in ledger.loose
    )
    # “proof if there is a second leg and both are hard; else lead”
    proof = and3(leg.value, hard(p))
    unknown = "lead" if ledger.reading.unknown_certainty_is_lead else None
    return verdict, {True: "proof", False: "lead", None: unknown}[proof]


def round_trip(ledger: Ledger, case_no: str, p: Row, leg: Row) -> Verdict:
    """“a payment from the applicant side to the agency side or to a body that the agency sponsors, supervises, holds or
    controls, not itself under a contract, within 90 days of it either way, of the same amount ± 5 %”."""
    on = day(p["paid_on"])
    agency = ledger.cases[case_no]["agency_id"] if case_no in ledger.cases else ""

    def received() -> Truth:
        side = ledger.on_agency_side(case_no, leg["payee_id"], on)
        if ledger.reading.payee_on_both_sides_is_the_applicants:
            side = and3(side, not3(ledger.on_applicant_side(case_no, leg["payee_id"], on)))
        if not agency or not leg["payee_id"]:
            return None
        # “affiliates of the round trip are one step away”
        kinds = ("sponsors", "supervises", "holds_shares", "controls")
        return or3(side, ledger.on_days(on, lambda d: ledger.related(agency, leg["payee_id"], kinds, d)))

    return holds(
        lambda: like(leg, p),
        lambda: within(leg["paid_on"], p["paid_on"], 90),
        received,
        lambda: ledger.on_applicant_side(case_no, leg["payer_id"], on),
        ledger.exists(leg),
    )


def v03_round_trip(ledger: Ledger, p: Row) -> Ruling:
    """“contract as in V01; payer on the agency side; net > 0; round trip …. Subject is the agency's payment”."""
    c = contract_of(ledger, p)
    verdict = holds(
        as_in_v01(ledger, c),
        lambda: ledger.payer_is_agencys(case_of(c), p["payer_id"], day(p["paid_on"])),
        lambda: ledger.net(p).above(NOTHING),
        known(p["paid_on"]),
        ledger.exists(p),
    )
    if verdict.value is False:
        return verdict, None
    legs = [(round_trip(ledger, case_of(c), p, leg), leg) for leg in ledger.loose]
    # “proof if both hard; else lead”
    proof = and3(hard(p), or3(False, *(and3(trip.value, hard(leg)) for trip, leg in legs)))
    unknown = "lead" if ledger.reading.unknown_certainty_is_lead else None
    return holds(verdict, some(trip for trip, _ in legs)), {True: "proof", False: "lead", None: unknown}[proof]


def v06(ledger: Ledger, p: Row) -> Ruling:
    """“no contract; payer on the applicant side of a case that has an agency contract as in V01 (client on the agency side);
    payee in the group of that contract's supplier; within 90 days of that contract's `signed_on` either way; net > 0”."""
    on, case_no = day(p["paid_on"]), p["case_no"]  # "V06 uses the payment's own [case]"
    return holds(
        not p["contract_no"],
        lambda: ledger.net(p).above(NOTHING),
        known(p["paid_on"]),
        ledger.exists(p),
        lambda: ledger.on_applicant_side(case_no, p["payer_id"], on),
        lambda: some(
            holds(
                ledger.linked(case_no, c["case_no"]),
                lambda c=c: within(p["paid_on"], c["signed_on"], 90),
                lambda c=c: ledger.same_group(c["supplier_id"], p["payee_id"], on),
                lambda c=c: as_in_v01(ledger, c),
                lambda c=c: ledger.client_is_agencys(case_no or c["case_no"], c["client_id"], on),
            )
            for c in ledger.contracts_near(case_no)
        ),
    ), "lead"


def v11_payment(ledger: Ledger, p: Row) -> Ruling:
    """“contract is approval work; class of its item `cancelled`; net > 0”."""
    c = contract_of(ledger, p)
    if c is None:
        return Verdict(False, 2), None
    cancelled = ledger.class_is(c["item_code"], day(c["commissioned_on"]), "cancelled")
    return holds(approval(c), cancelled, ledger.net(p).above(NOTHING), ledger.exists(p)), by_grade(p)


def v22_payment(ledger: Ledger, p: Row) -> Ruling:
    """“same case and item: net payments to the same supplier group from both the agency side and the applicant side, each
    under an approval contract; subject is every applicant-side payment among them”."""
    c = contract_of(ledger, p)
    if c is None:
        return Verdict(False, 2), None
    on = day(p["paid_on"])
    others = [(o, q) for o in ledger.contracts_near(c["case_no"]) for q in ledger.paid_under[o["contract_no"]] if q is not p]
    return holds(
        approval(c),
        lambda: ledger.on_applicant_side(c["case_no"], p["payer_id"], on),
        lambda: ledger.net(p).above(NOTHING),
        known(p["paid_on"]),
        ledger.exists(p),
        lambda: some(
            holds(
                ledger.linked(c["case_no"], o["case_no"]),
                ledger.linked(c["item_code"], o["item_code"]),
                approval(o),
                # Each payer's side on the date of its own payment; “V22: groups on the applicant's payment date”
                lambda o=o, q=q: ledger.payer_is_agencys(c["case_no"] or o["case_no"], q["payer_id"], day(q["paid_on"])),
                lambda q=q: ledger.same_group(p["payee_id"], q["payee_id"], on),
                lambda q=q: ledger.net(q).above(NOTHING),
                known(q["paid_on"]),
                ledger.exists(q),
            )
            for o, q in others
        ),
    ), "proof"


# ---------------------------------------------------------------------------------------------------------- contracts


def v02(ledger: Ledger, c: Row) -> Ruling:
    """“approval work of an `agency_commissioned` item with a case; client on the applicant side”."""
    return holds(
        as_in_v01(ledger, c),
        # “Contract rules (V02, V14, V17, V18) take sides and groups on that contract's `commissioned_on`”
        lambda: ledger.on_applicant_side(c["case_no"], c["client_id"], day(c["commissioned_on"])),
        known(c["commissioned_on"]),
    ), "proof"


def v14(ledger: Ledger, c: Row) -> Ruling:
    """“approval work of an `agency_commissioned` item; client is an agency; method `direct`, or a competitive method with
    fewer than 3 valid quotes”."""
    few: Truth = int(c["valid_quotes"]) < 3 if c["valid_quotes"] else None
    competitive: Truth = c["method"] in COMPETITIVE if c["method"] else None
    return holds(
        approval(c),
        agency_item(ledger, c),
        is_agency(ledger, c),
        or3(same(c["method"], "direct"), and3(competitive, few)),
    ), "proof"


def v17(ledger: Ledger, c: Row) -> Ruling:
    """“approval work with a case; supplier reached from the case's agency through `sponsors`, `supervises`, `holds_shares` or
    `controls` in force on `commissioned_on`, at most 3 steps”."""
    agency = ledger.cases[c["case_no"]]["agency_id"] if c["case_no"] in ledger.cases else ""

    def reached(on: date) -> bool:
        level, found = {agency}, {agency}
        for _ in range(3):
            level = {
                r["to_id"]
                for x in level
                for r in ledger.out[x]
                if r["relation"] in ("sponsors", "supervises", "holds_shares", "controls") and ledger.in_force(r, on)
            }
            found |= level
        return c["supplier_id"] in found - {agency}  # "V17 never counts the agency itself."

    return holds(
        approval(c),
        known(c["case_no"]),
        lambda: ledger.on_days(day(c["commissioned_on"]), reached) if agency and c["supplier_id"] else None,
        known(c["commissioned_on"]),
    ), "proof"


def v18(ledger: Ledger, c: Row) -> Ruling:
    """“client on the agency side, `agency_commissioned`; another contract of the same case with client on the applicant side,
    approval work, whose supplier is in the same group. Subject is the agency's contract”."""
    on = day(c["commissioned_on"])
    return holds(
        # “in V18 the agency's contract is approval work, too, …
        approval(c),
        agency_item(ledger, c),
        lambda: ledger.client_is_agencys(c["case_no"], c["client_id"], on),
        known(c["commissioned_on"]),
        lambda: some(
            holds(
                ledger.linked(c["case_no"], o["case_no"]),
                approval(o),
                lambda o=o: ledger.same_group(c["supplier_id"], o["supplier_id"], on),
                # … and the other contract's client is judged on its own date.”
                lambda o=o: ledger.on_applicant_side(c["case_no"] or o["case_no"], o["client_id"], day(o["commissioned_on"])),
                known(o["commissioned_on"]),
            )
            for o in ledger.contracts_near(c["case_no"])
            if o is not c
        ),
    ), "proof"


def v20(ledger: Ledger, c: Row) -> Ruling:
    """“item price guided or set on `commissioned_on`; net paid > base × (1 + float)”."""
    paid = ledger.net_paid(c)

    def limit(price: Row) -> Range:
        base, percent = yuan(price["base_yuan"]), price["float_percent"]
        if not percent:
            return Range(base.low, float("inf"))
        factor = 1 + Fraction(percent) / 100
        return Range(base.low * factor, base.high * factor)

    return some(
        holds(
            same(price["item_code"], c["item_code"]),
            # `mode` has these two values only: guided or set
            price["mode"] in ("government_guided", "government_set") if price["mode"] else None,
            ledger.covers(price, day(c["commissioned_on"])),
            paid.above(limit(price)),
        )
        for price in ledger.prices
    ), "proof"


def v21(ledger: Ledger, c: Row) -> Ruling:
    """“net paid > amount + amendments filed by the as-of date”."""
    return holds(ledger.net_paid(c).above(ledger.price(c))), "proof"


def same_client_side(ledger: Ledger, case_no: str, c: Row, o: Row) -> Truth:
    """“same client side”; “clients on neither side are compared by id”."""
    on = day(c["commissioned_on"])
    its = on if ledger.reading.v22_client_on_subjects_date else day(o["commissioned_on"])
    both = [
        and3(test(case_no, c["client_id"], on), test(case_no, o["client_id"], its))
        for test in (ledger.on_applicant_side, ledger.client_is_agencys, ledger.on_neither_side)
    ]
    return and3(
        or3(both[0], both[1], and3(both[2], same(c["client_id"], o["client_id"]))),
        known(c["commissioned_on"]),
        known(o["commissioned_on"]),
    )


def later(c: Row, o: Row) -> Truth:
    """“subject is the later `signed_on` (ties: the greater contract_no)”."""
    if not c["signed_on"] or not o["signed_on"]:
        return None
    return (c["signed_on"], c["contract_no"]) > (o["signed_on"], o["contract_no"])


def v22_contract(ledger: Ledger, c: Row) -> Ruling:
    """“same case and item, same client side, two approval contracts both with net paid > 0, neither `retest_of` the other”."""
    return holds(
        approval(c),
        lambda: ledger.net_paid(c).above(NOTHING),
        lambda: some(
            holds(
                ledger.linked(c["case_no"], o["case_no"]),
                ledger.linked(c["item_code"], o["item_code"]),
                approval(o),
                # “a re-test excuses only the pair it links”
                c["retest_of"] != o["contract_no"] and o["retest_of"] != c["contract_no"],
                later(c, o),
                lambda o=o: ledger.net_paid(o).above(NOTHING),
                lambda o=o: same_client_side(ledger, c["case_no"] or o["case_no"], c, o),
            )
            for o in ledger.contracts_near(c["case_no"])
            if o is not c
        ),
    ), "proof"


def more_than_30_days_ago(ledger: Ledger, column: str) -> Truth:
    """“as-of date > … + 30 days”."""
    on = day(column)
    return None if on is None else ledger.as_of > on + timedelta(30)


def v25(ledger: Ledger, c: Row) -> Ruling:
    """“net paid > 0; not delivered; as-of date > `due_on` + 30 days” (empty is a fact in `delivered_on`)."""
    return holds(ledger.net_paid(c).above(NOTHING), not c["delivered_on"], more_than_30_days_ago(ledger, c["due_on"])), "proof"


def v36(ledger: Ledger, c: Row) -> Ruling:
    """“client is an agency; accepted; as-of date > `accepted_on` + 30 days; net paid by the as-of date < amount + amendments
    filed” (empty is a fact in `accepted_on`)."""
    return holds(
        is_agency(ledger, c),
        c["accepted_on"] != "",
        lambda: more_than_30_days_ago(ledger, c["accepted_on"]) if c["accepted_on"] else False,
        ledger.price(c).above(ledger.net_paid(c)),
    ), "proof"


# ----------------------------------------------------------------------------------------------- invoices and demands


def v04(ledger: Ledger, i: Row) -> Ruling:
    """“not red-lettered; its payment's payer differs from its buyer, or its contract's client differs from its buyer; not
    excused by `settles_for`, `branch_of` or `agent_of` in force between the two, either direction, on `issued_on`”."""
    kinds = ("settles_for", "branch_of", "agent_of")
    buyer, payment, contract = i["buyer_id"], ledger.records.get(i["payment_no"]), contract_of(ledger, i)

    def differs(who: str) -> Verdict:
        # “V04: each mismatch needs its own excuse”
        def excused(on: date) -> bool:
            return ledger.related(who, buyer, kinds, on) or ledger.related(buyer, who, kinds, on)

        return holds(
            not3(same(who, buyer)),
            lambda: not3(ledger.on_days(day(i["issued_on"]), excused)) if who and buyer else None,
        )

    # An empty payment_no is unknown; a payment or contract that is not there (yet) differs from nobody.
    by_payment = differs(payment["payer_id"]) if payment else Verdict(False if i["payment_no"] else None, 2)
    by_contract = differs(contract["client_id"]) if contract else Verdict(False, 2)
    return holds(
        # “a red-letter invoice and the one it cancels are no subjects”
        not i["red_letter_of"],
        i["invoice_no"] not in ledger.cancelled_invoices,
        some([by_payment, by_contract]),
        known(i["issued_on"]),
    ), "proof"


def v08(_: Ledger, d: Row) -> Ruling:
    """“reason `must_use`”."""
    return holds(same(d["reason"], "must_use")), "proof"


def v10(ledger: Ledger, d: Row) -> Ruling:
    """“class `applicant_choice`; reason `not_from_intermediary`”."""
    return holds(
        ledger.class_is(d["item_code"], day(d["demanded_on"]), "applicant_choice"), same(d["reason"], "not_from_intermediary")
    ), "proof"


def v11_demand(ledger: Ledger, d: Row) -> Ruling:
    """“class `cancelled`”, for whatever reason."""
    return holds(ledger.class_is(d["item_code"], day(d["demanded_on"]), "cancelled")), "proof"


def v12(ledger: Ledger, d: Row) -> Ruling:
    """“item in no list edition in force and not in the catalogue”."""
    if not d["item_code"]:
        return Verdict(None, 0), "lead"
    editions = [ledger.covers(edition, day(d["demanded_on"])) for edition in ledger.editions[d["item_code"]]]
    return holds(not3(or3(False, *editions)), d["item_code"] not in ledger.catalogue), "lead"


Rule = Callable[[Ledger, Row], Ruling]
RULES: Iterable[tuple[str, str, Rule]] = (
    ("V01", "payment", v01),
    ("V02", "contract", v02),
    ("V03", "payment", v03_third_party),
    ("V03", "payment", v03_round_trip),
    ("V04", "invoice", v04),
    ("V06", "payment", v06),
    ("V08", "demand", v08),
    ("V10", "demand", v10),
    ("V11", "demand", v11_demand),
    ("V11", "payment", v11_payment),
    ("V12", "demand", v12),
    ("V14", "contract", v14),
    ("V17", "contract", v17),
    ("V18", "contract", v18),
    ("V20", "contract", v20),
    ("V21", "contract", v21),
    ("V22", "payment", v22_payment),
    ("V22", "contract", v22_contract),
    ("V25", "contract", v25),
    ("V36", "contract", v36),
)
