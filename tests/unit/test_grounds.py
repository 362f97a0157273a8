"""The published grounds: the newest row of a code counts from its day on, and each time may be as heavy as its step."""

from dataclasses import replace
from datetime import date

import pytest

from market.measures import grounds
from market.measures.states import MeasureKind

ROW = {"code": "late", "zh": "逾期", "en": "late", "from": date(2024, 1, 1), "source": "x"}


def test_a_later_row_counts_from_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happened before is judged by the row of then; before the first row there is no ground."""
    old = grounds._ground(ROW | {"steps": [{"kind": "warning"}, {"kind": "pause", "days": 30}]})
    new = replace(old, since=date(2026, 1, 1), steps=(grounds.Step(MeasureKind.REMOVAL),))
    monkeypatch.setattr(grounds, "listed", lambda: (new, old))
    found = [grounds.find("late", day) for day in (date(2023, 12, 31), date(2025, 12, 31), date(2026, 1, 1))]
    assert found == [None, old, new] and grounds.in_force(date(2026, 1, 1)) == (new,)
    assert [old.heaviest(earlier).kind for earlier in (0, 1, 7)] == [MeasureKind.WARNING, MeasureKind.PAUSE, MeasureKind.PAUSE]
    weights = [step.weight for step in (old.steps[0], old.steps[1], grounds.Step(MeasureKind.PAUSE, 31), new.steps[0])]
    assert weights == sorted(set(weights))


@pytest.mark.parametrize("steps", [[], [{"kind": "pause"}], [{"kind": "warning", "days": 3}], [{"kind": "jail"}]])
def test_a_row_that_is_none_is_refused(steps: list[dict[str, object]]) -> None:
    """No step, a pause without days, days without a pause, an unknown kind."""
    with pytest.raises(ValueError):
        grounds._ground(ROW | {"steps": steps})
