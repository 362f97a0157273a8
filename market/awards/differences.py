"""What a recomputation found to be otherwise."""

import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """What is not as it was recomputed: ``part`` of the award, as ``awarded`` and as ``recomputed``."""

    part: str
    awarded: str
    recomputed: str


def first(parts: Mapping[str, tuple[object, object]]) -> Difference | None:
    """The first part whose two values differ: as published, as recomputed."""
    return next((Difference(part, text(a), text(b)) for part, (a, b) in parts.items() if a != b), None)


def text(value: object) -> str:
    """As people read it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def of_each(what: str, said: Mapping[str, str], found: Mapping[str, str]) -> Difference | None:
    """The first whose reason differs, by code; "" where there is none."""
    return first({f"{what} {code}": (said.get(code, ""), found.get(code, "")) for code in sorted({*said, *found})})
