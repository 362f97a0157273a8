"""Editions are loaded here: the whole list or nothing, and what was in force before stays answerable."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from uuid import UUID

from tortoise.models import Model

from market.actors import Actor
from market.catalogue import files, read, shipped
from market.catalogue.diff import EditionDiff, compare
from market.catalogue.files import ItemRow
from market.catalogue.models import Department, Edition, ItemClass, ItemVersion, Qualification, ServiceItem
from market.errors import EditionNotNewer
from market.text import Checker
from market.usecase import unit, use_case

_RANK = {item_class.value: rank for rank, item_class in enumerate(ItemClass, 1)}


@dataclass(frozen=True)
class LoadEdition:
    """A catalogue file to be in force from ``valid_from``. ``is_reference``: not the office's own list."""

    content: bytes
    label: str
    source: str
    valid_from: date
    is_reference: bool = False

    @property
    def sha256(self) -> str:
        """Of the file, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def check(self) -> None:
        """Raises InvalidInput."""
        check = Checker()
        check.text("label", self.label, 200)
        check.text("source", self.source, 500, lines=True)
        check.done()


@dataclass(frozen=True)
class _Plan:
    """What a load will do: the new list, the versions it follows, and the difference."""

    number: int
    rows: dict[str, ItemRow]
    current: dict[str, ItemVersion]
    diff: EditionDiff


@use_case(None)
async def load_edition(actor: Actor, form: LoadEdition) -> EditionDiff:
    """Store a dated edition; the operator does this at the shell. A list that is stored already changes nothing.

    Items that changed or left the list have their versions closed the day before. Raises CatalogueRefused with every bad
    row, InvalidInput, EditionNotNewer.
    """
    await _store_registers()
    return await _load(form)


@use_case(None)
async def load_shipped(actor: Actor) -> EditionDiff:
    """Store the shipped departments and qualifications, and in an empty catalogue the shipped list. Idempotent."""
    await _store_registers()
    if await Edition.exists():
        unit().replayed = True
        return EditionDiff()
    return await _load(LoadEdition(*shipped.edition()))


async def diff_edition(form: LoadEdition) -> EditionDiff:
    """What loading it would change; nothing is written. Raises as ``load_edition``."""
    plan = await _plan(form)
    return plan.diff if plan else EditionDiff()


async def _load(form: LoadEdition) -> EditionDiff:
    plan = await _plan(form)
    if plan is None:
        unit().replayed = True
        return EditionDiff()
    edition = await Edition.create(
        number=plan.number,
        label=form.label.strip(),
        source=form.source.strip(),
        valid_from=form.valid_from,
        sha256=form.sha256,
        is_reference=form.is_reference,
        loaded_at=unit().now,
    )
    changed = plan.diff.changed_codes
    await _close([plan.current[code].id for code in (*changed, *plan.diff.removed)], form.valid_from)
    await _open(edition, [plan.rows[code] for code in (*changed, *plan.diff.added)])
    _record(edition, plan.diff)
    return plan.diff


# budget: comprehensions over the two lists that are compared
async def _plan(form: LoadEdition) -> _Plan | None:
    """None when the list is stored already: the newest one, or an older one with the same date."""
    form.check()
    newest = await Edition.all().order_by("-number").first()
    if newest and (newest.sha256 == form.sha256 or await Edition.exists(sha256=form.sha256, valid_from=form.valid_from)):
        return None
    if newest and form.valid_from <= newest.valid_from:
        raise EditionNotNewer(form.valid_from, newest.valid_from)
    rows = {row.code: row for row in files.parse(form.content, await _departments(), await _qualifications())}
    current = {version.code: version for version in await ItemVersion.filter(valid_to=None)}
    before = {code: read.row_of(version) for code, version in current.items()}
    return _Plan(newest.number + 1 if newest else 1, rows, current, compare(before, rows))


async def _departments() -> set[str]:
    return {*shipped.departments(), *(row.code for row in await Department.all())}


async def _qualifications() -> set[str]:
    known = {row["name_zh"] for row in shipped.qualifications().values()}
    return {*known, *(row.name_zh for row in await Qualification.all())}


async def _close(version_ids: list[UUID], valid_from: date) -> None:
    if version_ids:
        await ItemVersion.filter(id__in=version_ids).update(valid_to=valid_from - timedelta(days=1))


async def _open(edition: Edition, rows: list[ItemRow]) -> None:
    known = dict(await ServiceItem.all().values_list("code", "id"))
    new = [ServiceItem(code=row.code) for row in rows if row.code not in known]
    await ServiceItem.bulk_create(new)
    known |= {item.code: item.id for item in new}
    await ItemVersion.bulk_create(
        ItemVersion(
            **asdict(row) | {"department_codes": list(row.department_codes)},
            item_id=known[row.code],
            edition_id=edition.id,
            valid_from=edition.valid_from,
            position=f"{_RANK[row.item_class]}-{row.code}",
        )
        for row in rows
    )


def _record(edition: Edition, diff: EditionDiff) -> None:
    unit().record(
        "edition:load",
        f"edition:{edition.number}",
        label=edition.label,
        validFrom=edition.valid_from.isoformat(),
        sha256=edition.sha256,
        added=len(diff.added),
        removed=list(diff.removed),
        changed=sorted(diff.changed_codes),
        classChanges=[[change.code, change.before, change.after] for change in diff.class_changes],
    )


async def _store_registers() -> None:
    """Bring departments and qualifications up to the shipped files; those that are not in them stay."""
    await _store(Department, shipped.departments())
    await _store(Qualification, shipped.qualifications())


# budget: comprehensions; the one branch is whether anything changed
async def _store(model: type[Model], rows: dict[str, dict[str, str]]) -> None:
    stored = {row["code"]: row for row in await model.all().values()}
    changed = [row for code, row in rows.items() if stored.get(code) != row]
    if changed:
        columns = [name for name in changed[0] if name != "code"]
        await model.bulk_create((model(**row) for row in changed), on_conflict=["code"], update_fields=columns)
        codes = [row["code"] for row in changed]
        unit().record("register:load", f"register:{model._meta.db_table}", codes=codes)
