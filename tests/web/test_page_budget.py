"""Every page of everybody, found by its links: small, from this host alone, under a strict policy, in nobody's frame, usable."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.web import test_browser
from tests.web.crawling import Crawl, Seen, kind, routes
from tests.web.test_browser import Visit, screens
from web.pages import acting

playwright, browser = test_browser.playwright, test_browser.browser
"""The fixtures of the browser."""

FIRST, AGAIN, REQUESTS = 25_000, 8_000, 6
"""Bytes over the wire, headers included: all of a first visit, a page looked at again; requests of a first visit."""
NOT_BY_LINK = {
    "/access": "its link comes by letter",
    "/projects/{code}/notice.pdf": "a file, see test_notice",
    "/my/projects/{projectCode}/questions/{code}": "nobody has asked in the demo world, see test_buyer",
    "/my/projects/{projectCode}/objections/{code}": "nobody objects there, see test_buyer",
    "/projects/{projectCode}/objection": "its time is over there, see test_supplier_pages",
    "/operation/ratings/{code}": "nobody appeals there, see test_rating_pages",
    "/projects/{projectCode}/auction": "the demo world has none, see test_browser_auction",
    "/projects/{projectCode}/auction/events": "the same",
}
"""Pages that nobody comes to by a link in the demo world."""


@pytest.fixture(scope="module")
def crawl(demo_server: str) -> Crawl:
    """The demo world as seven kinds of people see it."""
    return Crawl(demo_server).run()


def pages(crawl: Crawl) -> list[Seen]:
    """What is shown, not where it leads."""
    return [seen for seen in crawl.seen if seen.is_page and seen.answer.status_code == 200]


def test_every_page_is_reached_by_somebody(crawl: Crawl) -> None:
    """The rest of these tests leaves no page out: a new one must be linked from somewhere."""
    reached = {kind(seen.path.partition("?")[0]) for seen in pages(crawl)}
    shown = {route.path for route in routes() if "GET" in (route.methods or ()) and "/" in (route.name or "")}
    assert shown - reached - set(NOT_BY_LINK) == set()
    assert len(pages(crawl)) > 150 and not [seen.path for seen in crawl.seen if seen.answer.status_code >= 500]


def test_a_first_visit_fits_a_thin_line(crawl: Crawl) -> None:
    """A page with all that it loads, and alone when it is looked at again: what it loads is kept for good."""
    assert all("immutable" in asset.answer.headers["cache-control"] for asset in crawl.assets.values())
    for seen in pages(crawl):
        loads = [crawl.assets[path] for path in dict.fromkeys(seen.markup.loads)]
        told = (seen.who, seen.path, seen.bytes, sum(asset.bytes for asset in loads), len(loads))
        assert seen.bytes <= AGAIN, told
        assert seen.bytes + sum(asset.bytes for asset in loads) <= FIRST and 1 + len(loads) <= REQUESTS, told


def test_nothing_comes_from_elsewhere(crawl: Crawl) -> None:
    """Styles, scripts and pictures are this server's own."""
    assert crawl.assets and all(path.startswith("/assets/") for path in crawl.assets)


def test_every_answer_is_under_the_policy(crawl: Crawl) -> None:
    """No unsafe source, no frame, no sniffing: pages, redirects, refusals and files alike."""
    for seen in [*crawl.seen, *crawl.assets.values()]:
        headers = seen.answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy, seen.path
        assert (headers["x-frame-options"], headers["x-content-type-options"]) == ("DENY", "nosniff"), seen.path


def test_no_page_has_script_or_style_of_its_own(crawl: Crawl) -> None:
    """What the policy would stop is not even there."""
    assert [(seen.path, seen.markup.runs) for seen in pages(crawl) if seen.markup.runs] == []


def test_every_form_is_bound_to_whom_it_was_shown_for(crawl: Crawl) -> None:
    """No template can forget it."""
    forms = [(seen, form) for seen in pages(crawl) for form in seen.markup.posts]
    assert len({seen.path for seen, _ in forms}) > 40
    assert [seen.path for seen, form in forms if acting.FIELD not in form] == []


def test_somebodys_own_pages_are_kept_by_nobody(crawl: Crawl) -> None:
    """After signing in every page is no-store; before, it is asked for again each time."""
    for seen in pages(crawl):
        kept = seen.answer.headers["cache-control"]
        assert kept == "no-store" if seen.who else "max-age=0" in kept or kept == "no-store", (seen.who, seen.path, kept)


def one_of_each(crawl: Crawl, by_all: bool) -> dict[str, dict[str, str]]:
    """Who → kind of page → the first of it; what anybody may read stands with nobody in particular, or with who finds a form there.
    ``by_all``: of each person, not only of the first.
    """
    found: dict[str, dict[str, str]] = {}
    for seen in pages(crawl):
        if seen.who == "intermediary2":
            continue  # the same desk as the first one's
        known, at = found.setdefault(seen.who, {}), kind(seen.path.partition("?")[0])
        is_public = at in found.get("", {}) and not (seen.who and len(seen.markup.posts) > 1)
        if not is_public and (by_all or not any(at in paths for paths in found.values())):
            known.setdefault(at, seen.path)
    return found


@pytest.mark.browser
@pytest.mark.parametrize("options", [option.values[0] for option in screens()], ids=[option.id for option in screens()])
def test_every_page_is_usable_by_everybody(crawl: Crawl, browser: Browser, options: dict[str, Any]) -> None:
    """Nothing sticks out, on phones and on a desk, and the browser has nothing to complain of; no violation of WCAG 2.2 AA, which
    is asked in one language: markup and colours are the same in the other.
    """
    wrong, is_asked = list[tuple[str, str, str]](), options["locale"] == "zh-CN"
    for who, paths in one_of_each(crawl, is_asked).items():
        visit = Visit(browser, crawl.url, **options)
        visit.context.add_cookies(
            [{"name": name, "value": value, "url": crawl.url} for name, value in crawl.cookies[who].items()]
        )
        for path in paths.values():
            assert (who, path, visit.open(path)) == (who, path, 200)
            wrong += [(who, path, fault) for fault in (visit.axe() if is_asked else ())]
            wrong += [(who, path, "sticks out")] if visit.sticks_out() else []
            visit.page.set_viewport_size({"width": 320, "height": 800})
            wrong += [(who, path, "sticks out at 320")] if visit.sticks_out() else []
            visit.page.set_viewport_size(options["viewport"])
        visit.context.close()
        wrong += [(who, "", fault) for fault in visit.faults]
    assert wrong == [], wrong
