"""Append to the log inside the caller's transaction, sign it, verify the whole of it."""

import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tortoise.exceptions import DBConnectionError

from market import db
from market.actors import SYSTEM, Actor
from market.log import models, notes, sealed, tree
from market.log.canonical import canonical
from market.log.read import HEAD_ID, batches, split_hashes

BATCH = "sealed:batch"
_BATCH = 2000
_SALT_BYTES = 16


@dataclass(frozen=True)
class Record:
    """One thing that happened: ``action`` as in permissions or a life cycle, ``subject`` as ``kind:key``, public facts only."""

    action: str
    subject: str
    facts: dict[str, Any] = field(default_factory=dict)
    anonymous: bool = False
    """Who did it is not said."""


@dataclass(frozen=True)
class Sealed:
    """A sealed act: its salted commitment and, where nothing else keeps it, what it commits to."""

    commitment: str
    body: str = ""


async def hold_writer() -> None:
    """On SQLite: become the writer at once, so that no read in this transaction is older than its writes."""
    if not db.is_postgres():
        await db.connection().execute_query("UPDATE log_head SET seq = seq")


async def append(actor: Actor, at: datetime, records: list[Record]) -> int:
    """Add the records in order; the head row is locked from here to the commit. Returns the last sequence number.

    So sequence numbers are given in the order of the commits: whoever has read up to one will never find a smaller new one.
    """
    head = await _locked()
    await _add(head, actor, at, records)
    return head.size


async def put_aside(at: datetime, acts: list[Sealed]) -> None:
    """Keep sealed acts for the next checkpoint. The head is not locked: they wait for nobody and nobody waits for them."""
    await models.SealedAct.bulk_create(models.SealedAct(at=at, commitment=act.commitment, body=act.body) for act in acts)


async def checkpoint(actor: Actor, at: datetime, records: list[Record]) -> None:
    """Take in what waits sealed, add the records, sign the tree as it stands then. See ``sealed`` for why all at once."""
    head = await _locked()
    await _take_in(head, at)
    await _add(head, actor, at, records)
    signed = notes.Checkpoint(head.size, head.root(), at)
    await models.LogCheckpoint.create(size=signed.size, root=signed.root.hex(), at=at, note=signed.note())


async def _locked() -> tree.Frontier:
    head = await models.LogHead.select_for_update().get(id=HEAD_ID)
    return tree.Frontier(head.seq, split_hashes(head.peaks))


async def _add(head: tree.Frontier, actor: Actor, at: datetime, records: list[Record]) -> None:
    entries = []
    for record in records:
        seq = head.size + 1
        body = canonical(_body(seq, at, actor, record))
        leaf = tree.leaf_hash(body.encode())
        row = {"seq": seq, "at": at, "action": record.action, "subject": record.subject, "body": body, "hash": leaf.hex()}
        entries.append(models.LogEntry(**row, subtrees=_together(head.add(leaf))))
    await models.LogEntry.bulk_create(entries)
    await models.LogHead.filter(id=HEAD_ID).update(seq=head.size, peaks=_together(head.peaks))


async def _take_in(head: tree.Frontier, at: datetime) -> None:
    """One batch always, even when nothing waits; further ones only when more than a batch can hold wait."""
    first = True
    while (acts := await models.SealedAct.filter(batch=None).limit(sealed.MOST)) or first:
        places, secret, first = sealed.scatter(len(acts)), secrets.token_bytes(32), False
        batch = sealed.Batch(secret, {place: act.commitment for place, act in zip(places, acts, strict=True)})
        for act, place in zip(acts, places, strict=True):
            act.batch, act.place = head.size + 1, place
        if acts:
            await models.SealedAct.bulk_update(acts, ["batch", "place"], batch_size=500)
        await models.SealedBatch.create(seq=head.size + 1, secret=secret.hex())
        record = Record(BATCH, "sealed", {"root": batch.root().hex(), "depth": sealed.DEPTH}, anonymous=True)
        await _add(head, SYSTEM, at, [record])


def _together(hashes: list[bytes]) -> str:
    return b"".join(hashes).hex()


def _body(seq: int, at: datetime, actor: Actor, record: Record) -> dict[str, Any]:
    """With a salt, so that an entry that is not public cannot be guessed from its hash."""
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
        "salt": secrets.token_hex(_SALT_BYTES),
    }


@dataclass(frozen=True)
class Verdict:
    """``entries`` checked; ``broken``: the first entry that does not fit, with the reason, or None when all is well."""

    entries: int
    broken: int | None = None
    reason: str = ""


async def verify() -> Verdict:
    """Recompute every hash from the first entry to the head, and every checkpoint and batch on the way.

    Names the first broken entry: missing, changed, unreadable, cut off, or one at which a checkpoint or a batch does not fit.
    """
    found = tree.Frontier(0, [])
    signed = {row.size: row for row in await models.LogCheckpoint.all()}
    try:
        async for row in _rows():
            before = found.size
            if reason := await _why_broken(row, found, signed):
                return Verdict(before, before + 1, reason)
    except _Unreadable:
        return Verdict(found.size, found.size + 1, "unreadable")
    whole = not signed and await models.LogHead.exists(id=HEAD_ID, seq=found.size, peaks=_together(found.peaks))
    return Verdict(found.size) if whole else Verdict(found.size, found.size + 1, "head")


async def _why_broken(row: models.LogEntry, found: tree.Frontier, signed: dict[int, models.LogCheckpoint]) -> str:
    return _fault(row, found) or _checkpoint_fault(signed.pop(row.seq, None), found) or await _batch_fault(row)


def _fault(row: models.LogEntry, found: tree.Frontier) -> str:
    """What is wrong with the next row by itself; the tree grows by it."""
    if row.seq != found.size + 1:
        return "missing"
    whole = isinstance(row.body, str)  # SQLite keeps bytes where a text belongs
    leaf = tree.leaf_hash(row.body.encode() if whole else b"")
    if not whole or (row.hash, row.subtrees) != (leaf.hex(), _together(found.add(leaf))):
        return "changed"
    return "" if _columns_agree(row) else "columns"


def _checkpoint_fault(row: models.LogCheckpoint | None, found: tree.Frontier) -> str:
    if row is None:
        return ""
    try:
        said = notes.Checkpoint.of(row.note)
    except notes.NoteRefused:
        return "checkpoint"
    agrees = (said.size, said.root) == (found.size, found.root()) and (row.root, row.at) == (said.root.hex(), said.at)
    return "" if agrees else "checkpoint"


async def _batch_fault(row: models.LogEntry) -> str:
    if row.action != BATCH:
        return ""
    acts = await models.SealedAct.filter(batch=row.seq)
    if any(act.body and act.commitment != sealed.commitment_of(act.body) for act in acts):
        return "batch"
    batch = (await batches([row.seq])).get(row.seq)
    return "" if batch and batch.root().hex() == json.loads(row.body)["facts"]["root"] else "batch"


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
