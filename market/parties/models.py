"""Rows of organisations, accounts, memberships, sessions, mandates and relations."""

from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class OrganisationKind(StrEnum):
    """As in the ledger format (``ledger.md``); a natural person is an organisation of kind person."""

    AGENCY = "agency"
    ENTERPRISE = "enterprise"
    PERSON = "person"
    PUBLIC_INSTITUTION = "public_institution"
    ASSOCIATION = "association"
    INTERMEDIARY = "intermediary"


class RelationKind(StrEnum):
    """Runs from the stronger to the weaker side; ``branch_of``, ``settles_for`` and ``agent_of`` as ``ledger.md`` says."""

    SPONSORS = "sponsors"
    SUPERVISES = "supervises"
    HOLDS_SHARES = "holds_shares"
    CONTROLS = "controls"
    BRANCH_OF = "branch_of"
    SETTLES_FOR = "settles_for"
    AGENT_OF = "agent_of"


class Organisation(Model):
    """A party. ``code``: unified social credit code, or ``P`` + pseudonym for a natural person.

    ``identity``: keyed hash of a person's ID number, to keep one person one party; the number itself is never stored.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    code = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=200)
    kind = fields.CharField(max_length=32, db_index=True)
    department_code = fields.CharField(max_length=20, null=True, unique=True)
    identity = fields.CharField(max_length=64, null=True, unique=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "organisations"


class HeldQualification(Model):
    """A qualification that an intermediary holds, by its catalogue name, with its certificate and dates."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    organisation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="qualifications", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    qualification = fields.CharField(max_length=60)
    level = fields.CharField(max_length=40, default="")
    certificate_no = fields.CharField(max_length=60)
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)

    class Meta:
        table = "held_qualifications"
        unique_together = (("organisation", "qualification", "certificate_no"),)


class Account(Model):
    """A person who signs in. ``login`` is lower case."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    login = fields.CharField(max_length=64, unique=True)
    display_name = fields.CharField(max_length=100)
    password_hash = fields.CharField(max_length=200, null=True)
    disabled_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "accounts"


class Membership(Model):
    """An account's role in an organisation. ``ended_at``: left, the row stays."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    account: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Account", related_name="memberships", on_delete=fields.RESTRICT
    )
    account_id: UUID
    organisation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="memberships", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    role = fields.CharField(max_length=20)
    is_admin = fields.BooleanField(default=False)
    since = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "memberships"
        unique_together = (("account", "organisation", "role"),)


class Session(Model):
    """A bearer token, kept as its SHA-256, bound to the organisation that the account acts for."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    token_hash = fields.CharField(max_length=64, unique=True)
    account: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Account", related_name="sessions", on_delete=fields.RESTRICT
    )
    account_id: UUID
    organisation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="sessions", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    on_behalf_of: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="helped_sessions", on_delete=fields.RESTRICT, null=True
    )
    on_behalf_of_id: UUID | None
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sessions"


class SignInCounter(Model):
    """Failures in a row of one account name or one address (``key``), and until when sign-in is paused."""

    key = fields.CharField(max_length=80, primary_key=True)
    failures = fields.IntField()
    last_at = fields.DatetimeField()
    paused_until = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in_counters"


class AccessLink(Model):
    """A one-time link that sets a new password (invitation, reset, hand-over), kept as its SHA-256."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    token_hash = fields.CharField(max_length=64, unique=True)
    account: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Account", related_name="access_links", on_delete=fields.RESTRICT
    )
    account_id: UUID
    issued_by: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Account", related_name="issued_links", on_delete=fields.RESTRICT
    )
    issued_by_id: UUID
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "access_links"


class Mandate(Model):
    """An applicant lets a helper's account act for it, until a date. Signing, awarding and paying stay with the applicant."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    helper: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Account", related_name="mandates", on_delete=fields.RESTRICT
    )
    helper_id: UUID
    principal: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="mandates", on_delete=fields.RESTRICT
    )
    principal_id: UUID
    evidence = fields.CharField(max_length=300)
    since = fields.DatetimeField()
    until = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "mandates"


class PartyRelation(Model):
    """A dated, sourced relation between two organisations, empty dates are open.

    ``recorded_at``: since when the marketplace knows it, None: from before it was noted.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    source_org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="relations_from", on_delete=fields.RESTRICT
    )
    source_org_id: UUID
    target_org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="relations_to", on_delete=fields.RESTRICT
    )
    target_org_id: UUID
    relation = fields.CharField(max_length=20)
    since = fields.DateField(null=True)
    until = fields.DateField(null=True)
    source = fields.CharField(max_length=200)
    recorded_at = fields.DatetimeField(null=True)

    class Meta:
        table = "party_relations"
        unique_together = (("source_org", "target_org", "relation", "since"),)


class CreditScore(Model):
    """信用分: an organisation's published score, with its source. The newest before a notice counts for it."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    organisation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="credit_scores", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    points = fields.IntField()
    source = fields.CharField(max_length=200)
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "credit_scores"
        indexes = (("organisation_id", "recorded_at"),)
