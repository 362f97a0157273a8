"""A replay holds the notice against what the log published with its approval and with each amendment."""

import json
from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest

from market import clock
from market.actors import ANONYMOUS, Actor, Role
from market.awards.differences import Difference
from market.awards.replay import replay
from market.log.models import LogEntry
from market.log.service import Record
from market.projects import service
from market.projects.forms import AmendProject
from market.projects.models import ApprovalCase, Project
from market.usecase import Unit
from tests import contest
from tests.contest import CLOSES, NOON, OPENS, code_of, member

LATER = CLOSES + timedelta(days=30)


@pytest.fixture
async def agency(database: str, shipped_catalogue: None) -> Actor:
    """An agency, in a world with a catalogue."""
    return await member(Role.AGENCY)


async def posted(agency: Actor) -> Project:
    """Of a thousand yuan at most."""
    return await contest.published(agency, await contest.agency_form(await member(Role.APPLICANT), ceiling_fen=1000_00))


async def opened(project: Project, at: Any = OPENS) -> None:
    """With five quotes."""
    for fen in (100_00, 500_00, 600_00, 950_00, 960_00):
        await contest.quoted(await member(Role.INTERMEDIARY), project, fen)
    with clock.fixed(at):
        await contest.awards.settle_due()


async def difference(project: Project) -> Difference | None:
    """What a replay finds, long afterwards."""
    with clock.fixed(LATER):
        return (await replay(ANONYMOUS, project.code)).difference


async def facts(action: str) -> dict[str, Any]:
    """What the only entry with that action says."""
    found: dict[str, Any] = json.loads((await LogEntry.get(action=action)).body)["facts"]
    return found


STORED: dict[str, dict[str, Any]] = {
    "ceilingFen": {"ceiling_fen": 700_00},
    "item": {"item_code": contest.CHOICE_ITEM},
    "itemClass": {"item_class": "applicant_choice"},
    "purpose": {"purpose": "own_order"},
    "sealMode": {"seal_mode": "bidder_held"},
    "requirements": {"requirements": "别的"},
    "case": {"case_id": None},
    "publishedAt": {"published_at": NOON - timedelta(days=9)},
    "closesAt": {"closes_at": CLOSES - timedelta(days=1)},
}
"""What the log says → how somebody changes it in the database."""


async def test_a_notice_changed_behind_the_logs_back_is_named(agency: Actor) -> None:
    """Whatever of it decides a contest: each alone, and the facts of the case."""
    project = await posted(agency)
    await opened(project)
    assert await difference(project) is None
    row = await Project.get(id=project.id)
    for part, values in STORED.items():
        before = {name: getattr(row, name) for name in values}
        await Project.filter(id=project.id).update(**values)
        found = await difference(project)
        assert found is not None and found.part == f"notice {part}"
        await Project.filter(id=project.id).update(**before)
    await ApprovalCase.filter(id=row.case_id).update(case_no="BJ-0")
    assert await difference(project) == Difference("notice case", ANY, ANY)


async def test_the_log_tells_the_notice_but_not_whose_case_it_is(agency: Actor) -> None:
    """The case is a commitment of its own in each notice."""
    project = await posted(agency)
    body = (await LogEntry.get(action="project:approve")).body
    case = await ApprovalCase.get(id=project.case_id)
    assert case.case_no not in body and case.id.hex not in body and str(case.id) not in body
    said = (await facts("project:approve"))["notice"]
    assert (said["ceilingFen"], said["buyer"], len(said["case"])) == (1000_00, await code_of(agency), 64)


async def test_an_amendment_is_part_of_the_notice(agency: Actor) -> None:
    """What it changed is logged; undone behind the log's back it is named. What a draft was stays private."""
    with clock.fixed(NOON):
        form = await contest.agency_form(await member(Role.APPLICANT), ceiling_fen=2000_00)
        draft = await service.post_project(agency, form)
        draft = await service.amend_project(agency, AmendProject(draft.code, draft.version, "降", ceiling_fen=1000_00))
        await service.submit_for_review(agency, draft.code, contest.FEW)
        project = await service.review_project(await member(Role.OPERATOR), draft.code, approve=True)
        until = CLOSES + timedelta(days=4)
        changes: dict[str, Any] = {"ceiling_fen": 970_00, "closes_at": until}
        await service.amend_project(agency, AmendProject(project.code, project.version, "再降", **changes))
    assert await facts("project:amend") == {"number": 1, "reason": "降"}
    said = {"ceilingFen": 970_00, "closesAt": until.isoformat(timespec="microseconds")}
    assert (await facts("project:amend_notice"))["changes"] == said
    await opened(project, until + timedelta(seconds=10))
    assert await difference(project) is None
    await Project.filter(id=project.id).update(ceiling_fen=1000_00)
    assert await difference(project) == Difference("notice ceilingFen", "100000", "97000")


def as_before(run: Unit, action: str, subject: str, **told: Any) -> None:
    """Entries as they were when the log did not tell what a notice says, nor what an amendment changed."""
    known = {name: value for name, value in told.items() if name not in ("notice", "changes")}
    run.records.append(Record(action.removesuffix("_notice"), subject, known))


@pytest.mark.parametrize("amended", [False, True])
async def test_a_notice_of_before_is_replayed_by_what_the_log_knows_of_it(
    agency: Actor, monkeypatch: pytest.MonkeyPatch, amended: bool
) -> None:
    """Its constants and its end; once it was amended its end is not known any more."""
    with monkeypatch.context() as before:
        before.setattr(Unit, "record", as_before)
        project = await posted(agency)
        if amended:
            with clock.fixed(NOON):
                change = AmendProject(project.code, project.version, "降", ceiling_fen=995_00)
                await service.amend_project(agency, change)
    await opened(project)
    assert await difference(project) is None
    await Project.filter(id=project.id).update(closes_at=CLOSES - timedelta(days=1))
    found = await difference(project)
    assert found is None if amended else found is not None and found.part == "notice closesAt"
