"""An invoice as typed and as its file says: what is left out is taken from the file, what differs is an answer."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from market.actors import Actor
from market.documents import read as documents
from market.documents import service as document_service
from market.documents.models import Document
from market.documents.parse import InvoiceFacts
from market.errors import Difference, FieldProblem, InvalidInput, InvoiceMismatch, InvoiceUnreadable
from market.fees.forms import InvoiceClaim, InvoiceForm
from market.money import format_yuan

_PATHS = {
    "number": "number",
    "issued_on": "issuedOn",
    "buyer_title": "buyerTitle",
    "buyer_code": "buyerCode",
    "seller_code": "sellerCode",
    "amount_fen": "amount",
    "red_letter_of": "redLetterOf",
}
"""Field of the form → field of the input, as people see it."""


async def completed(actor: Actor, claim: InvoiceClaim | InvoiceForm | None) -> tuple[InvoiceForm | None, Document | None]:
    """The whole invoice and the file it was completed from.

    Raises NotFound (document), InvoiceMismatch, InvoiceUnreadable, InvalidInput (left out, and in no file).
    """
    if not isinstance(claim, InvoiceClaim):
        return claim, None
    document = await document_service.own_document(actor, claim.document_id) if claim.document_id else None
    return complete(claim, documents.outcome(document) if document else None), document


def complete(claim: InvoiceClaim, said: InvoiceFacts | InvoiceUnreadable | None) -> InvoiceForm:
    """Typed and read as one. Raises InvoiceMismatch, InvoiceUnreadable, InvalidInput."""
    typed = {name: getattr(claim, name) for name in _PATHS if getattr(claim, name) not in (None, "")}
    read = _as_form(said) if isinstance(said, InvoiceFacts) else {}
    _must_agree(typed, read)
    whole = {name: value for name, value in (read | typed).items() if value != ""}
    _must_be_whole(whole, said)
    return InvoiceForm(**whole)


def _must_be_whole(whole: Mapping[str, object], said: InvoiceFacts | InvoiceUnreadable | None) -> None:
    missing = [path for name, path in _PATHS.items() if name not in whole and name not in _optional(said)]
    if missing and isinstance(said, InvoiceUnreadable):
        raise said
    if missing:
        raise InvalidInput(tuple(FieldProblem(f"invoice.{path}", "required") for path in missing))


def _must_agree(typed: Mapping[str, object], read: Mapping[str, object]) -> None:
    different = [name for name in _PATHS if name in typed and name in read and not _same(name, typed[name], read[name])]
    if different:
        raise InvoiceMismatch(tuple(Difference(_PATHS[n], _shown(typed[n]), _shown(read[n])) for n in different))


def _optional(said: InvoiceFacts | InvoiceUnreadable | None) -> set[str]:
    """Only a red-letter invoice must say what it takes back."""
    return set() if isinstance(said, InvoiceFacts) and said.amount_fen < 0 else {"red_letter_of"}


def _as_form(facts: InvoiceFacts) -> dict[str, Any]:
    """What the file says, by the form's names. The ledger has no negative amounts: a red letter names what it takes back."""
    said: dict[str, Any] = {
        "number": facts.number,
        "issued_on": facts.issued_on,
        "buyer_title": facts.buyer_name,
        "buyer_code": facts.buyer_code,
        "seller_code": facts.seller_code,
        "amount_fen": abs(facts.amount_fen),
    }
    said = {name: value for name, value in said.items() if value != ""}
    # A blue invoice takes nothing back: to claim that it does is a difference. A red one may not say what it takes back.
    return said | ({"red_letter_of": facts.red_letter_of} if facts.red_letter_of or facts.amount_fen >= 0 else {})


def _same(name: str, typed: object, read: object) -> bool:
    if isinstance(typed, str) and isinstance(read, str):
        return _plain(name, typed) == _plain(name, read)
    return typed == read


def _plain(name: str, text: str) -> str:
    """Blanks and the width of brackets do not make another name, nor capitals another code."""
    text = "".join(unicodedata.normalize("NFKC", text).split())
    return text.upper() if name.endswith("_code") else text


def _shown(value: object) -> str:
    return format_yuan(value) if isinstance(value, int) else str(value) or "-"


def differences(recorded: Mapping[str, object], declared: Mapping[str, object]) -> tuple[Difference, ...]:
    """Where a declaration says something else than the record; field names as in the input, amounts under ``amount``."""
    return tuple(
        Difference(name, _shown(declared[name]), _shown(recorded[name])) for name in recorded if declared[name] != recorded[name]
    )
