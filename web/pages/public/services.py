"""What an item's page makes of the prices that it was awarded for."""

from typing import Any

from web.pages.operation import Variables

Data = dict[str, Any]


def shown(data: Data, _asked: Variables) -> Data:
    """``prices``: the newest first, with bars as shares of the highest in percent; lowest, middle and highest of them as yuan."""
    rows = data["serviceItem"]["prices"]
    amounts = sorted((_fen(row["amount"]) for row in rows), reverse=True)
    most = amounts[0] if amounts else 0
    return {
        "prices": [row | {"share": (_fen(row["amount"]) * 100 + most // 2) // most if most else 0} for row in rows],
        "span": {"lowest": _yuan(amounts[-1]), "middle": _yuan(_middle(amounts)), "highest": _yuan(most)} if rows else None,
    }


def _middle(amounts: list[int]) -> int:
    """The median, half a fen left out."""
    return (amounts[(len(amounts) - 1) // 2] + amounts[len(amounts) // 2]) // 2


def _fen(amount: str) -> int:
    return int(amount.replace(".", ""))


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"
