"""The life of an application to the marketplace, as data. Nothing is decided by time: see ``service``."""

from enum import StrEnum

from market.lifecycle import Move


class OnboardingState(StrEnum):
    """待办 · 已退回 · 已通过."""

    WAITING = "waiting"
    RETURNED = "returned"
    ADMITTED = "admitted"


_S = OnboardingState
MOVES = (
    Move("admit", (_S.WAITING,), _S.ADMITTED, "onboarding:decide"),
    Move("return", (_S.WAITING,), _S.RETURNED, "onboarding:decide"),
)
