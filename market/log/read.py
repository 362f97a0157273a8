"""Reads of the log: its head, entries, proofs, checkpoints, in O(log n) rows each however long it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tortoise.queryset import QuerySet

from market import db
from market.log import models, sealed, tree

HEAD_ID = 1
PUBLIC = frozenset(
    {
        *("project:approve", "project:close", "project:fail", "project:award", "project:conclude", "project:pick"),
        *("project:award_next", "project:shortlist", "project:annul", "objection:answer", "project:amend_notice"),
        *("project:confirm", "project:cancel", "project:decline", "project:forfeit", "project:exhaust", "project:give_up"),
        *("draw:close", "draw:beacon", "draw:draw"),
        *("award:suspend", "award:lift_suspension", "opening:witness"),
        *(f"framework:{act}" for act in ("approve", "enter", "decide", "leave", "turn")),
        *("quotes:open", "sealed", "sealed:batch", "log:witness", "log:fork"),
        *("edition:load", "register:load", "audit:day", "demo:built"),
    }
)
"""Actions whose entries everybody may read. Of all others the feed has the hash: salted, so that it tells nothing.

Not ``project:evaluate``: it counts quotes that are still sealed; not ``project:amend``: drafts are amended too.
"""


async def hold() -> None:
    """Lock the head until the transaction ends: nobody else writes to the log meanwhile."""
    await models.LogHead.select_for_update().get(id=HEAD_ID)


async def frontier() -> tree.Frontier:
    """The tree's size and right edge now."""
    head = await models.LogHead.get(id=HEAD_ID)
    return tree.Frontier(head.seq, split_hashes(head.peaks))


def split_hashes(text: str) -> list[bytes]:
    """Hashes from where they are kept, run together in hexadecimal."""
    return [bytes.fromhex(text[start : start + 64]) for start in range(0, len(text), 64)]


async def entry(seq: int) -> models.LogEntry | None:
    """The entry of that number."""
    return await models.LogEntry.get_or_none(seq=seq)


async def newest(subjects: Iterable[str], actions: Iterable[str]) -> dict[str, models.LogEntry]:
    """Of each subject the last entry with one of the actions; subjects without one are left out."""
    rows = await models.LogEntry.filter(subject__in=list(subjects), action__in=list(actions)).order_by("seq")
    return {row.subject: row for row in rows}


async def feed(after: int, limit: int) -> list[models.LogEntry]:
    """At most ``limit + 1`` entries after a number, in order. What follows later always has a greater number."""
    return await models.LogEntry.filter(seq__gt=after).order_by("seq").limit(limit + 1)


async def inclusion(seq: int, size: int) -> list[bytes]:
    """The proof that the entry stands in the tree of that size. Raises ValueError when it does not."""
    return await _hashes(tree.inclusion_spans(seq - 1, size))


async def consistency(first: int, second: int) -> list[bytes]:
    """The proof that the tree of ``second`` entries begins with that of ``first``. Raises ValueError."""
    return await _hashes(tree.consistency_spans(first, second))


async def root_at(size: int) -> bytes:
    """The root that the log had at that size."""
    return (await _hashes([(0, size)]))[0]


async def _hashes(spans: Sequence[tree.Range]) -> list[bytes]:
    return tree.hashes_of(spans, await _kept(spans))


async def _kept(spans: Iterable[tree.Range]) -> dict[tree.Node, bytes]:
    """A row keeps the hashes of all perfect subtrees that end with it: one query for whatever proofs."""
    nodes = tree.nodes_of(spans)
    ends = sorted({tree.completed_by(node) for node in nodes})
    rows = await models.LogEntry.filter(seq__in=ends).only("seq", "hash", "subtrees")
    kept = {row.seq: split_hashes(row.hash + row.subtrees) for row in rows}
    return {node: kept[tree.completed_by(node)][node[0]] for node in nodes}


async def last_checkpoint() -> models.LogCheckpoint | None:
    """The newest one."""
    return await models.LogCheckpoint.all().order_by("-size").first()


async def checkpoint(size: int) -> models.LogCheckpoint | None:
    """The one of that size."""
    return await models.LogCheckpoint.get_or_none(size=size)


def checkpoints() -> QuerySet[models.LogCheckpoint]:
    """All of them."""
    return models.LogCheckpoint.all()


async def checkpoint_page(before: int | None, limit: int) -> list[models.LogCheckpoint]:
    """At most ``limit + 1``, the newest first, of a smaller size than ``before``."""
    query = checkpoints() if before is None else checkpoints().filter(size__lt=before)
    return await query.order_by("-size").limit(limit + 1)


@dataclass(frozen=True)
class SealedProof:
    """Where a sealed act is in the log: ``place`` and ``path`` in its batch's tree, the batch's entry ``seq`` and its proof
    in the smallest checkpoint that covers it."""

    seq: int
    place: int
    path: list[bytes]
    checkpoint: models.LogCheckpoint
    inclusion: list[bytes]


async def sealed_proofs(commitments: Sequence[str]) -> list[SealedProof | None]:
    """The proofs in key order; None while the act waits for the next checkpoint. As many queries for many as for one."""
    acts = {act.commitment: act for act in await models.SealedAct.filter(commitment__in=commitments, batch__not_isnull=True)}
    seqs = sorted({act.batch for act in acts.values() if act.batch is not None})  # each signed with its checkpoint at once
    trees, covers = await batches(seqs), await covering(seqs)
    spans = {seq: tree.inclusion_spans(seq - 1, covers[seq].size) for seq in seqs}
    kept = await _kept(span for listed in spans.values() for span in listed)

    def proof(act: models.SealedAct | None) -> SealedProof | None:
        if act is None or act.batch is None or act.place is None:
            return None
        inclusion = tree.hashes_of(spans[act.batch], kept)
        return SealedProof(act.batch, act.place, trees[act.batch].path(act.place), covers[act.batch], inclusion)

    return [proof(acts.get(commitment)) for commitment in commitments]


async def batches(seqs: Iterable[int]) -> dict[int, sealed.Batch]:
    """The batch trees of these entries."""
    rows = await models.SealedBatch.filter(seq__in=list(seqs))
    placed: dict[int, dict[int, str]] = {row.seq: {} for row in rows}
    for act in await models.SealedAct.filter(batch__in=list(placed)):
        if act.batch is not None and act.place is not None:
            placed[act.batch][act.place] = act.commitment
    return {row.seq: sealed.Batch(bytes.fromhex(row.secret), placed[row.seq]) for row in rows}


async def covering(seqs: Sequence[int]) -> dict[int, models.LogCheckpoint]:
    """Of each entry the smallest checkpoint over it; entries still without one are left out."""
    if not seqs:
        return {}
    smallest = "SELECT size FROM log_checkpoints WHERE size >= e.seq ORDER BY size LIMIT 1"
    listed = ", ".join(map(str, seqs))
    statement = f"SELECT e.seq, ({smallest}) FROM log_entries e WHERE e.seq IN ({listed})"  # noqa: S608 - numbers of ours
    found = {row[0]: row[1] for row in (await db.connection().execute_query(statement))[1] if row[1] is not None}
    rows = {row.size: row for row in await models.LogCheckpoint.filter(size__in=set(found.values()))}
    return {seq: rows[size] for seq, size in found.items()}
