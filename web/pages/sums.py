"""What of a contract's price was paid, for the pages of both its parties. Yuan come as text with two decimals; all else is integers."""

from collections.abc import Mapping
from typing import Any


def fen(yuan: str | None) -> int:
    """``"1234.50"`` → 123450; None → 0."""
    return int((yuan or "0").replace(".", ""))


def unpaid(contract: Mapping[str, Any]) -> str:
    """What is still to be paid of its price, in yuan: "0.00" when all is paid, "" where it names no price."""
    if contract["amount"] is None:
        return ""
    left = max(fen(contract["amount"]) - fen(contract["paid"]), 0)
    return f"{left // 100}.{left % 100:02}"
