"""Indicators over a small seeded ledger, on both databases: what is flagged, as of which day, and computed again."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from market import clock
from market.ledger.models import LedgerAmendment, LedgerCase, LedgerContract, LedgerItemClass, LedgerPayment
from market.log.models import LogEntry
from market.parties.models import Membership, Organisation, OrganisationKind, PartyRelation
from market.statistics import gather, opened, service
from market.statistics.gather import Window
from market.statistics.models import IndicatorRun, IndicatorValue
from tests import contest
from tests.contest import NOON

AS_OF = date(2026, 11, 24)
HERE, THERE = "11330900MA00000011", "11330900MA00000022"
"""Two agencies of 330900."""
CHOSEN, BOUGHT = "T-01", "T-02"
"""An item that applicants pay for, and one that agencies do."""


async def _parties() -> None:
    rows = [(HERE, OrganisationKind.AGENCY), (THERE, OrganisationKind.AGENCY)]
    await Organisation.bulk_create([Organisation(code=c, name=f"局{c[-2:]}", kind=k, created_at=NOON) for c, k in rows])
    classes = ((CHOSEN, "mandatory"), (BOUGHT, "agency_commissioned"))
    await LedgerItemClass.bulk_create([LedgerItemClass(item_code=i, item_class=c, batch_id=1) for i, c in classes])


async def stored(number: str, agency: str, applicant: str, **columns: Any) -> None:
    """A case and its contract."""
    await LedgerCase.create(case_no=f"K{number}", agency_id=agency, applicant_id=applicant, batch_id=1)
    plain = {"client_id": applicant, "item_code": CHOSEN, "method": "lowest_price", "valid_quotes": 3, "purpose": "approval"}
    plain |= {"amount_fen": 10_000, "commissioned_on": date(2026, 1, 1), "signed_on": date(2026, 1, 2)}
    await LedgerContract.create(contract_no=f"C{number}", case_no=f"K{number}", batch_id=1, **(plain | columns))


async def seeded() -> None:
    """One agency whose ten applicants use S0, another whose forty use ten bodies by turns; a split job; one that drifted."""
    await _parties()
    for n in range(10):
        await stored(f"h{n}", HERE, f"P{n}", supplier_id="S0")
    for n in range(40):
        await stored(f"t{n}", THERE, f"Q{n}", supplier_id=f"S{n % 10}")
    jobs = {"a": date(2025, 12, 1), "b": date(2026, 2, 1), "c": date(2026, 11, 20)}
    for name, day in jobs.items():
        await stored(
            f"s{name}", HERE, "P0", client_id=HERE, item_code=BOUGHT, supplier_id="S7", amount_fen=20_000_000, commissioned_on=day
        )
    await LedgerPayment.create(
        payment_no="F1",
        paid_on=date(2026, 3, 1),
        payer_id=HERE,
        payee_id="S7",
        amount_fen=20_000_001,
        contract_no="Csa",
        batch_id=1,
    )
    await LedgerPayment.create(
        payment_no="F2", paid_on=date(2026, 4, 1), payer_id="S7", payee_id=HERE, amount_fen=1, refund_of="F1", batch_id=1
    )
    await LedgerAmendment.create(contract_no="Csb", filed_on=date(2026, 5, 1), amount_change_fen=2_000_000, batch_id=1)


async def flags(as_of: date, only: Iterable[str] = ()) -> dict[tuple[str, str], service.Value]:
    """Indicator and subject of every reason to look."""
    found = [v async for values in service.compute(as_of, only) for v in values if v.outcome.decision == "flag"]
    return {(v.rule.id, v.candidate.subject): v for v in found}


@pytest.fixture
async def ledger(database: str) -> str:
    """The seeded one."""
    await seeded()
    return database


async def test_what_the_seeded_ledger_shows(ledger: str) -> None:
    """Worked out by hand: share 10/10, of the region's 50 applicants 14 use S0: lift 1 / 0.28 = 3.57; and the other three."""
    found = await flags(AS_OF)
    assert {key for key in found if key[0] != "disguised_designation"} == {
        ("designation", f"{HERE}/{CHOSEN}"),
        ("splitting", f"{HERE}/{BOUGHT}"),  # 200,000 + 200,000 + 200,000 yuan within 365 days
        ("contract_drift", "contract:Csb"),  # +10 %
    }
    value = found["designation", f"{HERE}/{CHOSEN}"]
    assert value.candidate.inputs == {
        "applicants": 10,
        "using": 10,
        "active_suppliers": 10,
        "regional_applicants": 50,
        "regional_using": 14,
    }
    assert service.said(value.outcome)["computed"] == {"share": "1", "lift": "3.571428"}


async def test_what_came_later_is_not_there(ledger: str) -> None:
    """As of earlier days: before the third job there is no split, before the refund the payment is beyond what was agreed."""
    assert ("splitting", f"{HERE}/{BOUGHT}") not in await flags(date(2026, 11, 19))
    assert ("contract_drift", "contract:Csb") not in await flags(date(2026, 4, 30))
    assert ("contract_drift", "contract:Csa") in await flags(date(2026, 3, 31))
    assert ("contract_drift", "contract:Csa") not in await flags(date(2026, 2, 28))
    assert await flags(date(2025, 12, 31), ["designation"]) == {}


async def test_the_window_is_24_months(ledger: str) -> None:
    """A contract of the first day of it counts, one a day older does not, one without dates never does."""
    assert Window.before(date(2026, 2, 28), 24).start == date(2024, 2, 28)
    assert Window.before(date(2028, 2, 29), 24).start == date(2026, 2, 28)
    await LedgerContract.create(contract_no="undated", item_code=CHOSEN, supplier_id="S11", batch_id=1)
    for age, there in ((timedelta(0), 50), (timedelta(1), 0)):
        window = Window.before(date(2027, 12, 31) + age, 24)
        assert len(await gather.deals([CHOSEN], window)) == there


async def test_small_pieces_say_the_same(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the items are divided, the same values come out."""
    whole = await flags(AS_OF)
    monkeypatch.setattr(gather, "PIECE", 1)
    assert len(await gather.pieces(Window.before(AS_OF, 24))) == 2
    again = await flags(AS_OF)
    assert {k: (v.candidate, v.outcome) for k, v in again.items()} == {k: (v.candidate, v.outcome) for k, v in whole.items()}


async def test_a_token_price_and_whom_it_served_later(ledger: str) -> None:
    """20 % of the median and three applicants of that agency afterwards, for whatever item: a reason to look."""
    for n in range(4):
        await stored(f"m{n}", THERE, f"Q{n}", client_id=THERE, item_code=BOUGHT, supplier_id="S3", amount_fen=20_000_000)
    early = date(2025, 11, 30)
    await stored("z", HERE, "P1", client_id=HERE, item_code=BOUGHT, supplier_id="S0", amount_fen=0, commissioned_on=early)
    found = await flags(AS_OF, ["token_price"])
    [value] = found.values()
    assert (value.candidate.subject, value.candidate.supplier) == ("contract:Cz", "S0")
    assert value.candidate.inputs["later_applicants"] == 10
    assert await flags(date(2025, 12, 31), ["token_price"]) == {}


async def test_a_run_is_stored_once_dated_and_replayable(ledger: str) -> None:
    """A day has one run; every stored value computed again from its inputs is the same; what is only counted is counted."""
    with clock.fixed(NOON):
        await service.run_due()
        await service.run_due()
    [run] = await IndicatorRun.all()
    assert (run.as_of, run.lease_until) == (AS_OF, None) and run.finished_at
    values = await IndicatorValue.filter(run_id=run.id)
    assert {v.outcome for v in values} >= {"flag", "clear", "insufficient"}
    for value in values:
        value.inputs = json.loads(json.dumps(value.inputs))
        said = service.said(service.replay(value))
        assert said == {name: getattr(value, name) for name in said}
        assert value.thresholds and value.computed_on == AS_OF
    assert run.counts["contract_drift"] == {"clear": 52, "flag": 1}
    assert [v.subject for v in values if v.indicator == "contract_drift"] == ["contract:Csb"]
    assert await LogEntry.filter(action="indicator:done").count() == 1


async def test_a_value_whose_rule_is_gone_cannot_be_computed_again(ledger: str) -> None:
    """It says so."""
    with pytest.raises(service.RuleGone):
        service.replay(IndicatorValue(indicator="designation", rule_version="1999"))


async def test_a_dead_workers_run_is_taken_up_again(ledger: str) -> None:
    """A leased run is left alone until the lease ends; then it is done from the start, and its rows are there once."""
    with clock.fixed(NOON):
        run = await IndicatorRun.create(
            key="day:x", as_of=AS_OF, requested_at=NOON, lease_until=datetime(2026, 11, 24, 4, 10, tzinfo=UTC)
        )
        await IndicatorValue.create(
            **{"run_id": run.id, "indicator": "x", "rule_version": "", "subject": "", "item_code": "", "outcome": "flag"},
            **{"n": 0, "need": 0, "inputs": {}, "computed": {}, "thresholds": {}, "computed_on": AS_OF},
        )
        await service.run_due()
        assert await IndicatorRun.filter(finished_at=None).count() == 1
    with clock.fixed(NOON + timedelta(minutes=11)):
        await service.run_due()
    assert await IndicatorRun.filter(finished_at=None).count() == 0
    assert await IndicatorValue.filter(indicator="x").count() == 0 and await IndicatorValue.filter(outcome="flag").count() >= 3
    with clock.fixed(NOON + timedelta(days=1)):
        await service.run_due()
    assert await IndicatorRun.filter(as_of=AS_OF + timedelta(days=1)).count() == 1


async def test_native_records_count_like_imported_ones(database: str, shipped_catalogue: None) -> None:
    """Opened quotes that lost are beside the item's contracts, before the opening they are nobody's; native contracts are deals."""
    buyer = await contest.member(contest.Role.AGENCY)
    project = await contest.published(buyer, await contest.agency_form(await contest.member(contest.Role.APPLICANT)))
    for fen in (10_000, 30_000, 40_000):
        await contest.quoted(await contest.member(contest.Role.INTERMEDIARY), project, fen)
    window = Window.before(date(2026, 12, 31), 24)
    assert await gather.lost_quotes([contest.AGENCY_ITEM], window) == []
    with clock.fixed(contest.OPENS):
        await contest.awards.settle_due()
    lost = await gather.lost_quotes([contest.AGENCY_ITEM], window)
    assert sorted(q.amount_fen for q in lost) == [10_000, 30_000, 40_000]
    assert {(q.method, q.region) for q in lost} == {("lowest_price", "330902")}
    assert await gather.lost_quotes([contest.AGENCY_ITEM], Window.before(date(2026, 11, 27), 24)) == []


async def test_opened_contests_are_seen_as_they_were(database: str, shipped_catalogue: None) -> None:
    """After the opening: who quoted, who acted for both, who is under one control; a sealed contest is nobody's."""
    buyer = await contest.member(contest.Role.AGENCY)
    project = await contest.published(buyer, await contest.agency_form(await contest.member(contest.Role.APPLICANT)))
    bidders = [await contest.member(contest.Role.INTERMEDIARY) for _ in range(4)]
    for bidder, fen in zip(bidders, (12_345, 12_345, 40_000, 50_000), strict=True):
        await contest.quoted(bidder, project, fen)
        await Membership.create(
            account_id=bidder.account_id, organisation_id=bidder.organisation_id, role="intermediary", since=NOON
        )
    one, two, three, four = bidders
    await Membership.create(account_id=one.account_id, organisation_id=two.organisation_id, role="intermediary", since=NOON)
    await PartyRelation.create(
        source_org_id=three.organisation_id, target_org_id=four.organisation_id, relation="controls", source="工商登记"
    )
    window = Window.before(date(2026, 12, 31), 24)
    assert await gather.pieces(window) == [] and await opened.tenders([contest.AGENCY_ITEM], window) == []
    await contest.opened(project)
    assert await gather.pieces(window) == [[contest.AGENCY_ITEM]]
    [tender] = await opened.tenders([contest.AGENCY_ITEM], window)
    assert (tender.method, tender.region) == ("lowest_price", "330902")
    assert tender.winner in {await contest.code_of(bidder) for bidder in (one, two)}
    assert tender.amounts == [12_345, 12_345, 40_000]  # of the two under one control the lower one
    found = await flags(date(2026, 12, 31))
    assert {(name, v.outcome.level) for (name, _), v in found.items()} == {
        ("identical_prices", "strong"),
        ("same_origin", "strong"),
        ("short_notice", ""),
    }
    assert await opened.tenders([contest.AGENCY_ITEM], Window.before(date(2026, 11, 27), 24)) == []
