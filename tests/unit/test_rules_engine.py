"""The rules as data, their words, and what holds for any ledger."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.rules import engine, rulebook, words
from market.rules.conditions import CONDITIONS, base
from market.rules.facts import HARD_GRADES, Case, Contract, Fact, ItemClassPeriod, Organisation, Payment, Relation
from market.rules.world import World

AS_OF = date(2026, 11, 1)
FACTS: list[Fact] = [
    Organisation("局", "某局", "agency"),
    Organisation("母公司", "某集团", "enterprise"),
    Organisation("申请人", "某公司", "enterprise"),
    ItemClassPeriod("事项", "agency_commissioned"),
    Relation("母公司", "申请人", "controls"),
    Case("AJ1", agency_id="局", applicant_id="申请人"),
    Contract("HT1", "事项", "AJ1", "局", "机构", "direct", 1, "approval", 500_00, date(2026, 1, 10), date(2026, 1, 20)),
    Payment("FK1", date(2026, 3, 1), "母公司", "机构", 600_00, "HT1", None, "服务费", "bank"),
    Payment("FK2", date(2026, 4, 1), "机构", "母公司", 50_00, grade="bank", refund_of="FK1"),
]
SUBJECTS = ("payment:FK1", "contract:HT1")


def judged(facts: list[Fact], subject: str, rule: str) -> engine.Verdict:
    """The verdict of one rule."""
    [verdict] = [v for v in engine.evaluate(World(facts, AS_OF), subject) if v.rule == rule]
    return verdict


def test_every_condition_can_be_told_both_ways() -> None:
    """Each condition has its sentences, in both languages; each is used by a rule."""
    told = words._words()["condition"]
    assert set(told) == set(CONDITIONS) == {c for r in rulebook.default() for c in r.conditions}
    for name, ways in told.items():
        assert "met" in ways and all({"zh", "en"} == set(texts) for texts in ways.values()), name


def test_every_column_that_can_be_missing_has_a_name() -> None:
    """Whatever a condition may need is called by a name that people know, and nothing else is named."""
    pattern = re.compile(r'"((?:contracts|amendments|cases|organisations|payments|invoices|demands|item_prices)\.\w+)"')
    sources = [path.read_text(encoding="utf-8") for path in Path(base.__file__).parent.glob("*.py")]
    assert {column for source in sources for column in pattern.findall(source)} == set(words._words()["column"])


def test_a_rule_rests_only_on_law_in_force() -> None:
    """No row cites a law that was not yet in force on the row's first day, and every row cites one."""
    assert [(r.id, r.version, b.title_zh) for r in rulebook.default() for b in r.basis if b.since > r.valid_from] == []
    assert all(rule.basis for rule in rulebook.default())


def test_rows_of_a_rule_follow_each_other_without_a_gap() -> None:
    """On any day at most one row of a rule judges a subject, and the last is open."""
    rows = [r for r in rulebook.default() if (r.id, r.subject) == ("V01", "payment")]
    assert [r.version for r in rows if r.in_force(date(2020, 1, 31))] == ["2020-01"]
    assert [r.version for r in rows if r.in_force(date(2020, 2, 1))] == ["2020-02"]
    assert [r.valid_to for r in rows][-1] is None


def test_a_changed_number_judges_only_what_came_after() -> None:
    """Each record keeps the rule of its own date: a later, stricter row does not touch it."""
    [row] = [r for r in rulebook.default() if (r.id, r.version) == ("V14", "2020")]
    stricter = {"minimum_quotes": rulebook.Parameter(5, "某文件")} | {k: v for k, v in row.parameters.items() if "method" in k}
    rules = [
        replace(row, valid_to=date(2026, 5, 31)),
        replace(row, version="新", valid_from=date(2026, 6, 1), parameters=stricter),
    ]
    for day, expected in ((date(2026, 5, 31), ("2020", "clear")), (date(2026, 6, 1), ("新", "flag"))):
        contract = Contract("HT9", "事项", "AJ1", "局", "机构", "lowest_price", 4, "approval", 1, day)
        [verdict] = engine.evaluate(World([*FACTS, contract], AS_OF), "contract:HT9", rules)
        assert (verdict.version, verdict.outcome) == expected


def test_a_verdict_tells_why_in_both_languages() -> None:
    """The sentences name parties, chain, law's class and the money that is still out."""
    verdict = judged(FACTS, "payment:FK1", "V01")
    zh, en = (" ".join(words.render(verdict.because, verdict.missing, lang)) for lang in ("zh-CN", "en"))
    for part in ("某集团（母公司）控股某公司（申请人）", "550.00", "合同 HT1", "行政机关委托", "2026-03-01"):
        assert part in zh
    assert "某集团（母公司） controls 某公司（申请人）" in en and "agency-commissioned" in en
    assert verdict.evidence == (
        "payment:FK1",
        "contract:HT1",
        "item:事项",
        "case:AJ1",
        "relation:母公司>controls>申请人",
        "payment:FK2",
    )


def test_what_is_missing_is_named() -> None:
    """A verdict that cannot be reached names the column as people call it."""
    facts = [replace(f, grade=None) if isinstance(f, Payment) else f for f in FACTS]
    verdict = judged(facts, "payment:FK1", "V01")
    assert (verdict.outcome, verdict.certainty, verdict.amount_fen) == ("not_computable", None, None)
    assert words.render(verdict.because, verdict.missing, "zh-CN")[-1] == "缺少“凭证等级”，无法判断。"


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_any_verdict_can_be_told(lang: str) -> None:
    """Met, not met or missing: every verdict of the sample world becomes sentences without a gap."""
    empty = [replace(f, purpose=None, method="framework", client_id="申请人") if isinstance(f, Contract) else f for f in FACTS]
    for facts in (FACTS, empty):
        for verdict in (v for subject in SUBJECTS for v in engine.evaluate(World(facts, AS_OF), subject)):
            sentences = words.render(verdict.because, verdict.missing, lang)
            assert sentences and not any("{" in sentence for sentence in sentences)


def test_what_is_no_record_gets_no_verdict() -> None:
    """A refund and an unknown number are not judged."""
    world = World(FACTS, AS_OF)
    assert engine.evaluate(world, "payment:FK2") == engine.evaluate(world, "contract:HT404") == []


_PARTIES = st.sampled_from(["局", "母公司", "申请人", "机构", "路人"])
_UNRELATED = st.builds(
    Payment,
    payment_no=st.text("XYZ", min_size=3, max_size=8),
    paid_on=st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    payer_id=st.none() | _PARTIES,
    payee_id=st.none() | _PARTIES,
    amount_fen=st.none() | st.integers(0, 10**12),
    contract_no=st.none() | st.just("别的合同"),
    grade=st.none() | st.sampled_from([*sorted(HARD_GRADES), "invoice", "declaration"]),
    refund_of=st.none() | st.just("别的付款"),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_UNRELATED, max_size=5), st.randoms(use_true_random=False))
def test_an_unrelated_payment_changes_no_verdict(more: list[Payment], random: object) -> None:
    """Whatever else is paid by whomever under other contracts, and in whatever order the records come."""
    before, facts = World(FACTS, AS_OF), [*FACTS, *more]
    random.shuffle(facts)  # type: ignore[attr-defined]
    after = World(facts, AS_OF)
    assert [engine.evaluate(before, s) for s in SUBJECTS] == [engine.evaluate(after, s) for s in SUBJECTS]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 700_00), st.integers(0, 700_00))
def test_no_refund_makes_it_worse(one: int, more: int) -> None:
    """The more is refunded, the less is at issue, down to clear at the full amount."""
    amounts = []
    for fen in (one, one + more):
        facts = [replace(f, amount_fen=fen) if isinstance(f, Payment) and f.refund_of else f for f in FACTS]
        verdict = judged(facts, "payment:FK1", "V01")
        assert (verdict.outcome == "clear") == (fen >= 600_00)
        amounts.append(verdict.amount_fen or 0)
    assert amounts[0] >= amounts[1]
