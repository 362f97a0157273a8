"""Sign-in is paused after too many failures of one account name or one address. Source: rulebook, ASVS 5.0 6.3.1.

An attempt is counted as a failure before the password is looked at, and taken back when it was right: however many
arrive at once, no more than the limit get as far as the password. Known and unknown names are counted alike.
"""

import hashlib
from datetime import datetime
from ipaddress import IPv6Address, ip_address

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from market import db
from market.errors import TooManyAttempts
from market.log import service as log
from market.parties.models import SignInCounter
from market.usecase import rulebook, to_its_end

_IPV6_PREFIX = 64
"""One IPv6 customer has so many addresses that only the network counts."""


def login_hash(login: str) -> str:
    """What is kept of a name that may belong to nobody: people type passwords into the wrong field."""
    return hashlib.sha256(login.encode("utf-8", "surrogatepass")).hexdigest()


def _account_key(login: str) -> str:
    return f"account:{login_hash(login)}"


def address_key(address: str) -> str:
    """What is counted for an address, empty for none: an IPv6 network as a whole."""
    try:
        ip = ip_address(address)
    except ValueError:
        return f"address:{login_hash(address)[:32]}" if address else ""
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or IPv6Address(int(ip) >> (128 - _IPV6_PREFIX) << (128 - _IPV6_PREFIX))
    return f"address:{ip}"


async def take(login: str, address: str) -> None:
    """Count one attempt, in a transaction of its own that holds whatever follows. Raises TooManyAttempts, counting nothing.

    Not a use case: a counter is no fact for the log; what becomes of the attempt is logged by ``sessions``.
    """
    await to_its_end(_take(login, address))


async def _take(login: str, address: str) -> None:
    limits = {_account_key(login): "sign_in_attempts_account", address_key(address): "sign_in_attempts_address"}
    keys = sorted(limits.keys() - {""})
    async with in_transaction():
        await log.hold_writer()
        now = await db.now()
        await SignInCounter.bulk_create([SignInCounter(key=k, failures=0, last_at=now) for k in keys], ignore_conflicts=True)
        # Locked in one order, so that two attempts never wait for each other.
        counters = await SignInCounter.filter(key__in=keys).order_by("key").select_for_update()
        paused = [c.paused_until for c in counters if c.paused_until and c.paused_until > now]
        if paused:
            raise TooManyAttempts(max(paused))
        for counter in counters:
            _count(counter, now, limits[counter.key], "sign_in_pause")
            await counter.save()


async def count_act(act: str, address: str, limit: str, pause: str) -> datetime | None:
    """Count an act that needs no account; ``limit``, ``pause``: its rows in the rulebook. None, or until when the address must wait:
    then nothing was counted. Not a use case either.
    """
    return await to_its_end(_count_act(f"{act}:{address_key(address)}", limit, pause)) if address else None


async def _count_act(key: str, limit: str, pause: str) -> datetime | None:
    async with in_transaction():
        await log.hold_writer()
        now = await db.now()
        await SignInCounter.bulk_create([SignInCounter(key=key, failures=0, last_at=now)], ignore_conflicts=True)
        counter = await SignInCounter.select_for_update().get(key=key)
        if counter.paused_until and counter.paused_until > now:
            return counter.paused_until
        _count(counter, now, limit, pause)
        await counter.save()
    return None


def _count(counter: SignInCounter, now: datetime, limit_row: str, pause_row: str) -> None:
    limit, pause = rulebook().number(limit_row, now), rulebook().duration(pause_row, now)
    forgotten = counter.paused_until is not None or counter.last_at + pause <= now
    counter.failures = 1 if forgotten else counter.failures + 1
    counter.last_at = now
    counter.paused_until = now + pause if counter.failures >= limit else None


async def succeed(login: str, address: str) -> None:
    """The attempt was right: the account starts anew, the address gets back this attempt only. In the caller's transaction."""
    await forget(login)
    counted = SignInCounter.filter(key=address_key(address), failures__gt=0)
    await counted.update(failures=F("failures") - 1, paused_until=None)


async def forget(login: str) -> None:
    """The account's failures no longer count."""
    await SignInCounter.filter(key=_account_key(login)).update(failures=0, paused_until=None)
