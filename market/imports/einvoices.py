"""The e-invoice files of a ledger: the sub-folder ``files/``, read before anything is written, each in a process of its own.

Only plain files that lie in that folder itself: no links, no folders, so nothing outside of it is ever opened.
"""

import asyncio
import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

from market.documents import reader
from market.documents.incoming import Incoming, TooLarge, receiving
from market.documents.parse import InvoiceFacts
from market.errors import InvoiceUnreadable
from market.imports.problems import Code, Problem, printable

FOLDER = "files"
MAX_FILES = 20_000
READERS = 4
"""Files that are read at the same time."""
MAX_READING_S = 3600.0
"""For all files together; those that are not begun by then are listed as not read."""
_CHUNK = 1 << 20
_SAFELY = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class EInvoice:
    """One file that was read. ``name``: in its folder, as the file system spells it."""

    name: str
    sha256: str
    size: int
    media_type: str
    facts: InvoiceFacts

    @property
    def shown(self) -> str:
        """As the list of problems names it."""
        return shown(self.name)


@dataclass
class EInvoices:
    """What ``files/`` holds. ``total``: files, readable or not; ``hidden``: names with a dot in front, which are left alone."""

    folder: Path
    total: int = 0
    read: list[EInvoice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    hidden: tuple[str, ...] = ()


def shown(name: str) -> str:
    """A name in ``files/`` as it may be shown."""
    return f"{FOLDER}/{printable(name)}"


async def read_all(path: Path, progress: Progress) -> EInvoices:
    """Every e-invoice in ``path/files``. What cannot be read is a problem, never an exception."""
    found = EInvoices(path / FOLDER)
    names = await asyncio.to_thread(_names, found)
    found.total = len(names) + len(found.problems)
    if not names:
        return found
    waiting, answers = iter(names), dict[str, EInvoice | Problem]()
    until = asyncio.get_running_loop().time() + MAX_READING_S

    async def work() -> None:
        for name in waiting:
            late = asyncio.get_running_loop().time() >= until
            answers[name] = Problem(shown(name), 0, "", Code.NOT_READ_IN_TIME) if late else await _read(found.folder, name)
            progress(f"{FOLDER}/", len(answers), len(names))

    async with asyncio.TaskGroup() as group:
        for _ in range(READERS):
            group.create_task(work())
    found.read = [answer for name in names if isinstance(answer := answers[name], EInvoice)]
    found.problems += [answer for name in names if isinstance(answer := answers[name], Problem)]
    return found


def _names(found: EInvoices) -> list[str]:
    """The plain files, in order; the rest becomes problems."""
    plain: list[str] = []
    hidden: list[str] = []
    for entry in _inside(found):
        if entry.name.startswith("."):
            hidden.append(shown(entry.name))
        elif entry.is_file(follow_symlinks=False):
            plain.append(entry.name)
        else:
            found.problems.append(Problem(shown(entry.name), 0, "", Code.NOT_A_FILE))
    found.hidden = tuple(hidden)
    return plain


def _inside(found: EInvoices) -> list[os.DirEntry[str]]:
    """Everything in the folder, unless it is none, or holds too much."""
    try:
        if not stat.S_ISDIR(found.folder.lstat().st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        with os.scandir(found.folder) as entries:
            inside = sorted(islice(entries, MAX_FILES + 1), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        found.problems.append(_unreadable(FOLDER, error))
        return []
    if len(inside) > MAX_FILES:
        found.problems.append(Problem(FOLDER, 0, "", Code.TOO_MANY_FILES, f"> {MAX_FILES}"))
        return []
    return inside


def _unreadable(file: str, error: OSError) -> Problem:
    """ELOOP is what a link in the place of a file or folder answers."""
    code = Code.NOT_A_FILE if error.errno == errno.ELOOP else Code.UNREADABLE
    return Problem(file, 0, "", code, "" if code == Code.NOT_A_FILE else error.strerror or "")


@contextmanager
def opened(folder: Path, name: str) -> Iterator[IO[bytes]]:
    """A plain file of the folder. Raises OSError, also where the name has become a link, or the folder has."""
    place = os.open(folder, _SAFELY | os.O_DIRECTORY)
    try:
        descriptor = os.open(name, _SAFELY | os.O_NONBLOCK, dir_fd=place)
    finally:
        os.close(place)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        yield file


async def _read(folder: Path, name: str) -> EInvoice | Problem:
    with receiving() as incoming:
        try:
            await asyncio.to_thread(_copy, folder, name, incoming)
        except TooLarge:
            return Problem(shown(name), 0, "", Code.FILE_TOO_LARGE)
        except OSError as error:
            return _unreadable(shown(name), error)
        said = await reader.read(incoming.file)
        if isinstance(said, InvoiceUnreadable):
            return Problem(shown(name), 0, "", Code(f"file_{said.reason}"), printable(said.found))
        return EInvoice(name, incoming.sha256, incoming.size, await asyncio.to_thread(incoming.media_type), said)


def _copy(folder: Path, name: str, incoming: Incoming) -> None:
    with opened(folder, name) as file:
        while chunk := file.read(_CHUNK):
            incoming.write(chunk)
    incoming.file.flush()
