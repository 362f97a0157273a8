"""Quotes that their bidders keep, by page and with the program: only the commitment is handed in; refusals in words."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from market import vault
from market.demo import people
from market.quotes.content import Content
from tests.web.browser_session import Reader, hidden
from tests.web.test_supplier_pages import notice
from web import keeping

HELD = {"sealMode": "BIDDER_HELD", "ceiling": "60000"}


@pytest.mark.parametrize(("price", "content"), [("49800.5", Content(4_980_050, None, 20)), ("12.5%", Content(None, 1250, 20))])
def test_the_program_seals_as_the_market_does(demo_server: str, tmp_path: Path, price: str, content: Content) -> None:
    """As it is downloaded, without the product: content to the letter, the commitment of the market's own vault, never over a file."""
    program = Reader(demo_server).get("/verify/keep.py")
    assert program.content == Path(keeping.__file__).read_bytes() and "attachment" in program.headers["content-disposition"]
    (tmp_path / "keep.py").write_bytes(program.content)
    command = [sys.executable, "-I", "-S", "keep.py", "XM-1", "91330901DEM000011P", price, "20"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    sealed, name = done.stdout.split()
    kept = json.loads((tmp_path / name).read_text(encoding="utf-8"))
    assert kept["content"] == content.text() and Content.read(kept["content"]) == content
    assert sealed == kept["commitment"] == vault.commitment("XM-1", kept["bidder"], content.text(), bytes.fromhex(kept["salt"]))


@pytest.mark.parametrize("wrong", [[], ["XM-1", "9133"], ["XM-1", "9133", "1.234", "20"], ["XM-1", "9133", "100", "soon"]])
def test_the_program_says_how_it_is_used(wrong: list[str]) -> None:
    """Nothing is written."""
    with pytest.raises(SystemExit, match="usage"):
        keeping.main(wrong)


@pytest.mark.parametrize(("lang", "said"), [("zh-CN", "由您自己保管"), ("en", "You keep your quote yourself")])
def test_only_the_commitment_is_asked_for(demo_server: str, lang: str, said: str) -> None:
    """No price is a field of the form; without script the program is named."""
    path = f"/projects/{notice(demo_server, **HELD)}/quote"
    page = Reader(demo_server, lang).sign_in("intermediary3").get(path)
    assert page.status_code == 200 and said in page.text and 'name="amount"' not in page.text
    assert 'name="commitment"' in page.text and "python keep.py" in page.text and "style=" not in page.text
    assert Reader(demo_server).sign_in("regulator").get(path).status_code == 403


def test_a_commitment_is_handed_in_and_withdrawn(demo_server: str) -> None:
    """Nonsense is refused beside its field; checked first; the receipt has no price; it cannot be shown before the deadline."""
    code, reader = notice(demo_server, **HELD), Reader(demo_server).sign_in("intermediary3")
    path, kept = f"/projects/{code}/quote", keeping.kept(code, people.of("intermediary3"), "48000", "15")
    key = {"idempotencyKey": hidden(reader.get(path).text, "idempotencyKey")}
    wrong = reader.send(path, "CommitQuote", commitment="48000", **key)
    assert wrong.status_code == 422 and 'id="commitment-wrong"' in wrong.text
    assert "确认提交承诺值" in reader.send(path, "CommitQuote", _check="1", commitment=kept["commitment"], **key).text
    assert reader.send(path, "CommitQuote", commitment=kept["commitment"], **key).status_code == 303
    page = reader.get(path).text
    assert kept["commitment"] in page and "由您自己保管" in page and "承诺值已收到" in page and "公开报价" not in page
    early = reader.send(path, "RevealQuote", content=kept["content"], salt=kept["salt"])
    assert early.status_code == 422 and 'role="alert"' in early.text
    assert reader.send(path, "WithdrawQuote").status_code == 303
