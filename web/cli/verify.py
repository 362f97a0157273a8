"""``market verify``: the log, and what can be computed again from what was published."""

import typer

app = typer.Typer(invoke_without_command=True, help="核对 · the log; or one draw")
