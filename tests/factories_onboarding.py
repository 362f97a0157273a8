"""Applications to join, in one line each."""

from datetime import date
from typing import Any
from uuid import uuid4

from market import clock
from market.actors import ANONYMOUS, Actor, Role
from market.onboarding import service
from market.onboarding.forms import ApplyToJoin, Certificate, pledge
from market.onboarding.models import OnboardingApplication
from market.parties.models import OrganisationKind
from tests.contest import NOON, member, new_code

LISTED, OTHER = "安全评价机构资质", "船舶检验机构许可"
"""Two qualifications of the shipped catalogue."""


def certificate(number: str = "APJ-1", name: str = LISTED, **more: Any) -> Certificate:
    """A certificate that has begun."""
    return Certificate(name, number, date(2020, 1, 1), **more)


def form(**changes: Any) -> ApplyToJoin:
    """A complete form of an unknown organisation."""
    values: dict[str, Any] = {"name": "某评估公司", "code": new_code(), "kind": OrganisationKind.INTERMEDIARY}
    values |= {"contact_name": "张三", "contact_phone": "13800000000", "pledge": pledge().version, "pledged": True}
    return ApplyToJoin(**(values | {"qualifications": (certificate(),)} | changes))


async def applied(actor: Actor = ANONYMOUS, **changes: Any) -> service.Applied:
    """Sent at noon."""
    with clock.fixed(NOON):
        return await service.apply_to_join(actor, form(**{"idempotency_key": uuid4().hex} | changes))


async def decided(code: str, *, admit: bool = True, reasons: str = "", by: Actor | None = None) -> OnboardingApplication:
    """By an operator, at noon."""
    with clock.fixed(NOON):
        return await service.decide(by or await member(Role.OPERATOR), code, admit=admit, reasons=reasons)
