"""Who paid whom, in groups, in the API."""

from datetime import date
from typing import Self

import strawberry

from market.fees import flows as reads
from market.fees import service
from market.fees.flows import FlowGrouping, PayerSide
from market.fees.payments import Source
from market.parties import read as parties
from schema.context import Info
from schema.parties import Organisation
from schema.scalars import Yuan

strawberry.enum(PayerSide)
strawberry.enum(FlowGrouping, name="FeeFlowGrouping")


@strawberry.type(
    description="一组付款。 One group of payments; only the fields that were grouped by are set. gross: without refunds; net: less the "
    "refunds that name these payments, whatever their date; amountAtIssue: what open findings about these payments say must still come "
    "back, each payment once, at its largest (findings about contracts and invoices are not in it)."
)
class FeeFlow:
    """``payerSide`` as ``feeFlows`` defines it."""

    payer_side: PayerSide | None = None
    payee_code: str | None = None
    agency_code: str | None = None
    item_code: str | None = None
    month: str | None = None
    count: int
    gross: Yuan
    net: Yuan
    amount_at_issue: Yuan

    @classmethod
    def of(cls, row: reads.Flow, by: list[FlowGrouping]) -> Self:
        """From its row; the rest of all groups has no keys."""
        keys = {_FIELDS[grouping]: key for grouping, key in zip(by, row.keys, strict=True)}
        side = keys.pop("payer_side", None)
        amounts = {"gross": Yuan(row.gross_fen), "net": Yuan(row.net_fen), "amount_at_issue": Yuan(row.at_issue_fen)}
        return cls(payer_side=PayerSide(side) if side else None, count=row.count, **keys, **amounts)  # type: ignore[arg-type]

    @strawberry.field
    async def payee(self, info: Info) -> Organisation | None:
        """Who was paid."""
        return await _party(info, self.payee_code)

    @strawberry.field
    async def agency(self, info: Info) -> Organisation | None:
        """The agency of the case."""
        return await _party(info, self.agency_code)


_FIELDS = {
    FlowGrouping.PAYER_SIDE: "payer_side",
    FlowGrouping.PAYEE: "payee_code",
    FlowGrouping.AGENCY: "agency_code",
    FlowGrouping.ITEM: "item_code",
    FlowGrouping.MONTH: "month",
}


async def _party(info: Info, code: str | None) -> Organisation | None:
    row = await info.context.load(parties.organisations_by_code, code) if code else None
    return Organisation.of(row) if row else None


@strawberry.type(description="谁付给了谁。 The largest groups by gross amount, at most 500; the rest is summed as other.")
class FeeFlows:
    """``otherGroups``: how many groups ``other`` sums up."""

    groups: list[FeeFlow]
    other: FeeFlow | None
    other_groups: int


@strawberry.input(description="留空表示不限。 Leave out what does not matter.")
class FeeFlowFilter:
    """``from``, ``to``: days of payment; ``agency``: the code of the case's; ``item``: a code. ``purpose``: logged."""

    from_: date | None = strawberry.field(name="from", default=None)
    to: date | None = None
    agency: str | None = None
    item: str | None = None
    payer_side: PayerSide | None = None
    source: Source | None = None
    purpose: str | None = None

    def wanted(self) -> reads.FlowFilter:
        """As the domain takes it."""
        return reads.FlowFilter(**{name: value for name, value in vars(self).items() if name != "purpose"})


@strawberry.type
class Queries:
    """Reads of flows."""

    @strawberry.field(
        description="谁付给了谁,按付款方所在一方、收款人、机关、事项、月份汇总;只给监管部门,每次查看留痕。 "
        "Grouped amounts over all payments, ours and imported; refunds and reversed records are no payments. The payer's side, in the "
        "case of the payment (its contract's; without a contract its own), on the day of payment, first that holds: APPLICANT: the "
        "case's applicant, anyone reached from it through controls or branch_of relations in force, either direction, any number of "
        "steps, or an agent_of one of these; UNKNOWN: no case, or the payer, the applicant, the agency or the day is not known; "
        "AGENCY: the case's agency or who settles_for it under a relation in force; THIRD_PARTY: anyone else. "
        "Supervisors only, each look is logged."
    )
    async def fee_flows(
        self,
        info: Info,
        group_by: list[FlowGrouping],
        filter: FeeFlowFilter | None = None,
    ) -> FeeFlows:
        """The largest groups first."""
        asked, by = filter or FeeFlowFilter(), list(dict.fromkeys(group_by))
        await service.log_look(info.context.reader, vars(asked) | {"group_by": by}, "flows")
        found = await reads.flows(asked.wanted(), by)
        other = FeeFlow.of(found.other, by) if found.other else None
        return FeeFlows(groups=[FeeFlow.of(row, by) for row in found.groups], other=other, other_groups=found.others)
