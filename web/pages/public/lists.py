"""What a list page adds to its data: numbered links."""

from typing import Any

from web.pages.engine import View
from web.pages.operation import Variables

PAGE_SIZE = 20


def numbered(name: str) -> View:
    """Of the list ``name``: links to the pages that begin within its first hundred rows; further ones are reached by "next".

    A page begins after the last cursor of the page before, and the first one at the start.
    """

    def pages(data: dict[str, Any], asked: Variables) -> dict[str, Any]:
        cursors = [edge["cursor"] for edge in data["start"]["edges"]]
        starts = [None, *cursors[PAGE_SIZE - 1 :: PAGE_SIZE]]
        links = [
            {"number": number, "after": after, "here": after == asked.get("after")}
            for number, after in enumerate(starts, start=1)
            if (number - 1) * PAGE_SIZE < data[name]["totalCount"]
        ]
        return {"pages": links}

    return pages
