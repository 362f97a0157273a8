"""Onboarding: anyone applies and follows by a receipt; the operator admits, which registers at once, or returns with reasons."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from market import clock, errors, usecase
from market.actors import ANONYMOUS, Actor, Role
from market.log.models import LogEntry
from market.onboarding import read, service
from market.onboarding.models import OnboardingApplication, OnboardingCertificate
from market.parties.models import HeldQualification, Membership, Organisation, OrganisationKind
from market.parties.read import intermediary_by_code
from market.usecase import rulebook
from tests.contest import NOON, code_of, member, new_code
from tests.factories_onboarding import LISTED, OTHER, applied, certificate, decided, form
from tests.factories_parties import account, join, organisation

pytestmark = pytest.mark.usefixtures("database", "shipped_catalogue")
TODAY = clock.local_date(NOON)


async def problems(**changes: Any) -> set[tuple[str, str]]:
    """Path and code of what is wrong with a form."""
    with pytest.raises(errors.InvalidInput) as refused:
        await applied(**changes)
    return {(problem.path, problem.code) for problem in refused.value.fields}


async def test_from_the_application_to_the_register() -> None:
    """The answer is due at the end of the second working day; admitted, organisation and certificates are on record."""
    done = await applied(
        code=" " + (code := new_code()).lower(), qualifications=(certificate(level="甲级"), certificate("2", OTHER))
    )
    assert done.application.decide_by == datetime(2026, 11, 26, 16, tzinfo=UTC)
    assert not await Organisation.exists(code=code)
    row = await decided(done.application.code)
    assert (row.state, row.organisation.code, row.organisation.name) == ("admitted", code, "某评估公司")
    found = await intermediary_by_code(code, TODAY)
    assert found and await HeldQualification.filter(organisation_id=found.id).order_by("certificate_no").values_list(
        "qualification", "level", "certificate_no"
    ) == [(OTHER, "", "2"), (LISTED, "甲级", "APJ-1")]
    read_on = await read.by_receipt(f" {done.receipt} ")
    assert read_on and read_on.state == "admitted" and await read.by_receipt("x") is None
    with pytest.raises(errors.WrongState):
        await decided(done.application.code)


async def test_the_log_says_so_without_contact_or_receipt() -> None:
    """Neither do the rows have the receipt itself, nor the form's own words the contact."""
    done = await applied()
    await decided(done.application.code, admit=False, reasons="证书编号查不到")
    entries = await LogEntry.filter(subject=f"application:{done.application.code}").order_by("seq")
    assert [entry.action for entry in entries] == ["onboarding:apply", "onboarding:return"]
    told = "".join(entry.body for entry in entries) + repr(form())
    assert "证书编号查不到" in told and not any(word in told for word in ("张三", "13800000000", done.receipt))
    assert done.receipt not in str(vars(await OnboardingApplication.get(id=done.application.id)))


async def test_returned_with_reasons_one_may_apply_again() -> None:
    """Without reasons it is not returned; nothing was registered."""
    done = await applied(code=(code := new_code()))
    with pytest.raises(errors.InvalidInput):
        await decided(done.application.code, admit=False)
    row = await decided(done.application.code, admit=False, reasons="名称与执照不一致")
    assert (row.state, row.reasons, row.contact_phone) == ("returned", "名称与执照不一致", "") and not await Organisation.exists(
        code=code
    )
    again = await applied(code=code)
    assert (await decided(again.application.code)).state == "admitted"


async def test_an_intermediary_is_told_and_a_waiting_one_is_not() -> None:
    """The register is public. That an application waits is not: another one is taken, and only one of them can be admitted."""
    known = await member(Role.INTERMEDIARY)
    with pytest.raises(errors.AlreadyRegistered):
        await applied(code=await code_of(known))
    first, second = [await applied(code=code) for code in [new_code()] * 2]
    [waiting] = await read.waiting_by_organisation_code([first.application.organisation_code])
    assert sorted(waiting) == sorted([first.application.code, second.application.code])
    await decided(second.application.code)
    with pytest.raises(errors.AlreadyRegistered):
        await decided(first.application.code)
    assert (await OnboardingApplication.get(id=first.application.id)).state == "waiting"


async def test_one_that_is_here_as_an_applicant_may_join() -> None:
    """It stays what it is and gets its certificates; an agency never becomes one."""
    here, agency = await organisation(OrganisationKind.ENTERPRISE), await organisation(OrganisationKind.AGENCY)
    done = await applied(code=here.code, name="另一个名称")
    assert (await decided(done.application.code)).organisation.id == here.id
    assert (await Organisation.get(id=here.id)).name == "某单位" and await HeldQualification.exists(organisation_id=here.id)
    wrong = await applied(code=agency.code)
    with pytest.raises(errors.AlreadyRegistered):
        await decided(wrong.application.code)


async def test_refused_in_the_middle_nothing_is_done() -> None:
    """A certificate that the register does not take undoes the organisation, too."""
    done = await applied(qualifications=(certificate("1"), certificate("2")))
    await OnboardingCertificate.filter(application_id=done.application.id).update(certificate_no="1")
    entries = await LogEntry.all().count()
    with pytest.raises(errors.AlreadyRegistered):
        await decided(done.application.code)
    assert not await Organisation.exists(code=done.application.organisation_code) and not await HeldQualification.exists()
    assert (await OnboardingApplication.get()).state == "waiting" and await LogEntry.all().count() == entries


async def test_two_operators_at_once_decide_once() -> None:
    """The second is told that it is decided."""
    done, operators = await applied(), [await member(Role.OPERATOR) for _ in range(2)]
    both = [decided(done.application.code, admit=bool(n), reasons="x", by=who) for n, who in enumerate(operators)]
    answers = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["OnboardingApplication", "WrongState"]


async def test_every_problem_of_the_form_is_told_at_once() -> None:
    """Name, code, kind, phone, certificates, pledge; none of them repeats what was typed of the contact."""
    bad = (replace(certificate("", "没有这个"), valid_to=date(2019, 1, 1)), certificate("1"), certificate("1"))
    wrong = {
        "name": " ",
        "code": "91330902",
        "kind": OrganisationKind.AGENCY,
        "contact_phone": "打我电话",
        "pledge": "旧",
        "pledged": False,
    }
    assert await problems(**wrong, qualifications=bad) == {
        *(("name", "required"), ("code", "not_a_code"), ("kind", "not_allowed_here"), ("contactPhone", "not_a_phone")),
        *(("qualifications.0.qualification", "unknown_qualification"), ("qualifications.0.validTo", "ends_before_start")),
        *(("qualifications.0.certificateNo", "required"), ("qualifications.2.certificateNo", "duplicate")),
        *(("pledgeVersion", "pledge_changed"), ("pledged", "pledge_missing")),
    }
    assert await problems(qualifications=tuple(certificate(str(n)) for n in range(6))) == {("qualifications", "out_of_range")}
    assert not await OnboardingApplication.exists()


async def test_sent_twice_it_is_one() -> None:
    """With the same receipt; other words under the key are refused, a short key too."""
    sent = form(idempotency_key="k" * 32)
    with clock.fixed(NOON):
        first, second = [await service.apply_to_join(ANONYMOUS, sent) for _ in range(2)]
        with pytest.raises(errors.IdempotencyKeyReused):
            await service.apply_to_join(ANONYMOUS, replace(sent, name="另一家"))
        with pytest.raises(errors.InvalidInput):
            await service.apply_to_join(ANONYMOUS, replace(sent, idempotency_key="k"))
    assert first.receipt == second.receipt and await OnboardingApplication.all().count() == 1


async def test_applications_are_throttled_by_address_and_in_total(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five from one address, then none for an hour; another address is free until there are too many at all."""
    for _ in range(5):
        await applied(Actor(address="10.9.8.7"))
    with pytest.raises(errors.TooManyApplications) as paused:
        await applied(Actor(address="10.9.8.7"))
    assert paused.value.retry_at == NOON + timedelta(hours=1)
    few = [replace(row, value=6) if row.name == "applications_total" else row for row in rulebook().settings]
    monkeypatch.setattr(usecase, "_rulebook", [replace(rulebook(), settings=tuple(few))])
    await applied(Actor(address="10.9.8.8"))
    with pytest.raises(errors.TooManyApplications):
        await applied(Actor(address="10.9.8.9"))
    with clock.fixed(NOON + timedelta(hours=1)):
        await service.apply_to_join(Actor(address="10.9.8.9"), form())


async def test_an_intermediary_adds_a_qualification_of_its_own() -> None:
    """Into the same queue; the same certificate neither waits twice nor is asked for when it is on record."""
    own = await member(Role.INTERMEDIARY)
    with clock.fixed(NOON):
        row = await service.apply_for_qualification(own, certificate())
        with pytest.raises(errors.AlreadyFiled):
            await service.apply_for_qualification(own, certificate())
        with pytest.raises(errors.NotPermitted):
            await service.apply_for_qualification(await member(Role.APPLICANT), certificate())
        with pytest.raises(errors.InvalidInput):
            await service.apply_for_qualification(own, certificate(name="没有"))
    await decided(row.code)
    assert await HeldQualification.filter(organisation_id=own.organisation_id, certificate_no="APJ-1").count() == 1
    with clock.fixed(NOON), pytest.raises(errors.AlreadyRegistered):
        await service.apply_for_qualification(own, certificate())


async def test_nobody_decides_on_its_own() -> None:
    """Neither who applied, nor who acts for the intermediary."""
    office = await organisation(OrganisationKind.AGENCY)
    who = await account()
    operator = await join(who, office, Role.OPERATOR)
    own = await applied(operator)
    with pytest.raises(errors.NotPermitted):
        await decided(own.application.code, by=operator)
    theirs = await member(Role.INTERMEDIARY)
    with clock.fixed(NOON):
        row = await service.apply_for_qualification(theirs, certificate())
    await Membership.create(account=who, organisation_id=theirs.organisation_id, role=Role.INTERMEDIARY, since=NOON)
    with pytest.raises(errors.SelfDealing):
        await decided(row.code, by=operator)
    with pytest.raises(errors.NotFound):
        await decided("RZ-nie")


async def test_who_reads_what() -> None:
    """The operator all, the regulator what is decided, an intermediary its own; nobody else anything."""
    own, operator, regulator = [await member(role) for role in (Role.INTERMEDIARY, Role.OPERATOR, Role.REGULATOR)]
    waiting, returned = await applied(), await applied()
    await decided(returned.application.code, admit=False, reasons="x")
    with clock.fixed(NOON):
        mine = await service.apply_for_qualification(own, certificate())
    seen = {who: {row.code for row in await read.listing(who, None)} for who in (operator, regulator, own)}
    codes = (waiting.application.code, returned.application.code, mine.code)
    assert seen == {operator: {*codes}, regulator: {codes[1]}, own: {mine.code}}
    assert await read.application(regulator, codes[0]) is None and await read.application(own, codes[1]) is None
    for stranger, refusal in ((ANONYMOUS, errors.NotSignedIn), (await member(Role.AGENCY), errors.NotPermitted)):
        with pytest.raises(refusal):
            read.listing(stranger, None)
