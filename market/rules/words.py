"""Verdicts in words: the ``because`` of a verdict, fresh or stored, as sentences in Chinese or English."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from market.money import format_yuan


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def render(because: Iterable[Mapping[str, Any]], missing: Iterable[str], lang: str) -> list[str]:
    """One sentence per condition that was answered, then one per empty column. ``lang``: zh-CN or en."""
    tongue = "en" if lang.startswith("en") else "zh"
    words = _words()
    told = [
        words["condition"][answer["condition"]][answer["outcome"]][tongue].format(**_told(answer["facts"], tongue))
        for answer in because
        if answer["outcome"] != "missing"
    ]
    return told + [words["missing"][tongue].format(column=words["column"][column][tongue]) for column in missing]


def _told(facts: Mapping[str, Any], tongue: str) -> dict[str, str]:
    told = {name.removesuffix("_fen"): _value(name, value, tongue) for name, value in facts.items()}
    return told | {part: make(facts, tongue) for part, needed, make in _DERIVED if needed in facts}


def _value(name: str, value: Any, tongue: str) -> str:
    if name.endswith("_fen"):
        return format_yuan(value)
    known = _words()["value"].get(value) if isinstance(value, str) else None
    return str(known[tongue] if known else value)


def _part(key: str, tongue: str, **facts: Any) -> str:
    text: str = _words()["part"][key][tongue]
    return text.format(**facts)


def _chain(facts: Mapping[str, Any], tongue: str) -> str:
    if not facts["chain"]:
        return _part("itself", tongue, applicant=facts["applicant"])
    links = _words()["relation"]
    told = [links[kind][tongue].format(**{"from": one, "to": other}) for one, kind, other in facts["chain"]]
    return _joined(told, tongue)


def _compared(facts: Mapping[str, Any], tongue: str) -> str:
    pairs = [
        _part("title", tongue, buyer=buyer, role=_value("role", role, tongue), party=party)
        for buyer, role, party in facts["compared"]
    ]
    return _joined(pairs, tongue)


def _counted(facts: Mapping[str, Any], tongue: str) -> str:
    if "quotes" in facts:
        return _part("counted", tongue, quotes=facts["quotes"], least=facts["least"])
    return _part("uncounted", tongue)


def _excess(facts: Mapping[str, Any], _tongue: str) -> str:
    return format_yuan(facts["paid_fen"] - facts["agreed_fen"])


def _owed(facts: Mapping[str, Any], _tongue: str) -> str:
    return format_yuan(facts["agreed_fen"] - facts["paid_fen"])


def _numbers(name: str) -> Callable[[Mapping[str, Any], str], str]:
    return lambda facts, tongue: ("、" if tongue == "zh" else ", ").join(facts[name])


def _legs(facts: Mapping[str, Any], tongue: str) -> str:
    told = [
        _part("leg", tongue, number=number, on=on, party=party, amount=format_yuan(fen))
        for number, on, party, fen in facts["legs"]
    ]
    return _joined(told, tongue)


def _reimbursed(facts: Mapping[str, Any], tongue: str) -> str:
    return _part("reimbursed", tongue, legs=_legs(facts, tongue)) if facts["legs"] else _part("not_reimbursed", tongue)


def _joined(parts: list[str], tongue: str) -> str:
    return ("; " if tongue == "en" else "；").join(parts)


_DERIVED: tuple[tuple[str, str, Callable[[Mapping[str, Any], str], str]], ...] = (
    ("chain", "chain", _chain),
    ("compared", "compared", _compared),
    ("counted", "method", _counted),
    ("excess", "agreed_fen", _excess),
    ("owed", "agreed_fen", _owed),
    ("numbers", "contracts", _numbers("contracts")),
    ("numbers", "payments", _numbers("payments")),
    ("legs_told", "legs", _legs),
    ("legs_third_party", "legs", _reimbursed),
)
"""Parts of sentences, each with the fact that it is made of."""
