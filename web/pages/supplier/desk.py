"""What the desk of an intermediary makes of its data: what it may quote for, what waits for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from schema.labels import N_
from web.pages.moments import past
from web.pages.operation import Variables

Data = dict[str, Any]
_HERE = timezone(timedelta(hours=8))
_WAITING = ("CLOSED", "EVALUATING", "SHORTLISTED")


def desk(data: Data, _asked: Variables) -> Data:
    """Notices by whether one may quote, own quotes by how they stand."""
    me, held = data["viewer"]["actingFor"]["code"], data["viewer"]["actingFor"]["qualifications"]
    mine = [edge["node"] for edge in data["mine"]["edges"]]
    quoted = {row["code"] for row in mine}
    rows = [edge["node"] for edge in data["open"]["edges"]]
    mayby = [row for row in rows if row["code"] not in quoted and row["buyer"]["code"] != me and _asks(row, me)]
    return {
        "matching": [row for row in mayby if not lacks(row, held)],
        "lacking": [row for row in mayby if lacks(row, held)],
        "quoted": sorted((row for row in mine if row["state"] == "OPEN"), key=lambda row: str(row["closesAt"])),
        "waiting": [row for row in mine if row["state"] in _WAITING],
        "lost": [row for row in mine if _may_object(row, me)],
        "objections": [{"project": row, "of": given} for row in mine for given in own_objections(row, me)],
        "todo": sorted((task for row in mine for task in tasks(row, me)), key=lambda task: str(task["at"])),
    }


def _asks(project: Data, me: str) -> bool:
    return project["invited"] is None or project["invited"]["code"] == me


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


def _may_object(project: Data, me: str) -> bool:
    return project["state"] == "STANDSTILL" and not won(project, me) and not own_objections(project, me)


def tasks(project: Data, me: str) -> Iterator[Data]:
    """What this bidder has to do now, with until when."""
    code, auction, draw = project["code"], project["auction"], project["draw"]
    if project["state"] == "CLOSED" and draw and not draw["transcript"] and not past(draw["revealUntil"], project["serverTime"]):
        link = f"/projects/{code}/quote"
        yield _task(project, N_("自己保管了随机数的，要公开到"), draw["revealUntil"], N_("公开随机数"), link)
    if auction and auction["endedAt"] is None:
        yield _task(project, N_("竞价开始"), auction["beginsAt"], N_("进竞价现场"), f"/projects/{code}/auction")
    if won(project, me) and project["state"] == "STANDSTILL":
        yield _task(project, N_("拟中选，公示到"), project["award"]["standstillUntil"], N_("看中选"), f"/my/awards/{code}")
    if won(project, me) and project["state"] == "AWARDED":
        yield _task(
            project, N_("已中选，等合同备案；公示结束于"), project["award"]["standstillUntil"], N_("办合同"), f"/my/awards/{code}"
        )
    contract = project["award"] and project["award"]["contract"]
    if won(project, me) and contract and not contract["deliveredOn"]:
        yield _task(project, N_("应交付日期"), contract["dueOn"], N_("登记交付"), f"/my/contracts/{contract['contractNo']}")


def _task(project: Data, what: str, at: str, button: str, link: str) -> Data:
    return {"project": project, "what": what, "at": at or "", "button": button, "link": link}
