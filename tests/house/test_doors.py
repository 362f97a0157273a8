"""One door for each thing that must be true everywhere; each check is shown a house that breaks it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house import doors
from tests.house.source import listing

_ROWS = "class Channel(StrEnum): ...\nclass FeeRecord(Model): ...\n"
BREACHES: dict[Callable[[Path], list[str]], dict[str, str]] = {
    doors.past_the_doors: {"market/fees/service.py": "from datetime import datetime\nat = datetime.now()\n"},
    doors.states_written_elsewhere: {"market/fees/service.py": "def pay(fee):\n    fee.state = 'paid'\n"},
    doors.foreign_rows: {
        "schema/quotes.py": "from market.fees.models import FeeRecord, Channel\n",
        "market/fees/models.py": _ROWS,
    },
    doors.nested_use_cases: {
        "market/fees/service.py": "from market.awards import service as a\n@use_case(None)\n"
        "def pay():\n    _do()\ndef _do():\n    a.give()\n",
        "market/awards/service.py": "@use_case(None)\ndef give(): ...\n",
    },
    doors.unasked_actions: {"market/permissions.py": 'class Action:\n    FEE_BURN = "fee:burn"\n'},
    doors.future_annotations: {"schema/quotes.py": "from __future__ import annotations\n"},
}
"""Check → the smallest house that it must refuse."""


@pytest.mark.parametrize("check", BREACHES, ids=lambda check: check.__name__)
def test_the_house_has_its_doors(check: Callable[[], list[str]]) -> None:
    """Nothing goes past a door."""
    found = check()
    assert not found, listing(found, "See tests/house/doors.py for what the rule protects.")


@pytest.mark.parametrize("check", BREACHES, ids=lambda check: check.__name__)
def test_a_breach_is_found(check: Callable[[Path], list[str]], tmp_path: Path) -> None:
    """Exactly the one planted breach is found."""
    for name, text in BREACHES[check].items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert len(check(tmp_path)) == 1


@pytest.mark.parametrize(
    ("check", "name", "text"),
    [
        (doors.past_the_doors, "market/clock.py", "from datetime import datetime\nat = datetime.now()\n"),
        (doors.states_written_elsewhere, "market/fees/service.py", "def move(fee):\n    fee.state = 'paid'\n"),
        (doors.foreign_rows, "schema/fees/types.py", "from market.fees.models import FeeRecord\n"),
        (doors.foreign_rows, "schema/fees.py", "from market.fees import models\n"),
        (doors.foreign_rows, "schema/quotes.py", "from market.fees.models import Channel\n"),
    ],
)
def test_the_door_itself_is_open(check: Callable[[Path], list[str]], name: str, text: str, tmp_path: Path) -> None:
    """What has a door may go through it."""
    for file, content in ((name, text), ("market/fees/models.py", _ROWS)):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(content)
    assert not check(tmp_path)
