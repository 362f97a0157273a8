"""Things that have one door: the clock, the settings, rounding, an object's state, rows, use cases."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.house.source import PACKAGES, ROOT, Function, Source, dotted, sources


@dataclass(frozen=True)
class Door:
    """``names`` may be said only in ``file``; everybody else follows ``advice``."""

    names: frozenset[str]
    file: str
    advice: str


DOORS = (
    Door(
        frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}),
        "market/clock.py",
        "In a use case take unit().now, elsewhere await db.now(): the database's clock decides.",
    ),
    Door(frozenset({"os.environ", "os.getenv", "os.environb"}), "web/settings.py", "Add a field to Settings and pass it on."),
    Door(frozenset({"round"}), "market/money.py", "Money is rounded in one place: add a function there."),
)


def past_the_doors(root: Path = ROOT) -> list[str]:
    """Where a thing with a door is done outside of it."""
    return [
        f"{source.at(node)} {dotted(node)}: only in {door.file}. {door.advice}"
        for source in sources(*PACKAGES, root=root)
        for node in source.nodes()
        if isinstance(node, ast.Attribute | ast.Name)
        for door in DOORS
        if source.name != door.file and any(f".{dotted(node)}".endswith(f".{name}") for name in door.names)
    ]


def states_written_elsewhere(root: Path = ROOT) -> list[str]:
    """Where ``.state`` is assigned outside of a function named ``move``: only that one asks the table of moves."""
    found = []
    for source in sources("market", root=root):
        inside = {id(node) for f in source.functions() if f.name == "move" for node in ast.walk(f)}
        writes = (node for node in source.nodes() if _writes_state(node) and id(node) not in inside)
        found += [f"{source.at(node)}: the state is written by the noun's move() alone" for node in writes]
    return found


def _writes_state(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return dotted(node).endswith(".update") and "state" in {keyword.arg for keyword in node.keywords}
    return isinstance(node, ast.Attribute) and node.attr == "state" and isinstance(node.ctx, ast.Store)


def foreign_rows(root: Path = ROOT) -> list[str]:
    """Where a file of the schema imports the rows of a noun that is not its own; enums are words, not rows."""
    rows = {f"{s.module}.{c.name}" for s in sources("market", root=root) for c in s.classes() if "Model" in map(dotted, c.bases)}
    tables = {row.rpartition(".")[0] for row in rows}
    return [
        f"{source.at(node)} imports {name}: use the type in schema/{noun}, or market.{noun}.read"
        for source in sources("schema", root=root)
        for node, name in _imports(source)
        if name in rows | tables and (noun := name.split(".")[1]) != source.name.removesuffix(".py").split("/")[1]
    ]


def _imports(source: Source) -> Iterator[tuple[ast.stmt, str]]:
    for node in source.nodes():
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def nested_use_cases(root: Path = ROOT) -> list[str]:
    """Use cases that reach another use case: one use case is one transaction."""
    files = [s for s in sources("market", root=root) if not s.name.startswith("market/demo/")]
    calls = {f"{s.module}.{f.name}": _calls(s, f) for s in files for f in s.functions()}
    cases = {f"{s.module}.{f.name}" for s in files for f in s.functions() if _is_use_case(f)}
    return [
        f"{case} reaches {other}: share a plain coroutine instead"
        for case in sorted(cases)
        for other in sorted(_reached(case, calls) & cases)
    ]


def _is_use_case(function: Function) -> bool:
    return any(dotted(decorator).split(".")[-1] == "use_case" for decorator in function.decorator_list)


def _calls(source: Source, function: Function) -> set[str]:
    names = _names(source)
    said = (dotted(node) for node in ast.walk(function) if isinstance(node, ast.Call))
    return {".".join([names[first], *rest]) for first, *rest in (name.split(".") for name in said) if first in names}


@cache
def _names(source: Source) -> dict[str, str]:
    """What a name in the file stands for: its own functions and what it imports."""
    names = {name: f"{source.module}.{name}" for name in (f.name for f in source.functions())}
    for node in source.nodes():
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _reached(start: str, calls: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = list(calls[start])
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += calls.get(name, ())
    return seen


def unasked_actions(root: Path = ROOT) -> list[str]:
    """Actions of the permission table that nobody asks for."""
    files = {s.name: s for s in sources(*PACKAGES, root=root)}
    table = files.pop("market/permissions.py")
    [actions] = [c for c in table.classes() if c.name == "Action"]
    named = [t.id for a in actions.body if isinstance(a, ast.Assign) for t in a.targets if isinstance(t, ast.Name)]
    said = {dotted(node) for s in files.values() for node in s.nodes() if isinstance(node, ast.Attribute)}
    return [f"Action.{name}: no use case asks for it; remove it or ask" for name in named if f"Action.{name}" not in said]


def future_annotations(root: Path = ROOT) -> list[str]:
    """Files of the schema that postpone annotations: strawberry must be able to resolve them."""
    said = ((source.at(node), name) for source in sources("schema", root=root) for node, name in _imports(source))
    return [f"{at}: remove it" for at, name in said if name == "__future__.annotations"]
