"""The pictures in README, made anew from the demo world: ``python -m tests.web.shots`` (needs the system's chromium).

They lie in ``web/shots``, outside of the package; few colours keep each below ``MOST_BYTES``.
"""

import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.house.source import ROOT
from tests.web.api import Api
from tests.web.servers import Server
from tests.web.test_browser import BROWSER

FOLDER = ROOT / "web" / "shots"
MOST_BYTES = 60_000
COLOURS = 48
PHONE, DESK = (390, 760), (1180, 720)
SHOTS: dict[str, tuple[str, str, tuple[int, int]]] = {
    "home": ("", "/", PHONE),
    "who-pays": ("", "/who-pays?code=ZSZJ-02-016&reason=MUST_USE&amount=8000", PHONE),
    "award": ("", "/projects/{awarded}", DESK),
    "flow": ("regulator", "/supervision/flow", (1180, 900)),
}
"""Name → who looks, where, and how large the window is."""


def awarded(url: str) -> str:
    """The code of a project with a filed contract."""
    document = '{ projects(filter: {state: [CONTRACT_FILED], itemCode: "ZSZJ-02-016"}) { edges { node { code } } } }'
    found: Any = Api(url)(document)
    return str(found["projects"]["edges"][0]["node"]["code"])


def small(png: bytes) -> bytes:
    """The same picture with few colours. Raises ValueError when it is still too large."""
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    if len(out.getvalue()) > MOST_BYTES:
        raise ValueError(f"{len(out.getvalue())} bytes")
    return out.getvalue()


def shot(browser: Browser, url: str, name: str) -> bytes:
    """One picture, small."""
    login, path, (width, height) = SHOTS[name]
    page = browser.new_context(base_url=url, locale="zh-CN", viewport={"width": width, "height": height}).new_page()
    if login:
        page.goto("/sign-in")
        page.fill("#login", login)
        page.fill("#password", "market-demo")
        page.locator("main button").click()
        page.wait_for_load_state()
    page.goto(path.format(awarded=awarded(url)))
    return small(page.screenshot())


def main() -> None:
    """All of them."""
    server = Server(Path(tempfile.mkdtemp()))
    server.start()
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
            FOLDER.mkdir(exist_ok=True)
            for name in SHOTS:
                (FOLDER / f"{name}.png").write_bytes(shot(browser, server.url, name))
                sys.stdout.write(f"{FOLDER / name}.png\n")
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
