"""The list of service items in the API: what it says on a day, and who must pay."""

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import Any, Self, cast

import strawberry
from strawberry import relay

from market.awards import prices as awards
from market.catalogue import liability as law
from market.catalogue import models, read, shipped
from market.catalogue.liability import PayerKind
from market.catalogue.models import ClassEvidence, ItemClass, PriceMode
from market.clock import local_date
from schema.context import Context, Info
from schema.editions import EditionChange, changes
from schema.inputs import node_key
from schema.pagination import Connection, Page, connection
from schema.prices import AwardedPrice
from schema.scalars import Yuan

strawberry.enum(PriceMode, description="市场调节价 · 政府指导价 · 政府定价。")
strawberry.enum(
    ClassEvidence,
    description="分类依据:已读原文 · 由通则推断 · 未见原文。 How the class is known: text read, inferred, unread.",
)


@strawberry.type(description="审批部门。")
class Department:
    """``name`` is in the reader's language."""

    code: str
    name: str
    name_zh: str
    name_en: str
    level: str
    role: str

    @classmethod
    def of(cls, row: models.Department, context: Context) -> Self:
        """From its row."""
        name = context.pick(row.name_zh, row.name_en)
        return cls(code=row.code, name=name, name_zh=row.name_zh, name_en=row.name_en, level=row.level, role=row.role)


@strawberry.type(description="清单版本。 One dated edition of the list.")
class Edition:
    """``isReference``: compiled from law and other places' lists, not the office's own."""

    number: int
    label: str
    source: str
    valid_from: date
    is_reference: bool
    sha256: str

    @classmethod
    def of(cls, row: models.Edition) -> Self:
        """From its row."""
        return cls(
            number=row.number,
            label=row.label,
            source=row.source,
            valid_from=row.valid_from,
            is_reference=row.is_reference,
            sha256=row.sha256,
        )

    @strawberry.field(description="相对上一版改了什么;第一版全部是新列入。 Against the edition before; the first one added all.")
    async def changes(self, info: Info) -> list[EditionChange]:
        """Column by column, changes of class first."""
        return changes(await info.context.load(read.changes_by_first_day, self.valid_from), info.context)


@strawberry.type(description="领域。 The field that an item belongs to.")
class Sector:
    """``name`` is in the reader's language."""

    code: str
    name: str


def _sector_name(code: str, context: Context) -> str:
    names = shipped.sectors().get(code)
    return context.pick(names["name_zh"], names["name_en"]) if names else code


@strawberry.type(description="谁付费、为什么。 Who must pay, and why.")
class Payer:
    """``departments``: those that pay, where the approving department does."""

    kind: PayerKind
    explanation: str
    legal_basis: list[str]
    departments: list[Department]


@strawberry.type(description="某一时期的分类。 What an item was from one day to another.")
class ItemPeriod:
    """``edition``: the list that said so first."""

    name: str
    item_class: ItemClass
    valid_from: date
    valid_to: date | None
    class_source: str
    edition: Edition


async def _departments(row: models.ItemVersion, context: Context) -> list[Department]:
    found = await asyncio.gather(*(context.load(read.departments_by_code, code) for code in row.department_codes))
    return [Department.of(department, context) for department in found if department]


def _liability(row: models.ItemVersion) -> law.Liability:
    return law.liability(models.ItemClass(row.item_class), row.content_required, row.self_preparation)


async def _payer(row: models.ItemVersion, context: Context) -> Payer:
    owed = _liability(row)
    return Payer(
        kind=owed.payer,
        explanation=context.pick(owed.explanation_zh, owed.explanation_en),
        legal_basis=_legal_basis(owed, context),
        departments=await _departments(row, context) if owed.payer is law.PayerKind.AGENCY else [],
    )


def _legal_basis(owed: law.Liability, context: Context) -> list[str]:
    return list(owed.legal_basis_en if context.lang.startswith("en") else owed.legal_basis)


_PLAIN = (
    "code name_zh name_en department_remark_zh legal_basis_zh approval_item_zh time_limit_working_days unit"
    " class_source_zh note_zh valid_from valid_to"
)
_SHOWN = {name: name if name == "name_zh" else name.removesuffix("_zh") for name in _PLAIN.split()}
"""Columns that are shown as they are, and under which name."""


@strawberry.type(description="中介服务事项。 A service item as the list has it on a day.")
class ServiceItem(relay.Node):
    """``legalBasis``: of the item itself; the class's law is ``payer.legalBasis``. Only names exist in English."""

    id: relay.NodeID[str]
    row: strawberry.Private[models.ItemVersion]
    on: strawberry.Private[date]
    code: str
    name_zh: str
    name_en: str
    item_class: ItemClass
    approval_item: str
    department_remark: str
    legal_basis: str
    time_limit_working_days: int | None
    price_mode: PriceMode
    price_cap: Yuan | None
    qualification: str | None
    unit: str
    content_required: bool
    self_preparation: bool
    may_commission: PayerKind
    may_refuse: bool
    class_source: str
    class_evidence: ClassEvidence
    note: str
    valid_from: date
    valid_to: date | None

    @classmethod
    def of(cls, row: models.ItemVersion, on: date | None = None) -> Self:
        """From its version; ``on``: the day that was asked about (without it the version's first)."""
        owed = _liability(row)
        plain: dict[str, Any] = {shown: getattr(row, name) for name, shown in _SHOWN.items()}
        return cls(
            id=cast(Any, str(row.id)),
            row=row,
            on=on or row.valid_from,
            item_class=models.ItemClass(row.item_class),
            price_mode=models.PriceMode(row.price_mode),
            price_cap=None if row.price_cap_fen is None else Yuan(row.price_cap_fen),
            qualification=row.qualification_zh or None,
            class_evidence=models.ClassEvidence(row.class_evidence),
            content_required=owed.content_required,
            self_preparation=owed.may_prepare_itself,
            may_commission=owed.may_commission,
            may_refuse=owed.may_refuse,
            **plain,
        )

    @classmethod
    async def resolve_nodes(cls, *, info: Info, node_ids: Iterable[str], required: bool = False) -> list[Self | None]:  # type: ignore[override]
        """By global id: that version, as of today or, when it is out of force, of its last day."""
        today = local_date(await info.context.now())
        rows = await read.versions_by_id([node_key(node_id) for node_id in node_ids])
        return [cls.of(row, max(row.valid_from, min(today, row.valid_to or today))) if row else None for row in rows]

    @strawberry.field
    def name(self, info: Info) -> str:
        """In the reader's language."""
        return info.context.pick(self.name_zh, self.name_en)

    @strawberry.field
    def sector(self, info: Info) -> Sector:
        """The field that it belongs to."""
        return Sector(code=self.row.sector, name=_sector_name(self.row.sector, info.context))

    @strawberry.field
    async def departments(self, info: Info) -> list[Department]:
        """The approving departments."""
        return await _departments(self.row, info.context)

    @strawberry.field
    async def payer(self, info: Info) -> Payer:
        """Who must pay, and why."""
        return await _payer(self.row, info.context)

    @strawberry.field
    async def edition(self, info: Info) -> Edition | None:
        """The edition in force on the day that was asked about."""
        row = await info.context.load(read.editions_by_day, self.on)
        return Edition.of(row) if row else None

    @strawberry.field
    async def history(self, info: Info) -> list[ItemPeriod]:
        """All its versions, the oldest first."""
        rows = await info.context.load(read.histories_by_code, self.code)
        return [_period(row, info.context) for row in rows]

    @strawberry.field(description="成交价,公开,新的在前,至多 24 次。 What it was awarded for, newest first, at most 24.")
    async def prices(self, info: Info) -> list[AwardedPrice]:
        """Of awards that stand."""
        return [AwardedPrice.of(row) for row in await info.context.load(awards.prices_by_item, self.code)]


def _period(row: models.ItemVersion, context: Context) -> ItemPeriod:
    return ItemPeriod(
        name=context.pick(row.name_zh, row.name_en),
        item_class=models.ItemClass(row.item_class),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        class_source=row.class_source_zh,
        edition=Edition.of(row.edition),
    )


@strawberry.type
class ClassCount:
    """How many items of a class fit the other filters."""

    item_class: ItemClass
    count: int


@strawberry.type
class SectorCount:
    """How many items of a sector fit the other filters."""

    sector: str
    name: str
    count: int


@strawberry.type(description="清单的一页。 One page of the list, with counts for its filters.")
class ServiceItemConnection(Connection[ServiceItem]):
    """The counts ignore their own filter and keep the others."""

    wanted: strawberry.Private[read.ItemFilter]

    @strawberry.field
    async def class_counts(self, info: Info) -> list[ClassCount]:
        """All four classes."""
        counts = await info.context.load(read.counts_by_filter, self.wanted)
        return [ClassCount(item_class=item_class, count=count) for item_class, count in counts.by_class.items()]

    @strawberry.field
    async def sector_counts(self, info: Info) -> list[SectorCount]:
        """The sectors that the list has on that day and for that search."""
        counts = await info.context.load(read.counts_by_filter, self.wanted)
        names = {code: _sector_name(code, info.context) for code in counts.by_sector}
        return [SectorCount(sector=code, name=names[code], count=count) for code, count in counts.by_sector.items()]

    @strawberry.field
    async def edition(self, info: Info) -> Edition | None:
        """The edition in force on the day that was asked about; null before the first."""
        row = await info.context.load(read.editions_by_day, self.wanted.on)
        return Edition.of(row) if row else None


@strawberry.type(description="谁该付费。 The answer to: who pays for this on that day?")
class WhoPays:
    """From the item's class on the day. ``mayRefuse``: the applicant need not buy it."""

    item_code: str
    on: date
    item_class: ItemClass
    payer: Payer
    may_commission: PayerKind
    may_refuse: bool
    may_prepare_itself: bool
    content_required: bool
    explanation: str
    legal_basis: list[str]


async def _today(info: Info) -> date:
    return local_date(await info.context.now())


@strawberry.type
class Queries:
    """Reads of the list; open to everybody."""

    @strawberry.field(description="中介服务事项清单。 The list of service items on a day (today).")
    async def service_items(
        self,
        info: Info,
        item_class: ItemClass | None = None,
        sector: str | None = None,
        search: str | None = None,
        as_of: date | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> ServiceItemConnection:
        """One page, mandatory items first."""
        page = Page.of(first, after)
        wanted = read.ItemFilter(as_of or await _today(info), item_class, sector, search)
        keys = page.after_keys(str)
        rows = await read.list_items(wanted, keys[0] if keys else None, page.limit + 1)

        async def count() -> int:
            return (await info.context.load(read.counts_by_filter, wanted)).total

        base = connection(rows, page, lambda row: ServiceItem.of(row, wanted.on), lambda row: [row.position], count)
        return ServiceItemConnection(edges=base.edges, page_info=base.page_info, count=count, wanted=wanted)

    @strawberry.field(description="一个事项;当日不在清单上时为 null。 Null when it is not on the list that day.")
    async def service_item(self, info: Info, code: str, as_of: date | None = None) -> ServiceItem | None:
        """By its code."""
        on = as_of or await _today(info)
        row = await info.context.load(read.items_by_code_and_day, (code, on))
        return ServiceItem.of(row, on) if row else None

    @strawberry.field(
        description="这一项该谁付费?不在清单上时为 null。 Null when it is not on the list; before the first list an error."
    )
    async def who_pays(self, info: Info, item_code: str, on: date | None = None) -> WhoPays | None:
        """From the class on the day."""
        day = on or await _today(info)
        row = await read.item_in_force(item_code, day)
        if row is None:
            return None
        owed, payer = _liability(row), await _payer(row, info.context)
        return WhoPays(
            item_code=row.code,
            on=day,
            item_class=models.ItemClass(row.item_class),
            payer=payer,
            may_commission=owed.may_commission,
            may_refuse=owed.may_refuse,
            may_prepare_itself=owed.may_prepare_itself,
            content_required=owed.content_required,
            explanation=payer.explanation,
            legal_basis=payer.legal_basis,
        )

    @strawberry.field(description="清单的各个版本,最新在前。 All editions, the newest first.")
    async def editions(self) -> list[Edition]:
        """All of them."""
        return [Edition.of(row) for row in await read.editions()]

    @strawberry.field(description="一版清单;没有时为 null。 One edition; null when there is none.")
    async def edition(self, number: int) -> Edition | None:
        """By its number."""
        row = await read.edition_by_number(number)
        return Edition.of(row) if row else None

    @strawberry.field(description="审批部门。 The approving departments, by code.")
    async def departments(self, info: Info) -> list[Department]:
        """All of them."""
        return [Department.of(row, info.context) for row in await read.departments()]
