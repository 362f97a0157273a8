"""What readers of files hand over: the cells of a record with its line, or what is wrong with a line."""

from dataclasses import dataclass

from market.imports.problems import Code


@dataclass(frozen=True, slots=True)
class Record:
    """One record. ``done``: how far the reader is, in the unit of its total."""

    line: int
    cells: list[str]
    done: int = 0


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that is no record; reading goes on after it unless it is line 0, the whole file."""

    line: int
    code: Code
    value: str = ""


Item = Record | Broken


class LostDigits(str):
    """A number from a spreadsheet with more digits than it keeps: a code typed as a number is no longer the code."""

    __slots__ = ()
