"""What is committed: locks with hashes, no machine's paths, no package index named, the licence, honest tests."""

import ast
import re
import tomllib
from pathlib import Path

from tests.house.source import ROOT, Source, dotted, sources, tracked

LOCKS = ("requirements.lock", "requirements-dev.lock")
_PIN = re.compile(r"(?P<name>[a-z0-9._-]+)==(?P<version>[^ ;\\]+)")

# Put together here, so that this file does not itself name what it looks for.
_HOSTS = [("py", "pi.org"), ("python", "hosted.org"), ("npm", "js.org"), ("deb.", "debian.org"), ("proxy.", "golang.org")]
_PATHS = [("/wo", "rk/"), ("/ro", "ot/"), ("/tmp/", "br" + "ief")]
MACHINE = re.compile("|".join(re.escape(a + b) for a, b in (*_HOSTS, *_PATHS)))
_VENDORED = ("web/static/graphiql/", "tests/web/vendor/")


def pins(text: str) -> dict[str, str]:
    """Package → version of a lock file."""
    return {m["name"]: m["version"] for m in map(_PIN.match, text.splitlines()) if m}


def lock_problems(root: Path = ROOT) -> list[str]:
    """Requirements without exact version or hash, options that name an index, packages that pyproject.toml wants in vain."""
    found = []
    for name in LOCKS:
        for entry in re.sub(r"\\\n", " ", (root / name).read_text(encoding="utf-8")).splitlines():
            words = entry.split("#")[0].split()
            if words and not (_PIN.match(entry) and any(w.startswith("--hash=sha256:") for w in words)):
                found.append(f"{name}: {entry[:80]}: not pinned with a hash")
    run, dev = (pins((root / name).read_text(encoding="utf-8")) for name in LOCKS)
    found += [f"{name} {version} is not what {LOCKS[1]} has" for name, version in run.items() if dev.get(name) != version]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for wanted, lock in ((project["dependencies"], run), (project["optional-dependencies"]["dev"], dev)):
        names = [re.split(r"[\[<>=!~; ]", line)[0].lower() for line in wanted]
        found += [f"{name}: in pyproject.toml, in no lock" for name in names if name not in lock]
    return found


def machine_names(root: Path = ROOT) -> list[str]:
    """Places where a committed file names a path of one machine, or the host of a package index."""
    found = []
    for path in tracked(root):
        name = path.relative_to(root).as_posix()
        lines = [] if name.startswith(_VENDORED) else path.read_bytes().decode(errors="replace").splitlines()
        found += [f"{name}:{number}" for number, line in enumerate(lines, 1) if MACHINE.search(line)]
    return found


def _is_skip(name: str) -> bool:
    return name.split(".")[-1] in ("skip", "skipif", "xfail", "importorskip") and name.startswith("pytest.")


def skipped_tests(root: Path = ROOT) -> list[str]:
    """Where a test may not run."""
    said = ((source, node) for source in _tests(root) for node in source.nodes() if isinstance(node, ast.Attribute))
    return [f"{source.at(node)}: a test that is skipped proves nothing" for source, node in said if _is_skip(dotted(node))]


def mute_tests(root: Path = ROOT) -> list[str]:
    """Tests whose docstring does not say the behaviour."""
    named = ((source, f) for source in _tests(root) for f in source.functions() if f.name.startswith("test_"))
    return [f"{source.at(f)} {f.name}" for source, f in named if not ast.get_docstring(f)]


def median_test_lines(root: Path = ROOT) -> int:
    """The length of the middle test."""
    lengths = sorted(
        (f.end_lineno or f.lineno) - f.lineno + 1 for s in _tests(root) for f in s.functions() if f.name.startswith("test_")
    )
    return lengths[len(lengths) // 2] if lengths else 0


def _tests(root: Path) -> list[Source]:
    return sources("tests", root=root)
