"""The rules as data, their words, and what holds for any ledger."""

import re
import tomllib
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market import rulebook as market_rulebook
from market.rules import engine, rulebook, words
from market.rules.conditions import CONDITIONS, base
from market.rules.facts import HARD_GRADES, Case, Contract, Fact, ItemClassPeriod, Organisation, Payment, Relation
from market.rules.world import World

AS_OF = date(2026, 11, 1)
_CHINESE = re.compile("[\u4e00-\u9fff]")
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
    pattern = re.compile(
        r'"((?:contracts|amendments|cases|organisations|payments|invoices|demands|item_prices|item_classes'
        r'|projects|awards|held_qualifications)\.\w+)"'
    )
    sources = [path.read_text(encoding="utf-8") for path in Path(base.__file__).parent.glob("*.py")]
    assert {column for source in sources for column in pattern.findall(source)} == set(words._words()["column"])


def test_a_rule_rests_only_on_law_in_force() -> None:
    """No row cites a law that was not yet in force on the row's first day, and every row cites one."""
    assert [(r.id, r.version, b.title_zh) for r in rulebook.default() for b in r.basis if b.since > r.valid_from] == []
    assert all(rule.basis for rule in rulebook.default())


def _lines() -> dict[tuple[str, str, str], list[rulebook.Rule]]:
    """The rows of every rule that follow each other, by day."""
    lines: dict[tuple[str, str, str], list[rulebook.Rule]] = {}
    for row in sorted(rulebook.default(), key=lambda r: r.valid_from):
        lines.setdefault((row.id, row.subject, row.variant), []).append(row)
    return lines


def test_rows_of_a_rule_follow_each_other_without_a_gap() -> None:
    """Each row ends the day before the next begins, so that one row judges each day, and the last is open."""
    for line, rows in _lines().items():
        ends = [row.valid_to and row.valid_to + timedelta(1) for row in rows]
        assert ends == [*(row.valid_from for row in rows[1:]), None], line
    assert len(_lines()) == 31


@pytest.mark.parametrize(("day", "version"), [(date(2020, 1, 31), "2020-01"), (date(2020, 2, 1), "2020-02")])
def test_one_row_judges_a_day(day: date, version: str) -> None:
    """On the last day of a row that row judges, on the next day the next."""
    assert [r.version for r in _lines()["V01", "payment", ""] if r.in_force(day)] == [version]


def test_a_stored_finding_names_one_row() -> None:
    """Id, version and subject tell one row from every other, its variant's included."""
    names = Counter((r.id, r.version, r.subject) for r in rulebook.default())
    assert [name for name, rows in names.items() if rows > 1] == []


def test_every_law_is_cited_by_a_rule() -> None:
    """No source is kept that nothing rests on, and each is told in both languages."""
    laws = tomllib.loads(Path(rulebook.__file__).with_name("laws.toml").read_text(encoding="utf-8"))
    cited = {basis for rule in rulebook.default() for basis in rule.basis}
    assert {key for key, entry in laws.items() if rulebook.Basis(**entry) not in cited} == set()
    for basis in cited:
        assert _CHINESE.search(basis.title_zh) and _CHINESE.search(basis.article_zh)
        assert basis.title_en and basis.article_en and not _CHINESE.search(basis.title_en + basis.article_en)


def test_every_title_remedy_and_excuse_is_told_in_both_languages() -> None:
    """The Chinese is Chinese, the English is not, each excuse has its twin, and no rule is without an excuse."""
    for rule in rulebook.default():
        pairs = [(rule.title_zh, rule.title_en), (rule.remedy_zh, rule.remedy_en)]
        pairs += zip(rule.excuses_zh, rule.excuses_en, strict=True)
        assert len(pairs) > 2, rule.id
        for zh, en in pairs:
            assert _CHINESE.search(zh) and en and not _CHINESE.search(en), rule.id


def test_no_sentence_convicts() -> None:
    """The system finds and points out; it says of nobody that he is guilty."""
    files = [*Path(rulebook.__file__).with_name("rules").glob("*.toml"), Path(words.__file__).with_name("words.toml")]
    for file in files:
        told = [line.partition("#")[0] for line in file.read_text(encoding="utf-8").splitlines()]
        assert not re.search(r"有罪|犯罪|罪行|违法者|\bguilty\b|\bcrime\b|\boffender", " ".join(told)), file.name


def test_every_number_has_its_source() -> None:
    """Each parameter names where it comes from."""
    numbers = [(rule.id, name, parameter) for rule in rulebook.default() for name, parameter in rule.parameters.items()]
    assert numbers and [(rule, name) for rule, name, parameter in numbers if not parameter.source.strip()] == []


def test_the_time_to_sign_is_the_markets() -> None:
    """V30 waits as long as the market's own rulebook gives to sign a contract."""
    [row] = [r for r in rulebook.default() if r.id == "V30"]
    setting = market_rulebook.default().setting("contract_period", datetime(2026, 11, 1, tzinfo=UTC))
    assert (row.values["working_days"], setting.unit) == (setting.value, "working_days")


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
