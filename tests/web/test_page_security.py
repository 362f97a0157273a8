"""What other sites can make a browser do here: send no form, show no frame, lead nobody astray, read no session."""

import re
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

import web
from tests.web.browser_session import Reader, hidden
from tests.web.crawling import routes
from web.addresses import is_own
from web.auth.cookies import SessionCookie
from web.guard import Guard

HERE = "http://market.example"
SENDING = sorted(re.sub(r"{[^}]+}", "X-1", route.path) for route in routes() if not route.methods or "POST" in route.methods)
"""Every address that takes something, whatever it does with it."""
COOKIE = {"Cookie": "session=x"}
FOREIGN = {
    "another site, as the browser says": COOKIE | {"Sec-Fetch-Site": "cross-site"},
    "another host of ours": COOKIE | {"Sec-Fetch-Site": "same-site", "Origin": "http://other.market.example"},
    "another site, an older browser": COOKIE | {"Origin": "https://evil.example"},
    "a page without an origin": COOKIE | {"Origin": "null"},
    "the same host by another scheme": COOKIE | {"Origin": "https://market.example"},
    "nothing that tells where from": COOKIE,
    "behind a proxy's password": COOKIE | {"Authorization": "Basic x", "Sec-Fetch-Site": "cross-site"},
    "without a cookie": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
}
"""What a browser sends with a form of another site; our own forms have no token that could be missing (ASVS 3.5, Fetch Metadata)."""


class Inside:
    """What stands behind the guard; ``reached``: what it was asked."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.reached.append(scope["path"])
        await PlainTextResponse("done")(scope, receive, send)


def test_there_are_forms_to_guard() -> None:
    """Pages, files, the interface."""
    assert len(SENDING) > 30 and {"/graphql", "/sign-in", "/sign-out", "/documents", "/documents/form"} <= set(SENDING)


@pytest.mark.parametrize("sent", FOREIGN.values(), ids=FOREIGN)
async def test_no_form_of_another_site_is_taken(sent: dict[str, str]) -> None:
    """403 at every address, before anything behind it is asked; the same form of this site arrives."""
    inside = Inside()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=Guard(inside)), base_url=HERE) as http:
        for path in SENDING:
            refused = await http.post(path, headers=sent, data={"_op": "SignIn"})
            assert (path, refused.status_code) == (path, 403) and inside.reached == []
        for path in SENDING:
            assert (await http.post(path, headers=COOKIE | {"Sec-Fetch-Site": "same-origin"}, data={})).status_code == 200
        assert inside.reached == SENDING


def test_nothing_changes_by_a_link() -> None:
    """What only sends has no page to open."""
    only = [route for route in routes() if route.methods and "POST" in route.methods and "GET" not in route.methods]
    assert {route.path for route in only} >= {"/sign-out"} and not any("HEAD" in (route.methods or ()) for route in only)


def test_a_session_is_bound_to_its_host_and_read_by_no_script() -> None:
    """With a public origin: __Host-, Secure, HttpOnly, SameSite, for the whole site, without a domain."""
    answer = Response()
    SessionCookie("https://market.example").set(answer, "token", "2026-11-26T00:00:00+08:00")
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name == "__Host-session=token" and {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(attributes)
    assert not any(attribute.startswith("Domain") for attribute in attributes)


EVIL = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "%2f%2fevil.example",
    "%5c%5cevil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\x00/evil.example",
    "/\u2028/evil.example",
    "/\u202e/evil.example",
    "evil.example",
    "@evil.example",
    "",
]


def _led_to(location: str) -> str:
    """The host that a browser goes to: it takes ``\\`` for ``/`` and leaves out control characters (WHATWG URL)."""
    plain = re.sub(r"[\x00-\x20]", "", location.replace("\\", "/"))
    return httpx.URL(f"{HERE}/sign-in").join(plain).host


@pytest.mark.parametrize("wanted", EVIL)
def test_an_address_of_elsewhere_is_not_ours(wanted: str) -> None:
    """However it is written; and what is taken for ours leads here."""
    assert not is_own(wanted)
    assert all(
        _led_to(own) == "market.example" for own in ("/my?x=//evil.example", "/%2f%2fevil.example", "/.//evil.example", "/@evil")
    )


def test_every_way_back_is_looked_at() -> None:
    """Who reads an address from an address asks whether it is ours: a new one must be added to the tests here."""
    sources = {path: path.read_text(encoding="utf-8") for path in Path(web.__file__).parent.rglob("*.py")}
    readers = {
        path.name if path.name != "__init__.py" else path.parent.name for path, text in sources.items() if '.get("next"' in text
    }
    assert readers == {"uploads.py", "account"}
    redirecting = [text for text in sources.values() if "RedirectResponse(" in text]
    assert len(redirecting) == 4, "a new redirect: does it lead where the reader says?"


@pytest.mark.parametrize("wanted", [w for w in EVIL if "\x00" not in w])
def test_no_way_back_leads_elsewhere(demo_server: str, wanted: str) -> None:
    """After signing in, when signed in already, and after an upload."""
    reader, door = Reader(demo_server), f"/sign-in?next={quote(wanted)}"
    signed = reader.ask("POST", door, data={"_op": "SignIn", "login": "operator", "password": "market-demo"})
    assert (signed.status_code, signed.headers["location"]) == (303, "/operation")
    assert reader.get(door).headers["location"] == "/operation"
    assert reader.ask("POST", f"/documents/form?next={quote(wanted)}", files={"file": ("x", b"x")}).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/no-such-page", {}, 404),
        ("GET", "/projects?state=NOPE", {}, 400),
        ("GET", "/projects?search=%ff", {}, 400),
        ("GET", "/sign-out", {}, 405),
        ("DELETE", "/", {}, 405),
        ("GET", "/my", {}, 303),
        ("POST", "/sign-in", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("GET", "/", {"X-Long": "x" * 40_000}, 431),
        ("GET", "/documents/x", {}, 404),
        ("POST", "/documents", {}, 401),
        ("GET", "/exports/fees.csv", {}, 401),
        ("GET", "/assets/x/site.css", {}, 200),
        ("GET", "/assets/x/none", {}, 404),
        ("GET", "/verify/log.jsonl", {}, 200),
        ("GET", "/open-data/ocds.jsonl", {}, 200),
        ("GET", "/catalogue.csv", {}, 404),
        ("GET", "/healthz", {}, 200),
        ("POST", "/graphql", {}, 415),
    ],
)
def test_no_answer_is_shown_in_a_frame(demo_server: str, method: str, path: str, headers: dict[str, str], status: int) -> None:
    """Errors, redirects and files too; none is guessed to be a page."""
    answer = Reader(demo_server).ask(method, path, headers=headers)
    told = answer.headers
    assert answer.status_code == status, answer.text
    assert "frame-ancestors 'none'" in told["content-security-policy"] and "unsafe" not in told["content-security-policy"]
    assert (told["x-frame-options"], told["x-content-type-options"]) == ("DENY", "nosniff")


def test_a_document_of_ones_own_is_shown_in_no_frame(demo_server: str) -> None:
    """A file that somebody uploaded has a policy of its own."""
    reader = Reader(demo_server).sign_in("applicant")
    sent = reader.ask("POST", "/documents/form?next=/my", files={"file": ("x.xml", b"<x/>")})
    answer = reader.get(f"/documents/{sent.headers['location'].partition('document=')[2]}")
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200 and policy.startswith("sandbox") and "frame-ancestors 'none'" in policy
    assert answer.headers["x-frame-options"] == "DENY" and answer.headers["content-disposition"].startswith("attachment")


def test_a_way_that_does_not_exist_is_a_page_for_people(demo_server: str) -> None:
    """405 in words where a browser asks, a line of text where a program does."""
    shown = Reader(demo_server).ask("GET", "/sign-out", headers={"Accept": "text/html"})
    assert shown.status_code == 405 and "<h1>这一页不能这样打开" in shown.text and shown.headers["allow"] == "POST"
    assert "<" not in Reader(demo_server).get("/sign-out").text


def test_who_may_not_see_a_page_is_told_what_would_help(demo_server: str) -> None:
    """403, 404 and the end of a session are pages with a way on."""
    reader = Reader(demo_server).sign_in("applicant")
    for path, said in (("/supervision", "您现在的身份不能看这一页"), ("/projects/XM-0", "没有这一页")):
        page = reader.get(path)
        assert said in page.text and 'class="button" href="/services"' in page.text
    assert 'id="offline" role="alert" hidden' in reader.get("/my").text
    assert hidden(reader.get("/my/mandates").text, "_acting")
