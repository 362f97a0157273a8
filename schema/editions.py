"""What an edition of the list changed, in the API."""

from enum import Enum

import strawberry

from market.catalogue import read
from schema.context import Context


@strawberry.enum
class EditionChangeKind(Enum):
    """Came onto the list, left it, or has another value in a column."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@strawberry.type(description="一版清单相对上一版的一处改动。 One change against the edition before.")
class EditionChange:
    """``column``: as in the list's file, with both values as there; empty where the item came or left."""

    kind: EditionChangeKind
    code: str
    name: str
    column: str = ""
    before: str = ""
    after: str = ""


def changes(found: read.Changes, context: Context) -> list[EditionChange]:
    """Changes of class first, then what came, then what left."""
    names = {code: context.pick(*both) for code, both in found.names.items()}
    changed = [EditionChange(kind=EditionChangeKind.CHANGED, name=names[one.code], **vars(one)) for one in found.diff.changed]
    moved = ((EditionChangeKind.ADDED, found.diff.added), (EditionChangeKind.REMOVED, found.diff.removed))
    return changed + [EditionChange(kind=kind, code=code, name=names[code]) for kind, codes in moved for code in codes]
