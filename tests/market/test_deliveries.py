"""Delivery and acceptance: said once, in order, by the one who can know."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from market import clock, errors
from market.actors import Actor, Role
from market.contracts import service
from market.contracts.models import Contract
from tests import contest
from tests.contest import member

NOW = datetime(2026, 12, 20, 4, tzinfo=UTC)


def supplier_of(contract: Contract) -> Actor:
    """Somebody of the intermediary."""
    return Actor(account_id=uuid4(), organisation_id=contract.supplier_id, roles=frozenset({Role.INTERMEDIARY}))


async def signed() -> tuple[Actor, Actor, Contract]:
    """Client, intermediary and their contract, signed on 5 December."""
    client = await member(Role.APPLICANT)
    contract = await contest.contracted(client, contest.form(contest.CHOICE_ITEM, told_not_obliged=True), 100)
    return client, supplier_of(contract), contract


async def test_a_delivery_is_recorded_and_accepted(database: str, shipped_catalogue: None) -> None:
    """The intermediary says when it delivered, the client when it accepted; both days are on the contract."""
    client, supplier, contract = await signed()
    with clock.fixed(NOW):
        await service.record_delivery(supplier, contract.contract_no, date(2026, 12, 10))
        await service.accept_delivery(client, contract.contract_no, date(2026, 12, 12))
    kept = await Contract.get(id=contract.id)
    assert (kept.delivered_on, kept.accepted_on) == (date(2026, 12, 10), date(2026, 12, 12))


async def test_nothing_is_said_twice_or_out_of_order(database: str, shipped_catalogue: None) -> None:
    """Acceptance before delivery, a day before signing or after today, a second word: refused, and nothing is stored."""
    client, supplier, contract = await signed()
    number = contract.contract_no
    with clock.fixed(NOW):
        for day in (date(2026, 12, 4), date(2026, 12, 21)):
            with pytest.raises(errors.InvalidInput):
                await service.record_delivery(supplier, number, day)
        with pytest.raises(errors.InvalidInput):
            await service.accept_delivery(client, number, date(2026, 12, 12))
        await service.record_delivery(supplier, number, date(2026, 12, 10))
        with pytest.raises(errors.AlreadyFiled):
            await service.record_delivery(supplier, number, date(2026, 12, 11))
        with pytest.raises(errors.InvalidInput):
            await service.accept_delivery(client, number, date(2026, 12, 9))
    kept = await Contract.get(id=contract.id)
    assert (kept.delivered_on, kept.accepted_on) == (date(2026, 12, 10), None)


async def test_each_side_says_only_its_own(database: str, shipped_catalogue: None) -> None:
    """The client cannot deliver, the intermediary cannot accept."""
    client, supplier, contract = await signed()
    with clock.fixed(NOW):
        with pytest.raises(errors.NotPermitted):
            await service.record_delivery(client, contract.contract_no, date(2026, 12, 10))
        await service.record_delivery(supplier, contract.contract_no, date(2026, 12, 10))
        with pytest.raises(errors.NotPermitted):
            await service.accept_delivery(supplier, contract.contract_no, date(2026, 12, 12))
