"""What the public statistics say: how many projects, how they were decided, how far below the ceiling, who pays. Groups alone.

Nothing sealed counts: not how many quote, not what was quoted, only what every reader of the notices could count, too. A median
of fewer than ``FEWEST`` awards would be somebody's price and is left out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from tortoise.functions import Count, Sum

from market.awards.models import Award
from market.catalogue import read as catalogue
from market.catalogue.models import Edition, ItemClass
from market.clock import day_begins, local_date
from market.projects.models import Project
from market.projects.states import UNPUBLISHED, ProjectState

FEWEST = 3
MONTHS = 12
_WON = frozenset({ProjectState.STANDSTILL, ProjectState.AWARDED, ProjectState.CONTRACT_FILED})
_LOST = frozenset({ProjectState.CANCELLED, ProjectState.UNSUCCESSFUL})


@dataclass(frozen=True)
class Month:
    """Projects published in the month ``first`` begins: under way, with an award that stands, ended without one."""

    first: date
    under_way: int
    won: int
    lost: int


@dataclass(frozen=True)
class Method:
    """``discount_bp``: the median of (ceiling - award) / ceiling, rounded down; None with too few awards under a ceiling."""

    method: str
    projects: int
    awards: int
    discount_bp: int | None


@dataclass(frozen=True)
class Payer:
    """Filed contracts by the item's class when posted. ``amount_fen``: what they come to."""

    item_class: str
    contracts: int
    amount_fen: int


def months(today: date) -> list[date]:
    """The first days of the last twelve months, the current one last."""
    count = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(count - MONTHS + 1, count + 1)]


async def by_month(now: datetime) -> list[Month]:
    """One short query a month, always as many, each along the index on the day of publication."""
    firsts = months(local_date(now))
    return [await _month(first, (first + timedelta(days=31)).replace(day=1)) for first in firsts]


async def _month(first: date, following: date) -> Month:
    published = Project.filter(published_at__gte=day_begins(first), published_at__lt=day_begins(following))
    groups = published.exclude(state__in=[s.value for s in UNPUBLISHED]).annotate(n=Count("id")).group_by("state")
    counted = Counter({ProjectState(state): n for state, n in await groups.values_list("state", "n")})
    won, lost = (sum(counted[state] for state in group) for group in (_WON, _LOST))
    return Month(first, counted.total() - won - lost, won, lost)


async def by_method(now: datetime) -> list[Method]:
    """Over the same twelve months, by the method's name."""
    since = day_begins(months(local_date(now))[0])
    public = Project.filter(published_at__gte=since).exclude(state__in=[s.value for s in UNPUBLISHED])
    posted = await public.annotate(n=Count("id")).group_by("method").values_list("method", "n")
    won = Award.filter(project__state__in=[s.value for s in _WON], project__published_at__gte=since)
    awards: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
    for method, *amounts in await won.values_list("project__method", "amount_fen", "project__ceiling_fen"):
        awards[method].append((amounts[0], amounts[1]))
    return [Method(m, n, len(awards[m]), median_bp(_discounts(awards[m]))) for m, n in sorted(posted)]


def _discounts(awards: Iterable[tuple[int, int | None]]) -> list[Fraction]:
    """Of (award, ceiling) in fen, how far the award is below, as a share of the ceiling; without one there is nothing to compare."""
    return [Fraction(ceiling - amount, ceiling) for amount, ceiling in awards if ceiling]


def median_bp(shares: Sequence[Fraction]) -> int | None:
    """Of these shares of one, in basis points rounded down; None of too few."""
    if len(shares) < FEWEST:
        return None
    ordered, half = sorted(shares), len(shares) // 2
    middle = ordered[half] if len(shares) % 2 else (ordered[half - 1] + ordered[half]) / 2
    return int(middle * 10_000 // 1)


async def by_payer() -> list[Payer]:
    """All contracts filed so far, by class."""
    filed = Award.filter(project__state=ProjectState.CONTRACT_FILED.value).annotate(n=Count("id"), total=Sum("amount_fen"))
    rows = await filed.group_by("project__item_class").values_list("project__item_class", "n", "total")
    return [Payer(item_class, n, int(total)) for item_class, n, total in sorted(rows)]


async def by_edition() -> list[tuple[Edition, dict[ItemClass, int]]]:
    """Each edition of the list, the oldest first, with how many items of each class it had on its first day."""
    found = sorted(await catalogue.editions(), key=lambda edition: edition.valid_from)
    counts = await catalogue.counts_by_filter([catalogue.ItemFilter(edition.valid_from) for edition in found])
    return [(edition, count.by_class) for edition, count in zip(found, counts, strict=True)]
