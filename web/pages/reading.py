"""From the texts of an address or a form to what JSON would carry, by the GraphQL type that is wanted.

People write full-width digits, thousand separators and units; a form's day and hour are Zhoushan's. What cannot be read stays
text, and the schema refuses it. What no form can mean, an amount of nothing, a year far off, is refused before the answers are
shown once more: the rules behind an operation speak only when it is done.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    get_nullable_type,
    is_non_null_type,
    is_required_input_field,
)
from graphql.utilities import validate_input_value
from starlette.datastructures import ImmutableMultiDict

from schema.labels import N_
from schema.messages import FIELD_MESSAGES

Variables = dict[str, Any]

_INTEGER = re.compile(r"-?[0-9]{1,10}")
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))? ?%?")
_AMOUNT = re.compile(r"-?[0-9]+(?:\.[0-9]{1,2})?")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_YEARS = range(1900, 2101)
"""Of every day and moment in a form: shares may have been held for long, papers be valid for long."""
_LOCAL_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")
_UNITS = str.maketrans("", "", ",，、¥￥元 \u3000")
_BASIS = "Bp"
"""Names of rates in basis points end so: people write percent."""
_MOST = 50
"""Rows of one list in one form."""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _integer(text: str) -> int | str:
    return int(_plain(text)) if _INTEGER.fullmatch(_plain(text)) else text


def _percent(text: str) -> int | str:
    """Percent with at most two decimals, as basis points."""
    found = _PERCENT.fullmatch(_plain(text))
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else text


def _day(text: str) -> str:
    found = _DAY.fullmatch(_plain(text))
    return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}" if found else _plain(text)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "Int": _integer,
    "Boolean": lambda text: {"true": True, "on": True, "false": False}.get(text, text),
    "Yuan": lambda text: unicodedata.normalize("NFKC", text).translate(_UNITS),
    "Date": _day,
    "DateTime": lambda text: f"{text}+08:00" if _LOCAL_TIME.fullmatch(text) else text,
}
"""Type → how its text is read. All other types take text."""

_ZERO_TOO = ("DeclareFeeInput",)
"""Forms in which an amount of zero is an answer: nothing was paid."""
_MISSING = N_("请填写这一项。")
_NOT_POSITIVE, _TOO_LARGE = FIELD_MESSAGES["not_positive"], FIELD_MESSAGES["too_large"]
_CHOICE = N_("请从列表里选一项。")
_RATE = N_("请写成百分数，至多两位小数，如 12.5。")
_SAYS = {
    "Yuan": N_("请把金额写成数字，以元为单位，至多两位小数，如 1234.50。"),
    "Date": N_("请把日期写成 2026-12-01 这样，并且要有这一天。"),
    "DateTime": N_("请把时间写成 2026-12-01T17:00 这样，并且要有这一天。"),
    "Int": N_("请写一个整数。"),
}
_YEAR = N_("请核对年份，应在 1900 年到 2100 年之间。")


class Reading:
    """The texts of one address or form, under names like ``invoice.amount`` and ``scores.0.points``."""

    def __init__(self, given: ImmutableMultiDict[str, str]) -> None:
        self.given = given

    def value(self, wanted: GraphQLInputType, name: str) -> Any:
        """The value under a name; None where all of it is blank."""
        kind = get_nullable_type(wanted)
        if isinstance(kind, GraphQLInputObjectType):
            return self.object(kind, f"{name}.") or None
        if isinstance(kind, GraphQLList):
            return self._list(get_nullable_type(kind.of_type), name) or None
        texts = self._texts(kind, name)
        return texts[-1] if texts else None

    def object(self, wanted: GraphQLInputObjectType, prefix: str = "") -> Variables:
        """The fields that are filled in."""
        found = {name: self.value(field.type, f"{prefix}{name}") for name, field in wanted.fields.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _list(self, inner: Any, name: str) -> list[Any]:
        if not isinstance(inner, GraphQLInputObjectType):
            return self._texts(inner, name)
        rows = [self.object(inner, f"{name}.{number}.") for number in self._numbers(name)]
        return [row for row in rows if row]

    def _texts(self, kind: Any, name: str) -> list[Any]:
        read = _percent if name.endswith(_BASIS) else _READERS.get(kind.name, str)
        return [read(text) for text in self.given.getlist(name) if text.strip()]

    def _numbers(self, name: str) -> list[int]:
        rest = (key.removeprefix(f"{name}.").partition(".")[0] for key in self.given if key.startswith(f"{name}."))
        return sorted({int(text) for text in rest if text.isascii() and text.isdecimal() and int(text) < _MOST})


def problems(wanted: GraphQLInputType, value: Any, name: str = "") -> dict[str, str]:
    """Name of a field → what is wrong with it, for a value that the schema would not take. A row of a list is named by its number."""
    found: dict[str, str] = {}

    def note(_error: Exception, path: list[str | int]) -> None:
        at = ".".join([*filter(None, [name]), *map(str, path)])
        kind, given = _at(wanted, value, path)
        unread = _TOO_LARGE if kind == "Yuan" and _AMOUNT.fullmatch(str(given)) else _SAYS.get(kind, _CHOICE)
        found.setdefault(at, _RATE if at.endswith(_BASIS) else unread)

    found |= dict.fromkeys(_missing(wanted, value, name), _MISSING)
    if not found:
        validate_input_value(value, wanted, note)
    return dict(_improbable(wanted, value, name)) | found


def _improbable(wanted: GraphQLInputType, value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Amounts of nothing or less, days of another age: read, but never meant."""
    kind: Any = get_nullable_type(wanted)
    if isinstance(value, dict):
        for key, part in _meant(kind, value).items():
            yield from _improbable(kind.fields[key].type, part, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for number, row in enumerate(value):
            yield from _improbable(kind.of_type, row, f"{name}.{number}")
    elif kind.name in _IMPROBABLE and (said := _IMPROBABLE[kind.name](str(value))):
        yield name, said


def _meant(kind: GraphQLInputObjectType, value: Variables) -> Variables:
    """All but the zeros of a form where they say something."""
    return {key: part for key, part in value.items() if kind.name not in _ZERO_TOO or str(part).strip("0.")}


def _nothing(yuan: str) -> str:
    return _NOT_POSITIVE if yuan.startswith("-") or not yuan.strip("0.") else ""


def _far_off(at: str) -> str:
    return _YEAR if at[:4].isdecimal() and int(at[:4]) not in _YEARS else ""


_IMPROBABLE: Mapping[str, Callable[[str], str]] = {"Yuan": _nothing, "Date": _far_off, "DateTime": _far_off}


def _missing(wanted: GraphQLInputType, value: Any, name: str) -> Iterator[str]:
    """Required fields of objects that are there but lack them."""
    kind = get_nullable_type(wanted)
    if value is None:
        yield from [name] if is_non_null_type(wanted) else []
    elif isinstance(kind, GraphQLList):
        for number, row in enumerate(value):
            yield from _missing(kind.of_type, row, f"{name}.{number}")
    elif isinstance(kind, GraphQLInputObjectType):
        yield from _missing_fields(kind, value, f"{name}." if name else "")


def _missing_fields(kind: GraphQLInputObjectType, value: Variables, prefix: str) -> Iterator[str]:
    for key, field in kind.fields.items():
        if key in value or is_required_input_field(field):
            yield from _missing(field.type, value.get(key), f"{prefix}{key}")


def _at(wanted: Any, value: Any, path: list[str | int]) -> tuple[str, Any]:
    """The name of the type at a place, and what is there."""
    for step in path:
        kind = get_nullable_type(wanted)
        wanted = kind.fields[step].type if isinstance(kind, GraphQLInputObjectType) else kind.of_type
        value = value[step]
    return str(getattr(get_nullable_type(wanted), "name", "")), value
