"""Which roles an organisation's members may have, and who may hand them out: data, no rows."""

from market.actors import Actor, Role
from market.parties.models import OrganisationKind

_K, _R = OrganisationKind, Role

ROLES_OF_KIND: dict[OrganisationKind, frozenset[Role]] = {
    _K.AGENCY: frozenset({_R.AGENCY, _R.REGULATOR, _R.OPERATOR, _R.HELPER}),
    _K.ENTERPRISE: frozenset({_R.APPLICANT, _R.INTERMEDIARY}),
    _K.PERSON: frozenset({_R.APPLICANT}),
    _K.PUBLIC_INSTITUTION: frozenset({_R.APPLICANT, _R.INTERMEDIARY, _R.OPERATOR, _R.HELPER}),
    _K.ASSOCIATION: frozenset({_R.APPLICANT, _R.INTERMEDIARY}),
    _K.INTERMEDIARY: frozenset({_R.INTERMEDIARY}),
}
"""Source: domain.md §1: agencies supervise and run the place; public institutions serve, help, and run it for the city."""

TRUSTED = frozenset({Role.REGULATOR, Role.OPERATOR})
"""These see or change what belongs to others: an organisation's administrator cannot make them out of nothing."""


def fits(kind: str, role: Role) -> bool:
    """Whether a member of an organisation of this kind may have the role."""
    return role in ROLES_OF_KIND[OrganisationKind(kind)]


def may_hand_out(actor: Actor, role: Role) -> bool:
    """The operator any role, an administrator the plain ones and those that it has itself."""
    return Role.OPERATOR in actor.roles or role not in TRUSTED or role in actor.roles
