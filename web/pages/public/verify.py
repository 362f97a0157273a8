"""What the verification page makes of its address: with a project's code, the transcript of its draw as text."""

import json
from typing import Any

from web.pages.engine import Page
from web.pages.operation import Variables


class Lookup(Page):
    """What is not there is said on the page itself: the rest of it is of use without."""

    must_exist = False


def ask(variables: Variables) -> Variables:
    """Without a code nothing is looked up."""
    return variables | {"given": bool(variables.get("code"))}


def transcript(data: dict[str, Any], _asked: Variables) -> dict[str, Any]:
    """As the reader would save it; "" where there is none."""
    project = data.get("project")
    found = project and project["draw"] and project["draw"]["transcript"]
    return {"project": project, "transcript": json.dumps(found, ensure_ascii=False, indent=1) if found else ""}
