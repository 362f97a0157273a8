"""The rules as pages need them: each once, with its versions."""

from typing import Any

from web.pages.operation import Variables


def grouped(data: dict[str, Any], _asked: Variables) -> dict[str, Any]:
    """Number and title → the versions, the newest first."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for rule in data["rules"]:
        found.setdefault((rule["id"], rule["title"]), []).append(rule)
    return {
        "catalogue": [
            {"id": number, "title": title, "versions": sorted(versions, key=lambda v: v["validFrom"], reverse=True)}
            for (number, title), versions in found.items()
        ]
    }


def known(data: dict[str, Any], _asked: Variables) -> dict[str, Any]:
    """Number → number and title, to choose from; a rule that had several titles is called by its newest."""
    ordered = sorted(data["rules"], key=lambda rule: (rule["id"], rule["validFrom"]))
    return {"numbered": {rule["id"]: f"{rule['id']} {rule['title']}" for rule in ordered}}
