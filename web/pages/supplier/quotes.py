"""What the page of a sealed quote makes of its data."""

from typing import Any

from schema.labels import N_
from web.pages.frameworks.views import is_member
from web.pages.moments import past
from web.pages.operation import Variables
from web.pages.supplier.desk import lacks

Data = dict[str, Any]
OPENED = ("STANDSTILL", "AWARDED", "CONTRACT_FILED", "UNSUCCESSFUL")


def shown(data: Data, _asked: Variables) -> Data:
    """The quote that counts, earlier ones, what may be done now. ``closed_to_me``: why this bidder may not quote, "" when it may.
    ``people``: who may do the work, by code."""
    project, own = data["project"], data["viewer"]["actingFor"]
    live = next((quote for quote in project["myQuotes"] if quote["isLive"]), None)
    barred = closed_to(project, own)
    return {
        "live": live,
        "older": [quote for quote in project["myQuotes"] if not quote["isLive"]],
        "open": project["state"] == "OPEN",
        "opened": OPENED,
        "reveal": live and may_reveal(project, live),
        "shows": may_show(project, live),
        "closed_to_me": barred,
        "people": practising(own),
        "missing": project["item"]["qualification"] if barred == _LACKS else "",
    }


def practising(own: Data) -> dict[str, str]:
    """Code → name and title of those who have not left."""
    return {row["code"]: f"{row['name']} {row['title']}" for row in own["practitioners"] if not row["endedAt"]}


_LACKS = N_("公告要求的资质，您没有登记或已经过期：")


def closed_to(project: Data, own: Data) -> str:
    """What the server would refuse a quote for, as far as the page knows: the rest it says on submission."""
    if project["buyer"]["code"] == own["code"]:
        return N_("自己发布的项目，自己不能报价。")
    if project["invited"] and project["invited"]["code"] != own["code"]:
        return N_("这个项目由委托方直接选取，只有被选取的机构能报价。")
    if project["framework"] and not is_member(project["framework"], own["code"]):
        return N_("这个项目从框架协议里选取，只有公告之前已经入围的机构能报价。")
    return _LACKS if lacks(project, own["qualifications"]) else ""


def may_reveal(project: Data, live: Data) -> bool:
    """After the deadline, while the nonces are awaited."""
    return bool(live["nonceHash"] and not live["nonceEscrowed"] and not live["nonceRevealed"] and _awaited(project))


def may_show(project: Data, live: Data | None) -> bool:
    """The quote that its bidder kept, in the same period."""
    return bool(live and live["held"] and _awaited(project))


def _awaited(project: Data) -> bool:
    """Whether nonces and kept quotes can be shown now."""
    awaited = project["state"] == "CLOSED" and project["draw"] and not project["draw"]["transcript"]
    return bool(awaited and not past(project["draw"]["revealUntil"], project["serverTime"]))
