"""What the list of notices and a project's page make of their data: the way from notice to contract, and why it ended as it did."""

from typing import Any

from schema.labels import LABELS, N_
from web.pages.engine import Refused
from web.pages.moments import auction_begins, past
from web.pages.operation import Variables
from web.pages.public import lists, words

Data = dict[str, Any]

_WAY = (N_("发布公告"), N_("密封报价"), N_("开启报价"), N_("结果公示"), N_("确认中选"), N_("合同备案"))
_NOW = {"OPEN": 1, "CLOSED": 2, "EVALUATING": 3, "SHORTLISTED": 3, "STANDSTILL": 3, "AWARDED": 5, "CONTRACT_FILED": 6}
"""State → which step of the way is under way; six: none any more."""
_STEPS = {"EVALUATING": N_("专家评审"), "SHORTLISTED": N_("委托方选定")}
_ENDS = {"CANCELLED": N_("已取消"), "UNSUCCESSFUL": N_("流标")}
_NOTICES = (*_NOW, *_ENDS)
"""States of what was published."""
_WAITS = {
    "OPEN": ("closesAt", N_("距离报价截止")),
    "CLOSED": ("opensQuotesAt", N_("距离开启")),
    "STANDSTILL": ("standstillUntil", N_("公示还剩")),
}
_FIELDS = {
    "title": N_("项目名称"),
    "requirements": N_("服务要求"),
    "serviceWorkingDays": N_("服务期限（工作日）"),
    "ceiling": N_("最高限价"),
    "closesAt": N_("报价截止"),
}
_numbered = lists.numbered("projects")


def ask(variables: Variables) -> Variables:
    """Notices only: a buyer's drafts are on its own desk. Who looks for open ones wants to see first what closes first."""
    return variables | {
        "state": variables.get("state") or list(_NOTICES),
        "order": "CLOSING_SOON" if variables.get("state") == ["OPEN"] else "NEWEST",
    }


def listed(data: Data, asked: Variables) -> Data:
    """Numbered links, and why those that ended without a winner did."""
    rows = [edge["node"] for edge in data["projects"]["edges"]]
    states = [] if asked["state"] == list(_NOTICES) else asked["state"]
    return _numbered(data, asked) | {"states": states, "reasons": {row["code"]: words.reason(row) for row in rows}}


def shown(data: Data, _asked: Variables) -> Data:
    """Its steps, what the reader waits for, and the words for what was decided. Raises Refused (404) for what is no notice yet."""
    project = data["project"]
    if project["state"] not in _NOTICES:
        raise Refused(404)
    return {
        "steps": steps(project),
        "waits": waits(project),
        "reason": words.reason(project),
        "why": why(project),
        "invalid": words.INVALID,
        "causes": words.CAUSES,
        **_barred(project["award"] or {"workings": [], "passedOver": []}),
        "changes": changes(project["amendments"]),
        "shares": shares(project),
        "totals": _totals(project),
    }


def steps(project: Data) -> list[Data]:
    """The way as far as it is known. ``mark``: done, now, todo or ended; an end takes the place of the step that was not reached."""
    state, award = project["state"], project["award"] or {}
    times = [project["publishedAt"], project["closesAt"], project["openedAt"] or project["opensQuotesAt"]]
    times += [award.get("standstillUntil"), award.get("confirmedAt"), None]
    if state in _ENDS:
        reached = 1 if state == "CANCELLED" else 3
        return [*_done(times[:reached]), {"name": _ENDS[state], "mark": "ended", "at": None}]
    now = _NOW[state]
    later = [{"name": name, "mark": "todo", "at": at} for name, at in zip(_WAY[now + 1 :], times[now + 1 :], strict=True)]
    here = [_here(project, now, times[now])] if now < len(_WAY) else []
    return [*_done(times[:now]), *here, *later]


def _here(project: Data, now: int, at: str | None) -> Data:
    """The step under way: of an auction that is announced the quotes are opened, and shown when it has ended."""
    if project["state"] == "CLOSED" and project["auction"]:
        return {"name": N_("多轮竞价"), "mark": "now", "at": auction_begins(project["auction"])}
    return {"name": _STEPS.get(project["state"], _WAY[now]), "mark": "now", "at": at}


def _done(times: list[str | None]) -> list[Data]:
    return [{"name": name, "mark": "done", "at": at} for name, at in zip(_WAY, times, strict=False)]


def waits(project: Data) -> Data | None:
    """What happens next by the clock alone; None when nothing does, or it is over and only a person can go on."""
    if project["state"] not in _WAITS:
        return None
    field, name = _WAITS[project["state"]]
    if project["state"] == "CLOSED" and project["auction"]:
        name, at = N_("距离竞价开始"), auction_begins(project["auction"])
        return None if past(at, project["serverTime"]) else {"name": name, "at": at}
    at = (project | (project["award"] or {}))[field]
    return {"name": name, "at": at} if at and not past(at, project["serverTime"]) else None


def why(project: Data) -> list[str]:
    """Why the winner won, sentence by sentence; empty while there is none."""
    award = project["award"]
    if not award or project["state"] in _ENDS:
        return []
    tie = words.TIES.get(award["tieRule"], "") if award["tieBroken"] else ""
    return [text for text in (words.WHY[project["method"]], tie) if text]


def changes(amendments: list[Data]) -> list[Data]:
    """Every amended field with both values; ``kind``: how they are to be read, money in yuan."""
    told = []
    for amendment in amendments:
        for change in amendment["changes"]:
            kind = {"ceiling": "money", "closesAt": "moment"}.get(change["field"], "text")
            values = [change["before"], change["after"]]
            told.append({"of": amendment, "field": _FIELDS.get(change["field"], change["field"]), "kind": kind, "values": values})
    return told


def shares(project: Data) -> dict[str, int]:
    """Commitment → the quote in whole percent of the ceiling; empty without one."""
    if not project["ceiling"]:
        return {}
    ceiling = _fen(project["ceiling"])
    return {q["commitment"]: (_fen(q["amount"]) * 100 + ceiling // 2) // ceiling for q in project["quotes"] or () if q["amount"]}


def _fen(amount: str) -> int:
    return int(amount.replace(".", ""))


def _barred(award: Data) -> Data:
    """Who was not free to quote in a rotation, and who was passed over since the opening: each with why."""
    return {
        "left_out": words.left_out(award),
        "passed_over": {p["bidderCode"]: LABELS[p["reason"]] for p in award["passedOver"]},
    }


def _totals(project: Data) -> dict[str, str]:
    """Bidder → the evaluation's total, which is kept in hundredths."""
    workings = (project["award"] or {}).get("workings", [])
    pairs = [pair.split("=") for w in workings if w["name"] == "totals" for pair in w["value"].split(",")]
    return {code: f"{int(points) // 100}.{int(points) % 100:02}" for code, points in pairs}
