"""The life of a project, as data. Source: domain.md §2.1."""

from enum import StrEnum

from market.lifecycle import Move


class ProjectState(StrEnum):
    """``domain.md`` §2.1; the states of the service itself follow with the issue that builds them."""

    DRAFT = "draft"
    UNDER_REVIEW = "under_review"
    OPEN = "open"
    CLOSED = "closed"
    EVALUATING = "evaluating"
    SHORTLISTED = "shortlisted"
    STANDSTILL = "standstill"
    AWARDED = "awarded"
    CONTRACT_FILED = "contract_filed"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    UNSUCCESSFUL = "unsuccessful"


_S = ProjectState
UNPUBLISHED = frozenset({_S.DRAFT, _S.UNDER_REVIEW, _S.WITHDRAWN})
SEALED = frozenset({_S.OPEN, _S.CLOSED})

MOVES = (
    Move("submit", (_S.DRAFT,), _S.UNDER_REVIEW, "project:edit"),
    Move("return", (_S.UNDER_REVIEW,), _S.DRAFT, "project:review"),
    Move("approve", (_S.UNDER_REVIEW,), _S.OPEN, "project:review"),
    Move("withdraw", (_S.DRAFT, _S.UNDER_REVIEW), _S.WITHDRAWN, "project:edit"),
    Move("cancel", (_S.OPEN,), _S.CANCELLED, "project:edit"),
    Move("close", (_S.OPEN,), _S.CLOSED, "time"),
    Move("evaluate", (_S.CLOSED,), _S.EVALUATING, "time"),
    Move("shortlist", (_S.CLOSED,), _S.SHORTLISTED, "time"),
    Move("award", (_S.CLOSED,), _S.STANDSTILL, "time"),
    Move("conclude", (_S.EVALUATING,), _S.STANDSTILL, "award:score"),
    Move("pick", (_S.SHORTLISTED,), _S.STANDSTILL, "award:pick"),
    Move("give_up", (_S.SHORTLISTED,), _S.UNSUCCESSFUL, "award:pick"),
    Move("fail", (_S.CLOSED,), _S.UNSUCCESSFUL, "time"),
    Move("annul", (_S.STANDSTILL,), _S.UNSUCCESSFUL, "award:annul"),
    Move("confirm", (_S.STANDSTILL,), _S.AWARDED, "award:confirm"),
    Move("decline", (_S.STANDSTILL, _S.AWARDED), _S.CLOSED, "award:decline"),
    Move("forfeit", (_S.AWARDED,), _S.CLOSED, "award:forfeit"),
    Move("award_next", (_S.CLOSED,), _S.STANDSTILL, "time"),
    Move("exhaust", (_S.CLOSED,), _S.UNSUCCESSFUL, "time"),
    Move("file", (_S.AWARDED,), _S.CONTRACT_FILED, "contract:file"),
)
