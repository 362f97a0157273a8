"""Platform measures on the pages: notice, statement, decision, appeal; sign-up refused with until when; what the public reads."""

from uuid import uuid4

import pytest

from market.demo import people
from tests.web.api import Api
from tests.web.browser_session import Reader

FOUR = people.of("intermediary4")


def test_from_the_notice_to_the_refused_quote_and_the_annulled_measure(demo_server: str) -> None:
    """Each step is offered to the one who may take it, looked over before it is sent, and public only once it is decided."""
    first, second, third = (Reader(demo_server).sign_in(who) for who in ("operator", "operator2", "operator3"))
    supplier, anybody = Reader(demo_server).sign_in("intermediary4"), Reader(demo_server)
    at = "/operation/measures/propose"
    quoted = '{ projects(filter: { search: "示例湾 1 号" }) { edges { node { code title } } } }'
    found = [edge["node"] for edge in Api.sign_in(demo_server, "agency")(quoted)["projects"]["edges"]]
    [project] = [node for node in found if node["title"].startswith("示例湾 1 号")]
    form = {"intermediaryCode": FOUR, "ground": "price_raised", "happenedOn": "2026-01-05", "facts": "另收差旅费 <b>"}
    form |= {"evidence": project["code"], "kind": "PAUSE", "pauseDays": "60"}
    heavy = first.send(at, "ProposeMeasure", **form | {"pauseDays": "90"})
    assert heavy.status_code == 422 and "至多 60 天" in heavy.text and "另收差旅费 &lt;b&gt;" in heavy.text
    check = first.send(at, "ProposeMeasure", **form, _check="1")
    assert check.status_code == 200 and "在中选价以外加价" in check.text
    done = first.send(at, "ProposeMeasure", **form)
    code = done.headers["location"].rpartition("/")[2].partition("?")[0]
    mine, theirs, profile = f"/my/measures/{code}", f"/operation/measures/{code}", f"/intermediaries/{FOUR}"
    assert "另收差旅费" not in anybody.get(profile).text and "可以陈述，到" in supplier.get("/my/measures").text
    assert mine in supplier.get("/my/quotes").text
    early = second.send(theirs, "DecideMeasure", impose="true", reason="属实")
    assert early.status_code == 422 and "还没有陈述" in early.text
    assert supplier.send(mine, "StateCase", statement="").status_code == 422
    assert supplier.send(mine, "StateCase", statement="是加做的工作").status_code == 303
    assert 'value="StateCase"' not in supplier.get(mine).text and "机构已陈述，可以决定" in second.get("/operation/measures").text
    assert "不能自己审核" in first.send(theirs, "DecideMeasure", impose="true", reason="属实").text
    check = second.send(theirs, "DecideMeasure", impose="true", reason="属实", _check="1")
    assert check.status_code == 200 and "采取措施" in check.text
    assert second.send(theirs, "DecideMeasure", impose="true", reason="属实").status_code == 303
    public = anybody.get(profile).text
    assert "另收差旅费 &lt;b&gt;" in public and "是加做的工作" in public and project["code"] not in public
    assert "What the intermediary says" in Reader(demo_server, "en").get(profile).text
    _quote_is_refused(demo_server, supplier, code)
    assert supplier.send(mine, "AppealMeasure", reason="有书面约定").status_code == 303
    page = anybody.get(profile).text
    assert "有书面约定" in page and "决定之前措施仍然有效" in page and 'value="AppealMeasure"' not in supplier.get(mine).text
    assert "不能自己审核" in second.send(theirs, "DecideMeasureAppeal", annul="true", reason="x").text
    assert third.send(theirs, "DecideMeasureAppeal", annul="true", reason="确有书面约定").status_code == 303
    assert "另收差旅费" not in anybody.get(profile).text and "确有书面约定" in supplier.get(mine).text


def _quote_is_refused(demo_server: str, supplier: Reader, code: str) -> None:
    """With which measure and until when; nothing was sealed."""
    asked = '{ projects(filter: { search: "第二次", state: [OPEN] }) { edges { node { code } } } }'
    [edge] = Api.sign_in(demo_server, "agency")(asked)["projects"]["edges"]
    at = f"/projects/{edge['node']['code']}/quote"
    assert "现在不能报名" in supplier.get(at).text
    refused = supplier.send(at, "SubmitQuote", idempotencyKey=uuid4().hex, amount="40000", serviceWorkingDays="20")
    assert refused.status_code == 422 and code in refused.text and "有效至" in refused.text and "我的报价回执" not in refused.text


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_demo_worlds_warning_is_shown_to_all_whom_it_concerns(demo_server: str, language: str) -> None:
    """In both languages: the public, the intermediary, the operator; the empty state; the published grounds."""
    code = Api.sign_in(demo_server, "intermediary2")("{ measures(filter: { mine: true }) { edges { node { code } } } }")
    [edge] = code["measures"]["edges"]
    chinese, at = language == "zh-CN", edge["node"]["code"]
    told = "申诉中，仍然有效" if chinese else "Appealed, still in force"
    places = [("", f"/intermediaries/{people.of('intermediary2')}"), ("intermediary2", "/my/measures")]
    places += [("intermediary2", f"/my/measures/{at}"), ("operator", f"/operation/measures/{at}")]
    for who, path in places:
        reader = Reader(demo_server, language)
        page = (reader.sign_in(who) if who else reader).get(path)
        assert page.status_code == 200 and told in page.text, path
    assert ("没有措施" if chinese else "No measures") in Reader(demo_server, language).sign_in("intermediary5").get(
        "/my/measures"
    ).text
    grounds = Reader(demo_server, language).get("/intermediaries/measures").text
    assert ("中选后放弃" if chinese else "Gave up an award") in grounds and ("180 天" if chinese else "of 180 days") in grounds


def test_who_has_no_part_in_it(demo_server: str) -> None:
    """Others are told for whom the desks are; a measure that is none is a 404; nobody signed in is led to the door."""
    assert Reader(demo_server).sign_in("agency").get("/operation/measures").status_code == 403
    assert Reader(demo_server).sign_in("operator").get("/my/measures").status_code == 403
    assert Reader(demo_server).sign_in("operator").get("/operation/measures/CS-nie").status_code == 404
    assert Reader(demo_server).sign_in("intermediary1").get("/my/measures/CS-nie").status_code == 404
    assert Reader(demo_server).get("/operation/measures/propose").status_code == 303
