"""Run coroutine functions in processes of their own, each connected to the database: judging is work for a processor."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

from market import db

T = TypeVar("T")
R = TypeVar("R")

FEW = 8
"""So many pieces are done here sooner than a process starts."""

_loop: list[asyncio.AbstractEventLoop] = []


async def spread(work: Callable[[T], Awaitable[R]], items: Sequence[T], *, url: str, workers: int) -> AsyncIterator[R]:
    """The results in the order of the items. ``work`` must be a function of a module. Few items: right here."""
    if workers <= 1 or len(items) <= FEW:
        for item in items:
            yield await work(item)
        return
    spawn = multiprocessing.get_context("spawn")  # a fork would share the parent's connection
    with ProcessPoolExecutor(min(workers, len(items)), mp_context=spawn, initializer=_connect, initargs=(url,)) as pool:
        waiting = [asyncio.wrap_future(pool.submit(_call, work, item)) for item in items]
        try:
            for result in waiting:
                yield await result
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _connect(url: str) -> None:
    _loop.append(asyncio.new_event_loop())
    _loop[0].run_until_complete(db.connect(url))


def _call(work: Callable[[Any], Awaitable[Any]], item: Any) -> Any:
    return _loop[0].run_until_complete(work(item))
