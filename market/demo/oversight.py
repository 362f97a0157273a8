"""The demo world's oversight: one case followed to its end by two regulators, one that waits for the agency's answer."""

from datetime import UTC, datetime
from typing import Any, Protocol

from market.actors import Actor
from market.clock import local_date
from market.contracts.models import Contract
from market.demo import people
from market.fees import service as fees
from market.fees.forms import RecordRefund
from market.fees.models import Channel, EvidenceGrade, FeeRecord
from market.oversight import following, jurisdiction, service
from market.oversight.models import OrderKind, OversightCase

EXCESS_FEN = 5_000_00
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class _Stage(Protocol):
    cast: dict[str, Actor]
    at: Any

    def later(self, **by: int) -> Any: ...
    def key(self) -> str: ...


async def followed_to_the_end(stage: _Stage, contract: Contract) -> None:
    """More was paid than agreed: explained, confirmed, ordered, paid back, reported, closed by the second regulator."""
    cast = stage.cast
    form = jurisdiction.SetJurisdiction(people.of("regulator"), regions=("330900",))
    with stage.later(hours=1):
        await jurisdiction.set_jurisdiction(cast["operator"], form)
        await following.settle_due(_EVER)
    code = (await OversightCase.filter(links__finding__rule="V21").first().values("code"))["code"]
    with stage.later(hours=1):
        await service.take_case(cast["regulator"], code)
        await service.ask_explanation(cast["regulator"], code, "付款比合同多 5,000 元，发票抬头是申请人，请说明原因并附凭证。")
    with stage.later(hours=2):
        await service.answer_explanation(cast["agency"], code, "经办人误把差旅费并入合同价款，发票由中介机构开错抬头。")
    with stage.later(hours=1):
        await service.confirm_findings(cast["regulator"], service.Confirm(code, "超出合同价款没有依据，应予退还。"))
        order = service.Order(code, "退还多付的 5,000 元，换开发票，并修改内部付款流程。", (OrderKind.RECTIFY, OrderKind.REFUND))
        await service.order_rectification(cast["regulator"], order)
    await _pay_back(stage, contract)
    with stage.later(hours=1):
        await service.report_rectification(cast["agency"], code, "多付款项已收回，付款流程增加合同金额校验。")
        await service.close_case(cast["regulator2"], code, "款已退回，整改报告已收到，予以办结。")


async def _pay_back(stage: _Stage, contract: Contract) -> None:
    paid = await FeeRecord.get(contract_id=contract.id)
    with stage.later(hours=3):
        form = RecordRefund(
            idempotency_key=stage.key(),
            refund_of=paid.record_no,
            amount_fen=EXCESS_FEN,
            paid_on=local_date(stage.at),
            channel=Channel.BANK_TRANSFER,
            grade=EvidenceGrade.BANK,
            voucher_no="BANK-DEMO-R2",
        )
        await fees.record_refund(stage.cast["agency"], form)


async def waiting_for_an_answer(stage: _Stage) -> None:
    """The applicant paid what the agency owed, and half came back: the agency has five working days to explain."""
    code = (await OversightCase.filter(links__finding__rule="V01").first().values("code"))["code"]
    with stage.later(minutes=1):
        await following.settle_due(_EVER)  # a later payment by an applicant opens a case that nobody has taken yet
        await service.take_case(stage.cast["regulator"], code)
        await service.ask_explanation(stage.cast["regulator"], code, "评审由机关委托，为何由申请人付款？请附合同和付款凭证说明。")
