"""Ratings: by the client, after acceptance, once; one reply; one appeal, decided by another; old ones fade."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from market import clock, errors
from market.actors import Role
from market.log.models import LogEntry
from market.parties.models import Membership, Organisation, PartyRelation, RelationKind
from market.ratings import read, service
from market.ratings.models import Rating
from market.usecase import rulebook
from tests.contest import member
from tests.factories_ratings import NOW, accepted, form, rated, signed, supplier_of

pytestmark = pytest.mark.usefixtures("database", "shipped_catalogue")


async def stars_of(rating: Rating, at: datetime = NOW) -> read.Stars:
    """Of its intermediary."""
    [standing] = await read.standing_by_intermediary([rating.intermediary_id])
    return read.summary(standing, read.terms(rulebook(), at), at)


async def test_a_client_rates_what_it_accepted_and_the_log_says_so() -> None:
    """Marks and words are kept; stars need three ratings."""
    client, contract = await accepted()
    rating = await rated(client, contract, quality=5, comment=" 按时交付 ")
    assert (rating.quality, rating.conduct, rating.comment) == (5, 4, "按时交付")
    assert await LogEntry.filter(action="rating:give").count() == 1
    assert await stars_of(rating) == read.Stars(1, None)


async def test_ten_at_once_leave_one() -> None:
    """Whoever comes second is told that it was rated."""
    client, contract = await accepted()
    done = await asyncio.gather(*(rated(client, contract) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(one, Rating) for one in done) == 1
    assert {type(one) for one in done if not isinstance(one, Rating)} == {errors.AlreadyFiled}
    assert await Rating.all().count() == 1


async def test_not_before_acceptance_and_not_for_ever() -> None:
    """An unaccepted result, 180 days after the acceptance, the intermediary itself, a mark that is none: refused, nothing stored."""
    client, contract = await signed()
    with pytest.raises(errors.InvalidInput):
        await rated(client, contract)
    client, contract = await accepted()
    await contract.refresh_from_db()
    until = service.rate_until(contract)
    assert until is not None
    with pytest.raises(errors.DeadlinePassed):
        await rated(client, contract, until)
    with pytest.raises(errors.NotPermitted):
        await rated(supplier_of(contract), contract)
    with pytest.raises(errors.NotFound):
        await rated(await member(Role.APPLICANT), contract)
    for mark in (0, 6, -1):
        with pytest.raises(errors.InvalidInput):
            await rated(client, contract, charges=mark)
    assert not await Rating.exists()
    await rated(client, contract, until - timedelta(seconds=1))


async def test_one_reply() -> None:
    """By the intermediary; not by the client, not twice."""
    client, contract = await accepted()
    rating = await rated(client, contract)
    with clock.fixed(NOW):
        with pytest.raises(errors.NotPermitted):
            await service.reply_to_rating(client, rating.code, "x")
        assert (await service.reply_to_rating(supplier_of(contract), rating.code, "谢谢")).reply == "谢谢"
        with pytest.raises(errors.WrongState):
            await service.reply_to_rating(supplier_of(contract), rating.code, "再说一句")
    assert (await Rating.get(id=rating.id)).reply == "谢谢"


async def test_an_appeal_is_decided_by_another_and_what_was_withdrawn_no_longer_counts() -> None:
    """It counts until the decision; who gave it does not decide, though it works for the operator as well."""
    client, contract = await accepted()
    rating = await rated(client, contract, quality=1)
    supplier, operator = supplier_of(contract), await member(Role.OPERATOR)
    with clock.fixed(NOW):
        with pytest.raises(errors.WrongState):
            await service.decide_rating_appeal(operator, rating.code, "x", withdraw=True)
        appealed = await service.appeal_rating(supplier, rating.code, "打错了人")
        assert appealed.decide_by and (await stars_of(rating)).count == 1
        with pytest.raises(errors.AlreadyFiled):
            await service.appeal_rating(supplier, rating.code, "再申诉")
        with pytest.raises(errors.NotPermitted):
            maker = replace(operator, account_id=client.account_id)
            await service.decide_rating_appeal(maker, rating.code, "x", withdraw=False)
        decided = await service.decide_rating_appeal(operator, rating.code, "评价的不是这份合同", withdraw=True)
        with pytest.raises(errors.WrongState):
            await service.decide_rating_appeal(operator, rating.code, "x", withdraw=False)
    assert decided.withdrawn and (await stars_of(rating)).count == 0
    waiting = await read.page(read.listing(read.RatingFilter(appealed=True)), None, 5)
    assert not waiting and await Rating.all().count() == 1


async def test_nobody_rates_or_clears_whom_it_acts_for() -> None:
    """The client's person works for the intermediary, or did; the operator's person does; or the client holds it: refused."""
    client, contract = await accepted()
    supplier = await Organisation.get(id=contract.supplier_id)
    await Membership.create(account_id=client.account_id, organisation=supplier, role=Role.INTERMEDIARY, since=NOW, ended_at=NOW)
    with pytest.raises(errors.SelfDealing):
        await rated(client, contract)
    client, contract = await accepted()
    holder, held = await Organisation.get(id=client.organisation_id), await Organisation.get(id=contract.supplier_id)
    tie = await PartyRelation.create(source_org=holder, target_org=held, relation=RelationKind.CONTROLS, source="x")
    with pytest.raises(errors.SelfDealing):
        await rated(client, contract)
    await tie.delete()
    rating, operator = await rated(client, contract), await member(Role.OPERATOR)
    await Membership.create(account_id=operator.account_id, organisation=held, role=Role.INTERMEDIARY, since=NOW)
    with clock.fixed(NOW):
        await service.appeal_rating(supplier_of(contract), rating.code, "x")
        with pytest.raises(errors.SelfDealing):
            await service.decide_rating_appeal(operator, rating.code, "x", withdraw=True)
    assert not (await Rating.get(id=rating.id)).withdrawn


async def test_what_everybody_reads_names_no_id_number() -> None:
    """Neither the comment, nor the reply; a date or a telephone number is none."""
    client, contract = await accepted()
    for words in ("经办人 330902199001010016", "33090219900101001X", "6222 0202 0000 0000 000"):
        with pytest.raises(errors.InvalidInput):
            await rated(client, contract, comment=words)
    assert (await rated(client, contract, comment="2026-11-24 2026-12-24，电话 0580-2020202")).comment


async def test_an_appeal_has_five_working_days() -> None:
    """Afterwards it is refused with both times."""
    client, contract = await accepted()
    rating = await rated(client, contract)
    late = rulebook().deadline("rating_appeal_period", rating.rated_at).at
    with pytest.raises(errors.DeadlinePassed), clock.fixed(late):
        await service.appeal_rating(supplier_of(contract), rating.code, "x")


async def test_stars_follow_from_the_list() -> None:
    """Three fresh ratings of 4: (3·2 + 12) / 5; two years later none counts."""
    client, contract = await accepted()
    rating = await rated(client, contract)
    [organisation] = await Organisation.filter(id=contract.supplier_id)
    for _ in range(2):
        other, theirs = await accepted()
        await rated(other, theirs)
        await Rating.filter(contract_id=theirs.id).update(intermediary_id=organisation.id)
    assert await stars_of(rating) == read.Stars(3, Fraction(18, 5))
    assert (await stars_of(rating, NOW + timedelta(days=730))).value is None
    listed = await read.page(read.listing(read.RatingFilter(f" {organisation.code.lower()} ")), None, 2)
    assert len(listed) == 3 and form(contract).quality == listed[0].quality
