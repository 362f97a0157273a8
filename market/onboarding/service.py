"""Onboarding 入驻: anyone asks to join as an intermediary, an intermediary adds a qualification, the operator decides with reasons.

Open all the time, without quota or local registration. The operator checks the form only: whether name, code and certificates agree
with what their issuers publish. Whether it is them is checked by a person, who hands over the first administrator's one-time link.
That no answer within the days is a yes (domain.md §2.2) is deliberately not built: nobody has looked at whose code it is by then, and
somebody could enter, and quote, under another's. What is late shows as late instead. Source: domain.md §2.2, §2.14.
"""

from dataclasses import dataclass
from typing import Any

from market import idempotency, lifecycle, receipts, vault
from market.actors import Actor, Role
from market.catalogue import read as catalogue
from market.clock import local_date
from market.errors import AlreadyFiled, AlreadyRegistered, NotFound, SelfDealing, TooManyApplications
from market.onboarding import read
from market.onboarding.forms import ApplyToJoin, Certificate
from market.onboarding.models import OnboardingApplication, OnboardingCertificate, Wish
from market.onboarding.states import MOVES, OnboardingState
from market.parties import read as parties
from market.parties import roles, throttle
from market.parties import service as register
from market.parties.models import HeldQualification, Organisation, OrganisationKind
from market.permissions import Action, Subject
from market.text import Checker, new_code, one_published, typed_code
from market.usecase import authorise, rulebook, unit, use_case

REASONS = 500


@dataclass(frozen=True)
class Applied:
    """``receipt`` is shown this once: with it, and with nothing else, the applicant reads on."""

    receipt: str
    application: OnboardingApplication


async def apply_to_join(actor: Actor, form: ApplyToJoin) -> Applied:
    """Take an application from anybody, signed in or not; a transaction of its own counts the attempt. Sent again with the same key,
    the application and its receipt are those of the first time.

    Another application under the same code is taken, too: to refuse it would tell a stranger that one waits, and let whoever comes
    first keep the owner of the code out. The operator sees both. Raises InvalidInput, TooManyApplications, IdempotencyKeyReused,
    AlreadyRegistered (an intermediary, which the register tells everybody).
    """
    sent = form.checked(await _listed())
    if await _sent_before(actor, form) is None:
        await _count(actor.address)
    return await _apply(actor, sent, form)


async def _count(address: str) -> None:
    """Raises TooManyApplications, counting nothing."""
    if until := await throttle.count_act("join", address, "applications_address", "application_pause"):
        raise TooManyApplications(until)


async def _listed() -> set[str]:
    return {row.name_zh for row in await catalogue.qualifications()}


def _print(form: ApplyToJoin) -> str:
    return idempotency.fingerprint(vault.fingerprint_secret(), "apply_to_join", vars(form))


async def _sent_before(actor: Actor, form: ApplyToJoin) -> OnboardingApplication | None:
    done = await receipts.seen(actor, form.idempotency_key, _print(form))
    return await OnboardingApplication.get(id=done) if done else None


@use_case(None)
async def _apply(actor: Actor, form: ApplyToJoin, typed: ApplyToJoin) -> Applied:
    """``typed``: the form before it was checked, as its key remembers it."""
    receipt = receipts.new_receipt(actor, typed.idempotency_key)
    if done := await _sent_before(actor, typed):
        unit().replayed = True
        return Applied(receipt, done)
    if await parties.intermediary_by_code(form.code, local_date(unit().now)):
        raise AlreadyRegistered("organisation", form.code)
    await _check_total()
    plain = {name: getattr(form, name) for name in ("name", "kind", "contact_name", "contact_phone", "pledge")}
    row = await _keep(actor, Wish.JOIN, form.code, form.qualifications, receipt_hash=receipts.receipt_hash(receipt), **plain)
    if typed.idempotency_key:
        await idempotency.remember(receipts.keeper(actor), typed.idempotency_key, "apply_to_join", _print(typed), row.id)
    return Applied(receipt, row)


async def _check_total() -> None:
    """However many addresses somebody has. Raises TooManyApplications."""
    now = unit().now
    pause, limit = rulebook().duration("application_pause", now), rulebook().number("applications_total", now)
    lately = OnboardingApplication.filter(wish=Wish.JOIN, applied_at__gt=now - pause)
    if await lately.count() >= limit:
        oldest = await lately.order_by("applied_at").first()
        raise TooManyApplications((oldest.applied_at if oldest else now) + pause)


@use_case(Action.ONBOARDING_APPLY)
async def apply_for_qualification(actor: Actor, certificate: Certificate) -> OnboardingApplication:
    """A further qualification of the intermediary that the actor acts for, into the same queue.

    Raises InvalidInput, NotPermitted, AlreadyRegistered (it is on record), AlreadyFiled (it waits).
    """
    authorise(Action.ONBOARDING_APPLY, Subject.of(actor.party_id))
    check = Checker()
    held = certificate.checked(check, "", await _listed())
    check.done()
    # One at a time, so that the same certificate does not wait twice.
    own = await Organisation.select_for_update(no_key=True).get(id=actor.party_id)
    same: dict[str, Any] = {"qualification": held.qualification, "certificate_no": held.certificate_no}
    if await HeldQualification.exists(organisation_id=own.id, **same):
        raise AlreadyRegistered("qualification", held.certificate_no)
    waiting = {"application__organisation_id": own.id, "application__state": OnboardingState.WAITING}
    if twin := await OnboardingCertificate.filter(**same, **waiting).select_related("application").first():
        raise AlreadyFiled("application", twin.application.code)
    return await _keep(actor, Wish.QUALIFICATION, own.code, (held,), name=own.name, kind=own.kind, organisation=own)


async def _keep(actor: Actor, wish: Wish, code: str, held: tuple[Certificate, ...], **values: Any) -> OnboardingApplication:
    now = unit().now
    row = await OnboardingApplication.create(
        code=new_code("RZ", now),
        wish=wish,
        state=OnboardingState.WAITING,
        organisation_code=code,
        applied_at=now,
        applied_by_id=actor.account_id,
        decide_by=rulebook().deadline("entry_decision", now).at,
        **values,
    )
    await OnboardingCertificate.bulk_create(
        OnboardingCertificate(application_id=row.id, number=number, **vars(one)) for number, one in enumerate(held, 1)
    )
    told = {"wish": wish.value, "organisation": code, "certificates": len(held), "pledge": row.pledge}
    unit().record("onboarding:apply", f"application:{row.code}", **told)
    return row


@use_case(Action.ONBOARDING_DECIDE)
async def decide(actor: Actor, code: str, *, admit: bool, reasons: str = "") -> OnboardingApplication:
    """Admit: the organisation and its certificates are registered at once, with the checks of the register, or nothing is. Return: with
    reasons; it may apply again, and whom to call is forgotten. Never by whoever applied or acts for the applicant.

    Raises NotFound, NotPermitted (four_eyes), SelfDealing, InvalidInput, WrongState, AlreadyRegistered.
    """
    row = await OnboardingApplication.filter(code=typed_code(code)).select_for_update().first()
    if row is None:
        raise NotFound("application", code[:40])
    authorise(Action.ONBOARDING_DECIDE, Subject(makers=frozenset(filter(None, [row.applied_by_id]))))
    words = one_published("reasons", reasons, REASONS, required=not admit, lines=True)
    lifecycle.check("application", MOVES, "admit" if admit else "return", row.state)
    known = await parties.organisation_by_code(row.organisation_code)
    if known and actor.account_id and await parties.is_member(actor.account_id, known.id):
        raise SelfDealing(row.code, "same_person")
    if admit:
        row.organisation = await _admitted(row, known)
    else:
        row.contact_name = row.contact_phone = ""
    row.reasons, row.decided_at, row.decided_by_id = words, unit().now, actor.account_id
    await move(row, "admit" if admit else "return", organisation=row.organisation_code, reasons=words)
    return row


async def move(row: OnboardingApplication, name: str, **facts: Any) -> None:
    """The only door that writes ``state``; the row is locked. Raises WrongState."""
    row.state = lifecycle.check("application", MOVES, name, row.state).target
    await row.save()
    unit().record(f"onboarding:{name}", f"application:{row.code}", **facts)


async def _admitted(row: OnboardingApplication, known: Organisation | None) -> Organisation:
    """The organisation with its certificates on record. One that was here as an applicant stays what it is. Raises AlreadyRegistered."""
    if row.wish == Wish.JOIN and known:
        joined = await parties.intermediary_by_code(known.code, local_date(unit().now))
        if joined or not roles.fits(known.kind, Role.INTERMEDIARY):
            raise AlreadyRegistered("organisation", known.code)
    kind = OrganisationKind(row.kind)
    organisation = known or await register.enrol(register.RegisterOrganisation(row.name, kind, row.organisation_code))
    [held] = await read.certificates_by_application([row.id])
    for one in held:
        dates = (one.valid_from, one.valid_to)
        await register.certify(
            register.RecordQualification(organisation.code, one.qualification, one.certificate_no, *dates, one.level)
        )
    return organisation
