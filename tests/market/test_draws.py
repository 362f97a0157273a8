"""The draw in a project's life: a commitment in the notice, nonces kept or in escrow, a beacon of two organisations, one transcript."""

import json
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from market import clock, errors, vault
from market.actors import ANONYMOUS, Actor, Role
from market.awards import service as awards
from market.awards.models import Award
from market.awards.replay import replay
from market.draws import service
from market.draws.models import Draw
from market.log import read as log_read
from market.log.models import LogEntry
from market.log.service import Record
from market.parties.models import Membership, Organisation
from market.projects.forms import AmendProject, BeaconForm, PostProject
from market.projects.models import Project, SelectionMethod
from market.projects.service import amend_project
from market.quotes import service as quotes
from market.quotes.models import Quote
from market.selection import draw, transcript
from market.usecase import Unit
from market.workdays import working_days_from
from schema.projects.notice import Failure
from tests import contest
from tests.contest import CLOSES, NOON, OPENS, member

PRICE = 50_000_00
REVEAL_ENDS = OPENS + timedelta(hours=2)
DECIDED = REVEAL_ENDS + timedelta(seconds=11)
"""After the grace for what came in time and waits in the queue."""
LOTTERY = BeaconForm("双色球第 2026138 期", CLOSES + timedelta(days=1))
NUMBERS, LINK = "03 08 11 19 27 31 + 05", "https://www.cwl.gov.cn/"


def drawn_form(**changes: object) -> PostProject:
    """An applicant's random draw at a fixed price."""
    values = {"told_not_obliged": True, "method": SelectionMethod.RANDOM_DRAW, "ceiling_fen": PRICE}
    return contest.form(contest.CHOICE_ITEM, **(values | changes))


@pytest.fixture
async def buyer(database: str, shipped_catalogue: None) -> Actor:
    """An applicant, in a world with a catalogue."""
    return await member(Role.APPLICANT)


async def bid(project: Project, nonce: bytes | None = None, bidder: Actor | None = None) -> Actor:
    """A quote at the fixed price, with a nonce of its own where one is given."""
    bidder = bidder or await member(Role.INTERMEDIARY)
    hashed = draw.nonce_hash(project.code, await contest.code_of(bidder), nonce).hex() if nonce else None
    with clock.fixed(NOON):
        await quotes.submit_quote(bidder, quotes.SubmitQuote(uuid4().hex, project.code, PRICE, 15, "", hashed))
    return bidder


async def settled(at: datetime, project: Project) -> Project:
    """What is due by then is done."""
    with clock.fixed(at):
        await awards.settle_due()
    return await Project.get(id=project.id)


async def transcript_of(project: Project) -> dict[str, Any]:
    """Of a draw that happened; it verifies, also against the notice and the log."""
    row = await Draw.get(project_id=project.id)
    assert row.transcript is not None and draw.verify(row.transcript) == []
    assert row.transcript["notice"] == project.terms["draw"]
    logged = json.loads((await LogEntry.get(action="draw:close", subject=f"project:{project.code}")).body)["facts"]
    assert logged == {"hash": row.transcript["closing"]["hash"]}
    return row.transcript


async def test_without_own_nonces_the_draw_happens_at_the_opening(buyer: Actor) -> None:
    """Nothing is awaited: the order is drawn at once, the first of it wins, the nonces were in escrow and are marked so."""
    project = await contest.published(buyer, drawn_form())
    for _ in range(4):
        await bid(project)
    assert await Quote.filter(nonce=None).count() == 4
    assert (await contest.opened(project)).state == "standstill"
    made, award = await transcript_of(project), await Award.get(project_id=project.id).select_related("supplier")
    assert all(b["escrowed"] for b in made["closing"]["roster"]) and made["excluded"] == []
    assert award.supplier.code == made["draw"]["order"][0] and award.reasons["method"] == "random_draw/1"
    ranked = await Quote.filter(project_id=project.id).order_by("rank").select_related("bidder")
    assert [q.bidder.code for q in ranked] == made["draw"]["order"]


async def test_the_commitment_is_published_before_anybody_quotes(buyer: Actor) -> None:
    """In the notice and in the log entry of its publication; the code is neither stored nor derivable without the keys."""
    project = await contest.published(buyer, drawn_form())
    said = project.terms["draw"]
    entry = await LogEntry.get(action="project:approve", subject=f"project:{project.code}")
    assert json.loads(entry.body)["facts"]["terms"]["draw"] == said
    assert said["commitment"] == draw.commitment(vault.draw_secret(project.id), said["draws"]).hex()
    await bid(project)
    await contest.opened(project)
    shown = (await transcript_of(project))["draw"]["code"]
    assert draw.chained(bytes.fromhex(shown), 1).hex() == said["commitment"]
    direct = await contest.published(
        buyer, drawn_form(method=SelectionMethod.DIRECT, invited_code=await contest.code_of(await member(Role.INTERMEDIARY)))
    )
    assert "draw" not in direct.terms


async def test_own_nonces_are_awaited_and_the_last_one_begins_the_draw(buyer: Actor) -> None:
    """Until then the quotes stay sealed and the list closed; a wrong nonce is refused, a second reveal changes nothing."""
    project, nonce = await contest.published(buyer, drawn_form()), secrets.token_bytes(32)
    keeper, other = await bid(project, nonce), await bid(project)
    with clock.fixed(NOON), pytest.raises(errors.WrongState):
        await service.reveal_nonce(keeper, project.code, nonce.hex())
    waiting = await settled(OPENS, project)
    assert (waiting.state, waiting.opened_at) == ("closed", None) and await Quote.filter(amount_fen=None).count() == 2
    with clock.fixed(OPENS + timedelta(minutes=1)):
        with pytest.raises(errors.NothingToReveal):
            await service.reveal_nonce(other, project.code, nonce.hex())
        for wrong in ("00" * 32, "x", nonce.hex().upper()):
            with pytest.raises(errors.InvalidInput):
                await service.reveal_nonce(keeper, project.code, wrong)
        await service.reveal_nonce(keeper, project.code, nonce.hex())
        await service.reveal_nonce(keeper, project.code, nonce.hex())
    assert (await settled(OPENS + timedelta(minutes=1), project)).state == "standstill"
    made = await transcript_of(project)
    assert {b["escrowed"] for b in made["closing"]["roster"]} == {True, False}
    assert {"id": await contest.code_of(keeper), "nonce": nonce.hex()} in made["reveals"]


async def test_who_does_not_reveal_is_out_and_on_record(buyer: Actor) -> None:
    """The draw goes on without it after the reveal period, whatever its place would have been; too late is refused."""
    project, nonce = await contest.published(buyer, drawn_form()), secrets.token_bytes(32)
    silent, other = await bid(project, nonce), await bid(project)
    await settled(OPENS, project)
    assert (await settled(REVEAL_ENDS, project)).state == "closed"
    with clock.fixed(REVEAL_ENDS + timedelta(seconds=1)), pytest.raises(errors.RevealPeriodOver):
        await service.reveal_nonce(silent, project.code, nonce.hex())
    assert (await settled(DECIDED, project)).state == "standstill"
    code, made = await contest.code_of(silent), await transcript_of(project)
    assert made["excluded"] == [code] and made["draw"]["order"] == [await contest.code_of(other)]
    assert (await Quote.get(bidder_id=silent.organisation_id)).invalid_reason == "nonce_not_revealed"
    assert await LogEntry.filter(action="draw:not_revealed", subject=f"organisation:{code}").count() == 1


async def test_a_price_contest_only_moves_the_silent_to_the_end_of_a_tie(buyer: Actor) -> None:
    """Its quote counts; of equal ones it comes last."""
    posted = contest.form(contest.CHOICE_ITEM, told_not_obliged=True)
    project = await contest.published(buyer, posted)
    silent = await bid(project, secrets.token_bytes(32))
    others = [await bid(project) for _ in range(3)]
    await settled(OPENS, project)
    await settled(DECIDED, project)
    ranked = await Quote.filter(project_id=project.id).order_by("rank")
    assert [q.bidder_id for q in ranked][-1] == silent.organisation_id and len(ranked) == 1 + len(others)
    assert not any(q.invalid_reason for q in ranked)


async def test_the_list_is_closed_even_while_quotes_are_sealed(buyer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody enters or leaves between the closing and the draw: not even a request that was received in time."""
    project = await contest.published(buyer, drawn_form())
    keeper = await bid(project, secrets.token_bytes(32))
    await settled(OPENS, project)
    monkeypatch.setattr(clock, "elapsed_since", lambda _s: timedelta(seconds=30))
    with clock.fixed(OPENS + timedelta(seconds=5)):
        late = quotes.SubmitQuote(uuid4().hex, project.code, PRICE, 15)
        with pytest.raises(errors.QuotesAlreadyOpened):
            await quotes.submit_quote(await member(Role.INTERMEDIARY), late)
        with pytest.raises(errors.QuotesAlreadyOpened):
            await quotes.withdraw_quote(keeper, project.code)


async def test_the_beacon_is_typed_in_by_two(buyer: Actor) -> None:
    """Not before it is published, not by the same person twice, not with another value; by a second organisation: the draw begins."""
    project = await contest.published(buyer, drawn_form(beacon=LOTTERY))
    await bid(project)
    first, second = await member(Role.OPERATOR), await member(Role.REGULATOR)
    colleague = await member(Role.OPERATOR, await Organisation.get(id=first.organisation_id))
    await settled(OPENS, project)
    with clock.fixed(LOTTERY.at - timedelta(seconds=1)), pytest.raises(errors.WrongState):
        await service.record_beacon(first, project.code, NUMBERS, LINK)
    with clock.fixed(LOTTERY.at + timedelta(hours=1)):
        with pytest.raises(errors.BeaconDiffers):
            await service.confirm_beacon(second, project.code, NUMBERS)
        with pytest.raises(errors.InvalidInput):
            await service.record_beacon(first, project.code, "", "no link")
        await service.record_beacon(first, project.code, NUMBERS, LINK)
        for again in (
            service.confirm_beacon(first, project.code, NUMBERS),
            service.record_beacon(first, project.code, "7", LINK),
        ):
            with pytest.raises(errors.NotPermitted):
                await again
        with pytest.raises(errors.BeaconDiffers):
            await service.confirm_beacon(second, project.code, NUMBERS.replace("05", "06"))
        await service.confirm_beacon(colleague, project.code, NUMBERS)
        await awards.settle_due()
        assert (await Draw.get(project_id=project.id)).transcript is None
        await service.confirm_beacon(second, project.code, NUMBERS.replace(" ", "  "))
        with pytest.raises(errors.WrongState):
            await service.record_beacon(second, project.code, "other", LINK)
    assert (await settled(LOTTERY.at + timedelta(hours=1), project)).state == "standstill"
    made = await transcript_of(project)
    assert (made["beacon"]["value"], {voice["link"] for voice in made["beacon"]["voices"]}) == (NUMBERS, {LINK})
    offices = [await contest.code_of(one) for one in (first, colleague, second)]
    assert [voice["organisation"] for voice in made["beacon"]["voices"]] == offices
    logged = [json.loads(row.body)["facts"] for row in await LogEntry.filter(action="draw:beacon").order_by("seq")]
    assert logged == made["beacon"]["voices"] and "draw:beacon" in log_read.PUBLIC


async def test_nothing_else_than_the_beacon_begins_its_draw(buyer: Actor) -> None:
    """Days later it still waits; who did not reveal in time is out."""
    project, nonce = await contest.published(buyer, drawn_form(beacon=LOTTERY)), secrets.token_bytes(32)
    await bid(project, nonce)
    await bid(project)
    await settled(OPENS, project)
    assert (await settled(LOTTERY.at + timedelta(days=4), project)).state == "closed"
    with clock.fixed(LOTTERY.at + timedelta(days=4)):
        await service.record_beacon(await member(Role.OPERATOR), project.code, NUMBERS, LINK)
        await service.confirm_beacon(await member(Role.REGULATOR), project.code, NUMBERS)
    assert (await settled(LOTTERY.at + timedelta(days=4), project)).state == "standstill"
    assert len((await transcript_of(project))["excluded"]) == 1


async def test_large_money_of_the_state_needs_a_beacon(buyer: Actor) -> None:
    """Above the rulebook's value: when it is posted, and when an open notice is raised above it."""
    agency, limit = await member(Role.AGENCY), 500_000_00
    with pytest.raises(errors.InvalidInput, match="beacon_required"):
        await contest.published(agency, await contest.agency_form(buyer, ceiling_fen=limit + 1))
    named = await contest.published(agency, await contest.agency_form(buyer, ceiling_fen=limit + 1, beacon=LOTTERY))
    assert named.terms["draw"]["beacon"]["id"] == LOTTERY.name
    small = await contest.published(agency, await contest.agency_form(buyer, ceiling_fen=limit))
    with clock.fixed(NOON), pytest.raises(errors.InvalidInput, match="beacon_required"):
        await amend_project(agency, AmendProject(small.code, small.version, "涨价", ceiling_fen=limit + 1))


async def test_a_beacon_comes_after_the_last_reveal(buyer: Actor) -> None:
    """At publication, and when the deadline is moved."""
    with pytest.raises(errors.InvalidInput, match="beacon_too_early"):
        await contest.published(buyer, drawn_form(beacon=BeaconForm("早", REVEAL_ENDS - timedelta(seconds=1))))
    project = await contest.published(buyer, drawn_form(beacon=LOTTERY))
    with clock.fixed(NOON), pytest.raises(errors.InvalidInput, match="beacon_too_early"):
        await amend_project(buyer, AmendProject(project.code, project.version, "延期", closes_at=LOTTERY.at))


async def test_a_random_draw_has_one_price(buyer: Actor) -> None:
    """The notice fixes it, and quotes are for that; the nonce's hash is a hash."""
    with pytest.raises(errors.InvalidInput, match="fixed_price_required"):
        await contest.published(buyer, drawn_form(ceiling_fen=None))
    project = await contest.published(buyer, drawn_form())
    bidder = await member(Role.INTERMEDIARY)
    with pytest.raises(errors.InvalidInput, match="not_the_fixed_price"):
        await contest.quoted(bidder, project, PRICE - 1)
    with clock.fixed(NOON), pytest.raises(errors.InvalidInput, match="not_a_hash"):
        await quotes.submit_quote(bidder, quotes.SubmitQuote("k", project.code, PRICE, 15, "", "abc"))


UNTIL = working_days_from(LOTTERY.at, 5).at
AFTER = UNTIL + timedelta(seconds=11)


async def heard(buyer: Actor, *values: str) -> Project:
    """A draw for which so many people typed in these values."""
    project = await contest.published(buyer, drawn_form(beacon=LOTTERY))
    await bid(project)
    await settled(OPENS, project)
    with clock.fixed(LOTTERY.at + timedelta(hours=1)):
        for number, value in enumerate(values):
            await service.record_beacon(await member((Role.OPERATOR, Role.REGULATOR)[number % 2]), project.code, value, LINK)
    return project


@pytest.mark.parametrize(("values", "taken"), [((), ""), (("A",), ""), (("A", "B"), "")])
async def test_a_draw_goes_on_by_what_the_notice_says_of_its_beacon(buyer: Actor, values: tuple[str, ...], taken: str) -> None:
    """At the end of the period, not before, and without it: one official's word, said in the last second, is no beacon."""
    project = await heard(buyer, *values)
    assert project.terms["draw"]["beacon"]["until"] == UNTIL.isoformat(timespec="microseconds")
    assert (await settled(UNTIL + timedelta(seconds=9), project)).state == "closed"
    assert (await settled(AFTER, project)).state == "standstill"
    made = await transcript_of(project)
    assert made["beacon"]["value"] == taken and [voice["value"] for voice in made["beacon"]["voices"]] == list(values)
    with clock.fixed(AFTER):
        assert (await replay(ANONYMOUS, project.code)).difference is None


@pytest.mark.parametrize("values", [("A", "A"), ("A", "B", "A"), ("A", "B", "B")])
async def test_two_who_agree_begin_the_draw(buyer: Actor, values: tuple[str, ...]) -> None:
    """At once, also where a third had to decide, of whatever department; later voices are not taken."""
    project = await heard(buyer, *values)
    with clock.fixed(LOTTERY.at + timedelta(hours=1)), pytest.raises(errors.WrongState):
        await service.record_beacon(await member(Role.OPERATOR), project.code, "C", LINK)
    assert (await settled(LOTTERY.at + timedelta(hours=1), project)).state == "standstill"
    assert (await transcript_of(project))["beacon"]["value"] == values[-1]


async def test_the_replay_holds_the_voices_against_the_log(buyer: Actor) -> None:
    """A transcript that fits in itself, with another beacon than officials typed in, is named."""
    project = await heard(buyer, "A", "A")
    await settled(LOTTERY.at + timedelta(hours=1), project)
    row = await Draw.get(project_id=project.id)
    made = await transcript_of(project)
    voices = [voice | {"value": "B"} for voice in made["beacon"]["voices"]]
    shown = [
        transcript.Entrant(b["id"], b["hash"], b["escrowed"], made["reveals"][0]["nonce"]) for b in made["closing"]["roster"]
    ]
    said, code = made["notice"], bytes.fromhex(made["draw"]["code"])
    row.transcript = transcript.assemble(said, made["closing"], shown, transcript.beacon_of(said, voices), code, AFTER)
    await row.save()
    assert draw.verify(row.transcript) == []
    found = (await replay(ANONYMOUS, project.code)).difference
    assert found is not None and found.part == "draw beacon"


async def test_the_replay_holds_the_transcript_against_the_log(buyer: Actor) -> None:
    """A transcript that verifies in itself, in which the winner did not show its nonce, is not the one that was drawn."""
    project, nonces = await contest.published(buyer, drawn_form()), [secrets.token_bytes(32) for _ in range(4)]
    bidders = [await bid(project, nonce) for nonce in nonces]
    await settled(OPENS, project)
    with clock.fixed(OPENS + timedelta(minutes=5)):
        for bidder, nonce in zip(bidders, nonces, strict=True):
            await service.reveal_nonce(bidder, project.code, nonce.hex())
    await settled(OPENS + timedelta(minutes=5), project)
    assert (await replay(ANONYMOUS, project.code)).difference is None
    row, made = await Draw.get(project_id=project.id), await transcript_of(project)
    first, *rest = made["draw"]["order"]
    shown = {each["id"]: each["nonce"] for each in made["reveals"]} | {first: None}
    listed = [transcript.Entrant(b["id"], b["hash"], b["escrowed"], shown[b["id"]]) for b in made["closing"]["roster"]]
    code, at = bytes.fromhex(made["draw"]["code"]), datetime.fromisoformat(made["draw"]["at"])
    row.transcript = transcript.assemble(made["notice"], made["closing"], listed, None, code, at)
    await row.save()
    assert draw.verify(row.transcript) == [] and row.transcript["excluded"] == [first]
    found = (await replay(ANONYMOUS, project.code)).difference
    assert found is not None and found.part == "draw order" and set(rest) < {first, *rest}
    assert json.loads(found.recomputed) == made["draw"]["order"]


async def test_a_beacon_is_taken_by_when_it_was_received(buyer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """In time and still in the queue: it counts, and the draw waits for it. After the period: refused with both times."""
    project = await heard(buyer)
    with clock.fixed(UNTIL), pytest.raises(errors.DeadlinePassed):
        await service.record_beacon(await member(Role.OPERATOR), project.code, NUMBERS, LINK)
    with monkeypatch.context() as slow, clock.fixed(UNTIL + timedelta(seconds=5)):
        slow.setattr(clock, "elapsed_since", lambda _s: timedelta(seconds=6))
        await service.record_beacon(await member(Role.OPERATOR), project.code, NUMBERS, LINK)
        await service.record_beacon(await member(Role.REGULATOR), project.code, NUMBERS, LINK)
    await settled(AFTER, project)
    assert (await transcript_of(project))["beacon"]["value"] == NUMBERS


async def test_one_organisation_cannot_make_a_beacon_up(buyer: Actor) -> None:
    """Two of its people say at the last second what suits a friend: the draw is what it would have been without them."""
    project = await heard(buyer)
    operator = await member(Role.OPERATOR)
    colleague = await member(Role.OPERATOR, await Organisation.get(id=operator.organisation_id))
    with clock.fixed(UNTIL - timedelta(seconds=1)):
        for one in (operator, colleague):
            await service.record_beacon(one, project.code, "ground", LINK)
    assert (await settled(AFTER, project)).state == "standstill"
    made = await transcript_of(project)
    assert (made["beacon"]["value"], len(made["beacon"]["voices"])) == ("", 2)
    with clock.fixed(AFTER):
        assert (await replay(ANONYMOUS, project.code)).difference is None


async def test_who_is_concerned_types_in_no_beacon(buyer: Actor) -> None:
    """The buyer under another role, whoever approved the notice, whoever acts for an intermediary: who quoted is not told by it."""
    project = await heard(buyer)
    own = await member(Role.OPERATOR, await Organisation.get(id=buyer.organisation_id))
    approver = await member(Role.OPERATOR)
    await Project.filter(id=project.id).update(reviewed_by_id=approver.account_id)
    both = await member(Role.OPERATOR)
    elsewhere = (await member(Role.INTERMEDIARY)).organisation_id
    acts = {"account_id": both.account_id, "organisation_id": elsewhere, "role": Role.INTERMEDIARY}
    await Membership.create(**acts, since=NOON)
    with clock.fixed(LOTTERY.at):
        for actor, why in ((own, "same_organisation"), (approver, "took_part"), (both, "might_quote")):
            with pytest.raises(errors.SelfDealing) as refused:
                await service.record_beacon(actor, project.code, NUMBERS, LINK)
            assert refused.value.why == why
    assert (await Draw.get(project_id=project.id)).voices == []


async def test_by_a_notice_of_before_a_missing_beacon_ends_the_contest(buyer: Actor) -> None:
    """It said so: unsuccessful, the quotes unopened, no counts told, and it can be posted again."""
    project = await contest.published(buyer, drawn_form(beacon=LOTTERY))
    said = project.terms["draw"] | {"rule": draw.FIRST}
    del said["beacon"]["until"]
    said["hash"] = draw.notice_hash(said)
    await Project.filter(id=project.id).update(terms=project.terms | {"draw": said, "beaconUntil": UNTIL.isoformat()})
    await bid(project)
    assert (await settled(UNTIL - timedelta(seconds=1), project)).state == "closed"
    with clock.fixed(LOTTERY.at):
        await service.record_beacon(await member(Role.OPERATOR), project.code, NUMBERS, LINK)
    failed = await settled(AFTER, project)
    assert (failed.state, failed.outcome_reason, failed.opened_at) == ("unsuccessful", "beacon_missing", None)
    with clock.fixed(AFTER):
        again = drawn_form(beacon=BeaconForm("下一期", UNTIL + timedelta(days=30)), previous_round=project.code)
        assert (await contest.projects.post_project(buyer, again)).previous_round_id == project.id
    assert await Quote.filter(amount_fen__not_isnull=True).count() == 0
    assert Failure.of(failed, []).received is None


def as_before(run: Unit, action: str, subject: str, **told: Any) -> None:
    """The log as it was when one official recorded the beacon and another one confirmed it: neither who nor when is a fact."""
    acts = ("draw:record_beacon", "draw:confirm_beacon")
    if action == "draw:beacon":
        action, told = acts[len(run.actor.roles & {Role.REGULATOR})], {name: told[name] for name in ("value", "link")}
    run.records.append(Record(action, subject, told))


@pytest.mark.parametrize("logged", ["as_before", "as_now"])
async def test_a_notice_of_before_is_drawn_by_its_own_rule(buyer: Actor, monkeypatch: pytest.MonkeyPatch, logged: str) -> None:
    """Two typed it in: a transcript of the first rule, as it was said; who said what when is held against the log."""
    with monkeypatch.context() as before:
        before.setattr(draw, "RULE", draw.FIRST)
        if logged == "as_before":
            before.setattr(Unit, "record", as_before)
        project = await heard(buyer, NUMBERS, NUMBERS)
    settles = LOTTERY.at + timedelta(hours=1)
    await settled(settles, project)
    row, made = await Draw.get(project_id=project.id), await transcript_of(project)
    assert made["beacon"]["value"] == NUMBERS and "voices" not in made["beacon"]
    assert (await replay(ANONYMOUS, project.code)).difference is None
    made["beacon"]["recordedAt"] = transcript.moment(settles - timedelta(minutes=1))
    made["beacon"]["hash"] = draw.beacon_hash(project.code, made["beacon"])
    row.transcript = made
    await row.save()
    assert draw.verify(made) == []
    found = (await replay(ANONYMOUS, project.code)).difference
    assert found is not None and found.part == "draw beacon"
