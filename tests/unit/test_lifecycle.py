"""Every life cycle, generated from its table: each (state, move, role), and what can be reached."""

import itertools
import re

import pytest

from market.actors import Role
from market.errors import WrongState
from market.lifecycle import Move, as_mermaid, check, reachable
from market.permissions import GRANTS, Action
from tests.house.source import life_cycles

NOUNS = dict(life_cycles())
MOVES = {noun: module.MOVES for noun, module in NOUNS.items()}
STATES = {noun: tuple(type(moves[0].target)) for noun, moves in MOVES.items()}
PAIRS = [(noun, state, move) for noun, moves in MOVES.items() for state, move in itertools.product(STATES[noun], moves)]
_ARROW = re.compile(r"    (\w+) --> (\w+): (\w+)")


def test_there_are_life_cycles() -> None:
    """The generated tests below are about something."""
    assert len(PAIRS) > 50


@pytest.mark.parametrize(("noun", "state", "move"), PAIRS, ids=lambda part: getattr(part, "name", part))
def test_a_move_goes_where_the_diagram_says(noun: str, state: str, move: Move) -> None:
    """From each state each move either is an arrow of the printed diagram, or is refused naming the states from which it goes."""
    arrows = _ARROW.findall(as_mermaid(MOVES[noun]))
    if (state, move.target, move.name) in arrows:
        assert check(noun, MOVES[noun], move.name, state) is move
        return
    with pytest.raises(WrongState) as refusal:
        check(noun, MOVES[noun], move.name, state)
    assert refusal.value.needed == tuple(source for source, _, name in arrows if name == move.name)


@pytest.mark.parametrize("noun", NOUNS)
def test_every_state_can_be_reached(noun: str) -> None:
    """From the first state the moves lead to all others, and to nothing else."""
    assert reachable(MOVES[noun], STATES[noun][0]) == set(STATES[noun])


@pytest.mark.parametrize("noun", NOUNS)
def test_nothing_returns_to_an_end(noun: str) -> None:
    """There is an end, a move never stays where it is, and names are used once."""
    names = [move.name for move in MOVES[noun]]
    assert len(names) == len(set(names))
    assert all(move.target not in move.sources for move in MOVES[noun])
    assert set(STATES[noun]) - {source for move in MOVES[noun] for source in move.sources}


@pytest.mark.parametrize(("noun", "move"), [(noun, move) for noun, moves in MOVES.items() for move in moves])
def test_a_move_belongs_to_somebody(noun: str, move: Move) -> None:
    """Each move is made by time, or by an action that the permission table grants to at least one role."""
    assert move.by == "time" or set(GRANTS[Action(move.by)]) & set(Role)
