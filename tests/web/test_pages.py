"""The first pages on a real server: readable without script, in two languages, under a strict policy, small."""

import gzip

import httpx
import pytest

PAGES = [
    "/",
    "/services",
    "/services?search=海域",
    "/services?itemClass=MANDATORY",
    "/services/ZSZJ-02-016",
    "/services/ZSZJ-08-001",
]


def get(url: str, path: str, **headers: str) -> httpx.Response:
    """One page, without cookies."""
    return httpx.get(url + path, headers=headers, trust_env=False, timeout=30)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_in_its_language(demo_server: str, path: str, language: str) -> None:
    """200, its language named, the reference list said, no inline script or style, under 8 kB compressed."""
    page = get(demo_server, path, **{"Accept-Language": language})
    assert page.status_code == 200 and f'<html lang="{language}"' in page.text
    assert ("参考清单" if language == "zh-CN" else "Reference list") in page.text
    assert (
        "default-src 'none'" in page.headers["content-security-policy"]
        and "unsafe" not in page.headers["content-security-policy"]
    )
    assert "style=" not in page.text and "<script>" not in page.text
    assert len(gzip.compress(page.content)) < 8_000


def test_the_home_page_counts_the_four_groups(demo_server: str) -> None:
    """20, 24, 72 and 4, from the catalogue."""
    text = get(demo_server, "/", **{"Accept-Language": "en"}).text
    assert all(f"<b>{count}</b>" in text for count in (20, 24, 72, 4))


def test_an_item_page_says_who_pays(demo_server: str) -> None:
    """The agency's item: the department pays; the cancelled one: nobody may charge for it."""
    text = get(demo_server, "/services/ZSZJ-02-016").text
    assert "部门付费" in text and "不用交" in text
    assert "任何人不得收费" in get(demo_server, "/services/ZSZJ-08-001").text


@pytest.mark.parametrize(("path", "status"), [("/nope", 404), ("/services/ZSZJ-99-999", 404), ("/services?itemClass=NOPE", 400)])
def test_a_bad_address_gets_a_page_of_its_own(demo_server: str, path: str, status: int) -> None:
    """Not found and not understood are designed pages, never a default."""
    page = get(demo_server, path)
    assert page.status_code == status and "<h1" in page.text


def test_graphiql_needs_nobody_else(demo_server: str) -> None:
    """Everything that the explorer loads comes from this server."""
    text = get(demo_server, "/graphiql").text
    assert "graphiql" in text and "unpkg.com" not in text
