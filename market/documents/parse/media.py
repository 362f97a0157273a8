"""What a file is, by its content alone: names and headers that a client sends are not believed."""

import io
import zipfile

from attrs import frozen

XML, OFD, PDF = "application/xml", "application/ofd", "application/pdf"
MAX_BYTES = 10 * 1024 * 1024
"""Of one file, as its transport takes it."""
_HEAD = 1024
_ENTRIES = 5000
"""A ZIP with more is not even opened: listing a million names would take its time."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_OTHERS = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
    (b"\x1f\x8b", "GZIP"),
    (b"7z\xbc\xaf", "7Z"),
    (b"Rar!", "RAR"),
    (b"\xd0\xcf\x11\xe0", "Office 97"),
)


class MediaError(Exception):
    """Base, so that attrs may freeze what is raised."""


@frozen
class UnknownMedia(MediaError):
    """Neither XML nor OFD nor PDF. ``found``: what it looks like."""

    found: str


def media_type(content: bytes) -> str:
    """XML, OFD or PDF. Raises UnknownMedia."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"PK\x03\x04"):
        return _of_zip(content)
    if _text_head(content).lstrip().startswith("<") and not _is_page(content):
        return XML
    raise UnknownMedia(_look(content))


def _of_zip(content: bytes) -> str:
    if content.count(b"PK\x01\x02") > _ENTRIES:
        raise UnknownMedia("ZIP")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, EOFError):
        raise UnknownMedia("ZIP?") from None
    if "OFD.xml" in names:
        return OFD
    raise UnknownMedia("Office" if "[Content_Types].xml" in names else "ZIP")


def _text_head(content: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    return content[:_HEAD].decode(encoding, errors="replace").lstrip("\ufeff")


def _is_page(content: bytes) -> bool:
    head = _text_head(content).lstrip().lower()
    return head.startswith(("<!doctype html", "<html", "<svg"))


def _look(content: bytes) -> str:
    if not content:
        return "∅"
    named = next((name for magic, name in _OTHERS if content.startswith(magic)), "")
    return named or ("HTML" if _is_page(content) else content[:8].hex())
