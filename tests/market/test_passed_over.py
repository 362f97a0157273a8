"""Whoever became barred since the opening is not awarded anything any more, and an agency can strike out nobody that it has seen win."""

from datetime import timedelta

import pytest

from market import clock, errors
from market.actors import ANONYMOUS, Actor, Role
from market.avoidance.models import Avoidance
from market.awards import forfeiture, lists_replay, picking, service
from market.awards.differences import Difference
from market.awards.models import Award
from market.awards.replay import replay
from market.log.models import LogEntry
from market.parties.models import Membership
from market.projects.models import Project, SelectionMethod
from market.projects.parameters import Parameters
from market.selection import credit_merit
from tests import contest
from tests.contest import NOON, OPENS, code_of, member
from tests.market.test_barred import bid, listed, posted, taken_over

LATER = OPENS + timedelta(hours=1)
LISTS = Parameters(long_list=4, short_list=2)


@pytest.fixture
async def agency(database: str, shipped_catalogue: None) -> Actor:
    """An agency that a real account acts for."""
    it = await member(Role.AGENCY)
    await Membership.create(account_id=it.account_id, organisation_id=it.organisation_id, role=Role.AGENCY, since=NOON)
    return it


async def barred_since_the_opening(by: Actor, agency: Actor, bidder: Actor, **changes: object) -> None:
    """On the list, recorded after the quotes were opened."""
    await listed(by, agency, bidder, OPENS + timedelta(seconds=1), **changes)


async def declined(project: Project, by: Actor) -> Award:
    """It gives the award up; who has it then."""
    with clock.fixed(LATER):
        await forfeiture.decline_award(by, project.code, "人员不足")
    return await Award.get(project_id=project.id)


async def test_the_next_in_order_must_still_be_free(agency: Actor) -> None:
    """The operator has listed the second since: the third has it, everybody reads why, and the replay agrees until somebody touches it."""
    project = await posted(agency)
    first, second, third = await bid(project, 100, 200, 300)
    await contest.opened(project)
    await barred_since_the_opening(await member(Role.OPERATOR), agency, second)
    award = await declined(project, first)
    out = {await code_of(second): "on_avoidance_list"}
    assert (award.supplier_id, award.reasons["passedOver"]) == (third.organisation_id, out)
    body = (await LogEntry.get(action="project:award_next")).body
    assert f'"passedOver":{{"{await code_of(second)}":"on_avoidance_list"}}' in body and "李科长" not in body
    assert (await replay(ANONYMOUS, project.code)).difference is None
    await Award.filter(id=award.id).update(reasons=award.reasons | {"passedOver": {}})
    found = (await replay(ANONYMOUS, project.code)).difference
    assert found and found.part == "passedOver"


async def test_an_agency_strikes_out_no_winner_that_it_knows(agency: Actor) -> None:
    """Neither by an entry of after the opening, nor by one that it recorded before the notice to begin after the opening."""
    sleeper, before = await member(Role.INTERMEDIARY), NOON - timedelta(hours=1)
    await listed(agency, agency, sleeper, before, since=(OPENS + timedelta(days=2)).date())
    project = await posted(agency)
    first, second = await bid(project, 100, 300)
    await contest.quoted(sleeper, project, 200)
    await contest.opened(project)
    await barred_since_the_opening(agency, agency, second)
    with clock.fixed(OPENS + timedelta(days=3)):
        await forfeiture.decline_award(first, project.code, "人员不足")
        award = await Award.get(project_id=project.id)
        assert (award.supplier_id, award.reasons["passedOver"]) == (sleeper.organisation_id, {})
        await forfeiture.decline_award(sleeper, project.code, "人员不足")
    assert (await Award.get(project_id=project.id)).supplier_id == second.organisation_id


async def test_where_all_are_barred_nobody_has_it(agency: Actor) -> None:
    """The project ends; who was passed over stands on record, and the replay says the same."""
    project = await posted(agency)
    first, *others = await bid(project, 100, 200, 300)
    await contest.opened(project)
    for other in others:
        await taken_over(agency, other, OPENS + timedelta(seconds=1))
    award = await declined(project, first)
    ended = await Project.get(id=project.id)
    assert (ended.state, ended.outcome_reason) == ("unsuccessful", "award_forfeited")
    assert award.reasons["passedOver"] == {await code_of(other): "affiliate_of_agency" for other in others}
    assert '"passedOver":{"' in (await LogEntry.get(action="project:exhaust")).body
    assert (await replay(ANONYMOUS, project.code)).difference is None


async def shortlisted(agency: Actor) -> tuple[Project, list[Actor]]:
    """A credit contest of three, and the two of its short list."""
    project = await posted(agency, method=SelectionMethod.CREDIT_MERIT, parameters=LISTS)
    bidders = {await code_of(one): one for one in await bid(project, 100, 100, 100)}
    project = await contest.opened(project)
    [quotes] = await picking.quote_reads.opened_by_project([project.id])
    given = picking.deciding.facts(quotes, await picking.read.known(project, quotes))
    short = credit_merit.lists(given, project.terms["constants"], await service.place_of(project)).short
    return project, [bidders[quote.bidder_code] for quote in short]


async def picked(agency: Actor, project: Project, one: Actor) -> Project:
    """By the buyer."""
    with clock.fixed(LATER):
        return await picking.pick_supplier(agency, project.code, await code_of(one), "近期业绩相符")


async def test_who_is_barred_cannot_be_picked(agency: Actor) -> None:
    """Refused with the ground; the other one is picked, and who was passed over is published with it."""
    project, [one, two] = await shortlisted(agency)
    await barred_since_the_opening(await member(Role.OPERATOR), agency, one)
    with pytest.raises(errors.InvalidInput) as refused:
        await picked(agency, project, one)
    assert (refused.value.fields[0].code, refused.value.fields[0].facts) == (
        "barred_meanwhile",
        (("reason", "on_avoidance_list"),),
    )
    assert (await picked(agency, project, two)).state == "standstill"
    award = await Award.get(project_id=project.id)
    assert award.reasons["passedOver"] == {await code_of(one): "on_avoidance_list"}
    assert '"passedOver":{"' in (await LogEntry.get(action="project:pick")).body
    assert (await replay(ANONYMOUS, project.code)).difference is None
    await declined(project, two)
    assert (await Project.get(id=project.id)).outcome_reason == "award_forfeited"
    assert (await replay(ANONYMOUS, project.code)).difference is None


async def test_a_short_list_of_barred_ones_ends_it(agency: Actor) -> None:
    """Nobody can be picked: the contest ends for that reason, and the replay finds the same, or what it was not."""
    project, short = await shortlisted(agency)
    for one in short:
        await taken_over(agency, one, OPENS + timedelta(seconds=1))
    ended = await picked(agency, project, short[0])
    assert (ended.state, ended.outcome_reason) == ("unsuccessful", "short_list_barred")
    again = await replay(ANONYMOUS, project.code)
    assert (again.winner, again.difference) == (None, None)
    other, _ = await shortlisted(agency)
    await Project.filter(id=other.id).update(state="unsuccessful", outcome_reason="short_list_barred")
    found = (await replay(ANONYMOUS, other.code)).difference
    assert found and (found.part, found.awarded, found.recomputed) == ("outcome", "short_list_barred", "awarded")
    reposted = await contest.agency_form(await member(Role.APPLICANT), previous_round=project.code)
    assert (await contest.published(agency, reposted)).previous_round_id == project.id


@pytest.fixture
def lists_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log's own words on the lists are gone, too: what holds the lists against it (``test_exclusion_replay``) finds nothing."""

    async def nothing(*_: object) -> None:
        return None

    monkeypatch.setattr(lists_replay, "altered", nothing)


async def test_a_bar_that_nobody_recorded_is_named(agency: Actor, lists_agree: None) -> None:
    """Slipped in when the award was given further, and taken out again: the log says passed over, and nothing barred it."""
    project = await posted(agency)
    first, second, _ = await bid(project, 100, 200, 300)
    await contest.opened(project)
    row = await listed(await member(Role.OPERATOR), agency, second, OPENS + timedelta(seconds=1))
    await declined(project, first)
    await Avoidance.filter(id=row.id).delete()
    named = Difference(f"passed over {await code_of(second)}", "on_avoidance_list", "")
    assert (await replay(ANONYMOUS, project.code)).difference == named


async def test_a_bar_on_a_short_list_is_judged_again(agency: Actor, lists_agree: None) -> None:
    """Where the buyer picked the other one, and where it could pick nobody."""
    project, [one, two] = await shortlisted(agency)
    await listed(operator := await member(Role.OPERATOR), agency, one, OPENS + timedelta(seconds=1))
    await picked(agency, project, two)
    await Avoidance.all().delete()
    named = Difference(f"passed over {await code_of(one)}", "on_avoidance_list", "")
    assert (await replay(ANONYMOUS, project.code)).difference == named
    project, short = await shortlisted(agency)
    for each in short:
        await listed(operator, agency, each, OPENS + timedelta(seconds=1))
    assert (await picked(agency, project, short[0])).state == "unsuccessful"
    await Avoidance.all().delete()
    found = (await replay(ANONYMOUS, project.code)).difference
    assert found and found.part.startswith("passed over ")
