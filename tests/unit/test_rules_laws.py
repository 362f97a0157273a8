"""What holds of every rule in any ledger: tried on the sample, which all rules find something in."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from market.rules import engine, rulebook
from market.rules.facts import HARD_GRADES, Amendment, Case, Contract, Demand, Fact, Invoice, Payment
from market.rules.world import World
from tests.unit import ledger

AS_OF = date(2026, 11, 1)
Verdicts = Mapping[tuple[str, str, str], engine.Verdict]
_GETS_WORSE_BY_REFUNDS = frozenset({"V05", "V36"})
"""Who is owed more after a refund: what the agency got back it has not paid."""


def judged(facts: list[Fact], subjects: frozenset[str] | None = None) -> Verdicts:
    """Every verdict, or those of some subjects."""
    world = World(facts, AS_OF)
    told = (v for s in engine.subjects(world) if subjects is None or s in subjects for v in engine.evaluate(world, s))
    return {(v.rule, v.version, v.subject): v for v in told}


@cache
def sample() -> tuple[Fact, ...]:
    """The facts of the sample."""
    return tuple(ledger.read(ledger.SAMPLE))


@cache
def before() -> Verdicts:
    """The verdicts of the sample."""
    return judged(list(sample()))


@cache
def suspects() -> frozenset[str]:
    """The subjects that some rule flags, and as many that none does."""
    flagged = {v.subject for v in before().values() if v.outcome == "flag"}
    clear = sorted({v.subject for v in before().values()} - flagged)
    return frozenset(flagged | set(random.Random(0).sample(clear, len(flagged))))


def _of(kind: type) -> list[Fact]:
    return [fact for fact in sample() if isinstance(fact, kind)]


_DAYS = st.none() | st.dates(date(2024, 1, 1), date(2026, 11, 1))
_FEN = st.none() | st.integers(0, 10**9)
_GRADES = st.none() | st.sampled_from([*sorted(HARD_GRADES), "invoice", "declaration"])
_PARTIES = st.none() | st.deferred(lambda: st.sampled_from([o.id for o in _of(ledger.FILES["organisations"])]))  # type: ignore[attr-defined]
_ITEMS = st.none() | st.deferred(lambda: st.sampled_from([c.item_code for c in _of(Contract)]))  # type: ignore[attr-defined]
_NUMBERS = st.text("XYZ", min_size=3, max_size=6)
_UNRELATED = st.one_of(
    st.builds(Case, case_no=st.just("别的办件"), agency_id=_PARTIES, applicant_id=_PARTIES),
    st.builds(
        Contract,
        contract_no=_NUMBERS,
        item_code=_ITEMS,
        case_no=st.none() | st.just("别的办件"),
        client_id=_PARTIES,
        supplier_id=_PARTIES,
        method=st.none() | st.sampled_from(["direct", "framework", "random_draw"]),
        purpose=st.none() | st.sampled_from(["approval", "own_order"]),
        amount_fen=_FEN,
        commissioned_on=_DAYS,
        signed_on=_DAYS,
        due_on=_DAYS,
        accepted_on=_DAYS,
    ),
    st.builds(Amendment, contract_no=_NUMBERS, filed_on=_DAYS, amount_change_fen=_FEN),
    st.builds(
        Payment,
        payment_no=_NUMBERS,
        paid_on=_DAYS,
        payer_id=_PARTIES,
        payee_id=_PARTIES,
        amount_fen=_FEN,
        contract_no=_NUMBERS,
        grade=_GRADES,
        refund_of=st.none() | _NUMBERS,
    ),
    # Money between strangers, under no contract. From or to a party of a case it could be a leg, and thus related.
    st.builds(Payment, _NUMBERS, _DAYS, st.just("路人甲"), st.just("路人乙"), _FEN, case_no=st.just("别的办件"), grade=_GRADES),
    st.builds(Invoice, _NUMBERS, _DAYS, _PARTIES, _PARTIES, _FEN, _NUMBERS, _NUMBERS, st.none() | _NUMBERS),
    st.builds(Demand, _NUMBERS, st.just("别的办件"), _ITEMS, _DAYS, st.none() | st.sampled_from(["must_use", "missing"])),
)


def test_the_sample_has_something_for_every_rule() -> None:
    """What the laws below are tried on is not empty."""
    flagged = {(v.rule, v.subject.partition(":")[0]) for v in before().values() if v.outcome == "flag"}
    assert flagged >= {(rule.id, rule.subject) for rule in rulebook.default() if rule.id in ledger.RULES}


@settings(max_examples=25, deadline=None)
@given(st.lists(_UNRELATED, min_size=1, max_size=8))
def test_a_record_of_an_unrelated_case_changes_no_verdict(more: list[Fact]) -> None:
    """Other cases, contracts, payments, invoices and demands, complete or not, by whomever, change nothing."""
    after = judged([*sample(), *more], suspects())
    assert after == {key: verdict for key, verdict in before().items() if verdict.subject in suspects()}


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(chance: random.Random) -> None:
    """Not for the outcome, nor for the evidence, the words or what is missing."""
    facts = list(sample())
    chance.shuffle(facts)
    assert judged(facts, suspects()) == {k: v for k, v in before().items() if v.subject in suspects()}


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_refund_only_lowers_what_is_at_issue(data: st.DataObject) -> None:
    """Whatever is refunded, in part or in full, by whomever: no rule about what the agency owes finds more, or more money."""
    payments = [p for p in _of(Payment) if isinstance(p, Payment) and not p.refund_of and p.amount_fen]
    chosen = data.draw(st.lists(st.sampled_from(payments), min_size=1, max_size=12, unique_by=lambda p: p.payment_no))
    refunds: list[Fact] = [
        replace(
            p, payment_no=f"退{p.payment_no}", amount_fen=data.draw(st.integers(1, p.amount_fen or 1)), refund_of=p.payment_no
        )
        for p in chosen
    ]
    for key, verdict in judged([*sample(), *refunds], suspects()).items():
        if verdict.outcome == "flag" and verdict.rule not in _GETS_WORSE_BY_REFUNDS:
            assert before()[key].outcome == "flag" and before()[key].certainty == verdict.certainty
            assert (verdict.amount_fen or 0) <= (before()[key].amount_fen or 0)


def test_everything_refunded_clears_every_payment() -> None:
    """With all payments returned in full, nothing is found about a payment or about money paid too much or too early."""
    paid = [p for p in _of(Payment) if isinstance(p, Payment) and not p.refund_of]
    returned: list[Fact] = [replace(p, payment_no=f"退{p.payment_no}", refund_of=p.payment_no) for p in paid]
    after = judged([*sample(), *returned])
    left = {v.rule for v in after.values() if v.outcome == "flag"} & ledger.RULES
    assert left == {"V02", "V04", "V08", "V10", "V11", "V12", "V14", "V17", "V18", "V36"}
    assert {v.rule for v in after.values() if v.outcome == "flag" and v.subject.startswith("payment:")} == set()
