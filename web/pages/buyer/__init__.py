"""What applicants and agencies do: a helper that acts for an applicant uses the same pages."""

from typing import Any

from starlette.datastructures import QueryParams

from web.pages.buyer import views
from web.pages.engine import Page, Site, Visit
from web.pages.forms import Form
from web.pages.operation import Variables


def _begun(variables: Variables) -> Variables:
    """Whether an earlier round is repeated, and whether it is called off from a framework."""
    return variables | {"again": "previousRound" in variables, "called": "framework" in variables}


def _uploaded(variables: Variables) -> Variables:
    """Whether an invoice was just uploaded."""
    return variables | {"uploaded": "document" in variables}


def _recorded(result: dict[str, Any], _path: Any) -> str:
    return f"/my/fees/{result['feeRecord']['recordNo']}"


def _posted(project: dict[str, Any], _path: Any) -> str:
    return f"/my/projects/{project['code']}"


def _project(_result: Any, path: Any) -> str:
    return f"/my/projects/{path['projectCode']}"


def _notice(_result: Any, path: Any) -> str:
    return f"/projects/{path['projectCode']}"


class About(Form):
    """A form about one row of what its query gives: the view is told the row's ``code`` from the address."""

    def variables(self, visit: Visit, given: QueryParams) -> Variables:
        """Also the row's."""
        return super().variables(visit, given) | {"code": visit.request.path_params["code"]}


def _objections(project: dict[str, Any]) -> list[dict[str, Any]]:
    return list((project["award"] or {"objections": []})["objections"])


def _questions(project: dict[str, Any]) -> list[dict[str, Any]]:
    return list(project["questions"])


def pages(site: Site) -> dict[str, Page]:
    """Address → page. Raises BadDocument."""
    return {
        "/my": Page(site, "buyer/desk", views.desk, signed_in=True),
        "/my/projects/new": Page(site, "buyer/choose", signed_in=True),
        "/my/projects/new/{itemCode}": Form(site, "buyer/post", ask=_begun, then={"PostProjectNow": _posted}),
        "/my/projects/{projectCode}": Form(site, "buyer/project", views.own_project),
        "/my/projects/{projectCode}/change": Form(site, "buyer/change", views.own, then={"AmendProject": _project}),
        "/my/projects/{projectCode}/questions/{code}": About(
            site, "buyer/question", views.one_of(_questions), then={"AnswerQuestion": _project}
        ),
        "/my/projects/{projectCode}/objections/{code}": About(
            site, "buyer/objection", views.one_of(_objections), then={"AnswerObjection": _project}
        ),
        "/my/projects/{projectCode}/pay": Form(site, "buyer/pay", views.pay, _uploaded, then={"RecordFee": _recorded}),
        "/projects/{projectCode}/evaluation": Form(site, "buyer/evaluation", then={"SubmitScores": _notice}),
        "/my/fees": Page(site, "buyer/fees", signed_in=True),
        "/my/fees/{recordNo}": Form(site, "buyer/fee", views.fee),
        "/my/payments": Page(site, "buyer/payments", signed_in=True),
        "/my/explanations": Page(site, "buyer/explanations", views.explanations, signed_in=True),
        "/my/explanations/{code}": Form(site, "buyer/explanation", views.explanation),
    }
