"""Reading the list: on a day, in order, by words, counted, and without one query per row."""

from datetime import date, timedelta

import pytest

from market.actors import SYSTEM
from market.catalogue import read, service
from market.catalogue.models import ItemClass
from market.catalogue.read import ItemFilter
from market.errors import InvalidInput, NotInForce
from tests.factories_catalogue import (
    AGENCY,
    CANCELLED,
    CHOICE,
    FIRST_DAY,
    MANDATORY,
    SECOND_DAY,
    edited,
    form,
    shipped_rows,
)
from tests.queries import statements

EARLIER = FIRST_DAY - timedelta(days=1)


async def codes(**wanted: object) -> list[str]:
    """The codes of all items that fit on the first day."""
    return [v.code for v in await read.list_items(ItemFilter(FIRST_DAY, **wanted), None, 200)]  # type: ignore[arg-type]


async def test_the_four_groups_have_their_numbers(database: str, shipped_catalogue: None) -> None:
    """20 mandatory, 24 of the agencies, 72 of the applicant's choice, 4 cancelled: as the founding document says."""
    counts = await read.count_items(ItemFilter(FIRST_DAY))
    assert list(counts.by_class.values()) == [20, 24, 72, 4]
    assert [len(await codes(item_class=c)) for c in ItemClass] == [20, 24, 72, 4]
    assert (counts.total, sum(counts.by_sector.values()), counts.by_sector["maritime"]) == (120, 120, 10)


async def test_the_list_begins_with_what_is_mandatory(database: str, shipped_catalogue: None) -> None:
    """Order: mandatory, the agency's, the applicant's choice, cancelled; then by code."""
    rank = {c.value: number for number, c in enumerate(ItemClass)}
    expected = sorted(shipped_rows(), key=lambda row: (rank[row["item_class"]], row["code"]))
    assert await codes() == [row["code"] for row in expected]


async def test_pages_join_without_gap_or_repeat(database: str, shipped_catalogue: None) -> None:
    """Page after page by position gives every item once."""
    seen: list[str] = []
    after: str | None = None
    while page := await read.list_items(ItemFilter(FIRST_DAY), after, 7):
        seen += [v.code for v in page]
        after = page[-1].position
    assert seen == await codes()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("海域使用论证", {"ZSZJ-02-009", "ZSZJ-02-016"}),
        ("论证 海域 评审", {"ZSZJ-02-016"}),
        ("PORT facility iSPs 港口设施", {"ZSZJ-05-005", "ZSZJ-05-015"}),
        ("zszj-05-01", {f"ZSZJ-05-01{n}" for n in range(6)}),
        ("排污许可 technical", {"ZSZJ-03-011"}),
        ("  ", None),
        ("", None),
        (None, None),
        ("%", set()),
        ("_", set()),
        ("100%", set()),
        ("\\", set()),
        ("'; DROP TABLE editions; --", set()),
        ("🚢", set()),
    ],
)
async def test_search_finds_every_word_somewhere(
    database: str, shipped_catalogue: None, search: str | None, found: set[str] | None
) -> None:
    """All words must occur in names, approval item or code, in any case; wildcards are letters like others."""
    result = await codes(search=search)
    assert set(result) == (set(await codes()) if found is None else found)
    assert (await read.count_items(ItemFilter(FIRST_DAY, search=search))).total == len(result)


async def test_wildcards_are_found_as_letters(database: str, shipped_catalogue: None) -> None:
    """An item whose name has a percent sign is found by it, and is the only one."""
    await service.load_edition(SYSTEM, form(edited(CHOICE, name_zh="50%_产能\\报告")))
    for word in ("%", "_", "\\", "0%_产"):
        rows = await read.list_items(ItemFilter(SECOND_DAY, search=word), None, 10)
        assert [row.code for row in rows] == [CHOICE]


@pytest.mark.parametrize(
    ("search", "code"), [("词" * 101, "too_long"), ("a\x00b", "control_character"), ("\ud800", "control_character")]
)
async def test_a_search_that_cannot_be_is_refused(database: str, search: str, code: str) -> None:
    """Too long a text and control characters are refused before the database is asked."""
    for ask in (
        read.list_items(ItemFilter(FIRST_DAY, search=search), None, 1),
        read.count_items(ItemFilter(FIRST_DAY, search=search)),
    ):
        with pytest.raises(InvalidInput) as refused:
            await ask
        assert [(p.path, p.code) for p in refused.value.fields] == [("search", code)]


async def test_counts_tell_what_another_choice_would_show(database: str, shipped_catalogue: None) -> None:
    """Each count ignores its own filter and keeps the others; the total keeps all."""
    counts = await read.count_items(ItemFilter(FIRST_DAY, ItemClass.CANCELLED, "meteorology"))
    assert counts.by_class == {
        ItemClass.MANDATORY: len(await codes(item_class=ItemClass.MANDATORY, sector="meteorology")),
        ItemClass.AGENCY_COMMISSIONED: 2,
        ItemClass.APPLICANT_CHOICE: len(await codes(item_class=ItemClass.APPLICANT_CHOICE, sector="meteorology")),
        ItemClass.CANCELLED: 2,
    }
    assert {s: n for s, n in counts.by_sector.items() if n} == {"market_regulation": 1, "meteorology": 2, "water_resources": 1}
    assert counts.total == 2 == len(await codes(item_class=ItemClass.CANCELLED, sector="meteorology"))


@pytest.mark.parametrize("code", ["ZSZJ-99-999", "", "ZSZJ-01", "ZSZJ-01-001\x00", "\ud800", "Z" * 5000, "' OR 1=1"])
async def test_an_unknown_code_is_nothing(database: str, shipped_catalogue: None, code: str) -> None:
    """A code that is not on the list, or could not be a code, has no version, no class and no history."""
    assert await read.item_at(code, FIRST_DAY) is None
    assert await read.class_at(code, FIRST_DAY) is None
    assert await read.class_for_ledger(code, FIRST_DAY) is None
    assert await read.history(code) == []
    assert await codes(sector=code) == []


@pytest.mark.parametrize("typed", ["zszj-01-001", " ZSZJ-01-001 ", "ＺＳＺＪ－０１－００１", "ZSZJ—01—001"])
async def test_a_code_is_found_however_it_is_typed(database: str, shipped_catalogue: None, typed: str) -> None:
    """Lower case, blanks, full width and other dashes are the same code."""
    found = await read.item_at(typed, FIRST_DAY)
    assert found is not None and found.code == "ZSZJ-01-001"


async def test_batches_answer_in_the_order_of_their_keys(database: str, shipped_catalogue: None) -> None:
    """Repeated and unknown keys have their place in the answer."""
    rows = await read.items_at_by_code([CANCELLED, "ZSZJ-99-999", MANDATORY, CANCELLED], FIRST_DAY)
    assert [row.code if row else None for row in rows] == [CANCELLED, None, MANDATORY, CANCELLED]
    rows = await read.items_by_code_and_day([(CHOICE, EARLIER), (CHOICE, FIRST_DAY)])
    assert [row is not None for row in rows] == [False, True]
    departments = await read.departments_by_code(["ZS-SL", "?", "ZS-FGW"])
    assert [d.code if d else None for d in departments] == ["ZS-SL", None, "ZS-FGW"]
    assert await read.items_at_by_code([], FIRST_DAY) == []


async def test_nothing_is_known_before_the_first_edition(database: str) -> None:
    """Asking for a class earlier than the first list is refused, with the first day; a ledger takes the first list's."""
    with pytest.raises(NotInForce):
        await read.class_at(AGENCY, FIRST_DAY)
    assert await read.class_for_ledger(AGENCY, FIRST_DAY) is None
    await service.load_shipped(SYSTEM)
    with pytest.raises(NotInForce) as refused:
        await read.class_at(AGENCY, EARLIER)
    assert (refused.value.item_code, refused.value.on, refused.value.first) == (AGENCY, EARLIER, FIRST_DAY)
    assert await read.class_for_ledger(AGENCY, EARLIER) == ItemClass.AGENCY_COMMISSIONED
    assert await read.item_at(AGENCY, EARLIER) is None
    assert await codes() != []
    assert (await read.count_items(ItemFilter(EARLIER))).total == 0


async def test_a_ledger_is_judged_by_the_class_of_its_day(database: str, shipped_catalogue: None) -> None:
    """Before the first list its class counts, later the class in force on the day, also after a change."""
    await service.load_edition(SYSTEM, form(edited(CHOICE, item_class="agency_commissioned")))
    days = (date(2019, 1, 1), FIRST_DAY, SECOND_DAY - timedelta(days=1), SECOND_DAY)
    choice, agency = ItemClass.APPLICANT_CHOICE, ItemClass.AGENCY_COMMISSIONED
    assert [await read.class_for_ledger(CHOICE, day) for day in days] == [choice, choice, choice, agency]


async def test_a_list_takes_one_query_however_long(database: str, shipped_catalogue: None) -> None:
    """Rows, counts, versions and departments are one statement each for one key and for a hundred."""
    many = await codes()
    with statements() as sent:
        for number in (1, 100):
            await read.list_items(ItemFilter(FIRST_DAY), None, number)
            await read.count_items(ItemFilter(FIRST_DAY))
            await read.items_at_by_code(many[:number], FIRST_DAY)
            await read.departments_by_code(["ZS-SL"] * number)
    assert len(sent) == 2 * 4
