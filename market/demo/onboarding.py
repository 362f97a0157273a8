"""The demo world's newcomer: an invented company asks to join and waits for the operator."""

from datetime import date
from typing import Any, Protocol

from market.actors import ANONYMOUS
from market.demo import people
from market.onboarding import service
from market.onboarding.forms import ApplyToJoin, Certificate, pledge
from market.parties.models import OrganisationKind

CODE = people.code("91", 90)


class _Stage(Protocol):
    def later(self, **by: int) -> Any: ...


async def newcomer(stage: _Stage, qualification: str) -> None:
    """An application with one certificate; nobody has decided."""
    held = Certificate(qualification, "DEMO-RZ-01", date(2024, 3, 1), date(2029, 2, 28), "")
    told: dict[str, Any] = {"name": "示例朱家尖安全评价有限公司（虚构）", "code": CODE, "kind": OrganisationKind.INTERMEDIARY}
    told |= {"contact_name": "小陆（虚构）", "contact_phone": "0580-0000000", "pledge": pledge().version, "pledged": True}
    with stage.later(minutes=1):
        await service.apply_to_join(ANONYMOUS, ApplyToJoin(**told, qualifications=(held,)))
