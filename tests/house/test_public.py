"""What is public and committed is true."""

import pytest

from tests.house.public import COMMITTED
from tests.house.source import ROOT, listing


@pytest.mark.parametrize("name", COMMITTED)
def test_what_is_committed_is_true(name: str) -> None:
    """The committed text equals what the code says today."""
    path, text = COMMITTED[name]
    committed = (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).exists() else ""
    changed = sorted(set(text().splitlines()) ^ set(committed.splitlines()))
    assert committed == text(), listing(changed[:40], "If it is meant: `make golden`, and read the diff as your readers will.")
