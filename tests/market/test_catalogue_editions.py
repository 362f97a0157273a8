"""Editions: loaded whole or not at all, dated, and the old one stays answerable."""

from datetime import date, timedelta
from typing import Any

import pytest

from market.actors import SYSTEM
from market.catalogue import models, read, service, shipped
from market.catalogue.diff import Change
from market.catalogue.models import ItemClass
from market.catalogue.service import EditionDiff, LoadEdition
from market.errors import CatalogueRefused, EditionNotNewer, InvalidInput
from market.log import service as log
from market.log.models import LogEntry
from tests.factories_catalogue import (
    AGENCY,
    CHOICE,
    FIRST_DAY,
    MANDATORY,
    SECOND_DAY,
    Rows,
    csv_bytes,
    edited,
    form,
    shipped_rows,
    without,
)
from tests.queries import statements

NEW = "ZSZJ-99-001"


async def stored() -> list[Any]:
    """Everything that a load could change."""
    tables = (models.Edition, models.ServiceItem, models.ItemVersion, models.Department, models.Qualification, LogEntry)
    return [await table.all().order_by(table._meta.pk_attr).values() for table in tables]


def changed_list() -> Rows:
    """One item becomes the agency's, one is dropped, one is new, one has another unit."""
    rows = [row for row in edited(CHOICE, item_class="agency_commissioned") if row["code"] != MANDATORY]
    rows = [row | {"unit": "item"} if row["code"] == AGENCY else row for row in rows]
    return [*rows, rows[0] | {"code": NEW, "name_zh": "新事项"}]


async def test_the_shipped_list_is_the_first_edition(database: str) -> None:
    """An empty database gets registers and the reference list, logged, and says that it is a reference list."""
    difference = await service.load_shipped(SYSTEM)
    edition = (await read.editions())[0]
    assert (len(difference.added), difference.removed, difference.changed) == (120, (), ())
    assert (edition.number, edition.valid_from, edition.is_reference) == (1, FIRST_DAY, True)
    assert edition.source.startswith("参考清单")
    assert [await table.all().count() for table in (models.Department, models.Qualification)] == [26, 18]
    assert await LogEntry.all().order_by("seq").values_list("subject", flat=True) == [
        "register:departments",
        "register:qualifications",
        "edition:1",
    ]
    assert (await log.verify()).broken is None


async def test_loading_twice_changes_nothing(database: str, shipped_catalogue: None) -> None:
    """The shipped list again, and the same file again, leave every row and the log as they were."""
    before = await stored()
    assert await service.load_shipped(SYSTEM) == EditionDiff()
    assert await service.load_edition(SYSTEM, LoadEdition(*shipped.edition())) == EditionDiff()
    assert (
        await service.load_edition(SYSTEM, LoadEdition(shipped.edition().content, "同一文件", "来源", SECOND_DAY))
        == EditionDiff()
    )
    assert await stored() == before


async def test_older_editions_loaded_again_change_nothing(database: str, shipped_catalogue: None) -> None:
    """A script that loads all editions in order may run again."""
    await service.load_edition(SYSTEM, form(changed_list()))
    before = await stored()
    assert await service.load_edition(SYSTEM, LoadEdition(*shipped.edition())) == EditionDiff()
    assert await service.load_shipped(SYSTEM) == EditionDiff()
    assert await stored() == before


async def test_the_difference_is_shown_before_and_after(database: str, shipped_catalogue: None) -> None:
    """A preview writes nothing and says what the load then does, changes of class first."""
    before = await stored()
    preview = await service.diff_edition(form(changed_list()))
    assert await stored() == before
    assert preview == EditionDiff(
        added=(NEW,),
        removed=(MANDATORY,),
        changed=(
            Change(CHOICE, "item_class", "applicant_choice", "agency_commissioned"),
            Change(AGENCY, "unit", "report", "item"),
        ),
    )
    assert await service.load_edition(SYSTEM, form(changed_list())) == preview
    assert await service.diff_edition(form(changed_list())) == EditionDiff()


async def test_the_old_edition_stays_answerable(database: str, shipped_catalogue: None) -> None:
    """Up to the day before, the old list answers; from its first day the new one does; unchanged items keep their version."""
    await service.load_edition(SYSTEM, form(changed_list()))
    eve = SECOND_DAY - timedelta(days=1)
    for code, before, after in [
        (CHOICE, ItemClass.APPLICANT_CHOICE, ItemClass.AGENCY_COMMISSIONED),
        (MANDATORY, ItemClass.MANDATORY, None),
        (NEW, None, ItemClass.AGENCY_COMMISSIONED),
        (AGENCY, ItemClass.AGENCY_COMMISSIONED, ItemClass.AGENCY_COMMISSIONED),
    ]:
        assert [await read.class_at(code, day) for day in (FIRST_DAY, eve, SECOND_DAY, date.max)] == [
            before,
            before,
            after,
            after,
        ]
    assert [(v.unit, v.valid_to, v.edition.number) for v in await read.history(AGENCY)] == [("report", eve, 1), ("item", None, 2)]
    assert await models.ItemVersion.all().count() == 120 + 3
    assert [e.number if e else None for e in await read.editions_by_day([date.min, eve, SECOND_DAY])] == [None, 1, 2]


async def test_an_item_may_come_back(database: str, shipped_catalogue: None) -> None:
    """An item that left the list and returns keeps its code; in between it is on no list."""
    third = SECOND_DAY + timedelta(days=365)
    await service.load_edition(SYSTEM, form(without(MANDATORY)))
    back = await service.load_edition(SYSTEM, form(shipped_rows(), valid_from=third))
    assert back == EditionDiff(added=(MANDATORY,))
    assert [await read.class_at(MANDATORY, day) for day in (FIRST_DAY, SECOND_DAY, third)] == ["mandatory", None, "mandatory"]
    assert await models.ServiceItem.all().count() == 120


async def test_an_unchanged_list_can_be_confirmed(database: str, shipped_catalogue: None) -> None:
    """Another file with the same content is an edition of its own: the office's list takes the reference list's place."""
    assert await service.load_edition(SYSTEM, form(shipped_rows()[::-1])) == EditionDiff()
    newest = (await read.editions())[0]
    assert (newest.number, newest.is_reference, newest.label) == (2, False, "第二版")
    assert await models.ItemVersion.all().count() == 120


@pytest.mark.parametrize("valid_from", [FIRST_DAY, FIRST_DAY - timedelta(days=1), date.min])
async def test_an_edition_must_be_newer(database: str, shipped_catalogue: None, valid_from: date) -> None:
    """What was in force cannot be rewritten: the new list must start after the newest one."""
    before = await stored()
    with pytest.raises(EditionNotNewer) as refused:
        await service.load_edition(SYSTEM, form(without(CHOICE), valid_from=valid_from))
    assert (refused.value.valid_from, refused.value.newest) == (valid_from, FIRST_DAY)
    assert await stored() == before


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"label": " "}, "label", "required"),
        ({"label": "版" * 201}, "label", "too_long"),
        ({"source": ""}, "source", "required"),
        ({"source": "源\x00"}, "source", "control_character"),
    ],
)
async def test_an_edition_says_what_it_is(database: str, changes: dict[str, str], path: str, code: str) -> None:
    """A list without a label and a source that can be shown is not stored."""
    with pytest.raises(InvalidInput) as refused:
        await service.load_edition(SYSTEM, form(shipped_rows(), **changes))
    assert [(p.path, p.code) for p in refused.value.fields] == [(path, code)]
    assert not any(await stored())


@pytest.mark.parametrize("position", [0, 60, 119])
async def test_a_bad_row_stores_nothing(database: str, position: int) -> None:
    """One bad cell anywhere leaves the database as it was, on an empty catalogue and on a full one."""
    rows = changed_list()
    rows[position]["item_class"] = "voluntary"
    for load in (lambda: service.load_edition(SYSTEM, form(rows)), lambda: service.diff_edition(form(rows))):
        before = await stored()
        with pytest.raises(CatalogueRefused) as refused:
            await load()
        assert [(p.line, p.column, p.value) for p in refused.value.problems] == [(position + 2, "item_class", "voluntary")]
        assert await stored() == before
        await service.load_shipped(SYSTEM)


async def test_departments_of_the_office_stay_known(database: str, shipped_catalogue: None) -> None:
    """A department that was registered beside the shipped ones may be named, and reloading the shipped ones keeps it."""
    await models.Department.create(code="ZS-NEW", name_zh="新局", name_en="", level="city", role="approving")
    await service.load_edition(SYSTEM, form(edited(CHOICE, department_codes="ZS-NEW")))
    version = await read.item_at(CHOICE, SECOND_DAY)
    assert version is not None
    assert version.department_codes == ["ZS-NEW"]


async def test_a_renamed_department_is_corrected(database: str, shipped_catalogue: None) -> None:
    """Registers follow the shipped files: a row that differs is put right and logged, the others are left alone."""
    await models.Department.filter(code="ZS-SL").update(name_zh="旧名")
    await service.load_shipped(SYSTEM)
    department = (await read.departments_by_code(["ZS-SL"]))[0]
    assert department is not None
    assert department.name_zh == "舟山市水利局"
    last = await LogEntry.all().order_by("-seq").first()
    assert last is not None
    assert last.subject == "register:departments"
    assert '"codes":["ZS-SL"]' in last.body


async def test_a_load_writes_in_bulk(database: str) -> None:
    """Loading five items or 114 takes the same number of statements."""
    counts = []
    await service.load_edition(SYSTEM, form(shipped_rows()[:1], valid_from=SECOND_DAY - timedelta(days=1)))
    for number, rows in enumerate([shipped_rows()[1:6], shipped_rows()[6:]]):  # some end, some begin, both times
        with statements() as sent:
            await service.load_edition(SYSTEM, form(rows, valid_from=SECOND_DAY + timedelta(days=number)))
        counts.append(len([s for s in sent if "department" not in s and "qualification" not in s and "log_" not in s]))
    assert counts[0] == counts[1]


async def test_the_file_is_identified_by_its_hash(database: str) -> None:
    """The stored hash is the file's own, so that anybody can check which file was loaded."""
    content = csv_bytes(without(CHOICE))
    await service.load_edition(SYSTEM, LoadEdition(content, "清单", "文件", FIRST_DAY))
    edition = (await read.editions())[0]
    assert edition.sha256 == LoadEdition(content, "", "", FIRST_DAY).sha256
