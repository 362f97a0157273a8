"""The two XML layouts: ``EInvoice`` (数电票) and ``eInvoice`` of 2019. Found by the root, read by full paths."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from market.documents.parse import markup
from market.documents.parse.facts import InvoiceFacts, facts_of
from market.errors import InvoiceUnreadable

DIGITAL, ORDINARY = "einvoice-xml", "einvoice-2019-xml"
_DATA, _TAX = ("EInvoice", "EInvoiceData"), ("EInvoice", "TaxSupervisionInfo")
_PATHS: dict[str, dict[tuple[str, ...], str]] = {
    DIGITAL: {
        (*_TAX, "InvoiceNumber"): "number",
        (*_TAX, "IssueTime"): "issued_on",
        (*_DATA, "SellerInformation", "SellerName"): "seller_name",
        (*_DATA, "SellerInformation", "SellerIdNum"): "seller_code",
        (*_DATA, "BuyerInformation", "BuyerName"): "buyer_name",
        (*_DATA, "BuyerInformation", "BuyerIdNum"): "buyer_code",
        (*_DATA, "BasicInformation", "TotalAmWithoutTax"): "net",
        (*_DATA, "BasicInformation", "TotalTaxAm"): "tax",
        (*_DATA, "BasicInformation", "TotalTax-includedAmount"): "total",
        (*_DATA, "AdditionalInformation", "Remark"): "remark",
    },
    ORDINARY: {
        ("eInvoice", "InvoiceCode"): "code",
        ("eInvoice", "InvoiceNo"): "number",
        ("eInvoice", "IssueDate"): "issued_on",
        ("eInvoice", "Seller", "SellerName"): "seller_name",
        ("eInvoice", "Seller", "SellerTaxID"): "seller_code",
        ("eInvoice", "Buyer", "BuyerName"): "buyer_name",
        ("eInvoice", "Buyer", "BuyerTaxID"): "buyer_code",
        ("eInvoice", "TaxExclusiveTotalAmount"): "net",
        ("eInvoice", "TaxTotalAmount"): "tax",
        ("eInvoice", "TaxInclusiveTotalAmount"): "total",
        ("eInvoice", "Note"): "remark",
    },
}
_ROOTS = {"EInvoice": DIGITAL, "eInvoice": ORDINARY}


def read_xml(content: bytes) -> InvoiceFacts:
    """Raises InvoiceUnreadable, BadMarkup."""
    root = markup.parse(content)
    layout = layout_of(root)
    if layout is None:
        raise InvoiceUnreadable("unknown_layout", f"<{markup.local(root.tag)[:60]}>")
    return facts_of(texts_of(root, layout), layout)


def layout_of(root: Element) -> str | None:
    """Which of the two, if any."""
    return _ROOTS.get(markup.local(root.tag))


def texts_of(root: Element, layout: str) -> Mapping[str, str]:
    """The texts by field. Raises InvoiceUnreadable when a field is said twice: one file is one invoice."""
    paths, texts = _PATHS[layout], dict[str, str]()
    for path, element in markup.walk(root):
        field = paths.get(path)
        if field is None:
            continue
        if field in texts:
            raise InvoiceUnreadable("contradictory", f"{'/'.join(path)} × 2")
        texts[field] = markup.text_of(element)
    return texts
