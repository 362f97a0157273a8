"""The log over the API: what anybody can check with nothing but the answers, and what nobody can see."""

import asyncio
import base64
from datetime import timedelta
from typing import Any

import pytest

from market import clock
from market.actors import SYSTEM, Role
from market.log import export, models, notes, offline, sealed, service, tree
from market.log import read as log
from market.quotes import contests
from market.usecase import unit, use_case
from tests import contest
from tests.contest import NOON, OPENS, member, quoted
from tests.schema.conftest import Execute

HOUR = timedelta(hours=1)
EVERYTHING = """{ log { size root origin publicKey checkpoint { size root at note } witnessed { totalCount }
    checkpoints(first: 100) { totalCount edges { node { size } } } }
    changes(first: 100) { totalCount edges { cursor node { seq leafHash at action body } } } }"""
PROOFS = (
    "query($f: Int!, $s: Int!, $n: Int!) { log { inclusionProof(seq: $s, size: $n) consistencyProof(first: $f, second: $n) } }"
)
WITNESS = """mutation($n: String!) { witnessCheckpoint(input: {note: $n}) { __typename
    ... on WitnessedCheckpoint { size root agrees witness note ourRoot ours } ... on InvalidInput { fields { path code } } } }"""


async def _published() -> Any:
    return await contest.published(await member(Role.APPLICANT), contest.form(contest.CHOICE_ITEM, told_not_obliged=True))


def _hashes(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


async def test_every_entry_is_proven_from_answers_alone(execute: Execute) -> None:
    """Leaf hashes give the root, bodies their hashes, each proof holds, the checkpoint is signed over it."""
    await _published()
    with clock.fixed(NOON):
        await contests.publish_due()
    told = (await execute(EVERYTHING)).data
    rows, size = [edge["node"] for edge in told["changes"]["edges"]], told["log"]["size"]
    grown, roots = tree.Frontier(0, []), []
    for row in rows:
        assert row["body"] is None or tree.leaf_hash(row["body"].encode()).hex() == row["leafHash"]
        grown.add(bytes.fromhex(row["leafHash"]))
        roots.append(grown.root())
    assert (grown.root().hex(), told["log"]["checkpoint"]["root"], told["changes"]["totalCount"]) == (
        *[told["log"]["root"]] * 2,
        size,
    )
    assert {row["action"] for row in rows} >= {None, "project:approve", "sealed:batch"}
    for seq in range(1, size + 1):
        proofs = (await execute(PROOFS, f=seq, s=seq, n=size)).data["log"]
        assert tree.includes(
            seq - 1, size, bytes.fromhex(rows[seq - 1]["leafHash"]), _hashes(proofs["inclusionProof"]), roots[-1]
        )
        assert tree.consistent(seq, size, (roots[seq - 1], roots[-1]), _hashes(proofs["consistencyProof"]))
    assert notes.Checkpoint.of(told["log"]["checkpoint"]["note"]).root == roots[-1]


@pytest.mark.parametrize(("f", "s", "n"), [(1, 0, 3), (1, 4, 3), (0, 1, 3), (4, 1, 3), (1, 1, 10**6), (1, 1, -1)])
async def test_a_proof_of_what_is_not_there_is_refused(execute: Execute, f: int, s: int, n: int) -> None:
    """With the code of a bad argument."""
    answer = await execute(PROOFS, f=f, s=s, n=n)
    assert answer.errors[0].extensions["code"] == "BAD_USER_INPUT"


async def test_who_polls_cannot_tell_twenty_quotes_from_none(execute: Execute) -> None:
    """Two markets side by side, polled all along until the deadline: the answers differ in nothing that can be counted or timed."""
    seen = []
    for quotes in (0, 20):
        project, polls = await _published(), []
        start = (await log.frontier()).size
        for minute in range(0, 60, 5):
            at = NOON + timedelta(days=len(seen), minutes=minute)
            for number in range(quotes // 10 if minute < 50 else 0):
                await quoted(await member(Role.INTERMEDIARY), project, 100 + number, at=NOON + timedelta(minutes=minute))
            with clock.fixed(at):
                await contests.publish_due()
                told = (await execute(EVERYTHING)).data
            polls.append(_shape(told, start, at))
        seen.append(polls)
    assert seen[0] == seen[1] and await models.SealedAct.all().count() == 20


def _shape(told: Any, start: int, at: Any) -> tuple[Any, ...]:
    """Everything about an answer but random values: how long, how many, how old."""
    rows = [edge["node"] for edge in told["changes"]["edges"]][start:]
    kinds = [(row["action"], row["body"] and len(row["body"]) - len(str(row["seq"])), row["seq"] - start) for row in rows]
    signed = told["log"]["checkpoint"]
    age = signed and (at.isoformat()[11:], len(signed["note"].replace(f"\n{signed['size']}\n", "\n\n")), signed["size"] - start)
    return told["log"]["size"] - start, kinds, age


async def test_a_receipt_is_its_holders_alone_and_an_opened_quote_everybodys(execute: Execute) -> None:
    """Before the opening nobody else gets a proof; afterwards anybody follows content and salt to a checkpoint before it."""
    project, bidder = await _published(), await member(Role.INTERMEDIARY)
    own = await quoted(bidder, project, 100)
    proof = "logProof { seq place path inclusion checkpoint { size root note } }"
    shape = f"myQuotes {{ commitment signedReceipt {proof} }} quotes {{ commitment {proof} }}"
    mine = f"query($c: String!) {{ project(code: $c) {{ {shape} }} }}"
    with clock.fixed(NOON):
        waiting = (await execute(mine, bidder, c=project.code)).data["project"]["myQuotes"]
        assert waiting[0]["logProof"] is None and notes.opened(waiting[0]["signedReceipt"])
    with clock.fixed(NOON + HOUR):
        await contests.publish_due()
        held = (await execute(mine, bidder, c=project.code)).data["project"]
        assert (await execute(mine, await member(Role.INTERMEDIARY), c=project.code)).data["project"]["myQuotes"] == []
    await contest.opened(project)
    with clock.fixed(OPENS):
        [opened] = (await execute(mine, c=project.code)).data["project"]["quotes"]
    assert held["quotes"] is None and opened["logProof"] == held["myQuotes"][0]["logProof"]
    told, signed = opened["logProof"], notes.Checkpoint.of(opened["logProof"]["checkpoint"]["note"])
    entry = (await execute("query($s: Int!) { log { entry(seq: $s) { body leafHash } } }", s=told["seq"])).data["log"]["entry"]
    root = sealed.root_of(told["place"], own.row.commitment, _hashes(told["path"]))
    assert root is not None and root.hex() in entry["body"] and signed.at == NOON + HOUR
    leaf = tree.leaf_hash(entry["body"].encode())
    assert tree.includes(told["seq"] - 1, signed.size, leaf, _hashes(told["inclusion"]), signed.root)


async def test_a_witness_is_answered_and_equivocation_recorded(execute: Execute) -> None:
    """Our own checkpoint agrees; another root under our signature does not, and both stand in the public list and the log."""
    await _published()
    with clock.fixed(NOON):
        await contests.publish_due()
    last, association = await log.last_checkpoint(), await member(Role.INTERMEDIARY)
    assert last is not None
    fork = notes.Checkpoint(last.size, bytes(32), NOON).note()
    longer = notes.Checkpoint(last.size + 100, bytes(32), NOON).note()
    for note, agrees in ((last.note, True), (fork, False), (longer, False), (fork, False)):
        told = (await execute(WITNESS, association, n=note + "— spam AAAA\n")).data["witnessCheckpoint"]
        assert (told["agrees"], told["witness"], told["note"]) == (agrees, await contest.code_of(association), note)
        assert told["ourRoot"] == (None if note == longer else last.root) and (told["ours"] is None) == (note == longer)
    assert (await execute(WITNESS, n=fork)).data["witnessCheckpoint"]["witness"] == ""
    listed = (
        await execute("{ log { witnessed(first: 3) { totalCount pageInfo { endCursor } edges { node { agrees root } } } } }")
    ).data["log"]
    assert listed["witnessed"]["totalCount"] == 4
    assert await models.LogEntry.filter(action="log:fork").count() == 3
    assert await models.LogEntry.filter(action="log:witness").count() == 1


@pytest.mark.parametrize(
    ("change", "code"), [("none", "note_form"), ("foreign", "note_key"), ("edited", "note_signature"), ("long", "too_long")]
)
async def test_what_we_did_not_sign_is_no_testimony(execute: Execute, change: str, code: str) -> None:
    """Nothing is stored of what anybody could have written."""
    note = notes.Checkpoint(3, bytes(32), NOON).note()
    given = {"none": "hello", "long": note * 40, "edited": note.replace("\n3\n", "\n4\n")}
    foreign = base64.b64encode(bytes(68)).decode()
    given["foreign"] = f"{note.partition(chr(10) * 2)[0]}\n\n— somebody {foreign}\n"
    told = (await execute(WITNESS, n=given[change])).data["witnessCheckpoint"]
    assert told == {"__typename": "InvalidInput", "fields": [{"path": "note", "code": code}]}


@use_case(None)
async def _write(_actor: object, number: int) -> None:
    await asyncio.sleep(0.002 * (number % 3))
    unit().record("test:wrote", f"test:{number}")


async def test_a_reader_of_the_feed_misses_nothing(execute: Execute) -> None:
    """Twelve writers at once, one reader that follows its cursor all the while: every entry, once, in order."""
    before, numbers, seen = (await log.frontier()).size, iter(range(240)), list[int]()

    async def write() -> None:
        for number in numbers:
            await _write(SYSTEM, number)

    async def follow(cursor: str | None = None) -> None:
        while not seen or seen[-1] < before + 240:
            text = "query($a: String) { changes(first: 7, after: $a) { edges { cursor node { seq } } } }"
            edges = (await execute(text, a=cursor)).data["changes"]["edges"]
            seen.extend(edge["node"]["seq"] for edge in edges)
            cursor = edges[-1]["cursor"] if edges else cursor

    await asyncio.wait_for(asyncio.gather(follow(), *(write() for _ in range(12))), 100)
    assert seen == list(range(1, before + 241))
    assert (await service.verify()).broken is None


async def test_an_exported_log_verifies_without_us(execute: Execute) -> None:
    """What the export writes, the program reads: up to the newest checkpoint."""
    project = await _published()
    await quoted(await member(Role.INTERMEDIARY), project, 100)
    await contest.opened(project)
    lines = [line async for line in export.lines()]
    found = offline.verify(lines, notes.verifier())
    assert (found.problem, found.entries, found.checkpoints) == (None, (await log.frontier()).size, 1)
    assert "quotes:open" in "".join(lines) and "organisation:register" not in "".join(lines)
