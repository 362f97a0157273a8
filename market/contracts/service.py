"""Filing a contract: price, parties and item are the award's; nothing else can be filed."""

from dataclasses import dataclass
from datetime import date

from market.actors import Actor
from market.awards import read as awards
from market.awards import suspensions
from market.awards.models import Award
from market.clock import local_date
from market.contracts import read
from market.contracts.models import Contract
from market.errors import AlreadyFiled, ContractDiffers, InvalidInput, NotFound
from market.ledger import read as ledger
from market.money import format_yuan
from market.permissions import Action, Subject
from market.projects import service as project_service
from market.projects.models import Project
from market.quotes.models import Quote
from market.text import Checker, new_code
from market.usecase import authorise, unit, use_case


@dataclass(frozen=True)
class FileContract:
    """``amount_fen``, ``supplier_code`` and ``item_code`` repeat the award, to be checked against it."""

    project_code: str
    amount_fen: int
    supplier_code: str
    item_code: str
    signed_on: date
    due_on: date
    contract_no: str | None = None

    def check(self, today: date) -> None:
        """Raises InvalidInput with every problem."""
        check = Checker()
        check.amount("amount", self.amount_fen)
        if self.contract_no is not None:
            check.text("contractNo", self.contract_no, 60)
        if self.signed_on > today:
            check.add("signedOn", "in_the_future")
        if self.due_on < self.signed_on:
            check.add("dueOn", "before_signing")
        check.done()


@use_case(Action.CONTRACT_FILE)
async def file_contract(actor: Actor, form: FileContract) -> Contract:
    """File the signed contract of an award, by either party.

    Raises NotFound, NotPermitted, WrongState, AwardSuspended, ContractDiffers, AlreadyFiled, InvalidInput.
    """
    project = await project_service.locked(actor, form.project_code)
    [award] = await awards.awards_by_project([project.id])
    authorise(Action.CONTRACT_FILE, Subject.of(project.buyer_id, award.supplier_id if award else None))
    form.check(local_date(unit().now))
    await project_service.move(project, "file")
    await suspensions.refuse_suspended(project)
    if award is None:
        raise LookupError(f"project {project.code} left 'awarded' without an award")
    _check_award(form, project, award)
    return await _store(actor, form, project, award)


def _check_award(form: FileContract, project: Project, award: Award) -> None:
    pairs = (
        ("price", format_yuan(award.amount_fen), format_yuan(form.amount_fen)),
        ("supplier", award.supplier.code, form.supplier_code.strip().upper()),
        ("item", project.item_code, form.item_code.strip()),
    )
    for field, awarded, given in pairs:
        if awarded != given:
            raise ContractDiffers(field, awarded, given)
    if award.confirmed_at and form.signed_on < local_date(award.confirmed_at):
        raise InvalidInput.one("signedOn", "before_award")


async def _store(actor: Actor, form: FileContract, project: Project, award: Award) -> Contract:
    now = unit().now
    number = (form.contract_no or "").strip() or new_code("HT", now)
    if await Contract.exists(contract_no=number) or await ledger.has_contract(number):
        raise AlreadyFiled("contract", number)
    contract = await Contract.create(
        contract_no=number,
        award=award,
        item_code=project.item_code,
        case_id=project.case_id,
        client_id=project.buyer_id,
        supplier_id=award.supplier_id,
        method="framework" if project.framework_id else project.method,
        valid_quotes=await Quote.filter(project_id=project.id, live=True, invalid_reason="").count(),
        purpose=project.purpose,
        amount_fen=award.amount_fen,
        commissioned_on=local_date(project.published_at or project.posted_at),
        signed_on=form.signed_on,
        due_on=form.due_on,
        filed_at=now,
        filed_by_id=actor.account_id,
    )
    unit().record("contract:file", f"contract:{number}", project=project.code, amountFen=award.amount_fen)
    return contract


@use_case(Action.CONTRACT_DELIVER)
async def record_delivery(actor: Actor, contract_no: str, delivered_on: date) -> Contract:
    """The intermediary says when it delivered the result; said once.

    Raises NotFound, NotPermitted, InvalidInput, AlreadyFiled.
    """
    contract = await _locked(actor, contract_no)
    authorise(Action.CONTRACT_DELIVER, Subject.of(contract.supplier_id))
    if contract.delivered_on is not None:
        raise AlreadyFiled("delivery", contract_no)
    _check_day("deliveredOn", delivered_on, contract.signed_on, "before_signing")
    return await _record(contract, "delivered_on", delivered_on)


@use_case(Action.CONTRACT_ACCEPT)
async def accept_delivery(actor: Actor, contract_no: str, accepted_on: date) -> Contract:
    """The client says when it accepted the result; from then on the time to pay runs. Said once.

    Raises NotFound, NotPermitted, InvalidInput, AlreadyFiled.
    """
    contract = await _locked(actor, contract_no)
    authorise(Action.CONTRACT_ACCEPT, Subject.of(contract.client_id))
    if contract.accepted_on is not None:
        raise AlreadyFiled("acceptance", contract_no)
    if contract.delivered_on is None:
        raise InvalidInput.one("contractNo", "not_delivered")
    _check_day("acceptedOn", accepted_on, contract.delivered_on, "before_delivery")
    return await _record(contract, "accepted_on", accepted_on)


async def _locked(actor: Actor, contract_no: str) -> Contract:
    contract = await read.contract_by_no(contract_no)
    if contract is None or not read.may_see(actor, contract):
        raise NotFound("contract", contract_no[:40])
    await Contract.select_for_update().get(id=contract.id)
    await contract.refresh_from_db(fields=["delivered_on", "accepted_on"])
    return contract


def _check_day(path: str, day: date, earliest: date | None, too_early: str) -> None:
    if day > local_date(unit().now):
        raise InvalidInput.one(path, "in_the_future")
    if earliest and day < earliest:
        raise InvalidInput.one(path, too_early)


async def _record(contract: Contract, column: str, day: date) -> Contract:
    setattr(contract, column, day)
    await contract.save(update_fields=[column])
    unit().record(f"contract:{column.removesuffix('_on')}", f"contract:{contract.contract_no}", on=day.isoformat())
    return contract
