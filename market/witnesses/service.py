"""A witness brings back a checkpoint that it was shown.

Anyone may, without an account: only a note under our own signature is taken, so nobody can make one up, nor fill the table.
It is enough that one reader who was shown another log brings its checkpoint here, or anywhere else: two roots of one size under
one signature are proof by themselves, and the log itself keeps that they came.
"""

from market.actors import Actor
from market.errors import InvalidInput
from market.log import notes
from market.log import read as log
from market.parties import read as parties
from market.usecase import unit, use_case
from market.witnesses import read
from market.witnesses.models import WitnessedCheckpoint

MAX_CHARACTERS = 4_000


@use_case(None)
async def witness(actor: Actor, note: str) -> read.Witnessed:
    """Compare with the log, keep, and answer with our own root of that size. Raises InvalidInput when the note is not ours."""
    seen = _ours(note)
    await log.hold()
    root, who = seen.root.hex(), await _code(actor)
    known = await WitnessedCheckpoint.get_or_none(size=seen.size, root=root, witness=who)
    if known:
        unit().replayed = True
        return await read.beside_ours(known)
    agrees = await read.our_root(seen.size) == root
    whole = notes.sign(notes.opened(note))  # what others wrote below is not kept
    row = await WitnessedCheckpoint.create(size=seen.size, root=root, at=unit().now, agrees=agrees, witness=who, note=whole)
    unit().record("log:witness" if agrees else "log:fork", f"checkpoint:{seen.size}", root=root, witness=who)
    return await read.beside_ours(row)


async def _code(actor: Actor) -> str:
    [organisation] = await parties.organisations_by_id([actor.organisation_id])
    return organisation.code if organisation else ""


def _ours(note: str) -> notes.Checkpoint:
    if len(note) > MAX_CHARACTERS:
        raise InvalidInput.one("note", "too_long", limit=MAX_CHARACTERS, given=len(note))
    try:
        seen = notes.Checkpoint.of(note)
    except notes.NoteRefused as refused:
        raise InvalidInput.one("note", refused.reason) from None
    if not 1 <= seen.size < 1 << 62:
        raise InvalidInput.one("note", "note_form")
    return seen
