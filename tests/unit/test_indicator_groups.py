"""How contracts become groups: what counts for each indicator, and that order and strangers change nothing."""

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from market.statistics import rulebook
from market.statistics.groups import Candidate, Deal, LostQuote, Scene
from market.statistics.judging import GROUPINGS
from market.statistics.rulebook import COMMON
from market.statistics.service import Value, judged

RULES = rulebook.in_force(date(2026, 11, 1))
SHARED = {**RULES[COMMON].values, "window_start": date(2024, 11, 1)}
INDICATORS = {name: rule for name, rule in RULES.items() if name != COMMON}


def deal(number: object, **changes: Any) -> Deal:
    """A contract of an applicant for a mandatory item."""
    plain: dict[str, Any] = {
        "region": "330900",
        "agency": "G1",
        "applicant": f"A{number}",
        "client": f"A{number}",
        "supplier": "S1",
        "item_class": "mandatory",
        "method": "lowest_price",
        "valid_quotes": 3,
        "purpose": "approval",
        "amount_fen": 10_000,
    }
    return Deal(f"C{number}", changes.pop("item_code", "I1"), changes.pop("made_on", date(2026, 1, 1)), **(plain | changes))


def bought(number: object, **changes: Any) -> Deal:
    """A contract of an agency."""
    return deal(number, **({"buyer": "G1", "client": "G1", "item_class": "agency_commissioned"} | changes))


def candidates(indicator: str, *deals: Deal, **more: Any) -> dict[str, Candidate]:
    """By subject."""
    p = {**SHARED, **RULES[indicator].values}
    return {c.subject: c for c in GROUPINGS[indicator](Scene(deals, **more), p)}


def told(scene: Scene) -> set[tuple[str, str, str, str]]:
    """Everything that is said, in comparable form."""
    values = judged(scene, INDICATORS, SHARED)
    assert len({(v.rule.id, v.candidate.subject) for v in values}) == len(values)
    return {_told(v) for v in values}


def _told(v: Value) -> tuple[str, str, str, str]:
    return v.rule.id, v.candidate.subject, str(sorted(v.candidate.inputs.items())), str(v.outcome)


def test_designation_counts_applicants_not_contracts() -> None:
    """An applicant who comes back is one; whoever used two bodies is one of each; own orders and agencies' contracts are none."""
    deals = [
        deal(1),
        replace(deal(1), contract_no="again"),
        deal(2),
        deal(3, supplier="S2"),
        deal("b", applicant="A1", supplier="S2"),
    ]
    others = [deal(9, purpose="own_order"), bought(8), deal(7, item_class="cancelled"), deal(6, agency="G2", supplier="S3")]
    found = candidates("designation", *deals, *others)
    # G1: applicants A1, A2, A3; S1 is used by A1 and A2. The region: A1, A2, A3, A6. Active: S1, S2, S3.
    assert found["G1/I1"].inputs == {
        "applicants": 3,
        "using": 2,
        "active_suppliers": 3,
        "regional_applicants": 4,
        "regional_using": 2,
    }
    assert found["G1/I1"].supplier == "S1"
    elsewhere = candidates("disguised_designation", *deals, *others)["G1/I1"].inputs
    assert (elsewhere["elsewhere_applicants"], elsewhere["elsewhere_using"]) == (1, 0)


def test_regions_are_apart() -> None:
    """An agency of another region neither adds applicants nor bodies."""
    found = candidates("designation", deal(1), deal(2, region="330921", agency="G9", supplier="S9"))
    assert found["G1/I1"].inputs["active_suppliers"] == 1 and found["G1/I1"].inputs["regional_applicants"] == 1


def test_price_gap_needs_both_sides() -> None:
    """One body's prices to agencies and to applicants, by median; without either side there is nothing to tell."""
    both = [*(bought(n, amount_fen=100 * n) for n in range(1, 6)), *(deal(n + 10, amount_fen=130 * n) for n in range(1, 6))]
    [found] = candidates("price_gap", *both, deal(99, supplier="S2")).values()
    # 100 … 500: 300. 130 … 650: 390.
    assert found.inputs == {"applicant_contracts": 5, "agency_contracts": 5, "applicant_median": "390", "agency_median": "300"}


def test_concentration_is_what_the_agency_spends() -> None:
    """By body; applicants' contracts only tell how many bodies there are; a contract without amount is none."""
    deals = [bought(1), bought(2, amount_fen=5_000), bought(3, supplier="S2"), bought(4, amount_fen=None), deal(5, supplier="S3")]
    found = candidates("concentration", *deals)["G1/I1"].inputs
    assert found == {"contracts": 3, "by_supplier": {"S1": 15_000, "S2": 10_000}, "active_suppliers": 3}


def test_single_quotes_of_agencies_competitions() -> None:
    """Not of direct contracts, not of applicants, not where the number is unknown."""
    deals = [bought(1, valid_quotes=1), bought(2), bought(3, method="direct", valid_quotes=1), bought(4, valid_quotes=None)]
    more = [bought(5, buyer="G2", client="G2", valid_quotes=1), deal(6, valid_quotes=1)]
    found = candidates("single_quote", *deals, *more)["G1/I1"].inputs
    assert found == {"regional_projects": 3, "regional_single": 2, "projects": 2, "single": 1}


def test_fiscal_years_that_begin_in_the_window() -> None:
    """2024 began before it and is left out; each later year by itself."""
    deals = [bought(n, made_on=day) for n, day in enumerate([date(2024, 12, 31), date(2025, 1, 1), date(2026, 1, 1)])]
    assert set(candidates("year_splitting", *deals)) == {"G1/I1/2025", "G1/I1/2026"}
    assert len(candidates("splitting", *deals)["G1/I1"].inputs["contracts"]) == 3


def test_prices_that_a_price_decided() -> None:
    """Random draw and direct contracts are no price; a lost quote is beside the item's contracts."""
    lost = LostQuote("quote:P1/S5", "I1", "330900", "G1", "S5", "lowest_price", 10)
    found = candidates("below_cost", bought(1), bought(2, method="random_draw"), bought(3, method="direct"), lost_quotes=[lost])
    assert set(found) == {"contract:C1", "quote:P1/S5"}
    assert found["quote:P1/S5"].inputs["price_fen"] == 10 and found["quote:P1/S5"].inputs["item_contracts"] == 3


def test_a_token_price_knows_whom_it_opened_the_door_to() -> None:
    """How many applicants were served later is told with the price."""
    found = candidates("token_price", bought(1, amount_fen=0), bought(2), deal(3), later={"C1": 4})
    assert {c.subject: c.inputs["later_applicants"] for c in found.values()} == {"contract:C1": 4, "contract:C2": 0}


_DEALS = st.builds(
    lambda n, agency, supplier, item, fen, applicant, buys, day, quotes: Deal(
        f"C{n}",
        item,
        date(2025, 1, 1) + timedelta(day),
        region="330900" if agency != "G3" else "",
        agency=agency,
        applicant=applicant,
        buyer=agency if buys else None,
        client=agency if buys else applicant,
        supplier=supplier,
        item_class="agency_commissioned" if buys else "mandatory",
        method="lowest_price",
        valid_quotes=quotes,
        purpose="approval",
        amount_fen=fen,
        paid_fen=fen,
    ),
    st.integers(0, 10**6),
    st.sampled_from(["G1", "G2", "G3"]),
    st.sampled_from(["S1", "S2", "S3", "S4", "S5", "S6"]),
    st.sampled_from(["I1", "I2"]),
    st.none() | st.integers(0, 60_000_000),
    st.sampled_from([f"A{n}" for n in range(15)]),
    st.booleans(),
    st.integers(0, 600),
    st.none() | st.integers(1, 4),
)
_LISTS = st.lists(_DEALS, max_size=60, unique_by=lambda d: d.contract_no)


@settings(max_examples=60, deadline=None)
@given(_LISTS, st.randoms(use_true_random=False))
def test_the_order_of_contracts_changes_nothing(deals: list[Deal], dice: random.Random) -> None:
    """Whatever order they come in, the same is said of the same subjects."""
    shuffled = list(deals)
    dice.shuffle(shuffled)
    assert told(Scene(shuffled)) == told(Scene(deals))


@settings(max_examples=60, deadline=None)
@given(_LISTS, _LISTS)
def test_another_group_changes_nothing(deals: list[Deal], others: list[Deal]) -> None:
    """Contracts for another item add their own values and change none."""
    strangers = [replace(d, item_code="Z", contract_no=f"Z{d.contract_no}") for d in others]
    before, after = told(Scene(deals)), told(Scene([*deals, *strangers]))
    assert before <= after
    assert after - before == told(Scene(strangers))
