"""The one file of a form (``multipart/form-data``, RFC 7578), streamed: nothing of it is kept in memory but the chunk at hand."""

from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from market.documents.incoming import TooLarge
from market.documents.parse import media

AROUND_BYTES = 10_000
"""What a form may have around its file: headers, boundaries, other fields."""
FIELD = "file"


class NotAForm(Exception):
    """No form, a broken one, or one without a file."""


class _Parts:
    """Collects the content of the field ``file``; other fields are passed over."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.name, self.value, self.headers = b"", b"", dict[bytes, bytes]()
        self.is_file, self.seen = False, False

    def parser(self, content_type: str) -> MultipartParser:
        """Calls the methods below as it goes. Raises NotAForm."""
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise NotAForm
        names = ("part_begin", "part_data", "header_field", "header_value", "header_end", "headers_finished")
        return MultipartParser(boundary, {f"on_{name}": getattr(self, name) for name in names})  # type: ignore[arg-type]

    def part_begin(self) -> None:
        self.headers, self.is_file = {}, False

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self.name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def header_end(self) -> None:
        self.headers[self.name.lower()] = self.value
        self.name = self.value = b""

    def headers_finished(self) -> None:
        _, options = parse_options_header(self.headers.get(b"content-disposition", b""))
        self.is_file = not self.seen and options.get(b"name") == FIELD.encode() and bool(options.get(b"filename"))
        self.seen = self.seen or self.is_file

    def part_data(self, data: bytes, start: int, end: int) -> None:
        if self.is_file:
            self.chunks.append(data[start:end])

    def taken(self) -> list[bytes]:
        """What has come since the last time."""
        chunks, self.chunks = self.chunks, []
        return chunks


async def file_of(request: Request) -> AsyncIterator[bytes]:
    """The content of the form's field ``file``, as it comes. Raises NotAForm, and TooLarge also for what is around the file."""
    parts, received = _Parts(), 0
    try:
        parser = parts.parser(request.headers.get("content-type", ""))
        async for chunk in request.stream():
            received += len(chunk)
            if received > media.MAX_BYTES + AROUND_BYTES:
                raise TooLarge
            parser.write(chunk)
            for content in parts.taken():
                yield content
        parser.finalize()
    except FormParserError:
        raise NotAForm from None
    if not parts.seen:
        raise NotAForm
