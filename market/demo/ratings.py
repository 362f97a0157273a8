"""The demo world's finished work: delivered, accepted and rated, one rating with a reply."""

from typing import Any, Protocol

from market.actors import Actor
from market.clock import local_date
from market.contracts import service as contracts
from market.contracts.models import Contract
from market.ratings import service as ratings
from market.ratings.models import Rating


class _Stage(Protocol):
    cast: dict[str, Actor]
    at: Any

    def later(self, **by: int) -> Any: ...


async def stage_ratings(stage: _Stage, by_agency: Contract, by_applicant: Contract) -> None:
    """What each client said of its contract; the intermediary answers the agency."""
    praise = await _finished(stage, "agency", by_agency, 5, "评审意见具体，比约定早交三天。")
    with stage.later(hours=1):
        await ratings.reply_to_rating(_supplier(stage, by_agency), praise.code, "谢谢，以后仍按公告约定的内容和时间办。")
    await _finished(stage, "applicant", by_applicant, 4, "报告合格，现场核查改过一次时间。")


async def _finished(stage: _Stage, who: str, contract: Contract, mark: int, comment: str) -> Rating:
    number = contract.contract_no
    with stage.later(hours=3):
        today = local_date(stage.at)
        await contracts.record_delivery(_supplier(stage, contract), number, today)
        await contracts.accept_delivery(stage.cast[who], number, today)
        marks = {"quality": 5, "timeliness": mark, "attitude": 5, "charges": 5, "conduct": mark}
        return await ratings.rate_service(stage.cast[who], ratings.RateService(number, **marks, comment=comment))


def _supplier(stage: _Stage, contract: Contract) -> Actor:
    return next(actor for actor in stage.cast.values() if actor.organisation_id == contract.supplier_id)
