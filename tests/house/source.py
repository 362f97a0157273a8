"""The project's source as the house checks see it: files, syntax trees, functions.

Every check takes its root, so that it can be shown to fail on a house that breaks it.
"""

import ast
import importlib
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
PACKAGES = ("market", "schema", "web")
_NOT_OURS = ("market/migrations/0", "web/static/graphiql/")
_NOT_TRACKED = {
    ".git",
    ".venv",
    "__pycache__",
    "var",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".import_linter_cache",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file: ``name`` relative to the root, with slashes."""

    name: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """The syntax tree of a Python file."""
        return _parse(self.text)

    @property
    def module(self) -> str:
        """The dotted name of a Python file."""
        return self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def nodes(self) -> Iterator[ast.AST]:
        """Every node of the tree."""
        return ast.walk(self.tree)

    def functions(self) -> Iterator[Function]:
        """Every function, methods and inner ones too."""
        return (node for node in self.nodes() if isinstance(node, Function))

    def classes(self) -> Iterator[ast.ClassDef]:
        """Every class."""
        return (node for node in self.nodes() if isinstance(node, ast.ClassDef))

    def at(self, node: ast.AST) -> str:
        """``file:line``, as editors open it."""
        return f"{self.name}:{getattr(node, 'lineno', 1)}"


@cache
def _parse(text: str) -> ast.Module:
    return ast.parse(text)


def sources(*folders: str, root: Path = ROOT, suffixes: tuple[str, ...] = (".py",)) -> list[Source]:
    """The files of these folders, without migrations and what others wrote."""
    paths = (p for folder in folders for p in sorted((root / folder).rglob("*")) if p.is_file() and p.suffix in suffixes)
    named = ((p.relative_to(root).as_posix(), p) for p in paths if "__pycache__" not in p.parts)
    return [Source(name, p.read_text(encoding="utf-8")) for name, p in named if not name.startswith(_NOT_OURS)]


def tracked(root: Path = ROOT) -> list[Path]:
    """Files that are or would be committed; without git, every file that no tool made."""
    try:
        command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = [str(p.relative_to(root)) for p in root.rglob("*") if not _NOT_TRACKED & set(p.relative_to(root).parts)]
    return [path for name in names if name and (path := root / name).is_file()]


def dotted(node: ast.AST) -> str:
    """``a.b.c`` of a name, an attribute or the callee of a call; empty for anything else."""
    if isinstance(node, ast.Call):
        return dotted(node.func)
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def is_docstring(node: ast.stmt) -> bool:
    """A bare text."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def listing(problems: Iterable[str], advice: str) -> str:
    """What a failing check says: where, and what to do."""
    return "\n".join(["", *problems, "", advice])


def life_cycles() -> Iterator[tuple[str, ModuleType]]:
    """Noun → its module of states, for every noun that has one."""
    for path in sorted((ROOT / "market").glob("*/states.py")):
        yield path.parent.name, importlib.import_module(f"market.{path.parent.name}.states")
