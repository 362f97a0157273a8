"""``market import ledger`` as an operator runs it: a process of its own, its exit code and its words."""

import asyncio
import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from market import db
from market.ledger.models import LedgerBatch, LedgerPayment
from market.log.models import LogEntry
from market.parties.models import Organisation
from tests import ledger_folders
from tests.web import commands

MARKET = str(Path(sys.executable).with_name("market"))


def environment(url: str, folder: Path, language: str = "en") -> dict[str, str]:
    """As the documentation says: the database in a variable."""
    own = {"MARKET_DATABASE_URL": url, "MARKET_KEYS_DIR": str(folder / "keys"), "MARKET_LANG": language}
    return {**os.environ, **own}


def market(url: str, folder: Path, *arguments: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    """Run it to the end."""
    return commands.run(["import", "ledger", *arguments], environment(url, folder, language))


def bad(folder: Path, rows: int = 1) -> Path:
    """A ledger with that many bad payments, from line 4 on."""
    ledger = ledger_folders.sound()
    ledger["payments"] += [ledger["payments"][0] | {"payment_no": f"X{n}", "paid_on": "=TODAY()"} for n in range(rows)]
    return ledger_folders.folder(folder, ledger)


async def stored(url: str) -> tuple[int, int, int, int]:
    """Payments, organisations, batches, log entries."""
    async with await db.connect(url, shared=False):
        models = (LedgerPayment, Organisation, LedgerBatch, LogEntry)
        counts = [await model.all().count() for model in models]
    return (counts[0], counts[1], counts[2], counts[3])


def test_a_sound_ledger_is_imported_and_again_nothing_changes(database_url: str, tmp_path: Path) -> None:
    """Exit 0 both times; the counts are said, and that nothing was new."""
    path = str(ledger_folders.folder(tmp_path / "l", ledger_folders.sound()))
    first, second = market(database_url, tmp_path, path), market(database_url, tmp_path, path)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert "Imported." in first.stdout and "Nothing is new" in second.stdout
    assert asyncio.run(stored(database_url)) == (2, 4, 1, 1)


def test_a_bad_ledger_is_refused_in_the_readers_language(database_url: str, tmp_path: Path) -> None:
    """Exit 1; file, line, column and reason; nothing is stored."""
    path = str(bad(tmp_path / "l"))
    english, chinese = market(database_url, tmp_path, path), market(database_url, tmp_path, path, language="zh")
    assert (english.returncode, chinese.returncode) == (1, 1)
    for words in ("payments.csv", " 4 ", "paid_on", "This is a formula", "=TODAY()", "nothing has changed"):
        assert words in english.stderr
    assert "这里是公式" in chinese.stderr and "什么都没有改变" in chinese.stderr
    assert asyncio.run(stored(database_url)) == (0, 0, 0, 0)


def test_good_rows_are_kept_and_all_problems_written(database_url: str, tmp_path: Path) -> None:
    """Exit 1 as something was refused; 200 problems on the screen, all in the file, harmless for a spreadsheet."""
    path, problems = str(bad(tmp_path / "l", 250)), tmp_path / "problems.csv"
    done = market(database_url, tmp_path, path, "--keep-good", "--problems", str(problems))
    assert done.returncode == 1 and "50 more problems" in done.stderr
    with problems.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (len(rows), rows[0]["code"], rows[0]["value"], rows[0]["line"]) == (250, "formula", "'=TODAY()", "4")
    assert asyncio.run(stored(database_url)) == (2, 4, 1, 1)


@pytest.mark.parametrize("name", ["gone", "file.txt"])
def test_a_path_that_is_no_ledger_is_said(tmp_path: Path, sqlite_template: Path, name: str) -> None:
    """Exit 1 and a reason, no traceback."""
    (tmp_path / "file.txt").write_text("x")
    (tmp_path / "market.sqlite3").write_bytes(sqlite_template.read_bytes())
    done = market(f"sqlite://{tmp_path}/market.sqlite3", tmp_path, str(tmp_path / name))
    assert done.returncode == 1 and name in done.stderr and "Traceback" not in done.stderr


def _started(command: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def _locked(url: str, until_killed: subprocess.Popen[bytes]) -> None:
    """Hold the table that is filled last, so that the import stops in the middle of storing; then kill it."""
    connection = await asyncpg.connect(url.replace("postgres:@", "postgres@"))
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while not await connection.fetchval(waiting):
        assert until_killed.poll() is None, "it was over before it could be killed"
        await asyncio.sleep(0.05)
    until_killed.send_signal(signal.SIGKILL)
    until_killed.wait()
    await connection.close()


async def _killed_on_postgres(url: str, command: list[str], env: dict[str, str]) -> None:
    holder = await asyncpg.connect(url.replace("postgres:@", "postgres@"))
    try:
        async with holder.transaction():
            await holder.execute("LOCK TABLE ledger_demands IN EXCLUSIVE MODE")
            await _locked(url, _started(command, env))
    finally:
        await holder.close()


def _killed_on_sqlite(url: str, command: list[str], env: dict[str, str]) -> None:
    """The write-ahead log grows while rows are stored; then it is in the middle."""
    wal = Path(url.removeprefix("sqlite://") + "-wal")
    process = _started(command, env)
    while not (wal.exists() and wal.stat().st_size > 1_000_000):
        assert process.poll() is None, "it was over before it could be killed"
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_killed_in_the_middle_nothing_is_half_loaded(database_url: str, backend: str, tmp_path: Path) -> None:
    """kill -9 while rows are being stored: no row is there, and the next import is whole."""
    ledger = ledger_folders.sound()
    count = 40_000 if backend == "sqlite" else 100
    ledger["payments"] += [ledger["payments"][0] | {"payment_no": f"X{n}", "purpose_text": "长" * 200} for n in range(count)]
    path = ledger_folders.folder(tmp_path / "l", ledger)
    command, env = [MARKET, "import", "ledger", str(path)], environment(database_url, tmp_path)
    if backend == "sqlite":
        _killed_on_sqlite(database_url, command, env)
    else:
        asyncio.run(_killed_on_postgres(database_url, command, env))
    assert asyncio.run(stored(database_url)) == (0, 0, 0, 0)
    assert market(database_url, tmp_path, str(path)).returncode == 0
    assert asyncio.run(stored(database_url)) == (count + 2, 4, 1, 1)
