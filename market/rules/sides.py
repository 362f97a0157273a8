"""Who stands where in a case: groups, the applicant's side, the agency's side. Everything else is a third party."""

from datetime import date
from enum import StrEnum

from market.rules.facts import Relation
from market.rules.world import World

Reach = dict[str, Relation | None]
"""Parties reached, each with the link that led to it, in force on the date; None for where it began."""

GROUPING = frozenset({"controls", "branch_of"})
HOLDING = frozenset({"sponsors", "supervises", "holds_shares", "controls"})
HOLDING_STEPS = 3
"""As far as any rule follows ``HOLDING`` (V17); facts are gathered that far."""
_LINKS = frozenset({"settles_for", "branch_of", "agent_of"})


class Side(StrEnum):
    """Where a party stands. On both sides counts as the applicant's."""

    APPLICANT = "applicant"
    AGENCY = "agency"
    THIRD_PARTY = "third_party"


def chain(reach: Reach, party: str) -> tuple[Relation, ...]:
    """The links from where the reach began to a party that it holds; empty for the beginning itself."""
    links = []
    while (link := reach[party]) is not None:
        links.append(link)
        party = link.other_end(party)
    return tuple(reversed(links))


def shown(reach: Reach, party: str | None) -> tuple[str, ...]:
    """The links to a party as evidence names them; nothing for one that is not reached."""
    return tuple(link.reference for link in chain(reach, party)) if party in reach else ()


def group(world: World, party: str, on: date) -> Reach:
    """The party and all reached from it through ``controls`` or ``branch_of`` in force, either direction, any number of steps."""
    if not world.is_related(party):
        return {party: None}
    return world.once(("group", party, on), lambda: _group(world, party, on))


def _group(world: World, party: str, on: date) -> Reach:
    reached: Reach = {party: None}
    todo = [party]
    for here in todo:
        for relation in world.relations_of(here, on):
            there = relation.other_end(here)
            if relation.relation in GROUPING and there not in reached:
                reached[there] = relation
                todo.append(there)
    return reached


def applicant_side(world: World, applicant: str, on: date) -> Reach:
    """The group of the applicant, and every ``agent_of`` a member of it."""
    if not world.is_related(applicant):
        return {applicant: None}
    return world.once(("applicant", applicant, on), lambda: _applicant_side(world, applicant, on))


def _applicant_side(world: World, applicant: str, on: date) -> Reach:
    side = dict(group(world, applicant, on))
    for member in list(side):
        for relation in world.relations_of(member, on):
            if relation.relation == "agent_of" and relation.to_id == member:
                side.setdefault(relation.from_id, relation)
    return side


def agency_side(world: World, agency: str, on: date) -> Reach:
    """The agency, and every payer that ``settles_for`` it under a mandate. Its branches and sister offices are not."""
    if not world.is_related(agency):
        return {agency: None}
    return world.once(("agency", agency, on), lambda: _agency_side(world, agency, on))


def _agency_side(world: World, agency: str, on: date) -> Reach:
    mandates = [r for r in world.relations_of(agency, on) if r.relation == "settles_for" and r.to_id == agency]
    side: Reach = {r.from_id: r for r in mandates}
    return side | {agency: None}


def affiliates(world: World, body: str, on: date, steps: int) -> Reach:
    """The body and what it sponsors, supervises, holds shares of or controls, down to ``steps`` steps."""
    if not world.is_related(body):
        return {body: None}
    return world.once(("affiliates", body, on, steps), lambda: _affiliates(world, body, on, steps))


def _affiliates(world: World, body: str, on: date, steps: int) -> Reach:
    reached: Reach = {body: None}
    level = [body]
    for _ in range(steps):
        held = [r for here in level for r in world.relations_from(here, on) if r.relation in HOLDING]
        level = []
        for relation in held:
            if relation.to_id not in reached:
                reached[relation.to_id] = relation
                level.append(relation.to_id)
    return reached


def excusing_link(world: World, one: str, other: str, on: date) -> Relation | None:
    """A ``settles_for``, ``branch_of`` or ``agent_of`` in force between the two, either direction, which excuses a title."""
    between = (r for r in world.relations_of(one, on) if r.other_end(one) == other)
    return next((r for r in between if r.relation in _LINKS), None)
