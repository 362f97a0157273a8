"""What is said of a payment, a refund, an invoice; and the checks that need no database."""

from dataclasses import dataclass
from datetime import date

from market.actors import Role
from market.errors import GradeNotAttestable
from market.fees.models import Channel, EvidenceGrade
from market.text import Checker

FIRST_DAY = date(2000, 1, 1)
_G = EvidenceGrade
ATTESTABLE: dict[Role, tuple[EvidenceGrade, ...]] = {
    Role.AGENCY: (_G.TREASURY, _G.BANK, _G.INVOICE, _G.DECLARATION),
    Role.APPLICANT: (_G.BANK, _G.INVOICE, _G.DECLARATION),
    Role.INTERMEDIARY: (_G.BANK, _G.INVOICE, _G.DECLARATION),
    Role.HELPER: (_G.INVOICE, _G.DECLARATION),
    Role.REGULATOR: (_G.TREASURY, _G.BANK, _G.INVOICE, _G.DECLARATION),
}
"""Who can vouch for what. Nobody types in a platform payment: only the platform's own feed may make one."""


def check_grade(roles: frozenset[Role], grade: EvidenceGrade) -> None:
    """Raises GradeNotAttestable."""
    if grade not in attestable(roles):
        raise GradeNotAttestable(grade, tuple(g.value for g in attestable(roles)))


def attestable(roles: frozenset[Role]) -> tuple[EvidenceGrade, ...]:
    """What these roles can vouch for, the hardest first."""
    allowed = {g for role in roles for g in ATTESTABLE.get(role, ())}
    return tuple(g for g in EvidenceGrade if g in allowed)


@dataclass(frozen=True)
class InvoiceForm:
    """An invoice as printed; amount in fen."""

    number: str
    issued_on: date
    buyer_title: str
    buyer_code: str
    seller_code: str
    amount_fen: int
    red_letter_of: str | None = None

    def check(self, check: Checker, today: date) -> None:
        """Note every problem. An invoice of tomorrow does not exist yet, and no rule would look at it."""
        check.text("invoice.number", self.number, 60)
        check_day(check, "invoice.issuedOn", self.issued_on, today)
        check.text("invoice.buyerTitle", self.buyer_title, 200)
        check.text("invoice.buyerCode", self.buyer_code, 40)
        check.amount("invoice.amount", self.amount_fen)


@dataclass(frozen=True)
class InvoiceClaim:
    """What was typed of an invoice, as much or as little as that was, and the uploaded file it rests on. Amount in fen."""

    document_id: str | None = None
    number: str | None = None
    issued_on: date | None = None
    buyer_title: str | None = None
    buyer_code: str | None = None
    seller_code: str | None = None
    amount_fen: int | None = None
    red_letter_of: str | None = None


@dataclass(frozen=True)
class RecordFee:
    """One movement of money; ``amount_fen`` in fen. Evidence of a bank or the treasury needs its voucher number."""

    idempotency_key: str
    payer_code: str
    payee_code: str
    amount_fen: int
    paid_on: date
    channel: Channel
    grade: EvidenceGrade
    voucher_no: str = ""
    contract_no: str | None = None
    case_no: str | None = None
    on_behalf_of_code: str | None = None
    purpose_text: str = ""
    invoice: InvoiceForm | InvoiceClaim | None = None

    def check(self, today: date) -> None:
        """Raises InvalidInput with every problem."""
        check = Checker()
        _check_movement(check, self.amount_fen, self.paid_on, self.grade, self.voucher_no, today)
        check.text("purposeText", self.purpose_text, 300, required=False)
        if self.grade is EvidenceGrade.INVOICE and self.invoice is None:
            check.add("invoice", "required")
        if isinstance(self.invoice, InvoiceForm):
            self.invoice.check(check, today)
        if self.payer_code.strip().upper() == self.payee_code.strip().upper():
            check.add("payeeCode", "same_party")
        check.done()


@dataclass(frozen=True)
class RecordRefund:
    """Money back, from the payee of a record to its payer; ``amount_fen`` in fen."""

    idempotency_key: str
    refund_of: str
    amount_fen: int
    paid_on: date
    channel: Channel
    grade: EvidenceGrade
    voucher_no: str = ""

    def check(self, today: date) -> None:
        """Raises InvalidInput with every problem."""
        check = Checker()
        _check_movement(check, self.amount_fen, self.paid_on, self.grade, self.voucher_no, today)
        check.done()


def _check_movement(check: Checker, fen: int, paid_on: date, grade: EvidenceGrade, voucher: str, today: date) -> None:
    check.amount("amount", fen)
    check.text("voucherNo", voucher, 80, required=grade in (EvidenceGrade.BANK, EvidenceGrade.TREASURY))
    check_day(check, "paidOn", paid_on, today)


def check_day(check: Checker, path: str, day: date, today: date) -> None:
    """Problems: in_the_future, too_early."""
    if day > today:
        check.add(path, "in_the_future")
    elif day < FIRST_DAY:
        check.add(path, "too_early", first=FIRST_DAY)
