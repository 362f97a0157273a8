"""Sealed acts in the log: nothing tells how many there are, every one is proven to its holder, every look is one."""

from datetime import timedelta

import pytest

from market import clock
from market.actors import Role
from market.log import models, notes, sealed, tree
from market.log import read as log
from market.log import service as log_service
from market.projects.models import Project
from market.quotes import contests, service
from tests import contest
from tests.contest import CLOSES, NOON, member, quoted

LATER = NOON + timedelta(hours=1)


@pytest.fixture
async def project(database: str, shipped_catalogue: None) -> Project:
    """An applicant's open project."""
    return await contest.published(await member(Role.APPLICANT), contest.form(contest.CHOICE_ITEM, told_not_obliged=True))


async def shape() -> list[tuple[str, int]]:
    """What the log looks like from outside: its actions, and how long each entry is."""
    return [(row.action, len(row.body)) for row in await models.LogEntry.all().order_by("seq")]


@pytest.mark.parametrize("quotes", [0, 1, 20])
async def test_a_checkpoint_looks_alike_whatever_it_takes_in(project: Project, quotes: int) -> None:
    """One entry of one length for none, one and twenty quotes, read by their bidders, too."""
    before = await shape()
    for number in range(quotes):
        bidder = await member(Role.INTERMEDIARY)
        await quoted(bidder, project, 100 + number)
        with clock.fixed(NOON):
            await service.own_quotes(bidder, project.id)
    assert await shape() == before
    with clock.fixed(LATER):
        assert await contests.publish_due()
    grown = await shape()
    assert grown[:-1] == before and grown[-1][0] == "sealed:batch"
    [batch] = await models.LogEntry.filter(action="sealed:batch")
    assert len(batch.body) == 239 + len(str(batch.seq))
    assert await models.SealedAct.filter(batch=batch.seq).count() == 2 * quotes
    assert await log_service.verify() == log_service.Verdict(len(grown))


async def test_a_receipt_proves_inclusion(project: Project) -> None:
    """Signed at once; after the next checkpoint the commitment leads to its root: place, batch, entry, tree."""
    bidder = await member(Role.INTERMEDIARY)
    own = await quoted(bidder, project, 100)
    said = notes.opened(own.receipt()).splitlines()
    assert said[1:4] == [project.code, await contest.code_of(bidder), own.row.commitment]
    assert await log.sealed_proofs([own.row.commitment]) == [None]
    with clock.fixed(LATER):
        await contests.publish_due()
    [proof] = await log.sealed_proofs([own.row.commitment])
    assert proof is not None
    root = sealed.root_of(proof.place, own.row.commitment, proof.path)
    entry = await models.LogEntry.get(seq=proof.seq)
    assert root is not None and root.hex() in entry.body
    signed = notes.Checkpoint.of(proof.checkpoint.note)
    assert tree.includes(proof.seq - 1, signed.size, bytes.fromhex(entry.hash), proof.inclusion, signed.root)


async def test_a_proof_tells_nothing_of_others(project: Project) -> None:
    """As long among twenty as alone; and a filled place and an empty one cannot be told apart without the secret."""
    lengths = set()
    for others in (0, 20):
        own, *_ = [await quoted(await member(Role.INTERMEDIARY), project, 100) for _ in range(others + 1)]
        with clock.fixed(LATER + timedelta(hours=others)):
            await contests.publish_due()
        [proof] = await log.sealed_proofs([own.row.commitment])
        assert proof is not None
        lengths.add(len(proof.path))
    assert lengths == {sealed.DEPTH}


async def test_checkpoints_come_when_anybody_could_have_said(project: Project) -> None:
    """At most every ten minutes while a notice is open, once more after its deadline and before its opening, never in between."""
    made = []
    for seconds in (0, 1, 599, 600, 601, 1200):
        with clock.fixed(NOON + timedelta(seconds=seconds)):
            made.append(await contests.publish_due())
    assert made == [True, False, False, True, False, True]
    with clock.fixed(CLOSES - timedelta(seconds=1)):
        assert await contests.publish_due()
    for seconds, due in ((0, False), (1, True), (2, False)):
        with clock.fixed(CLOSES + timedelta(seconds=seconds)):
            assert await contests.publish_due() is due
    await contest.opened(project)
    with clock.fixed(CLOSES + timedelta(days=1)):
        assert not await contests.publish_due()


async def test_the_opening_is_signed_with_all_that_came_before(project: Project) -> None:
    """In the opening's own transaction the batch comes first, the opened quotes after it, the checkpoint over both."""
    own = await quoted(await member(Role.INTERMEDIARY), project, 100)
    await contest.opened(project)
    actions = [row.action for row in await models.LogEntry.all().order_by("seq")]
    last = await log.last_checkpoint()
    assert last is not None and last.size == len(actions)
    assert actions.index("sealed:batch") < actions.index("quotes:open")
    [proof] = await log.sealed_proofs([own.row.commitment])
    assert proof is not None and proof.checkpoint.size == last.size


async def test_every_look_at_what_is_sealed_is_an_act(project: Project) -> None:
    """Who, when, at what: kept, committed to, and opened to nobody; a look outside of a use case fails."""
    bidder = await member(Role.INTERMEDIARY)
    own = await quoted(bidder, project, 100)
    with clock.fixed(NOON):
        await service.own_quotes(bidder, project.id)
    [act] = await models.SealedAct.exclude(body="")
    assert str(bidder.account_id) in act.body and own.row.commitment in act.body
    assert act.commitment == sealed.commitment_of(act.body)
    with pytest.raises(LookupError):
        service.read.unsealed(project.id, own.row)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE sealed_acts SET body = REPLACE(body, 'look', 'lock') WHERE body <> ''", "batch"),
        ("DELETE FROM sealed_acts WHERE body = ''", "batch"),
        ("DELETE FROM sealed_batches", "batch"),
        ("UPDATE log_checkpoints SET root = REPLACE(root, SUBSTR(root, 1, 1), 'x')", "checkpoint"),
        ("UPDATE log_checkpoints SET note = REPLACE(note, 'time 2026', 'time 2025')", "checkpoint"),
    ],
)
async def test_what_belongs_to_a_checkpoint_is_checked_with_it(project: Project, statement: str, reason: str) -> None:
    """A sealed act changed or dropped, a batch without its secret, a checkpoint with another root or time: named at its entry."""
    bidder = await member(Role.INTERMEDIARY)
    await quoted(bidder, project, 100)
    with clock.fixed(NOON):
        await service.own_quotes(bidder, project.id)
        await contests.publish_due()
    seq = (await models.LogEntry.get(action="sealed:batch")).seq
    await unlocked(statement)
    verdict = await log_service.verify()
    assert (verdict.broken, verdict.reason) == (seq, reason)


async def unlocked(statement: str) -> None:
    """Run a statement as somebody who got round the triggers."""
    connection = log_service.db.connection()
    for table in ("log_checkpoints", "sealed_batches"):
        if log_service.db.is_postgres():
            await connection.execute_script(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            continue
        for verb in ("update", "delete"):
            await connection.execute_script(f"DROP TRIGGER {table}_no_{verb}")
    await connection.execute_script(statement)
