"""What every command shares: the language, the two consoles, ending with a reason, the settings."""

from typing import Annotated, NoReturn

import typer
from rich.console import Console

from market.errors import MarketError
from schema.errors import sentence
from schema.labels import N_
from web import i18n
from web.settings import BadSetting, Settings, command_language

Database = Annotated[str | None, typer.Option("--database", help="sqlite:///… / postgresql://…")]

out = Console()
err = Console(stderr=True)


def say(text: str, **facts: object) -> str:
    """A sentence in the operator's language."""
    return i18n.translate(command_language(), text).format(**facts)


def refusal(error: MarketError) -> str:
    """A refusal in the operator's language, with its facts."""
    return sentence(error, lambda text: i18n.translate(command_language(), text))


def fail(text: str, **facts: object) -> NoReturn:
    """Say why and end with 1."""
    err.print(say(text, **facts), style="red")
    raise typer.Exit(1)


def settings_for(database: str | None) -> Settings:
    """From the environment, on another database where one is given."""
    try:
        settings = Settings.read()
    except BadSetting as bad:
        fail(N_("设置有误：{reason}"), reason=bad)
    return settings.with_database(database) if database else settings
