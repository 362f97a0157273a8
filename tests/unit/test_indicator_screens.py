"""Every indicator against numbers worked out by hand, its edges, and its smallest samples."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.statistics import exact, rulebook, words
from market.statistics.judging import SCREENS, judge
from market.statistics.screens import Decision, Outcome

ON = date(2026, 11, 1)
RULES = rulebook.in_force(ON)


def asked(indicator: str, region: str = "330900", **inputs: Any) -> Outcome:
    """The screen with the shipped thresholds."""
    return judge(indicator, RULES[indicator].values, inputs, region)


# 10 applicants, 8 use the body: share 8/10 = 0.8. Region: 12 of 60 use it = 0.2. Lift 0.8 / 0.2 = 4 ≥ 3.
DESIGNATION = {"applicants": 10, "using": 8, "active_suppliers": 5, "regional_applicants": 60, "regional_using": 12}
# 20 here, 18 use it (0.9). Elsewhere 8 of 40 (0.2): 0.9 ≥ 3 × 0.2. All 26 of 60:
# P = Σ_{x=18}^{20} C(26,x)·C(34,20−x) / C(60,20) = (1562275·561 + 657800·34 + 230230·1) / 4191844505805495
#   = (876436275 + 22365200 + 230230) / 4191844505805495 = 899031705 / 4191844505805495 ≈ 2.1447e−7 < 0.01.
DISGUISED = {"applicants": 20, "using": 18, "active_suppliers": 5, "elsewhere_applicants": 40, "elsewhere_using": 8}
# Medians 130 and 100: 130 / 100 − 1 = 0.3 > 0.2.
GAP = {"applicant_contracts": 5, "agency_contracts": 6, "applicant_median": "130", "agency_median": "100"}
# Shares 0.6, 0.3, 0.1: 0.36 + 0.09 + 0.01 = 0.46: moderate; even shares of 4 bodies give 0.25.
CONCENTRATION = {"contracts": 10, "by_supplier": {"A": 600, "B": 300, "C": 100}, "active_suppliers": 4}
# 300,000 + 150,000 + 60,000 yuan on days 0, 100, 364: 510,000 ≥ 500,000 within 365 days; the largest is 60 % of the threshold.
SPLIT = {"contracts": [["2025-01-01", 30_000_000, "a"], ["2025-04-11", 15_000_000, "b"], ["2025-12-31", 6_000_000, "c"]]}
# 10 projects, 9 with one quote: 0.9. Region 20 of 80 = 0.25. z² = 3.841459. Exceeds: (0.65)² = 0.4225 > 3.841459·0.25·0.75/10 = 0.0720.
# Wilson low = (0.9 + 0.192073 − 1.959964·√((0.09 + 0.0960365)/10)) / 1.3841459 = (1.0920730 − 0.2673296)/1.3841459 = 0.59585
SINGLE = {"projects": 10, "single": 9, "regional_projects": 80, "regional_single": 20}
# Award 1000, changes 50: +5 %. Paid 1071 of 1050: 1071/1050 − 1 = 0.02 > 0.
DRIFT = {"award_fen": 1000, "changes_fen": 50, "amendments": 1, "paid_fen": 1071}
# 20 of a median of 100 = 0.2 ≤ 0.2, and one applicant served later.
TOKEN = {"item_contracts": 5, "median": "100", "price_fen": 20, "later_applicants": 1}
# 49 of 100 < 0.5. Fence: 80 − 1.5 · (120 − 80) = 20: 49 is above it, so plain.
CHEAP = {"item_contracts": 5, "q1": "80", "median": "100", "q3": "120", "price_fen": 49}

FLAGS: list[tuple[str, dict[str, Any], dict[str, str], str]] = [
    ("designation", DESIGNATION, {"share": "0.800000", "lift": "4"}, ""),
    (
        "disguised_designation",
        DISGUISED,
        {"share": "0.900000", "share_elsewhere": "0.200000", "chance": "0.000000"},
        "",
    ),
    ("price_gap", GAP, {"gap": "0.300000"}, ""),
    ("concentration", CONCENTRATION, {"hhi": "0.460000", "hhi_if_even": "0.250000"}, "moderate"),
    ("splitting", SPLIT, {"sum_fen": "51000000", "sum_contracts": "3", "largest_fen": "30000000"}, "plain"),
    ("year_splitting", SPLIT, {"sum_fen": "51000000", "sum_contracts": "3"}, ""),
    ("single_quote", SINGLE, {"rate": "0.900000", "regional_rate": "0.250000", "wilson_low": "0.595849"}, ""),
    ("contract_drift", DRIFT, {"dearer": "0.050000", "overpaid": "0.020000"}, "plain"),
    ("token_price", TOKEN, {"part_of_median": "0.200000"}, ""),
    ("below_cost", CHEAP, {"part_of_median": "0.490000", "lower_fence_fen": "20"}, "plain"),
]


@pytest.mark.parametrize(("indicator", "inputs", "computed", "level"), FLAGS)
def test_golden_numbers(indicator: str, inputs: dict[str, Any], computed: dict[str, str], level: str) -> None:
    """What was worked out by hand above each row comes out, and is a reason to look."""
    outcome = asked(indicator, **inputs)
    assert outcome.decision is Decision.FLAG and outcome.level == level
    assert {name: exact.decimal(number) for name, number in outcome.computed.items()} == computed


def test_the_chance_is_exact() -> None:
    """As worked out above."""
    assert asked("disguised_designation", **DISGUISED).computed["chance"] == Fraction(899031705, 4191844505805495)


CLEAR: list[tuple[str, dict[str, Any]]] = [
    ("designation", DESIGNATION | {"using": 7}),  # 0.7 < 0.8
    ("designation", DESIGNATION | {"regional_using": 17}),  # 0.8 / (17/60) = 2.82 < 3
    ("disguised_designation", DISGUISED | {"elsewhere_using": 13}),  # 0.9 < 3 × 0.325
    ("disguised_designation", DISGUISED | {"using": 2, "elsewhere_using": 0}),  # C(2,2)·C(58,18)/C(60,20) = 19/177 > 0.01
    ("price_gap", GAP | {"applicant_median": "120"}),  # exactly 20 %
    ("price_gap", GAP | {"applicant_median": "90"}),
    ("concentration", CONCENTRATION | {"by_supplier": dict.fromkeys("ABCD", 1)}),  # exactly 0.25
    ("splitting", {"contracts": [["2025-01-01", 30_000_000, "a"], ["2026-01-01", 30_000_000, "b"]]}),  # 365 days apart
    ("splitting", {"contracts": [*SPLIT["contracts"][:2], ["2025-06-01", 50_000_000, "x"]]}),  # the large one is no part of it
    ("year_splitting", {"contracts": [["2025-01-01", 25_000_000, "a"], ["2025-02-01", 25_000_000, "b"]]}),  # equal, not above
    ("single_quote", SINGLE | {"single": 5}),  # (0.25)² = 0.0625 < 0.0720
    ("single_quote", SINGLE | {"single": 2}),
    ("contract_drift", DRIFT | {"paid_fen": 1050}),
    ("contract_drift", DRIFT | {"paid_fen": None}),
    ("token_price", TOKEN | {"price_fen": 21}),
    ("token_price", TOKEN | {"later_applicants": 0}),
    ("below_cost", CHEAP | {"price_fen": 50}),
]


@pytest.mark.parametrize(("indicator", "inputs"), CLEAR)
def test_look_alikes_are_clear(indicator: str, inputs: dict[str, Any]) -> None:
    """One step short of a threshold there is no flag."""
    assert asked(indicator, **inputs).decision is Decision.CLEAR


FURTHER: list[tuple[str, dict[str, Any], str]] = [
    ("splitting", {"contracts": [["2025-01-01", 45_000_000, "a"], ["2025-12-31", 5_000_000, "b"]]}, "strong"),  # 90 %, day 364
    ("concentration", CONCENTRATION | {"by_supplier": {"A": 900, "B": 100}}, "high"),  # 0.82
    ("contract_drift", DRIFT | {"amendments": 3}, "strong"),
    ("contract_drift", DRIFT | {"changes_fen": 100, "paid_fen": None}, "plain"),  # +10 % exactly
    ("contract_drift", {"award_fen": 1000, "changes_fen": 0, "amendments": 3, "paid_fen": 0}, "plain"),
    ("below_cost", CHEAP | {"price_fen": 19}, "strong"),
    ("below_cost", CHEAP | {"q1": "100", "q3": "100", "price_fen": 1}, "plain"),  # no range, no fence
]


@pytest.mark.parametrize(("indicator", "inputs", "level"), FURTHER)
def test_how_strong_a_flag_is(indicator: str, inputs: dict[str, Any], level: str) -> None:
    """Edges that are flags, with their level."""
    outcome = asked(indicator, **inputs)
    assert (outcome.decision, outcome.level) == (Decision.FLAG, level)


SMALL: list[tuple[str, dict[str, Any], str, int, int]] = [
    ("designation", DESIGNATION | {"active_suppliers": 4}, "few_suppliers", 4, 5),
    ("designation", DESIGNATION | {"applicants": 9}, "few_applicants", 9, 10),
    ("disguised_designation", DISGUISED | {"applicants": 19}, "few_applicants", 19, 20),
    ("disguised_designation", DISGUISED | {"elsewhere_applicants": 9}, "few_applicants_elsewhere", 9, 10),
    ("disguised_designation", DISGUISED | {"active_suppliers": 1}, "few_suppliers", 1, 5),
    ("price_gap", GAP | {"applicant_contracts": 4}, "few_applicant_contracts", 4, 5),
    ("price_gap", GAP | {"agency_contracts": 4}, "few_agency_contracts", 4, 5),
    ("concentration", CONCENTRATION | {"contracts": 9}, "few_contracts", 9, 10),
    ("concentration", CONCENTRATION | {"active_suppliers": 2}, "few_suppliers", 2, 3),
    ("splitting", {"contracts": SPLIT["contracts"][:1]}, "few_contracts_below", 1, 2),
    ("year_splitting", {"contracts": []}, "few_contracts_below", 0, 2),
    ("single_quote", SINGLE | {"projects": 9}, "few_projects", 9, 10),
    ("token_price", TOKEN | {"item_contracts": 4}, "few_item_contracts", 4, 5),
    ("below_cost", CHEAP | {"item_contracts": 0, "median": "0"}, "few_item_contracts", 0, 5),
]


@pytest.mark.parametrize(("indicator", "inputs", "reason", "n", "need"), SMALL)
def test_below_the_smallest_sample_there_is_no_answer(
    indicator: str, inputs: dict[str, Any], reason: str, n: int, need: int
) -> None:
    """Insufficient, with how many there are, how many are needed, and the reason in both languages."""
    outcome = asked(indicator, **inputs)
    assert (outcome.decision, outcome.reason, outcome.n, outcome.need) == (Decision.INSUFFICIENT, reason, n, need)
    for lang in ("zh-CN", "en"):
        sentence = words.reason(reason, lang, n, need)
        assert str(n) in sentence and str(need) in sentence


@given(data=st.data())
def test_small_samples_are_never_flags(data: st.DataObject) -> None:
    """However extreme the numbers, a designation of fewer applicants or bodies than needed is no flag."""
    numbers = {name: data.draw(st.integers(1, 60), name) for name in DESIGNATION}
    outcome = asked("designation", **(numbers | {"using": numbers["applicants"]}))
    enough = numbers["applicants"] >= 10 and numbers["active_suppliers"] >= 5
    assert (outcome.decision is Decision.INSUFFICIENT) is not enough


@pytest.mark.parametrize("indicator", [r.id for r in RULES.values() if r.regional])
def test_without_a_region_nothing_is_compared(indicator: str) -> None:
    """Not applicable, and the reason is told."""
    outcome = asked(indicator, region="")
    assert (outcome.decision, outcome.reason) == (Decision.NOT_APPLICABLE, "region_unknown")


def test_a_contract_without_amount_does_not_drift() -> None:
    """Not applicable."""
    for award in (None, 0, -1000):
        outcome = asked("contract_drift", **(DRIFT | {"award_fen": award, "changes_fen": 0}))
        assert (outcome.decision, outcome.reason) == (Decision.NOT_APPLICABLE, "no_amount")


def test_quartiles_of_type_7() -> None:
    """R: quantile(c(1,2,4,8), type = 7) is 1.75, 3, 5; of one number that number; of two, a quarter of the way."""
    assert exact.quartiles([8, 1, 4, 2]) == (Fraction(7, 4), 3, 5)
    assert exact.quartiles([5]) == (5, 5, 5)
    assert exact.quartiles([0, 10]) == (Fraction(5, 2), 5, Fraction(15, 2))
    assert exact.lower_fence(Fraction(7, 4), Fraction(5), Fraction(3, 2)) == Fraction(-25, 8)


@given(st.integers(1, 200), st.data())
def test_the_wilson_bound_decides_as_it_is_shown(n: int, data: st.DataObject) -> None:
    """The exact comparison and the bound that is shown agree, but for the last decimals."""
    hits, rate = data.draw(st.integers(0, n)), Fraction(data.draw(st.integers(0, 1000)), 1000)
    z = Fraction("1.959964")
    low = exact.wilson_low(hits, n, z)
    assert 0 <= low <= Fraction(hits, n)
    if abs(low - rate) > Fraction(1, 10**6):
        assert exact.wilson_exceeds(hits, n, rate, z) is (low > rate)


def test_fisher_sums_to_one() -> None:
    """The chance of at least nothing is 1; of all the hits of a small table: 1 / C(6, 3) = 1/20."""
    assert exact.fisher(0, 5, 3, 9) == 1
    assert exact.fisher(3, 3, 0, 3) == Fraction(1, 20)


@pytest.mark.parametrize(
    ("value", "text"), [("1/3", "0.333333"), ("-1/4", "-0.250000"), ("-5/4", "-1.250000"), ("7", "7"), ("-1/3", "-0.333334")]
)
def test_decimals_are_cut_off(value: str, text: str) -> None:
    """Six places, towards minus infinity; whole numbers stay whole."""
    assert exact.decimal(Fraction(value)) == text


def test_every_indicator_has_its_words() -> None:
    """A screen, both languages, a source for each threshold and a law; worded as a reason to look, never as a finding."""
    rows = rulebook.indicators()
    assert {row.id for row in rows} == set(SCREENS)
    for row in rows:
        assert row.wording_zh.startswith("值得看一看的理由：") and row.wording_en.startswith("A reason to look: ")
        assert row.basis and all(basis.cite("zh") and basis.cite("en") for basis in row.basis)
        for name, parameter in row.parameters.items():
            assert parameter.source and words.number(name, "zh") and words.number(name, "en")
    assert "不是认定" not in words.notice("en") and "也不是认定" in words.notice("zh")


def test_rows_without_gap() -> None:
    """Before the first row of the common settings nothing is computed; a later row ends the one before."""
    assert rulebook.in_force(date(2019, 12, 31)) == {}
    assert rulebook.row("designation", "2020") is RULES["designation"] and rulebook.row("designation", "1999") is None
