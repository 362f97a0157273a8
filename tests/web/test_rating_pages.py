"""Ratings on the pages: a client rates what it accepted, the intermediary replies and appeals, the operator decides."""

from datetime import datetime

from market.clock import SHANGHAI
from tests.web import own_world
from tests.web.api import Api
from tests.web.browser_session import Reader

demo_server = own_world.demo_server

MARKS = {"quality": "5", "timeliness": "4", "attitude": "4", "charges": "3", "conduct": "5"}


def test_from_the_acceptance_to_the_decision(demo_server: str) -> None:
    """Each step is offered to the one who may take it, checked before it is sent, and seen by everybody afterwards."""
    agency, supplier, operator = (Reader(demo_server).sign_in(who) for who in ("agency", "intermediary1", "operator"))
    asked = '{ projects(filter: { search: "示例湾 11" }) { edges { node { title code '
    asked += "award { supplier { code } contract { contractNo } } } } } }"
    found = Api.sign_in(demo_server, "agency")(asked)["projects"]["edges"]
    [edge] = [edge for edge in found if edge["node"]["title"].startswith("示例湾 11 号")]
    project, award = edge["node"]["code"], edge["node"]["award"]
    number, intermediary = award["contract"]["contractNo"], award["supplier"]["code"]
    mine, theirs, profile = f"/my/projects/{project}", f"/my/contracts/{number}", f"/intermediaries/{intermediary}"
    assert 'value="RateService"' not in agency.get(mine).text
    today = datetime.now(SHANGHAI).date().isoformat()
    assert supplier.send(theirs, "RecordDelivery", deliveredOn=today).status_code == 303
    assert agency.send(mine, "AcceptDelivery", contractNo=number, acceptedOn=today).status_code == 303
    assert "已验收，可以评价" in agency.get("/my").text and 'value="RateService"' in agency.get(mine).text
    wrong = agency.send(mine, "RateService", contractNo=number, **MARKS | {"charges": "6"}, comment="按时")
    assert wrong.status_code == 422 and "按时" in wrong.text and "1 到 5" in wrong.text
    check = agency.send(mine, "RateService", contractNo=number, **MARKS, comment="按时 <b>", _check="1")
    assert check.status_code == 200 and "3 一般" in check.text and "按时 &lt;b&gt;" in check.text
    assert agency.send(mine, "RateService", contractNo=number, **MARKS, comment="按时 <b>").status_code == 303
    again = agency.send(mine, "RateService", contractNo=number, **MARKS)
    assert again.status_code == 422 and number in again.text
    public = Reader(demo_server).get(profile).text
    assert "4.2 星" in public and "按时 &lt;b&gt;" in public and "不足 3 份评价" in public
    code = Api.sign_in(demo_server, "agency")("{ ratings(first: 1) { edges { node { code } } } }")["ratings"]["edges"][0]["node"][
        "code"
    ]
    assert supplier.send(theirs, "ReplyToRating", code=code, reply="谢谢").status_code == 303
    assert supplier.send(theirs, "AppealRating", code=code, reason="没有收过费").status_code == 303
    page = supplier.get(theirs).text
    assert "没有收过费" in page and 'value="AppealRating"' not in page and 'value="ReplyToRating"' not in page
    assert "没有收过费" not in Reader(demo_server).get(profile).text
    assert f"/operation/ratings/{code}" in operator.get("/operation/ratings").text
    assert "没有收过费" in operator.get(f"/operation/ratings/{code}").text
    empty = operator.send(f"/operation/ratings/{code}", "DecideRatingAppeal", withdraw="true", reason="")
    assert empty.status_code == 422
    assert (
        operator.send(f"/operation/ratings/{code}", "DecideRatingAppeal", withdraw="true", reason="收费一项无事实").status_code
        == 303
    )
    assert "没有等着处理的申诉" in operator.get("/operation/ratings").text
    public = Reader(demo_server).get(profile).text
    assert "按时" not in public and "收费一项无事实" in public
    english = Reader(demo_server, "en").get(profile).text
    assert "Withdrawn on appeal" in english


def test_who_has_no_part_in_it(demo_server: str) -> None:
    """The pages of others tell nothing of the forms; a rating that is none is a 404; nobody signed in is led to the door."""
    [edge] = Api.sign_in(demo_server, "operator")("{ ratings(first: 1) { edges { node { code } } } }")["ratings"]["edges"]
    path = f"/operation/ratings/{edge['node']['code']}"
    assert 'value="DecideRatingAppeal"' not in Reader(demo_server).sign_in("agency").get(path).text
    refused = Reader(demo_server).sign_in("agency").send(path, "DecideRatingAppeal", withdraw="true", reason="x")
    assert refused.status_code in (403, 422)
    assert Reader(demo_server).sign_in("operator").get("/operation/ratings/PJ-nie").status_code == 404
    assert Reader(demo_server).get("/operation/ratings").status_code == 303
