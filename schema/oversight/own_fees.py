"""What a party paid that it should not have, in the API."""

from datetime import date
from typing import Self

import strawberry

from market.catalogue.liability import PayerKind
from market.catalogue.models import ItemClass
from market.fees import read as fees
from market.oversight import own_fees
from market.parties import read as parties
from schema.context import Info
from schema.fees import FeeRecord
from schema.findings import Finding
from schema.oversight.types import OversightCase
from schema.pagination import Connection, Page, connection
from schema.parties import Organisation
from schema.scalars import Yuan


def _yuan(fen: int | None) -> Yuan | None:
    return None if fen is None else Yuan(fen)


@strawberry.type(description="本单位付的一笔钱,平台记录或导入的账册。 One payment of one's own, native or imported.")
class OwnFee:
    """``recordNo`` may be handed to ``fileComplaint``. ``shouldHavePaid``: by the item's class on the day that counts;
    ``shouldNotHavePaid``: of the amount; ``stillOwed``: what of that has not come back."""

    row: strawberry.Private[own_fees.OwnFee]
    record_no: str
    paid_on: date | None
    payee_code: str | None
    purpose_text: str
    amount: Yuan | None
    refunded: Yuan
    net_amount: Yuan | None
    contract_no: str | None
    case_no: str | None
    item_code: str
    item_class: ItemClass | None
    should_have_paid: PayerKind | None
    should_not_have_paid: Yuan
    still_owed: Yuan

    @classmethod
    def of(cls, row: own_fees.OwnFee) -> Self:
        """From the domain's row."""
        paid = row.payment
        return cls(
            row=row,
            record_no=paid.payment_no,
            paid_on=paid.paid_on,
            payee_code=paid.payee_id,
            purpose_text=paid.purpose_text or "",
            amount=_yuan(paid.amount_fen),
            refunded=Yuan(row.refunded_fen),
            net_amount=_yuan(row.net_fen),
            contract_no=paid.contract_no,
            case_no=row.case_no,
            item_code=row.item_code,
            item_class=row.item_class,
            should_have_paid=row.payer,
            should_not_have_paid=Yuan(row.unowed_fen),
            still_owed=Yuan(row.owed_fen),
        )

    @strawberry.field
    async def payee(self, info: Info) -> Organisation | None:
        """Who got it; null where nobody of that code is registered."""
        found = await info.context.load(parties.organisations_by_code, self.payee_code) if self.payee_code else None
        return Organisation.of(found) if found else None

    @strawberry.field(description="本平台的付费记录;导入的账册为 null。 Null for an imported one.")
    async def fee_record(self, info: Info) -> FeeRecord | None:
        """The native record."""
        row = await info.context.load(fees.fees_by_no, self.record_no)
        return FeeRecord.of(row) if row and fees.may_see(info.context.actor, row) else None

    @strawberry.field
    async def findings(self) -> list[Finding]:
        """What the rules found about it and its contract; imported records are judged by the day's own audit."""
        return [Finding.of(row) for row in self.row.findings]

    @strawberry.field(description="督办到哪一步了。 The newest oversight case about it that the party may see.")
    async def oversight_case(self) -> OversightCase | None:
        """Null where there is none yet."""
        return OversightCase.of(self.row.case) if self.row.case else None


@strawberry.type(description="合计:付了多少、不该付多少、退了多少、还欠多少。 Sums over all payments of the party.")
class OwnFeeTotals:
    """``refunded``: of what should not have been paid."""

    paid: Yuan
    should_not_have_paid: Yuan
    refunded: Yuan
    still_owed: Yuan

    @classmethod
    def of(cls, sums: own_fees.Totals) -> Self:
        """From the domain's sums."""
        return cls(
            paid=Yuan(sums.paid_fen),
            should_not_have_paid=Yuan(sums.unowed_fen),
            refunded=Yuan(sums.refunded_fen),
            still_owed=Yuan(sums.owed_fen),
        )


@strawberry.type
class OwnFeeConnection(Connection[OwnFee]):
    """One page, with the sums over everything."""

    totals: OwnFeeTotals


@strawberry.type
class Queries:
    """What I paid."""

    @strawberry.field(
        description="我付了哪些不该付的钱?只含以本单位(本人)代码付的款,不含集团内其他单位和代理人付的。"
        " Payments under the party's own code only: not those of its group or its agents."
    )
    async def my_fees(self, info: Info, first: int = 20, after: str | None = None, only_unowed: bool = False) -> OwnFeeConnection:
        """The newest first."""
        page = Page.of(first, after)
        keys = page.after_keys(str, str)
        found = await own_fees.own_fees(info.context.reader)

        async def count() -> int:
            return len(own_fees.page(found, None, len(found), only_unowed=only_unowed))

        rows = own_fees.page(found, keys, page.limit, only_unowed=only_unowed)
        base = connection(rows, page, OwnFee.of, own_fees.position, count)
        sums = OwnFeeTotals.of(own_fees.totals(found))
        return OwnFeeConnection(edges=base.edges, page_info=base.page_info, count=count, totals=sums)
