"""Practitioners: one intermediary at a time, named in a sealed quote, looked up again at the opening."""

import asyncio
from datetime import date, timedelta

import pytest

from market import clock, errors
from market.actors import ANONYMOUS, Actor, Role
from market.awards import replay
from market.log.models import LogEntry
from market.parties.models import Organisation
from market.practitioners import read, service
from market.practitioners.models import Practitioner
from market.practitioners.service import RegisterPractitioner
from market.projects.models import Project
from market.quotes import service as quotes
from market.quotes.models import Quote
from tests import contest
from tests.contest import NOON, member

ID, OTHER_ID = "330902199001010016", "330902199105050020"


@pytest.fixture
async def project(database: str) -> Project:
    """An applicant's open project."""
    await contest.catalogue_loaded()
    return await contest.published(await member(Role.APPLICANT), contest.form(contest.CHOICE_ITEM, told_not_obliged=True))


async def registered(bidder: Actor, number: str = ID, valid_to: date | None = None) -> Practitioner:
    """A person of the bidder's."""
    form = RegisterPractitioner(await contest.code_of(bidder), "张三", "注册土木工程师", number, "ZS-001", valid_to)
    with clock.fixed(NOON):
        return await service.register_practitioner(await member(Role.OPERATOR), form)


async def left(person: Practitioner) -> None:
    """It is no longer there."""
    with clock.fixed(NOON):
        await service.end_practitioner(await member(Role.OPERATOR), person.code)


async def offered(bidder: Actor, project: Project, fen: int, *people: str) -> None:
    """A quote that names these people."""
    with clock.fixed(NOON):
        form = quotes.SubmitQuote(f"{fen}", project.code, fen, 15, practitioners=people)
        await quotes.submit_quote(bidder, form)


async def test_a_person_practises_for_one_at_a_time(database: str) -> None:
    """Ten registrations at once leave one; who left may be registered elsewhere, and the old row stays."""
    bidders = [await member(Role.INTERMEDIARY) for _ in range(10)]
    done = await asyncio.gather(*(registered(bidder) for bidder in bidders), return_exceptions=True)
    [person] = [row for row in done if isinstance(row, Practitioner)]
    assert {type(refused) for refused in done if refused is not person} == {errors.AlreadyRegistered}
    await left(person)
    with pytest.raises(errors.WrongState):
        await left(person)
    again = await registered(bidders[0])
    assert await Practitioner.all().count() == 2 and again.identity == person.identity and ID not in str(vars(again))


async def test_what_cannot_be_registered(database: str) -> None:
    """No ID number, no name, nobody's organisation, an agency."""
    for actor, number in ((await member(Role.INTERMEDIARY), "330902199001010017"), (await member(Role.AGENCY), ID)):
        with pytest.raises(errors.InvalidInput):
            await registered(actor, number)
    with pytest.raises(errors.NotFound), clock.fixed(NOON):
        await service.end_practitioner(await member(Role.OPERATOR), "RY-0")
    assert not await Practitioner.exists()


async def test_only_own_practitioners_are_named(project: Project) -> None:
    """A stranger's, an unknown one and one with an expired certificate are refused alike; the own one is sealed with the quote."""
    bidder, rival = await member(Role.INTERMEDIARY), await member(Role.INTERMEDIARY)
    own, theirs = await registered(bidder), await registered(rival, OTHER_ID)
    expired = await registered(bidder, "33090219900202003X", NOON.date() - timedelta(1))
    for code in (theirs.code, "RY-0", expired.code):
        with pytest.raises(errors.InvalidInput) as refused:
            await offered(bidder, project, 100, own.code, code)
        assert refused.value.fields[0].code == "not_your_practitioner"
    await offered(bidder, project, 100, own.code.lower(), own.code)
    [mine] = await quotes.own_quotes(bidder, project.id)
    assert mine.values.practitioners == (own.code,) and own.code in mine.content
    await contest.opened(project)
    assert (await Quote.get()).practitioners == [own.code]
    assert (await replay.replay(ANONYMOUS, project.code)).difference is None
    opened = (await LogEntry.get(action="quotes:open")).body
    assert own.code in opened and "张三" not in opened and "ZS-001" not in opened


@pytest.mark.parametrize(("moves", "reason"), [(False, "practitioner_not_registered"), (True, "practitioner_in_two_quotes")])
async def test_who_left_before_the_opening_makes_a_quote_invalid(project: Project, moves: bool, reason: str) -> None:
    """With the reason; where the rival names the same person now, that is said, and the rival's quote counts."""
    bidder, rival = await member(Role.INTERMEDIARY), await member(Role.INTERMEDIARY)
    person = await registered(bidder)
    await offered(bidder, project, 100, person.code)
    await left(person)
    await offered(rival, project, 200, *([(await registered(rival)).code] if moves else []))
    assert (await contest.opened(project)).excluded == {await contest.code_of(bidder): reason}
    assert await Quote.all().order_by("amount_fen").values_list("invalid_reason", "rank") == [(reason, None), ("", 1)]
    done = await replay.replay(ANONYMOUS, project.code)
    assert (done.winner, done.difference) == (await contest.code_of(rival), None)


async def test_names_are_for_those_concerned(database: str) -> None:
    """Its intermediary, the operator and the regulator; the log knows a code."""
    bidder = await member(Role.INTERMEDIARY)
    person = await registered(bidder)
    home = await Organisation.get(id=bidder.organisation_id)
    readers = [bidder, await member(Role.OPERATOR), await member(Role.REGULATOR)]
    blind = [ANONYMOUS, await member(Role.INTERMEDIARY), await member(Role.APPLICANT)]
    assert [read.may_read(reader, home) for reader in (*readers, *blind)] == [True] * 3 + [False] * 3
    body = (await LogEntry.get(action="practitioner:register")).body
    assert person.code in body and not any(word in body for word in ("张三", "ZS-001", ID, person.identity))
