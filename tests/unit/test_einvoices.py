"""E-invoices are read from every layout that is understood; everything else is refused with what was found."""

import io
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from datetime import date

import pytest
from attrs import asdict
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import EncodedStreamObject, NameObject

from market.documents import reader
from market.documents.parse import InvoiceFacts, media, read_invoice
from market.documents.parse.facts import REASONS, day, yuan
from market.errors import InvoiceUnreadable
from tests.unit.einvoices import made

NAMES = {"buyer_name": "某某海洋工程有限公司", "seller_name": "某某勘测咨询有限公司"}
LAYOUTS: dict[str, bytes] = {
    "einvoice-xml": made.einvoice(),
    "einvoice-2019-xml": made.ordinary(),
    "ofd": made.ofd(),
    "pdf-attachment": made.pdf(attachment=made.einvoice()),
    "pdf-properties": made.pdf(made.properties(), text=made.printed()),
    "pdf-text": made.pdf(text=made.printed()),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_tells_the_same_invoice(layout: str) -> None:
    """Number, date, both parties with their codes and the total are read alike; the layout is named."""
    facts = read_invoice(LAYOUTS[layout])
    number = "033002100611" + "12345678" if layout == "einvoice-2019-xml" else made.FACTS["number"]
    assert (facts.layout, facts.number, facts.issued_on, facts.amount_fen) == (layout, number, date(2026, 9, 1), 127200)
    assert (facts.buyer_name, facts.seller_name) == tuple(NAMES.values())
    assert (facts.buyer_code, facts.seller_code) == (made.FACTS["buyer_code"], made.FACTS["seller_code"])
    assert facts.tax_fen == (None if layout == "pdf-text" else 7200)


VARIANTS = [
    (made.einvoice("gbk"), "GBK"),
    (b"\xef\xbb\xbf" + made.einvoice(), "BOM"),
    (made.einvoice().replace(b"<EInvoice>", b'<EInvoice xmlns="urn:x">'), "namespace"),
    (made.ofd_with(made.einvoice()), "OFD with attachment only"),
    (made.ofd_with(made.einvoice(), made.datas()), "OFD with both"),
    (made.ofd_tagged(), "OFD with texts in its tags"),
    (made.pdf(made.properties()), "PDF without a text layer"),
]


@pytest.mark.parametrize("content", [v for v, _ in VARIANTS], ids=[name for _, name in VARIANTS])
def test_variants_are_read(content: bytes) -> None:
    """Encodings, namespaces and files that say the same thing in two places."""
    facts = read_invoice(content)
    assert (facts.number, facts.amount_fen, facts.tax_fen) == (made.FACTS["number"], 127200, 7200)


def test_a_red_letter_invoice_names_the_one_it_takes_back() -> None:
    """Negative amounts, and the blue invoice's number from the remark."""
    remark = "被红冲蓝字数电发票号码：26332000000011111111 红字发票信息确认单编号：1"
    facts = read_invoice(made.einvoice(net="-1200.00", tax="-72.00", total="-1272.00", remark=remark))
    assert (facts.amount_fen, facts.tax_fen, facts.red_letter_of) == (-127200, -7200, "26332000000011111111")


def test_facts_survive_storage() -> None:
    """To JSON and back."""
    facts = read_invoice(made.einvoice())
    assert InvoiceFacts.from_json(facts.to_json()) == facts


def _xml(body: str, doctype: str = "") -> bytes:
    return f'<?xml version="1.0"?>{doctype}<EInvoice>{body}</EInvoice>'.encode()


def _lol() -> bytes:
    names = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    return _xml("&l9;", f"<!DOCTYPE x [{names}]>")


def _bomb() -> bytes:
    return made.packed({"OFD.xml": b"<a>" + b" " * 40_000_000 + b"</a>"})


def _many_bombs() -> bytes:
    pages: dict[str, str | bytes] = {f"Doc_0/Pages/Page_{n}/Content.xml": b"<a>" + b" " * 3_900_000 + b"</a>" for n in range(20)}
    tag = "<t><InvoiceNo><ObjectRef>1</ObjectRef></InvoiceNo></t>"
    return made.packed({"OFD.xml": made.ofd_root(), "Doc_0/Tags/CustomTag.xml": tag, **pages})


def _lying() -> bytes:
    """A ZIP whose directory says that the entry is small."""
    content = bytearray(_bomb())
    directory = content.rfind(b"PK\x01\x02")
    struct.pack_into("<I", content, directory + 24, 10)
    return bytes(content)


def _twice() -> bytes:
    buffer = io.BytesIO()
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("OFD.xml", made.ofd_root(made.datas()))
        archive.writestr("OFD.xml", made.ofd_root(made.datas(total="9.00")))
    return buffer.getvalue()


def _encrypted_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(made.pdf(made.properties()))))
    writer.encrypt("secret", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _encrypted_zip() -> bytes:
    content = bytearray(made.ofd())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)


def _ofd_named(name: str) -> bytes:
    return made.packed({"OFD.xml": made.ofd_root(made.datas()), name: "x"})


def _two_bodies() -> bytes:
    root = made.ofd_root(made.datas())
    body = root[root.index("<ofd:DocBody>") : root.index("</ofd:OFD>")]
    return made.packed({"OFD.xml": root.replace(body, body * 2)})


def _flate_bomb() -> bytes:
    """A page whose content is 200 MB of blanks, packed."""
    packer = zlib.compressobj(9)
    stream = EncodedStreamObject()
    stream._data = b"".join([*(packer.compress(b" " * 1_000_000) for _ in range(200)), packer.flush()])
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    writer = PdfWriter()
    page = writer.add_blank_page(10, 10)
    page[NameObject("/Contents")] = writer._add_object(stream)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "unknown_format"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"x" * 100, "unknown_format"),
    "a program": (lambda: b"MZ" + b"\x00" * 100, "unknown_format"),
    "a page": (lambda: b"<!DOCTYPE html><html><script>alert(1)</script></html>", "unknown_format"),
    "a drawing with a script": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "unknown_format"),
    "a workbook": (lambda: made.packed({"[Content_Types].xml": "<a/>"}), "unknown_format"),
    "another ZIP": (lambda: made.packed({"a.txt": "a"}), "unknown_format"),
    "a ZIP of 20,000 names": (lambda: made.packed({"OFD.xml": "x", **{f"{n}": "" for n in range(20_000)}}), "unknown_format"),
    "half a ZIP": (lambda: made.ofd()[:200], "unknown_format"),
    "more than may be": (lambda: b"<" + b" " * media.MAX_BYTES, "too_large"),
    "another XML": (lambda: b"<Invoice><ID>1</ID></Invoice>", "unknown_layout"),
    "unclosed XML": (lambda: made.einvoice()[:-20], "malformed"),
    "bytes that are no text": (lambda: made.einvoice().replace("某".encode(), b"\xff\xfe"), "malformed"),
    "an encoding that is none": (lambda: made.einvoice().replace(b"utf-8", b"x-none"), "malformed"),
    "GBK that is none": (lambda: made.einvoice("gbk").replace("某".encode("gbk"), b"\xff\xff"), "malformed"),
    "billion laughs": (_lol, "hostile"),
    "an external entity": (lambda: _xml("&x;", '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "hostile"),
    "an external DTD": (lambda: _xml("", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'), "hostile"),
    "a parameter entity": (lambda: _xml("", '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'), "hostile"),
    "a million elements": (lambda: _xml("<a/>" * 1_000_000), "too_large"),
    "bottomless XML": (lambda: _xml("<a>" * 100_000), "too_large"),
    "a 9 MB cell": (lambda: made.einvoice(buyer_name="某" * 3_000_000), "too_large"),
    "a 9 MB attribute": (lambda: _xml(f'<a b="{"x" * 9_000_000}"/>'), "incomplete"),
    "a name with a control character": (lambda: made.einvoice(buyer_name="某&#x85;\x9f某"), "malformed"),
    "no number": (lambda: made.einvoice(number=""), "incomplete"),
    "no amount": (lambda: made.einvoice(net="", tax="", total=""), "incomplete"),
    "a number of nine digits": (lambda: made.einvoice(number="123456789"), "malformed"),
    "a number in other digits": (lambda: made.einvoice(number="２６３３２００００００００１２３４５６７８"), "malformed"),
    "an amount with an exponent": (lambda: made.einvoice(total="1e9"), "not_an_amount"),
    "an amount of 5000 digits": (lambda: made.einvoice(total="9" * 290), "not_an_amount"),
    "an amount in fractions of fen": (lambda: made.einvoice(total="1272.001"), "not_an_amount"),
    "the 31st of February": (lambda: made.einvoice(issued_on="2026-02-31"), "not_a_date"),
    "a sum that does not add up": (lambda: made.einvoice(total="1.00"), "contradictory"),
    "two invoices in one": (
        lambda: _xml("<TaxSupervisionInfo><InvoiceNumber>1</InvoiceNumber></TaxSupervisionInfo>" * 2),
        "contradictory",
    ),
    "an OFD that contradicts its attachment": (
        lambda: made.ofd_with(made.einvoice(), made.datas(number="26332000000099999999")),
        "contradictory",
    ),
    "a PDF whose page shows another total": (
        lambda: made.pdf(made.properties(), text=made.printed(total="9.00")),
        "contradictory",
    ),
    "an OFD with nothing to read": (lambda: made.packed({"OFD.xml": made.ofd_root()}), "unknown_layout"),
    "an OFD of two documents": (_two_bodies, "unknown_layout"),
    "an OFD with a path upwards": (lambda: _ofd_named("../../etc/cron.d/x.xml"), "hostile"),
    "an OFD with an absolute path": (lambda: _ofd_named("/etc/passwd"), "hostile"),
    "an OFD with a Windows path": (lambda: _ofd_named("..\\..\\x.xml"), "hostile"),
    "an OFD with a drive": (lambda: _ofd_named("C:/x.xml"), "hostile"),
    "an OFD with one name twice": (_twice, "hostile"),
    "an OFD of 600 entries": (lambda: made.packed({"OFD.xml": "x", **{f"{n}": "x" for n in range(600)}}), "too_large"),
    "a ZIP bomb": (_bomb, "too_large"),
    "many small ZIP bombs": (_many_bombs, "too_large"),
    "a ZIP bomb with a lying header": (_lying, "malformed"),
    "an encrypted ZIP": (_encrypted_zip, "encrypted"),
    "an OFD with laughing XML": (lambda: made.packed({"OFD.xml": _lol()}), "hostile"),
    "an encrypted PDF": (_encrypted_pdf, "encrypted"),
    "a PDF of nothing": (lambda: b"%PDF-1.7\n", "malformed"),
    "half a PDF": (lambda: made.pdf(text=made.printed())[:300], "malformed"),
    "a scan": (lambda: made.pdf(), "unknown_layout"),
    "a PDF bomb": (_flate_bomb, "unknown_layout"),
    "a PDF with laughing XML": (lambda: made.pdf(attachment=_lol()), "hostile"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason(name: str) -> None:
    """Never another exception; the reason, a short word of what was found, and what would have been understood."""
    make, reason = HOSTILE[name]
    with pytest.raises(InvoiceUnreadable) as caught:
        read_invoice(make())
    assert caught.value.reason == reason and reason in REASONS
    assert len(caught.value.found) < 200 and len(caught.value.understood) == 4


@given(st.binary(max_size=300), st.sampled_from(["einvoice-xml", "ofd", "pdf-properties"]), st.integers(0, 1500))
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_is_read_or_refused(noise: bytes, layout: str, at: int) -> None:
    """Bytes changed anywhere: facts or InvoiceUnreadable, nothing else."""
    content = LAYOUTS[layout]
    damaged = content[:at] + noise + content[at + len(noise) :]
    try:
        read_invoice(damaged)
    except InvoiceUnreadable as why:
        assert why.reason in REASONS


@pytest.mark.parametrize(("text", "fen"), [("¥1,234.50", 123450), ("1272", 127200), ("-0.01", -1), ("***", 0), ("12.3400", 1234)])
def test_printed_amounts(text: str, fen: int) -> None:
    """Currency signs, thousands and tax-free marks."""
    assert yuan(text) == fen


@pytest.mark.parametrize(
    "text", ["2026-09-01", "2026年09月01日", "2026年9月1日", "20260901", "2026-09-01 10:11:12", "20260901101112"]
)
def test_printed_days(text: str) -> None:
    """As issuers write them."""
    assert day(text) == date(2026, 9, 1)


@pytest.mark.parametrize("content", [made.einvoice(), _lol(), b"MZ", b"%PDF-1.7\n"])
async def test_files_are_read_in_a_process_of_their_own(content: bytes) -> None:
    """The same facts and the same refusals come across the process boundary."""
    try:
        expected: InvoiceFacts | InvoiceUnreadable = read_invoice(content)
    except InvoiceUnreadable as why:
        expected = why
    with tempfile.TemporaryFile() as file:
        file.write(content)
        assert asdict(await reader.read(file)) == asdict(expected)


async def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that would keep a parser busy for a minute is given up, and its process ended."""
    monkeypatch.setattr(reader, "PATIENCE_S", 1.0)
    with tempfile.TemporaryFile() as file:
        file.write(b"%PDF-1.4\n" + b"1 0 obj\n" * 1_200_000)
        answer = await reader.read(file)
    assert isinstance(answer, InvoiceUnreadable) and answer.reason == "reader_failed"


async def test_a_reader_out_of_memory_harms_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """What kills the reading process is an answer, too."""
    monkeypatch.setattr(reader.sys, "executable", "/bin/false")
    with tempfile.TemporaryFile() as file:
        answer = await reader.read(file)
    assert isinstance(answer, InvoiceUnreadable) and (answer.reason, answer.found) == ("reader_failed", "1")
