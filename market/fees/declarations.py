"""What the other end of a payment says of it: both statements stay, and where they differ it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from market.actors import Actor
from market.clock import local_date
from market.errors import AlreadyDeclared, AlreadyReversed, Difference, NotFound
from market.fees import evidence, read
from market.fees.forms import check_day
from market.fees.models import FeeDeclaration, FeeRecord
from market.parties import codes
from market.parties.models import Organisation
from market.permissions import Action, Subject
from market.text import Checker
from market.usecase import authorise, unit, use_case


@dataclass(frozen=True)
class DeclareFee:
    """One end's own statement; ``amount_fen`` in fen, 0: nothing was paid. ``correction``: why an earlier one is replaced."""

    record_no: str
    amount_fen: int
    paid_on: date
    payer_code: str
    payee_code: str
    correction: str = ""

    def check(self, today: date) -> None:
        """Raises InvalidInput with every problem."""
        check = Checker()
        if self.amount_fen:
            check.amount("amount", self.amount_fen)
        check_day(check, "paidOn", self.paid_on, today)
        check.text("payerCode", self.payer_code, 40)
        check.text("payeeCode", self.payee_code, 40)
        check.text("correction", self.correction, 500, required=False)
        check.done()


@dataclass(frozen=True)
class Statement:
    """What ``party`` said, as its ``number``-th statement; ``differences`` from the record: typed declared, read recorded."""

    party: Organisation
    number: int
    amount_fen: int
    paid_on: date
    payer_code: str
    payee_code: str
    correction: str
    agrees: bool
    declared_at: datetime
    differences: tuple[Difference, ...]


@use_case(Action.FEE_DECLARE)
async def declare_fee(actor: Actor, form: DeclareFee) -> Statement:
    """Say by oneself what was paid: only payer and payee may, each once; a correction is a further statement.

    The end that recorded the payment has said its word by recording it and corrects it by reversing the record.
    Raises NotFound, NotPermitted, InvalidInput, AlreadyReversed, AlreadyDeclared.
    """
    fee = await _concerned(actor, form.record_no)
    form.check(local_date(unit().now))
    number = await _next_number(actor, form, fee)
    declared = FeeDeclaration(
        fee=fee,
        party_id=actor.party_id,
        number=number,
        amount_fen=form.amount_fen,
        paid_on=form.paid_on,
        payer_code=_code(form.payer_code),
        payee_code=_code(form.payee_code),
        reason=form.correction.strip() if number > 1 else "",
        declared_by_id=actor.account_id,
        declared_at=unit().now,
    )
    found = differences(fee, declared)
    declared.agrees = not found
    await declared.save()
    unit().record("fee:declare", f"fee:{fee.record_no}", number=number, differs=[d.field for d in found])
    return _statement(declared, fee.payer if fee.payer_id == actor.party_id else fee.payee, found)


async def _next_number(actor: Actor, form: DeclareFee, fee: FeeRecord) -> int:
    """Which statement of this party it is. Raises AlreadyDeclared, AlreadyReversed."""
    earlier = await FeeDeclaration.filter(fee_id=fee.id, party_id=actor.party_id).count()
    if fee.recorded_for_id == actor.party_id or (earlier and not form.correction.strip()):
        raise AlreadyDeclared(fee.record_no)
    if fee.reverses_id or await FeeRecord.exists(reverses_id=fee.id):
        raise AlreadyReversed(fee.record_no)
    return earlier + 1


async def statements_by_fee(ids: Sequence[UUID]) -> list[list[Statement]]:
    """What the ends of each record declared, the oldest first, in key order."""
    said = await read.declarations_by_fee(ids)
    return [[_statement(row, row.party, differences(row.fee, row)) for row in rows] for rows in said]


def _statement(row: FeeDeclaration, party: Organisation, found: tuple[Difference, ...]) -> Statement:
    plain = {name: getattr(row, name) for name in ("number", "amount_fen", "paid_on", "payer_code", "payee_code", "agrees")}
    return Statement(party=party, correction=row.reason, declared_at=row.declared_at, differences=found, **plain)


async def _concerned(actor: Actor, record_no: str) -> FeeRecord:
    """The record, locked, if the actor is one of its ends. Raises NotFound, NotPermitted."""
    fee = await FeeRecord.get_or_none(record_no=record_no).select_related(*read.RELATED)
    if fee is None or not read.may_see(actor, fee):
        raise NotFound("fee", record_no[:40])
    authorise(Action.FEE_DECLARE, Subject.of(fee.payer_id, fee.payee_id))
    await FeeRecord.select_for_update().get(id=fee.id)
    return fee


def differences(fee: FeeRecord, declared: FeeDeclaration) -> tuple[Difference, ...]:
    """Where the declaration differs from the record (loaded with its payer and payee): ``typed`` declared, ``read`` recorded."""
    said = {"amount": declared.amount_fen, "paidOn": declared.paid_on, "payerCode": declared.payer_code}
    recorded = {"amount": fee.amount_fen, "paidOn": fee.paid_on, "payerCode": fee.payer.code, "payeeCode": fee.payee.code}
    return evidence.differences(recorded, {**said, "payeeCode": declared.payee_code})


def _code(text: str) -> str:
    """As registered where it is a code at all: a wrong one is kept as it was said, it is a statement."""
    try:
        return codes.party_code(text)
    except codes.BadCode:
        return text.strip().upper()
