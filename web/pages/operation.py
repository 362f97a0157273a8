"""A page's GraphQL document: checked against the schema at start, its variables read from an address."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLSchema,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    TypeNode,
    parse,
    validate,
)
from starlette.datastructures import QueryParams

Variables = dict[str, Any]

_INTEGER = re.compile(r"-?[0-9]{1,10}")
_READERS: Mapping[str, Callable[[str], Any]] = {
    "Int": lambda text: int(text) if _INTEGER.fullmatch(text) else text,
    "Boolean": lambda text: {"true": True, "false": False}.get(text, text),
}
"""Address text → what JSON would carry. All other types take text. What cannot be read stays text; the schema refuses it."""


class BadDocument(Exception):
    """A page whose document does not fit the schema must not start."""


@dataclass(frozen=True)
class Operation:
    """The one query or mutation of a document."""

    text: str
    node: OperationDefinitionNode

    @classmethod
    def compile(cls, schema: GraphQLSchema, text: str, kind: OperationType = OperationType.QUERY) -> "Operation":
        """Raises BadDocument with every problem, or when there is not exactly one operation of the kind."""
        document = parse(text)
        problems = validate(schema, document)
        if problems:
            raise BadDocument("\n\n".join(str(problem) for problem in problems))
        found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        wanted = [node for node in found if node.operation is kind]
        if len(wanted) != 1:
            raise BadDocument(f"a page has exactly one {kind.value}, not {len(wanted)}")
        return cls(text, wanted[0])

    @property
    def name(self) -> str | None:
        """Which of the document's operations to run."""
        return self.node.name.value if self.node.name else None

    def variables(self, path: Mapping[str, Any], query: QueryParams) -> Variables:
        """Values for the query's own variables from path and query string.

        Unknown keys are ignored, blank values are absent, a list takes repeated keys.
        """
        given: Variables = {}
        for definition in self.node.variable_definitions or ():
            key = definition.variable.name.value
            texts = [str(path[key])] if key in path else [text for text in query.getlist(key) if text.strip()]
            if texts:
                given[key] = _read(definition.type, texts)
        return given


def _read(type_: TypeNode, texts: list[str]) -> Any:
    if isinstance(type_, NonNullTypeNode):
        return _read(type_.type, texts)
    if isinstance(type_, ListTypeNode):
        return [_read(type_.type, [text]) for text in texts]
    assert isinstance(type_, NamedTypeNode)  # noqa: S101 - the third and last kind of type
    return _READERS.get(type_.name.value, str)(texts[-1])
