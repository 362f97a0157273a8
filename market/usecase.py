"""One use case = one transaction: permission was asked, the log has its entry, or nothing happened at all."""

import asyncio
import functools
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from market import clock, db
from market import rulebook as rulebooks
from market.actors import Actor
from market.errors import NotPermitted, NotSignedIn
from market.log import service as log
from market.log.canonical import canonical
from market.log.sealed import commitment_of
from market.permissions import Action, Denied, Subject, may
from market.rulebook import Rulebook

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 4
"""How often a use case is tried when the database asks for it (deadlock, lost race for a unique key)."""


@dataclass
class Unit:
    """The running use case. ``now``: the one time of everything it writes; ``received_at``: when its request arrived."""

    actor: Actor
    now: datetime
    received_at: datetime
    asked: set[Action] = field(default_factory=set)
    records: list[log.Record] = field(default_factory=list)
    sealed: list[log.Sealed] = field(default_factory=list)
    checkpoint: bool = False
    """Sign the log with this use case as its last: at a moment that everybody could have named before."""
    replayed: bool = False
    """The work was done by an earlier call with the same idempotency key; there is nothing to log."""

    def record(self, action: str, subject: str, **facts: Any) -> None:
        """Add a log entry, written at the end of the transaction."""
        self.records.append(log.Record(action, subject, facts))

    def record_anonymous(self, action: str, subject: str, **facts: Any) -> None:
        """Add a log entry that does not tell who acted: it came about by itself, whoever happened to be the last one needed."""
        self.records.append(log.Record(action, subject, facts, anonymous=True))

    def record_sealed(self, commitment: str) -> None:
        """Add an act that tells neither who nor what, nor that it was: a salted commitment, explained when the quotes are opened."""
        self.sealed.append(log.Sealed(commitment))

    def record_look(self, subject: str, **facts: Any) -> None:
        """Somebody reads what is sealed: an act that is itself sealed, or looking would tell that there is something."""
        told = {"act": "look", "account": str(self.actor.account_id), "at": self.now.isoformat(), "subject": subject}
        body = canonical(told | {"facts": facts, "salt": secrets.token_hex(32)})
        self.sealed.append(log.Sealed(commitment_of(body), body))

    async def write(self) -> None:
        """At the end of the transaction: everything that was recorded. Raises RuntimeError when that is nothing: a defect."""
        if not (self.records or self.sealed or self.checkpoint or self.replayed):
            raise RuntimeError("a use case wrote nothing to the log")
        if self.sealed:
            await log.put_aside(self.now, self.sealed)
        if self.checkpoint:
            await log.checkpoint(self.actor, self.now, self.records)
        elif self.records:
            await log.append(self.actor, self.now, self.records)


_unit: ContextVar[Unit] = ContextVar("unit")
_rulebook: list[Rulebook] = []


def unit() -> Unit:
    """The running use case. Raises LookupError outside of one."""
    return _unit.get()


def rulebook() -> Rulebook:
    """The rulebook in use: the shipped one unless the process set another."""
    return _rulebook[0] if _rulebook else rulebooks.default()


def use_rulebook(book: Rulebook | None) -> None:
    """Set the rulebook of this process (the demo world has its own); None restores the shipped one."""
    _rulebook[:] = [book] if book else []


def authorise(action: Action, subject: Subject | None = None) -> None:
    """Ask permission for the running use case. Raises NotSignedIn, NotPermitted."""
    running = unit()
    running.asked.add(action)
    require(running.actor, action, subject)


def require(actor: Actor, action: Action, subject: Subject | None = None) -> None:
    """Raise NotSignedIn or NotPermitted unless the actor may."""
    answer = may(actor, action, subject)
    if isinstance(answer, Denied):
        raise NotSignedIn() if answer.reason == "anonymous" else NotPermitted(action, answer.reason, answer.needed)


_running: set[asyncio.Task[Any]] = set()


async def to_its_end(transaction: Coroutine[Any, Any, R]) -> R:
    """Finish what was begun, even when whoever asked has gone: an operation on a socket can be cancelled at any moment.

    A transaction cut off in the middle would never end, and on SQLite nobody could write again.
    """
    task = asyncio.create_task(transaction)
    _running.add(task)
    task.add_done_callback(_forget)
    return await asyncio.shield(task)


def _forget(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # nobody may be left to hear of it


def use_case(
    action: Action | None,
) -> Callable[[Callable[Concatenate[Actor, P], Awaitable[R]]], Callable[Concatenate[Actor, P], Awaitable[R]]]:
    """Run the coroutine in one transaction.

    ``action``: the permission that it needs; the roles are checked before anything is read, and the coroutine must
    ``authorise`` it against its subject. None: open to everyone, or run by the marketplace itself.
    Raises RuntimeError when the coroutine never asked, or wrote nothing to the log: both are defects.
    """

    def decorate(function: Callable[Concatenate[Actor, P], Awaitable[R]]) -> Callable[Concatenate[Actor, P], Awaitable[R]]:
        @functools.wraps(function)
        async def run(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if action is not None:
                require(actor, action)
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    return await to_its_end(_attempt(action, actor, functools.partial(function, actor, *args, **kwargs)))
                except (IntegrityError, OperationalError) as error:
                    if attempt == ATTEMPTS or not _may_help_to_retry(error):
                        raise
                    await asyncio.sleep(0.01 * attempt)
            raise AssertionError("unreachable")

        run.action = action  # type: ignore[attr-defined]  # read by the tests that compare with the permission table
        return run

    return decorate


async def _attempt(action: Action | None, actor: Actor, call: Callable[[], Awaitable[R]]) -> R:
    async with in_transaction():
        await log.hold_writer()
        now = await db.now()
        running = Unit(actor, now, now - clock.elapsed_since(actor.received_s))
        token = _unit.set(running)
        try:
            result = await call()
        finally:
            _unit.reset(token)
        if action is not None and action not in running.asked:
            raise RuntimeError(f"{call} never asked for {action}")
        await running.write()
    return result


def _may_help_to_retry(error: Exception) -> bool:
    text = f"{type(error.__cause__).__name__} {error}".lower()
    return isinstance(error, IntegrityError) or any(sign in text for sign in ("deadlock", "serializ", "locked"))
