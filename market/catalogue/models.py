"""Rows of the catalogue: dated editions and the versions of each service item."""

from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class ItemClass(StrEnum):
    """强制 · 行政机关委托 · 申请人自主决定 · 取消. A fact with dates; who commissions and who pays follow from it."""

    MANDATORY = "mandatory"
    AGENCY_COMMISSIONED = "agency_commissioned"
    APPLICANT_CHOICE = "applicant_choice"
    CANCELLED = "cancelled"


class PriceMode(StrEnum):
    """市场调节价 · 政府指导价 · 政府定价."""

    MARKET = "market"
    GOVERNMENT_GUIDED = "government_guided"
    GOVERNMENT_SET = "government_set"


class ClassEvidence(StrEnum):
    """How the class is known: its text was read, it follows from a general rule, or its article was not seen."""

    TEXT = "text"
    INFERRED = "inferred"
    UNREAD = "unread"


class Edition(Model):
    """One published list, in force from ``valid_from``. ``sha256`` of the file: the same file is one edition.

    ``is_reference``: compiled from law and from other places' lists, not the office's own.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    number = fields.IntField(unique=True)
    label = fields.CharField(max_length=200)
    source = fields.CharField(max_length=500)
    valid_from = fields.DateField(unique=True)
    sha256 = fields.CharField(max_length=64)
    is_reference = fields.BooleanField(default=False)
    loaded_at = fields.DatetimeField()

    class Meta:
        table = "editions"


class ServiceItem(Model):
    """One item, one code, for life."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    code = fields.CharField(max_length=40, unique=True)

    class Meta:
        table = "service_items"


class ItemVersion(Model):
    """What the list says of an item from ``valid_from`` to ``valid_to`` (None: until further notice).

    ``position``: order in lists, mandatory items first. Amounts in fen.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    item: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.ServiceItem", related_name="versions", on_delete=fields.RESTRICT
    )
    item_id: UUID
    edition: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Edition", related_name="versions", on_delete=fields.RESTRICT
    )
    edition_id: UUID
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)
    position = fields.CharField(max_length=60)
    code = fields.CharField(max_length=40)
    name_zh = fields.CharField(max_length=200)
    name_en = fields.CharField(max_length=300)
    item_class = fields.CharField(max_length=32)
    content_required = fields.BooleanField()
    self_preparation = fields.BooleanField()
    sector = fields.CharField(max_length=40)
    approval_item_zh = fields.CharField(max_length=300)
    department_codes: fields.Field[list[str]] = fields.JSONField()
    department_remark_zh = fields.CharField(max_length=300)
    legal_basis_zh = fields.CharField(max_length=1000)
    time_limit_working_days = fields.IntField(null=True)
    price_mode = fields.CharField(max_length=32)
    price_cap_fen = fields.BigIntField(null=True)
    qualification_zh = fields.CharField(max_length=60)
    unit = fields.CharField(max_length=20)
    class_source_zh = fields.CharField(max_length=500)
    class_evidence = fields.CharField(max_length=20)
    note_zh = fields.CharField(max_length=1000)

    class Meta:
        table = "item_versions"
        unique_together = (("item", "valid_from"),)
        indexes = (("position", "valid_from"), ("code", "valid_from"))


class Department(Model):
    """An approving department that items name."""

    code = fields.CharField(max_length=20, primary_key=True)
    name_zh = fields.CharField(max_length=100)
    name_en = fields.CharField(max_length=200)
    level = fields.CharField(max_length=20)
    role = fields.CharField(max_length=20)

    class Meta:
        table = "departments"


class Qualification(Model):
    """A qualification that items require, by the name that items use."""

    code = fields.CharField(max_length=20, primary_key=True)
    name_zh = fields.CharField(max_length=60, unique=True)
    name_en = fields.CharField(max_length=200)
    issuing_authority_zh = fields.CharField(max_length=200)
    levels = fields.CharField(max_length=200)

    class Meta:
        table = "qualifications"
