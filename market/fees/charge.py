"""Is this demand or charge lawful, who must pay, may I refuse, what can I do: answered by the rules that judge records.

Pure: what people say happened is made into the facts of a ledger with placeholders for the parties, and the engine judges
it. What the rules leave open follows from the item's class (``market.catalogue.liability``).
"""

import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from market.catalogue.liability import Liability, liability
from market.catalogue.models import ItemClass
from market.money import format_yuan
from market.rules import facts, rulebook, words
from market.rules.conditions.base import listed_class
from market.rules.engine import Decision, Verdict, evaluate, subjects
from market.rules.world import World
from market.text import Checker, typed_code

ITEM = 40
SUPPLIER = 100
_SOME_FEN = 1
"""Stands for an amount that was not told: that something is paid, not how much."""
_CASE, _CONTRACT, _PAYMENT, _DEMAND = "case", "contract", "payment", "demand"
_ABOUT_ITEMS = "item_"
_TOLD = frozenset({"names_a_supplier", "refused_as_self_made", "paid_above_government_price", "said_by"})
"""Conditions about what was said; those about records that a self-check has none of are not told."""
_ABOUT_CHOICE = frozenset({"V08"})
"""Rules about who is chosen, not about the money: the remedy is the free choice."""
_NOT_CHOSEN = (ItemClass.AGENCY_COMMISSIONED, ItemClass.CANCELLED)
"""Nothing for an applicant to choose: the agency commissions, or nobody."""
_ONLY_A_SIGN = frozenset({"lead", "by_legs"})


class Charged(StrEnum):
    """被要求付钱的人: who is asked to pay."""

    APPLICANT = "applicant"
    AGENCY = "agency"
    OTHER = "other"


class DemandReason(StrEnum):
    """对方说的理由, the words of the ledger (ledger.md, demands.csv)."""

    MISSING = "missing"
    NOT_FROM_INTERMEDIARY = "not_from_intermediary"
    MUST_USE = "must_use"
    OTHER = "other"


class ChargeVerdict(StrEnum):
    """合法、该付 · 不合法 · 没有义务 · 说不准."""

    LAWFUL = "lawful"
    UNLAWFUL = "unlawful"
    NOT_OBLIGED = "not_obliged"
    UNCLEAR = "unclear"


_PAYERS = {Charged.APPLICANT: "applicant", Charged.AGENCY: "agency", Charged.OTHER: "third_party"}
_OPEN: dict[ItemClass, dict[Charged, ChargeVerdict]] = {
    ItemClass.MANDATORY: {Charged.APPLICANT: ChargeVerdict.LAWFUL},
    ItemClass.AGENCY_COMMISSIONED: {Charged.AGENCY: ChargeVerdict.LAWFUL, Charged.APPLICANT: ChargeVerdict.UNCLEAR},
    ItemClass.APPLICANT_CHOICE: {},
    ItemClass.CANCELLED: dict.fromkeys(Charged, ChargeVerdict.UNCLEAR),
}
"""Where no rule finds anything: who need not pay may do so all the same."""


@dataclass(frozen=True)
class Charge:
    """What happened, as somebody tells it. ``on``: when it was demanded or paid; ``amount_fen`` in fen."""

    item_code: str
    payer: Charged
    on: date
    reason: DemandReason
    named_supplier: str = ""
    amount_fen: int | None = None
    paid: bool = False

    def check(self, today: date) -> None:
        """Raises InvalidInput with every problem."""
        check = Checker()
        check.text("itemCode", self.item_code, ITEM)
        check.text("namedSupplier", self.named_supplier, SUPPLIER, required=False)
        if self.amount_fen is not None:
            check.amount("amount", self.amount_fen)
        if self.on > today:
            check.add("on", "in_the_future")
        check.done()

    @property
    def code(self) -> str:
        """The item's code in its one spelling."""
        return typed_code(self.item_code)


@dataclass(frozen=True)
class Listed:
    """What the list says of the item around that day. ``facts``: classes and prices; ``first``: when the first list begins."""

    facts: Sequence[facts.Fact]
    first: date | None
    name_zh: str = ""
    name_en: str = ""
    content_required: bool = False
    self_preparation: bool = False


@dataclass(frozen=True)
class ChargeCheck:
    """The answer. ``may_refuse``: None when it cannot be told. ``findings``: what the rules flag, one per rule."""

    charge: Charge
    listed: Listed
    item_class: ItemClass | None
    verdict: ChargeVerdict
    owed: Liability | None
    findings: tuple[Verdict, ...]
    steps: tuple[str, ...]
    gaps: tuple[str, ...]
    columns: tuple[str, ...] = field(default=())

    @property
    def may_refuse(self) -> bool | None:
        """Whether whoever was asked may refuse this demand or charge as it was put."""
        refusable = self.verdict in (ChargeVerdict.UNLAWFUL, ChargeVerdict.NOT_OBLIGED)
        return None if self.verdict is ChargeVerdict.UNCLEAR else refusable

    def what_to_do(self, lang: str) -> list[str]:
        """In order, in the reader's language."""
        return [say("step", step, lang) for step in self.steps]

    def missing(self, lang: str) -> list[str]:
        """What is not known, in the reader's language."""
        told = {"on": self.charge.on, "first": self.listed.first, "item": self.charge.item_code.strip()}
        return [say("missing", gap, lang, **told) for gap in self.gaps] + words.render((), self.columns, lang)

    def because(self, finding: Verdict, lang: str) -> list[str]:
        """Why the rule flags it; what only records could show is left out."""
        told = [b for b in finding.because if b["condition"] in _TOLD or b["condition"].startswith(_ABOUT_ITEMS)]
        return words.render(told, (), lang)

    def complaint(self, lang: str) -> str:
        """The complaint in words: nobody needs to type what was said already."""
        return " ".join(_complaint(self, lang)) if lang.startswith("en") else "".join(_complaint(self, lang))


def judge(charge: Charge, listed: Listed) -> ChargeCheck:
    """What the rules say of it, as of its own day."""
    world = World([*listed.facts, *_facts(charge)], charge.on)
    verdicts = [v for subject in subjects(world) for v in evaluate(world, subject)]
    found = _flagged(verdicts)
    known = listed_class(world, charge.code, charge.on, "demands.demanded_on")
    item_class = ItemClass(known) if known else None
    owed = liability(item_class, listed.content_required, listed.self_preparation) if item_class else None
    verdict = _verdict(charge, listed, owed, item_class, found)
    steps = tuple(_steps(charge, verdict, item_class, _standing(charge, listed, found)))
    gaps = tuple(_gaps(charge, listed, item_class, bool(world.prices(charge.code))))
    return ChargeCheck(charge, listed, item_class, verdict, owed, found, steps, gaps, _unknown_prices(verdicts))


def _flagged(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """One per rule: what is demanded and what is paid are one thing here."""
    found: dict[str, Verdict] = {}
    for verdict in verdicts:
        if verdict.outcome is Decision.FLAG:
            found.setdefault(verdict.rule, verdict)
    return tuple(found.values())


def _unknown_prices(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """Columns of the government's price without which it is not judged; what else is missing a self-check does not ask."""
    missing = [c for v in verdicts if v.outcome is Decision.NOT_COMPUTABLE for c in v.missing]
    return tuple(dict.fromkeys(c for c in missing if c.startswith("item_prices.")))


def _facts(charge: Charge) -> Iterable[facts.Fact]:
    """The demand, and the payment that follows from it, whoever the parties are."""
    supplier = charge.named_supplier.strip() or None
    yield facts.Case(_CASE, agency_id="agency", applicant_id="applicant")
    yield facts.Demand(_DEMAND, _CASE, charge.code, charge.on, charge.reason.value, supplier, "question")
    yield facts.Contract(_CONTRACT, charge.code, _CASE, supplier_id="intermediary", purpose="approval", commissioned_on=charge.on)
    yield facts.Payment(
        _PAYMENT,
        charge.on,
        _PAYERS[charge.payer],
        "intermediary",
        charge.amount_fen or _SOME_FEN,
        _CONTRACT,
        grade="declaration",
    )


def decisive(finding: Verdict) -> bool:
    """Whether it would be proof if records showed what was said."""
    row = rulebook.row(finding.rule, finding.version, finding.subject.partition(":")[0])
    return row is not None and row.certainty not in _ONLY_A_SIGN


def _hangs_on_class(finding: Verdict) -> bool:
    return any(b["condition"].startswith(_ABOUT_ITEMS) for b in finding.because)


def _standing(charge: Charge, listed: Listed, found: Iterable[Verdict]) -> list[Verdict]:
    """Before the first list an item's class is only guessed: what hangs on it is a sign, nothing to act on."""
    early = _before_lists(charge, listed)
    return [f for f in found if not (early and _hangs_on_class(f))]


def _before_lists(charge: Charge, listed: Listed) -> bool:
    return listed.first is None or charge.on < listed.first


def _verdict(
    charge: Charge, listed: Listed, owed: Liability | None, item_class: ItemClass | None, found: Iterable[Verdict]
) -> ChargeVerdict:
    if any(decisive(f) for f in _standing(charge, listed, found)):
        return ChargeVerdict.UNLAWFUL
    if item_class is None or owed is None or _before_lists(charge, listed) or _refused_own_paper(charge, owed):
        return ChargeVerdict.UNCLEAR
    return _OPEN[item_class].get(charge.payer, ChargeVerdict.NOT_OBLIGED)


def _refused_own_paper(charge: Charge, owed: Liability) -> bool:
    """It must be bought or made, may be made by oneself, and was refused for that: no rule says more."""
    return owed.may_prepare_itself and not owed.may_refuse and charge.reason is DemandReason.NOT_FROM_INTERMEDIARY


def _steps(charge: Charge, verdict: ChargeVerdict, item_class: ItemClass | None, found: Iterable[Verdict]) -> Iterable[str]:
    """Which sentences of ``charge.toml`` are told, in order."""
    if verdict is ChargeVerdict.LAWFUL:
        return ["choose" if charge.payer is Charged.APPLICANT else "agency_pays"]
    rules = [f.rule for f in found if f.rule in _texts()["step"]]
    told = [rule for rule in rules if rule not in _ABOUT_CHOICE or item_class not in _NOT_CHOSEN]
    return [*_about_money(charge, verdict, item_class, rules), *told, *_about_item(charge, verdict, item_class), "complain"]


def _about_money(charge: Charge, verdict: ChargeVerdict, item_class: ItemClass | None, told: Collection[str]) -> list[str]:
    if verdict is not ChargeVerdict.UNLAWFUL:
        return ["keep_proof"] if charge.paid else []
    if not charge.paid:
        return ["do_not_pay"]
    return ["keep_proof", *(["ask_refund"] if _comes_back(charge, item_class, told) else [])]


def _comes_back(charge: Charge, item_class: ItemClass | None, told: Collection[str]) -> bool:
    """Who owes the fee by the class does not get it back because a supplier was named: only a rule about the money says so."""
    owes = item_class is not None and _OPEN[item_class].get(charge.payer) is ChargeVerdict.LAWFUL
    return not owes or bool(set(told) - _ABOUT_CHOICE)


def _about_item(charge: Charge, verdict: ChargeVerdict, item_class: ItemClass | None) -> list[str]:
    if verdict is ChargeVerdict.UNLAWFUL:
        return []
    if verdict is ChargeVerdict.UNCLEAR:
        return ["self_made", "ask_first"] if item_class is ItemClass.MANDATORY else ["ask_first"]
    return ["own_choice" if item_class is ItemClass.APPLICANT_CHOICE and charge.payer is Charged.APPLICANT else "not_yours"]


def _gaps(charge: Charge, listed: Listed, item_class: ItemClass | None, priced: bool) -> Iterable[str]:
    if listed.first is None:
        yield "no_catalogue"
    elif charge.on < listed.first:
        yield "no_list"
    elif item_class is None:
        yield "unlisted"
    if priced and charge.amount_fen is None:
        yield "amount"
    if charge.reason is DemandReason.MUST_USE and not charge.named_supplier.strip():
        yield "supplier"


def _complaint(check: ChargeCheck, lang: str) -> Iterable[str]:
    charge, english = check.charge, lang.startswith("en")
    name = (check.listed.name_en if english else check.listed.name_zh) or charge.item_code.strip()
    payer = say("payer_kind", charge.payer, lang)
    yield say("complaint", "paid" if charge.paid else "asked", lang, on=charge.on, payer=payer, item=name)
    if charge.amount_fen is not None:
        yield say("complaint", "amount", lang, amount=format_yuan(charge.amount_fen))
    yield say("complaint", "reason", lang, reason=say("reason", charge.reason, lang))
    if charge.named_supplier.strip():
        yield say("complaint", "supplier", lang, supplier=charge.named_supplier.strip())
    titles = _titles(_standing(charge, check.listed, check.findings), english)
    if titles:
        yield say("complaint", "found", lang, titles=titles)


def _titles(found: Iterable[Verdict], english: bool) -> str:
    titles = [title for finding in found if (title := _title(finding, english))]
    return ("; " if english else "；").join(titles)


def _title(finding: Verdict, english: bool) -> str:
    row = rulebook.row(finding.rule, finding.version, finding.subject.partition(":")[0])
    return (row.title_en if english else row.title_zh) if row else ""


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("charge.toml").read_text(encoding="utf-8"))


def say(part: str, key: str, lang: str, **told: object) -> str:
    """A sentence of ``charge.toml`` in the reader's language."""
    text: str = _texts()[part][key]["en" if lang.startswith("en") else "zh"]
    return text.format(**told)
