"""Money: integer fen inside, yuan with at most two decimals outside. The only place that converts."""

import re

MAX_FEN = 10**15
"""Ten trillion yuan: far above any contract, far below 2**63, so sums of many records still fit a bigint."""

_YUAN = re.compile(r"-?\d{1,20}(?:\.\d{1,2})?", re.ASCII)


def parse_yuan(text: str) -> int:
    """Fen from ``"1234.5"``. Exact: no float on the way. Raises ValueError on anything but ≤ 2 decimals within ± MAX_FEN."""
    if len(text) > 32 or not _YUAN.fullmatch(text):
        raise ValueError("not an amount in yuan with at most two decimals")
    yuan, _, decimals = text.lstrip("-").partition(".")
    fen = int(yuan) * 100 + int(decimals.ljust(2, "0") or 0)
    if fen > MAX_FEN:
        raise ValueError("amount too large")
    return -fen if text.startswith("-") else fen


def format_yuan(fen: int) -> str:
    """Yuan with exactly two decimals: ``123450`` → ``"1234.50"``."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"
