"""What the desk of an intermediary makes of its data: what it may quote for, what waits for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import chain
from typing import Any
from urllib.parse import quote

from schema.labels import N_
from web.pages.frameworks.views import is_member
from web.pages.moments import auction_begins, past
from web.pages.operation import Variables
from web.pages.public.projects import changes
from web.pages.sums import unpaid

Data = dict[str, Any]
_HERE = timezone(timedelta(hours=8))
_WAITING = ("CLOSED", "EVALUATING", "SHORTLISTED")


def desk(data: Data, _asked: Variables) -> Data:
    """Notices by whether one may quote, own quotes by how they stand."""
    own = data["viewer"]["actingFor"]
    mine = [edge["node"] for edge in data["mine"]["edges"]]
    return _offers(data, own, {row["code"] for row in mine}) | _own(mine, own["code"]) | {"quotes": data["mine"]}


def _offers(data: Data, own: Data, quoted: set[str]) -> Data:
    nodes = [edge["node"] for edge in data["open"]["edges"]]
    asked = [row for row in nodes if row["code"] not in quoted and _asks(row, own["code"])]
    found: dict[bool, list[Data]] = {False: [], True: []}
    for row in asked:
        found[lacks(row, own["qualifications"])].append(row)
    return {"matching": found[False], "lacking": found[True]}


def _own(mine: list[Data], me: str) -> Data:
    return {
        "quoted": sorted(map(_changed, filter(_is_open, mine)), key=lambda row: str(row["closesAt"])),
        "waiting": [row for row in mine if row["state"] in _WAITING],
        "lost": [row for row in mine if _may_object(row, me)],
        "objections": [{"project": row, "of": given} for row in mine for given in own_objections(row, me)],
        "todo": sorted(chain.from_iterable(tasks(row, me) for row in mine), key=lambda task: str(task["at"])),
    }


def _changed(project: Data) -> Data:
    return project | {"changed": changes(project["amendedSinceMyQuote"])}


def _is_open(project: Data) -> bool:
    return bool(project["state"] == "OPEN")


def _asks(project: Data, me: str) -> bool:
    if project["framework"] and not is_member(project["framework"], me):
        return False
    return project["buyer"]["code"] != me and (project["invited"] is None or bool(project["invited"]["code"] == me))


def lacks(project: Data, held: list[Data]) -> bool:
    """Whether the notice's item asks for a qualification that none of these is on the server's day."""
    needed = project["item"] and project["item"]["qualification"]
    today = day(project["serverTime"])
    return bool(needed) and not any(own["qualification"] == needed and in_force(own, today) for own in held)


def in_force(own: Data, today: str) -> bool:
    """First and last day included."""
    return bool(own["validFrom"] <= today and (own["validTo"] is None or own["validTo"] >= today))


def day(at: str) -> str:
    """The day in Zhoushan of a moment."""
    return datetime.fromisoformat(at).astimezone(_HERE).date().isoformat()


def own_objections(project: Data, me: str) -> list[Data]:
    """Those that this bidder raised; others' bidders are not shown to it."""
    raised = project["award"]["objections"] if project["award"] else []
    return [given for given in raised if given["bidder"] and given["bidder"]["code"] == me]


def won(project: Data, me: str) -> bool:
    """Whether the award that stands is this bidder's."""
    return project["award"] is not None and bool(project["award"]["supplier"]["code"] == me)


def contracts(data: Data, _asked: Variables) -> Data:
    """What this intermediary has won."""
    me = data["viewer"]["actingFor"]["code"]
    return {"mine": [edge["node"] for edge in data["projects"]["edges"] if won(edge["node"], me)]}


def contract(data: Data, _asked: Variables) -> Data:
    """What is still to be paid, and who may have paid.

    ``payers``: code → name, the client, and the two of its case, from whom none of it may have been asked.
    """
    found = data["contract"]
    case = found["case"] or {}
    ends = [found["client"], *filter(None, (case.get("agency"), case.get("applicant")))]
    payers = {end["code"]: end["name"] for end in ends if end["code"] != found["supplier"]["code"]}
    return {"unpaid": unpaid(found), "payers": payers}


def objections(data: Data, _asked: Variables) -> Data:
    """Its own ones on this project, and whether there is still time for one."""
    project = data["project"]
    return {"mine": own_objections(project, data["viewer"]["actingFor"]["code"]), "in_time": may_still_object(project)}


def may_still_object(project: Data) -> bool:
    """The result stands for objections; afterwards it waits for the client alone."""
    return project["state"] == "STANDSTILL" and not past(project["award"]["standstillUntil"], project["serverTime"])


def _may_object(project: Data, me: str) -> bool:
    return may_still_object(project) and not won(project, me) and not own_objections(project, me)


def tasks(project: Data, me: str) -> Iterator[Data]:
    """What this bidder has to do now, with until when."""
    yield from _to_reveal(project)
    auction = project["auction"]
    if auction and auction["endedAt"] is None:
        yield _task(project, N_("竞价开始"), auction_begins(auction), N_("进竞价现场"), f"/projects/{project['code']}/auction")
    if won(project, me):
        yield from _won(project, project["award"], f"/my/awards/{project['code']}")


def _to_reveal(project: Data) -> Iterator[Data]:
    draw, link = project["draw"], f"/projects/{project['code']}/quote"
    awaited = project["state"] == "CLOSED" and draw and not draw["transcript"]
    if awaited and not past(draw["revealUntil"], project["serverTime"]):
        if project["sealMode"] == "BIDDER_HELD":
            yield _task(project, N_("报价由您自己保管，要公开到"), draw["revealUntil"], N_("公开报价"), link)
            return
        yield _task(project, N_("自己保管了随机数的，要公开到"), draw["revealUntil"], N_("公开随机数"), link)


def _won(project: Data, award: Data, link: str) -> Iterator[Data]:
    contract = award["contract"]
    if project["state"] == "STANDSTILL":
        yield _task(project, N_("拟中选，公示到"), award["standstillUntil"], N_("看中选"), link)
    if project["state"] == "AWARDED":
        yield _task(project, N_("已中选，等合同备案；公示结束于"), award["standstillUntil"], N_("办合同"), link)
    if contract and not contract["deliveredOn"]:
        at = f"/my/contracts/{quote(contract['contractNo'])}"
        yield _task(project, N_("应交付日期"), contract["dueOn"], N_("登记交付"), at)


def _task(project: Data, what: str, at: str, button: str, link: str) -> Data:
    return {"project": project, "what": what, "at": at or "", "button": button, "link": link}
