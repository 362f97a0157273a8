"""Finished work and what its clients say of it."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from market import clock
from market.actors import Actor, Role
from market.contracts import service as contracts
from market.contracts.models import Contract
from market.ratings import service
from market.ratings.models import Rating
from market.ratings.stars import MARKS
from tests import contest
from tests.contest import member

DELIVERED, ACCEPTED = date(2026, 12, 10), date(2026, 12, 12)
NOW = datetime(2026, 12, 14, 4, tzinfo=UTC)


def supplier_of(contract: Contract) -> Actor:
    """Somebody of the intermediary."""
    return Actor(account_id=uuid4(), organisation_id=contract.supplier_id, roles=frozenset({Role.INTERMEDIARY}))


async def signed() -> tuple[Actor, Contract]:
    """A client and its contract."""
    client = await member(Role.APPLICANT)
    return client, await contest.contracted(client, contest.form(contest.CHOICE_ITEM, told_not_obliged=True), 100)


async def accepted() -> tuple[Actor, Contract]:
    """A client and its contract, whose result it accepted on 12 December."""
    client, contract = await signed()
    with clock.fixed(NOW):
        await contracts.record_delivery(supplier_of(contract), contract.contract_no, DELIVERED)
        await contracts.accept_delivery(client, contract.contract_no, ACCEPTED)
    return client, contract


def form(contract: Contract, **changes: Any) -> service.RateService:
    """Four stars for everything."""
    return service.RateService(**{"contract_no": contract.contract_no, **dict.fromkeys(MARKS, 4), **changes})


async def rated(client: Actor, contract: Contract, at: datetime = NOW, **changes: Any) -> Rating:
    """The rating, as given."""
    with clock.fixed(at):
        return await service.rate_service(client, form(contract, **changes))
