"""What somebody fills in to complain."""

from dataclasses import dataclass

from market.fees.charge import Charge
from market.text import Checker

TEXT = 4000


@dataclass(frozen=True)
class FileComplaint:
    """What happened. Numbers are kept as typed: whether they exist is nobody's to learn here. ``amount_fen`` in fen.

    ``charge``: a self-check as it was asked, handed over; with it, or with a payment of the complainant's own in
    ``record_no``, item and text may be left out. ``idempotency_key``: sent twice with it, it is filed once; "" for none.
    """

    item_code: str = ""
    text: str = ""
    agency_code: str | None = None
    contract_no: str = ""
    record_no: str = ""
    case_no: str = ""
    amount_fen: int | None = None
    demand_reason: str = ""
    contact: str = ""
    charge: Charge | None = None
    idempotency_key: str = ""

    def check(self, *, needs_words: bool = True) -> None:
        """Raises InvalidInput with every problem. ``needs_words``: nothing else says which item it is about, and what happened."""
        check = Checker()
        check.text("itemCode", self.item_code, 40, required=needs_words)
        check.text("text", self.text, TEXT, required=needs_words, lines=True)
        for path, value in (("contractNo", self.contract_no), ("recordNo", self.record_no), ("caseNo", self.case_no)):
            check.text(path, value, 60, required=False)
        check.text("demandReason", self.demand_reason, 500, required=False, lines=True)
        check.text("contact", self.contact, 200, required=False)
        if self.amount_fen is not None:
            check.amount("amount", self.amount_fen)
        check.done()
