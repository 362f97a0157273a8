"""``market indicators`` as an operator runs it."""

import json
from pathlib import Path

from tests.unit import ledger
from tests.web.test_cli import market


def test_indicators_of_the_sample(tmp_path: Path) -> None:
    """After an import: a table, JSON with n, need, thresholds and words; what is unknown is refused."""
    assert market(tmp_path, "import", "ledger", str(ledger.SAMPLE))[0] == 0
    words = ("indicators", "--as-of", "2026-11-01", "--format", "json", "--indicator", "contract_drift")
    code, told = market(tmp_path, *words)
    rows, _ = json.JSONDecoder().raw_decode(told)
    assert code == 0 and {row["subject"] for row in rows} == {"contract:HT0000093", "contract:HT0000138", "contract:HT0000092"}
    for row in rows:
        assert (row["n"], row["need"], row["version"], row["outcome"]) == (1, 1, "2020", "flag")
        assert row["threshold"]["max_dearer"] == "0.1" and row["inputs"]["award_fen"] > 0
        assert row["wording_en"].startswith("A reason to look") and "no finding" in row["notice"]
    code, told = market(tmp_path, "indicators", "--as-of", "2026-11-01", "--all")
    assert code == 0 and "Sample too small" in told and "Contract drift" in told and "no finding" in told
    assert market(tmp_path, "indicators", "--as-of", "2026-13-01")[0] == 1
    code, told = market(tmp_path, "indicators", "--indicator", "nonsense")
    assert code == 1 and "nonsense" in told
