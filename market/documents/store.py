"""Where files are: outside the database, named by the SHA-256 of their content, so that no file can be changed unseen.

A folder of this machine, or a bucket of an S3-compatible store through obstore (the extra ``s3``). The process says which
with ``use``. Every read checks the hash.
"""

import asyncio
import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

_CHUNK = 1 << 20


class Missing(LookupError):
    """No file of that name."""


class Damaged(RuntimeError):
    """The file's content no longer has the hash that is its name."""


class FileStore(Protocol):
    """Files by the SHA-256 of their content (64 hexadecimal digits)."""

    async def put(self, sha256: str, file: IO[bytes]) -> None:
        """Keep the file, whole or not at all; a second time changes nothing. Raises Damaged when the content has another hash."""
        ...

    async def get(self, sha256: str) -> bytes:
        """The content. Raises Missing, Damaged."""
        ...


def checked(sha256: str, content: bytes) -> bytes:
    """The content. Raises Damaged."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Damaged(sha256)
    return content


@dataclass(frozen=True)
class Folder:
    """``root/ab/ab12…``: readable by this account only."""

    root: Path

    async def put(self, sha256: str, file: IO[bytes]) -> None:
        """To a new file, flushed to the disk, then renamed: a crash leaves the old state or the new one."""
        await asyncio.to_thread(self._put, sha256, file)

    async def get(self, sha256: str) -> bytes:
        """See FileStore."""
        return await asyncio.to_thread(self._get, sha256)

    def _put(self, sha256: str, file: IO[bytes]) -> None:
        with suppress(Missing, Damaged):  # what is damaged is written anew
            self._get(sha256)
            return
        path = self._path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            self._write(draft, sha256, file)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        for folder in (path.parent, self.root):
            _flush(folder)

    def _write(self, draft: Path, sha256: str, file: IO[bytes]) -> None:
        digest = hashlib.sha256()
        file.seek(0)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        if digest.hexdigest() != sha256:
            raise Damaged(sha256)

    def _get(self, sha256: str) -> bytes:
        try:
            return checked(sha256, self._path(sha256).read_bytes())
        except FileNotFoundError:
            raise Missing(sha256) from None

    def _path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256


def _flush(folder: Path) -> None:
    """A rename lasts when its folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Bucket:
    """``bucket/prefix/ab12…``. ``endpoint``: ``https://…``; plain http only for a machine of one's own."""

    bucket: str
    endpoint: str
    region: str
    key_id: str
    secret: str = field(repr=False)
    prefix: str = "documents"

    async def put(self, sha256: str, file: IO[bytes]) -> None:
        """One request: the store keeps the object whole or not at all."""
        file.seek(0)
        content = checked(sha256, await asyncio.to_thread(file.read))
        await _obstore().put_async(self._client(), self._path(sha256), content)

    async def get(self, sha256: str) -> bytes:
        """See FileStore."""
        try:
            found = await _obstore().get_async(self._client(), self._path(sha256))
        except FileNotFoundError:
            raise Missing(sha256) from None
        return checked(sha256, bytes(await found.bytes_async()))

    def _client(self) -> Any:
        from obstore.store import S3Store

        return S3Store(
            self.bucket,
            endpoint=self.endpoint,
            region=self.region,
            access_key_id=self.key_id,
            secret_access_key=self.secret,
            virtual_hosted_style_request=False,
            client_options={"allow_http": self.endpoint.startswith("http://"), "timeout": "30s"},
            retry_config={"max_retries": 2},
        )

    def _path(self, sha256: str) -> str:
        return f"{self.prefix}/{sha256}"


def _obstore() -> Any:
    try:
        import obstore
    except ImportError as missing:
        raise RuntimeError("an S3 store needs obstore: pip install 'zhoushan-market[s3]'") from missing
    return obstore


_store: list[FileStore] = []


def use(store: FileStore) -> None:
    """Set the store of this process."""
    _store[:] = [store]


def current() -> FileStore:
    """The store of this process. Raises LookupError when none was set."""
    if not _store:
        raise LookupError("no file store is set: call market.documents.store.use")
    return _store[0]
