"""The register of practitioners, kept by the operator: a person practises for one intermediary at a time. Source: domain.md §2.2, V35."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from market import vault
from market.actors import Actor, Role
from market.errors import AlreadyRegistered, NotFound, WrongState
from market.parties import codes, read, roles
from market.permissions import Action
from market.practitioners.models import Practitioner
from market.text import Checker, new_code, typed_code
from market.usecase import authorise, unit, use_case


@dataclass(frozen=True)
class RegisterPractitioner:
    """``title``: what the certificate makes the person, as 注册土木工程师; ``valid_to``: the certificate's last day, None: no end."""

    organisation_code: str
    name: str
    title: str
    id_number: str = field(repr=False)
    certificate_no: str = field(repr=False)
    valid_to: date | None = None


@use_case(Action.ORGANISATION_REGISTER)
async def register_practitioner(_actor: Actor, form: RegisterPractitioner) -> Practitioner:
    """A person whose papers the operator has seen. Raises NotFound, InvalidInput, AlreadyRegistered: it practises elsewhere, or here."""
    authorise(Action.ORGANISATION_REGISTER)
    organisation = await read.require_organisation(form.organisation_code)
    check, identity = Checker(), ""
    texts: dict[str, Any] = {
        "name": check.text("name", form.name, 100),
        "title": check.text("title", form.title, 100),
        "certificate_no": check.text("certificateNo", form.certificate_no, 60),
    }
    try:
        identity = codes.identity(vault.identity_secret(), form.id_number)
    except codes.BadCode:
        check.add("idNumber", "not_an_id_number")
    if not roles.fits(organisation.kind, Role.INTERMEDIARY):
        check.add("organisationCode", "not_an_intermediary")
    check.done()
    if await Practitioner.exists(identity=identity, live=True):
        raise AlreadyRegistered("practitioner", texts["name"])
    now, values = unit().now, texts | {"identity": identity, "valid_to": form.valid_to}
    row = await Practitioner.create(code=new_code("RY", now), organisation=organisation, registered_at=now, **values)
    unit().record("practitioner:register", f"organisation:{organisation.code}", practitioner=row.code)
    return row


@use_case(Action.ORGANISATION_REGISTER)
async def end_practitioner(_actor: Actor, code: str) -> Practitioner:
    """The person left; it may be registered elsewhere from now on. Raises NotFound, WrongState."""
    authorise(Action.ORGANISATION_REGISTER)
    row = await Practitioner.get_or_none(code=typed_code(code)).select_related("organisation")
    if row is None:
        raise NotFound("practitioner", code[:40])
    values = {"live": None, "ended_at": unit().now}
    if not await Practitioner.filter(id=row.id, live=True).update(**values):
        raise WrongState("practitioner", "left", ("in_force",))
    unit().record("practitioner:end", f"organisation:{row.organisation.code}", practitioner=row.code)
    return row.update_from_dict(values)
