"""框架协议轮候: a call-off at a fixed price falls to whoever waited longest since its last turn, of those that offered.

Of those that never had a turn the draw decides. Who stood before the winner, was told in time and did not offer has lost its turn.
Source: 政府采购框架协议采购方式管理暂行办法 arts. 35-36 (as model).
"""

from collections.abc import Iterable
from dataclasses import replace

from market.selection.draw import Place
from market.selection.ranking import TIE_RULE, Constants, Selection, ValidQuote, ranked

METHOD = "rotation/1"
__all__ = ["METHOD", "TIE_RULE", "select"]


def select(quotes: Iterable[ValidQuote], constants: Constants, place: Place) -> Selection:
    """Rank by the last turn. Raises NoValidQuotes.

    ``constants``: ``turns``, code → number of its last turn, none: never; ``roster``: the members that could have offered.
    """
    turns = constants.get("turns", {})
    chosen = ranked(METHOD, quotes, lambda q: turns.get(q.bidder_code, 0), place)

    def waiting(code: str) -> tuple[int, bytes]:
        return turns.get(code, 0), place(code)

    first = chosen.winner.bidder_code
    passed = sorted((code for code in constants.get("roster", ()) if waiting(code) < waiting(first)), key=waiting)
    return replace(chosen, worked={"turns": dict(turns), "roster": list(constants.get("roster", ())), "passed": passed})
