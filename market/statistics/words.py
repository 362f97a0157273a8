"""The words of indicators in both languages: what each number is, why there is no answer, and that it is no finding."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def _pick(entry: Mapping[str, str], lang: str) -> str:
    return entry["en" if lang.startswith("en") else "zh"]


def notice(lang: str) -> str:
    """What an indicator is, and what it is not."""
    return _pick(_words()["notice"], lang)


def reason(code: str, lang: str, n: int, need: int) -> str:
    """Why there is no answer; empty where there is one."""
    return _pick(_words()["reason"][code], lang).format(n=n, need=need) if code else ""


def number(name: str, lang: str) -> str:
    """What a number of the inputs, of the computed ones or of the thresholds is."""
    return _pick(_words()["number"][name], lang)


def level(code: str, lang: str) -> str:
    """How strong a flag is; empty where there are no degrees."""
    return _pick(_words()["level"][code], lang) if code else ""
