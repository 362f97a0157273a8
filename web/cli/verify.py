"""``market verify``: the log, and what can be computed again from what was published."""

import json
from pathlib import Path

import typer

from market.actors import ANONYMOUS
from market.awards.replay import Replay, replay
from market.errors import MarketError
from market.selection import draw
from schema.labels import N_
from web import startup
from web.cli.shell import Database, Demo, fail, out, run, say, stored, told
from web.settings import Settings, command_language

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


@app.command("award")
def verify_award(code: str, demo: Demo = False, database: Database = None) -> None:
    """重算一次中选 · recompute an award from the published quotes, constants and draw, name the first difference."""
    done = run(_replayed(stored(demo, database), code))
    found = done.difference
    if found is not None:
        told_facts = {"part": found.part, "awarded": found.awarded, "recomputed": found.recomputed}
        fail(N_("与公布的结果不符：{part}，公布的是 {awarded}，重算得 {recomputed}。"), **told_facts)
    facts = {"method": done.method, "quotes": done.quotes}
    if done.winner is None:
        out.print(say(N_("重算相符：流标（{method}，报价 {quotes} 份）。"), **facts))
    else:
        out.print(say(N_("重算相符：中选 {winner}（{method}，报价 {quotes} 份）。"), winner=done.winner, **facts))


async def _replayed(settings: Settings, code: str) -> Replay:
    async with startup.connected(settings):
        try:
            return await replay(ANONYMOUS, code)
        except MarketError as refused:
            fail("{reason}", reason=told(refused))
