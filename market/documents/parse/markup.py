"""XML without teeth: no DTD, no entities, nothing fetched, at most so many elements, levels and characters."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from attrs import frozen
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

MAX_ELEMENTS = 50_000
MAX_DEPTH = 64
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_CHINESE = ("gbk", "gb2312", "gb18030", "gb_2312-80", "cp936")
"""Encodings that the parser itself does not know."""


class MarkupError(Exception):
    """Base, so that attrs may freeze what is raised."""


@frozen
class BadMarkup(MarkupError):
    """``reason``: malformed, hostile or too_large; ``found``: what was met."""

    reason: str
    found: str


class _Bounded(TreeBuilder):
    """Builds a tree until it grows beyond an invoice's size."""

    def __init__(self) -> None:
        super().__init__()
        self.elements, self.depth = 0, 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        """Counts."""
        self.elements, self.depth = self.elements + 1, self.depth + 1
        if self.elements > MAX_ELEMENTS or self.depth > MAX_DEPTH:
            raise BadMarkup("too_large", f"> {MAX_ELEMENTS} / {MAX_DEPTH}")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        """One level up."""
        self.depth -= 1
        return super().end(tag)


def parse(content: bytes) -> Element:
    """The root. Raises BadMarkup."""
    declared = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf")[:200])
    encoding = None
    if declared and declared[1].decode().lower() in _CHINESE:
        try:
            content, encoding = content.decode("gb18030").encode(), "utf-8"
        except UnicodeDecodeError:
            raise BadMarkup("malformed", "gb18030") from None
    parser = DefusedXMLParser(target=_Bounded(), encoding=encoding, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(content)
        root: Element = parser.close()
    except DefusedXmlException as hostile:
        raise BadMarkup("hostile", type(hostile).__name__.removesuffix("Forbidden")) from None
    except (ParseError, ValueError, LookupError) as bad:
        raise BadMarkup("malformed", str(bad)[:80]) from None
    return root


def local(tag: object) -> str:
    """A name without its namespace; "" for comments."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def walk(root: Element) -> Iterator[tuple[tuple[str, ...], Element]]:
    """Every element with the local names on the way to it, in document order, without recursion."""
    todo: list[tuple[tuple[str, ...], Element]] = [((local(root.tag),), root)]
    while todo:
        path, element = todo.pop()
        yield path, element
        todo += [((*path, local(child.tag)), child) for child in reversed(element)]


def text_of(element: Element) -> str:
    """Its own text, or that of its children where a layout wraps it."""
    return "".join(element.itertext()).strip()
