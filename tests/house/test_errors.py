"""Errors are complete: exception ↔ GraphQL type ↔ sentence in both languages, and the sentence can be filled in."""

import ast
import inspect
import string
from collections.abc import Iterator

import attrs
import pytest
from graphql import GraphQLInterfaceType

from market import errors
from schema import errors as shown
from schema.labels import LABELS
from schema.messages import FIELD_MESSAGES, FILED, MESSAGES, WITHOUT
from schema.schema import schema
from tests.house.source import Source, dotted, listing, sources
from web import i18n

_CLASSES = {value for _, value in inspect.getmembers(errors, inspect.isclass)}
EXCEPTIONS = {c for c in _CLASSES if issubclass(c, errors.MarketError)} - {errors.MarketError}


def _holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _facts(error: type[errors.MarketError]) -> set[str]:
    return {field.name.removesuffix("_fen") for field in attrs.fields(error)}


def _calls(*folders: str) -> Iterator[tuple[Source, ast.Call]]:
    for source in sources(*folders):
        yield from ((source, node) for node in source.nodes() if isinstance(node, ast.Call))


def _text(arguments: list[ast.expr], index: int) -> str | None:
    node = arguments[index] if len(arguments) > index else None
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_every_refusal_has_a_sentence() -> None:
    """market/errors.py and schema/messages.py name the same exceptions."""
    missing, gone = EXCEPTIONS - MESSAGES.keys(), MESSAGES.keys() - EXCEPTIONS
    assert (missing, gone) == (set(), set()), "\nAdd or remove the sentence in schema/messages.py."


def test_every_refusal_is_a_type_of_the_schema() -> None:
    """Each is a GraphQL type that implements Error, but for NotSignedIn, which is a GraphQL error."""
    interface = schema._schema.type_map["Error"]
    assert isinstance(interface, GraphQLInterfaceType)
    implemented = {t.name for t in schema._schema.get_possible_types(interface)}
    assert implemented == {e.__name__ for e in EXCEPTIONS - {errors.NotSignedIn}}
    assert {h.exception_type for h in shown.HANDLERS} == EXCEPTIONS - {errors.NotSignedIn}


@pytest.mark.parametrize("error", sorted(EXCEPTIONS, key=lambda e: e.__name__))
def test_a_refusal_is_frozen_and_tells_only_its_facts(error: type[errors.MarketError]) -> None:
    """It cannot be changed after it is raised, and its sentence asks for no fact that it has not."""
    assert error.__setattr__ is not Exception.__setattr__, "decorate it with @frozen"
    assert _holes(MESSAGES[error]) <= _facts(error)


def test_every_refusal_is_raised() -> None:
    """An exception that nothing raises is a promise that nothing keeps."""
    said = {part for _, call in _calls("market") for part in dotted(call).split(".")}
    unused = {e.__name__ for e in EXCEPTIONS} - said
    assert not unused, listing(sorted(unused), "Raise it, or remove it with its sentence.")


def _field_problems() -> Iterator[tuple[Source, ast.Call, str]]:
    """Calls that note a field problem with a literal code."""
    for source, call in _calls("market", "schema"):
        name = dotted(call)
        if name.endswith((".add", ".one", "FieldProblem")) and (code := _text(call.args, 1)):
            yield source, call, code


def test_every_field_problem_has_a_sentence() -> None:
    """A code that the domain uses has a sentence, whose facts are given."""
    found = []
    for source, call, code in _field_problems():
        given = {keyword.arg for keyword in call.keywords}
        literal = None not in given and not dotted(call).endswith("FieldProblem")
        if code not in FIELD_MESSAGES:
            found.append(f"{source.at(call)} {code}: no sentence")
        elif literal and (lacking := _holes(FIELD_MESSAGES[code]) - given):
            found.append(f"{source.at(call)} {code}: its sentence needs {', '.join(sorted(lacking))}")
    assert not found, listing(found, "Keep the vocabulary small; a new code goes into FIELD_MESSAGES of schema/messages.py.")


def test_no_sentence_of_a_field_is_left_over() -> None:
    """A sentence that no code asks for goes."""
    others = (s for s in sources("market", "schema") if s.name != "schema/messages.py")
    left = FIELD_MESSAGES.keys() - {n.value for s in others for n in s.nodes() if isinstance(n, ast.Constant)}
    assert not left, listing(sorted(left), "Remove it from schema/messages.py.")


def test_every_kind_of_thing_has_a_word() -> None:
    """The first fact of these refusals is shown to people: it needs a label."""
    named = {"NotFound", "WrongState", "ConcurrentChange", "AlreadyFiled", "AlreadyRegistered"}
    calls = [(s.at(c), _text(c.args, 0)) for s, c in _calls("market", "schema") if dotted(c).split(".")[-1] in named]
    found = [f"{at} {kind}" for at, kind in calls if kind and kind not in LABELS]
    assert not found, listing(found, "Add the word to LABELS in schema/labels.py.")


def test_what_is_done_once_has_its_sentence() -> None:
    """Only contracts and invoices are refused for a number that is taken; all else is said in its own words."""
    kinds = {_text(call.args, 0) for _, call in _calls("market") if dotted(call).split(".")[-1] == "AlreadyFiled"}
    assert kinds == {*FILED, "contract", "invoice"}


def test_every_sentence_is_translated_with_its_facts() -> None:
    """English has every sentence, with the same places to fill in."""
    rarer = {text for by_facts in WITHOUT.values() for text in by_facts.values()}
    texts = sorted({*MESSAGES.values(), *FILED.values(), *rarer, *FIELD_MESSAGES.values(), *LABELS.values()})
    english = {text: i18n.translate("en", text) for text in texts}
    found = [text for text in texts if english[text] == text or _holes(english[text]) != _holes(text)]
    assert not found, listing(found, "Run `make messages`, then translate in web/locale/en/LC_MESSAGES/messages.po.")
