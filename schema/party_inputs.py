"""What the mutations of parties, accounts and mandates are given."""

from datetime import date

import strawberry

from market.actors import Role
from market.parties.models import OrganisationKind, RelationKind


@strawberry.input
class SignInInput:
    """``actingFor``: the organisation's code, where an account has several; ``onBehalfOf``: for helpers."""

    login: str
    password: str
    acting_for: str | None = None
    on_behalf_of: str | None = None


@strawberry.input
class ActForInput:
    """Which organisation, and for helpers on whose behalf."""

    organisation_code: str
    on_behalf_of: str | None = None


@strawberry.input
class RegisterOrganisationInput:
    """``idNumber``: a natural person's, checked and hashed, never stored; then leave ``code`` out."""

    name: str
    kind: OrganisationKind
    code: str | None = None
    department_code: str | None = None
    id_number: str | None = None


@strawberry.input
class AddMemberInput:
    """A new or known account becomes a member."""

    organisation_code: str
    login: str
    display_name: str
    role: Role
    is_admin: bool = False


@strawberry.input
class MemberInput:
    """A member of an organisation."""

    organisation_code: str
    login: str


@strawberry.input
class RedeemAccessLinkInput:
    """The link's secret and the new password."""

    secret: str
    new_password: str


@strawberry.input
class GrantMandateInput:
    """An applicant lets a helper act for it until the end of a day."""

    helper_login: str
    principal_code: str
    until_on: date
    evidence: str


@strawberry.input
class RevokeMandateInput:
    """Which mandate."""

    helper_login: str
    principal_code: str


@strawberry.input
class RecordQualificationInput:
    """A certificate that was checked."""

    organisation_code: str
    qualification: str
    certificate_no: str
    valid_from: date
    valid_to: date | None = None
    level: str = ""


@strawberry.input
class RecordRelationInput:
    """A dated relation with its source."""

    from_code: str
    to_code: str
    relation: RelationKind
    source: str
    since: date | None = None
    until: date | None = None
