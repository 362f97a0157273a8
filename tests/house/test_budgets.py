"""Budgets: in code of this field the medians are all alike; the tail separates the good from the tangled."""

from pathlib import Path

import pytest

from tests.house import budgets
from tests.house.source import listing


def test_everything_keeps_its_budget() -> None:
    """Files, functions, classes, handlers and mutations are short, or a comment says why not."""
    found = budgets.over()
    assert not found, listing(found, "If it must be: `# budget: the reason` on or directly above the line that names it.")


def test_declared_exceptions_are_needed() -> None:
    """A budget comment that excuses nothing, or gives no reason, goes."""
    found = budgets.stale()
    assert not found, listing(found, "Remove the comment, or write the reason after `# budget: `.")


_OVER = {
    "file": "x = 1\n" * 401,
    "function": "def f():\n" + "    x = 1\n" * 40,
    "complexity": "def f(x):\n    return " + " or ".join(["x"] * 9) + "\n",
    "methods": "class C:\n" + "".join(f"    def m{i}(self): ...\n" for i in range(16)),
    "handler": "async def page(request):\n" + "    x = 1\n" * 15,
    "mutation": '@result("R", T)\nasync def f(info):\n    """Text."""\n' + "    x = 1\n" * 7,
}


def _tree(root: Path, text: str) -> Path:
    (root / "web/pages").mkdir(parents=True)
    (root / "web/pages/noun.py").write_text(text)
    return root


@pytest.mark.parametrize("what", budgets.LIMITS)
def test_a_budget_can_be_broken(tmp_path: Path, what: str) -> None:
    """One too many is found, and at the limit nothing is."""
    one = {"file": "x = 1\n", "complexity": " or x", "methods": "    def m0(self): ...\n"}.get(what, "    x = 1\n")
    for folder, text, found in (("over", _OVER[what], 1), ("at", _OVER[what].replace(one, "", 1), 0)):
        tree = _tree(tmp_path / folder, text)
        assert sum(m.over for m in budgets.measures(tree) if m.what == what) == found


def test_an_exception_needs_a_reason(tmp_path: Path) -> None:
    """A comment with a reason excuses, one without does not, one that excuses nothing is found."""
    long = _OVER["function"].removesuffix("    x = 1\n") + "    y = 2\n"
    assert not budgets.over(_tree(tmp_path / "a", f"# budget: one table that reads as one\n{long}"))
    assert budgets.over(_tree(tmp_path / "b", f"# budget:\n{long}"))
    assert budgets.stale(_tree(tmp_path / "c", "# budget: was long once upon a time\ndef f(): ...\n"))
