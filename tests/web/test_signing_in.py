"""Coming in and going out by the pages: the cookie, the way back, and what a form says when something is wrong with it."""

import httpx
import pytest

from tests.web.browser_session import Reader, headline


def session(answer: httpx.Response) -> str:
    """The header that sets the session's cookie."""
    [found] = [text for text in answer.headers.get_list("set-cookie") if text.startswith("session=")]
    return found


def test_a_session_begins_with_a_new_cookie_each_time(demo_server: str) -> None:
    """No script reads it, no other site sends it; the older one is worth nothing from then on."""
    reader = Reader(demo_server)
    first = reader.send("/sign-in", "SignIn", login="regulator", password="market-demo")
    assert first.status_code == 303 and first.headers["location"] == "/supervision"
    assert "HttpOnly" in session(first) and "SameSite=lax" in session(first)
    older = reader.cookies["session"]
    again = reader.send("/sign-in", "SignIn", login="applicant", password="market-demo")
    assert again.status_code == 303 and reader.cookies["session"] != older
    kept = Reader(demo_server)
    kept.cookies.set("session", older)
    page = kept.get("/sign-in")
    assert page.status_code == 200 and "上次登录已经到期" in page.text


def test_whose_page_it_is_stands_on_it_and_nobody_keeps_it(demo_server: str) -> None:
    """The name, the role's own work, the way out; for others the way in."""
    page = Reader(demo_server).sign_in("regulator").get("/services")
    assert (
        "每次查看都记录在案" in page.text and 'href="/supervision"' in page.text and page.headers["cache-control"] == "no-store"
    )
    stranger = Reader(demo_server).get("/services")
    assert 'href="/sign-in?next=/services"' in stranger.text and "退出登录" not in stranger.text


def test_signing_out_ends_the_session_on_the_server(demo_server: str) -> None:
    """Not only in this browser."""
    reader = Reader(demo_server).sign_in("operator")
    token = reader.cookies["session"]
    left = reader.ask("POST", "/sign-out")
    assert left.status_code == 303 and "session" not in reader.cookies
    reader.cookies.set("session", token)
    assert "上次登录已经到期" in reader.get("/sign-in").text
    assert reader.get("/sign-out").status_code == 405


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/projects?state=OPEN", "/projects?state=OPEN"),
        ("https://elsewhere.example/", "/supervision"),
        ("//elsewhere.example", "/supervision"),
        ("/\\elsewhere.example", "/supervision"),
        ("/\t/elsewhere.example", "/supervision"),
        ("javascript:alert(1)", "/supervision"),
    ],
)
def test_nobody_is_led_to_another_site(demo_server: str, wanted: str, led_to: str) -> None:
    """``next`` stays on this one."""
    reader = Reader(demo_server)
    answer = reader.ask(
        "POST", "/sign-in", params={"next": wanted}, data={"_op": "SignIn", "login": "regulator", "password": "market-demo"}
    )
    assert answer.status_code == 303 and answer.headers["location"] == led_to


def test_a_page_of_ones_own_asks_who_one_is_and_leads_back(demo_server: str) -> None:
    """To the door, with the way back."""
    answer = Reader(demo_server).get("/acting?x=1")
    assert answer.status_code == 303 and answer.headers["location"] == "/sign-in?next=%2Facting%3Fx%3D1"


def test_a_form_that_comes_too_late_is_not_lost(demo_server: str) -> None:
    """The session has ended while it was filled in: it is kept on a page, and sent once more after signing in."""
    reader = Reader(demo_server)
    page = reader.send("/acting", "ActFor", organisationCode='"91330900MA28K00X17', _check="1")
    assert page.status_code == 401 and 'name="organisationCode" value="&#34;91330900MA28K00X17"' in page.text
    assert 'name="_op" value="ActFor"' in page.text and 'href="/sign-in?next=%2Facting" target="_blank"' in page.text
    assert 'name="_check" value="1"' in page.text, "the answers would not be shown before what cannot be undone"


def test_a_refused_form_keeps_what_was_typed_but_the_password(demo_server: str) -> None:
    """422, the reason in words, the account still there."""
    page = Reader(demo_server).send("/sign-in", "SignIn", login="regulator", password="not-this-one")
    assert page.status_code == 422 and "<title>错误：登录" in page.text and 'role="alert"' in page.text
    assert 'value="regulator"' in page.text and "not-this-one" not in page.text and page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("lang", "said"), [("zh-CN", "请填写这一项"), ("en", "Please fill this in")])
def test_what_is_missing_is_said_beside_its_field(demo_server: str, lang: str, said: str) -> None:
    """In the summary as a link to the field, and at the field."""
    page = Reader(demo_server, lang).send("/sign-in", "SignIn", login=" ")
    assert page.status_code == 422 and page.text.count(said) == 4
    assert '<a href="#login">' in page.text and 'aria-describedby="login-wrong"' in page.text


def test_what_is_no_form_of_the_page_is_refused(demo_server: str) -> None:
    """Another site's form, an operation that the page does not have, another content type: nothing happens."""
    reader = Reader(demo_server)
    foreign = reader.ask("POST", "/sign-in", data={"_op": "SignIn"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    behind = {"Sec-Fetch-Site": "cross-site", "Authorization": "Basic cGlsb3Q6cGlsb3Q=", "Cookie": "session=x"}
    assert reader.ask("POST", "/sign-in", data={"_op": "SignIn"}, headers=behind).status_code == 403
    assert reader.send("/sign-in", "RecordFee", login="regulator").status_code == 400
    assert reader.ask("POST", "/sign-in", json={"_op": "SignIn"}).status_code == 400


def test_the_interface_takes_no_cookie(demo_server: str) -> None:
    """Signed in at the pages, a stranger to the interface: no other site's script can use the session there."""
    reader = Reader(demo_server).sign_in("regulator")
    answer = reader.ask("POST", "/graphql", json={"query": "{ viewer { login } }"})
    assert answer.json()["data"]["viewer"] is None


def test_acting_for_whom_is_chosen_on_a_page(demo_server: str) -> None:
    """The organisations of the account, the present one marked; a stranger's is refused in words."""
    reader = Reader(demo_server).sign_in("applicant")
    page = reader.get("/acting")
    assert page.status_code == 200 and headline(page.text) == "以哪个单位办事"
    refused = reader.send("/acting", "ActFor", organisationCode="91330900MA28K00X17")
    assert refused.status_code == 422 and 'role="alert"' in refused.text


def test_a_link_that_does_not_open_is_refused_in_words(demo_server: str) -> None:
    """Not one of ours."""
    page = Reader(demo_server).send("/access", "RedeemAccessLink", secret="x" * 43, newPassword="correct horse battery staple")
    assert page.status_code == 422 and 'role="alert"' in page.text and "correct horse" not in page.text
