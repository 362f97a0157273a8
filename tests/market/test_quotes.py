"""Sealed quotes: one live quote each, judged by receipt, readable by nobody else before the opening."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from market import clock, db, errors, vault
from market.actors import Actor, Role
from market.awards import service as awards
from market.log.models import LogEntry, SealedAct
from market.parties.models import PartyRelation, RelationKind
from market.projects.models import Project, Purpose
from market.quotes import contests, read, service
from market.quotes.models import Quote
from tests import contest
from tests.contest import CLOSES, NOON, OPENS, member, quoted


@pytest.fixture
async def project(database: str, shipped_catalogue: None) -> Project:
    """An applicant's open project."""
    return await contest.published(await member(Role.APPLICANT), contest.form(contest.CHOICE_ITEM, told_not_obliged=True))


async def test_the_receipt_lets_the_bidder_recompute_the_commitment(project: Project) -> None:
    """Content and salt of the receipt give the commitment that is stored."""
    bidder = await member(Role.INTERMEDIARY)
    own = await quoted(bidder, project, 12_345_67)
    again = vault.commitment(project.code, await contest.code_of(bidder), own.content, bytes.fromhex(own.salt))
    assert again == own.row.commitment


async def test_a_second_quote_replaces_the_first(project: Project) -> None:
    """Both stay on record, one is live."""
    bidder = await member(Role.INTERMEDIARY)
    await quoted(bidder, project, 200)
    await quoted(bidder, project, 100)
    assert [(q.amount_fen, q.row.live) for q in await service.own_quotes(bidder, project.id)] in (
        [(100, True), (200, None)],
        [(200, None), (100, True)],
    )


async def test_the_same_key_is_one_quote_even_after_the_deadline(project: Project) -> None:
    """A replay returns the first receipt whenever it comes; the same key with another price is refused."""
    bidder = await member(Role.INTERMEDIARY)
    first = await quoted(bidder, project, 100, key="k")
    assert (await quoted(bidder, project, 100, at=OPENS, key="k")).row.id == first.row.id
    with pytest.raises(errors.IdempotencyKeyReused):
        await quoted(bidder, project, 101, key="k")
    assert await Quote.all().count() == 1


async def test_the_time_of_receipt_decides(project: Project) -> None:
    """At the deadline it is in time, a microsecond later it is refused with both times."""
    bidder = await member(Role.INTERMEDIARY)
    await quoted(bidder, project, 100, at=CLOSES)
    with pytest.raises(errors.DeadlinePassed) as caught:
        await quoted(bidder, project, 100, at=CLOSES + timedelta(microseconds=1))
    assert (caught.value.closes_at, caught.value.received_at) == (CLOSES, CLOSES + timedelta(microseconds=1))


async def test_a_quote_that_waited_in_the_queue_is_accepted(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Received before the deadline, written within the grace: it counts, with its time of receipt."""
    monkeypatch.setattr(clock, "elapsed_since", lambda _s: timedelta(seconds=5))
    own = await quoted(await member(Role.INTERMEDIARY), project, 100, at=CLOSES + timedelta(seconds=4))
    assert own.row.received_at == CLOSES - timedelta(seconds=1)


async def test_withdrawn_is_gone_and_can_be_quoted_again(project: Project) -> None:
    """Withdrawing leaves no live quote; a second withdrawal is refused; a new quote is welcome."""
    bidder = await member(Role.INTERMEDIARY)
    await quoted(bidder, project, 100)
    with clock.fixed(NOON):
        assert (await service.withdraw_quote(bidder, project.code)).row.live is None
        with pytest.raises(errors.NoQuoteToWithdraw):
            await service.withdraw_quote(bidder, project.code)
    await quoted(bidder, project, 90)
    assert await Quote.filter(live=True).count() == 1


async def test_who_may_not_quote_is_told_why(project: Project) -> None:
    """The buyer itself, a price above the ceiling, and a missing qualification are refused."""
    applicant = await member(Role.APPLICANT)
    both = replace(applicant, roles=frozenset({Role.APPLICANT, Role.INTERMEDIARY}))
    own = await contest.published(both, contest.form(contest.CHOICE_ITEM, told_not_obliged=True, ceiling_fen=100))
    with pytest.raises(errors.SelfDealing):
        await quoted(both, own, 50)
    with pytest.raises(errors.AboveCeiling):
        await quoted(await member(Role.INTERMEDIARY), own, 101)
    qualified = await contest.published(applicant, contest.form(contest.MANDATORY_ITEM))
    with pytest.raises(errors.QualificationMissing):
        await quoted(await member(Role.INTERMEDIARY), qualified, 50)


async def test_the_agencys_own_may_not_quote(database: str, shipped_catalogue: None) -> None:
    """Held by the approving agency in up to three steps, in force today: refused with the chain; ended or further away: not."""
    agency, applicant = await member(Role.AGENCY), await member(Role.APPLICANT)
    project = await contest.published(agency, await contest.agency_form(applicant))
    parties = [agency, *[await member(Role.INTERMEDIARY) for _ in range(4)], await member(Role.INTERMEDIARY)]
    kinds = (RelationKind.SPONSORS, RelationKind.SUPERVISES, RelationKind.HOLDS_SHARES, RelationKind.CONTROLS)
    ties = [(a, b, kind, None) for (a, b), kind in zip(pairwise(parties[:5]), kinds, strict=True)]
    ties += [
        (agency, parties[5], RelationKind.SUPERVISES, NOON.date() - timedelta(1)),
        (agency, parties[5], RelationKind.SETTLES_FOR, None),
    ]
    for a, b, kind, until in ties:
        ends = {"source_org_id": a.organisation_id, "target_org_id": b.organisation_id}
        await PartyRelation.create(**ends, relation=kind, until=until, source="登记")
    for number, own in enumerate(parties[1:4], 2):
        with pytest.raises(errors.AffiliateOfAgency) as refused:
            await quoted(own, project, 100)
        assert len(refused.value.chain.split(" → ")) == number
    assert [(await quoted(free, project, 100)).row.live for free in parties[4:]] == [True, True]
    own_order = contest.form(contest.CHOICE_ITEM, told_not_obliged=True, purpose=Purpose.OWN_ORDER, case=None)
    assert (await quoted(parties[1], await contest.published(applicant, own_order), 100)).row.live


async def test_the_database_holds_one_live_quote(project: Project) -> None:
    """Two hundred submissions of fifty bidders at once, half of them replays, end in exactly one live quote each."""
    bidders = [await member(Role.INTERMEDIARY) for _ in range(50)]

    async def submit(number: int) -> None:
        second = number // 50 % 2
        form = service.SubmitQuote(f"k{second}", project.code, 1_000_00 + second, 10)
        await service.submit_quote(bidders[number % 50], form)

    with clock.fixed(NOON):
        await asyncio.gather(*(submit(n) for n in range(200)))
    live = await Quote.filter(live=True).values_list("bidder_id", flat=True)
    assert sorted(live, key=str) == sorted((b.organisation_id for b in bidders), key=str)
    assert await Quote.all().count() == 100


async def test_nothing_stored_tells_the_price(project: Project) -> None:
    """Neither amount nor bidder stands in any text of the database before the opening; the log does not even grow by it."""
    bidder = await member(Role.INTERMEDIARY)
    before = await LogEntry.all().count()
    own = await quoted(bidder, project, 98_765_43)
    stored = await Quote.get(id=own.row.id)
    assert stored.amount_fen is None and stored.salt is None and b"9876543" not in bytes(stored.ciphertext)
    [act] = await SealedAct.all()
    assert (act.commitment, act.body, act.batch) == (own.row.commitment, "", None)
    assert await LogEntry.all().count() == before


async def test_ciphertexts_have_one_length(project: Project) -> None:
    """A cheap quote and a dear one look alike."""
    for fen in (1, 10**14):
        await quoted(await member(Role.INTERMEDIARY), project, fen)
    assert len({len(bytes(q.ciphertext)) for q in await Quote.all()}) == 1


async def test_no_code_path_opens_early(project: Project) -> None:
    """The one function that opens others' quotes refuses before the time, whoever calls it."""
    await quoted(await member(Role.INTERMEDIARY), project, 100)
    with pytest.raises(PermissionError):
        await service.unseal_all(project, OPENS - timedelta(microseconds=1))


async def test_nothing_is_decrypted_before_the_time(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the clockwork and other people do until the last microsecond, nobody's quote is decrypted; then each is, once."""
    opened, original, bidder = [], vault.unseal, await member(Role.INTERMEDIARY)
    own = await quoted(bidder, project, 100)
    monkeypatch.setattr(vault, "unseal", lambda *given: (opened.append(given[1]), original(*given))[1])
    others = [await member(role) for role in Role]
    for at in (NOON, CLOSES, OPENS - timedelta(microseconds=1)):
        with clock.fixed(at):
            await awards.settle_due()
            await contests.publish_due()
            for reader in (*others, Actor()):
                await service.own_quotes(reader, project.id)
                await read.opened_by_project([project.id])
    assert opened == []
    await contest.opened(project)
    assert opened == [own.row.id]


async def test_another_bidder_reads_nothing(project: Project) -> None:
    """Own quotes are those of the acting organisation; anonymous has none."""
    await quoted(await member(Role.INTERMEDIARY), project, 100)
    for reader in (await member(Role.INTERMEDIARY), await member(Role.OPERATOR), Actor()):
        assert await service.own_quotes(reader, project.id) == []
    assert await read.opened_by_project([project.id]) == [[]]


async def test_a_foreign_key_is_noticed_at_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """With another sealing secret than the notice's, quoting fails loudly instead of sealing what cannot be opened."""
    monkeypatch.setattr(vault, "_secret", [bytes(32)])
    with pytest.raises(vault.KeyMissing):
        await quoted(await member(Role.INTERMEDIARY), project, 100, key=uuid4().hex)
    assert not await Quote.exists() and db.connection()
