"""Complaints in the API: anyone files one and reads on by its receipt."""

from datetime import date, datetime
from typing import Any, Self

import strawberry

from market import errors
from market.clock import local_date
from market.oversight import complaints, models
from market.oversight.complaints import ComplaintState
from market.oversight.forms import FileComplaint
from schema.charges import ChargeInput
from schema.context import Info
from schema.errors import result
from schema.scalars import Yuan

strawberry.enum(ComplaintState, description="已收到 · 已受理 · 已处理。")


@strawberry.type(description="投诉进度:凭回执查询。 How a complaint stands; shown to who has its receipt.")
class Complaint:
    """``outcome``: what the regulator decided, in its words."""

    state: ComplaintState
    item_code: str
    filed_at: datetime
    accept_due_at: datetime
    decide_due_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    outcome: str

    @classmethod
    def of(cls, row: models.Complaint) -> Self:
        """From its row."""
        plain = "item_code filed_at accept_due_at decide_due_at accepted_at decided_at outcome"
        values: dict[str, Any] = {name: getattr(row, name) for name in plain.split()}
        return cls(state=complaints.state_of(row), **values)


@strawberry.type(description="投诉已收到;回执只显示这一次。 The receipt is shown this once.")
class ComplaintFiled:
    """Keep the receipt: nobody can tell it again."""

    receipt: str
    complaint: Complaint


@strawberry.input(
    description="投诉:登录或匿名均可,被投诉单位看不到是谁投诉。 Signed in or not; the agency never learns who complained."
)
class FileComplaintInput:
    """What was asked or paid, by which agency; as much as is known. ``charge``: the arguments of ``checkCharge``, handed over;
    with them, or with ``recordNo`` of a payment of one's own (``myFees``), item and text may be left out. ``idempotencyKey``: of at
    least 128 random bits; sent again with it, the first complaint and its receipt are the answer."""

    item_code: str = ""
    text: str = ""
    charge: ChargeInput | None = None
    agency_code: str | None = None
    contract_no: str | None = None
    record_no: str | None = None
    case_no: str | None = None
    amount: Yuan | None = None
    demand_reason: str | None = None
    contact: str | None = None
    idempotency_key: str | None = None

    def form(self, today: date) -> FileComplaint:
        """As the domain takes it."""
        given: dict[str, Any] = {k: v for k, v in vars(self).items() if v is not None and k not in ("amount", "charge")}
        charge = self.charge.charge(today) if self.charge else None
        return FileComplaint(**given, amount_fen=self.amount, charge=charge)


@strawberry.type
class Queries:
    """Reads of complaints."""

    @strawberry.field(description="投诉进度;没有这个回执时为 null。 Null when there is no such receipt.")
    async def complaint(self, receipt: str) -> Complaint | None:
        """By its receipt."""
        row = await complaints.complaint_by_receipt(receipt)
        return Complaint.of(row) if row else None


@strawberry.type
class Mutations:
    """Writes of complaints."""

    @result("FileComplaintResult", ComplaintFiled, errors.TooManyComplaints, errors.IdempotencyKeyReused)
    async def file_complaint(self, info: Info, input: FileComplaintInput) -> ComplaintFiled:
        """投诉。 Anyone may complain."""
        today = local_date(await info.context.now())
        filed = await complaints.file_complaint(info.context.actor, input.form(today))
        return ComplaintFiled(receipt=filed.receipt, complaint=Complaint.of(filed.complaint))
