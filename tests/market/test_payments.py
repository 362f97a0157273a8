"""Payments of both sources in one list: exact pages, every filter; and who paid whom in groups."""

from datetime import date
from typing import Any

import pytest

from market import clock
from market.errors import InvalidInput
from market.fees import flows, payments
from market.fees.flows import FlowFilter, FlowGrouping, PayerSide
from market.fees.payments import PaymentFilter, Source
from market.ledger.models import LedgerCase
from market.parties.models import Organisation, PartyRelation
from tests import factories_oversight
from tests.contest import AGENCY_ITEM, code_of
from tests.factories_regulator import payment

pytestmark = pytest.mark.usefixtures("shipped_catalogue")


async def paged(size: int, wanted: PaymentFilter | None = None) -> list[payments.Payment]:
    """The whole list, page by page."""
    found: list[payments.Payment] = []
    after: Any = None
    while rows := await payments.page(wanted or PaymentFilter(), after, size):
        found += rows[:size]
        if len(rows) <= size:
            break
        after = (found[-1].paid_on, found[-1].payment_no, found[-1].source)
    return found


async def world() -> factories_oversight.Cast:
    """A contract of ours with a native payment by the applicant, and imported ones around it."""
    cast = await factories_oversight.cast()
    await factories_oversight.paid(cast, cast.applicant)
    payer = await code_of(cast.agency)
    for number in range(7):
        await payment(f"L{number}", paid_on=date(2026, 9, 28 + number % 2), payer_id=payer, contract_no=cast.contract_no)
    await payment("L8", contract_no="HT-X", case_no="AJ-X", grade=None, amount_fen=None)
    await payment("L9", paid_on=date(2026, 9, 30), refund_of="L1", amount_fen=40)
    return cast


async def test_pages_are_exact_whatever_their_size(database: str) -> None:
    """Newest first, then by number; without a date last; nothing twice, nothing lost."""
    await world()
    whole = await payments.page(PaymentFilter(), None, 100)
    assert len(whole) == 10 == await payments.count(PaymentFilter()) and whole[-1].payment_no == "L8"
    assert {row.source for row in whole} == {Source.NATIVE, Source.LEDGER}
    dated = [row for row in whole if row.paid_on]
    assert [row.paid_on for row in dated] == sorted((row.paid_on for row in dated), reverse=True)  # type: ignore[type-var]
    for size in (1, 2, 3, 9):
        assert await paged(size) == whole


async def test_each_filter(database: str) -> None:
    """By what a payment says, and by what its contract says: ours or the ledger's; class as the rules take it."""
    cast = await world()
    payer, applicant = await code_of(cast.agency), await code_of(cast.applicant)
    case = (await payments.page(PaymentFilter(payer=applicant), None, 5))[0].case_no
    native = (await payments.page(PaymentFilter(source=Source.NATIVE), None, 5))[0].payment_no
    expected: dict[str, tuple[dict[str, Any], int]] = {
        "payer": ({"payer": payer.lower()}, 7),
        "payee": ({"payee": await code_of(cast.supplier)}, 1),
        "item": ({"item_code": AGENCY_ITEM}, 8),
        "class": ({"item_class": "agency_commissioned"}, 8),
        "other class": ({"item_class": "cancelled"}, 0),
        "from": ({"paid_from": date(2026, 9, 29)}, 4),
        "to": ({"paid_to": date(2026, 9, 28)}, 5),
        "grade": ({"grade": "bank"}, 9),
        "contract": ({"contract_no": cast.contract_no}, 8),
        "case": ({"case_no": case}, 8),
        "a case that the payment names beside a contract": ({"case_no": "AJ-X"}, 0),
        "ledger": ({"source": Source.LEDGER}, 9),
        "flagged": ({"flagged": True}, 1),
        "not flagged": ({"flagged": False}, 9),
    }
    for name, (given, number) in expected.items():
        found = await paged(2, PaymentFilter(**given))
        assert len(found) == number == await payments.count(PaymentFilter(**given)), name
    assert [row.payment_no for row in await paged(5, PaymentFilter(flagged=True))] == [native]
    assert await payments.returned_by_no(["L0", "L1"]) == [0, 40]


async def test_many_flagged_are_found_on_the_way(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer whichever way is taken."""
    await world()
    few = await paged(5, PaymentFilter(flagged=True))
    monkeypatch.setattr(payments, "_FEW", 0)
    assert await paged(5, PaymentFilter(flagged=True)) == few and few


async def relate(one: str, kind: str, other: str, **dates: date) -> None:
    """A relation between two codes."""
    ends = {o.code: o for o in await Organisation.filter(code__in=[one, other])}
    await PartyRelation.create(source_org=ends[one], target_org=ends[other], relation=kind, source="登记", **dates)


async def test_sides_are_those_of_the_rules(database: str) -> None:
    """Groups any number of steps, agents of a member, mandates in force; what was over on the day does not count."""
    names = ["AGENCY", "CENTRE", "APPLICANT", "PARENT", "SISTER", "AGENT", "OVER", "STRANGER"]
    for name in names:
        await Organisation.create(code=name, name=name, kind="enterprise", created_at=clock.system_now())
    await relate("PARENT", "controls", "APPLICANT")
    await relate("SISTER", "branch_of", "PARENT", since=date(2026, 1, 1))
    await relate("AGENT", "agent_of", "SISTER")
    await relate("CENTRE", "settles_for", "AGENCY", since=date(2026, 1, 1), until=date(2026, 12, 31))
    await relate("OVER", "controls", "APPLICANT", until=date(2026, 5, 31))
    await LedgerCase.create(case_no="AJ1", agency_id="AGENCY", applicant_id="APPLICANT", batch_id=1)
    for name in names:
        await payment(name, payer_id=name, case_no="AJ1", paid_on=date(2026, 6, 1))
    await payment("UNDATED", payer_id="AGENCY", case_no="AJ1")
    await payment("CASELESS", payer_id="AGENCY", paid_on=date(2026, 6, 1))
    await payment("EARLY", payer_id="CENTRE", case_no="AJ1", paid_on=date(2025, 6, 1))
    found = await flows.flows(FlowFilter(), [FlowGrouping.PAYER_SIDE])
    counts = {PayerSide(row.keys[0]): row.count for row in found.groups if row.keys[0]}
    assert counts == {PayerSide.APPLICANT: 4, PayerSide.AGENCY: 2, PayerSide.THIRD_PARTY: 3, PayerSide.UNKNOWN: 2}
    third = await flows.flows(FlowFilter(payer_side=PayerSide.THIRD_PARTY), [FlowGrouping.MONTH, FlowGrouping.AGENCY])
    assert {row.keys: row.count for row in third.groups} == {("2026-06", "AGENCY"): 2, ("2025-06", "AGENCY"): 1}


async def test_amounts_of_a_group(database: str) -> None:
    """Gross without refunds, net less them, at issue by open findings, each payment once."""
    cast = await world()
    [row] = (await flows.flows(FlowFilter(source=Source.NATIVE), [FlowGrouping.ITEM])).groups
    assert (row.keys, row.count, row.gross_fen, row.net_fen, row.at_issue_fen) == ((AGENCY_ITEM,), 1, 100_00, 100_00, 100_00)
    [row] = (await flows.flows(FlowFilter(to=date(2026, 9, 29), agency=await code_of(cast.agency)), [FlowGrouping.AGENCY])).groups
    assert (row.count, row.gross_fen, row.net_fen) == (8, 100_00 + 700, 100_00 + 660)


async def test_the_rest_is_one_sum(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest groups are told apart, the others added up; no grouping is no answer."""
    monkeypatch.setattr(flows, "MOST", 2)
    for number in range(5):
        await payment(f"P{number}", payee_id=f"E{number}", amount_fen=100 + number, paid_on=date(2026, 6, 1))
    found = await flows.flows(FlowFilter(), [FlowGrouping.PAYEE])
    assert [row.gross_fen for row in found.groups] == [104, 103] and found.others == 3
    assert found.other and (found.other.count, found.other.gross_fen) == (3, 303)
    with pytest.raises(InvalidInput):
        await flows.flows(FlowFilter(), [])
