"""Who may not serve a project: refused while quoting, excluded when it became so between its quote and the opening."""

import dataclasses
from datetime import date, datetime, timedelta

import pytest

from market import clock, errors
from market.actors import ANONYMOUS, Actor, Role
from market.avoidance import barred, read, service
from market.avoidance.models import Avoidance, Ground
from market.avoidance.service import RecordAvoidance
from market.awards import evaluation, forfeiture, replay
from market.awards.models import Award
from market.log.models import LogEntry
from market.parties import service as parties
from market.parties.models import Account, Membership, Organisation, PartyRelation, RelationKind
from market.parties.service import RecordRelation
from market.projects.models import Project, SelectionMethod
from market.projects.parameters import Criterion, Parameters
from market.quotes.models import Quote
from tests import contest
from tests.contest import NOON, OPENS, member, quoted
from tests.market.test_auctions import STARTS, Hall

TODAY = NOON.date()


@pytest.fixture
async def agency(database: str) -> Actor:
    """An agency, in a world with a catalogue."""
    await contest.catalogue_loaded()
    return await member(Role.AGENCY)


async def posted(agency: Actor, **changes: object) -> Project:
    """An open project of the agency's."""
    return await contest.published(agency, await contest.agency_form(await member(Role.APPLICANT), **changes))


async def bid(project: Project, *amounts: int) -> list[Actor]:
    """New intermediaries with these amounts."""
    bidders = [await member(Role.INTERMEDIARY) for _ in amounts]
    for bidder, amount in zip(bidders, amounts, strict=True):
        await quoted(bidder, project, amount)
    return bidders


async def taken_over(agency: Actor, bidder: Actor, at: datetime = NOON) -> None:
    """From then on it is on record that the agency supervises the bidder."""
    form = RecordRelation(await contest.code_of(agency), await contest.code_of(bidder), RelationKind.SUPERVISES, "登记")
    with clock.fixed(at):
        await parties.record_relation(await member(Role.OPERATOR), form)


async def listed(by: Actor, agency: Actor, bidder: Actor, at: datetime = NOON, **changes: object) -> Avoidance:
    """On the agency's list since yesterday."""
    sides = await contest.code_of(agency), await contest.code_of(bidder)
    form = RecordAvoidance(*sides, Ground.OFFICIAL_RELATIVE, "李科长之弟任其经理", TODAY - timedelta(1))
    with clock.fixed(at):
        return await service.record_avoidance(by, dataclasses.replace(form, **changes))


@pytest.mark.parametrize("ground", ["affiliate_of_agency", "on_avoidance_list"])
async def test_who_became_barred_is_excluded_at_the_opening(agency: Actor, ground: str) -> None:
    """The lowest quote does not count, the log says why and no more, and the replay agrees until somebody touches it."""
    project = await posted(agency)
    barred, winner, *_ = await bid(project, 100, 200, 300, 400)
    operator = await member(Role.OPERATOR)
    await (taken_over(agency, barred) if ground == "affiliate_of_agency" else listed(operator, agency, barred))
    assert (await contest.opened(project)).state == "standstill"
    award = await Award.get(project_id=project.id)
    assert award.supplier_id == winner.organisation_id
    assert (await Quote.get(bidder_id=barred.organisation_id)).invalid_reason == ground
    entry = await LogEntry.get(action="quotes:open")
    assert f'"excluded":{{"{await contest.code_of(barred)}":"{ground}"}}' in entry.body and "李科长" not in entry.body
    assert (await replay.replay(ANONYMOUS, project.code)).difference is None
    await Project.filter(id=project.id).update(excluded={})
    found = (await replay.replay(ANONYMOUS, project.code)).difference
    assert found is not None and found.part == "excluded"
    await Project.filter(id=project.id).update(excluded={await contest.code_of(barred): ground})
    await Quote.filter(bidder_id=barred.organisation_id).update(invalid_reason="")
    found = (await replay.replay(ANONYMOUS, project.code)).difference
    assert found is not None and found.part.startswith("validity of")


async def test_an_agency_strikes_out_nobody_once_it_is_published(agency: Actor) -> None:
    """What it lists by itself counts from its next notice on; what the operator lists counts at once (above)."""
    project = await posted(agency)
    lowest, *_ = await bid(project, 100, 200, 300)
    await Project.filter(id=project.id).update(published_at=NOON - timedelta(hours=1))
    acts = {"account_id": agency.account_id, "organisation_id": agency.organisation_id, "role": Role.AGENCY, "since": NOON}
    await Membership.create(**acts)
    await listed(agency, agency, lowest)
    opened = await contest.opened(project)
    assert (opened.state, opened.outcome_reason, opened.excluded) == ("standstill", "", {})
    assert (await Award.get(project_id=project.id)).supplier_id == lowest.organisation_id


async def test_too_few_remain(agency: Actor) -> None:
    """Three quotes of which one is excluded are two: the contest fails, and the replay says so too."""
    project = await posted(agency)
    [barred, *_] = await bid(project, 100, 200, 300)
    await taken_over(agency, barred)
    failed = await contest.opened(project)
    assert (failed.state, failed.outcome_reason) == ("unsuccessful", "too_few_valid_quotes")
    assert (await replay.replay(ANONYMOUS, project.code)).difference is None


async def test_an_auction_seats_no_excluded_bidder(agency: Actor) -> None:
    """It has no place; who is barred only while the auction runs keeps it: the contest goes on with the same bidders."""
    project = await posted(agency, method=SelectionMethod.REVERSE_AUCTION, auction_starts_at=STARTS)
    barred, later, *_ = await bid(project, 100, 200, 300, 400)
    await taken_over(agency, barred)
    opened = await contest.opened(project)
    await taken_over(agency, later, OPENS + timedelta(minutes=1))
    assert opened.excluded == {await contest.code_of(barred): "affiliate_of_agency"} and opened.state == "closed"
    hall = Hall(opened, {})
    assert len((await hall.auction()).order) == 3
    while (await hall.auction()).ended_at is None:
        await hall.tick()
    assert (await Award.get(project_id=project.id)).supplier_id == later.organisation_id
    assert (await replay.replay(ANONYMOUS, project.code)).difference is None


async def test_evaluators_read_no_excluded_proposal(agency: Actor) -> None:
    """Its proposal is not shown, and who is barred while the others are read stays: labels do not move."""
    criteria = Parameters(criteria=(Criterion("方案", 60),), price_weight=40)
    project = await posted(agency, method=SelectionMethod.PROPOSAL_MERIT, parameters=criteria)
    bidders = [await member(Role.INTERMEDIARY) for _ in range(4)]
    for bidder in bidders:
        with clock.fixed(NOON):
            form = contest.quotes.SubmitQuote("k", project.code, 100, 10, proposal="方案")
            await contest.quotes.submit_quote(bidder, form)
    judges = [await member(Role.APPLICANT) for _ in range(3)]
    logins = [(await Account.get(id=judge.account_id)).login for judge in judges]
    with clock.fixed(NOON):
        await evaluation.name_evaluators(agency, project.code, logins)
    await listed(agency, agency, bidders[0])
    assert (await contest.opened(project)).state == "evaluating"
    await listed(agency, agency, bidders[1])
    with clock.fixed(OPENS):
        task = await evaluation.read_proposals(judges[0], project.code)
    assert [proposal.label for proposal in task.proposals] == [1, 2, 3]


async def test_whoever_acts_for_an_intermediary_lists_and_relates_nobody(agency: Actor) -> None:
    """It might be a rival's: whatever the role, whatever the membership; nor does it take an entry off."""
    bidder, rival = await member(Role.INTERMEDIARY), await member(Role.INTERMEDIARY)
    operator, free = await member(Role.OPERATOR), await member(Role.OPERATOR)
    acts = {"account_id": operator.account_id, "organisation_id": rival.organisation_id, "role": Role.INTERMEDIARY}
    await Membership.create(**acts, since=NOON)
    official = dataclasses.replace(agency, roles=agency.roles | {Role.INTERMEDIARY})
    relation = parties.RecordRelation(
        await contest.code_of(agency), await contest.code_of(bidder), RelationKind.SUPERVISES, "登记"
    )
    entry = await listed(free, agency, bidder)
    with clock.fixed(NOON):
        for act in (
            listed(operator, agency, bidder),
            listed(official, agency, bidder),
            parties.record_relation(operator, relation),
            service.lift_avoidance(operator, entry.code, "已离职"),
        ):
            with pytest.raises(errors.SelfDealing) as refused:
                await act
            assert refused.value.why == "might_quote"
        await parties.record_relation(free, relation)
    assert await Avoidance.all().count() == await PartyRelation.all().count() == 1


async def test_who_reviewed_the_notice_strikes_out_nobody_once_it_is_opened(agency: Actor) -> None:
    """What the reviewer lists then counts from the next opening on; what another of the operator's lists counts at once."""
    project = await contest.published(
        agency, await contest.agency_form(await member(Role.APPLICANT)), reviewer := await member(Role.OPERATOR)
    )
    first, second, third = await bid(project, 100, 200, 300)
    await contest.opened(project)
    late = await listed(reviewer, agency, second)
    await Avoidance.filter(id=late.id).update(recorded_at=(at := OPENS + timedelta(minutes=1)))
    opened = await Project.get(id=project.id)
    for one, by in ((second, reviewer), (third, await member(Role.OPERATOR))):
        row = late if by is reviewer else await listed(by, agency, one)
        await Avoidance.filter(id=row.id).update(recorded_at=at)
        bidder = await Organisation.get(id=one.organisation_id)
        assert (await barred.reason(opened, bidder, at) == "") is (by is reviewer)
    with clock.fixed(at):
        await forfeiture.decline_award(first, project.code, "人手不足")
    assert (await Award.get(project_id=project.id)).supplier_id == second.organisation_id


async def test_who_is_listed_is_told_why(agency: Actor) -> None:
    """Refused with ground, reason and rule on the days of the entry, for that agency; elsewhere and before it is not."""
    project, elsewhere = await posted(agency), await posted(await member(Role.AGENCY))
    bidder, other, past = [await member(Role.INTERMEDIARY) for _ in range(3)]
    entry = await listed(await member(Role.OPERATOR), agency, bidder)
    await listed(agency, agency, other, since=TODAY + timedelta(1))
    await listed(agency, agency, past, until=TODAY - timedelta(1))
    with pytest.raises(errors.OnAvoidanceList) as refused:
        await quoted(bidder, project, 100)
    told = (refused.value.entry_code, refused.value.ground, refused.value.reason)
    assert told == (entry.code, "official_relative", "李科长之弟任其经理") and "第九条" in refused.value.basis
    for free, where in ((bidder, elsewhere), (other, project), (past, project)):
        assert (await quoted(free, where, 100)).row.live


async def test_an_entry_for_one_case(agency: Actor) -> None:
    """Who prepared a case's earlier stage stands back from that case, not from the agency's others."""
    applicant = await member(Role.APPLICANT)
    first, second = [await contest.published(agency, await contest.agency_form(applicant)) for _ in range(2)]
    await first.fetch_related("case")
    bidder = await member(Role.INTERMEDIARY)
    await listed(agency, agency, bidder, ground=Ground.EARLIER_STAGE, case_no=first.case.case_no)
    with pytest.raises(errors.OnAvoidanceList):
        await quoted(bidder, first, 100)
    assert (await quoted(bidder, second, 100)).row.live


async def test_lifted_by_another_operator(agency: Actor) -> None:
    """Neither the agency nor whoever recorded it takes an entry off; once lifted it bars nobody, and is not lifted twice."""
    project, bidder, operator = await posted(agency), await member(Role.INTERMEDIARY), await member(Role.OPERATOR)
    entry = await listed(operator, agency, bidder)
    with clock.fixed(NOON):
        for who in (agency, operator, bidder):
            with pytest.raises(errors.NotPermitted):
                await service.lift_avoidance(who, entry.code, "已离职")
        other = await member(Role.OPERATOR)
        lifted = await service.lift_avoidance(other, entry.code.lower(), "已离职")
        with pytest.raises(errors.WrongState):
            await service.lift_avoidance(other, entry.code, "已离职")
        with pytest.raises(errors.NotFound):
            await service.lift_avoidance(other, "HB-0", "已离职")
    assert not read.is_in_force(lifted, TODAY) and (await quoted(bidder, project, 100)).row.live


async def test_what_cannot_be_listed(agency: Actor) -> None:
    """No agency's own list, no intermediary, a case of somebody else, an end before its beginning, no reason."""
    applicant, bidder = await member(Role.APPLICANT), await member(Role.INTERMEDIARY)
    operator = await member(Role.OPERATOR)
    bad: list[tuple[Actor, Actor, dict[str, object], str]] = [
        (applicant, bidder, {}, "agencyCode"),
        (agency, await member(Role.AGENCY), {}, "intermediaryCode"),
        (agency, bidder, {"case_no": "BJ-0"}, "caseNo"),
        (agency, bidder, {"until": date(2020, 1, 1)}, "until"),
        (agency, bidder, {"reason": " "}, "reason"),
    ]
    for side, other, changes, path in bad:
        with pytest.raises(errors.InvalidInput) as refused:
            await listed(operator, side, other, **changes)
        assert [problem.path for problem in refused.value.fields] == [path]
    with pytest.raises(errors.NotPermitted):
        await listed(await member(Role.AGENCY), agency, bidder)
    assert not await Avoidance.exists()


async def test_the_list_is_for_those_concerned(agency: Actor) -> None:
    """The two sides and the supervisors; the public log names neither side."""
    bidder = await member(Role.INTERMEDIARY)
    entry = await listed(agency, agency, bidder)
    sees = [agency, bidder, await member(Role.OPERATOR), await member(Role.REGULATOR)]
    blind = [ANONYMOUS, await member(Role.AGENCY), await member(Role.INTERMEDIARY), await member(Role.APPLICANT)]
    assert [await read.listing(reader).count() for reader in (*sees, *blind)] == [1, 1, 1, 1, 0, 0, 0, 0]
    logged = (await LogEntry.get(subject=f"avoidance:{entry.code}")).body
    assert not any(
        word in logged for word in (await contest.code_of(bidder), await contest.code_of(agency), "李科长", "relative")
    )
