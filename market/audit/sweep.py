"""Every rule over everything that is stored, in pieces small enough to hold: a list of pieces, and the verdicts of each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from market import db
from market.audit import ordinary
from market.fees import gather, records
from market.fees.gather import Unit
from market.rules import rulebook
from market.rules.engine import Verdict, suspicions

PIECE = 5000
"""Cases, or records of no case, that are judged at a time."""

Kind = Literal["cases", "contracts", "payments", "invoices", "demands", "projects"]
_OF: dict[Kind, tuple[str, str, str]] = {
    "cases": ("case_no", records.CASES, "TRUE"),
    "contracts": ("contract_no", records.CONTRACTS, "case_no IS NULL"),
    "payments": ("payment_no", records.PAYMENTS, "contract_no IS NULL AND case_no IS NULL AND refund_of IS NULL"),
    "invoices": ("invoice_no", records.INVOICES, "contract_no IS NULL AND payment_no IS NULL"),
    "demands": ("demand_no", records.DEMANDS, "case_no IS NULL"),
    "projects": ("code", records.PROJECTS, "TRUE"),
}


@dataclass(frozen=True)
class Piece:
    """The records of a kind whose keys lie in (after, upto]; None: from the first, to the last."""

    kind: Kind
    after: str | None
    upto: str | None


async def pieces(size: int = PIECE) -> list[Piece]:
    """All that is stored, divided, in the order of the keys."""
    found: list[Piece] = []
    for kind, (key, table, where) in _OF.items():
        statement = f"""SELECT key FROM (
            SELECT {key} AS key, row_number() OVER (ORDER BY {key}) AS place FROM {table} WHERE {where}
        ) AS numbered WHERE place % {size} = 0 ORDER BY place"""  # noqa: S608 - our own text
        ends = [row[0] for row in await records.rows_of(statement)]
        found += [Piece(kind, after, upto) for after, upto in zip([None, *ends], [*ends, None], strict=True)]
    return found


async def judge(piece: Piece, as_of: date, only: Collection[str] = ()) -> list[Verdict]:
    """What is flagged or not computable in the piece, as of a date, by the rules ``only`` or by all."""
    told = await scene(piece, as_of)
    rules = [rule for rule in rulebook.default() if rule.id in only] if only else None
    return [verdict for subject in told.subjects for verdict in suspicions(told.world, subject, rules)]


async def scene(piece: Piece, as_of: date) -> gather.Scene:
    """The facts around what is worth judging in a piece."""
    keys = await _keys(piece)
    if piece.kind == "cases":
        keys = await ordinary.unusual(keys, as_of)
    return await gather.scene(Unit(**{piece.kind: keys}), as_of)


async def _keys(piece: Piece) -> list[str]:
    key, table, where = _OF[piece.kind]
    bounds = [b for b in (piece.after and f"{key} > $1", piece.upto and f"{key} <= ${1 + bool(piece.after)}") if b]
    statement = f"SELECT {key} FROM {table} WHERE {' AND '.join([where, *bounds])}"  # noqa: S608 - our own text
    _, rows = await db.connection().execute_query(statement, [end for end in (piece.after, piece.upto) if end])
    return [row[0] for row in rows]
