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
    "/who-pays",
    "/who-pays?search=海域",
    "/who-pays?code=ZSZJ-02-016&reason=MUST_USE",
    "/who-pays?code=ZSZJ-01-001",
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


@pytest.mark.parametrize(
    ("asked", "headline", "english"),
    [
        ("code=ZSZJ-02-016", "这笔钱不该您付", "You should not pay this"),
        ("code=ZSZJ-02-016&payerKind=AGENCY", "这笔钱该部门付", "This one is the department"),
        ("code=ZSZJ-09-001", "这笔钱该您付", "This one is yours to pay"),
        ("code=ZSZJ-09-001&reason=MUST_USE", "不能指定您找哪一家", "They may not choose for you"),
        ("code=ZSZJ-01-001", "您可以不买", "You need not buy it"),
        ("code=ZSZJ-08-001&amount=1,000元", "这笔钱谁都不该付", "Nobody should pay this"),
        ("code=评估费", "先别付，问清楚", "Do not pay yet"),
    ],
)
def test_a_demand_gets_its_answer_in_big_words(demo_server: str, asked: str, headline: str, english: str) -> None:
    """What the check says, first of all and in both languages."""
    for language, words in (("zh-CN", headline), ("en", english)):
        page = get(demo_server, f"/who-pays?{asked}", **{"Accept-Language": language})
        assert page.status_code == 200 and f'<h2 id="answer">{words}' in page.text


@pytest.mark.parametrize(
    "asked", ["code=ZSZJ-02-016&on=2999-01-01", "code=ZSZJ-02-016&on=x", "code=X&reason=NOPE", "code=X&amount=x"]
)
def test_what_a_check_cannot_be_asked_is_said(demo_server: str, asked: str) -> None:
    """A page that says what to mend, never a fault."""
    assert get(demo_server, f"/who-pays?{asked}").status_code == 400
