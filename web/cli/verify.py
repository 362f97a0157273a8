"""``market verify``: the log, and what can be computed again from what was published."""

import json
from pathlib import Path

import typer

from market.selection import draw
from schema.labels import N_
from web.cli.shell import fail, out, say
from web.settings import command_language

app = typer.Typer(invoke_without_command=True, help="核对 · the log; or one draw")


@app.command("draw")
def verify_draw(file: Path) -> None:
    """重算一次抽取 · run a draw again from its transcript, name what does not fit."""
    try:
        transcript = json.loads(file.read_text(encoding="utf-8"))
    except OSError as missing:
        fail(N_("不能读取：{reason}"), reason=missing)
    except (ValueError, RecursionError):
        transcript = None
    problems = draw.verify(transcript)
    if problems:
        fail("{problems}", problems="\n".join(problem.words(command_language()[:2]) for problem in problems))
    out.print(say(N_("抽取属实。次序：{order}"), order=" ".join(transcript["draw"]["order"])))
    hashes = " ".join(transcript[part]["hash"] for part in ("notice", "closing"))
    out.print(say(N_("请在公开日志里找这两个散列值（公告、截止）：")), hashes)
