"""What a notice says of its contest: frozen terms, amendments, and why it failed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Self

import strawberry
from strawberry.utils.str_converters import to_camel_case

from market.clock import SHANGHAI
from market.money import format_yuan
from market.projects import models
from schema.auctions import AuctionTerms


@strawberry.type(description="选取方式的一个常数。 One constant of the method: lists as words with commas between.")
class Constant:
    """As the method takes it."""

    name: str
    value: str

    @classmethod
    def of(cls, name: str, value: object) -> Self:
        """From its value in the notice."""
        if isinstance(value, dict):
            value = [f"{key}={part}" for key, part in value.items()]
        return cls(name=name, value=",".join(map(str, value)) if isinstance(value, list) else str(value))


@strawberry.type(description="评审项。 A scored criterion and its share of the whole of 100.")
class Criterion:
    """What evaluators score."""

    name: str
    weight: int


@strawberry.type(description="公告写明、发布后不变的规则。 The notice's constants, frozen at publication.")
class ProjectTerms:
    """How this contest is decided."""

    method: str
    tie_rule: str
    minimum_quotes: int
    opening_grace_seconds: int
    constants: list[Constant]
    criteria: list[Criterion]
    auction: AuctionTerms | None

    @classmethod
    def of(cls, frozen: dict[str, Any]) -> Self:
        """From the row's terms. Notices of before have no constants."""
        constants = dict(frozen.get("constants", {}))
        criteria = [Criterion(**c) for c in constants.pop("criteria", [])]
        return cls(
            method=frozen["method"],
            tie_rule=frozen["tieRule"],
            minimum_quotes=frozen["minimumQuotes"],
            opening_grace_seconds=frozen["openingGraceSeconds"],
            constants=[Constant.of(name, value) for name, value in sorted(constants.items())],
            criteria=criteria,
            auction=AuctionTerms.of(frozen["auction"]) if "auction" in frozen else None,
        )


@strawberry.type(description="委托方所选,公布之前也看得到。 What its buyer chose, before publication too: what a review judges.")
class Chosen:
    """Shaped as the frozen terms are; beacon and times as they were wished for."""

    constants: list[Constant]
    criteria: list[Criterion]
    closes_at: datetime | None
    auction_starts_at: datetime | None
    beacon_name: str
    beacon_at: datetime | None

    @classmethod
    def of(cls, row: models.Project) -> Self:
        """From the project's row."""
        chosen = dict(row.parameters)
        return cls(
            criteria=[Criterion(**c) for c in chosen.pop("criteria", [])],
            constants=[Constant.of(name, value) for name, value in sorted(chosen.items())],
            closes_at=row.wanted_closes_at,
            auction_starts_at=row.auction_starts_at,
            beacon_name=row.beacon_name,
            beacon_at=row.beacon_at,
        )


_READ: dict[str, Callable[[str], str]] = {
    "ceiling_fen": lambda text: format_yuan(int(text)),
    "closes_at": lambda text: datetime.fromisoformat(text).astimezone(SHANGHAI).isoformat(),
}
_NAMES = {"ceiling_fen": "ceiling", "wanted_closes_at": "closesAt"}
_READ["wanted_closes_at"] = _READ["closes_at"]


@strawberry.type(
    description="改了哪一项，前后各是什么。 A field by its name in this interface, its values as text; empty: there was none."
)
class Change:
    """One field, before and after."""

    field: str
    before: str
    after: str

    @classmethod
    def of(cls, name: str, pair: Sequence[str]) -> Self:
        """From what is stored: the row's own name and Python's texts."""
        read = _READ.get(name)
        before, after = (text if read is None else "" if text == "None" else read(text) for text in pair)
        return cls(field=_NAMES.get(name, to_camel_case(name)), before=before, after=after)


@strawberry.type
class Amendment:
    """A numbered change of an open notice, with its reason."""

    number: int
    reason: str
    amended_at: datetime
    changes: list[Change]

    @classmethod
    def of(cls, row: models.ProjectAmendment) -> Self:
        """From its row."""
        changes = [Change.of(name, pair) for name, pair in row.changes.items()]
        return cls(number=row.number, reason=row.reason, amended_at=row.amended_at, changes=changes)


@strawberry.type
class Failure:
    """``reason``: no_quotes, all_invalid, too_few_valid_quotes, objection_upheld, award_forfeited, beacon_missing,
    short_list_barred.

    ``received``: live quotes at closing. After beacon_missing (notices of before) both counts are null: they were never opened.
    """

    reason: str
    received: int | None
    valid: int | None
    minimum: int

    @classmethod
    def of(cls, project: models.Project, counts: Sequence[bool]) -> Self:
        """From the project and, of each quote, whether it counts."""
        seen = project.opened_at is not None
        received, valid = (len(counts), sum(counts)) if seen else (None, None)
        return cls(reason=project.outcome_reason, received=received, valid=valid, minimum=project.terms["minimumQuotes"])
