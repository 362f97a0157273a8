"""Platform measures: the people, a lost award to lean on, and each step in one line."""

from datetime import UTC, date, datetime
from typing import Any

from market import clock
from market.actors import Actor, Role
from market.contracts.models import Contract
from market.measures import service
from market.measures.models import Measure
from market.measures.states import MeasureKind
from market.oversight.evidence import number_of
from market.parties.models import Organisation
from tests.contest import member
from tests.factories_ratings import signed, supplier_of

NOW = datetime(2026, 12, 14, 4, tzinfo=UTC)
"""Monday noon in Zhoushan."""
HEARD = datetime(2026, 12, 21, 16, tzinfo=UTC)
"""Five working days later, 24:00 in Zhoushan."""


async def case() -> tuple[Actor, Contract]:
    """An intermediary and its contract."""
    _, contract = await signed()
    await contract.fetch_related("supplier")
    return supplier_of(contract), contract


def form(contract: Contract, **changes: Any) -> service.ProposeMeasure:
    """A pause of 60 days for a higher price."""
    values = {
        "ground": "price_raised",
        "happened_on": date(2026, 12, 10),
        "facts": "验收前要求另付差旅费",
        "kind": MeasureKind.PAUSE,
    }
    values |= {"intermediary_code": contract.supplier.code, "evidence": contract.contract_no, "pause_days": 60}
    return service.ProposeMeasure(**(values | changes))


async def office(people: int) -> list[Actor]:
    """So many people of the operator."""
    first = await member(Role.OPERATOR)
    own = await Organisation.get(id=first.organisation_id)
    return [first, *[await member(Role.OPERATOR, own) for _ in range(people - 1)]]


async def proposed(operator: Actor, contract: Contract, at: datetime = NOW, **changes: Any) -> Measure:
    """The prior notice."""
    with clock.fixed(at):
        return await service.propose_measure(operator, form(contract, **changes), number_of)


async def imposed(contract: Contract, office_of: list[Actor], at: datetime = HEARD, **changes: Any) -> Measure:
    """Proposed a week before by the first, imposed by the second."""
    measure = await proposed(office_of[0], contract, **changes)
    with clock.fixed(at):
        return await service.decide_measure(office_of[1], measure.code, "属实", impose=True)
