"""Where files are kept is a setting: beside the database, in a folder, in a bucket."""

from pathlib import Path

import pytest

from market.documents import store
from web import startup
from web.settings import BadSetting, Settings

S3 = {
    "MARKET_S3_BUCKET": "files",
    "MARKET_S3_ENDPOINT": "https://s3.example.com",
    "MARKET_S3_KEY_ID": "key",
    "MARKET_S3_SECRET": "hidden",
}


def test_files_are_beside_the_database_unless_set() -> None:
    """Also when a command names another database; a set place stays, and workers get it."""
    given = Settings.read({"MARKET_DATABASE_URL": "sqlite:///srv/a.sqlite3"})
    assert given.files_dir == Path("/srv/a.files")
    assert given.with_database("sqlite:///srv/b.sqlite3", {}).files_dir == Path("/srv/b.files")
    environment = {"MARKET_FILES_DIR": "/data"}
    fixed = Settings.read(environment).with_database("sqlite:///srv/b.sqlite3", environment)
    workers: dict[str, str] = {}
    fixed.export(workers)
    assert fixed.files_dir == Path("/data") and workers["MARKET_FILES_DIR"] == "/data"


def test_a_bucket_needs_all_of_its_settings() -> None:
    """Each missing one is named; the secret is in no repr."""
    settings = Settings.read(S3)
    assert startup._files(settings) == store.Bucket("files", "https://s3.example.com", "us-east-1", "key", "hidden")
    assert "hidden" not in repr(settings)
    for name in ("MARKET_S3_ENDPOINT", "MARKET_S3_KEY_ID", "MARKET_S3_SECRET"):
        with pytest.raises(BadSetting) as caught:
            Settings.read({**S3, name: ""})
        assert caught.value.name == name
    with pytest.raises(BadSetting):
        Settings.read({**S3, "MARKET_S3_ENDPOINT": "s3.example.com"})
