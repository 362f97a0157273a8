"""The words of a notice stand in the public log for ever: none of them may hold a person's number."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from market.errors import InvalidInput
from market.frameworks.forms import PostFramework
from market.frameworks.models import CallOff
from market.projects.forms import AmendProject, BeaconForm, PostProject
from market.projects.models import SelectionMethod
from market.projects.parameters import Criterion, Parameters

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
ID = "王某 330902199001011238"
NUMBERS = "项目 24332000000012345678，统一社会信用代码 91330901MA2A000000，2026-330902-48-01-123456"
"""Of the project, of a company: nobody's own."""


def post(**words: Any) -> None:
    """A need with a criterion of its own."""
    criterion = Criterion(words.pop("criterion", "方案"), 70)
    given = {"title": "某项目", "method": SelectionMethod.PROPOSAL_MERIT, "beacon": BeaconForm(words.pop("beacon", "彩票"), NOW)}
    parameters = Parameters(criteria=(criterion,), price_weight=30)
    PostProject("k", item_code="X", service_working_days=1, parameters=parameters, **(given | words)).check(NOW)


def amend(**words: Any) -> None:
    """Of an open notice."""
    AmendProject("XM-1", 1, "笔误", **words).changes()


def frame(**words: Any) -> None:
    """A framework agreement."""
    given = {"title": "某协议", "requirements": "无不良记录"}
    values = {"item_codes": ("X",), "call_off": CallOff.ROTATION, "ends_at": NOW + timedelta(days=1), "ceiling_fen": 1}
    PostFramework("k", **(values | given | words)).check(NOW, timedelta(days=9))


@pytest.mark.parametrize(
    ("filled", "name", "path"),
    [
        *((post, name, name) for name in ("title", "requirements")),
        (post, "budget_line", "budgetLine"),
        (post, "beacon", "beacon.name"),
        (post, "criterion", "criteria.0.name"),
        *((amend, name, name) for name in ("title", "requirements")),
        *((frame, name, name) for name in ("title", "requirements")),
    ],
)
def test_no_word_of_a_notice_holds_a_persons_number(filled: Any, name: str, path: str) -> None:
    """Refused by its field; numbers of projects and companies may stand there."""
    with pytest.raises(InvalidInput) as refused:
        filled(**{name: ID})
    assert [(field.path, field.code) for field in refused.value.fields] == [(path, "personal_number")]
    filled(**{name: NUMBERS[:60] if name == "criterion" else NUMBERS})
