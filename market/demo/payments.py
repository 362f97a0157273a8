"""The demo world's payments: one as it should be, and the ways in which applicants end up paying."""

from typing import Any, Protocol

from market.actors import Actor
from market.clock import local_date
from market.contracts.models import Contract
from market.demo import people
from market.fees import service as fees
from market.fees.forms import InvoiceForm, RecordFee, RecordRefund
from market.fees.models import Channel, EvidenceGrade


class _Stage(Protocol):
    cast: dict[str, Actor]
    at: Any

    def later(self, **by: int) -> Any: ...
    def key(self) -> str: ...


async def stage_payments(stage: _Stage, contracts: list[Contract]) -> None:
    """Contract 1: the agency pays. 2: the applicant pays, V01, and gets a part back. 3: too much and a wrong title. 4: fine."""
    first, second, third, fourth = contracts
    await _pay(stage, "agency", first, first.amount_fen or 0)
    shifted = await _pay(stage, "applicant", second, second.amount_fen or 0)
    with stage.later(hours=3):
        refund = RecordRefund(
            idempotency_key=stage.key(),
            refund_of=shifted,
            amount_fen=(second.amount_fen or 0) // 2,
            paid_on=local_date(stage.at),
            channel=Channel.BANK_TRANSFER,
            grade=EvidenceGrade.BANK,
            voucher_no="BANK-DEMO-R1",
        )
        await fees.record_refund(stage.cast["regulator"], refund)
    await _pay(stage, "agency", third, (third.amount_fen or 0) + 5_000_00, buyer="applicant")
    await _pay(stage, "applicant", fourth, fourth.amount_fen or 0, buyer="applicant")


async def stage_shift(stage: _Stage, contract: Contract) -> None:
    """The applicant pays all of what the agency owes, and nothing comes back."""
    await _pay(stage, "applicant", contract, contract.amount_fen or 0)


async def _pay(stage: _Stage, payer: str, contract: Contract, amount_fen: int, *, buyer: str | None = None) -> str:
    await contract.fetch_related("supplier", "case")
    with stage.later(hours=4):
        paid_on = local_date(stage.at)
        invoice = None
        if buyer:
            invoice = InvoiceForm(
                number=f"FP-DEMO-{contract.contract_no[-6:]}",
                issued_on=paid_on,
                buyer_title=people.name_of(buyer),
                buyer_code=people.of(buyer),
                seller_code=contract.supplier.code,
                amount_fen=amount_fen,
            )
        form = RecordFee(
            idempotency_key=stage.key(),
            payer_code=people.of(payer),
            payee_code=contract.supplier.code,
            amount_fen=amount_fen,
            paid_on=paid_on,
            channel=Channel.BANK_TRANSFER,
            grade=EvidenceGrade.BANK,
            voucher_no=f"BANK-DEMO-{contract.contract_no[-6:]}",
            contract_no=contract.contract_no,
            purpose_text="技术服务费",
            invoice=invoice,
        )
        recorded = await fees.record_fee(stage.cast[payer], form)
    return str(recorded.fee.record_no)
