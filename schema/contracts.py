"""Contracts in the API: for their parties and the regulator."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Self, cast

import strawberry
from strawberry import relay

from market import errors
from market.contracts import models, read, service
from market.fees import read as fee_reads
from market.fees import service as fees
from market.projects.models import Purpose
from market.ratings import read as ratings
from market.ratings import service as rating_service
from schema.context import Info
from schema.errors import result
from schema.inputs import node_key
from schema.parties import Organisation
from schema.projects.cases import ApprovalCase
from schema.ratings import Rating
from schema.scalars import Yuan


@strawberry.type(description="合同。 A filed contract; price, parties and item are those of its award.")
class Contract(relay.Node):
    """Visible to client, supplier, the case's parties and the regulator."""

    id: relay.NodeID[str]
    row: strawberry.Private[models.Contract]
    contract_no: str
    item_code: str
    method: str
    valid_quotes: int | None
    purpose: Purpose
    amount: Yuan | None
    commissioned_on: date | None
    signed_on: date | None
    due_on: date | None
    delivered_on: date | None
    accepted_on: date | None

    @classmethod
    def of(cls, row: models.Contract) -> Self:
        """From its row, loaded with client, supplier and case."""
        plain = "contract_no item_code method valid_quotes commissioned_on signed_on due_on delivered_on accepted_on"
        values: dict[str, Any] = {name: getattr(row, name) for name in plain.split()}
        amount = None if row.amount_fen is None else Yuan(row.amount_fen)
        return cls(id=cast(Any, str(row.id)), row=row, purpose=Purpose(row.purpose), amount=amount, **values)

    @classmethod
    async def resolve_nodes(cls, *, info: Info, node_ids: Iterable[str], required: bool = False) -> list[Self | None]:  # type: ignore[override]
        """By global id, for those who may see it."""
        rows = await read.contracts_by_id([node_key(i) for i in node_ids])
        return [cls.of(row) if row and read.may_see(info.context.actor, row) else None for row in rows]

    @strawberry.field
    async def client(self) -> Organisation:
        """委托方。 Who commissioned."""
        return Organisation.of(self.row.client)

    @strawberry.field(
        description="部门付款的最后一天;验收之前、其他委托方为 null。 The last day for an agency to pay; else null."
    )
    async def payment_due_on(self) -> date | None:
        """From the acceptance on, by the rule about late payment."""
        return read.payment_due_on(self.row)

    @strawberry.field(description="合同项下已付的钱,扣除退款和更正。 Paid under it so far, less what came back.")
    async def paid(self, info: Info) -> Yuan:
        """However many payments there are."""
        return Yuan(await info.context.load(fee_reads.paid_by_contract, self.row.id))

    @strawberry.field
    async def supplier(self) -> Organisation:
        """中介机构。 Who serves."""
        return Organisation.of(self.row.supplier)

    @strawberry.field
    async def rating(self, info: Info) -> Rating | None:
        """What its client said of the work; null while it said nothing."""
        row = await info.context.load(ratings.ratings_by_contract, self.row.id)
        return Rating.of(row) if row else None

    @strawberry.field(description="委托方可以评价到什么时候;验收之前为 null。 Until when its client may rate it; else null.")
    async def rate_until(self) -> datetime | None:
        """From the acceptance on, as long as the rulebook lets it."""
        return rating_service.rate_until(self.row) if self.row.award_id else None

    @strawberry.field
    async def case(self) -> ApprovalCase | None:
        """The approval case that it serves."""
        return ApprovalCase.of(self.row.case) if self.row.case else None


@strawberry.input
class FileContractInput:
    """``amount``, ``supplierCode`` and ``itemCode`` repeat the award; a contract that departs from it is refused."""

    project_code: str
    amount: Yuan
    supplier_code: str
    item_code: str
    signed_on: date
    due_on: date
    contract_no: str | None = None

    def form(self) -> service.FileContract:
        """As the domain takes it."""
        values: dict[str, Any] = {k: v for k, v in vars(self).items() if k != "amount"}
        return service.FileContract(**values, amount_fen=self.amount)


@strawberry.input
class RecordDeliveryInput:
    """The intermediary: when the result was delivered."""

    contract_no: str
    delivered_on: date


@strawberry.input
class AcceptDeliveryInput:
    """The client: when the result was accepted."""

    contract_no: str
    accepted_on: date


@strawberry.type
class Queries:
    """Reads of contracts."""

    @strawberry.field(description="一份合同;不存在或无权查看时为 null。 Null when absent or not visible.")
    async def contract(self, info: Info, contract_no: str) -> Contract | None:
        """By its number."""
        row = await read.contract_by_no(contract_no)
        return Contract.of(row) if row and read.may_see(info.context.actor, row) else None


@strawberry.type
class Mutations:
    """Writes of contracts."""

    @result("FileContractResult", Contract, errors.WrongState, errors.AwardSuspended, errors.ContractDiffers, errors.AlreadyFiled)
    async def file_contract(self, info: Info, input: FileContractInput) -> Contract:
        """合同备案。 File the signed contract; the rules judge it right after."""
        return await _judged(await service.file_contract(info.context.actor, input.form()), info)

    @result("RecordDeliveryResult", Contract, errors.AlreadyFiled)
    async def record_delivery(self, info: Info, input: RecordDeliveryInput) -> Contract:
        """中介机构登记交付日期。 The intermediary says when it delivered."""
        return await _judged(await service.record_delivery(info.context.actor, input.contract_no, input.delivered_on), info)

    @result("AcceptDeliveryResult", Contract, errors.AlreadyFiled)
    async def accept_delivery(self, info: Info, input: AcceptDeliveryInput) -> Contract:
        """委托方登记验收日期,付款期限从此起算。 The client says when it accepted; the time to pay runs from then."""
        return await _judged(await service.accept_delivery(info.context.actor, input.contract_no, input.accepted_on), info)


async def _judged(row: models.Contract, info: Info) -> Contract:
    """The rules judge a contract right after it changed."""
    await fees.assess_contract(info.context.actor, row.contract_no)
    [filed] = await read.contracts_by_id([row.id])
    return Contract.of(cast(models.Contract, filed))
