"""The audit of everything that is stored, against an oracle that shares nothing with it."""

from datetime import date
from pathlib import Path

import pytest

from market.actors import SYSTEM
from market.audit import sweep
from market.imports.service import ImportLedger, import_at_shell
from market.rules.engine import Decision
from tests.ledgers import generate, oracle
from tests.unit import ledger


async def audited(size: int, as_of: date) -> set[tuple[str, str, str]]:
    """Rule, subject, certainty of all that the rules of ledger.md find, in pieces of that size."""
    verdicts = [v for piece in await sweep.pieces(size) for v in await sweep.judge(piece, as_of)]
    return {
        (v.rule, v.subject.partition(":")[2], str(v.certainty))
        for v in verdicts
        if v.outcome is Decision.FLAG and v.rule in ledger.RULES
    }


@pytest.mark.parametrize("seed", [3, 4])
async def test_an_imported_ledger_gives_what_the_oracle_finds(
    database: str, shipped_catalogue: None, tmp_path: Path, seed: int
) -> None:
    """Every look-alike of the format, imported and judged in whatever pieces: no finding more, none less."""
    tables = generate.generate(seed, 25, empties=0)
    ref = {r["payment_no"] for r in tables["payments"] if r["refund_of"]}
    tables["payments"] = [r for r in tables["payments"] if r["refund_of"] not in ref]
    generate.write(tables, tmp_path)
    await import_at_shell(SYSTEM, ImportLedger(tmp_path))
    as_of = generate.as_of(seed)
    expected = oracle.judge(tables, as_of)
    assert await audited(1000, as_of) == expected and len(expected) > 40
    assert await audited(3, as_of) == expected
