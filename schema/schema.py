"""The schema, put together from the nouns: each noun's file offers a ``Queries`` and a ``Mutations`` class, joined here."""

import strawberry
from strawberry import relay

from schema import (
    accounts,
    auctions,
    audit,
    avoidance,
    awarded,
    awards,
    catalogue,
    charges,
    contracts,
    declarations,
    documents,
    draws,
    errors,
    evaluation,
    fees,
    findings,
    flows,
    frameworks,
    limits,
    log,
    masking,
    measures,
    parties,
    payments,
    practitioners,
    published,
    quotes,
    ratings,
    rulebook,
    statistics,
)
from schema.oversight import complaints, own_fees
from schema.oversight import mutations as oversight_mutations
from schema.oversight import queries as oversight_queries
from schema.projects import mutations as project_mutations
from schema.projects import queries as project_queries
from schema.projects import questions
from schema.scalars import CONFIG

QUERIES: tuple[type, ...] = (
    catalogue.Queries,
    accounts.Queries,
    parties.Queries,
    project_queries.Queries,
    avoidance.Queries,
    frameworks.Queries,
    awards.Queries,
    evaluation.Queries,
    contracts.Queries,
    ratings.Queries,
    measures.Queries,
    documents.Queries,
    fees.Queries,
    payments.Queries,
    flows.Queries,
    findings.Queries,
    audit.Queries,
    oversight_queries.Queries,
    complaints.Queries,
    charges.Queries,
    own_fees.Queries,
    statistics.Queries,
    published.Queries,
    rulebook.Queries,
    log.Queries,
)
MUTATIONS: tuple[type, ...] = (
    accounts.Mutations,
    parties.Mutations,
    practitioners.Mutations,
    project_mutations.Mutations,
    questions.Mutations,
    frameworks.Mutations,
    quotes.Mutations,
    avoidance.Mutations,
    draws.Mutations,
    auctions.Mutations,
    awards.Mutations,
    evaluation.Mutations,
    awarded.Mutations,
    contracts.Mutations,
    ratings.Mutations,
    measures.Mutations,
    fees.Mutations,
    declarations.Mutations,
    audit.Mutations,
    oversight_mutations.Mutations,
    complaints.Mutations,
    log.Mutations,
)


@strawberry.type
class Node:
    """Any object by its global id."""

    node: relay.Node | None = relay.node(description="任何对象,按全局 id。 Any object by its global id.")


def _join(name: str, parts: tuple[type, ...], about: str) -> type:
    return strawberry.type(type(name, parts, {"__module__": __name__}), description=about)


schema = masking.Schema(
    query=_join("Query", (Node, *QUERIES), "Reads. Absent and not allowed to know are both null."),
    mutation=_join("Mutation", MUTATIONS, "Writes: one use case each, done whole or not at all."),
    subscription=_join("Subscription", (auctions.Subscriptions,), "Streams, over graphql-transport-ws."),
    config=CONFIG,
    types=[errors.Error, *errors.TYPES.values()],
    exception_handlers=errors.HANDLERS,
    extensions=[limits.bounded()],
)
