"""What a new edition changes, column by column, changes of class first. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from market.catalogue.files import ItemRow
from market.money import format_yuan


@dataclass(frozen=True)
class Change:
    """One column of one item, both values as a catalogue file writes them."""

    code: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class EditionDiff:
    """Codes that come, codes that leave the list, and the columns that change."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[Change, ...] = ()

    @property
    def changed_codes(self) -> frozenset[str]:
        """The items of ``changed``."""
        return frozenset(change.code for change in self.changed)

    @property
    def class_changes(self) -> tuple[Change, ...]:
        """The changes that move the duty to commission or to pay."""
        return tuple(change for change in self.changed if change.column == "item_class")


def compare(before: Mapping[str, ItemRow], after: Mapping[str, ItemRow]) -> EditionDiff:
    """What leads from one list to the other, both by code."""
    changes = [change for code in before.keys() & after.keys() for change in _changes(before[code], after[code])]
    return EditionDiff(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(sorted(changes, key=lambda c: (c.column != "item_class", c.code, c.column))),
    )


def _changes(before: ItemRow, after: ItemRow) -> Iterator[Change]:
    for field in fields(ItemRow):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            money = field.name.endswith("_fen")
            column = field.name.replace("_fen", "_yuan") if money else field.name
            yield Change(before.code, column, _cell(old, money=money), _cell(new, money=money))


def _cell(value: object, *, money: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ";".join(value)
    return format_yuan(value) if money and isinstance(value, int) else str(value)
