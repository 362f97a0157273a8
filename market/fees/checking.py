"""Self-check of a demand or a charge, by anybody: what the lists say, read once; ``charge`` judges it."""

from collections.abc import Iterable, Sequence
from datetime import date

from market.catalogue import read as catalogue
from market.catalogue.models import ItemVersion, PriceMode
from market.fees import gather
from market.fees.charge import Charge, ChargeCheck, Listed, judge
from market.rules import facts


async def check_charge(charge: Charge, today: date) -> ChargeCheck:
    """Whether it is lawful, who must pay, what to do; the classes and prices are those that an audit uses. Raises InvalidInput."""
    charge.check(today)
    [versions] = await catalogue.histories_by_code([charge.code])
    known = await gather.lists([charge.code])
    if not any(isinstance(fact, facts.ItemPrice) for fact in known):
        known += _prices(versions)
    return judge(charge, _listed(charge, versions, known, await catalogue.first_day()))


def _prices(versions: Iterable[ItemVersion]) -> list[facts.Fact]:
    """What the catalogue says of the price, where no price list does: its cap is the most."""
    controlled = (v for v in versions if v.price_mode != PriceMode.MARKET)
    return [
        facts.ItemPrice(v.code, PriceMode.GOVERNMENT_SET.value, v.price_cap_fen, None, v.valid_from, v.valid_to)
        for v in controlled
    ]


def _listed(charge: Charge, versions: Sequence[ItemVersion], known: Sequence[facts.Fact], first: date | None) -> Listed:
    """With what the list says on that day, else what the nearest version said."""
    started = [v for v in versions if v.valid_from <= charge.on] or versions[:1]
    if not started:
        return Listed(known, first)
    shown = started[-1]
    return Listed(known, first, shown.name_zh, shown.name_en, shown.content_required, shown.self_preparation)
