"""One GraphQL type per refusal of ``market/errors.py``, made from its fields; the sentence comes from ``messages.py``.

The types are generated, so that the two sets cannot differ: a fact added to an exception is a field of its type.
"""

from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Union, get_args

import attrs
import strawberry
from graphql import GraphQLError

from market import errors
from market.clock import SHANGHAI
from market.money import format_yuan
from schema.context import Context, Info
from schema.labels import LABELS
from schema.messages import FIELD_MESSAGES, MESSAGES, NOBODY, template
from schema.scalars import Yuan


class BadRequest(GraphQLError):
    """An argument of a query that cannot be used; shown with the code BAD_USER_INPUT."""

    def __init__(self, argument: str, message: str) -> None:
        super().__init__(message, extensions={"code": "BAD_USER_INPUT", "argument": argument})


def _snake(name: str) -> str:
    return "".join(f"_{c}" if c.isupper() and i else c for i, c in enumerate(name)).upper()


SHOWN = [e for e in MESSAGES if e is not errors.NotSignedIn]
"""Refusals that appear in result unions; being signed out is a GraphQL error instead."""

_codes: Any = Enum("ErrorCode", [(_snake(e.__name__), _snake(e.__name__)) for e in SHOWN])  # type: ignore[misc]
ErrorCode = strawberry.enum(_codes, description="为程序准备的错误码。 One per error type.")


def _fields(error: Any) -> "tuple[attrs.Attribute[Any], ...]":
    return tuple(attrs.fields(error))


_CODED = frozenset(
    {"kind", "state", "needed", "item_class", "why", "ground", "field", "grade"}
    | {"allowed", "unit", "period", "reason", "method", "before", "now", "choices"}
)
"""Facts that are values of our own and have words; what somebody typed stays as it is, though it be one of these values."""
_OWN_WORDS = (errors.OnAvoidanceList, errors.AwardSuspended)
"""Their reason is somebody's sentence."""


# budget: one branch per kind of fact
def local_text(value: object, translate: Callable[[str], str], *, coded: bool) -> str:
    """A fact as people read it: times in Zhoushan, labels for codes (``coded``), lists joined."""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, errors.Difference):
        return f"{local_text(value.field, translate, coded=True)} {value.typed} ≠ {value.read}"
    if isinstance(value, tuple):
        return " / ".join(local_text(part, translate, coded=coded) for part in value) or "-"
    if value is None:
        return "-"
    return translate(LABELS[value]) if coded and isinstance(value, str) and value in LABELS else str(value)


def _told(error: errors.MarketError, name: str, translate: Callable[[str], str]) -> str:
    """One fact, as it stands in the sentence."""
    value = getattr(error, name)
    if name.endswith("_fen"):
        return format_yuan(value)
    text = local_text(value, translate, coded=name in _CODED and not (name == "reason" and isinstance(error, _OWN_WORDS)))
    return text[:1].lower() + text[1:] if name == "kind" else text  # which never begins a sentence


def sentence(error: errors.MarketError, translate: Callable[[str], str]) -> str:
    """The refusal in the reader's language."""
    names = [field.name for field in _fields(type(error))]
    facts = {name.removesuffix("_fen"): _told(error, name, translate) for name in names}
    if isinstance(error, errors.NotYourTurn) and not error.turn:
        facts["turn"] = translate(NOBODY)
    empty = tuple(name for name in names if getattr(error, name) in ("", None, ()))
    return translate(template(error, empty)).format(**facts)


@strawberry.interface(description="可预期的拒绝:message 给人看,code 给程序看。 An expected refusal.")
class Error:
    """``message`` for people, ``code`` and the type's own fields for programs."""

    message: str
    code: ErrorCode  # type: ignore[valid-type]  # made from the exceptions above


@strawberry.type
class FieldProblem:
    """One problem of one input field."""

    path: str
    code: str
    message: str

    @classmethod
    def of(cls, problem: errors.FieldProblem, translate: Callable[[str], str]) -> "FieldProblem":
        """The problem with its sentence."""
        facts = {name: local_text(value, translate, coded=name in _CODED) for name, value in problem.facts}
        text = translate(FIELD_MESSAGES.get(problem.code, problem.code)).format(**facts)
        return cls(path=problem.path, code=problem.code, message=text)


@strawberry.type
class CatalogueRowProblem:
    """One bad cell of a catalogue file."""

    line: int
    column: str
    code: str
    value: str


@strawberry.type
class Difference:
    """One field that is said twice and differently: as typed, and as read from the file."""

    field: str
    typed: str
    read: str


def _graphql_type(annotation: Any) -> Any:
    listed: dict[Any, Any] = {errors.FieldProblem: FieldProblem, errors.CatalogueRowProblem: CatalogueRowProblem}
    listed[errors.Difference] = Difference
    if annotation in (str, int, date, datetime, date | None):
        return annotation
    return list[listed.get(get_args(annotation)[0], str)]  # type: ignore[misc]


def _make_type(error: type[errors.MarketError]) -> type:
    shape: dict[str, Any] = {}
    for field in _fields(error):
        money = field.name.endswith("_fen")
        shape[field.name.removesuffix("_fen")] = Yuan if money else _graphql_type(field.type)
    made = type(error.__name__, (Error,), {"__annotations__": shape, "__module__": __name__, "__doc__": error.__doc__})
    return strawberry.type(made, description=(error.__doc__ or "").split("\n")[0])


TYPES: dict[type[errors.MarketError], type] = {error: _make_type(error) for error in SHOWN}


def present(error: errors.MarketError, context: Context) -> object:
    """The exception as an instance of its GraphQL type."""
    values: dict[str, Any] = {}
    for field in _fields(type(error)):
        value = getattr(error, field.name)
        if isinstance(value, tuple):
            value = [_present_part(part, context) for part in value]
        values[field.name.removesuffix("_fen")] = value
    code = ErrorCode[_snake(type(error).__name__)]
    return TYPES[type(error)](message=sentence(error, context.translate), code=code, **values)


def _present_part(part: object, context: Context) -> object:
    if isinstance(part, errors.FieldProblem):
        return FieldProblem.of(part, context.translate)
    if isinstance(part, errors.CatalogueRowProblem):
        return CatalogueRowProblem(line=part.line, column=part.column, code=part.code, value=part.value)
    if isinstance(part, errors.Difference):
        return Difference(field=part.field, typed=part.typed, read=part.read)
    return part


def _make_handler(error: type[errors.MarketError]) -> strawberry.ExceptionHandler[Any]:
    class Handler(strawberry.ExceptionHandler):  # type: ignore[type-arg]
        exception_type = error
        error_type = TYPES[error]

        def handle(self, exception: errors.MarketError, *, field: object, info: Info) -> object:
            return present(exception, info.context)

    return Handler()


HANDLERS = [_make_handler(error) for error in SHOWN]

_COMMON = (errors.InvalidInput, errors.NotFound, errors.NotPermitted)


def result(name: str, success: Any, *expected: type[errors.MarketError]) -> Any:
    """Decorator of a mutation: its result is a union ``name`` of the success type, the expected and the common refusals."""
    members = (success, *(TYPES[e] for e in dict.fromkeys((*expected, *_COMMON))))
    return strawberry.mutation(graphql_type=Annotated[Union[members], strawberry.union(name)])  # noqa: UP007 - made at run time


_CODES: dict[type[errors.MarketError], str] = {errors.NotSignedIn: "UNAUTHENTICATED", errors.NotPermitted: "FORBIDDEN"}


def as_graphql_error(error: errors.MarketError, context: Context) -> GraphQLError:
    """A refusal outside of a result union (queries, not signed in) as a coded GraphQL error, each bad argument with its sentence."""
    code = _CODES.get(type(error), "BAD_USER_INPUT")
    if not isinstance(error, errors.InvalidInput):
        return GraphQLError(sentence(error, context.translate), extensions={"code": code})
    problems = [vars(FieldProblem.of(problem, context.translate)) for problem in error.fields]
    message = " ".join(f"{problem['path']}: {problem['message']}" for problem in problems)
    return GraphQLError(message, extensions={"code": code, "fields": problems})
