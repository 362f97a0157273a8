"""Everything that the surroundings decide, read once. The only reader of the environment.

| variable | default | what it is |
| --- | --- | --- |
| `MARKET_DATABASE_URL` | `sqlite://<here>/var/market.sqlite3` | SQLite file (one process) or `postgresql://…` |
| `MARKET_KEYS_DIR` | `market.keys` beside the file, else `var/keys` | secrets that seal quotes and sign the log; back them up apart |
| `MARKET_FILES_DIR` | `market.files` beside the file, else `var/files` | uploaded e-invoices, by content hash; back them up, too |
| `MARKET_S3_BUCKET` | none: the folder | keep uploaded files in this bucket instead; needs the extra `s3` and the four below |
| `MARKET_S3_ENDPOINT` | none | `https://s3.example.com` of any S3-compatible store |
| `MARKET_S3_REGION` | `us-east-1` | the bucket's region |
| `MARKET_S3_KEY_ID`, `MARKET_S3_SECRET` | none | who may read and write the bucket |
| `MARKET_PUBLIC_ORIGIN` | none: development | `https://market.example.gov.cn`, as browsers see the site |
| `MARKET_RULEBOOK` | the shipped one | TOML file with the city's dated time limits and thresholds |
| `MARKET_INTROSPECTION` | `on` without a public origin, else `off` | whether everybody may ask for the schema and use /graphiql |
| `MARKET_TRUSTED_PROXY` | none | address of the reverse proxy whose `X-Forwarded-For` is believed |
| `MARKET_LANG` | from `LANG`; Chinese | language of the command line: `zh` or `en` |
"""

import os
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

_VAR = Path("var")
_SWITCH = {"on": True, "off": False}


class BadSetting(ValueError):
    """A variable has a value that cannot be used; ``name`` says which, ``wanted`` what would do."""

    def __init__(self, name: str, wanted: str) -> None:
        super().__init__(f"{name}: {wanted}")
        self.name, self.wanted = name, wanted


@dataclass(frozen=True)
class S3:
    """A bucket and who may use it."""

    name: str
    endpoint: str
    region: str
    key_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """See the table above. ``demo``: the fictional world, on loopback only; set by the command line."""

    database_url: str
    keys_dir: Path
    files_dir: Path
    bucket: S3 | None = None
    public_origin: str = ""
    rulebook: Path | None = None
    introspection: bool = True
    trusted_proxy: str = ""
    demo: bool = False

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """From the environment. Raises BadSetting."""
        url = environ.get("MARKET_DATABASE_URL") or sqlite_url(_VAR / "market.sqlite3")
        origin = _origin(environ.get("MARKET_PUBLIC_ORIGIN", ""))
        rulebook, keys, files = (environ.get(f"MARKET_{name}") for name in ("RULEBOOK", "KEYS_DIR", "FILES_DIR"))
        switch = environ.get("MARKET_INTROSPECTION") or ("off" if origin else "on")
        if switch not in _SWITCH:
            raise BadSetting("MARKET_INTROSPECTION", "on / off")
        return cls(
            database_url=url,
            keys_dir=_folder(keys, url, "keys"),
            files_dir=_folder(files, url, "files"),
            bucket=_bucket(environ),
            public_origin=origin,
            rulebook=Path(rulebook) if rulebook else None,
            introspection=_SWITCH[switch],
            trusted_proxy=environ.get("MARKET_TRUSTED_PROXY", ""),
        )

    def with_database(self, url: str, environ: Mapping[str, str] = os.environ) -> "Settings":
        """The same on another database, with keys and files beside that one unless their place was set."""
        keys = self.keys_dir if environ.get("MARKET_KEYS_DIR") else _beside(url, "keys")
        files = self.files_dir if environ.get("MARKET_FILES_DIR") else _beside(url, "files")
        return replace(self, database_url=url, keys_dir=keys, files_dir=files)

    def for_demo(self) -> "Settings":
        """The demo world on the database that is set here."""
        return replace(self, demo=True, public_origin="", introspection=True)

    def export(self, environ: MutableMapping[str, str] = os.environ) -> None:
        """Into the environment, for worker processes that read it again."""
        environ["MARKET_DATABASE_URL"] = self.database_url
        environ["MARKET_KEYS_DIR"] = str(self.keys_dir)
        environ["MARKET_FILES_DIR"] = str(self.files_dir)

    @property
    def shown_url(self) -> str:
        """The database's URL without a password."""
        return re.sub(r"(//[^:/@]*):[^@/]*@", r"\1@", self.database_url)

    @property
    def sqlite_file(self) -> Path | None:
        """The database file; None on PostgreSQL."""
        path = self.database_url.removeprefix("sqlite://")
        return None if path == self.database_url else Path(path)


DEMO_DATABASE = _VAR / "demo.sqlite3"
"""The demo world has a file of its own, never the real one."""


def sqlite_url(path: Path) -> str:
    """The URL of a database file."""
    return f"sqlite://{path.absolute()}"


def command_language(environ: Mapping[str, str] = os.environ) -> str:
    """``en`` or ``zh-CN``, for people at the command line."""
    wanted = environ.get("MARKET_LANG") or environ.get("LANG") or ""
    return "en" if wanted.lower().startswith("en") else "zh-CN"


def _folder(given: str | None, url: str, what: str) -> Path:
    return Path(given) if given else _beside(url, what)


def _beside(url: str, what: str) -> Path:
    path = Path(url.removeprefix("sqlite://")).with_suffix(f".{what}") if url.startswith("sqlite://") else _VAR / what
    return path.absolute()


def _bucket(environ: Mapping[str, str]) -> S3 | None:
    name = environ.get("MARKET_S3_BUCKET")
    if not name:
        return None
    given = {part: environ.get(f"MARKET_S3_{part}", "") for part in ("ENDPOINT", "KEY_ID", "SECRET")}
    for part, text in given.items():
        if not text:
            raise BadSetting(f"MARKET_S3_{part}", "…")
    if urlsplit(given["ENDPOINT"]).scheme not in ("http", "https"):
        raise BadSetting("MARKET_S3_ENDPOINT", "https://s3.example.com")
    return S3(name, given["ENDPOINT"], environ.get("MARKET_S3_REGION") or "us-east-1", given["KEY_ID"], given["SECRET"])


def _origin(text: str) -> str:
    parts = urlsplit(text.rstrip("/"))
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.username):
        raise BadSetting("MARKET_PUBLIC_ORIGIN", "https://market.example.gov.cn")
    return text.rstrip("/").lower()
