"""The ``market`` command in a process of its own, forked from one that has its modules already: loading them takes four seconds."""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from unittest.mock import patch

from web.cli import app

TIMEOUT = 120
"""Seconds."""
_COLUMNS = "300"
"""So wide that no sentence is broken. Read when the consoles are made, so before the server of forks starts."""


@cache
def _forks() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", __name__])
    with patch.dict(os.environ, COLUMNS=_COLUMNS):
        first = context.Process()
        first.start()
    first.join()
    return context


def _run(words: Sequence[str], environment: Mapping[str, str], files: Sequence[str]) -> None:
    """In the fork: as if the shell had started it."""
    os.environ.clear()
    os.environ.update(environment)
    for number, file in zip((1, 2), files, strict=True):
        os.dup2(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), number)
    sys.argv = ["market", *words]
    app()


def start(words: Sequence[str], environment: Mapping[str, str], out: Path, err: Path) -> ForkServerProcess:
    """The command, going on; what it says is added to these files. Who starts it ends it."""
    process = _forks().Process(target=_run, args=([*words], dict(environment), [str(out), str(err)]))
    process.start()
    return process


def run(words: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The command to its end: exit code and what it said. Nobody answers what it asks."""
    with ExitStack() as stack:
        out, err = (stack.enter_context(tempfile.NamedTemporaryFile("r", encoding="utf-8")) for _ in range(2))
        process = start(words, environment, Path(out.name), Path(err.name))
        process.join(TIMEOUT)
        assert process.exitcode is not None, f"market {' '.join(words)} did not end"
        return subprocess.CompletedProcess([*words], process.exitcode, out.read(), err.read())
