"""What is read from an invoice, and the reasons for which nothing could be read."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import asdict, frozen

from market.errors import InvoiceUnreadable
from market.money import parse_yuan

REASONS = (
    "unknown_format",
    "unknown_layout",
    "malformed",
    "hostile",
    "too_large",
    "encrypted",
    "incomplete",
    "contradictory",
    "not_a_date",
    "not_an_amount",
    "reader_failed",
)
"""Why nothing was read; each has a word in schema/labels.py."""
LONGEST = 300
"""Characters of one value; nothing on an invoice that is read here is longer."""


@frozen
class InvoiceFacts:
    """As the file says. Amounts in fen, tax included, negative on a red-letter invoice; "" and None: the file does not say.

    ``number``: 20 digits; of older invoices the code (发票代码) and the number (发票号码) joined. ``layout``: where it was read.
    """

    number: str
    issued_on: date
    buyer_name: str
    buyer_code: str
    seller_name: str
    seller_code: str
    amount_fen: int
    tax_fen: int | None
    red_letter_of: str
    layout: str

    def to_json(self) -> dict[str, Any]:
        """For storage."""
        return asdict(self) | {"issued_on": self.issued_on.isoformat()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "InvoiceFacts":
        """From storage."""
        return cls(**{**stored, "issued_on": date.fromisoformat(stored["issued_on"])})


FIELDS = (
    "code",
    "number",
    "issued_on",
    "buyer_name",
    "buyer_code",
    "seller_name",
    "seller_code",
    "net",
    "tax",
    "total",
    "remark",
)
"""Names under which a layout hands over its texts."""
_REQUIRED = ("number", "issued_on")
_NUMBER = re.compile(r"\d{8}|\d{20}")
_CODE = re.compile(r"\d{10}|\d{12}")
_RED = re.compile(r"(?:被红冲蓝字数电(?:发)?票号码|对应正数发票代码[:：]\s*\d{10,12}\s*号码)[:：]\s*(\d{8,20})")
_DAY = re.compile(r"(\d{4})\s*[-/年.]?\s*(\d{1,2})\s*[-/月.]?\s*(\d{1,2})\s*日?(?:[ T]?\d{2}:?\d{2}(?::?\d{2})?(?:\.\d+)?)?")


def facts_of(texts: Mapping[str, str], layout: str) -> InvoiceFacts:
    """The texts of a layout as facts. Raises InvoiceUnreadable: incomplete, not_a_date, not_an_amount, contradictory, too_large."""
    given = {name: _clean(name, texts.get(name, "")) for name in FIELDS}
    _require(given)
    amount, tax = _amounts(given)
    red = _RED.search(given["remark"])
    parties = {name: given[name] for name in ("buyer_name", "seller_name")}
    codes = {name: given[name].replace(" ", "").upper() for name in ("buyer_code", "seller_code")}
    return InvoiceFacts(
        number=_number(given["code"], given["number"]),
        issued_on=day(given["issued_on"]),
        amount_fen=amount,
        tax_fen=tax,
        red_letter_of=red[1] if red else "",
        layout=layout,
        **parties,
        **codes,
    )


def _require(given: Mapping[str, str]) -> None:
    missing = [name for name in _REQUIRED if not given[name]]
    if not given["total"] and not (given["net"] and given["tax"]):
        missing.append("total")
    if missing:
        raise InvoiceUnreadable("incomplete", ", ".join(missing))


def _clean(name: str, text: str) -> str:
    text = " ".join(text.replace("\x00", " ").split())
    if name == "remark":
        return text[:LONGEST]
    if len(text) > LONGEST:
        raise InvoiceUnreadable("too_large", f"{name}: {len(text)}")
    if any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in text):
        raise InvoiceUnreadable("malformed", name)
    return text


def _number(code: str, number: str) -> str:
    if not _NUMBER.fullmatch(number) or (code and not _CODE.fullmatch(code)):
        raise InvoiceUnreadable("malformed", f"number: {code} {number}".replace("  ", " "))
    return number if len(number) == 20 else code + number


def _amounts(given: Mapping[str, str]) -> tuple[int, int | None]:
    """Total and tax in fen; what the file says three times must fit together."""
    net, tax, total = (_yuan_or_none(given[name]) for name in ("net", "tax", "total"))
    if net is None or tax is None:
        return total or 0, tax
    if total not in (None, net + tax):
        raise InvoiceUnreadable("contradictory", f"{given['net']} + {given['tax']} ≠ {given['total']}")
    return net + tax, tax


def _yuan_or_none(text: str) -> int | None:
    return yuan(text) if text else None


def yuan(text: str) -> int:
    """Fen from a printed amount: ``¥1,234.50``. Tax-free marks are nothing. Raises InvoiceUnreadable."""
    plain = re.sub(r"[¥￥,\s元]", "", text)
    if plain in ("***", "*", "免税", "不征税"):
        return 0
    plain = re.sub(r"(\.\d\d)0+$", r"\1", plain)
    try:
        return parse_yuan(plain)
    except ValueError:
        raise InvoiceUnreadable("not_an_amount", text[:40]) from None


def day(text: str) -> date:
    """The day of ``2026-09-01``, ``2026年09月01日``, ``20260901``, with or without a time. Raises InvoiceUnreadable."""
    found = _DAY.fullmatch(text.strip())
    try:
        return date(*(int(part) for part in found.groups())) if found else date.fromisoformat(text[:10])
    except ValueError:
        raise InvoiceUnreadable("not_a_date", text[:40]) from None


def merged(parts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Texts of several places of one file, the first place first. Raises InvoiceUnreadable when two of them name different invoices."""
    texts: dict[str, str] = {}
    for place, given in parts.items():
        for name, text in given.items():
            known = texts.setdefault(name, text) or text
            texts[name] = known
            if name in _TELLING and text and not _same(name, known, text):
                raise InvoiceUnreadable("contradictory", f"{name}: {known[:40]} ≠ {text[:40]} ({place})")
    return texts


_TELLING = ("number", "issued_on", "total")
"""What tells one invoice from another."""


def _same(name: str, one: str, other: str) -> bool:
    if name == "number":
        return "".join(one.split()) == "".join(other.split())
    return day(one) == day(other) if name == "issued_on" else yuan(one) == yuan(other)
