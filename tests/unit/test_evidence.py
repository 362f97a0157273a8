"""Typed and read: what is left out is filled in, what differs is told, nothing is overwritten."""

from datetime import date
from typing import Any

import pytest

from market.documents.parse import InvoiceFacts, read_invoice
from market.errors import InvalidInput, InvoiceMismatch, InvoiceUnreadable
from market.fees.evidence import complete
from market.fees.forms import InvoiceClaim
from tests.unit.einvoices import made

READ = read_invoice(made.einvoice())
RED = read_invoice(made.einvoice(net="-1200", tax="-72", total="-1272", remark="被红冲蓝字数电发票号码：26332000000011111111"))


def test_everything_left_out_comes_from_the_file() -> None:
    """A document alone is a whole invoice, tax included."""
    form = complete(InvoiceClaim("x"), READ)
    assert (form.number, form.issued_on, form.amount_fen) == (made.FACTS["number"], date(2026, 9, 1), 127200)
    assert (form.buyer_title, form.buyer_code, form.seller_code, form.red_letter_of) == (
        made.FACTS["buyer_name"],
        made.FACTS["buyer_code"],
        made.FACTS["seller_code"],
        None,
    )


SAME: list[dict[str, Any]] = [
    {"number": made.FACTS["number"]},
    {"buyer_code": made.FACTS["buyer_code"].lower()},
    {"buyer_title": " 某某海洋 工程有限公司"},
    {"amount_fen": 127200, "issued_on": date(2026, 9, 1)},
    {"number": ""},
]


@pytest.mark.parametrize("typed", SAME)
def test_what_is_typed_alike_agrees(typed: dict[str, Any]) -> None:
    """Blanks, capitals and the width of brackets are no differences; an empty text is nothing typed."""
    assert complete(InvoiceClaim("x", **typed), READ).amount_fen == 127200


OTHER = [
    ({"number": "26332000000099999999"}, ("number", "26332000000099999999", made.FACTS["number"])),
    ({"issued_on": date(2026, 9, 2)}, ("issuedOn", "2026-09-02", "2026-09-01")),
    ({"buyer_title": "别家公司"}, ("buyerTitle", "别家公司", made.FACTS["buyer_name"])),
    ({"buyer_code": "X"}, ("buyerCode", "X", made.FACTS["buyer_code"])),
    ({"seller_code": "X"}, ("sellerCode", "X", made.FACTS["seller_code"])),
    ({"amount_fen": 120000}, ("amount", "1200.00", "1272.00")),
    ({"red_letter_of": "1"}, ("redLetterOf", "1", "-")),
]


@pytest.mark.parametrize(("typed", "told"), OTHER)
def test_each_difference_is_told(typed: dict[str, Any], told: tuple[str, str, str]) -> None:
    """Field, typed, read."""
    with pytest.raises(InvoiceMismatch) as caught:
        complete(InvoiceClaim("x", **typed), READ)
    assert [(d.field, d.typed, d.read) for d in caught.value.differences] == [told]


def test_all_differences_are_told_at_once() -> None:
    """Not only the first."""
    with pytest.raises(InvoiceMismatch) as caught:
        complete(InvoiceClaim("x", amount_fen=1, number="1", buyer_code="1"), READ)
    assert [d.field for d in caught.value.differences] == ["number", "buyerCode", "amount"]


def test_a_red_letter_invoice_names_what_it_takes_back() -> None:
    """The ledger writes its amount without a sign; without the blue number it is incomplete."""
    form = complete(InvoiceClaim("x"), RED)
    assert (form.amount_fen, form.red_letter_of) == (127200, "26332000000011111111")
    silent = InvoiceFacts(**{**RED.to_json(), "issued_on": RED.issued_on, "red_letter_of": ""})
    with pytest.raises(InvalidInput) as caught:
        complete(InvoiceClaim("x"), silent)
    assert [f.path for f in caught.value.fields] == ["invoice.redLetterOf"]
    assert complete(InvoiceClaim("x", red_letter_of="1"), silent).red_letter_of == "1"


def test_an_unreadable_file_needs_everything_typed() -> None:
    """The reason is the answer while something is missing; a whole typed invoice stands beside its scan."""
    with pytest.raises(InvoiceUnreadable):
        complete(InvoiceClaim("x", number="1"), InvoiceUnreadable("unknown_layout"))
    whole = InvoiceClaim("x", "1", date(2026, 9, 1), "某", "B", "S", 1)
    assert complete(whole, InvoiceUnreadable("unknown_layout")).number == "1"


def test_without_a_file_every_field_is_needed() -> None:
    """All that is missing, at once."""
    with pytest.raises(InvalidInput) as caught:
        complete(InvoiceClaim(number="1", amount_fen=1), None)
    assert [f.path for f in caught.value.fields] == [
        f"invoice.{n}" for n in ("issuedOn", "buyerTitle", "buyerCode", "sellerCode")
    ]
