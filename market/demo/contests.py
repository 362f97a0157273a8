"""The demo world's less common contests: a framework agreement with its first turn, proposals to score, an auction about to begin."""

from datetime import datetime, timedelta
from typing import Any, Protocol

from market.actors import Actor
from market.awards import evaluation
from market.awards import service as awards
from market.demo import people
from market.frameworks import service as frameworks
from market.frameworks.forms import PostFramework
from market.frameworks.models import CallOff
from market.projects.models import SelectionMethod
from market.projects.parameters import Criterion, Parameters
from market.quotes import service as quotes

_REQUIREMENTS = "近三年无不良记录，有三名以上注册海洋工程咨询人员。（演示数据）"
_PROPOSALS = (
    "先做现状调查和用海面积测算，再编制论证表，分三次征求意见。（演示方案甲）",
    "由两名高级工程师现场踏勘，两周内出初稿，随审随改。（演示方案乙）",
    "利用已有的海域调查数据，缩短外业时间，重点论证用海必要性。（演示方案丙）",
)


class _Stage(Protocol):
    cast: dict[str, Actor]
    at: Any

    def later(self, **by: int) -> Any: ...
    def key(self) -> str: ...
    async def post(self, who: str, title: str, item: str, *, case: int | None = None, **more: object) -> str: ...
    async def publish(self, who: str, code: str) -> None: ...
    async def quote(self, code: str, *amounts_yuan: int) -> None: ...


async def framework(stage: _Stage, item: str) -> None:
    """Open for a year: three members, one refused, one that waits; called off once, so that one member has had its turn."""
    agency = stage.cast["agency"]
    with stage.later(hours=1):
        terms: dict[str, Any] = {"requirements": _REQUIREMENTS, "call_off": CallOff.ROTATION, "ceiling_fen": 50_000_00}
        ends_at = stage.at + timedelta(days=365)
        form = PostFramework(stage.key(), "示例湾海域使用论证评审框架协议", (item,), ends_at=ends_at, **terms)
        code = str((await frameworks.post_framework(agency, form)).code)
        await frameworks.review_framework(stage.cast["operator"], code, approve=True)
    with stage.later(hours=1):
        for number in range(1, 6):
            await frameworks.enter_framework(stage.cast[f"intermediary{number}"], code)
        for number in range(1, 4):
            await frameworks.decide_entry(agency, code, people.of(f"intermediary{number}"), admit=True)
        await frameworks.decide_entry(agency, code, people.of("intermediary4"), admit=False, reason="注册人员只有一名")
    with stage.later(hours=1):
        more: dict[str, Any] = {"method": SelectionMethod.ROTATION, "framework": code, "ceiling_fen": 40_000_00}
        called = await stage.post("agency", "示例湾 12 号海域使用论证报告评审（框架轮候）", item, case=12, **more)
        await stage.publish("agency", called)
        await stage.quote(called, 40_000, 40_000, 40_000)
    with stage.later(minutes=2):
        await awards.settle_due()


async def proposals(stage: _Stage, item: str) -> None:
    """An applicant's: three proposals that wait for the points of the evaluator whom it named, its own account."""
    with stage.later(minutes=1):
        chosen = Parameters(criteria=(Criterion("技术方案", 50), Criterion("人员", 20)), price_weight=30)
        more: dict[str, Any] = {"method": SelectionMethod.PROPOSAL_MERIT, "parameters": chosen, "told_not_obliged": True}
        code = await stage.post("applicant", "海产品加工园项目申请书编制（方案择优）", item, **more)
        await stage.publish("applicant", code)
        for number, (proposal, yuan) in enumerate(zip(_PROPOSALS, (52_000, 49_000, 45_000), strict=True), 1):
            form = quotes.SubmitQuote(stage.key(), code, yuan * 100, 15 + number, proposal=proposal)
            await quotes.submit_quote(stage.cast[f"intermediary{number}"], form)
        await evaluation.name_evaluators(stage.cast["applicant"], code, ["applicant"])
    with stage.later(minutes=2):
        await awards.settle_due()


async def auction(stage: _Stage, item: str, now: datetime) -> None:
    """Opened, three bidders seated; it begins four minutes after the world was built, so that one can sign in and bid."""
    with stage.later(minutes=1):
        more = {
            "method": SelectionMethod.REVERSE_AUCTION,
            "ceiling_fen": 90_000_00,
            "auction_starts_at": now + timedelta(minutes=4),
        }
        code = await stage.post("agency", "示例港区疏浚工程初步设计审查（网上竞价）", item, case=13, **more)
        await stage.publish("agency", code)
        await stage.quote(code, 86_000, 84_000, 88_000)
    with stage.later(minutes=2):
        await awards.settle_due()
