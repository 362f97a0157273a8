"""What is public is committed and compared: the schema, who may do what, the life cycles, the refusals.

``python -m tests.house.public [sdl …]`` writes them anew (``make sdl``, ``make golden``); the diff is the review.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import attrs

from market import lifecycle
from market.actors import Role
from market.permissions import GRANTS
from schema import errors, messages
from schema.schema import schema
from tests.house.source import ROOT, life_cycles
from web import i18n


def sdl() -> str:
    """The GraphQL schema."""
    return schema.as_str() + "\n"


def permissions() -> str:
    """Action × role: how the actor must stand to the subject."""
    head = ["| | " + " | ".join(Role) + " |", "|---" * (len(Role) + 1) + "|"]
    rows = (f"| {action} | " + " | ".join(grants.get(role, "–") for role in Role) + " |" for action, grants in GRANTS.items())
    return "\n".join(["# Who may do what", "", *head, *rows, ""])


def states() -> str:
    """The life cycles as Mermaid diagrams."""
    parts = ["# Life cycles", ""]
    for noun, module in life_cycles():
        parts += [f"## {noun}", "", "```mermaid", lifecycle.as_mermaid(module.MOVES), "```", ""]
        parts += [f"- {move.name}: {move.by}" for move in module.MOVES] + [""]
    return "\n".join(parts)


def refusals() -> str:
    """Every typed refusal: its facts and its sentences."""
    rows = []
    for error in errors.TYPES:
        facts, sentence = ", ".join(field.name for field in attrs.fields(error)), messages.MESSAGES[error]
        rows.append(f"| {error.__name__} | {facts} | {sentence} | {i18n.translate('en', sentence)} |")
    return "\n".join(["# Refusals", "", "| type | facts | 中文 | English |", "|---|---|---|---|", *rows, ""])


GOLDEN = Path("tests/house/golden")
COMMITTED: dict[str, tuple[Path, Callable[[], str]]] = {
    "sdl": (Path("schema/schema.graphql"), sdl),
    "permissions": (GOLDEN / "permissions.md", permissions),
    "states": (GOLDEN / "states.md", states),
    "refusals": (GOLDEN / "refusals.md", refusals),
}


def rewrite(*names: str) -> None:
    """Write these anew; all of them when none is named."""
    for name in names or COMMITTED:
        path, text = COMMITTED[name]
        (ROOT / path).parent.mkdir(exist_ok=True)
        (ROOT / path).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    rewrite(*sys.argv[1:])
