"""The project type: what each reader may see of a notice."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self, cast
from uuid import UUID

import strawberry
from strawberry import relay

from market.auctions import read as auctions
from market.awards import read as awards
from market.catalogue import read as catalogue
from market.clock import local_date
from market.draws import read as draws
from market.frameworks import read as frameworks
from market.permissions import Action, Allowed, Subject, may
from market.projects import models, questions, read
from market.projects.models import Purpose, Quoting, SealMode, SelectionMethod
from market.projects.states import ProjectState
from market.quotes import read as quotes
from market.quotes import service as quote_service
from schema.auctions import Auction
from schema.awards import Award
from schema.catalogue import ServiceItem
from schema.context import Info
from schema.draws import Draw
from schema.frameworks import Framework
from schema.inputs import node_key
from schema.parties import Organisation
from schema.projects.cases import ApprovalCase
from schema.projects.notice import Amendment, Chosen, Failure, ProjectTerms
from schema.projects.questions import Question
from schema.quotes import Quote, QuoteReceipt
from schema.scalars import Yuan

strawberry.enum(ProjectState)
strawberry.enum(SelectionMethod)
strawberry.enum(Quoting)
strawberry.enum(SealMode)


@strawberry.type(description="采购项目。 A need that was posted, from draft to contract.")
# budget: a GraphQL type has one method per field that is computed
class Project(relay.Node):
    """Anonymous readers see published notices; quotes, their number and their bidders only after the opening."""

    id: relay.NodeID[str]
    row: strawberry.Private[models.Project]
    code: str
    title: str
    requirements: str
    item_code: str
    purpose: Purpose
    method: SelectionMethod
    quoting: Quoting
    seal_mode: SealMode
    budget_line: str
    service_working_days: int
    version: int
    posted_at: datetime
    published_at: datetime | None
    closes_at: datetime | None
    opened_at: datetime | None
    told_not_obliged_at: datetime | None
    outcome_reason: str
    able_count: int | None = strawberry.field(
        description="登记有所要求资质的机构家数;框架协议下为这次能够报价的入围机构;不要求资质、直接选取为 null。"
        " How many hold the qualification it asks for, of a call-off how many members could quote."
    )
    narrow_reason: str = strawberry.field(
        description="不足三家仍如此要求的理由。 Why so few are enough; empty where they are not few."
    )

    @classmethod
    def of(cls, row: models.Project) -> Self:
        """From its row, loaded with buyer, invited party and case."""
        plain = (
            "code title requirements item_code budget_line service_working_days version posted_at published_at closes_at"
            " opened_at told_not_obliged_at outcome_reason able_count narrow_reason"
        )
        values: dict[str, Any] = {name: getattr(row, name) for name in plain.split()}
        return cls(
            id=cast(Any, str(row.id)),
            row=row,
            purpose=Purpose(row.purpose),
            method=SelectionMethod(row.method),
            quoting=Quoting(row.quoting),
            seal_mode=SealMode(row.seal_mode),
            **values,
        )

    @classmethod
    async def load(cls, info: Info, code: str) -> Self:
        """The visible project of that code, freshly read. Raises NotFound."""
        return cls.of(await read.visible(info.context.actor, code))

    @classmethod
    async def resolve_nodes(cls, *, info: Info, node_ids: Iterable[str], required: bool = False) -> list[Self | None]:  # type: ignore[override]
        """By global id, with the same visibility as the queries."""
        rows = await read.projects_by_id([node_key(i) for i in node_ids])
        return [cls.of(row) if row and read.may_see(info.context.actor, row) else None for row in rows]

    @strawberry.field
    async def state(self, info: Info) -> ProjectState:
        """The state right now: an open project past its deadline is closed."""
        return read.state_at(self.row, await info.context.now())

    @strawberry.field(description="服务器时间,倒计时以此为准。 The server's clock, for countdowns.")
    async def server_time(self, info: Info) -> datetime:
        """Now."""
        return await info.context.now()

    @strawberry.field
    async def opens_quotes_at(self) -> datetime | None:
        """When the quotes are opened: the deadline and the grace for requests received in time."""
        return read.opens_at(self.row) if self.row.closes_at and self.row.terms else None

    @strawberry.field
    async def terms(self) -> ProjectTerms | None:
        """The frozen rules; null before publication."""
        return ProjectTerms.of(self.row.terms) if self.row.terms else None

    @strawberry.field
    async def chosen(self) -> Chosen:
        """What its buyer chose for the contest."""
        return Chosen.of(self.row)

    @strawberry.field
    async def ceiling(self) -> Yuan | None:
        """Highest amount that a quote may have."""
        return None if self.row.ceiling_fen is None else Yuan(self.row.ceiling_fen)

    @strawberry.field
    async def buyer(self) -> Organisation:
        """Who commissions."""
        return Organisation.of(self.row.buyer)

    @strawberry.field
    async def invited(self) -> Organisation | None:
        """Whom a direct selection names."""
        return Organisation.of(self.row.invited) if self.row.invited else None

    @strawberry.field(description="所属框架协议。 The framework agreement that this calls off from.")
    async def framework(self, info: Info) -> Framework | None:
        """Null for a contest of its own."""
        row = await info.context.load(frameworks.frameworks_by_id, self.row.framework_id) if self.row.framework_id else None
        return Framework.of(row) if row else None

    @strawberry.field
    async def item(self, info: Info) -> ServiceItem | None:
        """The service item as the list had it when this was posted."""
        on = local_date(self.row.published_at or self.row.posted_at)
        version = await info.context.load(catalogue.items_by_code_and_day, (self.row.item_code, on))
        return ServiceItem.of(version) if version else None

    @strawberry.field
    async def case(self, info: Info) -> ApprovalCase | None:
        """The approval case, for its parties, the operator and the regulator."""
        case = await info.context.load(read.cases_by_id, self.row.case_id) if self.row.case_id else None
        mine = case and info.context.actor.party_id in (case.agency_id, case.applicant_id)
        return ApprovalCase.of(case) if case and (mine or _reads_unpublished(info)) else None

    @strawberry.field
    async def review_note(self, info: Info) -> str | None:
        """Why it was returned, for those who may see drafts."""
        return self.row.review_note if info.context.actor.party_id == self.row.buyer_id or _reads_unpublished(info) else None

    @strawberry.field
    async def amendments(self, info: Info) -> list[Amendment]:
        """Changes after publication, in order."""
        return await self._amended(info, self.row.published_at)

    async def _amended(self, info: Info, since: datetime | None) -> list[Amendment]:
        rows = await info.context.load(read.amendments_by_project, self.row.id) if since else []
        return [Amendment.of(row) for row in rows if since and row.amended_at >= since]

    @strawberry.field(
        description="我报价之后的公告修订；没有报价的为空。 What changed since the reader's own live quote came in; empty without one."
    )
    async def amended_since_my_quote(self, info: Info) -> list[Amendment]:
        """Nobody else learns from it that there is a quote."""
        bidder_id = info.context.actor.organisation_id
        if bidder_id is None:
            return []
        return await self._amended(info, await info.context.load(quotes.received_live, (self.row.id, bidder_id)))

    @strawberry.field
    async def previous_round(self, info: Info) -> "Project | None":
        """The failed or cancelled round that this one repeats."""
        return await self._other(info, self.row.previous_round_id)

    @strawberry.field
    async def next_round(self, info: Info) -> "Project | None":
        """The round that followed this one."""
        following = await info.context.load(read.next_rounds_by_project, self.row.id)
        return await self._other(info, following.id if following else None)

    async def _other(self, info: Info, project_id: UUID | None) -> "Project | None":
        row = await info.context.load(read.projects_by_id, project_id) if project_id else None
        return Project.of(row) if row and read.may_see(info.context.actor, row) else None

    @strawberry.field(description="开启后公开全部报价,竞价则在结束后。 All quotes, best first; null until then.")
    async def quotes(self, info: Info) -> list[Quote] | None:
        """Everybody's after the opening or the auction, nobody's before."""
        if self.row.opened_at is None:
            return None
        return [Quote.of(row) for row in await info.context.load(quotes.opened_by_project, self.row.id)]

    @strawberry.field(description="本机构自己的报价回执,新的在前。 The acting intermediary's own receipts, newest first.")
    async def my_quotes(self, info: Info) -> list[QuoteReceipt]:
        """Empty for everybody else."""
        return [QuoteReceipt.of(own) for own in await quote_service.own_quotes(info.context.actor, self.row.id)]

    @strawberry.field(description="流标的原因和家数。 Why the contest failed, with the counts; null unless it did.")
    async def failure(self, info: Info) -> Failure | None:
        """Reason code and counts, public after the opening."""
        if self.row.state != ProjectState.UNSUCCESSFUL:
            return None
        rows = await info.context.load(quotes.opened_by_project, self.row.id)
        return Failure.of(self.row, [not row.invalid_reason for row in rows])

    @strawberry.field(description="直接选取没有抽取，为 null。 Null where nothing is drawn: direct selection, old notices.")
    async def draw(self, info: Info) -> Draw | None:
        """The commitment from publication on, the transcript after the draw."""
        if "draw" not in self.row.terms:
            return None
        return Draw.of(self.row, await info.context.load(draws.draws_by_project, self.row.id))

    @strawberry.field(description="提问与答复。 Questions and answers; unanswered ones only for those concerned.")
    async def questions(self, info: Info) -> list[Question]:
        """In order."""
        rows = await info.context.load(questions.questions_by_project, self.row.id)
        return [Question.of(row) for row in rows if questions.may_see(info.context.actor, row)]

    @strawberry.field(
        description="多轮竞价;公布之前为 null。 The reverse auction; null until it is announced, and for other methods."
    )
    async def auction(self, info: Info) -> Auction | None:
        """From the opening of the quotes on."""
        row = await info.context.load(auctions.auctions_by_project, self.row.id)
        return Auction.of(row) if row else None

    @strawberry.field
    async def award(self, info: Info) -> Award | None:
        """The award, once there is one."""
        row = await info.context.load(awards.awards_by_project, self.row.id)
        return Award.of(row) if row else None


def _reads_unpublished(info: Info) -> bool:
    return isinstance(may(info.context.actor, Action.PROJECT_READ_UNPUBLISHED, Subject()), Allowed)
