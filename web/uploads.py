"""Files in and out: ``POST /documents`` takes one file as the raw body, ``GET /documents/ID`` gives it back to those concerned.

``POST /documents/form?next=/page`` takes the file of a page's form instead, and leads back to the page with ``document=ID``;
``acting=MARK`` says for whom the form was opened (``web/pages/acting.py``).

Not part of the GraphQL body, which is read whole into memory: an upload is streamed to a temporary file, counted as it comes.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

import orjson
from starlette.datastructures import URL
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from market import errors
from market.actors import Actor
from market.documents import read, reader
from market.documents import service as documents
from market.documents.incoming import Incoming, TooLarge, receiving
from market.documents.parse import InvoiceFacts, media
from market.money import format_yuan
from schema.accounts import viewer_of
from schema.documents import Document
from schema.errors import sentence
from schema.labels import N_
from web import i18n, multipart
from web.addresses import is_own
from web.guard import UPLOAD_FORM_PATH, UPLOAD_PATH, UPLOAD_S
from web.pages import acting
from web.pages import engine as pages
from web.refusals import BODY_TOO_SLOW, JSON, Refusal, language, problem, respond

Identify = Callable[[HTTPConnection, str | None], Awaitable[Actor]]

READERS = 2
"""How many files are read at the same time by this process."""
AT_ONCE = 2
"""How many uploads of one account are under way at the same time."""
_CLOSE = {"Connection": "close"}
TOO_LARGE = Refusal(413, "REQUEST_TOO_LARGE", N_("文件太大，上限 10 MB。"), _CLOSE)
TOO_MANY = Refusal(429, "TOO_MANY_REQUESTS", N_("本账号正在上传的文件太多，请等前一个传完。"), _CLOSE)
EMPTY = Refusal(400, "BAD_REQUEST", N_("没有收到文件内容：请把文件作为请求体直接发送。"))
NO_FILE = Refusal(422, "BAD_REQUEST", N_("没有选文件。请退回上一页，选好文件再上传。"))
OTHER_PARTY = Refusal(
    409,
    "OTHER_PARTY",
    N_("这一页是替别的单位打开的，您现在替另一个单位办事，文件没有存。请换回那个单位，或重新打开这一页。"),
    _CLOSE,
)
MEDIA_TYPE = Refusal(
    415, "UNSUPPORTED_MEDIA_TYPE", N_("只接受电子发票文件：数电票 XML、OFD、PDF（按内容识别）。请上传税务平台下载的原件。")
)
_STATUS: dict[type[errors.MarketError], tuple[int, str]] = {
    errors.NotSignedIn: (401, "UNAUTHENTICATED"),
    errors.NotPermitted: (403, "NOT_PERMITTED"),
    errors.NotFound: (404, "NOT_FOUND"),
    errors.UploadQuotaReached: (429, "UPLOAD_QUOTA_REACHED"),
    errors.DocumentDamaged: (500, "DOCUMENT_DAMAGED"),
}
_ENDINGS = {media.XML: "xml", media.OFD: "ofd", media.PDF: "pdf"}


def routes(identify: Identify) -> list[BaseRoute]:
    """The addresses."""
    files = Files(identify)
    return [
        Route(UPLOAD_PATH, files.post, methods=["POST"]),
        Route(UPLOAD_FORM_PATH, files.post_form, methods=["POST"]),
        Route(UPLOAD_PATH + "/{id}", files.get, methods=["GET"]),
    ]


class _Refused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


@dataclass(frozen=True)
class _Stored:
    document: Document
    said: InvoiceFacts | errors.InvoiceUnreadable
    is_new: bool


class Files:
    """The endpoint of one application."""

    def __init__(self, identify: Identify) -> None:
        self.identify = identify
        self.readers = asyncio.Semaphore(READERS)
        self.under_way: Counter[UUID | None] = Counter()

    async def post(self, request: Request) -> Response:
        """201 with what was stored and read, 200 when this party has uploaded the same content before."""
        return await self._answered(request, self._post)

    async def get(self, request: Request) -> Response:
        """The file, as an attachment that no browser runs; the look is in the log."""
        return await self._answered(request, self._get)

    async def _answered(self, request: Request, work: Callable[[Request], Awaitable[Response]]) -> Response:
        try:
            return await work(request)
        except _Refused as refused:
            return respond(refused.refusal, request.scope)
        except tuple(_STATUS) as error:
            status, code = _STATUS[type(error)]
            lang = language(request.scope)
            headers = {"WWW-Authenticate": "Bearer"} if status == 401 else _CLOSE
            return problem(status, code, sentence(error, lambda text: i18n.translate(lang, text)), headers)
        except ClientDisconnect:
            return Response(status_code=400)

    async def post_form(self, request: Request) -> Response:
        """303 back to ``next``, an address of this site, with the document's id; what is refused is a page that says why."""
        back = request.query_params.get("next", "")
        if not is_own(back):
            return pages.problem(pages.stranger(request), pages.Refused(400))
        try:
            await self._same_party(request)
            stored = await self._stored(request, multipart.file_of(request), multipart.AROUND_BYTES)
        except multipart.NotAForm:
            return _page(request, NO_FILE)
        except _Refused as refused:
            return _page(request, refused.refusal)
        except errors.NotSignedIn:
            return RedirectResponse(f"{pages.SIGN_IN}?{urlencode({'next': back})}", 303)
        except tuple(_STATUS) as error:
            status, code = _STATUS[type(error)]
            return _page(
                request, Refusal(status, code, sentence(error, lambda text: i18n.translate(language(request.scope), text)))
            )
        except ClientDisconnect:
            return Response(status_code=400)
        return RedirectResponse(str(URL(back).include_query_params(document=stored.document.id)), 303)

    async def _same_party(self, request: Request) -> None:
        """Raises _Refused when the form was opened for another party: nothing is stored for either. Raises NotSignedIn."""
        opened_for, now = request.query_params.get("acting"), await viewer_of(await self.identify(request, None))
        behalf = now.on_behalf_of.code if now and now.on_behalf_of else ""
        if opened_for and now and opened_for != acting.mark_of(now.login, now.acting_for.code, behalf):
            raise _Refused(OTHER_PARTY)

    async def _post(self, request: Request) -> Response:
        stored = await self._stored(request, request.stream())
        shown = _shown(stored.document, stored.said, language(request.scope))
        return Response(orjson.dumps(shown), 201 if stored.is_new else 200, media_type=JSON)

    async def _stored(self, request: Request, chunks: AsyncIterator[bytes], around: int = 0) -> _Stored:
        """The file of these chunks, kept and read; the body is asked for only once the sender may upload.

        ``around``: bytes that the body may have besides the file.
        """
        actor = await self.identify(request, None)
        await documents.may_upload(actor)
        declared = request.headers.get("content-length", "0")
        if declared.isdecimal() and (len(declared) > 12 or int(declared) > media.MAX_BYTES + around):
            raise _Refused(TOO_LARGE)
        with self._one_of_few(actor.account_id), receiving() as incoming:
            await _receive(chunks, incoming)
            kind = await asyncio.to_thread(_media_type, incoming)
            known = await read.known(actor.party_id, incoming.sha256)
            said = read.outcome(known) if known else await self._read(incoming)
            return _Stored(Document.of(await documents.keep_document(actor, incoming, kind, said)), said, is_new=known is None)

    @contextmanager
    def _one_of_few(self, account_id: UUID | None) -> Iterator[None]:
        if self.under_way[account_id] >= AT_ONCE:
            raise _Refused(TOO_MANY)
        self.under_way[account_id] += 1
        try:
            yield
        finally:
            self.under_way[account_id] -= 1
            self.under_way += Counter()  # forget those who have none left

    async def _read(self, incoming: Incoming) -> InvoiceFacts | errors.InvoiceUnreadable:
        async with self.readers:
            return await reader.read(incoming.file)

    async def _get(self, request: Request) -> Response:
        actor = await self.identify(request, None)
        try:
            key = UUID(request.path_params["id"])
        except ValueError:
            raise errors.NotFound("document", request.path_params["id"][:40]) from None
        document = await documents.look_at_document(actor, key)
        headers = {
            "Content-Disposition": f'attachment; filename="{document.sha256[:16]}.{_ENDINGS[document.media_type]}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        }
        return Response(await documents.content(document), headers=headers, media_type=document.media_type)


def _page(request: Request, refusal: Refusal) -> Response:
    """What a form is told: the page that stands in, with the reason in words."""
    said = i18n.translate(language(request.scope), refusal.text)
    return pages.problem(pages.stranger(request), pages.Refused(refusal.status, said))


async def _receive(chunks: AsyncIterator[bytes], incoming: Incoming) -> None:
    try:
        async with asyncio.timeout(UPLOAD_S):
            async for chunk in chunks:
                incoming.write(chunk)
    except TooLarge:
        raise _Refused(TOO_LARGE) from None
    except TimeoutError:
        raise _Refused(BODY_TOO_SLOW) from None
    if incoming.size == 0:
        raise _Refused(EMPTY)


def _media_type(incoming: Incoming) -> str:
    try:
        return incoming.media_type()
    except media.UnknownMedia:
        raise _Refused(MEDIA_TYPE) from None


def _shown(document: Document, said: InvoiceFacts | errors.InvoiceUnreadable, lang: str) -> dict[str, object]:
    facts = _invoice(said) if isinstance(said, InvoiceFacts) else None
    why = None if isinstance(said, InvoiceFacts) else _reason(said, lang)
    shown = {"id": document.id, "sha256": document.sha256, "mediaType": document.media_type, "size": document.size}
    return {**shown, "invoice": facts, "unreadable": why}


def _invoice(said: InvoiceFacts) -> dict[str, object]:
    return {
        "number": said.number,
        "issuedOn": said.issued_on.isoformat(),
        "buyerName": said.buyer_name,
        "buyerCode": said.buyer_code,
        "sellerName": said.seller_name,
        "sellerCode": said.seller_code,
        "amount": format_yuan(said.amount_fen),
        "tax": None if said.tax_fen is None else format_yuan(said.tax_fen),
        "redLetterOf": said.red_letter_of or None,
        "layout": said.layout,
    }


def _reason(said: errors.InvoiceUnreadable, lang: str) -> dict[str, object]:
    message = sentence(said, lambda text: i18n.translate(lang, text))
    return {"reason": said.reason, "found": said.found, "understood": said.understood, "message": message}
