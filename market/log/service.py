"""Append to the log inside the caller's transaction; verify the whole chain."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

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
    """Recompute every hash from the first entry to the head. Names the first broken entry: missing, changed, moved or cut off."""
    previous, seq = chain.GENESIS, 0
    async for row in _rows():
        seq += 1
        reason = _fault(row, seq, previous)
        if reason:
            return Verdict(seq - 1, seq, reason)
        previous = row.hash
    head = await models.LogHead.get_or_none(id=HEAD_ID)
    if head is None or (head.seq, head.hash) != (seq, previous):
        return Verdict(seq, seq + 1, "head")
    return Verdict(seq)


def _fault(row: models.LogEntry, seq: int, previous: str) -> str:
    if row.seq != seq:
        return "missing"
    if row.previous != previous or row.hash != chain.entry_hash(previous, row.body):
        return "changed"
    return "" if _columns_agree(row) else "columns"


def _columns_agree(row: models.LogEntry) -> bool:
    try:
        body = json.loads(row.body)
        repeated = (body["seq"], body["action"], body["subject"], datetime.fromisoformat(body["at"]))
    except (ValueError, KeyError, TypeError):
        return False
    return repeated == (row.seq, row.action, row.subject, row.at)


async def _rows() -> AsyncIterator[models.LogEntry]:
    last = -1
    while rows := await models.LogEntry.filter(seq__gt=last).order_by("seq").limit(_BATCH):
        for row in rows:
            yield row
        last = rows[-1].seq
