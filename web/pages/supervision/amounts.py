"""Amounts of charts: 万元 with one decimal, and parts of a whole. Exact: yuan come as text with two decimals, all else is integers."""

_TENTH_FEN = 100_000
"""A tenth of 万元 (1,000 yuan) in fen."""


def fen(yuan: str) -> int:
    """``"34600.00"`` → 3460000."""
    return int(yuan.replace(".", ""))


def wan(amount: int) -> str:
    """Fen as 万元, rounded half up to one decimal; what is there but rounds to nothing is ``<0.1``."""
    tenths = (amount + _TENTH_FEN // 2) // _TENTH_FEN
    return "<0.1" if amount and not tenths else f"{tenths // 10:,}.{tenths % 10}" if tenths else "0"


def percent(part: int, whole: int) -> str:
    """A share as an SVG length or a figure to say: ``12.5%``; of nothing ``0.0%``."""
    permille = (part * 1000 + whole // 2) // whole if whole else 0
    return f"{permille // 10}.{permille % 10}%"
