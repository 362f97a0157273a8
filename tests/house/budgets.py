"""The budgets of house.md: how long and how tangled things may be, and which exceptions are declared."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from radon.visitors import ComplexityVisitor

from tests.house.source import PACKAGES, ROOT, Function, Source, dotted, is_docstring, sources

LIMITS = {"file": 400, "function": 40, "complexity": 8, "methods": 15, "handler": 15, "mutation": 6}
ADVICE = {
    "file": "Split the file by what its parts are about.",
    "function": "Give each step of it a name of its own.",
    "complexity": "Turn the branches into a table, or give each its own function.",
    "methods": "The class is several things: divide it.",
    "handler": "A page handler picks the operation and the template; move the rest.",
    "mutation": "A mutation translates and calls one use case; move the rest into market.",
}
_EXCEPTION = re.compile(r"# budget: (?P<reason>\S.{9,})")
_SUFFIXES = (".py", ".html", ".graphql", ".js")
_MUTATIONS = {"result", "errors.result", "strawberry.mutation", "relay.mutation"}


@dataclass(frozen=True)
class Measure:
    """One measured thing. ``line``: where it starts, decorators included; ``head``: the line that names it."""

    source: Source
    what: str
    name: str
    value: int
    line: int
    head: int

    @property
    def over(self) -> bool:
        """More than the limit."""
        return self.value > LIMITS[self.what]

    @property
    def excuse_lines(self) -> range:
        """Where its exception may stand: on the line of the name or directly above; for a file in its first three lines."""
        return range(1, 4) if self.what == "file" else range(max(self.line - 1, 1), self.head + 1)

    def excused(self) -> bool:
        """``# budget: reason`` stands there."""
        lines = self.source.text.splitlines()
        return any(_EXCEPTION.search(lines[number - 1]) for number in self.excuse_lines if number <= len(lines))

    def __str__(self) -> str:
        return f"{self.source.name}:{self.head} {self.name}: {self.what} {self.value} > {LIMITS[self.what]}. {ADVICE[self.what]}"


def measures(root: Path = ROOT) -> Iterator[Measure]:
    """Everything that has a budget."""
    for source in sources(*PACKAGES, root=root, suffixes=_SUFFIXES):
        if source.name != "schema/schema.graphql":
            yield Measure(source, "file", source.name, len(source.text.splitlines()), 1, 1)
        if source.name.endswith(".py"):
            yield from _of_python(source)


def _of_python(source: Source) -> Iterator[Measure]:
    complexity = _complexities(source.tree)
    for node in source.classes():
        methods = sum(isinstance(part, Function) for part in node.body)
        yield Measure(source, "methods", node.name, methods, _start(node), node.lineno)
    for node in source.functions():
        values = {"function": _lines(node), "complexity": complexity.get(node.lineno, 1)}
        if source.name.startswith("web/pages/") and "request" in {a.arg for a in node.args.args}:
            values["handler"] = _lines(node)
        if _MUTATIONS & {dotted(decorator) for decorator in node.decorator_list}:
            values["mutation"] = _body_lines(source, node)
        for what, value in values.items():
            yield Measure(source, what, node.name, value, _start(node), node.lineno)


def _complexities(tree: ast.Module) -> dict[int, int]:
    """Line of ``def`` → cyclomatic complexity."""
    found: dict[int, int] = {}
    todo = list(ComplexityVisitor.from_ast(tree).blocks)
    while todo:
        block = todo.pop()
        todo += [*getattr(block, "methods", ()), *getattr(block, "inner_classes", ()), *getattr(block, "closures", ())]
        if not hasattr(block, "methods"):
            found[block.lineno] = block.complexity
    return found


def _start(node: Function | ast.ClassDef) -> int:
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])


def _lines(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _body_lines(source: Source, node: Function) -> int:
    body = node.body[1:] if is_docstring(node.body[0]) else node.body
    if not body:
        return 0
    text = source.text.splitlines()[body[0].lineno - 1 : node.end_lineno]
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in text)


def over(root: Path = ROOT) -> list[str]:
    """What is over its budget without a declared reason."""
    return [str(m) for m in measures(root) if m.over and not m.excused()]


def stale(root: Path = ROOT) -> list[str]:
    """Declared exceptions that nothing needs (any more), or that give no reason."""
    used = {(m.source.name, number) for m in measures(root) if m.over for number in m.excuse_lines}
    return [
        f"{source.name}:{number} {line.strip()}"
        for source in sources(*PACKAGES, root=root, suffixes=_SUFFIXES)
        for number, line in enumerate(source.text.splitlines(), 1)
        if "budget:" in line and ((source.name, number) not in used or not _EXCEPTION.search(line))
    ]
