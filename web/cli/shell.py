"""What every command shares: the language, the two consoles, ending with a reason, the settings."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console

from market import db
from market.errors import InvalidInput, MarketError
from schema.errors import FieldProblem, sentence
from schema.labels import N_
from web import i18n, startup
from web.settings import DEMO_DATABASE, BadSetting, Settings, command_language, sqlite_url

T = TypeVar("T")

Demo = Annotated[bool, typer.Option("--demo", help="演示世界 · the fictional world")]
Database = Annotated[str | None, typer.Option("--database", help="sqlite:///… / postgresql://…")]

out = Console()
err = Console(stderr=True)


def say(text: str, **facts: object) -> str:
    """A sentence in the operator's language."""
    return i18n.translate(command_language(), text).format(**facts)


def fail(text: str, **facts: object) -> NoReturn:
    """Say why and end with 1."""
    err.print(say(text, **facts), style="red")
    raise typer.Exit(1)


def told(refused: MarketError) -> str:
    """The refusal with every field's problem."""
    translate = partial(i18n.translate, command_language())
    if isinstance(refused, InvalidInput):
        return " ".join(f"{p.path}: {FieldProblem.of(p, translate).message}" for p in refused.fields)
    return sentence(refused, translate)


def run(work: Coroutine[None, None, T]) -> T:
    """To its end; what an operator can put right is said in a sentence."""
    try:
        return asyncio.run(work)
    except startup.NotReady as lacking:
        fail(startup.NOT_MIGRATED, missing=", ".join(lacking.missing))
    except db.OldDatabase:
        fail(startup.OLD_DATABASE)


def stored(demo: bool, database: str | None) -> Settings:
    """The settings of a database that is there, or of the demo world's: a mistyped path is not made into an empty one."""
    settings = settings_for(database or (sqlite_url(DEMO_DATABASE) if demo else None))
    if settings.sqlite_file and not settings.sqlite_file.is_file():
        fail(N_("没有数据库文件 {file}，没有可核对的。演示世界请用 market verify --demo。"), file=settings.sqlite_file)
    return settings


def settings_for(database: str | None) -> Settings:
    """From the environment, on another database where one is given."""
    try:
        settings = Settings.read()
    except BadSetting as bad:
        fail(N_("设置有误：{reason}"), reason=bad)
    settings = settings.with_database(database) if database else settings
    try:
        db.config(settings.database_url)
    except ValueError as bad:
        fail(N_("设置有误：{reason}"), reason=bad)
    return settings
