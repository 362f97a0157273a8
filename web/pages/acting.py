"""For whom a form was opened. With two tabs open one may act for another party by the time a form is sent: then nothing is done.

Every form that a page shows carries a mark of the account, the party and whoever is acted for; what is sent is compared with who
sends it. A form of a program has no mark and says itself for whom it is.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

FIELD = "_acting"
"""The hidden field that has the mark."""

Viewer = Mapping[str, Any] | None
"""Who has signed in, as the frame's document gives it; None when nobody has."""

_FORMS = re.compile(r'<form\b[^>]*\bmethod="post"[^>]*>')


def mark(viewer: Viewer) -> str:
    """Tells parties apart and nothing else; all who have not signed in have the same."""
    if viewer is None:
        return mark_of("", "", "")
    behalf = viewer["onBehalfOf"]
    return mark_of(viewer["login"], viewer["actingFor"]["code"], behalf["code"] if behalf else "")


def mark_of(login: str, party: str, behalf: str) -> str:
    """``behalf``: the code of whoever is acted for, "" for the party itself."""
    return blake2b(json.dumps([login, party, behalf]).encode(), digest_size=9, person=b"acting").hexdigest()


NOBODY = mark(None)


def bound(page: str, viewer: Viewer) -> str:
    """The page with the mark in each of its forms that send something."""
    hidden = f'<input type="hidden" name="{FIELD}" value="{mark(viewer)}">'
    return _FORMS.sub(lambda form: form[0] + hidden, page)


@dataclass(frozen=True)
class Place:
    """Whom one may act for. ``behalf``: "" for the organisation itself."""

    code: str
    behalf: str
    name: str


def opened_for(sent: str, viewer: Mapping[str, Any]) -> Place | None:
    """Of all whom the account may act for, the one with the mark; None when it is none of them (any more)."""
    return next((place for place in _places(viewer) if mark_of(viewer["login"], place.code, place.behalf) == sent), None)


def _places(viewer: Mapping[str, Any]) -> Iterator[Place]:
    for held in viewer["memberships"]:
        own = held["organisation"]
        yield Place(own["code"], "", own["name"])
        if held["role"] == "HELPER":
            yield from (Place(own["code"], m["principal"]["code"], m["principalName"]) for m in viewer["mandates"])
