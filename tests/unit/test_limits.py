"""The limits of a document, on a small schema with every shape that they measure."""

from typing import Any

import pytest
import strawberry
from graphql import get_introspection_query
from strawberry.types import ExecutionResult

from schema.context import Context
from schema.limits import Limits, bounded
from schema.masking import Schema


@strawberry.type
class Edge:
    node: "Tender"


@strawberry.type
class TenderConnection:
    edges: list[Edge]


@strawberry.type
class Tender:
    @strawberry.field
    def name(self) -> str:
        return "tender"

    @strawberry.field
    def tender(self) -> "Tender":
        return Tender()

    @strawberry.field
    def bids(self) -> list["Tender"]:
        return []

    @strawberry.field
    def page(self, first: int = 20) -> TenderConnection:
        return TenderConnection(edges=[])


SCHEMA = Schema(query=Tender, extensions=[bounded()])
SMALL = Limits(characters=300, definitions=4, nesting=9, depth=4, aliases=2, directives=2, fields=12, root_fields=5, nodes=500)
STRICT = Schema(query=Tender, extensions=[bounded(SMALL)])


async def ask(document: str, schema: Schema = STRICT, context: Context | None = None, **variables: Any) -> ExecutionResult:
    return await schema.execute(document, variables, context or Context())


def excess(result: ExecutionResult) -> tuple[str, int] | None:
    """Which limit was exceeded, and what was asked."""
    if not result.errors:
        return None
    extensions: dict[str, Any] = result.errors[0].extensions or {}
    assert extensions["code"] == "COST_LIMIT", result.errors
    return extensions["limit"], extensions["asked"]


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ("{ name }", None),
        ("{ name " + " " * 300 + "}", ("characters", 308)),
        ("query A { name } query B { name } query C { name } query D { name } query E { name }", ("definitions", 5)),
        ("{" + "... {" * 9 + "name" + "}" * 10, ("nesting", 10)),
        ("{ tender { tender { tender { name } } } }", None),
        ("{ tender { tender { tender { tender { name } } } } }", ("depth", 5)),
        ("{ ...F } fragment F on Tender { tender { tender { tender { tender { name } } } } }", ("depth", 5)),
        ("{ a: name b: name }", None),
        ("{ a: name b: name c: name }", ("aliases", 3)),
        ("{ a: __typename b: __typename c: __typename }", ("aliases", 3)),
        ("{ ...F tender { ...F } } fragment F on Tender { a: name b: name }", ("aliases", 4)),
        ("{ name @skip(if: false) @include(if: true) ...F @nope } fragment F on Tender { name }", ("directives", 3)),
        ("query Q @nope @nope @nope { name }", ("directives", 3)),
        ("{ name name name name name name }", ("root_fields", 6)),
        ("{ tender { " + "name " * 12 + "} }", ("fields", 13)),
        ("query A { name } query B { a: name b: name c: name }", ("aliases", 3)),
    ],
)
async def test_each_limit_counts_what_it_says(document: str, found: tuple[str, int] | None) -> None:
    """At the limit a document runs, one more is refused by the name of the limit."""
    assert excess(await STRICT.execute(document, context_value=Context(), operation_name=_first_name(document))) == found


def _first_name(document: str) -> str | None:
    return "A" if document.startswith("query A") else None


@pytest.mark.parametrize(
    ("document", "nodes"),
    [
        ("{ tender { name } }", 1),
        ("{ bids { name } }", 10),
        ("{ page { edges { node { name } } } }", 20 * 3),
        ("{ page(first: 100) { edges { node { bids { name } } } } }", 100 * 13),
        ("{ page(first: 1000000000000) { edges { node { name } } } }", 100 * 3),
        ("query ($n: Int) { page(first: $n) { edges { node { name } } } }", 30 * 3),
        ("query ($m: Int = 40) { page(first: $m) { edges { node { name } } } }", 40 * 3),
        ("query ($o: Int) { page(first: $o) { edges { node { name } } } }", 20 * 3),
        ("{ ...F } fragment F on Tender { bids { ... on Tender { ...G } } } fragment G on Tender { bids { name } }", 110),
        ("{ __schema { queryType { ofType { ofType { name } } } } }", 2),
        ("{ nonsense { name } }", 0),
    ],
)
async def test_nodes_multiply_along_lists(document: str, nodes: int) -> None:
    """The objects of an answer are counted with page sizes, from literals, variables and defaults."""
    limit = Schema(query=Tender, extensions=[bounded(Limits(nodes=nodes - 1))])
    assert excess(await ask(document, limit, n=30)) == ("nodes", nodes)


async def test_doubling_fragments_are_measured_once_each() -> None:
    """Forty fragments that each spread the next one twice are 2**40 fields and are refused at once."""
    chain = "".join(f"fragment F{n} on Tender {{ ...F{n + 1} ...F{n + 1} }} " for n in range(40))
    result = await ask(f"{{ ...F0 }} {chain} fragment F40 on Tender {{ name }}", SCHEMA)
    assert excess(result) == ("fields", 10**9)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ ...F } fragment F on Tender { ...F }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...F } fragment F on Tender { ...G } fragment G on Tender { ...F }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...Absent }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ... on Absent { name } }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { name }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ name", "GRAPHQL_PARSE_FAILED"),
        ("{ " + "name " * 2000 + "}", "GRAPHQL_PARSE_FAILED"),
        ("{" * 500, "GRAPHQL_PARSE_FAILED"),
        ("{ name(x: " + "[" * 500 + ") }", "GRAPHQL_PARSE_FAILED"),
    ],
)
async def test_broken_documents_get_a_code(document: str, code: str) -> None:
    """What cannot be measured is named by the parser or by the rules of the language, never by a crash."""
    result = await ask(document, SCHEMA)
    assert result.errors and {(error.extensions or {})["code"] for error in result.errors} == {code}


async def test_a_refused_document_is_told_on_a_stream_too() -> None:
    """Parse errors and limits reach a WebSocket reader as errors: an exception there would be lost."""
    for document in ("{ name", "{ a: name b: name c: name }"):
        stream = await STRICT.stream(document, context_value=Context())
        results = [result async for result in stream]
        assert [bool(result.errors) for result in results] == [True]


async def test_introspection_of_the_tools_fits() -> None:
    """The query that GraphiQL and code generators send is within the limits."""
    assert (await ask(get_introspection_query(input_value_deprecation=True), SCHEMA)).errors is None


@pytest.mark.parametrize(
    "document", ["{ __schema { types { name } } }", '{ ...F } fragment F on Tender { __type(name: "T") { name } }']
)
async def test_introspection_can_be_closed(document: str) -> None:
    """A reader without the right gets a coded refusal; __typename stays."""
    closed = Context(introspection=False)
    result = await ask(document, context=closed)
    assert result.errors and (result.errors[0].extensions or {})["code"] == "INTROSPECTION_DISABLED"
    assert (await ask("{ __typename }", context=closed)).data == {"__typename": "Tender"}


async def test_a_limit_is_told_in_the_readers_language() -> None:
    """The sentence goes through the request's translation."""
    result = await ask("{ a: name b: name c: name }", context=Context(translate=lambda text: f"[{text}]"))
    assert result.errors and result.errors[0].message.startswith("[") and "[别名数]" in result.errors[0].message
