"""Pages to choose by: prices of an item, intermediaries side by side, their ties to offices, money that an intermediary received."""

import re
from datetime import datetime

import pytest

from market.clock import SHANGHAI
from market.demo import people
from tests.web import own_world
from tests.web.browser_session import Reader, headline, hidden

demo_server = own_world.demo_server

ITEM = "ZSZJ-02-016"
THREE = "&".join(f"compare={people.of(f'intermediary{n}')}" for n in (1, 2, 3))


@pytest.mark.parametrize(("lang", "title"), [("zh-CN", "比一比"), ("en", "Compare")])
def test_intermediaries_side_by_side(demo_server: str, lang: str, title: str) -> None:
    """Named once each at the top, with the item's prices; the list sends what is ticked."""
    reader = Reader(demo_server, lang)
    page = reader.get(f"/intermediaries/compare?itemCode={ITEM}&{THREE}")
    assert page.status_code == 200 and headline(page.text) == title
    assert page.text.count('<th scope="col">') == 3 and "¥48,500" in page.text and "style=" not in page.text
    listed = reader.get(f"/intermediaries?itemCode={ITEM}").text
    assert f'name="compare" value="{people.of("intermediary1")}"' in listed and f'name="itemCode" value="{ITEM}"' in listed


def test_one_is_not_compared(demo_server: str) -> None:
    """None, one or unknown ones: what to do next; an item that does not exist is no page; without an item no prices."""
    reader = Reader(demo_server)
    for query in ("", f"?compare={people.of('intermediary1')}", "?compare=x&compare=y"):
        page = reader.get(f"/intermediaries/compare{query}")
        assert page.status_code == 200 and "请选两家以上再比" in page.text
    assert reader.get(f"/intermediaries/compare?itemCode=ZSZJ-99-999&{THREE}").status_code == 404
    assert "这一项的成交价" not in reader.get(f"/intermediaries/compare?{THREE}").text


def test_an_items_page_has_its_prices(demo_server: str) -> None:
    """Each with a bar and its figures; nothing awarded is said; what is cancelled has none."""
    reader = Reader(demo_server)
    page = reader.get(f"/services/{ITEM}").text
    prices = page[page.index('id="prices"') :]
    assert prices.count("<rect") == len(re.findall(r'<th scope="row"><a href="/projects/XM-', prices)) >= 4
    assert "¥48,500" in prices and 'width="100"' in prices and "最低" in prices
    assert "还没有成交" in reader.get("/services/ZSZJ-09-001").text
    assert 'id="prices"' not in reader.get("/services/ZSZJ-08-001").text


def test_ties_are_shown_on_the_page_and_on_the_own_profile(demo_server: str) -> None:
    """What the operator records of an agency's hold stands on both; nothing on record is said."""
    own = people.of("intermediary6")
    assert "没有登记" in Reader(demo_server).get(f"/intermediaries/{own}").text
    tie = {"fromCode": people.of("regulator"), "toCode": own, "relation": "SUPERVISES", "source": "编办文件"}
    assert Reader(demo_server).sign_in("operator").send("/operation/parties/relation", "RecordRelation", **tie).status_code == 303
    for page in (
        Reader(demo_server).get(f"/intermediaries/{own}"),
        Reader(demo_server).sign_in("intermediary6").get("/my/profile"),
        Reader(demo_server).get(f"/intermediaries/compare?{THREE}&compare={own}"),
    ):
        assert people.name_of("regulator") in page.text and "<strong>主管</strong>" in page.text
    assert "编办文件" in Reader(demo_server).sign_in("intermediary6").get("/my/profile").text


def test_an_intermediary_records_what_it_received(demo_server: str) -> None:
    """Refused in words, warned when the payer is not the one who owes it, recorded once; another intermediary's is no page."""
    reader = Reader(demo_server).sign_in("intermediary2")
    path = re.findall(r'href="(/my/contracts/[^"]+)"', reader.get("/my/contracts").text)[0]
    page = reader.get(path).text
    today = datetime.now(SHANGHAI).date().isoformat()
    form = {"idempotencyKey": hidden(page, "idempotencyKey"), "payeeCode": people.of("intermediary2"), "voucherNo": "BANK-1"}
    form |= {"paidOn": today, "channel": "BANK_TRANSFER", "grade": "BANK", "payerCode": people.of("applicant")}
    wrong = reader.send(path, "RecordFee", amount="很多", **form)
    assert wrong.status_code == 422 and 'id="amount-wrong"' in wrong.text and 'value="很多"' in wrong.text
    checked = reader.send(path, "RecordFee", _check="1", amount="1,000", **form)
    assert checked.status_code == 200 and "请核对收款" in checked.text
    assert ("付款的不是该付的人" in checked.text) == (f'value="{people.of("applicant")}" checked' not in page)
    assert [reader.send(path, "RecordFee", amount="1,000", **form).status_code for _ in range(2)] == [303, 303]
    assert reader.get(path).text.count("¥1,000") == 1
    assert Reader(demo_server).sign_in("intermediary6").get(path).status_code == 404
