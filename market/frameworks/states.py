"""The life of a framework agreement, as data. Its end is no move: the day stands in the notice."""

from enum import StrEnum

from market.lifecycle import Move


class FrameworkState(StrEnum):
    """审核中 · 开放 · 已退回."""

    UNDER_REVIEW = "under_review"
    OPEN = "open"
    RETURNED = "returned"


_S = FrameworkState
MOVES = (
    Move("approve", (_S.UNDER_REVIEW,), _S.OPEN, "framework:review"),
    Move("return", (_S.UNDER_REVIEW,), _S.RETURNED, "framework:review"),
)
