"""Draws in the API: before, the commitment alone; after, a transcript with which anybody can draw again."""

from datetime import datetime
from typing import Any, Self

import strawberry
from strawberry.scalars import JSON

from market import errors
from market.awards import service as awards
from market.draws import models, read, service
from market.projects import read as projects
from market.selection import draw as drawing
from schema.context import Info
from schema.errors import result
from schema.quotes import QuoteReceipt


@strawberry.type(description="一位工作人员录入的信标值。 What one official typed in as the beacon, once and for good.")
class BeaconVoice:
    """``at``: when it was received."""

    value: str
    link: str
    at: datetime

    @classmethod
    def of(cls, said: dict[str, str]) -> Self:
        """As it is kept; who it was stands in the log and in the transcript."""
        return cls(value=said["value"], link=said["link"], at=datetime.fromisoformat(said["at"]))


@strawberry.type(
    description="公告指定的公开信标：截止前谁也不可能知道的随机值。 A public random value that nobody could know before."
)
class Beacon:
    """``until``: by then it must be typed in; null in notices that fail without it.

    ``value``, ``confirmedAt``: null until officials of two organisations agree; who spoke for which stands in the ``transcript``.
    """

    name: str
    at: datetime
    until: datetime | None
    value: str | None
    link: str | None
    recorded_at: datetime | None
    confirmed_at: datetime | None
    voices: list[BeaconVoice]


@strawberry.type(description="可验证的抽取，见 /verify。 The verifiable draw; see /verify.")
class Draw:
    """``commitment``: SHA-256 chained ``codes`` times; ``transcript``: null until the draw."""

    commitment: str
    codes: int
    rule: str
    notice_hash: str
    reveal_until: datetime
    beacon: Beacon | None
    closing_hash: str | None
    transcript: JSON | None

    @classmethod
    def of(cls, project: Any, row: models.Draw | None) -> Self:
        """From the notice's terms and, from the closing on, its row."""
        said = project.terms["draw"]
        return cls(
            commitment=said["commitment"],
            codes=said["draws"],
            rule=said["rule"],
            notice_hash=said["hash"],
            reveal_until=row.reveal_until if row else projects.reveal_ends_at(project),
            beacon=_beacon(said, row.voices if row else []) if said["beacon"] else None,
            closing_hash=row.closing["hash"] if row else None,
            transcript=JSON(row.transcript) if row and row.transcript and project.opened_at else None,
        )

    @classmethod
    async def load(cls, project_code: str) -> Self:
        """Freshly read."""
        row = await read.draw_of(project_code)
        return cls.of(row.project, row)


def _beacon(notice: dict[str, Any], told: list[dict[str, str]]) -> Beacon:
    said, rule = notice["beacon"], notice["rule"]
    voices, counted = [BeaconVoice.of(voice) for voice in told], drawing.counted(rule, told)
    first = next((voice for voice in voices if voice.value == counted), None)
    second = next((voices[n] for n in range(len(told)) if drawing.agreed(rule, told[: n + 1])), None)
    return Beacon(
        name=said["id"],
        at=datetime.fromisoformat(said["at"]),
        until=datetime.fromisoformat(said["until"]) if "until" in said else None,
        value=getattr(first, "value", None),
        link=getattr(first, "link", None),
        recorded_at=min((voice.at for voice in voices), default=None),
        confirmed_at=getattr(second, "at", None),
        voices=voices,
    )


@strawberry.input
class RevealNonceInput:
    """The 32 bytes, hexadecimal, whose hash came with the quote."""

    project_code: str
    nonce: str


@strawberry.input
class RevealQuoteInput:
    """The content and the salt (32 bytes, hexadecimal) of the commitment, to the letter."""

    project_code: str
    content: str
    salt: str


@strawberry.input
class RecordBeaconInput:
    """The value as published, and where it can be looked up."""

    project_code: str
    value: str
    link: str


@strawberry.input
class ConfirmBeaconInput:
    """The value as the second official read it."""

    project_code: str
    value: str


_TYPING = (errors.WrongState, errors.SelfDealing, errors.DeadlinePassed)


@strawberry.type
class Mutations:
    """Writes of draws. What is due is settled before and after, so that the last thing awaited begins the draw."""

    @result("RevealNonceResult", QuoteReceipt, errors.WrongState, errors.RevealPeriodOver, errors.NothingToReveal)
    async def reveal_nonce(self, info: Info, input: RevealNonceInput) -> QuoteReceipt:
        """截止后公开自己保管的随机数。 After the deadline, show the nonce that was kept; who does not is out of the draw."""
        await awards.settle_due()
        receipt = QuoteReceipt.of(await service.reveal_nonce(info.context.actor, input.project_code, input.nonce))
        await awards.settle_due()
        return receipt

    @result("RevealQuoteResult", QuoteReceipt, errors.WrongState, errors.RevealPeriodOver, errors.NothingToReveal)
    async def reveal_quote(self, info: Info, input: RevealQuoteInput) -> QuoteReceipt:
        """截止后公开自己保管的报价，逾期无效。 After the deadline, show the quote that you kept; who does not has no valid quote."""
        await awards.settle_due()
        receipt = QuoteReceipt.of(await service.reveal_quote(info.context.actor, input.project_code, input.content, input.salt))
        await awards.settle_due()
        return receipt

    @result("RecordBeaconResult", Draw, *_TYPING)
    async def record_beacon(self, info: Info, input: RecordBeaconInput) -> Draw:
        """录入信标值和出处,每人一次,不能改;与先前的值不同即为质疑。 Type in the beacon's value, with a link, once and for good."""
        await awards.settle_due()
        row = await service.record_beacon(info.context.actor, input.project_code, input.value, input.link)
        await awards.settle_due()
        return await Draw.load(row.project.code)

    @result("ConfirmBeaconResult", Draw, *_TYPING, errors.BeaconDiffers)
    async def confirm_beacon(self, info: Info, input: ConfirmBeaconInput) -> Draw:
        """另一个单位的人独立录入同一个值。 An official of another organisation types in the same value: the draw can begin."""
        await awards.settle_due()
        row = await service.confirm_beacon(info.context.actor, input.project_code, input.value)
        await awards.settle_due()
        return await Draw.load(row.project.code)
