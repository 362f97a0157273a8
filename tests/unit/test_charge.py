"""The self-check: one table of what happened → whether it is lawful, by which rules; told in both languages without a gap."""

import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from market.errors import InvalidInput
from market.fees.charge import _OPEN, Charge, ChargeCheck, Charged, ChargeVerdict, DemandReason, Listed, judge, say
from market.rules import facts
from market.rules.engine import Certainty, evaluate, subjects
from market.rules.world import World

FIRST, ON = date(2024, 1, 1), date(2026, 3, 1)
CLASSES = ("mandatory", "agency_commissioned", "applicant_choice", "cancelled")
P, R, V = Charged, DemandReason, ChargeVerdict
_RAW = re.compile(r"[{}]|[a-z]_[a-z]|\bNone\b")


def asked(item: str = "mandatory", payer: Charged = P.APPLICANT, reason: DemandReason = R.MISSING, **more: Any) -> Charge:
    """A demand of that day; an item is called by its class here."""
    return Charge(item.upper(), payer, more.pop("on", ON), reason, **more)


def listed(*more: facts.Fact) -> Listed:
    """A list of four items, one of each class; what is the applicant's choice it may make itself."""
    items = [facts.ItemClassPeriod(name.upper(), name, catalogue=True) for name in CLASSES]
    return Listed([*items, *more], FIRST, "某事项", "Some item", True, True)


def answered(charge: Charge, *more: facts.Fact) -> ChargeCheck:
    """The answer, which is told in both languages without a gap or a code."""
    check = judge(charge, listed(*more))
    told = [
        text
        for lang in ("zh-CN", "en")
        for text in [
            *check.what_to_do(lang),
            *check.missing(lang),
            check.complaint(lang),
            *(s for f in check.findings for s in check.because(f, lang)),
        ]
    ]
    names = {name.upper() for name in CLASSES}
    bare = [re.sub("|".join(names), "", text) for text in told]
    assert bare and [text for text in bare if _RAW.search(text)] == []
    return check


TABLE: list[tuple[Charge, ChargeVerdict, set[str]]] = [
    (asked("mandatory"), V.LAWFUL, set()),
    (asked("mandatory", P.OTHER), V.NOT_OBLIGED, set()),
    (asked("mandatory", P.AGENCY), V.NOT_OBLIGED, set()),
    (asked("mandatory", reason=R.MUST_USE), V.UNLAWFUL, {"V08"}),
    (asked("agency_commissioned"), V.UNLAWFUL, {"V01"}),
    (asked("agency_commissioned", reason=R.MUST_USE), V.UNLAWFUL, {"V01", "V08"}),
    (asked("agency_commissioned", P.AGENCY), V.LAWFUL, set()),
    (asked("agency_commissioned", P.OTHER), V.NOT_OBLIGED, {"V03"}),
    (asked("applicant_choice"), V.NOT_OBLIGED, set()),
    (asked("applicant_choice", reason=R.NOT_FROM_INTERMEDIARY), V.UNLAWFUL, {"V10"}),
    (asked("applicant_choice", P.AGENCY), V.NOT_OBLIGED, set()),
    (asked("cancelled"), V.UNLAWFUL, {"V11"}),
    (asked("cancelled", P.AGENCY), V.UNLAWFUL, {"V11"}),
    (asked("评估费"), V.UNCLEAR, {"V12"}),
    (asked("评估费", reason=R.MUST_USE), V.UNLAWFUL, {"V08", "V12"}),
    (asked("agency_commissioned", on=date(2010, 1, 1)), V.UNCLEAR, {"V01"}),
    (asked("cancelled", on=date(2010, 1, 1), reason=R.MUST_USE), V.UNLAWFUL, {"V08", "V11"}),
]


@pytest.mark.parametrize(("charge", "verdict", "rules"), TABLE)
def test_what_is_lawful(charge: Charge, verdict: ChargeVerdict, rules: set[str]) -> None:
    """By the class, who is asked to pay, and the reason; who may refuse follows, and cannot be told where it is unclear."""
    check = answered(charge)
    assert (check.verdict, {f.rule for f in check.findings}) == (verdict, rules)
    assert check.may_refuse == {V.UNCLEAR: None, V.LAWFUL: False}.get(verdict, True)
    assert ("complain" in check.steps) == (verdict is not V.LAWFUL)


def test_a_mandatory_item_that_may_be_self_made_is_unclear_when_refused_for_it() -> None:
    """The list lets the applicant prepare it, no rule says more: ask first."""
    check = answered(asked("mandatory", reason=R.NOT_FROM_INTERMEDIARY))
    assert check.owed and check.owed.may_prepare_itself and check.verdict is V.UNCLEAR and "self_made" in check.steps
    other = judge(asked("mandatory", reason=R.NOT_FROM_INTERMEDIARY), Listed(listed().facts, FIRST))
    assert other.owed and not other.owed.may_prepare_itself and other.verdict is V.LAWFUL


def test_paid_already_means_keep_the_proof_and_claim_it_back() -> None:
    """What to do first differs before and after the payment."""
    assert answered(asked("agency_commissioned")).steps[0] == "do_not_pay"
    assert answered(asked("agency_commissioned", paid=True)).steps[:2] == ("keep_proof", "ask_refund")


@pytest.mark.parametrize(("item", "chooses"), [("mandatory", True), ("applicant_choice", True), ("agency_commissioned", False)])
def test_only_who_commissions_is_told_to_choose(item: str, chooses: bool) -> None:
    """What the agency must commission the applicant must not; what is cancelled nobody needs."""
    assert ("V08" in answered(asked(item, reason=R.MUST_USE)).steps) == chooses
    assert "V08" not in answered(asked("cancelled", reason=R.MUST_USE)).steps


@pytest.mark.parametrize(("item", "payer"), [("mandatory", P.APPLICANT), ("agency_commissioned", P.AGENCY)])
def test_who_owes_the_fee_is_not_told_to_claim_it_back_for_a_named_supplier(item: str, payer: Charged) -> None:
    """Naming a supplier is unlawful, the fee is owed all the same; what is above the government's price comes back."""
    check = answered(asked(item, payer, R.MUST_USE, paid=True))
    assert check.verdict is V.UNLAWFUL and "keep_proof" in check.steps and "ask_refund" not in check.steps
    price = facts.ItemPrice("MANDATORY", "government_guided", 100_00, Fraction(20), FIRST)
    assert "ask_refund" in answered(asked(reason=R.MUST_USE, amount_fen=120_01, paid=True), price).steps
    assert "ask_refund" in answered(asked(item, P.OTHER, R.MUST_USE, paid=True)).steps


def test_before_the_first_list_the_class_is_only_a_sign() -> None:
    """It says so, and gives no advice that hangs on the class; a designated intermediary is unlawful all the same."""
    check = answered(asked("agency_commissioned", on=date(2010, 1, 1)))
    assert check.gaps == ("no_list",) and "V01" not in check.steps and "转嫁" not in check.complaint("zh-CN")
    assert judge(asked(), Listed((), None)).gaps == ("no_catalogue",)


@pytest.mark.parametrize(("fen", "verdict"), [(120_00, V.LAWFUL), (120_01, V.UNLAWFUL), (None, V.LAWFUL)])
def test_a_price_of_the_government(fen: int | None, verdict: ChargeVerdict) -> None:
    """Up to base × (1 + float) it may be charged, one fen more not; without an amount it says what it did not judge."""
    price = facts.ItemPrice("MANDATORY", "government_guided", 100_00, Fraction(20), FIRST)
    check = answered(asked(amount_fen=fen), price)
    assert check.verdict is verdict and ("amount" in check.gaps) == (fen is None)


def test_a_price_whose_cap_is_not_known_is_named() -> None:
    """Guided, but nobody told the base: the answer says what is missing instead of "fine"."""
    check = answered(asked(amount_fen=1), facts.ItemPrice("MANDATORY", "government_set", None, None, FIRST))
    assert check.columns == ("item_prices.base_yuan",) and "政府价格的基准价" in check.missing("zh-CN")[0]


@pytest.mark.parametrize("reason", R)
@pytest.mark.parametrize("item", [*CLASSES, "unlisted"])
def test_the_same_demand_in_a_ledger_is_judged_alike(item: str, reason: DemandReason) -> None:
    """What the self-check finds of a demand is what an audit finds of the record; said by a complaint alone it is a lead."""
    told = {f.rule for f in answered(asked(item, P.OTHER, reason)).findings} - {"V03"}

    def audited(source: str) -> dict[str, Certainty | None]:
        demand = facts.Demand("D", "J", item.upper(), ON, reason.value, None, source)
        world = World([*listed().facts, demand], ON)
        return {v.rule: v.certainty for s in subjects(world) for v in evaluate(world, s) if v.outcome == "flag"}

    on_record, complained = audited("record"), audited("complaint")
    assert set(complained) == set(on_record) == told
    assert {c for r, c in on_record.items() if r != "V12"} <= {Certainty.PROOF}
    assert set(complained.values()) <= {Certainty.LEAD}


def test_every_class_and_payer_has_an_answer() -> None:
    """No combination falls through the table."""
    every: Iterable[ChargeCheck] = [answered(asked(item, payer, reason)) for item in CLASSES for payer in P for reason in R]
    assert {check.verdict for check in every} == set(V) and len(_OPEN) == len(CLASSES)
    assert all(say("payer_kind", p, "en") for p in P) and all(say("reason", r, "zh-CN") for r in R)


def test_bad_inputs_are_named_together() -> None:
    """An empty item, a day to come, no amount, a supplier that is a novel."""
    with pytest.raises(InvalidInput) as refused:
        Charge(" ", P.APPLICANT, date(2027, 1, 1), R.OTHER, "长" * 101, 0).check(ON)
    assert {p.path: p.code for p in refused.value.fields} == {
        "itemCode": "required",
        "on": "in_the_future",
        "namedSupplier": "too_long",
        "amount": "not_positive",
    }
