"""A browser's session without a browser: cookies kept, forms sent as from this site."""

import re
from collections.abc import Mapping
from html import unescape
from types import MappingProxyType
from typing import Any

import httpx


class Reader:
    """Somebody at the pages. ``lang``: as the browser asks."""

    def __init__(self, url: str, lang: str = "zh-CN") -> None:
        self.url, self.cookies = url, httpx.Cookies()
        self.headers = {"Accept-Language": lang, "Sec-Fetch-Site": "same-origin"}

    def ask(self, method: str, path: str, headers: Mapping[str, str] = MappingProxyType({}), **more: Any) -> httpx.Response:
        """Any request; redirects are not followed."""
        with httpx.Client(base_url=self.url, cookies=self.cookies, trust_env=False, timeout=60) as http:
            answer = http.request(method, path, headers=self.headers | dict(headers), **more)
            self.cookies = http.cookies
        return answer

    def get(self, path: str) -> httpx.Response:
        """A page."""
        return self.ask("GET", path)

    def send(self, path: str, operation: str, /, **fields: str | list[str]) -> httpx.Response:
        """A form by the button of that operation; ``__`` in a name stands for a dot."""
        form = {name.replace("__", "."): text for name, text in fields.items()}
        return self.ask("POST", path, data=form | {"_op": operation})

    def sign_in(self, login: str, password: str = "market-demo") -> "Reader":
        """As one of the demo's people."""
        answer = self.send("/sign-in", "SignIn", login=login, password=password)
        assert answer.status_code == 303, answer.text
        return self


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


def headline(page: str) -> str:
    """The text of the page's ``h1``."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found
    return unescape(re.sub(r"<[^>]+>", "", found[1])).strip()
