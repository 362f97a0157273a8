"""框架协议轮候: a call-off at a fixed price falls to whoever waited longest since its last turn, of those that offered.

Of those that never had a turn the draw decides. Who stood before the winner, was told in time and did not offer has lost its turn;
who was not allowed to offer keeps it. Source: 政府采购框架协议采购方式管理暂行办法 arts. 35-36 (as model).
"""

from collections.abc import Iterable
from dataclasses import replace

from market.selection.draw import Place
from market.selection.ranking import TIE_RULE, Constants, Selection, ValidQuote, ranked

METHOD = "rotation/1"
__all__ = ["METHOD", "TIE_RULE", "passed", "select"]


def select(quotes: Iterable[ValidQuote], constants: Constants, place: Place) -> Selection:
    """Rank by the last turn. Raises NoValidQuotes.

    ``constants``: ``turns``, code → number of its last turn, none: never; ``roster``: the members that could have offered;
    ``leftOut``: code → why it could not.
    """
    given = tuple(quotes)
    turns, roster, left_out = (constants.get(name, empty) for name, empty in (("turns", {}), ("roster", ()), ("leftOut", {})))
    chosen = ranked(METHOD, given, lambda q: turns.get(q.bidder_code, 0), place)
    silent = [code for code in roster if code not in {q.bidder_code for q in given}]
    lost = passed(turns, silent, chosen.winner.bidder_code, place)
    worked = {"turns": dict(turns), "roster": list(roster), "passed": lost}
    return replace(chosen, worked=worked | ({"leftOut": dict(left_out)} if left_out else {}))


def passed(turns: Constants, silent: Iterable[str], winner: str, place: Place) -> list[str]:
    """Those of the silent that stood before the winner, in order."""

    def waiting(code: str) -> tuple[int, bytes]:
        return turns.get(code, 0), place(code)

    return sorted((code for code in silent if waiting(code) < waiting(winner)), key=waiting)
