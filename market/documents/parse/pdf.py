"""PDF through pypdf: attached XML, the document's properties, the printed labels of the first pages; they must agree."""

import io
import re
from collections.abc import Mapping
from typing import Any

from pypdf import PdfReader

from market.documents.parse import einvoice, markup
from market.documents.parse.facts import InvoiceFacts, facts_of, merged
from market.errors import InvoiceUnreadable

ATTACHED, PROPERTIES, PRINTED = "pdf-attachment", "pdf-properties", "pdf-text"
MAX_ATTACHMENTS = 20
MAX_PAGES = 3
"""An invoice is one page; a long one continues on a second."""
MAX_TEXT = 100_000
_INFO = {
    "InvoiceCode": "code",
    "InvoiceNumber": "number",
    "InvoiceNo": "number",
    "IssueTime": "issued_on",
    "IssueDate": "issued_on",
    "BuyerName": "buyer_name",
    "BuyerIdNum": "buyer_code",
    "SellerName": "seller_name",
    "SellerIdNum": "seller_code",
    "TotalAmWithoutTax": "net",
    "TotalTaxAm": "tax",
    "TotalTax-includedAmount": "total",
}
_ONCE = {
    "number": re.compile(r"发票号码[:：]\s*(\d{20}|\d{8})(?!\d)"),
    "code": re.compile(r"发票代码[:：]\s*(\d{10,12})(?!\d)"),
    "issued_on": re.compile(r"开票日期[:：]\s*(\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|\d{4}-\d\d-\d\d)"),
    "total": re.compile(r"[(（]小写[)）]\s*[¥￥]?\s*(-?[\d,]+\.\d{2})(?!\d)"),
    "remark": re.compile(r"((?:被红冲蓝字数电)(?:发)?票号码[:：]\s*\d{20})"),
}
_PAIRS = {
    ("buyer_name", "seller_name"): re.compile(
        r"名称[:：][ \t]*([^\s:：][^\n:：]{0,100}?)(?=\s*(?:名称|统一社会信用代码|销|\n|$))"
    ),
    ("buyer_code", "seller_code"): re.compile(r"纳税人识别号[:：][ \t]*([0-9A-Z]{15,20})"),
}
"""Buyer first, then seller, as printed from left to right; used only when there are exactly two."""


def read_pdf(content: bytes) -> InvoiceFacts:
    """Raises InvoiceUnreadable, BadMarkup."""
    try:
        return _read(content)
    except (InvoiceUnreadable, markup.BadMarkup):
        raise
    except Exception as bad:  # whatever pypdf trips over in a broken file: its own errors are only some of them
        raise InvoiceUnreadable("malformed", f"PDF: {type(bad).__name__}") from None


def _read(content: bytes) -> InvoiceFacts:
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise InvoiceUnreadable("encrypted", "PDF")
    parts = {**_attached(reader), PROPERTIES: _properties(reader), PRINTED: _printed(reader)}
    first = next((place for place, texts in parts.items() if texts.get("number")), None)
    if first is None:
        raise InvoiceUnreadable("unknown_layout", f"PDF, {len(reader.pages)} p.")
    return facts_of(merged(parts), first if first in (PROPERTIES, PRINTED) else ATTACHED)


def _attached(reader: PdfReader) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for number, attachment in enumerate(reader.attachment_list):
        if number >= MAX_ATTACHMENTS:
            raise InvoiceUnreadable("too_large", f"> {MAX_ATTACHMENTS}")
        if not str(attachment.name).lower().endswith(".xml"):
            continue
        root = markup.parse(attachment.content)
        layout = einvoice.layout_of(root)
        if layout:
            found[f"attachment {number + 1}"] = einvoice.texts_of(root, layout)
    return found


def _properties(reader: PdfReader) -> dict[str, str]:
    info: Mapping[Any, Any] = reader.metadata or {}
    given = {_INFO.get(str(key).removeprefix("/")): str(value) for key, value in info.items()}
    return {field: text for field, text in given.items() if field}


def _printed(reader: PdfReader) -> dict[str, str]:
    """Labels and values of the text. What is printed with two different values is taken as not said."""
    text = "\n".join(page.extract_text() for page in reader.pages[:MAX_PAGES])[:MAX_TEXT]
    texts = {}
    for field, pattern in _ONCE.items():
        values = set(pattern.findall(text))
        if len(values) == 1:
            texts[field] = values.pop()
    for fields, pattern in _PAIRS.items():
        values_in_order = pattern.findall(text)
        if len(values_in_order) == 2:
            texts |= dict(zip(fields, values_in_order, strict=True))
    return texts
