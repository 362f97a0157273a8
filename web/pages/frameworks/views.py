"""Who is in a framework agreement, who waits, and in which order a rotation goes on."""

from typing import Any

from web.pages.operation import Variables

Data = dict[str, Any]


def shown(data: Data, _asked: Variables) -> Data:
    """The entries by what became of them; members in the order of the next turns: whoever has waited longest first."""
    framework = data["framework"]
    by: dict[str, list[Data]] = {"member": [], "waiting": [], "refused": [], "gone": []}
    for entry in framework["entries"]:
        by[standing(entry)].append(entry)
    last = {turn["member"]["code"]: turn for turn in framework["turns"]}
    members = [entry | {"turn": last.get(entry["member"]["code"])} for entry in by["member"]]
    return {
        "members": sorted(members, key=_waits_since),
        "waiting": by["waiting"],
        "refused": by["refused"],
        "gone": by["gone"],
        "standings": {entry["member"]["code"]: standing(entry) for entry in framework["entries"]},
    }


def standing(entry: Data) -> str:
    """``member``, ``waiting``, ``refused`` or ``gone``."""
    if entry["leftAt"]:
        return "gone"
    return {None: "waiting", True: "member", False: "refused"}[entry["admitted"]]


def _waits_since(member: Data) -> tuple[int, str]:
    return (member["turn"]["number"] if member["turn"] else 0, member["decidedAt"])


def is_member(framework: Data, code: str) -> bool:
    """Whether the intermediary of that code is admitted and has not left."""
    return any(standing(entry) == "member" and entry["member"]["code"] == code for entry in framework["entries"])
