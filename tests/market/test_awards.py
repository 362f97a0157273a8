"""Opening, selection, standstill, confirmation and the contract."""

import asyncio
from datetime import date, timedelta

import pytest

from market import clock, errors
from market.actors import SYSTEM, Actor, Role
from market.awards import service
from market.awards.models import Award
from market.contracts import service as contracts
from market.draws.models import Draw
from market.ledger.models import LedgerContract
from market.log import service as log
from market.log.models import LogEntry
from market.projects.forms import AmendProject
from market.projects.models import Project, SelectionMethod
from market.projects.service import amend_project
from market.quotes.models import Quote
from tests import contest
from tests.contest import NOON, OPENS, member, quoted


@pytest.fixture
async def agency(database: str, shipped_catalogue: None) -> Actor:
    """An agency, in a world with a catalogue."""
    return await member(Role.AGENCY)


@pytest.fixture
async def project(agency: Actor) -> Project:
    """The agency's open project."""
    return await contest.published(agency, await contest.agency_form(await member(Role.APPLICANT)))


async def bid(project: Project, *amounts: int) -> list[Actor]:
    """New intermediaries with these amounts, one second apart."""
    bidders = [await member(Role.INTERMEDIARY) for _ in amounts]
    for number, (bidder, amount) in enumerate(zip(bidders, amounts, strict=True)):
        await quoted(bidder, project, amount, at=NOON + timedelta(seconds=number))
    return bidders


async def test_the_lowest_of_three_wins(project: Project) -> None:
    """Ranks, amounts and salts are filled, the award stands, the standstill runs three working days."""
    bidders = await bid(project, 300, 100, 200)
    assert (await contest.opened(project)).state == "standstill"
    award = await Award.get(project_id=project.id)
    assert (award.supplier_id, award.amount_fen) == (bidders[1].organisation_id, 100)
    assert (award.standstill_until, award.standstill_provisional) == (
        OPENS.replace(day=2, month=12, hour=16, minute=0, second=0),
        False,
    )
    assert await Quote.all().order_by("rank").values_list("rank", "amount_fen") == [(1, 100), (2, 200), (3, 300)]
    assert await Quote.filter(salt=None).count() == 0 and await log.verify() == log.Verdict(await LogEntry.all().count())


async def test_equal_prices_fall_to_the_draw(project: Project) -> None:
    """The published order decides, and the award says that it did."""
    bidders = await bid(project, 500, 100, 100)
    await contest.opened(project)
    award, drawn = await Award.get(project_id=project.id).select_related("supplier"), await Draw.get(project_id=project.id)
    tied = [await contest.code_of(bidder) for bidder in bidders[1:]]
    assert award.supplier.code == next(code for code in drawn.transcript["draw"]["order"] if code in tied)
    assert (award.reasons["tieBroken"], award.reasons["tieRule"]) == (True, "verifiable_draw")


async def test_an_old_notice_keeps_its_rule(project: Project) -> None:
    """Published when ties fell to the earlier receipt and nothing was drawn: that is how it is decided."""
    terms = {name: value for name, value in project.terms.items() if name != "draw"}
    await Project.filter(id=project.id).update(terms=terms | {"method": "lowest_price/1", "tieRule": "earliest_receipt"})
    bidders = await bid(project, 500, 100, 100)
    await contest.opened(project)
    award = await Award.get(project_id=project.id)
    assert award.supplier_id == bidders[1].organisation_id and not await Draw.exists()
    assert (award.reasons["tieBroken"], award.reasons["tieRule"]) == (True, "earliest_receipt")


async def test_too_few_quotes_fail_with_a_reason_and_can_be_posted_again(agency: Actor, project: Project) -> None:
    """Two quotes are not three: unsuccessful, no award, and the next round names this one."""
    await bid(project, 100, 200)
    failed = await contest.opened(project)
    assert (failed.state, failed.outcome_reason, await Award.all().count()) == ("unsuccessful", "too_few_valid_quotes", 0)
    again = await contest.agency_form(await member(Role.APPLICANT), previous_round=failed.code)
    assert (await contest.published(agency, again)).previous_round_id == failed.id


async def test_a_quote_above_a_lowered_ceiling_does_not_count(agency: Actor, project: Project) -> None:
    """Amending the ceiling below a sealed quote makes that quote invalid, with the reason."""
    await bid(project, 100, 200, 300)
    with clock.fixed(NOON):
        await amend_project(agency, AmendProject(project.code, project.version, "预算核减", ceiling_fen=250))
    assert (await contest.opened(project)).state == "unsuccessful"
    assert await Quote.filter(invalid_reason="above_ceiling").values_list("amount_fen", flat=True) == [300]


async def test_nobody_opens_before_the_grace_is_over(project: Project) -> None:
    """One microsecond early nothing happens, and nothing is logged."""
    await bid(project, 100, 200, 300)
    before = await LogEntry.all().count()
    with clock.fixed(OPENS - timedelta(microseconds=1)):
        assert await service.settle_due() == 0 and await service.settle(SYSTEM, project.id) is False
    assert await LogEntry.all().count() == before


async def test_fifty_openings_at_once_are_one(project: Project) -> None:
    """Readers and workers may all come at once: one opens, one award, one log entry."""
    await bid(project, 100, 200, 300)
    with clock.fixed(OPENS):
        opened = await asyncio.gather(*(service.settle(SYSTEM, project.id) for _ in range(50)))
    assert (sum(opened), await Award.all().count()) == (1, 1)
    assert await LogEntry.filter(action="quotes:open").count() == 1


async def test_a_quote_after_the_opening_is_told_so(project: Project) -> None:
    """Even one received in time: it is refused with all three times, never half-counted."""
    await bid(project, 100, 200, 300)
    await contest.opened(project)
    with pytest.raises(errors.QuotesAlreadyOpened):
        await quoted(await member(Role.INTERMEDIARY), project, 50)
    with pytest.raises(errors.DeadlinePassed):
        await quoted(await member(Role.INTERMEDIARY), project, 50, at=OPENS)


async def test_the_award_waits_for_the_standstill(agency: Actor, project: Project) -> None:
    """Confirmed a microsecond early it is refused and nothing changes; at its end it holds."""
    await bid(project, 100, 200, 300)
    await contest.opened(project)
    until = (await Award.get(project_id=project.id)).standstill_until
    with clock.fixed(until - timedelta(microseconds=1)), pytest.raises(errors.StandstillRunning):
        await service.confirm_award(agency, project.code)
    assert (await Project.get(id=project.id)).state == "standstill"
    with clock.fixed(until):
        await service.confirm_award(agency, project.code)
    assert (await Project.get(id=project.id)).state == "awarded"


async def test_a_direct_selection_takes_only_the_invited(agency: Actor) -> None:
    """An applicant may name one intermediary; others cannot quote, and its quote wins."""
    invited, applicant = await member(Role.INTERMEDIARY), await member(Role.APPLICANT)
    named = {"method": SelectionMethod.DIRECT, "invited_code": await contest.code_of(invited), "told_not_obliged": True}
    project = await contest.published(applicant, contest.form(contest.CHOICE_ITEM, **named))
    with pytest.raises(errors.NotInvited):
        await quoted(await member(Role.INTERMEDIARY), project, 100)
    await quoted(invited, project, 100)
    assert (await contest.opened(project)).state == "standstill"


async def test_the_contract_repeats_the_award(agency: Actor) -> None:
    """Another price, supplier or item is refused, naming what differs, or a ledger's number; the award's own is filed once."""
    award = await contest.awarded(agency, await contest.agency_form(await member(Role.APPLICANT)), 100, 200, 300)
    await award.fetch_related("project", "supplier")
    day = date(2026, 12, 5)
    good = (award.project.code, award.amount_fen, award.supplier.code, award.project.item_code, day, day)
    wrong = {"price": (1, 99), "supplier": (2, contest.new_code()), "item": (3, contest.MANDATORY_ITEM)}
    with clock.fixed(award.standstill_until + timedelta(days=9)):
        for field, (place, value) in wrong.items():
            with pytest.raises(errors.ContractDiffers) as caught:
                await contracts.file_contract(agency, contracts.FileContract(*good[:place], value, *good[place + 1 :]))  # type: ignore[arg-type]
            assert caught.value.field == field
        await LedgerContract.create(contract_no="HT0000069", batch_id=1)
        with pytest.raises(errors.AlreadyFiled):  # the rules keep one fact of a number: the imported one would be gone
            await contracts.file_contract(agency, contracts.FileContract(*good, contract_no="HT0000069"))
        contract = await contracts.file_contract(agency, contracts.FileContract(*good))
        with pytest.raises(errors.WrongState):
            await contracts.file_contract(agency, contracts.FileContract(*good))
    assert (contract.amount_fen, contract.valid_quotes, contract.commissioned_on) == (100, 3, date(2026, 11, 24))


async def test_a_damaged_quote_holds_up_its_own_project_only(agency: Actor) -> None:
    """A stored quote that was altered cannot be opened: its project stays closed, every other one is opened, nobody's read fails."""
    applicant = await member(Role.APPLICANT)
    damaged, sound = [await contest.published(agency, await contest.agency_form(applicant)) for _ in range(2)]
    for project in (damaged, sound):
        for fen in (100, 200, 300):
            await quoted(await member(Role.INTERMEDIARY), project, fen)
    await Quote.filter(id=(await Quote.filter(project_id=damaged.id).first()).id).update(ciphertext=b"\x00" * 4124)  # type: ignore[union-attr]
    assert (await contest.opened(sound)).state == "standstill"
    again = await Project.get(id=damaged.id)
    assert (again.state, again.opened_at) == ("open", None)
    assert not await Quote.filter(project_id=damaged.id, amount_fen__not_isnull=True).exists()


async def test_a_contract_is_not_older_than_its_award(agency: Actor) -> None:
    """Signed before the award was confirmed, the contest was for show: refused with its field."""
    award = await contest.awarded(agency, await contest.agency_form(await member(Role.APPLICANT)), 100, 200, 300)
    await award.fetch_related("project", "supplier")
    before = clock.local_date(award.standstill_until) - timedelta(days=1)
    what = (award.project.code, award.amount_fen, award.supplier.code, award.project.item_code, before, before)
    with clock.fixed(award.standstill_until + timedelta(days=1)), pytest.raises(errors.InvalidInput) as caught:
        await contracts.file_contract(agency, contracts.FileContract(*what))
    assert [(f.path, f.code) for f in caught.value.fields] == [("signedOn", "before_award")]
