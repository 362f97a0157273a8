"""Verdicts in words: the ``because`` of a verdict, fresh or stored, as sentences in Chinese or English."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
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
        _fill(words["condition"][answer["condition"]][answer["outcome"]][tongue], _told(answer["facts"], tongue))
        for answer in because
        if answer["outcome"] != "missing"
    ]
    return told + [words["missing"][tongue].format(column=words["column"][column][tongue]) for column in missing]


def _fill(sentences: str | list[str], told: Mapping[str, str]) -> str:
    """The first sentence whose facts are all known. Raises KeyError when none is."""
    *firsts, last = [sentences] if isinstance(sentences, str) else sentences
    for sentence in firsts:
        with suppress(KeyError):
            return sentence.format(**told)
    return last.format(**told)


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
        return _part("itself_agency" if "side" in facts else "itself", tongue)
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


def _differences(facts: Mapping[str, Any], tongue: str) -> str:
    return ("、" if tongue == "zh" else ", ").join(_value("difference", name, tongue) for name in facts["differences"])


def _legs(facts: Mapping[str, Any], tongue: str) -> str:
    told = [
        _part(
            "leg", tongue, number=number, on=on, party=party, payee=payee, amount=format_yuan(fen), evidence=_grade(grade, tongue)
        )
        for number, on, party, payee, fen, grade in facts["legs"]
    ]
    return _joined(told, tongue)


def _reimbursed(facts: Mapping[str, Any], tongue: str) -> str:
    return _part("reimbursed", tongue, legs=_legs(facts, tongue)) if facts["legs"] else _part("not_reimbursed", tongue)


def _grade(grade: str | None, tongue: str) -> str:
    return _value("grade", grade or "no_grade", tongue)


def _evidence(facts: Mapping[str, Any], tongue: str) -> str:
    return _grade(facts.get("grade"), tongue)


def _returned(facts: Mapping[str, Any], tongue: str) -> str:
    back = facts["paid_fen"] - facts["net_fen"]
    if not back:
        return _part("returned_none", tongue)
    return _part("returned_part", tongue, back=format_yuan(back), net=format_yuan(facts["net_fen"]))


def _classed(facts: Mapping[str, Any], tongue: str) -> str:
    found = facts["item_class"]
    return _part("unclassed" if found == "not_listed" else "classed", tongue, item_class=_value("item_class", found, tongue))


def _above(facts: Mapping[str, Any], _tongue: str) -> str:
    return format_yuan(facts["paid_fen"] - facts["cap_fen"])


def _joined(parts: list[str], tongue: str) -> str:
    return ("; " if tongue == "en" else "；").join(parts)


_DERIVED: tuple[tuple[str, str, Callable[[Mapping[str, Any], str], str]], ...] = (
    ("chain", "chain", _chain),
    ("compared", "compared", _compared),
    ("counted", "method", _counted),
    ("excess", "agreed_fen", _excess),
    ("owed", "agreed_fen", _owed),
    ("above", "cap_fen", _above),
    ("classed", "item_class", _classed),
    ("evidence", "net_fen", _evidence),
    ("returned", "net_fen", _returned),
    ("numbers", "contracts", _numbers("contracts")),
    ("numbers", "payments", _numbers("payments")),
    ("numbers", "invoices", _numbers("invoices")),
    ("days_told", "days_void", _numbers("days_void")),
    ("differences_told", "differences", _differences),
    ("legs_told", "legs", _legs),
    ("legs_third_party", "legs", _reimbursed),
)
"""Parts of sentences, each with the fact that it is made of."""
