"""From the class of an item follow who may commission it, who must pay, and what the applicant may refuse or do itself.

Pure: the law is data (``liability.toml``). Source: domain.md §3.5, truth table; 优化营商环境条例 art. 43.
"""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from market.catalogue.models import ItemClass


class PayerKind(StrEnum):
    """Who commissions or pays: 申请人 · 审批部门 · 谁都不."""

    APPLICANT = "applicant"
    AGENCY = "agency"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Liability:
    """Who owes what for an item on a day.

    ``may_refuse``: the applicant need not buy it; its case may not be refused for that.
    ``content_required``: the material is owed all the same. ``explanation_*``: for people, in plain words.
    ``legal_basis``: the articles in Chinese, as they are cited; ``legal_basis_en`` the same in English.
    """

    payer: PayerKind
    may_commission: PayerKind
    may_refuse: bool
    may_prepare_itself: bool
    content_required: bool
    legal_basis: tuple[str, ...]
    legal_basis_en: tuple[str, ...]
    explanation_zh: str
    explanation_en: str


@cache
# budget: flags and comprehensions that read the law's rows, no nested branches
def liability(item_class: ItemClass, content_required: bool, self_preparation: bool) -> Liability:
    """What the class means. The item's own two facts count only where the applicant has something to hand in."""
    law = _law()[item_class]
    payer = PayerKind(law["payer"])
    content = content_required and payer is PayerKind.APPLICANT
    itself = self_preparation and payer is PayerKind.APPLICANT
    added = [name for name, holds in (("content", content), ("self", itself)) if holds]
    return Liability(
        payer=payer,
        may_commission=PayerKind(law["may_commission"]),
        may_refuse=law["may_refuse"],
        may_prepare_itself=itself,
        content_required=content,
        legal_basis=tuple(source["zh"] for source in law["source"]),
        legal_basis_en=tuple(source["en"] for source in law["source"]),
        explanation_zh="".join([law["zh"], *(law.get(f"{name}_zh", "") for name in added)]),
        explanation_en=" ".join([law["en"], *(law[f"{name}_en"] for name in added if f"{name}_en" in law)]),
    )


@cache
def _law() -> dict[str, dict[str, Any]]:
    rows = tomllib.loads(Path(__file__).with_name("liability.toml").read_text(encoding="utf-8"))["class"]
    return {row["item_class"]: row for row in rows}
