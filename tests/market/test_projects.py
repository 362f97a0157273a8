"""Posting, review, amendment and withdrawal."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from market import clock, errors
from market.actors import Role
from market.ledger.models import LedgerCase
from market.log.models import LogEntry
from market.parties.models import HeldQualification
from market.projects import read, service
from market.projects.forms import AmendProject, CaseForm
from market.projects.models import Project, Purpose, SelectionMethod
from tests import contest
from tests.contest import CLOSES, NOON, member


@pytest.fixture(autouse=True)
async def _catalogue(database: str, shipped_catalogue: None) -> None:
    """Every test here has the shipped catalogue."""


async def refused(expected: type[errors.MarketError], call: Any) -> errors.MarketError:
    """Await a call that must be refused and leave neither project nor log entry behind."""
    before = (await Project.all().values(), await LogEntry.all().count())
    with clock.fixed(NOON), pytest.raises(expected) as caught:
        await call
    assert (await Project.all().values(), await LogEntry.all().count()) == before
    return caught.value


async def test_an_applicant_posts_a_mandatory_item() -> None:
    """Draft, review, publication: the deadline is the end of the third working day."""
    project = await contest.published(await member(Role.APPLICANT), contest.form())
    assert (project.state, project.closes_at, project.item_class) == ("open", CLOSES, "mandatory")
    assert project.terms["minimumQuotes"] == 1


async def test_a_cancelled_item_is_refused_with_its_law() -> None:
    """Nobody can post what is cancelled; the refusal names the legal basis."""
    error = await refused(
        errors.ItemCancelled, service.post_project(await member(Role.APPLICANT), contest.form(contest.CANCELLED_ITEM))
    )
    assert "水土保持法" in error.legal_basis  # type: ignore[attr-defined]


async def test_an_applicant_cannot_commission_the_agencys_work() -> None:
    """An agency-commissioned item is the agency's to post."""
    call = service.post_project(await member(Role.APPLICANT), contest.form(contest.AGENCY_ITEM))
    error = await refused(errors.MayNotCommission, call)
    assert error.needed == "agency"  # type: ignore[attr-defined]


async def test_an_agency_cannot_commission_the_applicants_work() -> None:
    """A mandatory item is the applicant's to post."""
    await refused(errors.MayNotCommission, service.post_project(await member(Role.AGENCY), contest.form()))


async def test_a_choice_is_only_posted_by_one_who_was_told() -> None:
    """An applicant-choice item needs the statement that it need not be bought, and keeps when it was made."""
    applicant = await member(Role.APPLICANT)
    await refused(errors.NotToldNotObliged, service.post_project(applicant, contest.form(contest.CHOICE_ITEM)))
    with clock.fixed(NOON):
        project = await service.post_project(applicant, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    assert project.told_not_obliged_at == NOON


async def test_an_agency_must_compete_and_name_case_and_budget() -> None:
    """For an agency-commissioned item: never direct, never without its case or its budget line."""
    agency, applicant = await member(Role.AGENCY), await member(Role.APPLICANT)
    invited = await contest.code_of(await member(Role.INTERMEDIARY))
    direct = await contest.agency_form(applicant, method=SelectionMethod.DIRECT, invited_code=invited)
    await refused(errors.MustBeCompetitive, service.post_project(agency, direct))
    for missing in ({"case": None}, {"budget_line": " "}):
        await refused(errors.InvalidInput, service.post_project(agency, await contest.agency_form(applicant, **missing)))


async def test_a_known_case_keeps_its_parties() -> None:
    """A case number cannot be reused for another applicant."""
    agency, applicant = await member(Role.AGENCY), await member(Role.APPLICANT)
    posted = await contest.agency_form(applicant)
    await contest.published(agency, posted)
    other = CaseForm(posted.case.case_no, "海域使用权审核", None, await contest.code_of(await member(Role.APPLICANT)))  # type: ignore[union-attr]
    error = await refused(
        errors.InvalidInput, service.post_project(agency, contest.form(contest.AGENCY_ITEM, case=other, budget_line="1"))
    )
    assert error.fields[0].code == "case_differs"  # type: ignore[attr-defined]


def numbered(number: str, **other: str) -> CaseForm:
    """A case of that number, at an agency or of an applicant."""
    return CaseForm(number, "海域使用权审核", **({"agency_code": None, "applicant_code": None} | other))


async def test_a_case_number_has_one_spelling() -> None:
    """However it is typed, it is the same case: a payment finds it, and a second one beside it cannot be made."""
    agency, applicant = await member(Role.AGENCY), await member(Role.APPLICANT)
    of = {"applicant_code": await contest.code_of(applicant)}
    first = await contest.published(agency, await contest.agency_form(applicant, case=numbered(" bj－2026-7777 ", **of)))
    again = await contest.agency_form(applicant, case=numbered("BJ-2026-7777", **of))
    with clock.fixed(NOON):
        assert (await service.post_project(agency, again)).case_id == first.case_id
    for typed in ("bj-2026-7777", "ＢＪ—2026-7777"):
        found = await read.case_by_no(typed)
        assert found and (found.id, found.case_no) == (first.case_id, "BJ-2026-7777")


async def test_a_case_of_a_ledger_is_the_same_case() -> None:
    """With the parties that it has there, and its days; with others its number is taken."""
    agency, applicant = await member(Role.AGENCY), await member(Role.APPLICANT)
    of = {"applicant_code": await contest.code_of(applicant)}
    ends = {"agency_id": await contest.code_of(agency), "applicant_id": of["applicant_code"]}
    await LedgerCase.create(case_no="AJ-1", **ends, object="3 号地块", decided_on=date(2026, 11, 20), batch_id=1)
    await LedgerCase.create(case_no="AJ-2", **(ends | {"applicant_id": contest.new_code()}), batch_id=1)
    same, other = [await contest.agency_form(applicant, case=numbered(number, **of)) for number in ("aj-1", "AJ-2")]
    error = await refused(errors.InvalidInput, service.post_project(agency, other))
    assert error.fields[0].code == "case_differs"  # type: ignore[attr-defined]
    with clock.fixed(NOON):
        project = await service.post_project(agency, same)
    assert project.case and (project.case.object, project.case.decided_on) == ("3 号地块", date(2026, 11, 20))


async def test_a_draft_of_others_reserves_no_case() -> None:
    """The agency names its own applicant, and the draft loses the case; once it is published, the parties stand."""
    agency, true, other = await member(Role.AGENCY), await member(Role.APPLICANT), await member(Role.APPLICANT)
    at = {"agency_code": await contest.code_of(agency)}
    with clock.fixed(NOON):
        drafts = [await service.post_project(other, contest.form(case=numbered(n, **at))) for n in ("BJ-1", "BJ-2")]
        await service.submit_for_review(other, drafts[1].code, contest.FEW)
        await service.review_project(await member(Role.OPERATOR), drafts[1].code, approve=True)
        own = [
            await contest.agency_form(true, case=numbered(n, applicant_code=await contest.code_of(true)))
            for n in ("bj-1", "BJ-2")
        ]
        posted = await service.post_project(agency, own[0])
    await posted.fetch_related("case")
    assert posted.case and posted.case.applicant_id == true.organisation_id
    await drafts[0].refresh_from_db()
    assert (drafts[0].case_id, drafts[0].version) == (None, 2)
    assert await LogEntry.filter(action="project:lose_case", subject=f"project:{drafts[0].code}").count() == 1
    error = await refused(errors.InvalidInput, service.post_project(agency, own[1]))
    assert error.fields[0].code == "case_differs"  # type: ignore[attr-defined]


async def test_no_agency_is_the_applicant_of_a_case() -> None:
    """Neither the buyer nor another: its right payment would look like one that was shifted to the applicant."""
    agency = await member(Role.AGENCY)
    for named in (agency, await member(Role.AGENCY)):
        error = await refused(errors.InvalidInput, service.post_project(agency, await contest.agency_form(named)))
        [field] = error.fields  # type: ignore[attr-defined]
        assert (field.path, field.code) == ("case.applicantCode", "agency_as_applicant")


async def test_an_intermediary_that_applies_does_not_quote() -> None:
    """It may need a permit for itself; for the work that decides on it, it cannot quote."""
    applying = await member(Role.INTERMEDIARY)
    project = await contest.published(await member(Role.AGENCY), await contest.agency_form(applying))
    with pytest.raises(errors.SelfDealing):
        await contest.quoted(applying, project, 100)


async def test_the_same_key_posts_once() -> None:
    """A repeated request returns the first draft; other content under its key is refused."""
    applicant, posted = await member(Role.APPLICANT), contest.form()
    with clock.fixed(NOON):
        first = await service.post_project(applicant, posted)
        assert (await service.post_project(applicant, posted)).id == first.id
    await refused(errors.IdempotencyKeyReused, service.post_project(applicant, contest.again(posted, title="别的")))


async def test_nobody_reviews_an_own_project() -> None:
    """Four eyes: the account that posted may not approve, whatever roles it holds."""
    both = await member(Role.AGENCY)
    both = type(both)(both.account_id, both.organisation_id, frozenset({Role.AGENCY, Role.OPERATOR}))
    with clock.fixed(NOON):
        project = await service.post_project(both, await contest.agency_form(await member(Role.APPLICANT)))
        await service.submit_for_review(both, project.code)
    error = await refused(errors.NotPermitted, service.review_project(both, project.code, approve=True))
    assert error.reason == "four_eyes"  # type: ignore[attr-defined]


async def test_a_returned_project_needs_a_note_and_comes_back() -> None:
    """Returning says why; the draft can be changed and submitted again."""
    applicant, operator = await member(Role.APPLICANT), await member(Role.OPERATOR)
    with clock.fixed(NOON):
        project = await service.post_project(applicant, contest.form())
        await service.submit_for_review(applicant, project.code, contest.FEW)
    await refused(errors.InvalidInput, service.review_project(operator, project.code, approve=False))
    with clock.fixed(NOON):
        project = await service.review_project(operator, project.code, approve=False, note="请写清范围")
        changed = AmendProject(project.code, project.version, "补充范围", requirements="全部厂区")
        assert (await service.amend_project(applicant, changed)).requirements == "全部厂区"
        assert (await service.submit_for_review(applicant, project.code, contest.FEW)).state == "under_review"


async def test_a_deadline_leaves_the_open_period() -> None:
    """A deadline before the rulebook's shortest is refused at publication, naming the first possible one."""
    applicant, operator = await member(Role.APPLICANT), await member(Role.OPERATOR)
    with clock.fixed(NOON):
        project = await service.post_project(applicant, contest.form(closes_at=NOON + timedelta(days=1)))
        await service.submit_for_review(applicant, project.code, contest.FEW)
    error = await refused(errors.OpenPeriodTooShort, service.review_project(operator, project.code, approve=True))
    assert error.earliest == CLOSES  # type: ignore[attr-defined]


async def test_an_amended_notice_gives_a_full_open_period_again() -> None:
    """After publication a change is numbered and reasoned, and the deadline must leave bidders their time."""
    applicant = await member(Role.APPLICANT)
    project = await contest.published(applicant, contest.form())
    tomorrow, changes = NOON + timedelta(days=1), {"ceiling_fen": 90_000_00}
    with clock.fixed(tomorrow), pytest.raises(errors.OpenPeriodTooShort) as caught:
        await service.amend_project(applicant, AmendProject(project.code, project.version, "定限价", **changes))
    with clock.fixed(tomorrow):
        later = AmendProject(project.code, project.version, "定限价", closes_at=caught.value.earliest, **changes)
        changed = await service.amend_project(applicant, later)
    assert (changed.ceiling_fen, changed.closes_at) == (90_000_00, caught.value.earliest)
    assert [a.number for a in await changed.amendments] == [1]


async def test_a_stale_change_is_refused() -> None:
    """Two who edit the same version: the second is told, and nothing is lost."""
    applicant = await member(Role.APPLICANT)
    with clock.fixed(NOON):
        project = await service.post_project(applicant, contest.form())
        await service.amend_project(applicant, AmendProject(project.code, 1, "改名", title="甲"))
    await refused(errors.ConcurrentChange, service.amend_project(applicant, AmendProject(project.code, 1, "改名", title="乙")))


async def test_withdrawal_depends_on_the_state() -> None:
    """A draft is withdrawn, an open notice is cancelled, and after the deadline neither is possible."""
    applicant = await member(Role.APPLICANT)
    with clock.fixed(NOON):
        draft = await service.post_project(applicant, contest.form())
        assert (await service.withdraw_project(applicant, draft.code, "不做了")).state == "withdrawn"
    project = await contest.published(applicant, contest.form())
    with clock.fixed(CLOSES + timedelta(seconds=1)), pytest.raises(errors.WrongState):
        await service.withdraw_project(applicant, project.code, "不做了")
    with clock.fixed(CLOSES):
        assert (await service.withdraw_project(applicant, project.code, "不做了")).state == "cancelled"


async def test_strangers_do_not_learn_of_drafts() -> None:
    """To a stranger a draft does not exist, for reading and for writing alike."""
    with clock.fixed(NOON):
        project = await service.post_project(await member(Role.APPLICANT), contest.form())
    await refused(errors.NotFound, service.submit_for_review(await member(Role.APPLICANT), project.code))


async def test_an_agencys_commission_is_no_own_order() -> None:
    """Called an own order, the rules would not look at who pays for it: an agency cannot call it that."""
    agency, form = await member(Role.AGENCY), await contest.agency_form(await member(Role.APPLICANT), purpose=Purpose.OWN_ORDER)
    error = await refused(errors.InvalidInput, service.post_project(agency, form))
    assert error.fields[0].path == "purpose"  # type: ignore[attr-defined]


async def test_a_helper_posts_under_a_mandate_only() -> None:
    """A helper of an agency does not make the agency an applicant; for its principal it posts."""
    office = await contest.Organisation.get(id=(await member(Role.AGENCY)).organisation_id)
    helper, principal = await member(Role.HELPER, office), await member(Role.APPLICANT)
    both = replace(helper, roles=frozenset({Role.HELPER, Role.AGENCY}))
    for actor in (helper, both):
        await refused(errors.MayNotCommission, service.post_project(actor, contest.form()))
    with clock.fixed(NOON):
        project = await service.post_project(replace(helper, on_behalf_of_id=principal.organisation_id), contest.form())
    assert project.buyer_id == principal.organisation_id


async def test_whoever_amended_a_draft_does_not_approve_it() -> None:
    """Four eyes: the author of a part is an author, though somebody else posted and submitted it."""
    office = await contest.Organisation.get(id=(await member(Role.AGENCY)).organisation_id)
    clerk, chief = await member(Role.AGENCY, office), await member(Role.AGENCY, office)
    chief = replace(chief, roles=frozenset({Role.AGENCY, Role.OPERATOR}))
    with clock.fixed(NOON):
        project = await service.post_project(clerk, await contest.agency_form(await member(Role.APPLICANT)))
        await service.amend_project(chief, AmendProject(project.code, 1, "改写", title="换了内容"))
        await service.submit_for_review(clerk, project.code)
    error = await refused(errors.NotPermitted, service.review_project(chief, project.code, approve=True))
    assert error.reason == "four_eyes"  # type: ignore[attr-defined]


async def test_no_deadline_lies_beyond_the_calendar() -> None:
    """In the year 9999 nothing can be added to a deadline: refused when it is typed, not when it is published."""
    far, applicant = datetime(9998, 12, 31, tzinfo=UTC), await member(Role.APPLICANT)
    await refused(errors.InvalidInput, service.post_project(applicant, contest.form(closes_at=far)))
    with clock.fixed(NOON):
        project = await service.post_project(applicant, contest.form())
    await refused(errors.InvalidInput, service.amend_project(applicant, AmendProject(project.code, 1, "x", closes_at=far)))


async def _qualified(count: int) -> None:
    for _ in range(count):
        held = {"organisation_id": (await member(Role.INTERMEDIARY)).organisation_id, "certificate_no": "1"}
        await HeldQualification.create(**held, qualification="安全评价机构资质", valid_from=date(2020, 1, 1))


@pytest.mark.parametrize(("count", "reason", "shown"), [(2, "仅两家有此资质", "仅两家有此资质"), (3, "多余的话", "")])
async def test_a_narrow_field_is_counted_and_explained(count: int, reason: str, shown: str) -> None:
    """Fewer than three hold what the item asks for: no review without a reason; number and reason stand in notice and log."""
    await _qualified(count)
    applicant, operator = await member(Role.APPLICANT), await member(Role.OPERATOR)
    with clock.fixed(NOON):
        project = await service.post_project(applicant, contest.form())
        if shown:
            error = await refused(errors.InvalidInput, service.submit_for_review(applicant, project.code))
            assert error.fields[0].facts == (("able", "2"), ("below", "3"))  # type: ignore[attr-defined]
        await service.submit_for_review(applicant, project.code, reason)
        project = await service.review_project(operator, project.code, approve=True)
    assert (project.able_count, project.narrow_reason) == (count, shown)
    body = (await LogEntry.get(action="project:approve")).body
    assert f'"able":{count}' in body and f'"narrowReason":"{shown}"' in body


async def test_a_field_that_became_narrow_goes_back() -> None:
    """Three when it was submitted, two when it is to be published: not without a reason of the poster's."""
    await _qualified(3)
    applicant, operator = await member(Role.APPLICANT), await member(Role.OPERATOR)
    with clock.fixed(NOON):
        project = await service.post_project(applicant, contest.form())
        await service.submit_for_review(applicant, project.code)
    await (await HeldQualification.first()).delete()  # type: ignore[union-attr]
    with clock.fixed(NOON):
        error = await refused(errors.InvalidInput, service.review_project(operator, project.code, approve=True))
    assert (error.fields[0].path, error.fields[0].code) == ("code", "narrow_field")  # type: ignore[attr-defined]


async def test_what_asks_for_nothing_narrows_nothing() -> None:
    """No qualification, or the buyer names whom it wants: there is no field to count."""
    bidder, applicant = await member(Role.INTERMEDIARY), await member(Role.APPLICANT)
    free = contest.form(contest.CHOICE_ITEM, told_not_obliged=True)
    direct = contest.form(method=SelectionMethod.DIRECT, invited_code=await contest.code_of(bidder))
    for form in (free, direct):
        assert (await contest.published(applicant, form)).able_count is None
