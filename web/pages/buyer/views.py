"""What the buyers' pages add to their data: what waits for whom, and whose page it is."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from web.pages.engine import Refused, View
from web.pages.operation import Variables
from web.pages.sums import unpaid

Data = dict[str, Any]


def _nodes(connection: Data) -> list[Data]:
    return [edge["node"] for edge in connection["edges"]]


def party(data: Data) -> str:
    """The code of the party for whom the reader acts."""
    viewer = data["viewer"]
    return str((viewer["onBehalfOf"] or viewer["actingFor"])["code"])


def pay(data: Data, _asked: Variables) -> Data:
    """The contract, who owes its price, who may have paid it, and the days that are left. Raises Refused (404) for strangers."""
    project = data["project"]
    contract = (project["award"] or {"contract": None})["contract"]
    if contract is None:
        raise Refused(404)
    acting = data["viewer"]["onBehalfOf"] or data["viewer"]["actingFor"]
    case = project["case"] or {"applicant": acting, "agency": acting}
    ends = [acting, contract["client"], case["applicant"], case["agency"]]
    return {
        "contract": contract,
        "owes": contract["client"],
        "payers": list({end["code"]: end["name"] for end in ends if end["code"] != contract["supplier"]["code"]}.items()),
        "me_code": acting["code"],
        "mine": acting["code"] == project["buyer"]["code"],
        "unpaid": unpaid(contract),
        "days_left": _days_left(contract["paymentDueOn"], project["serverTime"]),
    }


def _days_left(due: str | None, now: str) -> int:
    """0 on the last day; 0 also where there is none."""
    return (date.fromisoformat(due) - datetime.fromisoformat(now).date()).days if due else 0


def fee(data: Data, asked: Variables) -> Data:
    """The one record of that number, and what the reader is in it. Raises Refused (404) when the reader may not know of it."""
    records = _nodes(data["feeRecords"])
    if not records:
        raise Refused(404)
    [record], mine = records, party(data)
    said = [row for row in record["declarations"] if row["party"]["code"] == mine]
    is_end = mine in (record["payer"]["code"], record["payee"]["code"])
    return {"fee": record, "mine": mine, "may_declare": is_end, "said": said[-1] if said else None}


def explanation(data: Data, _asked: Variables) -> Data:
    """What the case asks of the reader's party now: explain, rectify or nothing."""
    case = data["oversightCase"]
    asked = next(iter(_of_case(case, party(data))), None)
    return {"case": case, "wanted": asked["kind"] if asked else "", "is_asked": _is_of(case, party(data))}


def explanations(data: Data, _asked: Variables) -> Data:
    """Whether the reader's party is who must answer; others, applicants above all, may only look on."""
    own = data["viewer"]["onBehalfOf"] or data["viewer"]["actingFor"]
    cases = _nodes(data["oversightCases"])
    return {
        "is_asked": any(_is_of(case, own["code"]) for case in cases) if cases else own["kind"] == "AGENCY",
        "mine": own["code"],
    }


def _is_of(case: Data, code: str) -> bool:
    return case["agency"] is not None and bool(case["agency"]["code"] == code)


def desk(data: Data, _asked: Variables) -> Data:
    """Tasks: what waits for the reader, the most urgent first; ``kind`` says what, ``due`` until when, None where nothing says."""
    projects = _nodes(data["projects"])
    tasks = [task for project in projects for task in _of_project(project)]
    tasks += [task for case in _nodes(data["oversightCases"]) for task in _of_case(case, party(data))]
    return {"tasks": sorted(tasks, key=lambda task: (task["due"] or "9", task["title"])), "mine": projects}


def _task(project: Data, kind: str, due: str | None = None, step: str = "") -> Data:
    return {"kind": kind, "title": project["title"], "href": f"/my/projects/{project['code']}{step}", "due": due}


def _of_project(project: Data) -> Iterator[Data]:
    state = project["state"]
    if state == "OPEN":
        yield from _of_questions(project)
    elif state == "STANDSTILL":
        yield from _of_standstill(project, project["award"])
    elif state == "CONTRACT_FILED":
        yield from _of_contract(project, project["award"]["contract"])
    elif state in _WAITS:
        yield _task(project, "returned" if project["reviewNote"] and state == "DRAFT" else _WAITS[state])


_WAITS = {"DRAFT": "draft", "SHORTLISTED": "shortlisted", "EVALUATING": "evaluating", "AWARDED": "contract"}
"""States that wait for the buyer whatever else is known."""


def _of_questions(project: Data) -> Iterator[Data]:
    for question in project["questions"]:
        if not question["answeredAt"]:
            yield _task(project, "question", project["closesAt"], f"/questions/{question['code']}")


def _of_standstill(project: Data, award: Data) -> Iterator[Data]:
    waiting = [objection for objection in award["objections"] if not objection["answeredAt"]]
    for objection in waiting:
        yield _task(project, "objection", objection["answerDueAt"], f"/objections/{objection['code']}")
    if not waiting and may_confirm(project):
        yield _task(project, "confirm")


def may_confirm(project: Data) -> bool:
    """The standstill is over, and every objection was answered and found wrong."""
    award = project["award"]
    over = datetime.fromisoformat(project["serverTime"]) >= datetime.fromisoformat(award["standstillUntil"])
    return over and all(objection["upheld"] is False for objection in award["objections"])


def may_rate(project: Data) -> bool:
    """Its result is accepted, it said nothing of it yet, and still may."""
    contract = (project["award"] or {"contract": None})["contract"]
    if not contract or not contract["rateUntil"] or contract["rating"]:
        return False
    return datetime.fromisoformat(project["serverTime"]) < datetime.fromisoformat(contract["rateUntil"])


def _of_contract(project: Data, contract: Data) -> Iterator[Data]:
    if contract["deliveredOn"] and not contract["acceptedOn"]:
        yield _task(project, "accept")
    if contract["acceptedOn"] and unpaid(contract) not in ("", "0.00"):
        yield _task(project, "pay", contract["paymentDueOn"], "/pay")
    if may_rate(project):
        yield _task(project, "rate", contract["rateUntil"])


ASKED = {
    "EXPLANATION_ASKED": ("explain", "EXPLAIN"),
    "UNANSWERED": ("explain", "EXPLAIN"),
    "RECTIFICATION_ORDERED": ("rectify", "RECTIFY"),
}
"""State of a case → what it asks of its agency, and the order that says until when."""


def _of_case(case: Data, mine: str) -> Iterator[Data]:
    kind, wanted = ASKED.get(case["state"], ("", ""))
    orders = [order for order in case["orders"] if order["kind"] == wanted and not order["doneAt"]]
    if orders and case["agency"] and case["agency"]["code"] == mine:
        yield {"kind": kind, "title": case["code"], "href": f"/my/explanations/{case['code']}", "due": orders[-1]["dueOn"]}


def own(data: Data, _asked: Variables) -> Data:
    """Nothing more. Raises Refused (404): these pages are the buyer's."""
    if data["project"]["buyer"]["code"] != party(data):
        raise Refused(404)
    return {}


def own_project(data: Data, asked: Variables) -> Data:
    """Whether its award may be confirmed or rated now, and what is owed under its contract. Raises Refused (404)."""
    project = data["project"]
    may = {"may_confirm": project["state"] == "STANDSTILL" and may_confirm(project), "may_rate": may_rate(project)}
    return own(data, asked) | may | {"owed": _owed(project)}


def _owed(project: Data) -> Data | None:
    """``amount`` in yuan, as ``unpaid`` tells it, and ``days`` until the last day to pay; None before there is a contract."""
    contract = (project["award"] or {"contract": None})["contract"]
    return contract and {"amount": unpaid(contract), "days": _days_left(contract["paymentDueOn"], project["serverTime"])}


def one_of(rows: Callable[[Data], list[Data]]) -> View:
    """For a page about one question or objection of an own project, by the ``code`` of the address. Raises Refused (404)."""

    def view(data: Data, asked: Variables) -> Data:
        found = next((row for row in rows(data["project"]) if row["code"] == asked["code"]), None)
        if found is None:
            raise Refused(404)
        return own(data, asked) | {"one": found}

    return view
