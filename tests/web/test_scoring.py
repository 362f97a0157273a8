"""An evaluator's page: named evaluators alone, in both languages."""

import pytest

from tests.web import own_world
from tests.web.api import Api
from tests.web.browser_session import Reader, headline

demo_server = own_world.demo_server


@pytest.fixture(scope="module")
def path(demo_server: str) -> str:
    """Of the demo's project that waits for its evaluator."""
    document = "{ projects(filter: {method: PROPOSAL_MERIT, state: [EVALUATING]}) { edges { node { code } } } }"
    [edge] = Api(demo_server)(document)["projects"]["edges"]
    return f"/projects/{edge['node']['code']}"


@pytest.mark.parametrize(("lang", "title"), [("zh-CN", "评审打分"), ("en", "Score the proposals")])
def test_only_a_named_evaluator_sees_the_proposals(demo_server: str, path: str, lang: str, title: str) -> None:
    """Neither names nor prices; led there from the project's page; for others there is no such page."""
    reader = Reader(demo_server, lang).sign_in("applicant")
    assert f'href="{path}/evaluation"' in reader.get(path).text
    page = reader.get(f"{path}/evaluation")
    assert page.status_code == 200 and headline(page.text) == title and "演示方案乙" in page.text
    assert "群岛咨询" not in page.text and "¥" not in page.text
    assert Reader(demo_server).get(f"{path}/evaluation").status_code == 303
    for login in ("agency", "operator", "intermediary1"):
        assert Reader(demo_server).sign_in(login).get(f"{path}/evaluation").status_code == 404


def test_points_that_cannot_be_are_refused(demo_server: str, path: str) -> None:
    """A sheet too few, words for points: 422 and nothing is handed in; all of it in, the quotes are opened."""
    reader = Reader(demo_server).sign_in("applicant")
    form: dict[str, str | list[str]] = {f"sheets__{n}__label": str(n + 1) for n in range(3)}
    form |= {f"sheets__{n}__points": ["80", "70"] for n in range(3)}
    for wrong in ({"sheets__0__points": ["八十", "70"]}, {"sheets__0__points": ["101", "70"]}, {"sheets__0__points": ["80"]}):
        refused = reader.send(f"{path}/evaluation", "SubmitScores", **form | wrong)
        assert refused.status_code == 422 and 'role="alert"' in refused.text
    assert "您的评分已经交了" not in reader.get(f"{path}/evaluation").text
    assert reader.send(f"{path}/evaluation", "SubmitScores", **form).headers["location"] == path
    page = reader.get(path).text
    assert "评分已交。" in page and "中选" in page and "¥" in page
    assert reader.get(f"{path}/evaluation").status_code == 400
