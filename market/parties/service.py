"""The register of parties, kept by the operator: organisations, what they hold, how they are related."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from market import vault
from market.actors import Actor, Role
from market.errors import AlreadyRegistered, SelfDealing
from market.parties import codes, read, roles
from market.parties.models import CreditScore, HeldQualification, Organisation, OrganisationKind, PartyRelation, RelationKind
from market.permissions import Action
from market.text import Checker
from market.usecase import authorise, unit, use_case

_DEPARTMENT = re.compile(r"[A-Z0-9-]{2,20}")


@dataclass(frozen=True)
class RegisterOrganisation:
    """A natural person is known by ``id_number`` and gets a pseudonym unless ``code`` names one; others have a ``code``."""

    name: str
    kind: OrganisationKind
    code: str | None = None
    department_code: str | None = None
    id_number: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class RecordQualification:
    """First and last day of validity included; ``valid_to`` None: no end. ``level`` may be empty."""

    organisation_code: str
    qualification: str
    certificate_no: str
    valid_from: date
    valid_to: date | None = None
    level: str = ""


@dataclass(frozen=True)
class RecordRelation:
    """From the stronger to the weaker side, see ``RelationKind``; first and last day included, None is open."""

    from_code: str
    to_code: str
    relation: RelationKind
    source: str
    since: date | None = None
    until: date | None = None


@use_case(Action.ORGANISATION_REGISTER)
async def register_organisation(_actor: Actor, form: RegisterOrganisation) -> Organisation:
    """A new party. Of a person's ID number only a keyed hash is kept. Raises InvalidInput, AlreadyRegistered."""
    authorise(Action.ORGANISATION_REGISTER)
    return await enrol(form)


async def enrol(form: RegisterOrganisation) -> Organisation:
    """``register_organisation`` within the caller's use case. Raises InvalidInput, AlreadyRegistered."""
    new = _person(form) if form.kind is OrganisationKind.PERSON else _legal_person(form)
    await _refuse_known("organisation", code=new.code)
    if new.department_code:
        await _refuse_known("department", department_code=new.department_code)
    if new.identity:
        await _refuse_known("organisation", identity=new.identity)
    new.created_at = unit().now
    await new.save()
    unit().record("organisation:register", f"organisation:{new.code}", kind=new.kind)
    return new


def _person(form: RegisterOrganisation) -> Organisation:
    check = Checker()
    name = check.text("name", form.name, 200)
    if form.department_code is not None:
        check.add("departmentCode", "not_allowed_here")
    code, identity = codes.new_person_code(), ""
    try:
        code = code if form.code is None else codes.person_code(form.code)
    except codes.BadCode:
        check.add("code", "not_a_pseudonym")
    try:
        identity = codes.identity(vault.identity_secret(), form.id_number or "")
    except codes.BadCode:
        check.add("idNumber", "not_an_id_number" if form.id_number else "required")
    check.done()
    return Organisation(code=code, name=name, kind=form.kind.value, identity=identity)


# budget: each branch is one field problem
def _legal_person(form: RegisterOrganisation) -> Organisation:
    check = Checker()
    name, code = check.text("name", form.name, 200), ""
    try:
        code = codes.credit_code(form.code or "")
    except codes.BadCode as bad:
        check.add("code", "not_a_code" if form.code else "required", reason=bad.reason)
    if form.id_number is not None:
        check.add("idNumber", "not_allowed_here")
    if form.department_code is not None and form.kind is not OrganisationKind.AGENCY:
        check.add("departmentCode", "not_allowed_here")
    elif form.department_code is not None and not _DEPARTMENT.fullmatch(form.department_code):
        check.add("departmentCode", "unknown_code")
    check.done()
    return Organisation(code=code, name=name, kind=form.kind.value, department_code=form.department_code)


async def _refuse_known(kind: str, **column: Any) -> None:
    known = await Organisation.get_or_none(**column)
    if known:
        raise AlreadyRegistered(kind, known.code if kind == "organisation" else next(iter(column.values())))


@use_case(Action.ORGANISATION_REGISTER)
async def record_qualification(_actor: Actor, form: RecordQualification) -> HeldQualification:
    """A certificate that the operator has seen. Raises NotFound, InvalidInput, AlreadyRegistered."""
    authorise(Action.ORGANISATION_REGISTER)
    return await certify(form)


async def certify(form: RecordQualification) -> HeldQualification:
    """``record_qualification`` within the caller's use case. Raises NotFound, InvalidInput, AlreadyRegistered."""
    organisation = await read.require_organisation(form.organisation_code)
    check = Checker()
    texts: dict[str, Any] = {
        "qualification": check.text("qualification", form.qualification, 60),
        "certificate_no": check.text("certificateNo", form.certificate_no, 60),
    }
    level = check.text("level", form.level, 40, required=False)
    _check_period(check, "validTo", form.valid_from, form.valid_to)
    if not roles.fits(organisation.kind, Role.INTERMEDIARY):
        check.add("organisationCode", "not_allowed_here")
    check.done()
    if await HeldQualification.exists(organisation_id=organisation.id, **texts):
        raise AlreadyRegistered("qualification", texts["certificate_no"])
    held = await HeldQualification.create(
        organisation=organisation, level=level, valid_from=form.valid_from, valid_to=form.valid_to, **texts
    )
    unit().record("qualification:record", f"organisation:{organisation.code}", **texts)
    return held


MAX_POINTS = 100


@use_case(Action.CREDIT_RECORD)
async def record_credit_score(_actor: Actor, organisation_code: str, points: int, source: str) -> CreditScore:
    """A score (0-100) that was published elsewhere, with its source: it counts for notices published from now on.

    The marketplace rates nobody itself. Raises NotFound, InvalidInput.
    """
    authorise(Action.CREDIT_RECORD)
    organisation = await read.require_organisation(organisation_code)
    check = Checker()
    check.whole("points", points, 0, MAX_POINTS)
    source = check.text("source", source, 200)
    if not roles.fits(organisation.kind, Role.INTERMEDIARY):
        check.add("organisationCode", "not_allowed_here")
    check.done()
    unit().record("credit:record", f"organisation:{organisation.code}", points=points, source=source)
    return await CreditScore.create(organisation=organisation, points=points, source=source, recorded_at=unit().now)


@use_case(Action.ORGANISATION_REGISTER)
async def record_relation(actor: Actor, form: RecordRelation) -> PartyRelation:
    """A dated, sourced relation between two parties: it may bar one, so nobody who acts for an intermediary records it.

    Raises NotFound, InvalidInput, AlreadyRegistered, SelfDealing.
    """
    authorise(Action.ORGANISATION_REGISTER)
    stronger = await read.require_organisation(form.from_code)
    if await read.acts_for_intermediary(actor):
        raise SelfDealing(stronger.code, "might_quote")
    weaker = await read.require_organisation(form.to_code)
    check = Checker()
    source = check.text("source", form.source, 200)
    _check_period(check, "until", form.since, form.until)
    if stronger.id == weaker.id:
        check.add("toCode", "not_allowed_here")
    check.done()
    # An empty ``since`` is not unique to the database: whoever records a relation of this party waits here.
    await Organisation.select_for_update(no_key=True).get(id=stronger.id)
    ends = {"source_org_id": stronger.id, "target_org_id": weaker.id}
    same: dict[str, Any] = {**ends, "relation": form.relation.value, "since": form.since}
    if await PartyRelation.exists(**same):
        raise AlreadyRegistered("relation", f"{stronger.code} → {weaker.code}")
    row = await PartyRelation.create(**same, until=form.until, source=source, recorded_at=unit().now)
    row.source_org, row.target_org = stronger, weaker
    days = {"since": form.since and str(form.since), "until": form.until and str(form.until)}
    unit().record("relation:record", f"organisation:{stronger.code}", to=weaker.code, relation=form.relation.value, **days)
    return row


def _check_period(check: Checker, path: str, start: date | None, end: date | None) -> None:
    if start and end and end < start:
        check.add(path, "ends_before_start")
