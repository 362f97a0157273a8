"""The life of a platform measure, as data. That a pause ends is no move: its day stands in the decision. Source: domain.md §2.12."""

from enum import StrEnum

from market.lifecycle import Move


class MeasureKind(StrEnum):
    """警告 · 暂停报名 · 移出, the lightest first."""

    WARNING = "warning"
    PAUSE = "pause"
    REMOVAL = "removal"


class MeasureState(StrEnum):
    """拟采取 · 不采取 · 已采取 · 申诉中 · 申诉后维持 · 申诉后撤销 · 提前解除."""

    PROPOSED = "measure_proposed"
    DROPPED = "measure_dropped"
    IMPOSED = "measure_imposed"
    APPEALED = "measure_appealed"
    UPHELD = "measure_upheld"
    ANNULLED = "measure_annulled"
    LIFTED = "measure_lifted"


_S = MeasureState
STANDING = (_S.IMPOSED, _S.APPEALED, _S.UPHELD)
"""It has its effect until it ends, an appeal or not."""
PUBLIC = (*STANDING, _S.LIFTED)
"""What everybody may read: what was only proposed or was dropped never was, and what an appeal annulled should not have been."""
MOVES = (
    Move("impose", (_S.PROPOSED,), _S.IMPOSED, "measure:decide"),
    Move("drop", (_S.PROPOSED,), _S.DROPPED, "measure:decide"),
    Move("appeal", (_S.IMPOSED,), _S.APPEALED, "measure:answer"),
    Move("uphold", (_S.APPEALED,), _S.UPHELD, "measure:decide"),
    Move("annul", (_S.APPEALED,), _S.ANNULLED, "measure:decide"),
    Move("lift", (_S.IMPOSED, _S.UPHELD), _S.LIFTED, "measure:decide"),
)
