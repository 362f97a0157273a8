"""Random ledgers for comparing the engine with the oracle: small and dense, or large and mostly clear.

``generate`` packs every clause of design/ledger.md and every look-alike into few cases: dates fall on, one day before and one day
after each limit, amounts on and one fen beyond 5 %, relations begin and end on the very day. ``realistic`` is the sample's kind of
ledger at volume. Same seed, same ledger. Records refer only to records of the ledger; ``empties`` blanks columns.
"""

import csv
import itertools
import random
from datetime import date, timedelta
from pathlib import Path

from tests.ledgers.made import Tables, as_of, fen
from tests.ledgers.near import Near
from tests.ledgers.reading import COLUMNS, catalogue

__all__ = ["BLANKABLE", "as_of", "generate", "realistic", "write"]

_METHODS = [
    "lowest_price",
    "reference_price",
    "average_price",
    "random_draw",
    "credit_merit",
    "proposal_merit",
    "reverse_auction",
    "direct",
    "framework",
]
_REASONS = ("missing", "not_from_intermediary", "must_use", "other")
# What may be empty. Keys, and the ends and kinds of relations, never are.
BLANKABLE = {
    "organisations": "kind",
    "relations": "since until",
    "item_classes": "item_class valid_from valid_to",
    "item_prices": "mode base_yuan float_percent valid_from valid_to",
    "cases": "agency_id applicant_id accepted_on",
    "contracts": "item_code case_no client_id supplier_id method valid_quotes purpose amount_yuan commissioned_on signed_on due_on"
    " delivered_on accepted_on retest_of",
    "amendments": "filed_on amount_change_yuan",
    "payments": "paid_on paid_on payer_id payee_id amount_yuan contract_no case_no grade grade refund_of",
    "invoices": "issued_on seller_id buyer_id amount_yuan contract_no payment_no red_letter_of",
    "demands": "case_no item_code demanded_on reason",
}


def write(tables: Tables, folder: Path) -> None:
    """One CSV per table, all of them with their header."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in COLUMNS.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, columns.split(), restval="")
            writer.writeheader()
            writer.writerows(tables[name])


def generate(seed: int, cases: int = 12, empties: float = 0.04) -> Tables:
    """A small dense ledger: each row has an empty column with the probability ``empties``."""
    made = _Dense(seed)
    for n in range(cases):
        (made.near if n % 3 else made.case)()
    for _ in range(cases):
        made.demand()
    _blank(made.rng, made.tables, empties)
    return made.tables


def realistic(seed: int, cases: int = 1000, empties: float = 0.002) -> Tables:
    """Mostly clear cases, some of the dense kind among them; organisations grow with the cases."""
    made = _Realistic(seed, cases)
    for _ in range(cases):
        made.case()
    for _ in range(cases // 10):
        made.demand()
    _blank(made.rng, made.tables, empties)
    return made.tables


def _blank(rng: random.Random, tables: Tables, probability: float) -> None:
    for name, columns in BLANKABLE.items():
        for row in tables[name]:
            if rng.random() < probability * (5 if name == "amendments" else 1):
                row[rng.choice(columns.split())] = ""


class _Dense(Near):
    """Few organisations, few items, many ties between them."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.people()
        self.items()
        self.ties()

    def people(self) -> None:
        make = self.organisation
        self.agencies = [make("agency", "11") for _ in range(3)]
        self.centres = [make("public_institution", "12") for _ in range(2)]
        self.institutes = [make("public_institution", "12") for _ in range(2)]
        self.associations = [make("association", "51") for _ in range(2)]
        self.firms = [make("enterprise", "91") for _ in range(12)]
        self.persons = [make("person", "") for _ in range(3)]
        self.suppliers = [make("intermediary", "91") for _ in range(5)]
        self.applicants = [*self.firms[:3], self.firms[9], self.persons[0]]

    def items(self) -> None:
        """Codes of every class; codes that change class on an anchor day, lie outside their editions, or are in no catalogue."""
        by_class: dict[str, list[str]] = {}
        for code, item_class in catalogue().items():
            by_class.setdefault(item_class, []).append(code)
        pick = self.rng.choice
        self.agency_codes = self.rng.sample(by_class["agency_commissioned"], 2)
        self.plain_codes = [*self.rng.sample(by_class["applicant_choice"], 2), pick(by_class["mandatory"])]
        self.cancelled_codes = [pick(by_class["cancelled"])]
        changes = [self.some_day() for _ in range(4)]
        old, new = (
            ("applicant_choice", "agency_commissioned") if self.rng.random() < 0.6 else ("agency_commissioned", "cancelled")
        )
        turning = pick(by_class["applicant_choice"])
        while turning in self.plain_codes:
            turning = pick(by_class["applicant_choice"])
        limited = pick([code for code in by_class["agency_commissioned"] if code not in self.agency_codes])
        listed, unlisted = "ZSZJ-97-001", "ZSZJ-99-999"
        one = timedelta(1)
        self.add("item_classes", item_code=turning, item_class=old, valid_from="2010-01-01", valid_to=changes[0] - one)
        self.add("item_classes", item_code=turning, item_class=new, valid_from=changes[0])
        self.add("item_classes", item_code=limited, item_class="agency_commissioned", valid_from=changes[1])
        self.add(
            "item_classes",
            item_code=listed,
            item_class=pick(("agency_commissioned", "cancelled", "applicant_choice")),
            valid_from="2010-01-01",
            valid_to=changes[2],
        )
        if self.rng.random() < 0.15:  # the first edition begins after the as-of date
            taken = {*self.agency_codes, limited}
            code = pick([code for code in by_class["agency_commissioned"] if code not in taken])
            self.agency_codes.append(code)
            self.add("item_classes", item_code=code, item_class="cancelled", valid_from=self.as_of + one)
        self.codes = [
            *self.agency_codes * 3,
            turning,
            turning,
            limited,
            listed,
            *self.plain_codes,
            *self.cancelled_codes,
            unlisted,
        ]
        for code, mode in ((pick(self.codes), "government_guided"), (pick(self.codes), "government_set")):
            if any(row["item_code"] == code for row in self.tables["item_prices"]):
                continue
            base, percent = pick(("1000", "999.99", "333.33", "1000.5")), pick(("20", "12.5", "0", "15"))
            until = pick((None, changes[3]))
            self.add(
                "item_prices",
                item_code=code,
                mode=mode,
                base_yuan=base,
                float_percent=percent,
                valid_from="2020-01-01",
                valid_to=until,
            )
            if until:
                self.add("item_prices", item_code=code, mode=mode, base_yuan="500", float_percent="10", valid_from=until + one)

    def ties(self) -> None:
        """A long chain or a ring of controls and branches, affiliates of the agencies one to four steps away, mandates, agents."""
        rng, nodes = self.rng, self.firms[:9]
        for a, b in [*itertools.pairwise(nodes), (nodes[8], nodes[0])][: rng.choice((3, 5, 8, 9))]:
            first, second = rng.sample((a, b), 2)
            self.relate(
                first,
                second,
                rng.choice(("controls", "branch_of")),
                *(self.period(self.some_day()) if rng.random() < 0.3 else ()),
            )
        for a, b in [(self.suppliers[0], self.suppliers[1]), (self.suppliers[1], self.suppliers[2])]:
            self.relate(
                *rng.sample((a, b), 2), rng.choice(("controls", "branch_of", "holds_shares")), *self.period(self.some_day())
            )
        for agency in self.agencies:
            chain = [agency, *rng.sample([*self.institutes, *self.associations], 3), rng.choice(self.suppliers[3:])]
            if rng.random() < 0.2:
                chain[2] = agency  # a ring through the agency
            for a, b in itertools.pairwise(chain):
                kind = rng.choice(("sponsors", "supervises", "holds_shares", "controls"))
                self.relate(a, b, kind, *(self.period(self.some_day()) if rng.random() < 0.4 else ()))
            self.relate(rng.choice(self.centres), agency, "settles_for", *self.period(self.some_day()))
        for agent in (self.persons[1], self.persons[2], self.firms[10]):
            self.relate(agent, rng.choice(self.firms[:9]), "agent_of", *self.period(self.some_day()))

    # cases

    def case(self) -> None:
        """A case with one to four contracts of one or two items, their payments, invoices and loose payments."""
        rng = self.rng
        no = self.number("AJ", "cases")
        self.agency, self.applicant = rng.choice(self.agencies), rng.choice(self.applicants)
        accepted = self.some_day()
        self.add(
            "cases",
            case_no=no,
            approval_item="示例审批",
            agency_id=self.agency,
            applicant_id=self.applicant,
            object="地块",
            accepted_on=accepted,
        )
        self.case_no, self.signed = no, accepted
        self.mine: list[dict[str, str]] = []
        items = rng.sample(self.codes, 2) if rng.random() < 0.4 else [rng.choice(self.codes)]
        for _ in range(rng.choice((1, 1, 2, 2, 3, 4))):
            self.contract(rng.choice(items))
        for _ in range(rng.choice((0, 0, 1, 2))):
            self.elsewhere()

    def anybody(self, on: date, agency_share: float = 0.45) -> str:
        """A client or payer: of the agency's side, the applicant's, both, or neither; a tie of its own begins or ends about then."""
        rng, draw = self.rng, self.rng.random()
        if draw < agency_share:
            return self.agency
        if draw < agency_share + 0.25:
            return self.applicant
        who = rng.choice([*self.centres, *self.agencies, *self.firms, *self.persons, *self.associations, *self.institutes])
        tie = rng.random()
        if tie < 0.15:
            self.relate(who, self.agency, "settles_for", *self.period(on))
        elif tie < 0.30:
            self.relate(who, rng.choice((self.applicant, *self.firms[:4])), "agent_of", *self.period(on))
        elif tie < 0.45 and who not in self.agencies:
            self.relate(*rng.sample((who, self.applicant), 2), rng.choice(("controls", "branch_of")), *self.period(on))
        return who

    def contract(self, code: str) -> None:
        rng = self.rng
        commissioned = (
            self.some_day() if not self.mine or rng.random() < 0.5 else date.fromisoformat(self.mine[-1]["commissioned_on"])
        )
        signed = commissioned + timedelta(rng.choice((0, 0, 5, 12)))
        if self.mine and rng.random() < 0.4:
            signed = max(commissioned, date.fromisoformat(self.mine[-1]["signed_on"]))
        limit = self.as_of - timedelta(30)
        due = rng.choice(
            (signed + timedelta(60), max(limit, signed), max(limit - timedelta(1), signed), self.as_of + timedelta(5))
        )
        delivered = rng.choice((None, signed + timedelta(20), self.as_of, self.as_of + timedelta(1)))
        accepted = rng.choice((None, limit, limit - timedelta(1), signed + timedelta(30), self.as_of + timedelta(1)))
        if accepted and accepted < signed:
            accepted = signed
        amount = rng.choice((100000, 100001, 119999, 125056, 20, 99999))
        client = self.anybody(commissioned)
        supplier = rng.choice([s for s in [*self.suppliers, self.institutes[0], self.associations[0]] if s != client])
        row = self.add(
            "contracts",
            contract_no=self.number("HT", "contracts"),
            item_code=code,
            case_no=self.case_no if rng.random() < 0.97 else "",
            client_id=client,
            supplier_id=supplier,
            method=rng.choice(_METHODS),
            valid_quotes=rng.choice((0, 1, 2, 2, 3, 3, 4)),
            purpose="approval" if rng.random() < 0.85 else "own_order",
            amount_yuan=fen(amount, rng),
            commissioned_on=commissioned,
            signed_on=signed,
            due_on=due,
            delivered_on=delivered,
            accepted_on=accepted,
            retest_of=rng.choice(self.mine)["contract_no"] if self.mine and rng.random() < 0.3 else "",
        )
        self.mine.append(row)
        if rng.random() < 0.3:
            self.relate(
                self.agency,
                supplier,
                rng.choice(("sponsors", "supervises", "holds_shares", "controls")),
                *self.period(commissioned),
            )
        total = amount + self.amend(row, amount)
        self.pay(row, signed, commissioned, total)

    def amend(self, contract: dict[str, str], amount: int) -> int:
        """Up to two amendments, on, before or after the as-of date; gives what they change by then."""
        total = 0
        for n in range(self.rng.choice((0, 0, 0, 1, 2))):
            filed = self.rng.choice((self.as_of, self.as_of + timedelta(1), self.some_day()))
            delta = self.rng.choice((1, 5000, -1, -min(amount - 1, 10)))
            sign = "-" if delta < 0 else ""
            text = sign + fen(abs(delta), self.rng)
            self.add(
                "amendments", contract_no=contract["contract_no"], filed_on=filed, amount_change_yuan=text, reason=f"变更{n + 1}"
            )
            total += delta if filed <= self.as_of else 0
        return total

    def pay(self, contract: dict[str, str], signed: date, commissioned: date, total: int) -> None:
        """One to three payments: in full, in part, a fen too much; refunded or not; invoiced; with a leg."""
        rng = self.rng
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
            paid = rng.choice((max(commissioned, self.some_day()), signed + timedelta(rng.choice((0, 30, 90))), self.as_of))
            paid = max(paid, commissioned) if rng.random() < 0.95 else self.as_of + timedelta(1)
            payer = self.anybody(paid, 0.5)
            payee = contract["supplier_id"] if rng.random() < 0.85 else rng.choice(self.suppliers)
            if payee == payer:
                continue
            amount = max(rng.choice((total, total, total - 1, total + 1, total // 2, 120000, 119999, 120001)), 0)
            row = self.payment(
                paid,
                payer,
                payee,
                amount,
                contract["contract_no"],
                rng.choice((self.case_no, self.case_no, "", self.other_case())),
            )
            self.refund(row, amount, paid)
            self.invoice(row, contract, paid)
            if rng.random() < 0.6:
                self.leg(payer, paid, amount)

    def other_case(self) -> str:
        return self.rng.choice(self.tables["cases"])["case_no"]

    def refund(self, of: dict[str, str], amount: int, paid: date) -> None:
        """In full, in part, in excess, in two parts; after the as-of date; from somebody else; with or without the contract."""
        rng = self.rng
        if rng.random() > 0.3 or amount < 2:
            return
        parts = rng.choice(([amount], [amount], [amount - 1], [amount + 1], [amount // 2, amount - amount // 2], [amount // 2]))
        for part in parts:
            on = rng.choice((paid, max(paid, self.as_of), self.as_of + timedelta(1), paid + timedelta(10)))
            sender = of["payee_id"] if rng.random() < 0.7 else rng.choice([*self.suppliers, *self.firms])
            if sender == of["payer_id"]:
                continue
            back = self.payment(
                on, sender, of["payer_id"], part, rng.choice((of["contract_no"], "")), of["case_no"], of["payment_no"]
            )
            if rng.random() < 0.1:  # a refund of the refund lowers nothing
                self.payment(on, of["payer_id"], sender, part, of["contract_no"], of["case_no"], back["payment_no"])

    def invoice(self, payment: dict[str, str], contract: dict[str, str], paid: date) -> None:
        rng = self.rng
        if rng.random() < 0.3:
            return
        issued = rng.choice((paid, paid, paid + timedelta(3), self.as_of))
        client = contract["client_id"]
        buyer = rng.choice(
            (client, payment["payer_id"], payment["payer_id"], rng.choice([*self.firms, *self.agencies, *self.centres]))
        )
        for who in {client, payment["payer_id"]} - {buyer}:
            if rng.random() < 0.4:
                kind = rng.choice(("settles_for", "branch_of", "agent_of", "controls"))
                self.relate(*rng.sample((who, buyer), 2), kind, *self.period(issued))
        if buyer == contract["supplier_id"]:
            return
        row = self.add(
            "invoices",
            invoice_no=self.number("FP", "invoices"),
            issued_on=issued,
            seller_id=contract["supplier_id"],
            buyer_id=buyer,
            amount_yuan=payment["amount_yuan"],
            contract_no=rng.choice((contract["contract_no"],) * 4 + ("",)),
            payment_no=rng.choice((payment["payment_no"],) * 6 + ("",)),
        )
        if rng.random() < 0.2:
            red = rng.choice((issued, self.as_of, self.as_of + timedelta(1)))
            no = self.number("FP", "invoices")
            self.add("invoices", **{**row, "invoice_no": no, "issued_on": red, "red_letter_of": row["invoice_no"]})

    def leg(self, payer: str, paid: date, amount: int) -> None:
        """A payment back: about the amount, about the limit of days, to the payer or to somebody one or two steps away."""
        rng = self.rng
        five = amount * 5 // 100
        like = rng.choice((amount, amount - five, amount + five, amount - five - 1, amount + five + 1, amount // 2))
        far = rng.choice((0, 30, 89, 90, 90, 91, 179, 180, 180, 181)) * rng.choice((1, -1))
        payee = (
            payer
            if rng.random() < 0.5
            else rng.choice([self.agency, *self.agencies, *self.centres, *self.institutes, *self.associations])
        )
        on = paid + timedelta(far)
        if rng.random() < 0.2:
            self.relate(
                self.agency, payee, rng.choice(("sponsors", "supervises", "holds_shares", "controls")), *self.period(paid)
            )
        sender = self.anybody(paid, 0.1)
        if rng.random() < 0.5:
            sender = self.applicant
        if sender == payee:
            return
        contract_no = rng.choice(self.mine)["contract_no"] if rng.random() < 0.08 else ""
        self.payment(on, sender, payee, max(like, 0), contract_no, rng.choice(("", "", self.case_no, self.other_case())))

    def elsewhere(self) -> None:
        """A loose payment of the applicant's to the supplier's group, about 90 days from the signing; sometimes of another case."""
        rng, contract = self.rng, self.rng.choice(self.mine)
        on = date.fromisoformat(contract["signed_on"]) + timedelta(rng.choice((0, 60, 89, 90, 90, 91)) * rng.choice((1, -1)))
        payee = contract["supplier_id"] if rng.random() < 0.6 else rng.choice(self.suppliers)
        payer = self.applicant if rng.random() < 0.5 else self.anybody(on, 0.2)
        if payer == payee:
            return
        row = self.payment(
            on, payer, payee, 300000, "", self.case_no if rng.random() < 0.8 else rng.choice(("", self.other_case()))
        )
        self.refund(row, 300000, on)

    def demand(self) -> None:
        rng = self.rng
        on = rng.choice((self.some_day(), self.as_of, self.as_of + timedelta(1)))
        for edition in rng.sample(self.tables["item_classes"], 1):
            if rng.random() < 0.3:
                end = edition["valid_to"] or edition["valid_from"]
                on = date.fromisoformat(end) + timedelta(rng.choice((0, 1)))
        self.add(
            "demands",
            demand_no=self.number("YQ", "demands"),
            case_no=rng.choice(self.tables["cases"])["case_no"],
            item_code=rng.choice([*self.codes, *self.plain_codes * 2, *self.cancelled_codes * 2, "ZSZJ-99-998"]),
            demanded_on=on,
            reason=rng.choice(_REASONS),
            named_supplier_id=rng.choice(("", rng.choice(self.suppliers))),
        )


class _Realistic(_Dense):
    """The dense kind for one case in twenty-five; the rest pay as they should, with the ties of the sample."""

    def __init__(self, seed: int, cases: int) -> None:
        self.size = max(4, cases // 15)
        super().__init__(seed)

    def people(self) -> None:
        super().people()
        make = self.organisation
        self.quiet_agencies = [make("agency", "11") for _ in range(self.size // 3 + 4)]
        self.quiet_firms = [make("enterprise", "91") for _ in range(self.size * 4)]
        self.quiet_suppliers = [make("intermediary", "91") for _ in range(self.size // 2 + 8)]

    def ties(self) -> None:
        super().ties()
        for firm in self.quiet_firms[: self.size]:
            self.relate(firm, self.rng.choice(self.quiet_firms), "controls", date(2015, 1, 1))
        priced = {row["item_code"] for row in self.tables["item_prices"]}
        quiet = {code: c for code, c in catalogue().items() if code not in priced and c in ("agency_commissioned", "mandatory")}
        self.quiet_codes = [[code for code, c in quiet.items() if (c == "agency_commissioned") == ours] for ours in (False, True)]
        for agency in self.quiet_agencies:
            self.relate(self.rng.choice(self.centres), agency, "settles_for", date(2015, 1, 1))

    def case(self) -> None:
        rng = self.rng
        if rng.random() < 0.04:
            (super().case if rng.random() < 0.5 else self.near)()
            return
        no = self.number("AJ", "cases")
        agency, applicant = rng.choice(self.quiet_agencies), rng.choice(self.quiet_firms)
        commissioned = self.as_of - timedelta(rng.randint(80, 420))
        self.add(
            "cases",
            case_no=no,
            approval_item="示例审批",
            agency_id=agency,
            applicant_id=applicant,
            object=no,
            accepted_on=commissioned,
        )
        ours = rng.random() < 0.5
        client = agency if ours else applicant
        signed, amount = commissioned + timedelta(rng.randint(1, 12)), rng.randint(100, 2000) * 10000
        delivered = signed + timedelta(rng.randint(10, 50))
        row = self.add(
            "contracts",
            contract_no=self.number("HT", "contracts"),
            item_code=rng.choice(self.quiet_codes[ours]),
            case_no=no,
            client_id=client,
            supplier_id=rng.choice(self.quiet_suppliers),
            method=rng.choice(_METHODS[:7]),
            valid_quotes=rng.randint(3, 9),
            purpose="approval",
            amount_yuan=fen(amount, rng),
            commissioned_on=commissioned,
            signed_on=signed,
            due_on=signed + timedelta(60),
            delivered_on=delivered,
            accepted_on=delivered + timedelta(2),
        )
        paid = min(delivered + timedelta(rng.randint(3, 28)), self.as_of)
        made = self.payment(paid, client, row["supplier_id"], amount, row["contract_no"], no)
        if rng.random() < 0.6:
            self.add(
                "invoices",
                invoice_no=self.number("FP", "invoices"),
                issued_on=paid,
                seller_id=row["supplier_id"],
                buyer_id=client,
                amount_yuan=row["amount_yuan"],
                contract_no=row["contract_no"],
                payment_no=made["payment_no"],
            )
        if rng.random() < 0.15:  # ordinary payments between firms and offices that mean nothing
            self.payment(paid, applicant, rng.choice([*self.quiet_firms, agency]), rng.randint(1, 2000) * 10000, "", "")
