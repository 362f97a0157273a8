"""The ``market`` command."""

import errno
import socket
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.table import Table

from market import db
from market.actors import SYSTEM
from market.catalogue import service as catalogue
from market.catalogue.diff import EditionDiff
from market.clock import local_date, system_now
from market.demo import people, world
from market.errors import CatalogueRefused, MarketError
from market.log import service as log
from schema.labels import N_
from web import startup
from web.cli import audit, imports, indicators, logs, verify
from web.cli.shell import Database, Demo, err, fail, out, run, say, settings_for, stored, told
from web.settings import DEMO_DATABASE, Settings, sqlite_url

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
catalogue_app = typer.Typer(no_args_is_help=True)
app.add_typer(catalogue_app, name="catalogue", help="目录 · the list of service items")
app.add_typer(verify.app, name="verify", help="核对 · recompute the log; a draw; or an award")
app.add_typer(logs.export_app, name="export", help="导出 · files for others to check")
app.add_typer(imports.app, name="import", help="导入 · records from elsewhere")

app.command()(audit.audit)
app.command()(indicators.indicators)
verify.app.command("log")(logs.verify_file)

DEMO_LOGINS = "applicant, agency, intermediary1…6, regulator, operator, helper"
ONLY_HERE = N_("演示世界的口令人人知道，只能在本机（127.0.0.1）打开。")
LOOPBACK = ("127.0.0.1", "localhost", "::1")

REASONS = {
    "missing": N_("缺失"),
    "changed": N_("内容被改动"),
    "columns": N_("各列与内容不符"),
    "unreadable": N_("无法读出"),
    "head": N_("末尾被截去或改动"),
    "key": N_("检查点是另一把钥匙签的，请核对 MARKET_KEYS_DIR"),
    "checkpoint": N_("与已签发的检查点不符"),
    "batch": N_("与它收入的密封承诺不符"),
}
"""Why the log breaks (``log.Verdict.reason``)."""


@app.command()
# budget: each branch is one refusal to start
def serve(
    demo: Annotated[bool, typer.Option("--demo", help="演示世界 · the fictional world, on loopback")] = False,
    host: str = "127.0.0.1",
    port: int = 8000,
    database: Database = None,
    workers: int = 1,
) -> None:
    """启动服务 · serve the market."""
    settings = settings_for(database or (sqlite_url(DEMO_DATABASE) if demo else None))
    if demo and host not in LOOPBACK:
        fail(ONLY_HERE)
    if _taken(host, port):
        fail(
            N_("端口 {port} 已被占用，可能已经启动过。请换一个：make run PORT={other}，或 market serve --port {other}。"),
            port=port,
            other=port + 1,
        )
    if workers > 1 and settings.sqlite_file:
        fail(N_("SQLite 只能一个进程。多进程请用 PostgreSQL（--database postgresql://…）。"))
    if demo:
        settings = settings.for_demo()
        run(_prepare_demo(settings))
    else:
        run(_prepare(settings, host))
    settings.export()
    out.print(say(N_("地址：{url}"), url=f"http://{host}:{port}/"), f"http://{host}:{port}/graphiql")
    if demo:
        out.print(say(N_("演示账号：{logins}，密码都是 {password}"), logins=DEMO_LOGINS, password=people.PASSWORD))
    from web.guard import BODY_BYTES  # the server's own classes are needed only here
    from web.protocol import TimedHttp

    uvicorn.run(
        "web.asgi:demo" if demo else "web.asgi:market",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        http=TimedHttp,
        ws_max_size=BODY_BYTES,
        ws_per_message_deflate=False,  # an event for hundreds of watchers would be compressed for each of them anew
        timeout_graceful_shutdown=5,  # streams of auctions last as long as these do
        # Whose X-Forwarded-For is believed decides whom the sign-in throttle counts: nobody's, unless it was set.
        proxy_headers=bool(settings.trusted_proxy),
        forwarded_allow_ips=settings.trusted_proxy or "",
        server_header=False,
        access_log=False,
    )


def _taken(host: str, port: int) -> bool:
    """Asked before anything is prepared: an address that cannot be used is not announced, and no database touched."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


async def _prepare(settings: Settings, host: str) -> None:
    async with startup.connected(settings):
        if host not in LOOPBACK and await world.is_built():
            fail(ONLY_HERE)
        await catalogue.load_shipped(SYSTEM)


async def _prepare_demo(settings: Settings) -> None:
    """A world that was built before is kept: what was done in it stays."""
    async with startup.connected(settings):
        if await world.is_empty():
            await world.build()
        elif not await world.is_built():
            fail(
                N_(
                    "数据库 {url} 里不是完整的演示世界：可能上次建立时被打断，也可能是真实数据。请用 --database 换一个，或删除后重试。"
                ),
                url=settings.shown_url,
            )


@app.command()
def migrate(database: Database = None) -> None:
    """建立或升级数据库 · bring the database to the newest schema."""
    settings = settings_for(database)
    if settings.sqlite_file:
        settings.sqlite_file.parent.mkdir(parents=True, exist_ok=True)
    run(db.migrate(settings.database_url))
    out.print(say(N_("数据库已是最新结构。")))


@verify.app.callback()
def verify_log(
    context: typer.Context,
    demo: Demo = False,
    database: Database = None,
) -> None:
    """核对日志 · recompute the whole log, name the first broken entry."""
    if context.invoked_subcommand:
        return
    verdict = run(_verdict(stored(demo, database)))
    if verdict.broken is not None:
        fail(
            N_("日志在第 {entry} 条不符（{reason}）；此前 {entries} 条相符。"),
            entry=verdict.broken,
            reason=say(REASONS[verdict.reason]),
            entries=verdict.entries,
        )
    out.print(say(N_("日志相符：共 {entries} 条。"), entries=verdict.entries))


async def _verdict(settings: Settings) -> log.Verdict:
    async with startup.connected(settings):
        return await log.verify()


@catalogue_app.command()
def load(
    file: Path,
    label: Annotated[str | None, typer.Option(help="版本名 · name of the edition")] = None,
    source: Annotated[str | None, typer.Option(help="来源 · where the list comes from")] = None,
    effective_from: Annotated[str | None, typer.Option(help="生效日 · YYYY-MM-DD, today when left out")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问 · do not ask")] = False,
    database: Database = None,
) -> None:
    """载入新一版目录 · load a list as a new dated edition, after showing what changes."""
    try:
        content = file.read_bytes()
        since = date.fromisoformat(effective_from) if effective_from else local_date(system_now())
    except (OSError, ValueError) as bad:
        fail(N_("不能读取：{reason}"), reason=bad)
    form = catalogue.LoadEdition(content, label or file.stem, source or file.name, since)
    run(_load(settings_for(database), form, yes))


async def _load(settings: Settings, form: catalogue.LoadEdition, yes: bool) -> None:
    async with startup.connected(settings):
        await catalogue.load_shipped(SYSTEM)
        try:
            diff = await catalogue.diff_edition(form)
            out.print(_diff_table(diff))
            if not yes and not typer.confirm(say(N_("载入这一版吗？"))):
                raise typer.Exit(1)
            await catalogue.load_edition(SYSTEM, form)
        except CatalogueRefused as refused:
            err.print(_problem_table(refused))
            fail(N_("没有载入，什么都没有改变。"))
        except MarketError as refused:
            fail("{reason}", reason=told(refused))
    out.print(say(N_("已载入。")))


def _diff_table(diff: EditionDiff) -> Table:
    table = Table(say(N_("事项")), say(N_("列")), say(N_("原来")), say(N_("现在")))
    for code in diff.added:
        table.add_row(code, "+", "", say(N_("新增")))
    for code in diff.removed:
        table.add_row(code, "-", say(N_("移出")), "")
    for change in diff.changed:
        table.add_row(change.code, change.column, change.before, change.after)
    return table


def _problem_table(refused: CatalogueRefused) -> Table:
    table = Table(say(N_("行")), say(N_("列")), say(N_("问题")), say(N_("内容")))
    for problem in refused.problems:
        table.add_row(str(problem.line), problem.column, problem.code, problem.value[:60])
    return table
