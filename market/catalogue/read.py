"""What the list says on a day, one item or many at once; batch functions answer in the order of their keys."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from uuid import UUID

from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from market.catalogue.diff import EditionDiff, compare
from market.catalogue.files import ITEM_CODE, WORD, ItemRow
from market.catalogue.models import Department, Edition, ItemClass, ItemVersion, Qualification
from market.errors import NotInForce
from market.text import one_text, typed_code

_SEARCHED = ("name_zh", "name_en", "approval_item_zh", "code")
MAX_SEARCH = 100


@dataclass(frozen=True)
class ItemFilter:
    """The items on the list on a day; None means any. ``search``: each word must be in a name, the approval item or the code."""

    on: date
    item_class: ItemClass | None = None
    sector: str | None = None
    search: str | None = None


@dataclass(frozen=True)
class ItemCounts:
    """How many items fit; per class as if no class was asked for, per sector as if no sector was."""

    total: int
    by_class: dict[ItemClass, int]
    by_sector: dict[str, int]


async def list_items(wanted: ItemFilter, after_position: str | None, limit: int) -> list[ItemVersion]:
    """At most ``limit`` versions after a position, in the list's order. Raises InvalidInput on a search that cannot be."""
    query = _fitting(wanted)
    if after_position is not None:
        query = query.filter(position__gt=after_position)
    return await query.order_by("position").limit(limit)


async def count_items(wanted: ItemFilter) -> ItemCounts:
    """One query for all three counts. Raises InvalidInput on a search that cannot be."""
    query = _fitting(replace(wanted, item_class=None, sector=None))
    groups = await query.annotate(count=Count("id")).group_by("item_class", "sector").values("item_class", "sector", "count")
    by_class, by_sector, total = Counter[str](), Counter[str](), 0
    for group in groups:
        of_class = wanted.item_class in (None, group["item_class"])
        of_sector = wanted.sector in (None, group["sector"])
        by_class[group["item_class"]] += group["count"] * of_sector
        by_sector[group["sector"]] += group["count"] * of_class
        total += group["count"] * (of_class and of_sector)
    return ItemCounts(total, {c: by_class[c] for c in ItemClass}, dict(sorted(by_sector.items())))


async def counts_by_filter(wanted: Sequence[ItemFilter]) -> list[ItemCounts]:
    """``count_items`` for each filter."""
    return [await count_items(one) for one in wanted]


def _fitting(wanted: ItemFilter) -> QuerySet[ItemVersion]:
    query = ItemVersion.filter(_in_force(wanted.on), *_containing(wanted.search or ""))
    if wanted.item_class is not None:
        query = query.filter(item_class=wanted.item_class)
    if wanted.sector is not None:
        query = query.filter(sector=wanted.sector if WORD.fullmatch(wanted.sector) else "")
    return query


def _in_force(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gte=on))


def _containing(search: str) -> list[Q]:
    words = one_text("search", search, MAX_SEARCH, required=False).split()
    return [Q(*(Q(**{f"{column}__icontains": word}) for column in _SEARCHED), join_type="OR") for word in words]


async def item_at(code: str, on: date) -> ItemVersion | None:
    """What the list says of the item on that day; None when it is not on it."""
    return (await items_by_code_and_day([(code, on)]))[0]


async def items_at_by_code(codes: Sequence[str], on: date) -> list[ItemVersion | None]:
    """``item_at`` for many codes."""
    return await items_by_code_and_day([(code, on) for code in codes])


async def items_by_code_and_day(keys: Sequence[tuple[str, date]]) -> list[ItemVersion | None]:
    """``item_at`` for many pairs, in one query."""
    histories = await histories_by_code([code for code, _ in keys])
    return [next((v for v in versions if _covers(v, on)), None) for versions, (_, on) in zip(histories, keys, strict=True)]


def _covers(version: ItemVersion, on: date) -> bool:
    return version.valid_from <= on and (version.valid_to is None or on <= version.valid_to)


async def history(code: str) -> list[ItemVersion]:
    """All versions of an item, the oldest first, each with the edition that brought it."""
    return (await histories_by_code([code]))[0]


async def histories_by_code(codes: Sequence[str]) -> list[list[ItemVersion]]:
    """``history`` for many codes, in one query."""
    typed = [typed_code(code) for code in codes]
    possible = {code for code in typed if ITEM_CODE.fullmatch(code)}
    versions = defaultdict(list)
    if possible:
        for version in await ItemVersion.filter(code__in=possible).order_by("valid_from").select_related("edition"):
            versions[version.code].append(version)
    return [versions[code] for code in typed]


async def versions_by_id(ids: Sequence[UUID]) -> list[ItemVersion | None]:
    """Versions in the order of their ids."""
    found = await ItemVersion.in_bulk(ids, "id")
    return [found.get(id_) for id_ in ids]


async def class_at(code: str, on: date) -> ItemClass | None:
    """The item's class on that day, None when it is not on the list. Raises NotInForce before the first edition."""
    version = await item_in_force(code, on)
    return ItemClass(version.item_class) if version else None


async def item_in_force(code: str, on: date) -> ItemVersion | None:
    """``item_at``, but asking before the first edition is refused. Raises NotInForce."""
    first = await first_day()
    if first is None or on < first:
        raise NotInForce(code, on, first)
    return await item_at(code, on)


async def class_for_ledger(code: str, on: date) -> ItemClass | None:
    """The class that records from elsewhere are judged by: before the first edition, the first one's (ledger.md, Exactly)."""
    first = await first_day()
    version = await item_at(code, max(on, first)) if first else None
    return ItemClass(version.item_class) if version else None


async def first_day() -> date | None:
    """When the first edition came into force; None before any was loaded."""
    first = await Edition.all().order_by("valid_from").first()
    return first.valid_from if first else None


async def editions() -> list[Edition]:
    """All editions, the newest first."""
    return await Edition.all().order_by("-valid_from")


async def edition_by_number(number: int) -> Edition | None:
    """None when there is none."""
    return await Edition.get_or_none(number=number)


ROW_FIELDS = tuple(field.name for field in fields(ItemRow))


def row_of(version: ItemVersion) -> ItemRow:
    """As the list's file has it."""
    values = {name: getattr(version, name) for name in ROW_FIELDS}
    return ItemRow(**values | {"department_codes": tuple(version.department_codes)})


@dataclass(frozen=True)
class Changes:
    """What an edition changed. ``names``: of all items in it, in Chinese and English."""

    diff: EditionDiff
    names: dict[str, tuple[str, str]]


async def changes_by_first_day(days: Sequence[date]) -> list[Changes]:
    """What the edition that starts on each day changed: the versions that it opened against those that it closed."""
    eves = {day - timedelta(days=1): day for day in days}
    before: dict[date, dict[str, ItemRow]] = defaultdict(dict)
    after: dict[date, dict[str, ItemRow]] = defaultdict(dict)
    for version in await ItemVersion.filter(Q(valid_from__in=list(days)) | Q(valid_to__in=list(eves))):
        if version.valid_from in days:
            after[version.valid_from][version.code] = row_of(version)
        if version.valid_to in eves:
            before[eves[version.valid_to]][version.code] = row_of(version)
    return [_changes(before[day], after[day]) for day in days]


def _changes(before: dict[str, ItemRow], after: dict[str, ItemRow]) -> Changes:
    return Changes(compare(before, after), {code: (row.name_zh, row.name_en) for code, row in (before | after).items()})


async def editions_by_day(days: Sequence[date]) -> list[Edition | None]:
    """The edition in force on each day; None before the first."""
    newest_first = await editions()
    return [next((edition for edition in newest_first if edition.valid_from <= day), None) for day in days]


async def codes_of_department(department: str) -> list[str]:
    """The codes of the items that name, or ever named, the department."""
    named = await ItemVersion.all().values_list("code", "department_codes")
    return sorted({code for code, departments in named if department in departments})


async def departments() -> list[Department]:
    """All departments, by code."""
    return await Department.all().order_by("code")


async def departments_by_code(codes: Sequence[str]) -> list[Department | None]:
    """Departments in the order of their codes."""
    found = await Department.in_bulk(codes, "code")
    return [found.get(code) for code in codes]


async def qualifications() -> list[Qualification]:
    """Those that items may require, in the order of their codes."""
    return await Qualification.all().order_by("code")
