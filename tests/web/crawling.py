"""Every page by its links, as somebody in particular reads them: what a browser would load for each, byte by byte."""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.routing import Match, Route

from tests.web.browser_session import Reader
from web.app import create_app
from web.guard import Guard
from web.pages.supervision.cases import STEPS
from web.settings import Settings

PEOPLE = ("", "applicant", "agency", "intermediary1", "intermediary2", "regulator", "operator", "helper", "helper+")
"""Who reads, "" for everybody who has not signed in; with ``+`` a helper acts for an islander."""
DESKS = ("/", "/my", "/my/quotes", "/my/profile", "/my/contracts", "/supervision", "/operation", "/helper", "/acting")
_OTHERWISE = re.compile(r"[?&](lang|view)=|^/(graphiql|static)\b")
_BESIDE = {
    "/supervision/cases/{code}": tuple(f"/{step}" for step in STEPS),
    "/my/projects/{projectCode}": ("/change",),
    "/intermediaries": ("/compare",),
}
_EACH, _ASKED = 5, 2
"""Pages of one kind that one reader opens: by different addresses, and with different questions."""
_IN_EVERY_STATE = {"/projects/{code}": 8, "/my/projects/{projectCode}": 10}
"""As ``_EACH``, where each looks otherwise."""


@cache
def application() -> Guard:
    """As it is served, without a database: for what does not need one."""
    app = create_app(Settings.read({"MARKET_DATABASE_URL": "sqlite:///:memory:", "MARKET_KEYS_DIR": str(Path("/nowhere"))}))
    assert isinstance(app, Guard)
    return app


def routes() -> list[Route]:
    """All that is served over HTTP."""
    inner = application().app
    assert isinstance(inner, Starlette)
    return [route for route in inner.routes if isinstance(route, Route)]


@cache
def kind(path: str) -> str:
    """The route that answers an address, "" when none does."""
    scope = {"type": "http", "path": path, "method": "GET", "root_path": "", "headers": []}
    return next((route.path for route in routes() if route.matches(scope)[0] is Match.FULL), "")


class Markup(HTMLParser):
    """What a browser makes of a page: where it leads, what it loads, what it would run, and which forms it sends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links, self.loads, self.runs = list[str](), list[str](), list[str]()
        self.posts, self._form = list[set[str]](), None
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.runs += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        self.runs += [f"{tag} {value}" for value in given.values() if value.strip().lower().startswith("javascript:")]
        if tag in ("script", "iframe", "object", "embed", "base", "style") and not (tag == "script" and "src" in given):
            self.runs.append(tag)
        if tag == "a" and "download" not in given:
            self.links.append(given.get("href", ""))
        self._loads(tag, given)
        self._forms(tag, given)

    def _loads(self, tag: str, given: dict[str, str]) -> None:
        if tag in ("script", "img", "source") and given.get("src"):
            self.loads.append(given["src"])
        if tag == "link" and given.get("rel") in ("stylesheet", "icon"):
            self.loads.append(given["href"])

    def _forms(self, tag: str, given: dict[str, str]) -> None:
        if tag == "form":
            self._form = set() if given.get("method") == "post" else None
            if self._form is not None:
                self.posts.append(self._form)
        elif tag == "input" and self._form is not None:
            self._form.add(given.get("name", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


@dataclass
class Seen:
    """One answer. ``bytes``: of it over the wire, headers included."""

    who: str
    path: str
    answer: httpx.Response
    bytes: int

    @property
    def is_page(self) -> bool:
        """HTML."""
        return self.answer.headers.get("content-type", "").startswith("text/html")

    @cached_property
    def markup(self) -> Markup:
        """As a browser reads it."""
        return Markup(self.answer.text)


@dataclass
class Crawl:
    """All that these people can reach from their desks by links. ``assets``: what pages load, by address; ``cookies``: of each."""

    url: str
    seen: list[Seen] = field(default_factory=list)
    assets: dict[str, Seen] = field(default_factory=dict)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def run(self, people: tuple[str, ...] = PEOPLE) -> "Crawl":
        """One after the other."""
        for who in people:
            self._read(who)
        return self

    def _read(self, who: str) -> None:
        reader = _reader(self.url, who)
        self.cookies[who] = {"session": reader.cookies["session"]} if who else {}
        with httpx.Client(base_url=self.url, cookies=reader.cookies, trust_env=False, timeout=60) as http:
            todo, known, counted = list(DESKS), set(DESKS), Counter[str]()
            while todo:
                path = todo.pop(0)
                seen = self._get(http, who, path)
                self.seen.append(seen)
                if seen.is_page:
                    todo += [at for at in _onward(path, seen.markup.links) if self._is_new(at, known, counted)]
                    for asset in seen.markup.loads:
                        if asset not in self.assets:
                            self.assets[asset] = self._get(http, who, asset)

    def _is_new(self, path: str, known: set[str], counted: Counter[str]) -> bool:
        at = urlsplit(path)
        group = kind(at.path) + ("?" if at.query else "")
        if path in known or counted[group] >= (_ASKED if at.query else _IN_EVERY_STATE.get(group, _EACH)):
            return False
        known.add(path)
        counted[group] += 1
        return True

    def _get(self, http: httpx.Client, who: str, path: str) -> Seen:
        with http.stream("GET", path, headers={"Accept-Encoding": "gzip", "Accept-Language": "zh-CN"}) as answer:
            if not answer.headers.get("content-type", "").startswith("text/event-stream"):
                answer.read()
            head = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
            return Seen(who, path, answer, answer.num_bytes_downloaded + head)


def _reader(url: str, who: str) -> Reader:
    reader = Reader(url)
    if who:
        reader.sign_in(who.rstrip("+"))
    if who.endswith("+"):
        form = dict(re.findall(r'name="(organisationCode|onBehalfOf)" value="([^"]*)"', reader.get("/helper").text))
        assert reader.send("/helper", "ActFor", **form).status_code == 303
    return reader


def _onward(path: str, links: list[str]) -> list[str]:
    """Addresses of this site, without what only changes how the same page looks; and what stands beside a page in some states only."""
    here = [httpx.URL(path).join(link) if not link.startswith("#") else None for link in links]
    own = [str(at.copy_with(fragment=None)) for at in here if at and at.is_relative_url]
    beside = [path + step for step in _BESIDE.get(kind(path), ())]
    return [at for at in [*own, *beside] if at.startswith("/") and not _OTHERWISE.search(at)]
