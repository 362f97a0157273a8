"""Which indicators there are: who makes the candidates of each, and who judges them."""

from collections.abc import Mapping

from market.statistics import bidding, collusion, groups, screens
from market.statistics.groups import Grouping
from market.statistics.screens import Decision, Inputs, Outcome, Parameters, Screen

GROUPINGS: Mapping[str, Grouping] = groups.GROUPINGS | bidding.GROUPINGS
SCREENS: Mapping[str, Screen] = {**screens.SCREENS, **collusion.SCREENS}


def judge(indicator: str, parameters: Parameters, inputs: Inputs, region: str | None) -> Outcome:
    """The outcome. ``region``: the agency's, empty where its code names none; None where the indicator asks for none."""
    if region == "":
        return Outcome(Decision.NOT_APPLICABLE, 0, 0, reason="region_unknown")
    return SCREENS[indicator](inputs, parameters)
