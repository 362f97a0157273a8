"""Life cycles as data: who may move what from where to where is a table that one can print."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from market.errors import WrongState


@dataclass(frozen=True)
class Move:
    """One arrow: ``name`` is the verb; ``by`` the action that the actor needs, or "time" for the marketplace itself."""

    name: str
    sources: tuple[StrEnum, ...]
    target: StrEnum
    by: str


def find(moves: Iterable[Move], name: str) -> Move:
    """The move of that name. Raises KeyError: a caller names moves literally."""
    return {m.name: m for m in moves}[name]


def check(kind: str, moves: Iterable[Move], name: str, state: str) -> Move:
    """The move, if it is possible from ``state``. Raises WrongState."""
    move = find(moves, name)
    if state not in move.sources:
        raise WrongState(kind, state, tuple(s.value for s in move.sources))
    return move


def reachable(moves: Iterable[Move], start: StrEnum) -> set[StrEnum]:
    """Every state that the moves lead to from ``start``, itself included."""
    seen, todo, table = {start}, [start], tuple(moves)
    while todo:
        state = todo.pop()
        new = {m.target for m in table if state in m.sources} - seen
        seen |= new
        todo.extend(new)
    return seen


def as_mermaid(moves: Iterable[Move]) -> str:
    """The table as a Mermaid state diagram, for the README."""
    lines = [f"    {source} --> {m.target}: {m.name}" for m in moves for source in m.sources]
    return "\n".join(["stateDiagram-v2", *lines])
