"""Supervisors look at other people's money: who, when, at what, with which filter and why stays on record."""

from collections.abc import Mapping
from typing import Any

from market.permissions import Action, Subject
from market.text import one_text
from market.usecase import authorise, unit


def note(action: Action, name: str, subject: str, wanted: Mapping[str, Any], *, required: bool = False) -> None:
    """In the running use case: ask permission to read everybody's, and log the look under ``name``.

    ``wanted``: the filter with its ``purpose``; ``required``: a purpose must be given. Raises NotPermitted, InvalidInput.
    """
    authorise(action, Subject())
    one_text("purpose", str(wanted.get("purpose") or ""), 300, required=required)
    unit().record(name, subject, filter={k: _said(v) for k, v in wanted.items() if v is not None})


def _said(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
