"""A replay finds out again who had to be excluded when the quotes were opened, and holds the lists behind it against the log."""

import json
from datetime import timedelta
from unittest.mock import ANY

import pytest

from market import clock
from market.actors import ANONYMOUS, SYSTEM, Actor, Role
from market.avoidance import service as avoidance
from market.avoidance.models import Avoidance
from market.awards import replay
from market.awards.differences import Difference
from market.log.models import LogEntry
from market.log.service import Record
from market.parties import service as parties
from market.parties.models import PartyRelation, RelationKind
from market.parties.service import RecordRelation
from market.projects.models import Project
from market.quotes import excluded
from market.usecase import Unit, unit, use_case
from tests import contest
from tests.contest import NOON, OPENS, member
from tests.market.test_barred import bid, listed, posted


@pytest.fixture
async def agency(database: str, shipped_catalogue: None) -> Actor:
    """An agency, in a world with a catalogue."""
    return await member(Role.AGENCY)


async def difference(project: Project) -> Difference | None:
    """What a replay finds, long afterwards."""
    with clock.fixed(OPENS + timedelta(days=90)):
        return (await replay.replay(ANONYMOUS, project.code)).difference


async def related(above: Actor, below: Actor) -> PartyRelation:
    """As the operator records it now."""
    form = RecordRelation(await contest.code_of(above), await contest.code_of(below), RelationKind.CONTROLS, "登记")
    return await parties.record_relation(await member(Role.OPERATOR), form)


async def test_what_became_so_later_changes_nothing(agency: Actor) -> None:
    """Entries and relations recorded, and entries lifted, after the opening: it is replayed as it was then."""
    project, operator = await posted(agency), await member(Role.OPERATOR)
    barred, held, later, *_ = await bid(project, 100, 200, 300, 400, 500, 600)
    entry = await listed(operator, agency, barred)
    with clock.fixed(NOON):
        await related(agency, held)
    opened = await contest.opened(project)
    assert opened.excluded == {
        await contest.code_of(barred): "on_avoidance_list",
        await contest.code_of(held): "affiliate_of_agency",
    }
    with clock.fixed(OPENS + timedelta(days=1)):
        await related(agency, later)
        await avoidance.lift_avoidance(await member(Role.OPERATOR), entry.code, "已离职")
    assert await difference(project) is None


@pytest.mark.parametrize("spared", [True, False])
async def test_a_wrong_exclusion_is_named(agency: Actor, monkeypatch: pytest.MonkeyPatch, spared: bool) -> None:
    """Somebody spared who was barred, somebody struck out who was not: though the log, the rows and the award agree with each other."""
    project = await posted(agency)
    first, *_ = await bid(project, 100, 200, 300, 400)
    if spared:
        await listed(await member(Role.OPERATOR), agency, first)
    code = await contest.code_of(first)

    async def wrong(*_: object) -> dict[str, str]:
        return {} if spared else {code: "on_avoidance_list"}

    with monkeypatch.context() as platform:
        platform.setattr(excluded, "among", wrong)
        await contest.opened(project)
    said = ("", "on_avoidance_list") if spared else ("on_avoidance_list", "")
    assert await difference(project) == Difference(f"exclusion of {code}", *said)


async def test_an_entry_that_was_never_logged_is_named(agency: Actor) -> None:
    """Put on the list behind the log's back, or lifted so: even where it does not change who was excluded."""
    project, elsewhere = await posted(agency), await member(Role.AGENCY)
    bidder, *_ = await bid(project, 100, 200, 300)
    entry = await listed(await member(Role.OPERATOR), elsewhere, bidder)
    await contest.opened(project)
    assert await difference(project) is None
    await Avoidance.filter(id=entry.id).update(lifted_at=NOON)
    found = await difference(project)
    assert found is not None and found.part == f"avoidance {entry.code}"
    await Avoidance.filter(id=entry.id).update(lifted_at=None, recorded_at=NOON - timedelta(days=9))
    found = await difference(project)
    assert found is not None and found.part == f"avoidance {entry.code}"


async def test_whom_an_entry_is_about_is_bound_to_the_log(agency: Actor) -> None:
    """Given another intermediary before the opening, so that who was barred wins."""
    project = await posted(agency)
    bidder, other, *_ = await bid(project, 100, 200, 300, 400)
    entry = await listed(await member(Role.OPERATOR), agency, bidder)
    await Avoidance.filter(id=entry.id).update(intermediary_id=other.party_id)
    assert (await contest.opened(project)).excluded == {await contest.code_of(other): "on_avoidance_list"}
    found = await difference(project)
    assert found is not None and found.part == f"avoidance {entry.code}"


async def test_an_entry_that_is_gone_is_named_whomever_it_was_about(agency: Actor) -> None:
    """It may have been about a bidder; nobody can tell any more."""
    project = await posted(agency)
    await bid(project, 100, 200, 300)
    entry = await listed(await member(Role.OPERATOR), await member(Role.AGENCY), await member(Role.INTERMEDIARY))
    later = await listed(await member(Role.OPERATOR), agency, await member(Role.INTERMEDIARY), at=OPENS + timedelta(days=1))
    await contest.opened(project)
    await Avoidance.filter(id=later.id).delete()
    assert await difference(project) is None
    await Avoidance.filter(id=entry.id).delete()
    found = await difference(project)
    assert found is not None and (found.part, found.awarded) == (f"avoidance {entry.code}", "")


async def test_the_log_does_not_tell_whom_an_entry_is_about(agency: Actor) -> None:
    """Nor can it be guessed: the same entry twice has two commitments, and neither party's code is in the log."""
    bidder, operator = await member(Role.INTERMEDIARY), await member(Role.OPERATOR)
    rows = [await listed(operator, agency, bidder) for _ in range(2)]
    entries = await LogEntry.filter(action="avoidance:record", subject__in=[f"avoidance:{row.code}" for row in rows])
    told = {json.loads(entry.body)["facts"]["commitment"] for entry in entries}
    assert len(told) == 2 and told == {row.commitment() for row in rows}
    codes = [await contest.code_of(side) for side in (bidder, agency)]
    assert [code for code in codes for entry in entries if code in entry.body] == []


async def test_a_relation_that_the_log_does_not_know_or_that_is_gone_is_named(agency: Actor) -> None:
    """One slipped in with an older date, one taken out."""
    project, elsewhere = await posted(agency), await member(Role.AGENCY)
    bidder, *_ = await bid(project, 100, 200, 300)
    with clock.fixed(NOON):
        tie = await related(elsewhere, bidder)
    await contest.opened(project)
    assert await difference(project) is None
    await PartyRelation.filter(id=tie.id).update(recorded_at=NOON - timedelta(days=9))
    found = await difference(project)
    assert found is not None and found.part == "relations"
    await PartyRelation.filter(id=tie.id).delete()
    found = await difference(project)
    assert found is not None and found.part == "relations" and found.awarded == "[]"


async def test_days_changed_behind_the_logs_back_are_named(agency: Actor) -> None:
    """An entry and a relation that ended by the opening only in the database: who was barred won."""
    for kind in ("avoidance", "relations"):
        project, operator = await posted(agency), await member(Role.OPERATOR)
        first, *_ = await bid(project, 100, 200, 300, 400)
        if kind == "avoidance":
            row = await listed(operator, agency, first)
            await Avoidance.filter(id=row.id).update(until=NOON.date())
        else:
            with clock.fixed(NOON):
                tie = await related(agency, first)
            await PartyRelation.filter(id=tie.id).update(until=NOON.date())
        assert (await contest.opened(project)).excluded == {}
        found = await difference(project)
        assert found is not None and found.part.startswith(kind)
        if kind == "avoidance":
            await Avoidance.filter(id=row.id).update(until=None, recorded_by_id=agency.account_id)
            named = await difference(project)
            assert named is not None and named.part in (f"avoidance {row.code}", f"exclusion of {await contest.code_of(first)}")


async def above(agency: Actor, between: Actor, bidder: Actor) -> PartyRelation:
    """The agency holds somebody who holds the bidder; the upper tie."""
    with clock.fixed(NOON):
        await related(between, bidder)
        return await related(agency, between)


async def test_a_tie_of_somebody_in_between_is_held_against_the_log_too(agency: Actor) -> None:
    """As far up as the rules look."""
    project = await posted(agency)
    first, *_ = await bid(project, 100, 200, 300, 400)
    tie = await above(agency, await member(Role.APPLICANT), first)
    await PartyRelation.filter(id=tie.id).delete()
    await contest.opened(project)
    found = await difference(project)
    assert found is not None and (found.part, found.awarded) == ("relations", "[]")


async def test_a_relation_without_a_date_is_one_of_before(agency: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log knows it from when it told no days; any other one is named, whatever came with an import by then."""
    project = await posted(agency)
    first, second, *_ = await bid(project, 100, 200, 300, 400, 500)
    with monkeypatch.context() as before, clock.fixed(NOON):
        before.setattr(Unit, "record", as_before)
        tie = await related(agency, first)
    await PartyRelation.filter(id=tie.id).update(recorded_at=None)
    assert (await contest.opened(project)).excluded == {await contest.code_of(first): "affiliate_of_agency"}
    assert await difference(project) is None
    ends = {"source_org_id": (await member(Role.AGENCY)).organisation_id, "target_org_id": second.organisation_id}
    await PartyRelation.create(**ends, relation=RelationKind.CONTROLS, source="x", recorded_at=None)
    found = await difference(project)
    assert found is not None and (found.part, found.recomputed) == ("relations", "[]")
    await imported(1)
    assert await difference(project) is None
    ends["target_org_id"] = first.organisation_id
    await PartyRelation.create(**ends, relation=RelationKind.CONTROLS, source="x", recorded_at=None)
    assert await difference(project) == Difference("relations", ANY, "[]")


def as_before(run: Unit, action: str, subject: str, **told: object) -> None:
    """The log as it was when it told no days."""
    known = {name: value for name, value in told.items() if name not in ("since", "until")}
    run.records.append(Record(action, subject, known))


@use_case(None)
async def _import(_actor: Actor, relations: int) -> None:
    unit().record("ledger:import", "ledger:1", counts={"relations": {"stored": relations}})


async def imported(relations: int) -> None:
    """So many came with an import."""
    with clock.fixed(NOON):
        await _import(SYSTEM, relations)


async def test_a_relation_logged_now_cannot_have_been_there_for_ever(agency: Actor) -> None:
    """Its date taken away behind the log's back, so that it counts before it was recorded."""
    project = await posted(agency)
    first, *_ = await bid(project, 100, 200, 300)
    await contest.opened(project)
    with clock.fixed(OPENS + timedelta(hours=1)):
        tie = await related(await member(Role.AGENCY), first)
    assert await difference(project) is None
    await PartyRelation.filter(id=tie.id).update(recorded_at=None)
    assert await difference(project) == Difference("relations", ANY, "[]")
