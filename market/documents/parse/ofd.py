"""OFD: a ZIP whose ``OFD.xml`` names a document. Entries are read in memory, never written, each within a limit of size."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from market.documents.parse import einvoice, markup
from market.documents.parse.facts import InvoiceFacts, facts_of, merged
from market.errors import InvoiceUnreadable

LAYOUT = "ofd"
MAX_ENTRIES = 500
MAX_ENTRY = 4 * 1024 * 1024
MAX_TOTAL = 12 * 1024 * 1024
"""Bytes of XML of one file, unpacked; pictures and signatures are never unpacked."""
_DATAS = {
    "发票代码": "code",
    "发票号码": "number",
    "开票日期": "issued_on",
    "购买方名称": "buyer_name",
    "购买方纳税人识别号": "buyer_code",
    "销售方名称": "seller_name",
    "销售方纳税人识别号": "seller_code",
    "合计金额": "net",
    "合计税额": "tax",
    "价税合计": "total",
    "备注": "remark",
}
_TAGS = {
    "InvoiceCode": "code",
    "InvoiceNo": "number",
    "IssueDate": "issued_on",
    "BuyerName": "buyer_name",
    "BuyerTaxID": "buyer_code",
    "SellerName": "seller_name",
    "SellerTaxID": "seller_code",
    "TaxExclusiveTotalAmount": "net",
    "TaxTotalAmount": "tax",
    "TaxInclusiveTotalAmount": "total",
    "Note": "remark",
    # of a 数电票, as its XML calls them
    "InvoiceNumber": "number",
    "IssueTime": "issued_on",
    "BuyerIdNum": "buyer_code",
    "SellerIdNum": "seller_code",
    "TotalAmWithoutTax": "net",
    "TotalTaxAm": "tax",
    "TotalTax-includedAmount": "total",
    "Remark": "remark",
}


class _Archive:
    """The entries by name. Raises InvoiceUnreadable for names that leave the archive, doubles, bombs and encryption."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, EOFError):
            raise InvoiceUnreadable("malformed", "ZIP") from None
        entries = self._zip.infolist()
        if len(entries) > MAX_ENTRIES:
            raise InvoiceUnreadable("too_large", f"{len(entries)} > {MAX_ENTRIES}")
        self._left, self.entries = MAX_TOTAL, {entry.filename: entry for entry in entries}
        if len(self.entries) != len(entries):
            raise InvoiceUnreadable("hostile", "× 2")
        for name in self.entries:
            if _leaves(name):
                raise InvoiceUnreadable("hostile", name[:60])

    def read(self, name: str) -> bytes:
        """One entry, unpacked up to its limit whatever its header claims."""
        entry = self.entries[name]
        if entry.flag_bits & 1:
            raise InvoiceUnreadable("encrypted", name[:60])
        limit = min(MAX_ENTRY, self._left)
        try:
            with self._zip.open(entry) as file:
                data = file.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
            raise InvoiceUnreadable("malformed", name[:60]) from None
        if len(data) > limit:
            raise InvoiceUnreadable("too_large", name[:60])
        self._left -= len(data)
        return data

    def named(self, *parts: str) -> Iterator[str]:
        """XML entries below a folder of one of these names."""
        wanted = {part.lower() for part in parts}
        for name in self.entries:
            folders = {folder.lower() for folder in name.split("/")[:-1]}
            if name.lower().endswith(".xml") and folders & wanted:
                yield name


def _leaves(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ":" in plain or "\x00" in plain or posixpath.normpath(plain).startswith("..")


def read_ofd(content: bytes) -> InvoiceFacts:
    """Raises InvoiceUnreadable, BadMarkup."""
    archive = _Archive(content)
    root = markup.parse(archive.read("OFD.xml"))
    bodies = [element for path, element in markup.walk(root) if path[1:] == ("DocBody",)]
    if markup.local(root.tag) != "OFD" or len(bodies) != 1:
        raise InvoiceUnreadable("unknown_layout", f"OFD.xml <{markup.local(root.tag)[:40]}> DocBody × {len(bodies)}")
    parts = {**_attached(archive), "CustomData": _custom_datas(root), "CustomTag": _tagged(archive)}
    if not any(parts.values()):
        raise InvoiceUnreadable("unknown_layout", "OFD: CustomDatas –, CustomTag –, Attachs –")
    return facts_of(merged(parts), LAYOUT)


def _attached(archive: _Archive) -> dict[str, dict[str, str]]:
    found = {}
    for name in archive.named("Attachs", "Attach", "Attachments", "Other"):
        root = markup.parse(archive.read(name))
        layout = einvoice.layout_of(root)
        if layout:
            found[name] = dict(einvoice.texts_of(root, layout))
    return found


def _custom_datas(root: Element) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path, element in markup.walk(root):
        field = _DATAS.get(element.get("Name", "")) if path[-1] == "CustomData" else None
        if field and texts.setdefault(field, markup.text_of(element)) != markup.text_of(element):
            raise InvoiceUnreadable("contradictory", f"CustomData {element.get('Name')} × 2")
    return texts


def _tagged(archive: _Archive) -> dict[str, str]:
    """Fields of ``CustomTag.xml``: each points to text objects of the pages by their ids, or has its text in itself."""
    refs: dict[str, list[str]] = {}
    texts: dict[str, str] = {}
    for name in archive.named("Tags"):
        for path, element in markup.walk(markup.parse(archive.read(name))):
            if path[-1] == "ObjectRef":
                refs.setdefault(_field(path), []).append(markup.text_of(element))
            elif path[-1] == "ObjectData":
                texts[_field(path)] = markup.text_of(element)
    objects = _text_objects(archive) if refs else {}
    texts |= {field: "".join(objects.get(i, "") for i in ids) for field, ids in refs.items()}
    texts.pop("", None)
    return texts


def _field(path: tuple[str, ...]) -> str:
    """The innermost tag around a reference that names a field; "" when none does."""
    return next((_TAGS[part] for part in reversed(path[:-1]) if part in _TAGS), "")


def _text_objects(archive: _Archive) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name in archive.named("Pages"):
        for path, element in markup.walk(markup.parse(archive.read(name))):
            if path[-1] == "TextObject" and element.get("ID"):
                texts[element.get("ID", "")] = "".join(markup.text_of(e) for e in element if markup.local(e.tag) == "TextCode")
    return texts
