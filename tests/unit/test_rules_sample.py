"""The shared sample ledger: what the rules find in it is exactly what was expected of them."""

import csv
from datetime import date

import pytest

from market.rules import engine, rulebook
from market.rules.world import World
from tests.unit import ledger

AS_OF = date(2026, 11, 1)


@pytest.fixture(scope="module")
def world() -> World:
    """The sample as of its date."""
    return World(ledger.read(ledger.SAMPLE), AS_OF)


def test_the_sample_ledger_gives_what_is_expected_of_it(world: World) -> None:
    """Rule, subject and certainty, no more and no less."""
    built = {rule.id for rule in rulebook.default()} & ledger.RULES
    with (ledger.SAMPLE / "expected.csv").open(encoding="utf-8") as file:
        expected = {(r["rule"], r["subject"], r["certainty"]) for r in csv.DictReader(file) if r["rule"] in built}
    verdicts = [v for subject in engine.subjects(world) for v in engine.evaluate(world, subject)]
    found = {(v.rule, v.subject.partition(":")[2], v.certainty) for v in verdicts if v.outcome == "flag" and v.rule in built}
    assert found == expected and len(expected) == 48


def test_the_sample_leaves_open_only_payments_of_no_case(world: World) -> None:
    """Its columns are complete, but for payments without contract that name no case, which V06 would need."""
    verdicts = [v for subject in engine.subjects(world) for v in engine.evaluate(world, subject)]
    left = {(v.rule, v.missing) for v in verdicts if v.outcome == "not_computable" and v.rule in ledger.RULES}
    assert left == {("V06", ("payments.case_no",))}
