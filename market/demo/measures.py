"""The demo world's one platform measure: a warning in force, whose appeal waits. A warning keeps nobody from signing up."""

from typing import Any, Protocol

from market.actors import Actor
from market.clock import local_date
from market.contracts.models import Contract
from market.measures import service
from market.measures.states import MeasureKind
from market.oversight.evidence import number_of


class _Stage(Protocol):
    cast: dict[str, Actor]
    at: Any

    def later(self, **by: int) -> Any: ...


async def stage_measure(stage: _Stage, contract: Contract) -> None:
    """Proposed by the first of the operator's people, imposed by the second; its appeal is the third's to decide."""
    supplier = next(actor for actor in stage.cast.values() if actor.organisation_id == contract.supplier_id)
    form = service.ProposeMeasure(
        intermediary_code=contract.supplier.code,
        ground="not_as_contracted",
        happened_on=local_date(stage.at),
        facts="合同约定两名评价师到场，现场核查时只到一名，没有事先告知委托方。（演示数据）",
        evidence=contract.contract_no,
        kind=MeasureKind.WARNING,
    )
    with stage.later(hours=1):
        code = (await service.propose_measure(stage.cast["operator"], form, number_of)).code
    with stage.later(minutes=5):
        await service.state_case(supplier, code, "另一名评价师当天因台风停航没有到岛，次日补到。")
    with stage.later(hours=1):
        await service.decide_measure(
            stage.cast["operator2"], code, "停航属实，但没有事先告知，也没有改期。从轻，予以警告。", impose=True
        )
    with stage.later(hours=1):
        await service.appeal_measure(supplier, code, "当天早上打过电话，有通话记录。")
