"""Recording a movement of money, its refund, its reversal: the rules judge each in the same transaction."""

from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from market import idempotency, looks
from market.actors import Actor
from market.catalogue import read as catalogue
from market.clock import local_date
from market.contracts import read as contracts
from market.contracts.models import Contract
from market.documents import service as documents
from market.errors import AlreadyFiled, AlreadyReversed, GradeNotAttestable, InvalidInput, NotFound, RefundTooLarge
from market.fees import evidence, gather, read
from market.fees.forms import InvoiceForm, RecordFee, RecordRefund, attestable, check_grade
from market.fees.models import FeeRecord, Invoice
from market.findings import read as finding_reads
from market.findings import service as findings
from market.findings.models import Finding
from market.ledger import read as ledger
from market.parties import read as parties
from market.permissions import Action, Denied, Subject, may
from market.projects import read as projects
from market.projects.models import ApprovalCase
from market.rules import facts
from market.rules.engine import Verdict, evaluate
from market.rules.facts import HARD_GRADES
from market.text import new_code, one_text
from market.usecase import authorise, unit, use_case


@dataclass(frozen=True)
class Recorded:
    """The record, the findings about it and its surroundings, and what every rule said."""

    fee: FeeRecord
    findings: list[Finding]
    verdicts: list[Verdict]


@use_case(Action.FEE_RECORD)
async def record_fee(actor: Actor, form: RecordFee) -> Recorded:
    """Record a payment, by one whom it concerns: of a contract or a case by their own parties, lest a stranger's word be held against them.

    Raises InvalidInput, NotFound, NotPermitted, GradeNotAttestable, AlreadyFiled (invoice, document, what the other end has recorded),
    IdempotencyKeyReused, InvoiceMismatch, InvoiceUnreadable.
    """
    payer, payee = await parties.named(form.payer_code, "payerCode"), await parties.named(form.payee_code, "payeeCode")
    contract, case = await _surroundings(form)
    _authorise(actor, form, read.recorders(payer.id, payee.id, contract, case))
    done = await _replayed(actor, form, "record_fee")
    if done:
        return done
    invoice, document = await evidence.completed(actor, form.invoice)
    replace(form, invoice=invoice).check(local_date(unit().now))
    check_grade(actor.roles, form.grade)
    await _refuse_twin(actor, form, payer_id=payer.id, payee_id=payee.id, contract=contract, case=case)
    behalf = await parties.named(form.on_behalf_of_code, "onBehalfOfCode") if form.on_behalf_of_code else None
    links = {"contract": contract, "case": case, "on_behalf_of": behalf, "purpose_text": form.purpose_text.strip()}
    fee = await _create(actor, form, payer=payer, payee=payee, **links, **await _item(contract))
    if invoice:
        filed = await _file_invoice(invoice, fee)
        if document:
            await documents.attach(document, read.invoice_key(filed), read.ends(payer.id, payee.id, contract, case).parties)
    await _remember(actor, form, "record_fee", fee)
    return await _judged(actor, fee, "fee:record")


def _authorise(actor: Actor, form: RecordFee, subject: Subject) -> None:
    """Raises NotPermitted; NotFound to whom the contract or the case does not concern: as if it did not exist."""
    denied = may(actor, Action.FEE_RECORD, subject)
    if isinstance(denied, Denied) and denied.reason == "ownership" and (form.contract_no or form.case_no):
        raise _unknown(form)
    authorise(Action.FEE_RECORD, subject)


def _unknown(form: RecordFee) -> NotFound:
    return NotFound("contract", form.contract_no[:40]) if form.contract_no else NotFound("case", (form.case_no or "")[:40])


async def _refuse_twin(actor: Actor, form: RecordFee, **known: Any) -> None:
    """What one end has recorded the other does not record once more, or it would count twice: it declares. Raises AlreadyFiled."""
    ids = {name if name.endswith("_id") else f"{name}_id": getattr(value, "id", value) for name, value in known.items()}
    same = FeeRecord.filter(amount_fen=form.amount_fen, paid_on=form.paid_on, refund_of_id=None, reverses_id=None, **ids)
    for twin in await same.filter(reversed_by__isnull=True):
        if twin.recorded_for_id != actor.party_id:
            raise AlreadyFiled("fee", twin.record_no)


async def _surroundings(form: RecordFee) -> tuple[Contract | None, ApprovalCase | None]:
    """The contract and its case; without a contract, the payment's own case."""
    contract = await contracts.contract_by_no(form.contract_no) if form.contract_no else None
    if contract:
        return contract, contract.case
    case = await projects.case_by_no(form.case_no) if form.case_no and not form.contract_no else None
    if case is None and (form.contract_no or form.case_no):
        raise _unknown(form)
    return None, case


async def _item(contract: Contract | None) -> dict[str, str]:
    """Item and class of the record: the class on the day of commissioning."""
    if contract is None:
        return {}
    on = contract.commissioned_on
    item_class = await catalogue.class_for_ledger(contract.item_code, on) if on else None
    return {"item_code": contract.item_code, "item_class": item_class or ""}


async def _create(actor: Actor, form: RecordFee | RecordRefund, **links: Any) -> FeeRecord:
    return await FeeRecord.create(
        record_no=new_code("FK", unit().now),
        paid_on=form.paid_on,
        amount_fen=form.amount_fen,
        channel=form.channel,
        grade=form.grade,
        voucher_no=form.voucher_no.strip(),
        recorded_by_id=actor.account_id,
        recorded_for_id=actor.party_id,
        recorded_at=unit().now,
        **links,
    )


async def _file_invoice(form: InvoiceForm, fee: FeeRecord) -> Invoice:
    number = await _unused(form.number.strip())
    red = await Invoice.get_or_none(invoice_no=form.red_letter_of) if form.red_letter_of else None
    if form.red_letter_of and red is None:
        raise InvalidInput.one("invoice.redLetterOf", "unknown_code")
    buyer = await parties.organisation_by_code(form.buyer_code)
    seller = await parties.named(form.seller_code, "invoice.sellerCode")
    buyer_code = buyer.code if buyer else form.buyer_code.strip().upper()
    if red and (red.seller_id, red.buyer_code, red.amount_fen) != (seller.id, buyer_code, form.amount_fen):
        raise InvalidInput.one("invoice.redLetterOf", "red_letter_differs")
    return await Invoice.create(
        invoice_no=number,
        issued_on=form.issued_on,
        seller=seller,
        buyer_title=form.buyer_title.strip(),
        buyer_code=buyer_code,
        amount_fen=form.amount_fen,
        contract_id=fee.contract_id,
        fee=fee,
        red_letter_of=red,
    )


async def _unused(number: str) -> str:
    """The number, which no other invoice has, be it a ledger's. Raises AlreadyFiled."""
    if await Invoice.exists(invoice_no=number) or await ledger.has_invoice(number):
        raise AlreadyFiled("invoice", number)
    return number


def _print(form: RecordFee | RecordRefund, operation: str) -> str:
    return idempotency.fingerprint(b"", operation, asdict(form))


async def _replayed(actor: Actor, form: RecordFee | RecordRefund, operation: str) -> Recorded | None:
    done = await idempotency.seen(actor.party_id or UUID(int=0), form.idempotency_key, _print(form, operation))
    if done is None:
        return None
    unit().replayed = True
    fee = await FeeRecord.get(id=done)
    scene = await _scene(fee)
    verdicts = [v for subject in scene.subjects for v in evaluate(scene.world, subject)]
    stored = await Finding.filter(subject__in=scene.subjects).order_by("rule", "subject")
    return await _shown(actor, fee, stored, verdicts)


async def _shown(actor: Actor, fee: FeeRecord, stored: list[Finding], verdicts: list[Verdict]) -> Recorded:
    """What the actor may read of it: of others in the same case it learns nothing by recording a payment."""
    known = await finding_reads.visible_by_id(actor, [finding.id for finding in stored])
    mine = [finding for finding in known if finding]
    own = {*await _own_subjects(actor, fee), *(finding.subject for finding in mine)}
    return Recorded(fee, mine, [verdict for verdict in verdicts if verdict.subject in own])


async def _own_subjects(actor: Actor, fee: FeeRecord) -> list[str]:
    """Of what was recorded itself, and of its contract where the actor may read that."""
    row = await _judged_record(fee)
    own = [f"payment:{row.record_no}"]
    own += [f"invoice:{invoice.invoice_no}" for invoice in await Invoice.filter(fee_id=row.id)]
    return [*own, f"contract:{row.contract.contract_no}"] if row.contract and contracts.may_see(actor, row.contract) else own


async def _remember(actor: Actor, form: RecordFee | RecordRefund, operation: str, fee: FeeRecord) -> None:
    party = actor.party_id or UUID(int=0)
    await idempotency.remember(party, form.idempotency_key, operation, _print(form, operation), fee.id)


async def _judged(actor: Actor, fee: FeeRecord, action: str) -> Recorded:
    """Log the record and let every rule judge all that it can affect."""
    told = {"amountFen": fee.amount_fen, "payer": str(fee.payer_id), "payee": str(fee.payee_id), "grade": fee.grade}
    unit().record(action, f"fee:{fee.record_no}", **told)
    stored, verdicts = await _assess(await _scene(fee), await _taken_back(fee))
    return await _shown(actor, fee, stored, verdicts)


async def _taken_back(fee: FeeRecord) -> tuple[str, ...]:
    """The subjects that a reversal takes out of the world: what was found about them is judged once more."""
    if fee.reverses_id is None:
        return ()
    wrong = await FeeRecord.get(id=fee.reverses_id)
    invoices = await Invoice.filter(fee_id=wrong.id).values_list("invoice_no", flat=True)
    return (f"payment:{wrong.record_no}", *(f"invoice:{number}" for number in invoices))


async def _scene(fee: FeeRecord) -> gather.Scene:
    """All that the record can affect."""
    row = await _judged_record(fee)
    number = row.contract and row.contract.contract_no
    own = row.case.case_no if row.case else None
    around = facts.Payment(row.record_no, payer_id=row.payer.code, contract_no=number, case_no=own)
    return await gather.scene(await gather.unit_around(around, _contract_fact(row.contract)), local_date(unit().now))


async def _judged_record(fee: FeeRecord) -> FeeRecord:
    """The record itself; of a refund or a reversal the record that it names, for that is what it affects."""
    judged = fee
    for before in (fee.reverses_id, fee.refund_of_id):
        judged = await FeeRecord.get(id=before) if before else judged
    return await FeeRecord.get(id=judged.id).select_related("payer", "payee", "contract", "contract__case", "case")


def _contract_fact(row: Contract | None) -> facts.Contract | None:
    return facts.Contract(row.contract_no, case_no=row.case.case_no if row.case else None) if row else None


async def _assess(scene: gather.Scene, gone: tuple[str, ...] = ()) -> tuple[list[Finding], list[Verdict]]:
    verdicts = [v for subject in scene.subjects for v in evaluate(scene.world, subject)]
    came_back, concerned = partial(gather.came_back, scene.world), partial(gather.concerned, scene.world)
    return await findings.store(verdicts, (*scene.subjects, *gone), came_back, concerned), verdicts


async def _own(record_no: str, action: Action) -> FeeRecord:
    """The record, if the actor may do this to it. Raises NotFound, NotPermitted."""
    fee = await FeeRecord.get_or_none(record_no=record_no).select_related(*read.RELATED)
    if fee is None or not read.may_see(unit().actor, fee):
        raise NotFound("fee", record_no[:40])
    authorise(action, read.recorder(fee) if action is Action.FEE_REVERSE else read.subject(fee))
    await FeeRecord.select_for_update().get(id=fee.id)
    return fee


@use_case(Action.FEE_REFUND)
async def record_refund(actor: Actor, form: RecordRefund) -> Recorded:
    """Record money that came back; findings about the payment follow it. What a bank proves, a mere word does not undo.

    Nor the word of who had to pay it back: of such a payment whoever got the money says so, or the regulator.
    Raises InvalidInput, NotFound, NotPermitted, GradeNotAttestable, RefundTooLarge, AlreadyReversed, IdempotencyKeyReused.
    """
    paid = await _own(form.refund_of, Action.FEE_REFUND)
    if paid.grade in HARD_GRADES:
        authorise(Action.FEE_REFUND, Subject.of(paid.payer_id))
    done = await _replayed(actor, form, "record_refund")
    if done:
        return done
    form.check(local_date(unit().now))
    _check_against(paid, actor, form)
    remaining = await _remaining(paid)
    if form.amount_fen > remaining:
        raise RefundTooLarge(form.amount_fen, remaining)
    ends = {"payer_id": paid.payee_id, "payee_id": paid.payer_id, "refund_of": paid, "purpose_text": "退款"}
    same = {name: getattr(paid, name) for name in ("contract_id", "case_id", "item_code", "item_class")}
    fee = await _create(actor, form, **ends, **same)
    await _remember(actor, form, "record_refund", fee)
    return await _judged(actor, fee, "fee:refund")


def _check_against(paid: FeeRecord, actor: Actor, form: RecordRefund) -> None:
    check_grade(actor.roles, form.grade)
    if paid.grade in HARD_GRADES and form.grade not in HARD_GRADES:
        hard = (g.value for g in attestable(actor.roles) if g in HARD_GRADES)
        raise GradeNotAttestable(form.grade, tuple(hard))
    if form.paid_on < paid.paid_on:
        raise InvalidInput.one("paidOn", "before_payment")


async def _remaining(paid: FeeRecord) -> int:
    """What has not come back. Raises AlreadyReversed for a reversed record, a reversal or a refund: none can be refunded."""
    [net] = await read.nets_by_fee([paid.id])
    if paid.refund_of_id or paid.reverses_id or await FeeRecord.exists(reverses_id=paid.id):
        raise AlreadyReversed(paid.record_no)
    return net


@use_case(Action.FEE_REVERSE)
async def reverse_fee(actor: Actor, record_no: str, reason: str) -> Recorded:
    """Take back a mistaken record by one that names it, with a reason; both stay, the rules see neither.

    Only whoever recorded it, or the regulator: nobody else's evidence can be taken away.
    Raises NotFound, NotPermitted, InvalidInput, AlreadyReversed.
    """
    wrong = await _own(record_no, Action.FEE_REVERSE)
    reason = one_text("reason", reason, 500)
    refunds = await FeeRecord.filter(refund_of_id=wrong.id, reversed_by__isnull=True).exists()
    if wrong.reverses_id or refunds or await FeeRecord.exists(reverses_id=wrong.id):
        raise AlreadyReversed(record_no)
    links = "payer_id payee_id contract_id case_id on_behalf_of_id refund_of_id"
    plain = "item_code item_class paid_on amount_fen channel grade"
    fee = await FeeRecord.create(
        record_no=new_code("FK", unit().now),
        reverses=wrong,
        reason=reason,
        recorded_by_id=actor.account_id,
        recorded_for_id=actor.party_id,
        recorded_at=unit().now,
        **{name: getattr(wrong, name) for name in f"{links} {plain}".split()},
    )
    return await _judged(actor, fee, "fee:reverse")


@use_case(Action.CONTRACT_FILE)
async def assess_contract(actor: Actor, contract_no: str) -> list[Finding]:
    """Judge a contract right after it was filed, by one of its parties; contracts themselves stand below the fees."""
    contract = await contracts.contract_by_no(contract_no)
    if contract is None:
        raise NotFound("contract", contract_no[:40])
    authorise(Action.CONTRACT_FILE, contracts.subject(contract))
    own = contract.case.case_no if contract.case else None
    around = gather.Unit(cases=[own]) if own else gather.Unit(contracts=[contract_no])
    stored, verdicts = await _assess(await gather.scene(around, local_date(unit().now)))
    unit().record("contract:assess", f"contract:{contract_no}", rules=sorted({v.rule for v in verdicts}))
    return stored


@use_case(Action.FEE_READ)
async def log_look(actor: Actor, wanted: dict[str, Any], what: str = "fees", *, required: bool = False) -> None:
    """A supervisor looks at other people's money. Raises NotPermitted, InvalidInput (purpose)."""
    looks.note(Action.FEE_READ, "fee:look", what, wanted, required=required)
