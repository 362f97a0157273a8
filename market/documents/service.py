"""Keeping a file, looking at it, attaching it to what it proves."""

import logging
from collections.abc import Iterable, Sequence
from uuid import UUID

from attrs import asdict, frozen

from market import db
from market.actors import Actor
from market.documents import read, store
from market.documents.incoming import Incoming
from market.documents.models import Document, DocumentParty
from market.documents.parse import InvoiceFacts
from market.errors import AlreadyFiled, DocumentDamaged, InvoiceUnreadable, NotFound, UploadQuotaReached
from market.parties.models import Account
from market.permissions import Action, Allowed, Subject, may
from market.usecase import authorise, require, rulebook, unit, use_case

log = logging.getLogger("market")

_BATCH = 1000
_QUOTAS = {
    ("files", "day"): "upload_files_day",
    ("megabytes", "day"): "upload_megabytes_day",
    ("megabytes", "total"): "upload_megabytes_account",
}


async def may_upload(actor: Actor) -> None:
    """Whether it is worth while to receive anything at all. Raises NotSignedIn, NotPermitted, UploadQuotaReached."""
    require(actor, Action.DOCUMENT_UPLOAD, Subject.of(actor.party_id))
    await _within_quota(actor.account_id or UUID(int=0))


async def _within_quota(account_id: UUID) -> None:
    now = await db.now()
    for (unit_, period), used in (await read.used(account_id, now)).items():
        limit = rulebook().number(_QUOTAS[unit_, period], now)
        if used >= limit:
            raise UploadQuotaReached(unit_, period, limit, used)


@use_case(Action.DOCUMENT_UPLOAD)
async def keep_document(actor: Actor, incoming: Incoming, media_type: str, said: InvoiceFacts | InvoiceUnreadable) -> Document:
    """Keep an uploaded file with what was read from it. The same content from the same party is the same document.

    Raises NotPermitted, UploadQuotaReached: an account may pass a limit with its last file, and then waits.
    """
    authorise(Action.DOCUMENT_UPLOAD, Subject.of(actor.party_id))
    assert actor.account_id and actor.party_id  # noqa: S101 - authorised above: nobody is anonymous here
    await db.lock(Account, actor.account_id, "NO KEY UPDATE")
    known = await Document.get_or_none(sha256=incoming.sha256, party_id=actor.party_id)
    unit().replayed = known is not None
    if known is None:
        await _within_quota(actor.account_id)
        known = await Document.create(
            sha256=incoming.sha256,
            media_type=media_type,
            size=incoming.size,
            party_id=actor.party_id,
            uploaded_by_id=actor.account_id,
            uploaded_at=unit().now,
            facts=said.to_json() if isinstance(said, InvoiceFacts) else None,
            unreadable=asdict(said) if isinstance(said, InvoiceUnreadable) else None,
        )
        facts = {"sha256": known.sha256, "size": known.size, "mediaType": media_type}
        unit().record("document:upload", f"document:{known.id}", **facts)
    await store.current().put(incoming.sha256, incoming.file)  # before the commit: no row without its file
    return known


@use_case(Action.DOCUMENT_READ)
async def look_at_document(actor: Actor, document_id: UUID) -> Document:
    """The document, for those who may see it; the look is on record before a byte is served. Raises NotFound."""
    found = await Document.get_or_none(id=document_id)
    subject = await read.subject(found) if found else Subject()
    if found is None or not isinstance(may(actor, Action.DOCUMENT_READ, subject), Allowed):
        raise NotFound("document", str(document_id))
    authorise(Action.DOCUMENT_READ, subject)
    unit().record("document:look", f"document:{found.id}", sha256=found.sha256)
    return found


async def content(document: Document) -> bytes:
    """The file as it was uploaded. Raises DocumentDamaged."""
    try:
        return await store.current().get(document.sha256)
    except (store.Missing, store.Damaged) as lost:
        log.error("%s: document %s, file %s", type(lost).__name__, document.id, document.sha256)
        raise DocumentDamaged(str(document.id)) from lost


async def own_document(actor: Actor, document_id: str) -> Document:
    """A document that the actor's party has uploaded, locked until the transaction ends. Raises NotFound."""
    try:
        key = UUID(document_id)
    except ValueError:
        raise NotFound("document", document_id[:40]) from None
    found = await Document.select_for_update().get_or_none(id=key, party_id=actor.party_id)
    if found is None:
        raise NotFound("document", document_id[:40])
    return found


async def attach(document: Document, to: str, parties: Iterable[UUID]) -> None:
    """Attach it, once, in the caller's use case; from now on these parties may see it.

    Raises AlreadyFiled: one content proves one thing, whoever uploaded it.
    """
    if await Document.exists(attached_sha256=document.sha256):
        raise AlreadyFiled("document", document.sha256)
    document.attached_to, document.attached_sha256, document.attached_at = to, document.sha256, unit().now
    await document.save(update_fields=["attached_to", "attached_sha256", "attached_at"])
    await DocumentParty.bulk_create([DocumentParty(document_id=document.id, organisation_id=i) for i in sorted(set(parties))])
    unit().record("document:attach", f"document:{document.id}", to=to, sha256=document.sha256)


@frozen
class Proof:
    """A file that came with a ledger, what it proves, and who may see it."""

    sha256: str
    size: int
    media_type: str
    facts: InvoiceFacts
    to: str
    parties: frozenset[UUID]


async def keep_proofs(actor: Actor, proofs: Sequence[Proof]) -> None:
    """Rows of files that came with a ledger: nobody's upload, attached from the start, in the caller's use case.

    The caller has put the content into the store, and knows that none of it is attached yet.
    """
    rows = [
        Document(
            **{name: getattr(proof, name) for name in ("sha256", "size", "media_type")},
            facts=proof.facts.to_json(),
            uploaded_by_id=actor.account_id,
            uploaded_at=unit().now,
            attached_to=proof.to,
            attached_sha256=proof.sha256,
            attached_at=unit().now,
        )
        for proof in proofs
    ]
    await Document.bulk_create(rows, batch_size=_BATCH)
    seen_by = [
        DocumentParty(document_id=row.id, organisation_id=party)
        for row, proof in zip(rows, proofs, strict=True)
        for party in sorted(proof.parties)
    ]
    await DocumentParty.bulk_create(seen_by, batch_size=_BATCH)
    for row in rows:
        facts = {"size": row.size, "mediaType": row.media_type, "sha256": row.sha256}
        unit().record("document:attach", f"document:{row.id}", to=row.attached_to, **facts)
