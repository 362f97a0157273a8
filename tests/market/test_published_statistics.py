"""The public statistics: what they count, and what they leave out."""

from datetime import date
from fractions import Fraction

from market import clock
from market.actors import Role
from market.statistics import published
from market.statistics.published import median_bp, months
from tests import contest
from tests.contest import NOON, OPENS, member


def test_a_median_of_few_is_left_out() -> None:
    """Two awards would tell each other's price; of three the middle one, of four the mean of the middle two, rounded down."""
    assert median_bp([Fraction(1, 10), Fraction(1, 5)]) is None
    assert median_bp([Fraction(1, 3), Fraction(1, 10), Fraction(1, 2)]) == 3333
    assert median_bp([Fraction(0), Fraction(1, 10), Fraction(1, 5), Fraction(1)]) == 1500


def test_the_months_end_with_this_one() -> None:
    """Twelve, over the turn of the year."""
    assert (months(date(2026, 3, 31))[0], months(date(2026, 3, 31))[-1]) == (date(2025, 4, 1), date(2026, 3, 1))


async def test_what_is_counted(database: str) -> None:
    """Published projects by what became of them; drafts and quotes never; a discount only of notices with a ceiling."""
    await contest.catalogue_loaded()
    buyer, bidders = await member(Role.APPLICANT), [await member(Role.INTERMEDIARY) for _ in range(3)]
    for number in range(4):
        form = contest.form(contest.CHOICE_ITEM, told_not_obliged=True, ceiling_fen=1000)
        project = await contest.published(buyer, form)
        for bidder in bidders if number < 3 else ():
            await contest.quoted(bidder, project, 800 + number)
    await contest.published(buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    with clock.fixed(NOON):
        before = await published.by_month(NOON), await published.by_method(NOON)
    assert [(m.under_way, m.won, m.lost) for m in before[0] if m.under_way] == [(5, 0, 0)]
    assert [(m.method, m.projects, m.awards, m.discount_bp) for m in before[1]] == [("lowest_price", 5, 0, None)]
    with clock.fixed(OPENS):
        await contest.awards.settle_due()
        after = await published.by_month(OPENS), await published.by_method(OPENS)
    assert [(m.under_way, m.won, m.lost) for m in after[0] if m.won] == [(0, 3, 2)]
    assert [(m.awards, m.discount_bp) for m in after[1]] == [(3, 1990)] and await published.by_payer() == []


async def test_contracts_are_counted_by_who_pays(database: str) -> None:
    """One of the agency's: its class and what it came to; the list has its four classes."""
    await contest.catalogue_loaded()
    await contest.contracted(await member(Role.AGENCY), await contest.agency_form(await member(Role.APPLICANT)), 300, 200, 400)
    assert await published.by_payer() == [published.Payer("agency_commissioned", 1, 200)]
    [(edition, counts)] = await published.by_edition()
    assert edition.number == 1 and sum(counts.values()) == 120
