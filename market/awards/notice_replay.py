"""The notice, held against what the log published with its approval and with each amendment."""

import json
from datetime import datetime
from typing import Any

from market.awards.differences import Difference, first
from market.log.models import LogEntry
from market.projects import notice
from market.projects.models import Project
from market.selection.transcript import moment

_ACTS = ("project:approve", "project:amend", "project:amend_notice")


async def altered(project: Project) -> Difference | None:
    """The first thing that the notice says otherwise than it was published; of old notices the log knows less."""
    said = await _said(project)
    stored = {"terms": project.terms} | await notice.facts(project)
    return first({_part(name): (stored[name], value) for name, value in said.items()})


def _part(name: str) -> str:
    return "notice" if name == "terms" else f"notice {name}"


async def _said(project: Project) -> dict[str, Any]:
    """As it was approved last, with what was amended since."""
    rows = await LogEntry.filter(action__in=_ACTS, subject=f"project:{project.code}").order_by("seq")
    said: dict[str, Any] = {"terms": {}}
    for action, facts in ((row.action, json.loads(row.body)["facts"]) for row in rows):
        if action == "project:approve":
            said = {"terms": facts["terms"]} | facts.get("notice", _before(facts))
        elif action == "project:amend_notice":
            said |= facts["changes"]
        elif "title" not in said:  # an amendment of when the log did not tell what it changed
            said.pop("closesAt", None)
    return said


def _before(facts: dict[str, Any]) -> dict[str, Any]:
    """What was logged of a notice before all of it was."""
    return {"closesAt": moment(datetime.fromisoformat(facts["closesAt"]))} if "closesAt" in facts else {}
