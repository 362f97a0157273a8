"""Documents on a real database: kept once, limited, seen by those concerned, attached once, compared with what is typed."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from market import clock, errors
from market.actors import Actor, Role
from market.documents import read, service, store
from market.documents.incoming import receiving
from market.documents.models import Document
from market.documents.parse import read_invoice
from market.fees import service as fees
from market.fees.forms import InvoiceClaim, RecordFee
from market.fees.models import Channel, EvidenceGrade, FeeRecord, Invoice
from market.log.models import LogEntry
from market.parties.models import Organisation
from market.rulebook import Rulebook, Setting
from market.usecase import rulebook, use_rulebook
from tests import contest
from tests.contest import member
from tests.unit.einvoices import made

AT = datetime(2026, 12, 20, 4, tzinfo=UTC)
NUMBER = made.FACTS["number"]


async def kept(actor: Actor, content: bytes, at: datetime = AT) -> Document:
    """Uploaded at that time."""
    try:
        said: Any = read_invoice(content)
    except errors.InvoiceUnreadable as why:
        said = why
    with receiving() as incoming, clock.fixed(at):
        incoming.write(content)
        return await service.keep_document(actor, incoming, incoming.media_type(), said)


@pytest.fixture
async def ends(database: str) -> tuple[Actor, Actor]:
    """An applicant who pays and the intermediary who is paid."""
    return await member(Role.APPLICANT), await member(Role.INTERMEDIARY)


async def invoice_of(ends: tuple[Actor, Actor], **changes: str) -> bytes:
    """The e-invoice between them."""
    buyer, seller = [await Organisation.get(id=a.organisation_id) for a in ends]
    names = {"buyer_name": buyer.name, "buyer_code": buyer.code, "seller_name": seller.name, "seller_code": seller.code}
    return made.einvoice(**(names | changes))


async def recorded(ends: tuple[Actor, Actor], by: Actor | None = None, day: int = 20, **claim: Any) -> fees.Recorded:
    """A payment between them, on that day of December, with that invoice."""
    payer, payee = [await contest.code_of(a) for a in ends]
    kind = (Channel.BANK_TRANSFER, EvidenceGrade.INVOICE)
    form = RecordFee(uuid4().hex, payer, payee, 127200, date(2026, 12, day), *kind, invoice=InvoiceClaim(**claim))
    with clock.fixed(AT):
        return await fees.record_fee(by or ends[0], form)


async def test_an_upload_is_kept_and_logged(ends: tuple[Actor, Actor]) -> None:
    """The row says what was read, the store has the content, the log has the hash."""
    content = made.einvoice()
    document = await kept(ends[0], content)
    assert await service.content(document) == content and read.outcome(document) == read_invoice(content)
    entry = await LogEntry.get(action="document:upload")
    assert document.sha256 in entry.body and entry.subject == f"document:{document.id}"


async def test_the_same_content_of_one_party_is_one_document(ends: tuple[Actor, Actor]) -> None:
    """Of two parties it is two documents and one file, also when the same comes twice at once."""
    first, again = await asyncio.gather(kept(ends[0], made.einvoice()), kept(ends[0], made.einvoice()))
    other = await kept(ends[1], made.einvoice())
    assert first.id == again.id != other.id and first.sha256 == other.sha256


async def test_an_unreadable_file_is_kept_with_its_reason(ends: tuple[Actor, Actor]) -> None:
    """A scan is evidence, too."""
    outcome = read.outcome(await kept(ends[0], made.pdf()))
    assert isinstance(outcome, errors.InvoiceUnreadable) and outcome.reason == "unknown_layout"


@pytest.fixture
def _small_quota() -> Any:
    """Two files a day, and so on."""
    changed = {"upload_files_day": 2, "upload_megabytes_day": 3, "upload_megabytes_account": 4}
    rows = tuple(Setting(n, v, "count", date(2024, 1, 1), "test") for n, v in changed.items())
    use_rulebook(Rulebook(tuple(s for s in rulebook().settings if s.name not in changed) + rows))
    yield
    use_rulebook(None)


@pytest.mark.usefixtures("_small_quota")
async def test_an_account_cannot_fill_the_disk(ends: tuple[Actor, Actor]) -> None:
    """Files a day, megabytes a day, megabytes altogether; another account is not touched; a known content costs nothing."""
    fat = made.einvoice() + b" " * 1_600_000
    await kept(ends[0], fat)
    await kept(ends[0], made.einvoice())
    await kept(ends[0], fat)
    with pytest.raises(errors.UploadQuotaReached) as caught:
        await kept(ends[0], made.ordinary())
    assert (caught.value.unit, caught.value.period, caught.value.limit, caught.value.used) == ("files", "day", 2, 2)
    with clock.fixed(AT), pytest.raises(errors.UploadQuotaReached):
        await service.may_upload(ends[0])
    await kept(ends[1], made.ordinary())
    await kept(ends[0], fat + b" ", AT + timedelta(days=1, seconds=1))
    with pytest.raises(errors.UploadQuotaReached) as caught:
        await kept(ends[0], fat + b"  ", AT + timedelta(days=9))
    assert (caught.value.unit, caught.value.period) == ("megabytes", "total")
    assert (
        not await Document.filter(media_type="x").exists()
        and await Document.filter(uploaded_by_id=ends[0].account_id).count() == 3
    )


async def looks(actor: Actor, document: Document) -> bool:
    """Whether the actor gets it."""
    try:
        await service.look_at_document(actor, document.id)
    except errors.NotFound:
        return False
    return True


async def test_only_those_concerned_see_it_and_every_look_is_logged(ends: tuple[Actor, Actor]) -> None:
    """Its uploader until it is attached, then payer and payee; the regulator always; strangers and the operator never."""
    document = await kept(ends[0], await invoice_of(ends))
    strangers = [await member(role) for role in Role if role is not Role.REGULATOR]
    regulator = await member(Role.REGULATOR)
    assert [await looks(a, document) for a in (*ends, regulator)] == [True, False, True]
    await recorded(ends, document_id=str(document.id))
    assert [await looks(a, document) for a in (*ends, regulator)] == [True, True, True]
    assert not any([await looks(a, document) for a in strangers])
    assert await LogEntry.filter(action="document:look").count() == 5


async def test_a_lost_or_changed_file_is_not_served(ends: tuple[Actor, Actor], tmp_path: Any) -> None:
    """It is said so."""
    document = await kept(ends[0], made.einvoice())
    store.use(store.Folder(tmp_path / "elsewhere"))
    with pytest.raises(errors.DocumentDamaged):
        await service.content(document)


async def test_the_invoice_is_filed_from_its_file_alone(ends: tuple[Actor, Actor]) -> None:
    """Every field is the file's, and the document is attached."""
    document = await kept(ends[0], await invoice_of(ends))
    await recorded(ends, document_id=str(document.id))
    invoice = await Invoice.get(invoice_no=NUMBER)
    assert (invoice.amount_fen, invoice.issued_on) == (127200, date(2026, 9, 1))
    await document.refresh_from_db()
    assert document.attached_to == f"invoice:{NUMBER}" and document.attached_at == AT
    assert await read.documents_by_attachment([f"invoice:{NUMBER}", "invoice:-"]) == [document, None]


async def test_a_mismatch_stores_nothing(ends: tuple[Actor, Actor]) -> None:
    """No record, no invoice, no attachment, no log entry."""
    document = await kept(ends[0], await invoice_of(ends))
    before = await LogEntry.all().count()
    with pytest.raises(errors.InvoiceMismatch):
        await recorded(ends, document_id=str(document.id), amount_fen=1)
    await document.refresh_from_db()
    assert not await FeeRecord.exists() and not await Invoice.exists() and document.attached_to is None
    assert await LogEntry.all().count() == before


async def test_one_file_proves_one_thing(ends: tuple[Actor, Actor]) -> None:
    """The same number again, the same scan for another number, from whichever party: refused."""
    document = await kept(ends[0], await invoice_of(ends))
    await recorded(ends, document_id=str(document.id))
    with pytest.raises(errors.AlreadyFiled) as caught:
        await recorded(ends, document_id=str(document.id))
    assert caught.value.kind == "invoice"
    scans = [await kept(actor, made.pdf()) for actor in ends]
    typed = {"issued_on": date(2026, 9, 1), "buyer_title": "某", "amount_fen": 1}
    codes = {"buyer_code": await contest.code_of(ends[0]), "seller_code": await contest.code_of(ends[1])}
    await recorded(ends, document_id=str(scans[0].id), number="1", **typed, **codes)
    with pytest.raises(errors.AlreadyFiled) as caught:
        await recorded(ends, ends[1], 19, document_id=str(scans[1].id), number="2", **typed, **codes)
    assert caught.value.kind == "document" and await FeeRecord.all().count() == 2


async def test_nobody_attaches_what_another_uploaded(ends: tuple[Actor, Actor]) -> None:
    """Not even the other end of the payment; to it the document does not exist."""
    document = await kept(ends[0], await invoice_of(ends))
    for key in (str(document.id), str(uuid4()), "no id"):
        with pytest.raises(errors.NotFound):
            await recorded(ends, ends[1], document_id=key)
    assert not await FeeRecord.exists()
