"""The schema, put together from the nouns: each noun's file offers a ``Queries`` and a ``Mutations`` class, joined here."""

import strawberry
from strawberry import relay

from schema import errors
from schema.scalars import CONFIG

QUERIES: tuple[type, ...] = ()
MUTATIONS: tuple[type, ...] = ()


@strawberry.type
class Node:
    """Any object by its global id."""

    node: relay.Node | None = relay.node(description="任何对象,按全局 id。 Any object by its global id.")


def _join(name: str, parts: tuple[type, ...], about: str) -> type:
    return strawberry.type(type(name, parts, {"__module__": __name__}), description=about)


schema = strawberry.Schema(
    query=_join("Query", (Node, *QUERIES), "Reads. Absent and not allowed to know are both null."),
    mutation=_join("Mutation", MUTATIONS, "Writes: one use case each, done whole or not at all.") if MUTATIONS else None,
    config=CONFIG,
    types=[errors.Error, *errors.TYPES.values()],
    exception_handlers=errors.HANDLERS,
)
