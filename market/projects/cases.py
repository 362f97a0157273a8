"""Which approval case a need belongs to: a number has one spelling, and the parties that its agency names."""

from tortoise.expressions import F

from market.errors import InvalidInput
from market.ledger import read as ledger
from market.parties import read as parties
from market.parties.models import Organisation, OrganisationKind
from market.projects import read
from market.projects.forms import OBJECT, CaseForm
from market.projects.models import ApprovalCase, Project
from market.projects.states import UNPUBLISHED
from market.text import typed_code
from market.usecase import unit


async def file_case(form: CaseForm | None, buyer: Organisation) -> ApprovalCase | None:
    """The approval case, made when it is new. Raises InvalidInput when a known one names other parties.

    An agency applies for nothing here. An intermediary may, for itself: then it cannot quote, see ``able``.
    """
    if form is None:
        return None
    agency, applicant = await _ends(form, buyer)
    case = await read.case_by_no(form.case_no) or await _new(form, agency, applicant)
    if (case.agency_id, case.applicant_id) == (agency.id, applicant.id):
        return case
    if buyer.id == agency.id and await _taken_from_drafts(case):
        return await _renamed(case, form, agency, applicant)
    raise InvalidInput.one("case.caseNo", "case_differs")


async def _ends(form: CaseForm, buyer: Organisation) -> tuple[Organisation, Organisation]:
    """Agency and applicant: the buyer, and whom it names. Raises InvalidInput."""
    is_agency = buyer.kind == OrganisationKind.AGENCY
    agency = buyer if is_agency else await _party(form.agency_code, "case.agencyCode")
    applicant = await _party(form.applicant_code, "case.applicantCode") if is_agency else buyer
    if agency.kind != OrganisationKind.AGENCY:
        raise InvalidInput.one("case.agencyCode", "not_an_agency")
    if applicant.kind == OrganisationKind.AGENCY:  # its right payment would look like a shifted one
        raise InvalidInput.one("case.applicantCode", "agency_as_applicant")
    return agency, applicant


async def _party(code: str | None, path: str) -> Organisation:
    if not code:
        raise InvalidInput.one(path, "required")
    return await parties.named(code, path)


async def _new(form: CaseForm, agency: Organisation, applicant: Organisation) -> ApprovalCase:
    """One that a ledger has is the same case when its parties agree, with what the ledger knows of it. Raises InvalidInput otherwise."""
    values = {
        "agency": agency,
        "applicant": applicant,
        "approval_item": form.approval_item.strip(),
        "object": form.object.strip(),
    }
    number, imported = typed_code(form.case_no.strip()), await ledger.case_by_no(form.case_no)
    if imported:
        if (imported.agency_id, imported.applicant_id) != (agency.code, applicant.code):
            raise InvalidInput.one("case.caseNo", "case_differs")
        values["object"] = (imported.object or form.object.strip())[:OBJECT]
        number, values = imported.case_no, values | {"accepted_on": imported.accepted_on, "decided_on": imported.decided_on}
    case, _ = await ApprovalCase.get_or_create(case_no=number, defaults=values)
    return case


async def _taken_from_drafts(case: ApprovalCase) -> bool:
    """Whether nobody but others than its agency named the case, in what nobody has seen yet: such a draft reserves no number.

    Those drafts lose the case, for whose it is must not be shown to them.
    """
    naming = await Project.filter(case_id=case.id).select_for_update()
    if not naming or any(p.state not in UNPUBLISHED or p.buyer_id == case.agency_id for p in naming):
        return False
    await Project.filter(case_id=case.id).update(case_id=None, version=F("version") + 1)
    for project in naming:
        unit().record("project:lose_case", f"project:{project.code}")
    return True


async def _renamed(case: ApprovalCase, form: CaseForm, agency: Organisation, applicant: Organisation) -> ApprovalCase:
    """The parties of its own case are the agency's to name."""
    case.agency, case.applicant = agency, applicant
    case.approval_item, case.object = form.approval_item.strip(), form.object.strip()
    await case.save()
    return case
