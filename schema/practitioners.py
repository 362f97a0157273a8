"""Practitioners in the API: registered by the operator; everybody else knows them by their codes."""

from datetime import date, datetime
from typing import Self

import strawberry

from market import errors
from market.practitioners import models, service
from schema.context import Info
from schema.errors import result


@strawberry.type(
    description="从业人员;姓名和证书编号只给本机构、运营和监管。 Its intermediary, the operator and the regulator see it, nobody else."
)
class Practitioner:
    """``code``: how quotes name it. ``endedAt``: it left."""

    code: strawberry.ID
    name: str
    title: str
    certificate_no: str
    valid_to: date | None
    registered_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: models.Practitioner) -> Self:
        """From its row."""
        return cls(
            code=strawberry.ID(row.code),
            name=row.name,
            title=row.title,
            certificate_no=row.certificate_no,
            valid_to=row.valid_to,
            registered_at=row.registered_at,
            ended_at=row.ended_at,
        )


@strawberry.input
class RegisterPractitionerInput:
    """``idNumber``: checked and hashed, never stored. ``title``: what the certificate makes the person."""

    organisation_code: str
    name: str
    title: str
    id_number: str
    certificate_no: str
    valid_to: date | None = None


@strawberry.input
class EndPractitionerInput:
    """Who left."""

    code: strawberry.ID


@strawberry.type
class Mutations:
    """Writes of practitioners."""

    @result("RegisterPractitionerResult", Practitioner, errors.AlreadyRegistered)
    async def register_practitioner(self, info: Info, input: RegisterPractitionerInput) -> Practitioner:
        """登记从业人员:一人同时只属于一家机构。 By the operator; a person practises for one intermediary at a time."""
        form = service.RegisterPractitioner(**vars(input))
        return Practitioner.of(await service.register_practitioner(info.context.actor, form))

    @result("EndPractitionerResult", Practitioner, errors.WrongState)
    async def end_practitioner(self, info: Info, input: EndPractitionerInput) -> Practitioner:
        """从业人员离开机构。 It left, and may be registered elsewhere."""
        return Practitioner.of(await service.end_practitioner(info.context.actor, input.code))
