"""Payer and payee say independently what was paid; both statements stay, and a difference is seen."""

from datetime import date
from typing import Any

import pytest

from market import clock, errors
from market.actors import Actor, Role
from market.fees import declarations, read, service
from market.fees.declarations import DeclareFee, Statement
from market.fees.models import FeeDeclaration, FeeRecord
from market.log.models import LogEntry
from tests.contest import code_of, member
from tests.market.test_documents import AT, made, recorded


@pytest.fixture
async def ends(database: str) -> tuple[Actor, Actor]:
    """Payer and payee."""
    return await member(Role.APPLICANT), await member(Role.INTERMEDIARY)


@pytest.fixture
async def fee(ends: tuple[Actor, Actor]) -> FeeRecord:
    """Recorded by the payer."""
    typed = {"number": "1", "issued_on": date(2026, 9, 1), "buyer_title": made.FACTS["buyer_name"], "amount_fen": 127200}
    return (await recorded(ends, **typed, buyer_code="B", seller_code=await code_of(ends[1]))).fee


async def declared(actor: Actor, ends: tuple[Actor, Actor], fee: FeeRecord, **changes: Any) -> Statement:
    """The actor's statement, the same as the record but for the changes."""
    payer, payee = [await code_of(a) for a in ends]
    same = {
        "record_no": fee.record_no,
        "amount_fen": 127200,
        "paid_on": date(2026, 12, 20),
        "payer_code": payer,
        "payee_code": payee,
    }
    with clock.fixed(AT):
        return await declarations.declare_fee(actor, DeclareFee(**{**same, **changes}))


async def disputed(actor: Actor, asked: bool = True) -> list[FeeRecord]:
    """What the filter finds for that reader."""
    return await read.listing(actor, read.FeeFilter(disputed=asked))


async def test_the_other_end_confirms(ends: tuple[Actor, Actor], fee: FeeRecord) -> None:
    """It agrees; nothing is disputed; the log has it."""
    said = await declared(ends[1], ends, fee)
    assert said.agrees and said.differences == () and said.number == 1
    regulator = await member(Role.REGULATOR)
    assert await disputed(regulator) == [] and await disputed(regulator, False) == [fee]
    assert await LogEntry.filter(action="fee:declare", subject=f"fee:{fee.record_no}").count() == 1


async def test_each_difference_is_told_and_the_record_stays(ends: tuple[Actor, Actor], fee: FeeRecord) -> None:
    """Amount, date and payer of the declaration beside those of the record; the regulator finds it, and the parties do."""
    stranger = await code_of(await member(Role.APPLICANT))
    said = await declared(ends[1], ends, fee, amount_fen=100000, paid_on=date(2026, 12, 19), payer_code=stranger.lower())
    told = [(d.field, d.typed, d.read) for d in said.differences]
    assert told == [
        ("amount", "1000.00", "1272.00"),
        ("paidOn", "2026-12-19", "2026-12-20"),
        ("payerCode", stranger, await code_of(ends[0])),
    ]
    assert not said.agrees and (await FeeRecord.get(id=fee.id)).amount_fen == 127200
    assert await disputed(await member(Role.REGULATOR)) == [fee] and await disputed(ends[0]) == [fee]
    assert await disputed(await member(Role.INTERMEDIARY)) == []


async def test_each_end_says_it_once_and_corrects_with_a_reason(ends: tuple[Actor, Actor], fee: FeeRecord) -> None:
    """A second statement is refused; a correction supersedes, both stay, and the dispute is over."""
    await declared(ends[1], ends, fee, amount_fen=1)
    with pytest.raises(errors.AlreadyDeclared):
        await declared(ends[1], ends, fee)
    corrected = await declared(ends[1], ends, fee, correction="看错了金额")
    assert (corrected.number, corrected.agrees, corrected.correction) == (2, True, "看错了金额")
    [said] = await declarations.statements_by_fee([fee.id])
    assert [(s.number, s.agrees, len(s.differences)) for s in said] == [(1, False, 1), (2, True, 0)]
    assert await disputed(await member(Role.REGULATOR)) == []


async def test_who_recorded_has_said_it(ends: tuple[Actor, Actor], fee: FeeRecord) -> None:
    """Its own record is its statement; it is corrected by reversing."""
    with pytest.raises(errors.AlreadyDeclared):
        await declared(ends[0], ends, fee, correction="x")
    assert not await FeeDeclaration.exists()


async def test_both_ends_declare_what_a_third_recorded(ends: tuple[Actor, Actor]) -> None:
    """A regulator's record is compared with both."""
    regulator = await member(Role.REGULATOR)
    typed = {"number": "1", "issued_on": date(2026, 9, 1), "buyer_title": "某", "amount_fen": 127200}
    fee = (await recorded(ends, regulator, **typed, buyer_code="B", seller_code=await code_of(ends[1]))).fee
    assert (await declared(ends[0], ends, fee)).agrees and not (await declared(ends[1], ends, fee, amount_fen=1)).agrees
    assert await disputed(regulator) == [fee]


async def test_others_declare_nothing(ends: tuple[Actor, Actor], fee: FeeRecord) -> None:
    """To strangers the record does not exist, a regulator has no end of it; nothing is written."""
    before = await LogEntry.all().count()
    for role in (Role.AGENCY, Role.APPLICANT, Role.INTERMEDIARY):
        stranger = await member(role)
        with pytest.raises(errors.NotFound):
            await declared(stranger, ends, fee)
    with pytest.raises(errors.NotPermitted):
        await declared(await member(Role.REGULATOR), ends, fee)
    assert await LogEntry.all().count() == before and not await FeeDeclaration.exists()


async def test_nothing_was_paid(ends: tuple[Actor, Actor], fee: FeeRecord) -> None:
    """What one end recorded the other may deny altogether: both words stay."""
    said = await declared(ends[1], ends, fee, amount_fen=0)
    assert not said.agrees and [d.field for d in said.differences] == ["amount"]


async def test_a_reversed_record_needs_no_statement(ends: tuple[Actor, Actor], fee: FeeRecord) -> None:
    """And a bad statement is refused with every problem."""
    with pytest.raises(errors.InvalidInput) as caught:
        await declared(ends[1], ends, fee, amount_fen=-1, paid_on=date(2027, 1, 1), payer_code="")
    assert [f.path for f in caught.value.fields] == ["amount", "paidOn", "payerCode"]
    with clock.fixed(AT):
        await service.reverse_fee(ends[0], fee.record_no, "记错了")
    with pytest.raises(errors.AlreadyReversed):
        await declared(ends[1], ends, fee)
