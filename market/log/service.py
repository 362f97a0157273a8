"""Append to the log inside the caller's transaction; verify the whole chain."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tortoise.exceptions import DBConnectionError

from market import db
from market.actors import Actor
from market.log import chain, models

HEAD_ID = 1
_BATCH = 2000


@dataclass(frozen=True)
class Record:
    """One thing that happened: ``action`` as in permissions or a life cycle, ``subject`` as ``kind:key``, public facts only."""

    action: str
    subject: str
    facts: dict[str, Any] = field(default_factory=dict)
    anonymous: bool = False
    """A sealed record: who did it is inside its commitment, not beside it."""


async def hold_writer() -> None:
    """On SQLite: become the writer at once, so that no read in this transaction is older than its writes."""
    if not db.is_postgres():
        await db.connection().execute_query("UPDATE log_head SET seq = seq")


async def append(actor: Actor, at: datetime, records: list[Record]) -> int:
    """Add the records in order; the head row is locked from here to the commit. Returns the last sequence number."""
    head = await models.LogHead.select_for_update().get(id=HEAD_ID)
    entries = []
    for record in records:
        body = chain.canonical(_body(head.seq + 1, at, actor, record))
        previous, head.seq, head.hash = head.hash, head.seq + 1, chain.entry_hash(head.hash, body)
        entries.append(
            models.LogEntry(
                seq=head.seq, at=at, action=record.action, subject=record.subject, body=body, previous=previous, hash=head.hash
            )
        )
    await models.LogEntry.bulk_create(entries)
    await models.LogHead.filter(id=HEAD_ID).update(seq=head.seq, hash=head.hash)
    return int(head.seq)


def _body(seq: int, at: datetime, actor: Actor, record: Record) -> dict[str, Any]:
    who = [actor.account_id, actor.organisation_id, actor.on_behalf_of_id]
    names = ("account", "organisation", "onBehalfOf")
    shown = {} if record.anonymous else {name: str(value) for name, value in zip(names, who, strict=True) if value}
    return {
        "seq": seq,
        "at": at.isoformat(timespec="microseconds"),
        "action": record.action,
        "subject": record.subject,
        "actor": shown,
        "facts": record.facts,
    }


@dataclass(frozen=True)
class Verdict:
    """``entries`` checked; ``broken``: the first entry that does not fit, with the reason, or None when all is well."""

    entries: int
    broken: int | None = None
    reason: str = ""


async def verify() -> Verdict:
    """Recompute every hash from the first entry to the head. Names the first broken entry: missing, changed, unreadable or cut off."""
    previous, seq = chain.GENESIS, 0
    try:
        async for row in _rows():
            reason = _fault(row, seq + 1, previous)
            if reason:
                return Verdict(seq, seq + 1, reason)
            previous, seq = row.hash, seq + 1
    except _Unreadable:
        return Verdict(seq, seq + 1, "unreadable")
    head = await models.LogHead.get_or_none(id=HEAD_ID)
    if head is None or (head.seq, head.hash) != (seq, previous):
        return Verdict(seq, seq + 1, "head")
    return Verdict(seq)


def _fault(row: models.LogEntry, seq: int, previous: str) -> str:
    if row.seq != seq:
        return "missing"
    whole = isinstance(row.body, str)  # SQLite keeps bytes where a text belongs
    if not whole or row.previous != previous or row.hash != chain.entry_hash(previous, row.body):
        return "changed"
    return "" if _columns_agree(row) else "columns"


def _columns_agree(row: models.LogEntry) -> bool:
    try:
        body = json.loads(row.body)
        repeated = (body["seq"], body["action"], body["subject"], datetime.fromisoformat(body["at"]))
    except (ValueError, KeyError, TypeError):
        return False
    return repeated == (row.seq, row.action, row.subject, row.at)


class _Unreadable(Exception):
    """The next row is no text, or has no date: the database itself stumbles over it."""


async def _rows() -> AsyncIterator[models.LogEntry]:
    last, limit = -1, _BATCH
    while rows := await _after(last, limit):
        for row in rows:
            yield row
        last, limit = rows[-1].seq, len(rows)


async def _after(last: int, limit: int) -> list[models.LogEntry]:
    """The next rows; those before one that cannot be read. Raises _Unreadable when that one is the next."""
    try:
        return await models.LogEntry.filter(seq__gt=last).order_by("seq").limit(limit)
    except (DBConnectionError, OSError):
        raise
    except Exception:
        if limit == 1:
            raise _Unreadable from None
        return await _after(last, limit // 2)
