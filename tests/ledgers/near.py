"""Cases made to meet every condition of one rule, or all but one: the one that is off is drawn, and lies just beyond its limit."""

from datetime import date, timedelta
from typing import Any

from tests.ledgers.made import GRADES, Made, fen

ONE = timedelta(1)
AFFILIATES = ("sponsors", "supervises", "holds_shares", "controls")
GROUPS = ("controls", "branch_of")


class Near(Made):
    """Fresh organisations for each case, so that only what is drawn here decides."""

    agency_codes: list[str]
    plain_codes: list[str]
    codes: list[str]

    def near(self) -> None:
        """One case of one kind."""
        kinds = [self.third_party, self.round_trip] * 2 + [self.compensated, self.reviewed, self.twice, self.both_paid]
        self.rng.choice([*kinds, self.affiliate, self.shifted, self.invoiced, self.late])()

    def draw_off(self, *what: str) -> None:
        """What of these is not as the rule wants it: often nothing."""
        self.off = self.rng.choice((*what, *[None] * (len(what) // 2 + 1)))

    def either(self, what: str, met: Any, not_met: Any) -> Any:
        """The value that meets the rule, unless this is what is off."""
        return not_met if self.off == what else met

    def fresh(self) -> None:
        """A case of new people; the day on which it turns."""
        self.office = self.organisation("agency", "11")
        self.owner = self.organisation("enterprise", "91") if self.rng.random() < 0.8 else self.organisation("person", "")
        self.supplier = self.organisation("intermediary", "91")
        self.on = self.some_day()
        self.no = self.file()

    def file(self) -> str:
        no = self.number("AJ", "cases")
        self.add(
            "cases",
            case_no=no,
            approval_item="示例审批",
            agency_id=self.office,
            applicant_id=self.owner,
            object=no,
            accepted_on=self.on,
        )
        return no

    def body(self, kind: str = "enterprise") -> str:
        prefixes = {
            "enterprise": "91",
            "association": "51",
            "public_institution": "12",
            "person": "",
            "agency": "11",
            "intermediary": "91",
        }
        return self.organisation(kind, prefixes[kind])

    def link(self, a: str, b: str, kind: str, on: date, met: bool = True) -> None:
        """A relation in force on that day, or only just not."""
        live = [(None, None), (on, None), (None, on), (on, on), (on - ONE, on + ONE)]
        dead = [(None, on - ONE), (on + ONE, None), (date(2010, 1, 1), date(2020, 12, 31))]
        self.relate(a, b, kind, *self.rng.choice(live if met else dead))

    def member(self, of: str, on: date, met: bool = True) -> str:
        """A member of its group, one to eight links away in whatever directions; or with one link not in force."""
        links = self.rng.choice((1, 1, 2, 3, 5, 8))
        broken = self.rng.randrange(links) if not met else -1
        at = of
        for n in range(links):
            after = self.body()
            self.link(*self.rng.sample((at, after), 2), self.rng.choice(GROUPS), on, n != broken)
            at = after
        return at

    def on_owner_side(self, on: date, met: bool = True) -> str:
        """Somebody on the applicant side; or nearly: a tie that is not in force, of another kind, or to an agent's own group."""
        way = self.rng.choice(
            ("self", "member", "agent", "agent of a member") if met else ("member", "agent", "shares", "behind an agent")
        )
        if way == "self":
            return self.owner
        if way == "member":
            return self.member(self.owner, on, met)
        who = self.body(self.rng.choice(("enterprise", "person")))
        if way == "agent":
            self.link(who, self.owner, "agent_of", on, met)
        elif way == "agent of a member":
            self.link(who, self.member(self.owner, on), "agent_of", on)
        elif way == "shares":
            self.link(*self.rng.sample((who, self.owner), 2), self.rng.choice(("holds_shares", "sponsors")), on)
        else:
            agent = self.body()
            self.link(agent, self.owner, "agent_of", on)
            who = self.member(agent, on)
        return who

    def on_office_side(self, on: date, met: bool = True) -> str:
        """The agency or its settlement centre; or a sister office, a centre whose mandate is over, or one that settles for a centre."""
        way = self.rng.choice(("self", "self", "centre") if met else ("sister", "centre", "reverse", "chain"))
        if way == "self":
            return self.office
        who = self.body("agency" if way == "sister" else "public_institution")
        if way == "centre":
            self.link(who, self.office, "settles_for", on, met)
        elif way == "reverse":
            self.link(self.office, who, "settles_for", on)
        elif way == "chain":
            between = self.body("public_institution")
            self.link(who, between, "settles_for", on)
            self.link(between, self.office, "settles_for", on)
        return who

    def agreement(self, client: str, supplier: str | None = None, **given: Any) -> dict[str, str]:
        """A contract as in V01, unless class, purpose or case are off; delivered, accepted, and so on."""
        columns = {
            "contract_no": self.number("HT", "contracts"),
            "item_code": self.rng.choice(self.either("class", self.agency_codes, self.plain_codes)),
            "case_no": self.either("case", self.no, ""),
            "client_id": client,
            "supplier_id": supplier or self.supplier,
            "method": self.rng.choice(("random_draw", "lowest_price", "framework")),
            "valid_quotes": "3",
            "purpose": self.either("purpose", "approval", "own_order"),
            "amount_yuan": "1000",
            "commissioned_on": self.on,
            "signed_on": self.on,
            "due_on": self.on + timedelta(60),
            "delivered_on": self.on,
            "accepted_on": self.on,
        }
        return self.add("contracts", **columns | given)

    def paid(self, payer: str, contract: dict[str, str], on: date, amount: int = 100000, payee: str = "") -> dict[str, str]:
        """A payment under a contract; refunded if that is off."""
        row = self.payment(on, payer, payee or contract["supplier_id"], amount, contract["contract_no"], self.no)
        if self.off == "net":
            for part in self.rng.choice(([amount], [amount + 1], [amount // 3, amount - amount // 3])):
                sender = self.rng.choice((row["payee_id"], self.body()))
                self.payment(
                    min(on + timedelta(5), self.as_of), sender, payer, part, contract["contract_no"], self.no, row["payment_no"]
                )
        elif self.rng.random() < 0.2:
            part, back = self.rng.choice(((amount - 1, on), (amount, self.as_of + ONE)))
            self.payment(back, row["payee_id"], payer, part, "", "", row["payment_no"])
        return row

    # the rules

    def back(self, payee: str, amount: int, days: int) -> None:
        """The leg: of like amount within so many days from the applicant side, unless one of these is off."""
        five = amount * 5 // 100
        edge = self.rng.choice((five, -five, 0))
        like = amount + self.either("amount", edge, self.rng.choice((five + 1, -five - 1)))
        far = self.either("days", self.rng.choice((0, days // 2, days)), days + 1) * self.rng.choice((1, -1))
        payer = self.on_owner_side(self.on, self.off != "side")
        to = self.either("payee", payee, self.body())
        no = self.rng.choice(("", "", self.no, self.rng.choice(self.tables["cases"])["case_no"]))
        under = self.agreement(payer, to, purpose="own_order")["contract_no"] if self.off == "loose" else ""
        leg = self.payment(self.on + timedelta(far), payer, to, like, under, no)
        if self.rng.random() < 0.2:  # gross: a leg that went back is still a leg
            self.payment(self.as_of, to, payer, like, "", "", leg["payment_no"])
        if self.rng.random() < 0.2:  # a second leg of its own grade
            self.payment(self.on, self.owner, to, amount, "", "")

    def third_party(self) -> None:
        """V03, first row."""
        self.fresh()
        self.draw_off("class", "purpose", "case", "net", "amount", "days", "side", "payee", "loose", "third")
        side = self.on_owner_side(self.on) if self.rng.random() < 0.5 else self.on_office_side(self.on)
        outsider = self.on_office_side(self.on, False) if self.rng.random() < 0.5 else self.body("association")
        payer = self.either("third", outsider, side)
        amount = self.rng.choice((100000, 100001, 99999, 33, 19))
        contract = self.agreement(self.office, amount_yuan=fen(amount, self.rng))
        self.paid(payer, contract, self.on, amount)
        self.back(payer, amount, 180)

    def round_trip(self) -> None:
        """V03, second row."""
        self.fresh()
        self.draw_off("class", "purpose", "case", "net", "amount", "days", "side", "payee", "loose", "steps")
        payer, amount = self.on_office_side(self.on), self.rng.choice((100000, 100001, 99999, 33, 19))
        contract = self.agreement(self.office, amount_yuan=fen(amount, self.rng))
        self.paid(payer, contract, self.on, amount)
        self.back(self.receiver(payer), amount, 90)

    def receiver(self, payer: str) -> str:
        """Of the agency side, or held by the agency one step away; off: two steps, the wrong way, over, or held by the centre."""
        kind, who = self.rng.choice(AFFILIATES), self.body(self.rng.choice(("association", "enterprise")))
        if self.off != "steps":
            if self.rng.random() < 0.5:
                who = self.on_office_side(self.on)
                if who != self.office and self.rng.random() < 0.3:  # on both sides
                    self.link(who, self.owner, "agent_of", self.on)
                return who
            self.link(self.office, who, kind, self.on)
            return who
        way = self.rng.choice(("two", "reverse", "over", "centre's"))
        if way == "two":
            between = self.body("public_institution")
            self.link(self.office, between, kind, self.on)
            self.link(between, who, kind, self.on)
        elif way == "reverse":
            self.link(who, self.office, kind, self.on)
        elif way == "over":
            self.link(self.office, who, kind, self.on, False)
        elif payer != self.office:
            self.link(payer, who, kind, self.on)
        return who

    def compensated(self) -> None:
        """V06."""
        self.fresh()
        self.draw_off("class", "purpose", "case", "net", "client", "side", "payee", "days", "own case", "loose")
        client = self.on_office_side(self.on, self.off != "client")
        far = self.either("days", self.rng.choice((0, 45, 90)), 91) * self.rng.choice((1, -1))
        on = self.on
        signed = on + timedelta(far)
        contract = self.agreement(client, signed_on=signed, commissioned_on=min(on, signed))
        payee = self.supplier if self.rng.random() < 0.5 else self.member(self.supplier, on)
        payee = self.either("payee", payee, self.member(self.supplier, on, False))
        payer = self.on_owner_side(on, self.off != "side")
        no = self.either("own case", self.no, self.rng.choice(("", self.file())))
        under = contract["contract_no"] if self.off == "loose" else ""
        self.payment(on, payer, payee, 300000, under, no)
        if self.off == "net":
            last = self.tables["payments"][-1]
            self.payment(on, payee, payer, 300000, "", "", last["payment_no"])

    def reviewed(self) -> None:
        """V18: each client on its own date, the suppliers' group on that of the agency's contract."""
        self.fresh()
        self.draw_off("class", "purpose", "case", "client", "side", "group", "other purpose", "other case")
        its_day = self.rng.choice((self.on, self.on + timedelta(20), self.on - timedelta(20)))
        supplier = self.supplier if self.rng.random() < 0.4 else self.member(self.supplier, self.on)
        supplier = self.either("group", supplier, self.member(self.supplier, self.on, False))
        self.agreement(self.on_office_side(self.on, self.off != "client"))
        owner = self.on_owner_side(its_day, self.off != "side")
        purpose, no = self.either("other purpose", "approval", "own_order"), self.either("other case", self.no, self.file())
        code = self.rng.choice(self.codes)
        self.agreement(owner, supplier, purpose=purpose, case_no=no, item_code=code, commissioned_on=its_day, signed_on=its_day)

    def twice(self) -> None:
        """V22 of contracts: two or three, some of them re-tests."""
        self.fresh()
        self.draw_off("purpose", "case", "net", "item", "other case", "client", "paid")
        side = self.rng.choice((self.on_office_side, self.on_owner_side))
        stranger, strangers = self.body("association"), self.rng.random() < 0.3
        item, made = self.rng.choice(self.codes), []
        for n in range(self.rng.choice((2, 2, 3))):
            its_day = self.on + timedelta(self.rng.choice((0, 0, 2, -15)))
            client = stranger if strangers and self.rng.random() < 0.8 else side(its_day)
            if n and self.off == "client":
                client = self.rng.choice((self.body("association"), self.on_owner_side(self.on), self.office))
            code = item if not n or self.off != "item" else self.rng.choice(self.codes)
            no = self.no if not n or self.off != "other case" else self.file()
            retest = self.rng.choice(made)["contract_no"] if made and self.rng.random() < 0.35 else ""
            signed = self.on + timedelta(self.rng.choice((2, 2, 5)))
            supplier = self.rng.choice((self.supplier, self.body("intermediary")))
            given = {"item_code": code, "commissioned_on": its_day, "signed_on": signed, "retest_of": retest} | (
                {} if self.off == "case" else {"case_no": no}
            )
            made.append(self.agreement(client, supplier, **given))
            if self.off != "paid" or not n:
                self.paid(self.rng.choice((client, self.body())), made[-1], signed)

    def both_paid(self) -> None:
        """V22 of payments: under one contract or two."""
        self.fresh()
        self.draw_off("purpose", "case", "net", "item", "other case", "office", "side", "group", "other purpose")
        its_day = self.rng.choice((self.on, min(self.on + timedelta(30), self.as_of), self.on - timedelta(30)))
        item = self.rng.choice(self.codes)
        first = self.agreement(self.office, item_code=item, commissioned_on=self.on - timedelta(40))
        payee = self.supplier if self.rng.random() < 0.4 else self.member(self.supplier, self.on)
        payee = self.either("group", payee, self.member(self.supplier, self.on, False))
        second = first
        if self.rng.random() < 0.7 or self.off in ("item", "other case", "other purpose"):
            second = self.agreement(
                self.rng.choice((self.owner, self.office)),
                payee,
                item_code=self.either("item", item, self.rng.choice(self.codes)),
                purpose=self.either("other purpose", "approval", "own_order"),
                **({"case_no": self.file()} if self.off == "other case" else {}),
            )
        self.paid(self.on_office_side(its_day, self.off != "office"), first, its_day)
        for _ in range(self.rng.choice((1, 1, 2))):
            self.paid(self.on_owner_side(self.on, self.off != "side"), second, self.on, payee=payee)

    def affiliate(self) -> None:
        """V17: one to three steps; off: four, the wrong way, over, or the agency itself."""
        self.fresh()
        self.draw_off("purpose", "case", "steps", "reverse", "over", "itself")
        steps = self.either("steps", self.rng.choice((1, 2, 3)), 4)
        broken, at = self.rng.randrange(steps), self.office
        for n in range(steps):
            to = self.supplier if n == steps - 1 else self.body("public_institution")
            to = self.office if self.off == "itself" and n == steps - 1 else to
            ends = (to, at) if self.off == "reverse" and n == broken else (at, to)
            self.link(*ends, self.rng.choice(AFFILIATES), self.on, not (self.off == "over" and n == broken))
            at = to
        supplier = self.either("itself", self.supplier, self.office)
        self.agreement(self.on_owner_side(self.on), supplier, item_code=self.rng.choice(self.codes))

    def shifted(self) -> None:
        """V01 and V02, on the day on which a class, a relation or a mandate begins or ends; V14; a payer on both sides."""
        self.fresh()
        self.draw_off("class", "purpose", "case", "net", "side", "both")
        who = self.on_owner_side(self.on, self.off != "side")
        if self.off == "both":
            self.link(who, self.office, "settles_for", self.on)
        self.off = self.off if self.rng.random() < 0.8 else "class"
        code = self.rng.choice(self.codes if self.off == "class" else self.agency_codes)
        edition = self.rng.choice([row for row in self.tables["item_classes"] if row["item_code"] == code] or [{}])
        if edition.get("valid_from"):
            self.on = self.rng.choice((date.fromisoformat(edition["valid_from"]), self.on))
            self.on = self.rng.choice((self.on, self.on - ONE))
        method, quotes = self.rng.choice(
            (("direct", 5), ("framework", 0), ("random_draw", 2), ("random_draw", 3), ("credit_merit", 2))
        )
        client = self.rng.choice((who, self.office, self.on_office_side(self.on, False)))
        contract = self.agreement(client, item_code=code, method=method, valid_quotes=quotes)
        paid = self.paid(who, contract, self.on)
        paid["grade"] = self.rng.choice(GRADES)

    def invoiced(self) -> None:
        """V04: each mismatch with an excuse of its own, or without."""
        self.fresh()
        self.draw_off("first", "second", "red")
        buyer, payer = self.body(), self.on_office_side(self.on)
        contract = self.agreement(self.office)
        payment = self.paid(payer, contract, self.on)
        buyer = self.rng.choice((buyer, self.office, payer))
        issued = min(self.on + timedelta(3), self.as_of)
        for who, name in ((payer, "first"), (self.office, "second")):
            if who != buyer and self.rng.random() < 0.8:
                kind = self.rng.choice(("settles_for", "branch_of", "agent_of"))
                self.link(*self.rng.sample((who, buyer), 2), kind, issued, self.off != name)
        columns = {"seller_id": self.supplier, "buyer_id": buyer, "amount_yuan": "1000", "contract_no": contract["contract_no"]}
        columns["payment_no"] = payment["payment_no"]
        no = self.number("FP", "invoices")
        self.add("invoices", invoice_no=no, issued_on=issued, **columns)
        if self.off == "red":
            on = self.rng.choice((issued, self.as_of, self.as_of + ONE))
            self.add("invoices", invoice_no=self.number("FP", "invoices"), issued_on=on, red_letter_of=no, **columns)

    def late(self) -> None:
        """V20, V21, V25 and V36, own orders as well: a fen more or less than may be, a day more or less than 30."""
        self.fresh()
        self.draw_off("net", "delivered", "accepted", "agency")
        limit = self.as_of - timedelta(30)
        self.on = min(self.on, limit - timedelta(10))
        due = self.rng.choice((limit, limit - ONE, limit - ONE, self.as_of + timedelta(9)))
        accepted = self.rng.choice((limit, limit - ONE, self.as_of, self.as_of + ONE))
        client = self.either("agency", self.office, self.body(self.rng.choice(("public_institution", "enterprise"))))
        price = self.rng.choice(self.tables["item_prices"])
        delivered = self.rng.choice((None, None, self.as_of + ONE, self.as_of, limit))
        contract = self.agreement(
            client,
            item_code=price["item_code"],
            purpose=self.rng.choice(("approval", "own_order")),
            due_on=due,
            delivered_on=delivered,
            accepted_on=self.rng.choice((accepted, None)),
            case_no=self.rng.choice((self.no, "")),
        )
        valid_to = price["valid_to"]
        if valid_to and self.rng.random() < 0.5:
            contract["commissioned_on"] = str(min(date.fromisoformat(valid_to) + self.rng.choice((timedelta(0), ONE)), self.on))
        filed, delta = self.rng.choice((self.as_of, self.as_of + ONE, self.on)), self.rng.choice(("-0.01", "0.01", "20.5"))
        if self.rng.random() < 0.6:
            self.add("amendments", contract_no=contract["contract_no"], filed_on=filed, amount_change_yuan=delta, reason="变更")
        base, factor = price["base_yuan"], 100 + float(price["float_percent"])
        cap = int(float(base) * factor + 1e-6)  # yuan × per cent = fen
        amount = self.rng.choice((100000, 100001, 99999, 102050, 102051, cap, cap + 1, cap - 1))
        self.paid(client, contract, self.on, amount)
