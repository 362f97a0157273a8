"""One text for one content: what is hashed must not depend on who writes it down."""

import json
from typing import Any


def canonical(body: dict[str, Any]) -> str:
    """One text for one content: sorted keys, no spaces, UTF-8, no floats."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
