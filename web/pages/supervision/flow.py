"""Who paid whom as a picture: payers on the left, payees on the right, as broad as the money. At most 40 streams are drawn.

All lengths are whole units of the picture; the table beside it has every figure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from web.pages.operation import Variables
from web.pages.supervision.amounts import fen, percent, wan

MOST = 40
WIDTH, GAP, TOP, BAR = 960, 22, 8, 10
LEFT, RIGHT = 300, 650
_MONEY_HEIGHT = 420
"""Units of height that all money together takes."""
_THINNEST = 2

Node = tuple[str, str, str]
"""Side of the payer or "" for a payee, code and name."""


@dataclass(frozen=True)
class Stream:
    """One payer's side to one payee, in fen; ``at_issue`` of it must still come back."""

    payer: Node
    payee: Node
    amount: int
    at_issue: int

    @classmethod
    def of(cls, group: dict[str, Any]) -> "Stream":
        """From a group of payments."""
        agency, payee = group["agency"] or {}, group["payee"] or {}
        payer = (group["payerSide"], group["agencyCode"] or "", agency.get("name", ""))
        receiver = ("", group["payeeCode"] or "", payee.get("name", ""))
        return cls(payer, receiver, fen(group["net"]), fen(group["amountAtIssue"]))


def view(data: dict[str, Any], _asked: Variables) -> dict[str, Any]:
    """The table's rows, the picture, and what is in neither."""
    streams = [s for s in map(Stream.of, data["feeFlows"]["groups"]) if s.amount > 0]
    streams.sort(key=lambda s: (-s.at_issue, -s.amount))
    drawn = sorted(streams, key=lambda s: -s.amount)[:MOST]
    total, issue = sum(s.amount for s in streams), sum(s.at_issue for s in streams)
    return {
        "rows": [_row(s) for s in streams],
        "picture": picture(sorted(drawn, key=lambda s: (-s.at_issue, -s.amount))) if drawn else None,
        "left_out": len(streams) - len(drawn),
        "total": wan(total),
        "at_issue": wan(issue) if issue else "",
        "share": percent(issue, total),
    }


def _row(stream: Stream) -> dict[str, Any]:
    return {
        "side": stream.payer[0],
        "agency": stream.payer[2],
        "payee": stream.payee[2] or stream.payee[1],
        "amount": wan(stream.amount),
        "at_issue": wan(stream.at_issue) if stream.at_issue else "",
    }


def picture(streams: list[Stream]) -> dict[str, Any]:
    """Where everything is drawn. Payees stand in the order of their first stream, so that few streams cross."""
    total = sum(s.amount for s in streams)

    def height(amount: int) -> int:
        return max(_THINNEST, amount * _MONEY_HEIGHT // total)

    payers = _column(streams, [s.payer for s in streams], height)
    payees = _column(streams, [s.payee for s in streams], height)
    bands = _bands(streams, {n["node"]: n["y"] for n in payers}, {n["node"]: n["y"] for n in payees}, height)
    bottom = max(n["y"] + max(n["height"], GAP) for n in (*payers, *payees))
    return {"width": WIDTH, "height": bottom + GAP, "payers": payers, "payees": payees, "bands": bands}


def _column(streams: list[Stream], nodes: Iterable[Node], height: Any) -> list[dict[str, Any]]:
    placed, y = [], TOP
    for node in dict.fromkeys(nodes):
        own = [s for s in streams if node in (s.payer, s.payee)]
        amount, issue = sum(s.amount for s in own), sum(s.at_issue for s in own)
        tall = sum(height(s.amount) for s in own)
        side, _code, name = node
        issue_text = wan(issue) if issue else ""
        placed.append(
            {"node": node, "side": side, "name": name, "y": y, "height": tall, "amount": wan(amount), "at_issue": issue_text}
        )
        y += max(tall, 2 * GAP - GAP // 2) + GAP
    return placed


def _bands(streams: list[Stream], left: dict[Node, int], right: dict[Node, int], height: Any) -> list[dict[str, Any]]:
    bands = []
    for stream in streams:
        whole = height(stream.amount)
        striped = min(whole, height(stream.at_issue)) if stream.at_issue else 0
        for kind, thick in (("AT_ISSUE", striped), (stream.payer[0], whole - striped)):
            if thick > 0:
                bands.append({"kind": kind, "path": _band(left[stream.payer], right[stream.payee], thick)})
                left[stream.payer] += thick
                right[stream.payee] += thick
    return bands


def _band(y1: int, y2: int, thick: int) -> str:
    x1, x2, middle = LEFT + BAR, RIGHT, (LEFT + BAR + RIGHT) // 2
    return (
        f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}V{y2 + thick}"
        f"C{middle} {y2 + thick} {middle} {y1 + thick} {x1} {y1 + thick}Z"
    )
