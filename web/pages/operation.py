"""A page's GraphQL document: checked against the schema at start, its variables read from an address or a form."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    type_from_ast,
    validate,
)
from starlette.datastructures import ImmutableMultiDict, QueryParams

from web.pages.reading import Reading, Variables

__all__ = ["BadDocument", "Document", "Operation", "Variables"]


class BadDocument(Exception):
    """A page whose document does not fit the schema must not start."""


@dataclass(frozen=True)
class Operation:
    """One query or mutation of a document. ``types``: of its variables."""

    name: str | None
    kind: OperationType
    types: Mapping[str, GraphQLInputType]
    root: str
    """The name in the answer of its first field."""

    @classmethod
    def of(cls, schema: GraphQLSchema, node: OperationDefinitionNode) -> "Operation":
        """Of a document that fits the schema."""
        types: dict[str, GraphQLInputType] = {}
        for definition in node.variable_definitions or ():
            kind = type_from_ast(schema, definition.type)
            assert isinstance(kind, GraphQLInputTypes)  # noqa: S101 - the document was validated
            types[definition.variable.name.value] = kind
        first = node.selection_set.selections[0]
        assert isinstance(first, FieldNode)  # noqa: S101 - a page's document begins with what it is about
        return cls(node.name.value if node.name else None, node.operation, types, (first.alias or first.name).value)

    def variables(self, path: Mapping[str, object], given: QueryParams) -> Variables:
        """Values for the operation's own variables from path and address.

        Unknown keys are ignored, blank values are absent, a list takes repeated keys.
        """
        texts = [(key, text) for key, text in given.multi_items() if key not in path]
        reading = Reading(ImmutableMultiDict(texts + [(key, str(value)) for key, value in path.items()]))
        found = {name: reading.value(kind, name) for name, kind in self.types.items()}
        return {name: value for name, value in found.items() if value is not None}


GraphQLInputTypes = (GraphQLScalarType, GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull)


@dataclass(frozen=True)
class Document:
    """All operations of one file."""

    text: str
    operations: tuple[Operation, ...]

    @classmethod
    @cache
    def compile(cls, schema: GraphQLSchema, text: str) -> "Document":
        """Once for all sites of a process. Raises BadDocument with every problem."""
        document = parse(text)
        problems = validate(schema, document)
        if problems:
            raise BadDocument("\n\n".join(str(problem) for problem in problems))
        nodes = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        return cls(text, tuple(Operation.of(schema, node) for node in nodes))

    def only(self, kind: OperationType) -> Operation:
        """The one of its kind. Raises BadDocument when there is not exactly one."""
        wanted = [operation for operation in self.operations if operation.kind is kind]
        if len(wanted) != 1:
            raise BadDocument(f"a page has exactly one {kind.value}, not {len(wanted)}")
        return wanted[0]

    @property
    def mutations(self) -> dict[str, Operation]:
        """By name."""
        return {str(o.name): o for o in self.operations if o.kind is OperationType.MUTATION}
