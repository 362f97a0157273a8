"""``market export log`` and ``market verify log``: the public log as a file, and what such a file is worth."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from market.log import export, offline
from schema.labels import N_
from web import startup
from web.cli.shell import Database, Demo, fail, out, run, say, stored
from web.settings import Settings, command_language

export_app = typer.Typer(no_args_is_help=True)


@export_app.callback()
def export_what() -> None:
    """导出 · files for others to check."""


@export_app.command("log")
def export_log(
    file: Path,
    demo: Demo = False,
    database: Database = None,
) -> None:
    """把公开日志写成一个文件 · write the public log up to its newest checkpoint."""
    run(_export(stored(demo, database), file))
    out.print(say(N_("已写出 {file}。核对：market verify log {file}"), file=file))


async def _export(settings: Settings, file: Path) -> None:
    async with startup.connected(settings):
        try:
            with await asyncio.to_thread(file.open, "w", encoding="utf-8") as written:
                async for line in export.lines():
                    written.write(line)
        except OSError as reason:
            fail(N_("不能写入：{reason}"), reason=reason)


def verify_file(
    file: Path,
    key: Annotated[str, typer.Option("--key", help="日志的公钥 · the log's public key")] = "",
    known: Annotated[list[Path] | None, typer.Option("--known", help="留存的检查点 · a checkpoint that you kept")] = None,
) -> None:
    """核对导出的日志文件 · check a file of the log, without any database."""
    try:
        with file.open(encoding="utf-8") as lines:
            verdict = offline.verify(lines, key, [path.read_text(encoding="utf-8") for path in known or ()])
    except (OSError, ValueError) as reason:
        fail(N_("不能读取：{reason}"), reason=reason)
    language = command_language()[:2]
    if verdict.problem:
        fail("{problem}", problem=verdict.problem.words(language))
    out.print(offline.Problem("good", vars(verdict)).words(language))
    out.print(verdict.last, highlight=False)
