"""Each selection method through the product: what the notice freezes, what bidders may quote, how the opening decides, the replay."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from market import clock, errors
from market.actors import ANONYMOUS, Actor, Role
from market.awards import evaluation, picking
from market.awards.evaluation import Sheet
from market.awards.models import Award, Score
from market.awards.read import AWARDING
from market.awards.replay import Difference, replay
from market.draws.models import Draw
from market.log import read as log_read
from market.log.models import LogEntry
from market.parties import service as parties
from market.parties.models import Account, Membership, Organisation
from market.projects import service as projects
from market.projects.forms import AmendProject
from market.projects.models import Project, Quoting, SelectionMethod
from market.projects.parameters import Criterion, Parameters
from market.quotes import service as quotes
from market.quotes.models import Quote
from tests import contest
from tests.contest import NOON, OPENS, member

CRITERIA = Parameters(criteria=(Criterion("方案", 50), Criterion("人员", 20)), price_weight=30)
LISTS = Parameters(long_list=3, short_list=2)


@pytest.fixture
async def buyer(database: str, shipped_catalogue: None) -> Actor:
    """An applicant, in a world with a catalogue: one quote is enough for it."""
    return await member(Role.APPLICANT)


async def posted(buyer: Actor, method: SelectionMethod, **changes: Any) -> Project:
    """An open notice with that method."""
    return await contest.published(buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True, method=method, **changes))


async def bid(project: Project, **values: Any) -> Actor:
    """A new intermediary's quote."""
    bidder = await member(Role.INTERMEDIARY)
    form = quotes.SubmitQuote(uuid4().hex, project.code, values.pop("fen", None), 15, **values)
    with clock.fixed(NOON):
        await quotes.submit_quote(bidder, form)
    return bidder


async def award_of(project: Project) -> Award:
    """After the opening; anybody's replay agrees with it."""
    assert (await contest.opened(project)).state == "standstill"
    return await agreed(project)


async def agreed(project: Project) -> Award:
    """The award, which everybody can recompute."""
    award = await Award.get(project_id=project.id).select_related("supplier")
    again = await replay(ANONYMOUS, project.code)
    assert (again.winner, again.difference) == (award.supplier.code, None)
    return award


def problems(caught: pytest.ExceptionInfo[errors.InvalidInput]) -> set[tuple[str, str]]:
    """Paths and codes."""
    return {(problem.path, problem.code) for problem in caught.value.fields}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"method": SelectionMethod.CREDIT_MERIT}, {("longList", "required"), ("shortList", "required")}),
        ({"method": SelectionMethod.PROPOSAL_MERIT}, {("criteria", "required"), ("priceWeight", "required")}),
        ({"parameters": LISTS}, {("longList", "not_allowed_here"), ("shortList", "not_allowed_here")}),
        (
            {"method": SelectionMethod.CREDIT_MERIT, "parameters": Parameters(long_list=2, short_list=3)},
            {("shortList", "out_of_range")},
        ),
        (
            {"method": SelectionMethod.PROPOSAL_MERIT, "parameters": replace(CRITERIA, price_weight=40)},
            {("criteria", "weights_not_100")},
        ),
        (
            {"method": SelectionMethod.PROPOSAL_MERIT, "parameters": replace(CRITERIA, criteria=(Criterion("甲", 35),) * 2)},
            {("criteria", "duplicate")},
        ),
        ({"quoting": Quoting.DISCOUNT_RATE}, {("ceiling", "base_required")}),
        (
            {"method": SelectionMethod.CREDIT_MERIT, "parameters": LISTS, "quoting": Quoting.DISCOUNT_RATE, "ceiling_fen": 9},
            {("quoting", "not_allowed_here")},
        ),
    ],
)
def test_what_a_method_needs_is_asked_for(changes: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    """Missing, superfluous and impossible parameters are named, all at once."""
    with pytest.raises(errors.InvalidInput) as caught:
        contest.form(**changes).check(NOON)
    assert problems(caught) == expected


async def test_the_notice_freezes_every_constant(buyer: Actor) -> None:
    """Version, tie rule, minimum and the numbers that the method decides by."""
    terms = (await posted(buyer, SelectionMethod.REFERENCE_PRICE)).terms
    assert (terms["method"], terms["tieRule"], terms["minimumQuotes"]) == ("reference_price/1", "verifiable_draw", 1)
    assert terms["constants"] == {"percents": [95, 96, 97, 98], "dropFrom": 6}
    merit = (await posted(buyer, SelectionMethod.CREDIT_MERIT, parameters=LISTS)).terms
    assert merit["constants"] == {"longList": 3, "shortList": 2, "pointsPerLot": 10, "pointsUnknown": 60}
    assert merit["minimumQuotes"] == 2


async def test_the_reference_price_decides(buyer: Actor) -> None:
    """Six quotes: both extremes are out, the percentage is drawn, the nearest wins, and everybody can recompute it."""
    project = await posted(buyer, SelectionMethod.REFERENCE_PRICE)
    for yuan in (10_000, 9_000, 8_000, 7_000, 6_000, 5_000):
        await bid(project, fen=yuan * 100)
    award = await award_of(project)
    assert award.reasons["worked"]["reference"] == 7500 * award.reasons["worked"]["percent"]
    assert award.amount_fen == 700_000
    assert sorted(d["amountFen"] for d in award.reasons["dropped"]) == [500_000, 1_000_000]
    assert await Quote.filter(rank=None).count() == 2


async def test_the_average_price_decides(buyer: Actor) -> None:
    """Of 100, 200 and 600 yuan the mean is 300: the second is nearest."""
    project = await posted(buyer, SelectionMethod.AVERAGE_PRICE)
    for yuan in (100, 200, 600):
        await bid(project, fen=yuan * 100)
    award = await award_of(project)
    assert (award.amount_fen, award.reasons["worked"]) == (20_000, {"reference": 30_000})


async def test_rates_are_quoted_off_the_ceiling(buyer: Actor) -> None:
    """The highest discount wins; its amount is what it leaves of the ceiling, half up to the fen."""
    project = await posted(buyer, SelectionMethod.LOWEST_PRICE, quoting=Quoting.DISCOUNT_RATE, ceiling_fen=99_999)
    await bid(project, discount_bp=0)
    best = await bid(project, discount_bp=1250)
    await bid(project, discount_bp=1249)
    award = await award_of(project)
    assert (award.supplier_id, award.amount_fen) == (best.organisation_id, 87_499)
    assert award.reasons["ranking"][0]["discountBp"] == 1250


@pytest.mark.parametrize(
    ("quoting", "values", "expected"),
    [
        (Quoting.DISCOUNT_RATE, {"fen": 5}, {("amount", "not_allowed_here"), ("discountBp", "required")}),
        (Quoting.AMOUNT, {"discount_bp": 5}, {("amount", "required"), ("discountBp", "not_allowed_here")}),
        (Quoting.AMOUNT, {"fen": 5, "proposal": "x"}, {("proposal", "not_allowed_here")}),
        (Quoting.DISCOUNT_RATE, {"discount_bp": 10_000}, {("discountBp", "out_of_range")}),
        (Quoting.DISCOUNT_RATE, {"discount_bp": -1}, {("discountBp", "out_of_range")}),
    ],
)
async def test_a_quote_says_what_the_notice_asks(
    buyer: Actor, quoting: Quoting, values: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    """An amount where a rate is asked for, and the other way round, is refused by field."""
    project = await posted(buyer, SelectionMethod.LOWEST_PRICE, quoting=quoting, ceiling_fen=1000)
    with pytest.raises(errors.InvalidInput) as caught:
        await bid(project, **values)
    assert problems(caught) == expected


@pytest.mark.parametrize(
    ("amounts", "reason"), [((), "no_quotes"), ((300,), "all_invalid"), ((300, 100), "too_few_valid_quotes")]
)
async def test_a_failure_says_why(database: str, shipped_catalogue: None, amounts: tuple[int, ...], reason: str) -> None:
    """Nobody quoted, no quote counts, or too few do: each has its code, and the replay comes to the same."""
    agency = await member(Role.AGENCY)
    project = await contest.published(agency, await contest.agency_form(await member(Role.APPLICANT)))
    for fen in amounts:
        await bid(project, fen=fen)
    with clock.fixed(NOON):
        changed = AmendProject(project.code, project.version, "预算核减", ceiling_fen=200)
        await projects.amend_project(agency, changed)
    failed = await contest.opened(project)
    assert (failed.state, failed.outcome_reason) == ("unsuccessful", reason)
    again = await replay(ANONYMOUS, project.code)
    assert (again.quotes, again.winner, again.difference) == (len(amounts), None, None)


async def merit(buyer: Actor) -> tuple[Project, list[Actor]]:
    """A credit contest of four at its short list: three have published scores, one none."""
    bidders = [await member(Role.INTERMEDIARY) for _ in range(4)]
    with clock.fixed(NOON - timedelta(days=1)):
        for bidder, points in zip(bidders, (90, 80, 10), strict=False):
            await parties.record_credit_score(await member(Role.OPERATOR), await contest.code_of(bidder), points, "信用浙江")
    project = await posted(buyer, SelectionMethod.CREDIT_MERIT, parameters=LISTS)
    with clock.fixed(NOON):
        await parties.record_credit_score(await member(Role.OPERATOR), await contest.code_of(bidders[2]), 100, "后来的分数")
    for bidder in bidders:
        await contest.quoted(bidder, project, 100)
    assert (await contest.opened(project)).state == "shortlisted"
    return await Project.get(id=project.id), bidders


async def test_the_buyer_picks_from_the_drawn_short_list(buyer: Actor) -> None:
    """The score of before the notice counts, so the third is cut; who is not drawn cannot be picked; the pick is replayable."""
    project, bidders = await merit(buyer)
    codes = [await contest.code_of(bidder) for bidder in bidders]
    picked = []
    for code in codes:
        with clock.fixed(OPENS):
            try:
                await picking.pick_supplier(buyer, project.code, code, "近期业绩相符")
            except errors.InvalidInput as refused:
                assert refused.fields[0].code == "not_on_the_short_list"
            except errors.WrongState:
                continue
            else:
                picked.append(code)
    assert len(picked) == 1
    award = await agreed(project)
    assert (award.supplier.code, award.reasons["picked"]) == (picked[0], picked[0])
    assert award.reasons["worked"]["longList"] == [codes[0], codes[1], codes[3]]
    assert len(award.reasons["worked"]["shortList"]) == 2 and picked[0] in award.reasons["worked"]["shortList"]


async def evaluators(buyer: Actor, project: Project, number: int) -> list[Actor]:
    """Named by the buyer."""
    named = [await member(Role.OPERATOR) for _ in range(number)]
    logins = [(await Account.get(id=actor.account_id)).login for actor in named]
    with clock.fixed(NOON):
        await evaluation.name_evaluators(buyer, project.code, logins)
    return named


async def proposals(buyer: Actor) -> tuple[Project, list[Actor]]:
    """A comparison of two proposals that two evaluators are to score."""
    project = await posted(buyer, SelectionMethod.PROPOSAL_MERIT, parameters=CRITERIA)
    for fen, text in ((100, "甲的方案"), (120, "乙的方案")):
        await bid(project, fen=fen, proposal=text)
    named = await evaluators(buyer, project, 2)
    assert (await contest.opened(project)).state == "evaluating"
    return project, named


def sheets(task: evaluation.Task, better: str) -> list[Sheet]:
    """95 and 90 for the better one, 70 and 60 for the others."""
    return [Sheet(p.label, (95, 90) if p.proposal == better else (70, 60)) for p in task.proposals]


async def test_evaluators_score_alone_and_blind(buyer: Actor) -> None:
    """While they score nobody sees names or prices; the last scores open and decide; the replay agrees."""
    project, (first, second) = await proposals(buyer)
    with clock.fixed(OPENS):
        task = await evaluation.read_proposals(first, project.code)
        assert {p.proposal for p in task.proposals} == {"甲的方案", "乙的方案"}
        done = await evaluation.submit_scores(first, project.code, sheets(task, "乙的方案"))
        assert (done.scored, done.named, await Quote.filter(salt=None).count()) == (1, 2, 2)
        with pytest.raises(errors.AlreadyFiled):
            await evaluation.submit_scores(first, project.code, sheets(task, "甲的方案"))
        await evaluation.submit_scores(second, project.code, sheets(task, "乙的方案"))
    award = await agreed(project)
    assert (award.amount_fen, (await Project.get(id=project.id)).state) == (120, "standstill")
    assert sorted(award.reasons["worked"]["totals"].values()) == [7700, 9050]
    for action in ("quotes:open", "draw:draw", "project:conclude"):
        said = await LogEntry.get(action=action)  # public: it must not name the evaluator who happened to be the last
        assert '"actor":{}' in said.body and action in log_read.PUBLIC


def test_who_has_an_award_is_public() -> None:
    """Each move that gives an award, and what undoes one; nothing that counts sealed quotes, nothing of drafts."""
    assert {*AWARDING, "project:shortlist", "project:annul", "objection:answer"} <= log_read.PUBLIC
    assert log_read.PUBLIC.isdisjoint({"project:evaluate", "project:amend", "award:score"})


async def test_only_the_named_score(buyer: Actor) -> None:
    """Others learn nothing, not even that there is something to score; a bidder's own people do not score."""
    project, (first, _) = await proposals(buyer)
    quote = await Quote.filter(project_id=project.id).select_related("bidder").first()
    assert quote is not None
    with clock.fixed(OPENS):
        for stranger in (buyer, await member(Role.OPERATOR), await member(Role.REGULATOR)):
            with pytest.raises(errors.NotFound):
                await evaluation.read_proposals(stranger, project.code)
        task = await evaluation.read_proposals(first, project.code)
        await Membership.create(account_id=first.account_id, organisation=quote.bidder, role=Role.INTERMEDIARY, since=NOON)
        with pytest.raises(errors.SelfDealing):
            await evaluation.read_proposals(first, project.code)
        with pytest.raises(errors.SelfDealing):
            await evaluation.submit_scores(first, project.code, sheets(task, "甲的方案"))


async def joined(person: Actor, intermediary: Actor) -> None:
    """The person is now one of the intermediary's people."""
    office = await Organisation.get(id=intermediary.organisation_id)
    await Membership.create(account_id=person.account_id, organisation=office, role=Role.INTERMEDIARY, since=NOON)


async def test_nobody_of_an_intermediary_evaluates(buyer: Actor) -> None:
    """Whether or not it quoted: refusing the bidders alone would tell who they are."""
    project = await posted(buyer, SelectionMethod.PROPOSAL_MERIT, parameters=CRITERIA)
    people = [await member(Role.OPERATOR), await bid(project, fen=100, proposal="甲"), await member(Role.INTERMEDIARY)]
    logins = [(await Account.get(id=actor.account_id)).login for actor in people]
    for actor in people[1:]:
        await joined(actor, actor)
    with clock.fixed(NOON), pytest.raises(errors.InvalidInput) as caught:
        await evaluation.name_evaluators(buyer, project.code, logins)
    assert problems(caught) == {("logins.1", "acts_for_intermediary"), ("logins.2", "acts_for_intermediary")}


@pytest.mark.parametrize(
    "wrong", [[], [Sheet(1, (1, 1))], [Sheet(1, (1, 1)), Sheet(1, (1, 1))], [Sheet(1, (1,)), Sheet(2, (1, 101))]]
)
async def test_a_sheet_is_whole(buyer: Actor, wrong: list[Sheet]) -> None:
    """Every proposal once, every criterion, 0-100: otherwise nothing is stored."""
    project, (first, _) = await proposals(buyer)
    with clock.fixed(OPENS), pytest.raises(errors.InvalidInput):
        await evaluation.submit_scores(first, project.code, wrong)
    assert await Score.all().count() == 0


async def test_who_has_scored_stays(buyer: Actor) -> None:
    """Who does not come can be replaced, who has scored cannot, whomever it joins; without the missing one it is decided."""
    project, (first, second) = await proposals(buyer)
    logins = [(await Account.get(id=actor.account_id)).login for actor in (first, second)]
    with clock.fixed(OPENS):
        task = await evaluation.read_proposals(first, project.code)
        await evaluation.submit_scores(first, project.code, sheets(task, "甲的方案"))
        await joined(first, await member(Role.INTERMEDIARY))
        with pytest.raises(errors.InvalidInput) as caught:
            await evaluation.name_evaluators(buyer, project.code, logins[1:])
        assert problems(caught) == {("logins", "has_scored")}
        await evaluation.name_evaluators(buyer, project.code, logins[:1])
    assert (await agreed(project)).amount_fen == 100


async def test_an_agency_names_three(database: str, shipped_catalogue: None) -> None:
    """The rulebook's minimum, frozen in the notice; unknown and repeated accounts are named."""
    agency = await member(Role.AGENCY)
    form = await contest.agency_form(
        await member(Role.APPLICANT), method=SelectionMethod.PROPOSAL_MERIT, parameters=CRITERIA, ceiling_fen=100
    )
    project = await contest.published(agency, form)
    assert project.terms["constants"]["minimumEvaluators"] == 3
    with pytest.raises(errors.InvalidInput):
        await evaluators(agency, project, 2)
    with clock.fixed(NOON), pytest.raises(errors.InvalidInput) as caught:
        await evaluation.name_evaluators(agency, project.code, ["nobody", "nobody", "nobody"])
    assert problems(caught) == {("logins.0", "unknown_account"), ("logins.1", "unknown_account"), ("logins.2", "unknown_account")}
    await evaluators(agency, project, 3)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"amount_fen": 1}, "amount"),
        ({"reasons": {"tieBroken": True}}, "tieBroken"),
        ({"reasons": {"ranking": []}}, "ranking"),
        ({"supplier": "loser"}, "winner"),
    ],
)
async def test_a_tampered_award_is_named(buyer: Actor, change: dict[str, Any], part: str) -> None:
    """Each altered fact of the award is the first difference that the replay names."""
    project = await posted(buyer, SelectionMethod.LOWEST_PRICE)
    loser = await bid(project, fen=200)
    await bid(project, fen=100)
    award = await award_of(project)
    award.reasons = award.reasons | change.get("reasons", {})
    award.amount_fen = change.get("amount_fen", award.amount_fen)
    await award.save()
    if "supplier" in change:
        await Award.filter(id=award.id).update(supplier_id=loser.organisation_id)
    found = (await replay(ANONYMOUS, project.code)).difference
    assert found is not None and found.part == part


async def test_a_tampered_quote_is_named(buyer: Actor) -> None:
    """A stored amount that the log does not know, and a commitment that was not made, are named before anything is decided."""
    project = await posted(buyer, SelectionMethod.LOWEST_PRICE)
    code = await contest.code_of(await bid(project, fen=100))
    await award_of(project)
    changes = {"amount_fen": ("amount", 99, 100), "discount_bp": ("discount", 5, None)}
    for column, (part, altered, sound) in changes.items():
        await Quote.filter(project_id=project.id).update(**{column: altered})
        found = (await replay(ANONYMOUS, project.code)).difference
        assert found is not None and (found.part, found.awarded) == (f"{part} of {code}", str(altered))
        await Quote.filter(project_id=project.id).update(**{column: sound})
    await Quote.filter(project_id=project.id).update(commitment="0" * 64)
    found = (await replay(ANONYMOUS, project.code)).difference
    assert found is not None and found.part == f"commitment of {code}"


async def test_a_tampered_notice_or_draw_is_named(buyer: Actor) -> None:
    """Another constant than the published one, and another code in the transcript, are named."""
    project = await posted(buyer, SelectionMethod.AVERAGE_PRICE)
    await bid(project, fen=100)
    await award_of(project)
    drawn = await Draw.get(project_id=project.id)
    assert drawn.transcript is not None
    drawn.transcript["draw"]["code"] = "0" * 64
    await drawn.save()
    assert (await replay(ANONYMOUS, project.code)).difference == Difference("draw", "verified", "code_not_committed")
    await Project.filter(id=project.id).update(terms=project.terms | {"minimumQuotes": 2})
    found = (await replay(ANONYMOUS, project.code)).difference
    assert found is not None and found.part == "notice"


async def test_nothing_is_replayed_before_it_is_decided(buyer: Actor) -> None:
    """An open project has no outcome, and says nothing of its quotes."""
    project = await posted(buyer, SelectionMethod.LOWEST_PRICE)
    await bid(project, fen=100)
    with clock.fixed(NOON), pytest.raises(errors.NotFound):
        await replay(ANONYMOUS, project.code)
