"""The public log in the API: entries, proofs, signed checkpoints, an ordered feed, and witnesses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from market.log import models, notes, read
from market.log.sealed import hexadecimal
from market.witnesses import read as witnesses
from market.witnesses import service as witness_service
from schema.context import Info
from schema.errors import BadRequest, result
from schema.pagination import Connection, Page, connection

_LONGEST = 1 << 62
"""No log is longer, whatever a cursor says."""


@strawberry.type(
    description="日志的一条。 One entry; leafHash = SHA-256(00 ‖ UTF-8 body). Not public: body is null, the hash is salted."
)
class LogEntry:
    """``seq`` counts from 1; the entry is leaf ``seq - 1`` of the tree."""

    seq: int
    leaf_hash: str
    at: datetime | None
    action: str | None
    body: str | None

    @classmethod
    def of(cls, row: models.LogEntry) -> Self:
        """From its row; nothing but the hash of what is not public."""
        public = row.action in read.PUBLIC
        return cls(
            seq=row.seq,
            leaf_hash=row.hash,
            at=row.at if public else None,
            action=row.action if public else None,
            body=row.body if public else None,
        )


@strawberry.type(description="签名的检查点(C2SP)。 A signed checkpoint: note = origin, size, root, time, our Ed25519 signature.")
class LogCheckpoint:
    """``root`` in hexadecimal, as in the note in base64."""

    size: int
    root: str
    at: datetime
    note: str

    @classmethod
    def of(cls, row: models.LogCheckpoint) -> Self:
        """From its row."""
        return cls(size=row.size, root=row.root, at=row.at, note=row.note)


@strawberry.type(description="一份密封承诺在日志里的位置。 Where a sealed commitment is in the log; README says how to check it.")
class SealedProof:
    """``path`` leads from the commitment at ``place`` to the batch root in entry ``seq``; ``inclusion`` from there to the checkpoint."""

    seq: int
    place: int
    path: list[str]
    inclusion: list[str]
    checkpoint: LogCheckpoint

    @classmethod
    def of(cls, proof: read.SealedProof) -> Self:
        """From the domain's."""
        paths = {"path": hexadecimal(proof.path), "inclusion": hexadecimal(proof.inclusion)}
        return cls(seq=proof.seq, place=proof.place, checkpoint=LogCheckpoint.of(proof.checkpoint), **paths)


async def sealed_proof(info: Info, commitment: str) -> SealedProof | None:
    """For the types that own a commitment: None until a checkpoint has taken it in."""
    proof = await info.context.load(read.sealed_proofs, commitment)
    return SealedProof.of(proof) if proof else None


@strawberry.type(description="别人交回来的检查点。 A checkpoint that somebody was shown and brought back.")
class WitnessedCheckpoint:
    """``agrees`` false: two roots of one log under one signature; ``note`` and ``ours`` together prove it to anybody."""

    size: int
    root: str
    at: datetime
    agrees: bool
    witness: str = strawberry.field(description="单位代码,未登录为空。 The organisation's code; empty when not signed in.")
    note: str
    our_root: str | None
    ours: str | None

    @classmethod
    def of(cls, seen: witnesses.Witnessed) -> Self:
        """With what we say of that size."""
        row = seen.row
        plain = {name: getattr(row, name) for name in ("size", "root", "at", "agrees", "witness", "note")}
        return cls(**plain, our_root=seen.our_root, ours=seen.ours)


@strawberry.type(description="只增不改的公开日志(RFC 9162 默克尔树)。 The append-only public log.")
class Log:
    """The tree at one moment: everything below is about the same one."""

    size: int
    root: str

    @strawberry.field(description="签名公钥,一行(C2SP verifier key)。 The public key: name+id+key.")
    async def public_key(self) -> str:
        """All that anybody needs to check a note of ours."""
        return notes.verifier()

    @strawberry.field(description="日志的名称。 The log's name in its checkpoints.")
    async def origin(self) -> str:
        """The first line of each checkpoint."""
        return notes.origin()

    @strawberry.field(description="最新的检查点。 The newest checkpoint.")
    async def checkpoint(self) -> LogCheckpoint | None:
        """None before the first day."""
        row = await read.last_checkpoint()
        return LogCheckpoint.of(row) if row else None

    @strawberry.field(description="全部检查点,新的在前。 All checkpoints, the newest first.")
    async def checkpoints(self, first: int = 20, after: str | None = None) -> Connection[LogCheckpoint]:
        """One page."""
        page = Page.of(first, after)
        keys = page.after_keys(int)
        rows = await read.checkpoint_page(min(keys[0], _LONGEST) if keys else None, page.limit)
        return connection(rows, page, LogCheckpoint.of, lambda row: [row.size], read.checkpoints().count)

    @strawberry.field(description="第 seq 条。 One entry; null when there is none.")
    async def entry(self, seq: int) -> LogEntry | None:
        """Counted from 1."""
        row = await read.entry(seq)
        return LogEntry.of(row) if row else None

    @strawberry.field(description="包含证明。 Proof (RFC 9162) that entry seq is in the tree of that size (left out: now).")
    async def inclusion_proof(self, seq: int, size: int | None = None) -> list[str]:
        """At most as many hashes as the size has binary digits."""
        size = self.size if size is None else size
        if not 1 <= seq <= size <= self.size:
            raise BadRequest("seq", f"1 ≤ seq ≤ size ≤ {self.size}")
        return hexadecimal(await read.inclusion(seq, size))

    @strawberry.field(
        description="一致性证明。 Proof (RFC 9162) that the tree of size second (left out: now) begins with that of size first."
    )
    async def consistency_proof(self, first: int, second: int | None = None) -> list[str]:
        """At most as many hashes as the size has binary digits, and one."""
        second = self.size if second is None else second
        if not 1 <= first <= second <= self.size:
            raise BadRequest("first", f"1 ≤ first ≤ second ≤ {self.size}")
        return hexadecimal(await read.consistency(first, second))

    @strawberry.field(description="别人交回来的检查点,新的在前。 What witnesses brought back, the newest first.")
    async def witnessed(self, first: int = 20, after: str | None = None) -> Connection[WitnessedCheckpoint]:
        """One page."""
        page = Page.of(first, after)
        keys = page.after_keys(datetime, UUID)
        rows = await witnesses.page(keys, page.limit)
        return connection(rows, page, WitnessedCheckpoint.of, _position, witnesses.witnessed().count)


def _position(seen: witnesses.Witnessed) -> Sequence[str]:
    return [seen.row.at.isoformat(), str(seen.row.id)]


@strawberry.input
class WitnessCheckpointInput:
    """A whole signed note as it was shown, from wherever it was kept."""

    note: str


@strawberry.type
class Queries:
    """Reads of the log."""

    @strawberry.field(description="公开日志:大小、根、证明、检查点。 The public log: size, root, proofs, checkpoints.")
    async def log(self) -> Log:
        """As it is now."""
        edge = await read.frontier()
        return Log(size=edge.size, root=edge.root().hex())

    @strawberry.field(
        description="按顺序的变更流:之后出现的一定排在后面,不会漏。 The ordered feed: what appears later comes later, so nothing is missed."
    )
    async def changes(self, first: int = 100, after: str | None = None) -> Connection[LogEntry]:
        """One page, the oldest first; keep ``endCursor`` and ask again."""
        page = Page.of(first, after)
        keys = page.after_keys(int)
        rows = await read.feed(min(keys[0], _LONGEST) if keys else 0, page.limit)
        return connection(rows, page, LogEntry.of, lambda row: [row.seq], _size)


async def _size() -> int:
    return (await read.frontier()).size


@strawberry.type
class Mutations:
    """What others say of the log."""

    @result("WitnessCheckpointResult", WitnessedCheckpoint)
    async def witness_checkpoint(self, info: Info, input: WitnessCheckpointInput) -> WitnessedCheckpoint:
        """交回检查点作证。 Bring back a checkpoint; anyone may. A root other than ours is answered with ours, and recorded for all."""
        return WitnessedCheckpoint.of(await witness_service.witness(info.context.actor, input.note))
