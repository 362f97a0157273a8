"""How much one document may ask for, measured in one memoised walk before the spec's quadratic rules run.

Not strawberry's QueryDepthLimiter and MaxAliasesLimiter: they follow every path through named fragments, so 30 fragments
that each spread the next one twice cost 2**30 steps. Here each fragment is measured once (``security.md``).
Also the parser's and the validator's caches, since strawberry's own ones would validate before anything was measured.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    parse,
)
from strawberry.extensions import ParserCache, ValidationCache

from schema.context import Context
from schema.labels import N_
from schema.pagination import MAX_PAGE


@dataclass(frozen=True)
class Limits:
    """The most that a document may have. All but the first four count what its fragments come to when spread out."""

    characters: int = 20_000
    tokens: int = 2_000
    definitions: int = 60
    nesting: int = 60
    depth: int = 16
    aliases: int = 40
    directives: int = 50
    fields: int = 600
    root_fields: int = 20
    nodes: int = 20_000


@dataclass(frozen=True)
class Cost:
    """What a selection set comes to. ``nodes``: objects in the answer, lists at their full length; ``root_fields``: its own."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    root_fields: int = 0
    nodes: int = 0
    introspects: bool = False

    def beside(self, other: "Cost") -> "Cost":
        """Both in one selection set: the deeper depth, the sum of everything else."""
        sums = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        sums |= {"depth": max(self.depth, other.depth), "introspects": self.introspects or other.introspects}
        return Cost(**sums)


_LIST = 10
"""How long a list without page size is taken to be."""
_INTROSPECTION_LISTS = {"fields": 5, "args": 1, "inputFields": 1, "enumValues": 2, "interfaces": 1, "possibleTypes": 1}
"""Average lengths; ``types`` is as long as the schema. ``ofType`` unwraps one type and makes no object of its own."""
LABELS: dict[str, str] = {
    "characters": N_("字符数"),
    "definitions": N_("操作与片段数"),
    "nesting": N_("花括号层数"),
    "depth": N_("字段层数"),
    "aliases": N_("别名数"),
    "directives": N_("指令数"),
    "fields": N_("字段数"),
    "root_fields": N_("顶层字段数"),
    "nodes": N_("结果对象数"),
}
_TOO_LARGE = N_("查询太大：{what}为 {asked}，上限 {allowed}。请分几次查询，或减小 first。")
_NUL = re.compile(r"\x00|\\u(?:0000|\{0+\})")
"""No text of ours may have one and PostgreSQL cannot store it. Within JSON the backslash itself may come as an escape."""
_HAS_NUL = N_("查询中不得含 NUL（\\u0000），请删除。")
_CLOSED = N_("本服务不公开接口结构查询（__schema、__type）。请使用随产品发布的 schema.graphql。")
_SHOWN_AT_MOST = 10**9


class LimitExceeded(GraphQLError):
    """The document asks for more than ``allowed``; shown with the code COST_LIMIT."""

    def __init__(self, limit: str, asked: int, allowed: int, context: Context) -> None:
        asked = min(asked, _SHOWN_AT_MOST)
        text = context.translate(_TOO_LARGE).format(what=context.translate(LABELS[limit]), asked=asked, allowed=allowed)
        super().__init__(text, extensions={"code": "COST_LIMIT", "limit": limit, "asked": asked, "allowed": allowed})


class _TooNested(Exception):
    """The walk stops here: deeper than any document may be, and Python's own stack is finite."""


class Measure:
    """The walk over one document. Fragments that do not exist or spread themselves count nothing: the spec's rules name them."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], nesting: int) -> None:
        parts = document.definitions
        self.operations = [d for d in parts if isinstance(d, OperationDefinitionNode)]
        self.schema, self.variables, self.nesting = schema, variables, nesting
        self._fragments = {d.name.value: d for d in parts if isinstance(d, FragmentDefinitionNode)}
        self._measured: dict[str, Cost] = {}
        self._values: dict[str, Any] = {}

    def operation(self, node: OperationDefinitionNode) -> Cost:
        """The whole operation."""
        defaults = {v.variable.name.value: v.default_value for v in node.variable_definitions or ()}
        self._values = {name: _whole(value) for name, value in defaults.items() if isinstance(value, IntValueNode)}
        self._values |= self.variables
        self._measured.clear()
        total = self._set(node.selection_set, self.schema.get_root_type(node.operation), 1)
        return replace(total, directives=total.directives + len(node.directives or ()))

    def _set(self, node: SelectionSetNode | None, parent: GraphQLNamedType | None, level: int) -> Cost:
        if level > self.nesting:
            raise _TooNested
        total = Cost()
        for selection in node.selections if node else ():
            total = total.beside(self._selection(selection, parent, level))
        return total

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType | None, level: int) -> Cost:
        own = _directives(node.directives)
        if isinstance(node, FragmentSpreadNode):
            return own.beside(self._fragment(node.name.value, level))
        if isinstance(node, InlineFragmentNode):
            narrowed = self.schema.get_type(node.type_condition.name.value) if node.type_condition else parent
            return own.beside(self._set(node.selection_set, narrowed, level + 1))
        assert isinstance(node, FieldNode)  # noqa: S101 - the third and last kind of selection
        return own.beside(self._field(node, parent, level))

    def _fragment(self, name: str, level: int) -> Cost:
        if name not in self._measured:
            self._measured[name] = Cost()
            if name in self._fragments:
                node = self._fragments[name]
                on = self.schema.get_type(node.type_condition.name.value)
                self._measured[name] = self._set(node.selection_set, on, level + 1)
        return self._measured[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, level: int) -> Cost:
        name = node.name.value
        definition = self.schema.get_field(parent, name) if parent and is_composite_type(parent) else None
        result = get_named_type(definition.type) if definition else None
        inside = self._set(node.selection_set, result, level + 1)
        length = self._length(node, parent, definition) if definition and is_composite_type(result) else 0
        return Cost(
            depth=inside.depth + 1,
            aliases=inside.aliases + bool(node.alias),
            directives=inside.directives,
            fields=inside.fields + 1,
            root_fields=1,
            nodes=length * (1 + inside.nodes) if name != "ofType" else inside.nodes,
            introspects=name in ("__schema", "__type"),
        )

    # budget: one branch per kind of list
    def _length(self, node: FieldNode, parent: GraphQLNamedType | None, definition: GraphQLField) -> int:
        """How many objects the field gives: its page size, one for a single object or the edges of a page counted above it."""
        paged = {"first", "last"} & definition.args.keys()
        if paged:
            return max(self._page_size(node, definition, argument) for argument in paged)
        kind = definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
        if not isinstance(kind, GraphQLList) or (parent and parent.name.endswith("Connection")):
            return 1
        if parent and parent.name.startswith("__"):
            return len(self.schema.type_map) if node.name.value == "types" else _INTROSPECTION_LISTS.get(node.name.value, _LIST)
        return _LIST

    def _page_size(self, node: FieldNode, definition: GraphQLField, argument: str) -> int:
        given = next((a.value for a in node.arguments or () if a.name.value == argument), None)
        value = _whole(given) if isinstance(given, IntValueNode) else None
        if isinstance(given, VariableNode):
            value = self._values.get(given.name.value)
        if value is None:
            value = definition.args[argument].default_value
        # an impossible page size is refused by the field itself, with its name
        return max(1, min(int(value), MAX_PAGE)) if isinstance(value, int | float) else MAX_PAGE


def _whole(node: IntValueNode) -> int:
    """Exact where it matters: more than nine digits are too many anyway."""
    return int(node.value[:9])


def _directives(nodes: tuple[DirectiveNode, ...] | list[DirectiveNode] | None) -> Cost:
    return Cost(directives=len(nodes or ()))


def problem(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], context: Context, limits: Limits
) -> GraphQLError | None:
    """The first limit that any operation of the document exceeds, or introspection where it is closed; None when all is well."""
    if len(document.definitions) > limits.definitions:
        return LimitExceeded("definitions", len(document.definitions), limits.definitions, context)
    measure = Measure(schema, document, variables, limits.nesting)
    for operation in measure.operations:
        try:
            cost = measure.operation(operation)
        except _TooNested:
            return LimitExceeded("nesting", limits.nesting + 1, limits.nesting, context)
        if cost.introspects and not context.introspection:
            return GraphQLError(context.translate(_CLOSED), extensions={"code": "INTROSPECTION_DISABLED"})
        for name in ("depth", "aliases", "directives", "fields", "root_fields", "nodes"):
            asked, allowed = getattr(cost, name), getattr(limits, name)
            if asked > allowed:
                return LimitExceeded(name, asked, allowed, context)
    return None


_NOTHING = parse("{ __typename }")


class BoundedDocuments(ParserCache, ValidationCache):
    """Parses, measures and validates, each document text once; a document that is refused never reaches the validator."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        self.refused: GraphQLError | None = None

    def on_parse(self) -> Iterator[None]:
        """Keeps a refusal for ``on_validate``: an exception raised here is lost on a WebSocket."""
        running = self.execution_context
        text = running.query or ""
        running.graphql_document = _NOTHING
        if len(text) > self.limits.characters:
            self.refused = LimitExceeded("characters", len(text), self.limits.characters, running.context)
        elif _NUL.search(text):
            self.refused = GraphQLError(running.context.translate(_HAS_NUL), extensions={"code": "GRAPHQL_PARSE_FAILED"})
        else:
            try:
                running.graphql_document = self.cached_parse_document(text, max_tokens=self.limits.tokens)
            except GraphQLError as error:
                self.refused = error
        yield

    def on_validate(self) -> Iterator[None]:
        """Sets the errors, so that strawberry does not validate again."""
        running = self.execution_context
        document = running.graphql_document or _NOTHING
        if not self.refused:
            graph = running.schema._schema
            self.refused = problem(graph, document, running.variables or {}, running.context, self.limits)
        if self.refused:
            running.pre_execution_errors = [self.refused]
            yield
        else:
            yield from super().on_validate()


def bounded(limits: Limits = Limits()) -> Callable[[], BoundedDocuments]:
    """The extension, as a factory for ``strawberry.Schema(extensions=[bounded()])``."""
    return lambda: BoundedDocuments(limits)
