"""What the list page adds to its data: numbered links."""

from typing import Any

from web.pages.operation import Variables

PAGE_SIZE = 20


def pages(data: dict[str, Any], asked: Variables) -> dict[str, Any]:
    """Links to the pages that begin within the first hundred items; further ones are reached by "next".

    A page begins after the last cursor of the page before, and the first one at the start.
    """
    cursors = [edge["cursor"] for edge in data["start"]["edges"]]
    total = data["serviceItems"]["totalCount"]
    starts = [None, *cursors[PAGE_SIZE - 1 :: PAGE_SIZE]]
    links = [
        {"number": number, "after": after, "here": after == asked.get("after")}
        for number, after in enumerate(starts, start=1)
        if (number - 1) * PAGE_SIZE < total
    ]
    return {"pages": links}
