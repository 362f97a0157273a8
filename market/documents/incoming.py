"""A file on its way in: written to a nameless temporary file as it comes, hashed, counted, never all in memory."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from market.documents.parse import media


class TooLarge(Exception):
    """More bytes than one file may have."""


@dataclass
class Incoming:
    """``sha256`` and ``size`` of what has come so far."""

    file: IO[bytes]
    size: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    def write(self, chunk: bytes) -> None:
        """The next bytes. Raises TooLarge as soon as the limit is passed."""
        self.size += len(chunk)
        if self.size > media.MAX_BYTES:
            raise TooLarge
        self._digest.update(chunk)
        self.file.write(chunk)

    @property
    def sha256(self) -> str:
        """64 hexadecimal digits."""
        return str(self._digest.hexdigest())

    def media_type(self) -> str:
        """By content. Raises UnknownMedia."""
        self.file.seek(0)
        return media.media_type(self.file.read())


@contextmanager
def receiving() -> Iterator[Incoming]:
    """A place for one file, gone at the end of the block, also when the process dies in it."""
    with tempfile.TemporaryFile() as file:
        yield Incoming(file)
