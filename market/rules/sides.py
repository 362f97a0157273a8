"""Who stands where in a case: groups, the applicant's side, the agency's side. Everything else is a third party."""

from datetime import date

from market.rules.facts import Case, Relation, World

Chain = tuple[Relation, ...]
"""How a party is reached, link by link, every link in force on the date; empty for the party itself."""

_GROUPING = frozenset({"controls", "branch_of"})


def group(world: World, party: str, on: date) -> dict[str, Chain]:
    """The party and all reached from it through ``controls`` or ``branch_of`` in force, either direction, any number of steps."""
    reached: dict[str, Chain] = {party: ()}
    todo = [party]
    for here in todo:
        for relation in world.relations_of(here, on):
            there = relation.other_end(here)
            if relation.relation in _GROUPING and there not in reached:
                reached[there] = (*reached[here], relation)
                todo.append(there)
    return reached


def applicant_side(world: World, applicant: str, on: date) -> dict[str, Chain]:
    """The group of the applicant, and every ``agent_of`` a member of it."""
    side = group(world, applicant, on)
    for member, chain in list(side.items()):
        for relation in world.relations_of(member, on):
            if relation.relation == "agent_of" and relation.to_id == member:
                side.setdefault(relation.from_id, (*chain, relation))
    return side


def agency_side(world: World, agency: str, on: date) -> dict[str, Chain]:
    """The agency, and every payer that ``settles_for`` it under a mandate. Its branches and sister offices are not."""
    mandates = [r for r in world.relations_of(agency, on) if r.relation == "settles_for" and r.to_id == agency]
    return {agency: ()} | {r.from_id: (r,) for r in mandates}


def side_of(world: World, case: Case, party: str, on: date) -> str:
    """``applicant``, ``agency`` or ``third_party``. A payer on both sides counts as the applicant's."""
    if case.applicant_id is not None and party in applicant_side(world, case.applicant_id, on):
        return "applicant"
    if case.agency_id is not None and party in agency_side(world, case.agency_id, on):
        return "agency"
    return "third_party"


_LINKS = frozenset({"settles_for", "branch_of", "agent_of"})


def excusing_link(world: World, one: str, other: str, on: date) -> Relation | None:
    """A ``settles_for``, ``branch_of`` or ``agent_of`` in force between the two, either direction, which excuses a title."""
    between = (r for r in world.relations_of(one, on) if r.other_end(one) == other)
    return next((r for r in between if r.relation in _LINKS), None)
