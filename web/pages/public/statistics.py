"""What the statistics page makes of its numbers: sums, shares and the sentence above each table."""

from collections.abc import Iterable
from typing import Any

from web.pages.operation import Variables

Data = dict[str, Any]
MONTHS = 12


def told(data: Data, _asked: Variables) -> Data:
    """``most``: the longest bar of its table. Money in yuan as text, shares in whole percent."""
    found, cases = data["marketStatistics"], data["oversightStatistics"]
    months = [row | {"all": row["underWay"] + row["awarded"] + row["notAwarded"]} for row in found["byMonth"]]
    return {
        "months": months,
        "most": max([0, *_column(months, "all")]),
        "posted": sum(_column(months, "all")),
        "awarded": sum(_column(months, "awarded")),
        "ended": sum(_column(months, "notAwarded")),
        "payers": _shares(found["byPayer"]),
        "contracts": sum(_column(found["byPayer"], "contracts")),
        "editions": [row | {"all": sum(_column(row["classes"], "count"))} for row in found["byEdition"]],
        "cases": cases[-MONTHS:][::-1],
        "case_sums": _sums(cases),
    }


def _column(rows: Iterable[Data], name: str) -> list[Any]:
    return [row[name] for row in rows]


def _sums(cases: list[Data]) -> Data:
    counts = {name: sum(_column(cases, name)) for name in ("opened", "closed")}
    return counts | {name: _yuan(sum(map(_fen, _column(cases, name)))) for name in ("amountAtIssue", "returned")}


def _shares(rows: Iterable[Data]) -> list[Data]:
    listed = list(rows)
    whole = sum(_fen(row["amount"]) for row in listed)
    return [row | {"share": (_fen(row["amount"]) * 100 + whole // 2) // whole if whole else 0} for row in listed]


def _fen(amount: str) -> int:
    return int(amount.replace(".", ""))


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"
