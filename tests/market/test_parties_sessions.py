"""Signing in: whom a token stands for, what ends it, and what guessing gets."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from market import clock, errors
from market.actors import Actor, Role
from market.log.models import LogEntry
from market.parties import mandates, passwords, sessions
from market.parties.models import Account, Membership, Organisation, OrganisationKind, Session, SignInCounter
from tests.contest import NOON
from tests.factories_parties import account, admin, join, mandated, organisation, sign_in, whose

LIMIT = 5
"""sign_in_attempts_account of the shipped rulebook; of an address 50."""


@pytest.fixture
async def axia(database: str) -> Account:
    """Somebody with a password and two organisations, the enterprise since a day earlier."""
    someone = await account("axia")
    await join(someone, await organisation(OrganisationKind.INTERMEDIARY, "后来的"), Role.INTERMEDIARY, days=-1)
    await join(someone, await organisation(name="最早的"), Role.APPLICANT, days=-2, is_admin=True)
    return someone


async def test_without_a_choice_one_acts_for_the_first_organisation(axia: Account) -> None:
    """The oldest membership, with its role and rank; the token stands for just that."""
    done = await sign_in("axia")
    actor = await whose(done.token)
    assert actor is not None and (actor.roles, actor.is_admin) == ({Role.APPLICANT}, True)
    assert (await Organisation.get(id=actor.organisation_id)).name == "最早的"
    assert actor == replace(done.actor, address="")


async def test_the_choice_is_kept_by_the_session_and_can_be_changed(axia: Account) -> None:
    """Signed in for one organisation, then acting for the other: the same token, other roles."""
    first, second = await Organisation.all().order_by("-name")
    done = await sign_in(" ＡＸＩＡ ", acting_for=second.code.lower())
    assert done.actor.organisation_id == second.id
    with clock.fixed(NOON):
        changed = await sessions.act_for(done.actor, first.code)
    assert await whose(done.token) == replace(changed, address="")


async def test_nobody_acts_for_an_organisation_of_others(axia: Account) -> None:
    """Neither a stranger's nor an unknown code: refused alike, and nothing opens or changes."""
    done = await sign_in("axia")
    for code in ((await organisation()).code, "91110000600037341L", "nonsense", ""):
        with pytest.raises(errors.NotPermitted, match="ownership"):
            await sign_in("axia", acting_for=code)
        with clock.fixed(NOON), pytest.raises(errors.NotPermitted, match="ownership"):
            await sessions.act_for(done.actor, code)
    assert await whose(done.token) == replace(done.actor, address="")
    assert await Session.all().count() == 1


async def test_the_right_password_starts_the_account_anew(axia: Account) -> None:
    """Failures before it are forgotten; of the address only this attempt is taken back."""
    for _ in range(2):
        for _ in range(LIMIT - 1):
            with pytest.raises(errors.SignInRefused):
                await sign_in("axia", "wrong")
        await sign_in("axia")
    address = await SignInCounter.get(key="address:10.0.0.1")
    assert address.failures == 2 * (LIMIT - 1)


@pytest.mark.parametrize("known", [True, False])
async def test_attempts_at_once_do_not_pass_the_limit(axia: Account, monkeypatch: pytest.MonkeyPatch, known: bool) -> None:
    """However many come together, no more than five get as far as the password, for known and unknown names alike."""
    seen = []

    async def slow(_stored: str | None, password: str) -> bool:
        seen.append(password)
        await asyncio.sleep(0)
        return False

    monkeypatch.setattr(passwords, "verify", slow)
    name = "axia" if known else "niemand"
    tries = await asyncio.gather(*(sign_in(name, f"wrong{n}", f"10.1.0.{n}") for n in range(12)), return_exceptions=True)
    assert len(seen) == LIMIT
    assert sorted(type(t).__name__ for t in tries) == ["SignInRefused"] * LIMIT + ["TooManyAttempts"] * (12 - LIMIT)
    assert {t.retry_at for t in tries if isinstance(t, errors.TooManyAttempts)} == {NOON + timedelta(minutes=15)}


async def test_a_pause_is_not_prolonged_and_ends(axia: Account) -> None:
    """Attempts during the pause change nothing, not even the log; after it one starts from nought."""
    for _ in range(LIMIT):
        with pytest.raises(errors.SignInRefused):
            await sign_in("axia", "wrong")
    before = await LogEntry.all().count()
    for minutes in (1, 14):
        with clock.fixed(NOON + timedelta(minutes=minutes)), pytest.raises(errors.TooManyAttempts) as caught:
            await sign_in("axia")
        assert caught.value.retry_at == NOON + timedelta(minutes=15)
    assert await LogEntry.all().count() == before
    with clock.fixed(NOON + timedelta(minutes=15)):
        for _ in range(LIMIT - 1):
            with pytest.raises(errors.SignInRefused):
                await sign_in("axia", "wrong")
        assert await sign_in("axia")


@pytest.mark.parametrize("addresses", [["10.0.0.9"], [f"2001:db8::{n:x}" for n in range(1, 9)], ["::ffff:10.0.0.9", "10.0.0.9"]])
async def test_an_address_is_paused_over_all_accounts(database: str, addresses: list[str]) -> None:
    """Fifty failures with fifty names pause it; an IPv6 network counts as one address, a mapped address as itself."""
    some = await account("axia")
    await join(some, await organisation(), Role.APPLICANT)
    for n in range(50):
        await SignInCounter.all().exclude(key__startswith="address:").delete()
        with pytest.raises(errors.SignInRefused):
            await sign_in("?", f"wrong{n}", addresses[n % len(addresses)])
    with pytest.raises(errors.TooManyAttempts):
        await sign_in("axia", address=addresses[0])
    assert await sign_in("axia", address="10.0.0.10")


async def test_refusals_are_logged_without_what_was_typed(axia: Account) -> None:
    """Known accounts by their id, unknown names only hashed; no password, right or wrong, anywhere in the log."""
    for name in ("axia", "my-secret-in-the-wrong-field"):
        with pytest.raises(errors.SignInRefused):
            await sign_in(name, "a-wrong-password")
    await sign_in("axia")
    entries = await LogEntry.all().order_by("seq")
    assert [e.action for e in entries] == ["session:refuse", "session:refuse", "session:open"]
    assert [e.subject for e in entries] == [f"account:{axia.id}", "account:unknown", f"account:{axia.id}"]
    text = "".join(e.body for e in entries)
    assert not any(said in text for said in ("a-wrong-password", "my-secret", "hai-shui-mei-gan", "axia"))
    assert json.loads(entries[2].body)["actor"]["account"] == str(axia.id)


@pytest.mark.parametrize("what", ["disabled", "left", "no password", "no membership"])
async def test_who_may_not_sign_in_is_refused_and_loses_the_session(database: str, what: str) -> None:
    """A disabled account, one that left or never had a password gets in nowhere, with an old token neither."""
    someone = await account("axia")
    await join(someone, await organisation(), Role.APPLICANT)
    token = (await sign_in("axia")).token
    if what in ("left", "no membership"):
        await Membership.all().update(ended_at=NOON)
    else:
        await Account.all().update(**({"disabled_at": NOON} if what == "disabled" else {"password_hash": None}))
    with pytest.raises((errors.SignInRefused, errors.NotPermitted)):
        await sign_in("axia")
    assert (await whose(token) is None) == (what != "no password")


async def test_signing_out_ends_this_session_and_no_other(axia: Account) -> None:
    """Each sign-in has a token of its own; a session that has ended cannot be used or ended again."""
    one, two = await sign_in("axia"), await sign_in("axia")
    code = (await Organisation.get(id=one.actor.organisation_id)).code
    assert one.token != two.token
    with clock.fixed(NOON):
        await sessions.sign_out(one.actor)
        for again in (sessions.sign_out(one.actor), sessions.act_for(one.actor, code)):
            with pytest.raises(errors.NotSignedIn):
                await again
    assert await whose(one.token) is None
    assert await whose(two.token) is not None


@pytest.mark.parametrize("token", ["", "x", "\ud800", "\x00", "ü" * 1000])
async def test_a_made_up_token_is_nobodys(database: str, token: str) -> None:
    """Whatever characters it has."""
    assert await whose(token) is None


async def test_a_password_that_changes_meanwhile_opens_nothing(axia: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verified against the old hash, too late to open a session."""
    verify = passwords.verify

    async def slow(stored: str | None, password: str) -> bool:
        right = await verify(stored, password)
        await Account.filter(id=axia.id).update(password_hash="another")
        return right

    monkeypatch.setattr(passwords, "verify", slow)
    with pytest.raises(errors.SignInRefused):
        await sign_in("axia")
    assert not await Session.all().exists()


async def test_on_behalf_one_is_a_helper_and_nothing_else(database: str) -> None:
    """Under a mandate the principal's rights are used, by the helper's role and without its rank; without one, nothing."""
    principal, station = await organisation(OrganisationKind.PERSON), await organisation(OrganisationKind.AGENCY)
    helper = await account("helfer")
    await join(helper, station, Role.AGENCY, days=-1)
    await join(helper, station, Role.HELPER, is_admin=True)
    with pytest.raises(errors.NotPermitted):
        await sign_in("helfer", on_behalf_of=principal.code)
    await mandated(helper, principal, await admin(principal, Role.APPLICANT))
    done = await sign_in("helfer", on_behalf_of=principal.code)
    actor = await whose(done.token)
    assert actor is not None
    assert (actor.party_id, actor.roles, actor.is_admin) == (principal.id, {Role.HELPER}, False)


async def test_a_revoked_mandate_ends_the_sessions_under_it(database: str) -> None:
    """At once, and only those."""
    principal, station = await organisation(OrganisationKind.PERSON), await organisation(OrganisationKind.AGENCY)
    helper, owner = await account("helfer"), await admin(principal, Role.APPLICANT)
    await join(helper, station, Role.HELPER)
    await mandated(helper, principal, owner)
    own, under = await sign_in("helfer"), await sign_in("helfer", on_behalf_of=principal.code)
    with clock.fixed(NOON):
        await mandates.revoke_mandate(owner, "helfer", principal.code)
    assert await whose(under.token) is None
    assert await whose(own.token) is not None


async def test_a_session_dies_with_its_mandate(database: str) -> None:
    """A token under a mandate that runs out in the session's time is worth nothing from then on."""
    principal, station = await organisation(OrganisationKind.PERSON), await organisation(OrganisationKind.AGENCY)
    helper, owner = await account("helfer"), await admin(principal, Role.APPLICANT)
    await join(helper, station, Role.HELPER)
    await mandated(helper, principal, owner)
    midnight = clock.local_date(NOON) + timedelta(days=8)
    end = NOON.replace(year=midnight.year, month=midnight.month, day=midnight.day, hour=0) - timedelta(hours=8)
    with clock.fixed(end - timedelta(hours=1)):
        token = (await sign_in("helfer", on_behalf_of=principal.code)).token
        assert await whose(token) is not None
    with clock.fixed(end):
        assert await whose(token) is None


async def test_an_actor_without_a_session_cannot_switch(database: str) -> None:
    """The marketplace's own work has no session to change."""
    actor: Actor = await admin(await organisation(), Role.APPLICANT)
    code = (await Organisation.get(id=actor.organisation_id)).code
    with clock.fixed(NOON), pytest.raises(errors.NotSignedIn):
        await sessions.act_for(actor, code)
