"""What a request brings: who asks, in which language, and the loaders that batch its reads."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import strawberry
from strawberry.dataloader import DataLoader

from market import db
from market.actors import ANONYMOUS, Actor
from market.errors import NotSignedIn

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def untranslated(text: str) -> str:
    """Chinese is the source language: no catalogue is needed to speak it."""
    return text


@dataclass
class Context:
    """One per request or WebSocket operation. ``lang``: zh-CN or en; ``translate``: Chinese text → reader's language.

    ``introspection``: whether this reader may ask for the schema itself.
    """

    actor: Actor = ANONYMOUS
    lang: str = "zh-CN"
    translate: Callable[[str], str] = untranslated
    seal_secret: bytes = b""
    introspection: bool = True
    _loaders: dict[Any, DataLoader[Any, Any]] = field(default_factory=dict)
    _now: datetime | None = None

    @property
    def reader(self) -> Actor:
        """Who asks for what is nobody's to see without an account. Raises NotSignedIn: an empty list would be taken for an answer."""
        if self.actor.is_anonymous:
            raise NotSignedIn
        return self.actor

    async def load(self, batch: Callable[[Sequence[K]], Awaitable[Sequence[V]]], key: K) -> V:
        """One value through a batch function of the domain (keys in, values in key order out)."""
        if batch not in self._loaders:

            async def call(keys: list[K]) -> Sequence[V]:
                return await batch(keys)

            self._loaders[batch] = DataLoader(load_fn=call)
        value: V = await self._loaders[batch].load(key)
        return value

    async def load_many(self, batch: Callable[[Sequence[K]], Awaitable[Sequence[V]]], keys: Sequence[K]) -> list[V]:
        """Several values through a batch function, in key order."""
        return list(await asyncio.gather(*(self.load(batch, key) for key in keys)))

    async def now(self) -> datetime:
        """The clock's time, read once per request, so that one answer is about one moment."""
        if self._now is None:
            self._now = await db.now()
        return self._now

    def pick(self, zh: str, en: str) -> str:
        """Data that comes in both languages, in the reader's."""
        return (en or zh) if self.lang.startswith("en") else zh


Info = strawberry.Info[Context, None]
