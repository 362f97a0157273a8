"""Indicators in the API: for supervisors, each look with its purpose in the log; how they are computed is public."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from market import clock
from market.actors import ANONYMOUS, Role
from market.log.models import LogEntry
from market.statistics import service
from tests.contest import NOON, member
from tests.market import test_indicators as ledger
from tests.schema.conftest import Execute

SHAPE = """totalCount pageInfo { endCursor hasNextPage } edges { node { indicator version subject outcome n need value asOf computedOn
    region itemCode level reason wordingZh wordingEn notice agency { name code } supplier { code } rule { id title refs }
    inputs { name label value } computed { name value } thresholds { name label value } } }"""
_ARGS = "filter: $f, first: $first, after: $after"
QUERY = f"query($f: IndicatorFilter!, $first: Int!, $after: String) {{ indicators({_ARGS}) {{ {SHAPE} }} }}"


@pytest.fixture
async def run(execute: Execute) -> AsyncIterator[Execute]:
    """With the seeded ledger computed as of its day."""
    await ledger.seeded()
    with clock.fixed(NOON):
        await service.run_due()
    yield execute


async def asked(
    execute: Execute, lang: str = "zh-CN", first: int = 50, after: str | None = None, **wanted: Any
) -> dict[str, Any]:
    """As a regulator sees it."""
    answer = await execute(
        QUERY, await member(Role.REGULATOR), lang=lang, f={"purpose": "例行检查"} | wanted, first=first, after=after
    )
    assert answer.errors is None, answer.errors
    return dict(answer.data["indicators"])


async def test_a_supervisor_sees_why_one_may_look(run: Execute) -> None:
    """The numbers, the thresholds, the words in both languages, and that it is no finding."""
    found = await asked(run, indicator="designation", outcome="FLAG", agency=ledger.HERE, item=ledger.CHOSEN)
    [edge] = found["edges"]
    node = edge["node"]
    assert (node["n"], node["need"], node["value"], node["version"]) == (10, 10, "1", "2020")
    assert (node["asOf"], node["computedOn"], node["region"]) == ("2026-11-24", "2026-11-24", "330900")
    assert node["agency"]["code"] == ledger.HERE and node["supplier"] is None  # S0 is no registered party
    assert {"name": "using", "label": "其中用该机构的", "value": "10"} in node["inputs"]
    assert {"name": "min_share", "label": "占比不低于", "value": "0.8"} in node["thresholds"]
    assert node["wordingZh"].startswith("值得看一看的理由") and node["wordingEn"].startswith("A reason to look")
    assert "也不是认定" in node["notice"] and node["rule"]["refs"] == ["6", "V09"]


async def test_too_few_are_told_as_such(run: Execute) -> None:
    """Insufficient, how many are needed, and why, in the reader's language."""
    found = await asked(run, "en", indicator="concentration", outcome="INSUFFICIENT")
    [edge] = found["edges"]
    assert (edge["node"]["n"], edge["node"]["need"], edge["node"]["value"]) == (1, 3, None)
    assert edge["node"]["reason"].startswith("Only 1 bodies do this item in the region, 3 are needed")


async def test_pages_and_days(run: Execute) -> None:
    """One page after the other gives all of one run; before the first run there is nothing."""
    every = await asked(run)
    subjects, after = [], None
    while True:
        part = await asked(run, first=2, after=after)
        subjects += [(e["node"]["indicator"], e["node"]["subject"]) for e in part["edges"]]
        if not part["pageInfo"]["hasNextPage"]:
            break
        after = part["pageInfo"]["endCursor"]
    assert subjects == [(e["node"]["indicator"], e["node"]["subject"]) for e in every["edges"]]
    assert len(set(subjects)) == every["totalCount"] > 4
    assert (await asked(run, on="2026-11-24"))["totalCount"] == every["totalCount"]
    assert (await asked(run, on="2026-11-23"))["totalCount"] == 0


async def test_each_look_is_logged_with_its_purpose(run: Execute) -> None:
    """Who, what and why; without a purpose nothing is shown."""
    await asked(run, indicator="splitting")
    entry = await LogEntry.filter(action="indicator:look").order_by("-seq").first()
    assert entry and "例行检查" in entry.body and '"indicator":"splitting"' in entry.body.replace(" ", "")
    before = await LogEntry.all().count()
    answer = await run(QUERY, await member(Role.REGULATOR), f={"purpose": "  "}, first=5)
    assert answer.errors and answer.data is None
    assert await LogEntry.all().count() == before


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.REGULATOR])
async def test_nobody_else_sees_them(run: Execute, role: Role) -> None:
    """An empty list, and nothing in the log; a stranger is asked to sign in."""
    before = await LogEntry.all().count()
    answer = await run(QUERY, await member(role), f={"purpose": "x"}, first=5)
    assert answer.data["indicators"]["totalCount"] == 0 and answer.data["indicators"]["edges"] == []
    assert (await run(QUERY, ANONYMOUS, f={"purpose": "x"}, first=5)).errors
    assert await LogEntry.all().count() == before


async def test_the_rules_are_public(execute: Execute) -> None:
    """Anybody reads how each is computed, with sources of every threshold."""
    answer = await execute(
        "{ indicatorRules { id version title formula legalBasis validFrom notice thresholds { name label value source } } }",
        lang="en",
    )
    rows = answer.data["indicatorRules"]
    assert len(rows) == 19 and all(row["legalBasis"] and row["thresholds"] for row in rows)
    assert all(t["source"] and t["label"] for row in rows for t in row["thresholds"])
    assert next(r for r in rows if r["id"] == "splitting")["title"] == "Perhaps split (rolling 365 days)"
