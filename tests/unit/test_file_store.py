"""Files by content hash, in a folder and in a bucket: whole or not at all, and never served when they changed."""

import hashlib
import io
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.documents import store
from market.documents.incoming import TooLarge, receiving
from market.documents.parse import media
from tests.web.servers import free_port

CONTENT = b"an invoice" * 1000
HASH = hashlib.sha256(CONTENT).hexdigest()


class S3:
    """As much of S3 as one bucket of objects needs, on loopback: PUT, GET, signed requests only."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.port = free_port()
        self.server = uvicorn.Server(
            uvicorn.Config(
                Starlette(routes=[Route("/bucket/{key:path}", self.answer, methods=["GET", "PUT", "HEAD"])]),
                port=self.port,
                log_level="error",
            )
        )

    async def answer(self, request: Request) -> Response:
        """One request."""
        key = request.path_params["key"]
        if "Credential=the-key/" not in request.headers.get("authorization", ""):
            return Response("<Error><Code>AccessDenied</Code></Error>", 403)
        if request.method == "PUT":
            self.objects[key] = await request.body()
            return Response(headers={"ETag": '"1"'})
        if key not in self.objects:
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404)
        return Response(self.objects[key], headers={"ETag": '"1"', "Last-Modified": "Tue, 24 Nov 2026 04:00:00 GMT"})


@pytest.fixture
def s3() -> Iterator[S3]:
    """Running."""
    fake = S3()
    thread = threading.Thread(target=fake.server.run)
    thread.start()
    while not fake.server.started:
        time.sleep(0.01)
    yield fake
    fake.server.should_exit = True
    thread.join()


def bucket(s3: S3, key_id: str = "the-key") -> store.Bucket:
    """The store under test."""
    return store.Bucket("bucket", f"http://127.0.0.1:{s3.port}", "us-east-1", key_id, "secret")


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> store.FileStore:
    """Both kinds."""
    return store.Folder(tmp_path / "f") if request.param == "folder" else bucket(request.getfixturevalue("s3"))


async def test_what_is_put_is_got(files: store.FileStore) -> None:
    """Twice, and unchanged."""
    for _ in range(2):
        await files.put(HASH, io.BytesIO(CONTENT))
        assert await files.get(HASH) == CONTENT


async def test_what_is_not_there_is_missing(files: store.FileStore) -> None:
    """Told apart from what is damaged."""
    with pytest.raises(store.Missing):
        await files.get(HASH)


async def test_another_hash_is_not_taken(files: store.FileStore) -> None:
    """Nothing is kept under a name that is not its content's."""
    with pytest.raises(store.Damaged):
        await files.put("0" * 64, io.BytesIO(CONTENT))
    with pytest.raises(store.Missing):
        await files.get("0" * 64)


async def test_a_changed_file_is_never_served(tmp_path: Path, s3: S3) -> None:
    """One flipped byte is found in both; the folder takes the true content again."""
    folder = store.Folder(tmp_path / "f")
    await folder.put(HASH, io.BytesIO(CONTENT))
    [path] = [p for p in (tmp_path / "f").rglob("*") if p.is_file()]
    path.write_bytes(b"X" + CONTENT[1:])
    with pytest.raises(store.Damaged):
        await folder.get(HASH)
    await folder.put(HASH, io.BytesIO(CONTENT))
    assert await folder.get(HASH) == CONTENT
    await bucket(s3).put(HASH, io.BytesIO(CONTENT))
    s3.objects[f"documents/{HASH}"] = b"X"
    with pytest.raises(store.Damaged):
        await bucket(s3).get(HASH)


async def test_files_are_for_this_account_only(tmp_path: Path) -> None:
    """Mode 0600, and no draft is left behind, also when writing fails."""
    folder = store.Folder(tmp_path / "f")
    await folder.put(HASH, io.BytesIO(CONTENT))
    with pytest.raises(store.Damaged):
        await folder.put(HASH.replace(HASH[0], "f")[:63] + "0", io.BytesIO(CONTENT))
    [path] = [p for p in (tmp_path / "f").rglob("*") if p.is_file()]
    assert path.name == HASH and path.stat().st_mode & 0o777 == 0o600


async def test_a_crash_before_the_rename_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is on the disk before it has its name."""
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)

    def crash(_self: Path, _target: Path) -> None:
        assert flushed
        raise OSError("power")

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(OSError, match="power"):
        await store.Folder(tmp_path / "f").put(HASH, io.BytesIO(CONTENT))
    assert [p for p in (tmp_path / "f").rglob("*") if p.is_file()] == []


async def test_a_bucket_refuses_strangers(s3: S3) -> None:
    """Requests are signed with the key of the settings; the secret is in no repr."""
    with pytest.raises(Exception, match=r"403|[Dd]enied"):
        await bucket(s3, "another").put(HASH, io.BytesIO(CONTENT))
    assert s3.objects == {} and "secret" not in repr(bucket(s3))


def test_an_incoming_file_is_counted_as_it_comes() -> None:
    """The limit is exact, and hash and type are those of the content."""
    with receiving() as incoming:
        for _ in range(10):
            incoming.write(b"<" * (media.MAX_BYTES // 10))
        assert incoming.size == media.MAX_BYTES and incoming.media_type() == media.XML
        assert incoming.sha256 == hashlib.sha256(b"<" * media.MAX_BYTES).hexdigest()
        with pytest.raises(TooLarge):
            incoming.write(b"<")
