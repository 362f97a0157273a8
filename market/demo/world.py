"""The demo world: fictional parties on the real catalogue, projects in every state, fees of which some are violations.

Everything goes through the same use cases as in earnest, at staged moments of the last days, in order of time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from market import clock, db
from market.actors import SYSTEM, Actor
from market.awards import read as award_reads
from market.awards import service as awards
from market.catalogue import service as catalogue
from market.catalogue.models import Qualification
from market.clock import local_date
from market.contracts import service as contracts
from market.contracts.models import Contract
from market.demo import contests, oversight, people
from market.demo.measures import stage_measure
from market.demo.payments import stage_payments, stage_shift
from market.demo.ratings import stage_ratings
from market.log.models import LogEntry
from market.projects import service as projects
from market.projects.forms import CaseForm, PostProject
from market.projects.models import Project, SelectionMethod
from market.quotes import service as quotes
from market.rulebook import Rulebook
from market.usecase import unit, use_case, use_rulebook
from market.workdays import working_day_after

RULEBOOK = Rulebook.load(Path(__file__).with_name("rulebook.toml"))

SEA_AREA_REVIEW = "ZSZJ-02-016"
"""海域使用论证报告评审: commissioned and paid by the agency."""
HARBOUR_DESIGN_REVIEW = "ZSZJ-05-013"
"""港口工程初步设计技术审查咨询: commissioned and paid by the agency."""
SAFETY_ASSESSMENT = "ZSZJ-05-002"
"""港区内储存危险化学品企业定期安全评价: mandatory, the applicant's."""
PROPOSAL = "ZSZJ-01-001"
"""企业投资项目申请书编制: the applicant's own choice."""

_BUILT = "demo:built"


class Stage:
    """The cast, and a clock that only moves forward."""

    def __init__(self, cast: dict[str, Actor], start: datetime) -> None:
        self.cast = cast
        self.at = start
        self.keys = (f"demo-{n}" for n in count(1))

    @contextmanager
    def later(self, **by: int) -> Iterator[None]:
        """Within the block it is so much later than the last time."""
        self.at += timedelta(**by)
        with clock.fixed(self.at):
            yield

    def key(self) -> str:
        """The next idempotency key."""
        return next(self.keys)

    async def post(self, who: str, title: str, item: str, *, case: int | None = None, **more: object) -> str:
        """A draft; the agency's with a case of the applicant's, and a budget line."""
        form = PostProject(
            idempotency_key=self.key(),
            title=title,
            item_code=item,
            service_working_days=20,
            requirements="按国家和浙江省现行规范完成，成果一式三份并附电子版。（演示数据）",
            case=self._case(who, case) if case else None,
            budget_line="2026-审批技术服务-03" if who == "agency" else "",
            **more,  # type: ignore[arg-type]
        )
        return str((await projects.post_project(self.cast[who], form)).code)

    def _case(self, who: str, number: int) -> CaseForm:
        other = {"agency_code": None, "applicant_code": people.of("applicant")}
        if who != "agency":
            other = {"agency_code": people.of("agency"), "applicant_code": None}
        return CaseForm(f"BJ-2026-{number:04d}", "海域使用权审核", object=f"示例湾{number}号海域", **other)

    async def publish(self, who: str, code: str) -> None:
        """Submit and approve."""
        await projects.submit_for_review(self.cast[who], code)
        await projects.review_project(self.cast["operator"], code, approve=True)

    async def quote(self, code: str, *amounts_yuan: int) -> None:
        """Quotes of intermediary1, 2, … in yuan."""
        for number, yuan in enumerate(amounts_yuan, 1):
            form = quotes.SubmitQuote(self.key(), code, yuan * 100, 15 + number)
            await quotes.submit_quote(self.cast[f"intermediary{number}"], form)

    async def contract(self, who: str, title: str, item: str, case: int, *amounts_yuan: int) -> Contract:
        """The whole way from the post to the filed contract."""
        with self.later(hours=2):
            code = await self.post(who, title, item, case=case)
            await self.publish(who, code)
            await self.quote(code, *amounts_yuan)
        with self.later(minutes=1):
            await awards.settle_due()
        with self.later(minutes=1):
            await awards.confirm_award(self.cast[who], code)
            award = await award_reads.award_of((await Project.get(code=code)).id)
            today = local_date(self.at)
            due = working_day_after(today, award.service_working_days)
            form = contracts.FileContract(code, award.amount_fen, award.supplier.code, item, today, due)
            return await contracts.file_contract(self.cast[who], form)


async def build() -> None:
    """Fill an empty, migrated and connected database. Sets the demo's rulebook for this process."""
    use_rulebook(RULEBOOK)
    now = await db.now()
    start = now - timedelta(days=9)
    with clock.fixed(start):
        await catalogue.load_shipped(SYSTEM)
        names = [q.name_zh for q in await Qualification.all()]
        stage = Stage(await people.people(names), start)
        await people.registers(stage.cast, local_date(start))
    await _finished(stage)
    stage.at = now - timedelta(minutes=20)
    await _underway(stage, now)
    await _seal_off(SYSTEM)


@use_case(None)
async def _seal_off(_actor: Actor) -> None:
    """The last entry: without it the world was interrupted while it was built."""
    unit().record(_BUILT, "demo:world")


async def is_empty() -> bool:
    """Whether nothing has happened in the connected database yet."""
    return not await LogEntry.exists()


async def is_built() -> bool:
    """Whether the connected database holds a demo world, whole."""
    return await LogEntry.exists(action=_BUILT)


async def _finished(stage: Stage) -> None:
    """Five contracts with their payments, then the ways in which a project ends without one."""
    filed = [
        await stage.contract("agency", "示例湾 1 号海域使用论证报告评审", SEA_AREA_REVIEW, 1, 52_000, 48_500, 55_000, 50_000),
        await stage.contract("agency", "示例湾 2 号海域使用论证报告评审", SEA_AREA_REVIEW, 2, 39_000, 42_000, 41_500),
        await stage.contract("agency", "示例港区初步设计技术审查", HARBOUR_DESIGN_REVIEW, 3, 88_000, 91_000, 86_000, 86_000),
        await stage.contract("applicant", "冷库氨制冷系统定期安全评价", SAFETY_ASSESSMENT, 4, 26_000, 24_800),
    ]
    await stage_payments(stage, filed)
    await stage_ratings(stage, filed[0], filed[3])
    await stage_measure(stage, filed[3])
    await oversight.followed_to_the_end(stage, filed[2])
    await contests.framework(stage, SEA_AREA_REVIEW)
    shifted = await stage.contract("agency", "示例湾 11 号海域使用论证报告评审", SEA_AREA_REVIEW, 11, 44_000, 46_500, 45_200)
    await stage_shift(stage, shifted)
    with stage.later(hours=1):
        failing = await stage.post("agency", "示例湾 5 号海域使用论证报告评审", SEA_AREA_REVIEW, case=5)
        await stage.publish("agency", failing)
        await stage.quote(failing, 47_000, 46_000)
    with stage.later(minutes=1):
        await awards.settle_due()
    with stage.later(minutes=5):
        withdrawn = await stage.post("applicant", "投资项目申请书编制（已改为自己写）", PROPOSAL, told_not_obliged=True)
        await projects.withdraw_project(stage.cast["applicant"], withdrawn, "决定自己编写")
        cancelled = await stage.post("applicant", "码头改造安全评价", SAFETY_ASSESSMENT, case=6)
        await stage.publish("applicant", cancelled)
        await projects.withdraw_project(stage.cast["applicant"], cancelled, "项目停建")


async def _underway(stage: Stage, now: datetime) -> None:
    """One project in each state that still waits for somebody, and an agency that was asked to explain."""
    await oversight.waiting_for_an_answer(stage)
    await contests.proposals(stage, PROPOSAL)
    await contests.auction(stage, HARBOUR_DESIGN_REVIEW, now)
    with stage.later(minutes=1):
        awarded = await stage.post("applicant", "储罐区定期安全评价", SAFETY_ASSESSMENT, case=7)
        await stage.publish("applicant", awarded)
        await stage.quote(awarded, 31_000, 29_500, 30_200)
    with stage.later(minutes=1):
        await awards.settle_due()
    with stage.later(minutes=1):
        await awards.confirm_award(stage.cast["applicant"], awarded)
        standing = await stage.post("agency", "示例湾 8 号海域使用论证报告评审", SEA_AREA_REVIEW, case=8)
        await stage.publish("agency", standing)
        await stage.quote(standing, 45_000, 43_000, 44_000)
    with stage.later(minutes=1):
        await awards.settle_due()
    await _open_for_quotes(stage, now)


async def _open_for_quotes(stage: Stage, now: datetime) -> None:
    failed = await Project.get(state="unsuccessful")
    with stage.later(minutes=1):
        soon = await stage.post(
            "agency",
            "示例湾 9 号海域使用论证报告评审（三分钟后截止）",
            SEA_AREA_REVIEW,
            case=9,
            ceiling_fen=60_000_00,
            closes_at=now + timedelta(minutes=3),
        )
        again = await stage.post(
            "agency",
            "示例湾 5 号海域使用论证报告评审（第二次）",
            SEA_AREA_REVIEW,
            case=5,
            previous_round=failed.code,
            closes_at=now + timedelta(days=2),
        )
        direct = await stage.post(
            "applicant",
            "投资项目申请书编制",
            PROPOSAL,
            told_not_obliged=True,
            method=SelectionMethod.DIRECT,
            invited_code=people.of("intermediary2"),
            closes_at=now + timedelta(days=1),
        )
        for who, code in (("agency", soon), ("agency", again), ("applicant", direct)):
            await stage.publish(who, code)
        await stage.quote(soon, 51_000, 49_000, 52_500)
        await projects.submit_for_review(
            stage.cast["agency"], await stage.post("agency", "示例港区施工图技术审查", HARBOUR_DESIGN_REVIEW, case=10)
        )
        await stage.post("applicant", "新冷库安全评价（草稿）", SAFETY_ASSESSMENT)
