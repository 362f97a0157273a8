"""Parties and what is registered of them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Self, cast

import strawberry
from strawberry import relay

from market import errors
from market.actors import Role
from market.awards import prices
from market.awards import read as awards
from market.clock import local_date
from market.parties import models, read, service
from market.parties.models import OrganisationKind, RelationKind
from market.practitioners import read as practitioner_reads
from market.ratings import read as ratings
from market.ratings import stars
from market.text import typed_code, without_numbers
from market.usecase import rulebook
from schema.context import Info
from schema.errors import result
from schema.inputs import node_key
from schema.pagination import Connection, Page, connection
from schema.practitioners import Practitioner
from schema.prices import AwardedPrice

MOST_COMPARED = 4
"""A page cannot show more side by side."""

strawberry.enum(Role)


strawberry.enum(OrganisationKind)


strawberry.enum(RelationKind)


@strawberry.type(description="登记的资质。 A qualification that an intermediary holds.")
class HeldQualification:
    """With its certificate and dates."""

    qualification: str
    level: str
    certificate_no: str
    valid_from: date
    valid_to: date | None


@strawberry.type(description="信用分,在别处公布。 A score (0-100) that was published elsewhere, with its source.")
class CreditScore:
    """The newest; a notice takes the one before its own publication."""

    points: int
    source: str
    recorded_at: datetime


@strawberry.type(description="一个资质和持有的机构数。 A qualification and how many intermediaries hold it today.")
class QualificationCount:
    """By its catalogue name."""

    qualification: str
    count: int


@strawberry.type(description="中选、合同备案和弃选的次数。 How often it won, filed a contract, gave an award up; public.")
class TrackRecord:
    """``awards``: those that stand, the ones with a filed contract among them."""

    awards: int
    contracts: int
    forfeitures: int


@strawberry.type(description="星级。 What clients' ratings come to; rules in the rulebook.")
class Stars:
    """``count``: ratings that stand. ``value``: 1 to 5, like "4.2"; null below ``minimum`` ratings of the last 24 months."""

    count: int
    value: str | None
    minimum: int


@strawberry.type(description="单位或自然人。 A party; a natural person's name is shown only to those it concerns.")
class Organisation(relay.Node):
    """``code``: unified social credit code, or P + pseudonym."""

    id: relay.NodeID[str]
    row: strawberry.Private[models.Organisation]
    code: str
    kind: OrganisationKind

    @classmethod
    def of(cls, row: models.Organisation) -> Self:
        """From its row."""
        return cls(id=cast(Any, str(row.id)), row=row, code=row.code, kind=OrganisationKind(row.kind))

    @classmethod
    async def resolve_nodes(cls, *, info: Info, node_ids: Iterable[str], required: bool = False) -> list[Self | None]:  # type: ignore[override]
        """By global id."""
        return [cls.of(row) if row else None for row in await read.organisations_by_id([node_key(i) for i in node_ids])]

    @strawberry.field
    async def name(self, info: Info) -> str:
        """The name; for a natural person, to others, the code."""
        return self.row.name if read.may_see_name(info.context.actor, self.row) else self.row.code

    @strawberry.field
    async def qualifications(self, info: Info) -> list[HeldQualification]:
        """Registered qualifications."""
        plain = ("qualification", "level", "certificate_no", "valid_from", "valid_to")
        rows = await info.context.load(read.qualifications_by_organisation, self.row.id)
        return [HeldQualification(**{name: getattr(row, name) for name in plain}) for row in rows]

    @strawberry.field(description="从业人员,只给本机构、运营和监管;其他人为空。 Empty for others.")
    async def practitioners(self, info: Info) -> list[Practitioner]:
        """Those of before, too."""
        if not practitioner_reads.may_read(info.context.actor, self.row):
            return []
        rows = await info.context.load(practitioner_reads.practitioners_by_organisation, self.row.id)
        return [Practitioner.of(row) for row in rows]

    @strawberry.field
    async def credit_score(self, info: Info) -> CreditScore | None:
        """The newest published score; null where none is on record."""
        row = await info.context.load(read.credit_scores_by_organisation, self.row.id)
        return CreditScore(points=row.points, source=row.source, recorded_at=row.recorded_at) if row else None

    @strawberry.field(description="委托方评价的星级。 The stars that its clients gave it, older ones weighing less.")
    async def stars(self, info: Info) -> Stars:
        """A Bayesian mean; anybody can compute it again from the list of ratings and the rulebook."""
        now = await info.context.now()
        rules, standing = ratings.terms(rulebook(), now), await info.context.load(ratings.standing_by_intermediary, self.row.id)
        found = ratings.summary(standing, rules, now)
        return Stars(count=found.count, value=stars.shown(found.value) if found.value else None, minimum=rules.minimum)

    @strawberry.field(description="在本平台的成交记录。 What it won here; published awards alone.")
    async def track_record(self, info: Info) -> TrackRecord:
        """Zeros where there is nothing yet."""
        return TrackRecord(**vars(await info.context.load(awards.records_by_supplier, self.row.id)))

    @strawberry.field(
        description="这一项的成交价,新的在前,至多 24 次。 What it was awarded this item for, newest first, at most 24."
    )
    async def prices(self, info: Info, item_code: str) -> list[AwardedPrice]:
        """Empty where it never was."""
        rows = await info.context.load(prices.prices_by_supplier_and_item, (self.row.id, typed_code(item_code)))
        return [AwardedPrice.of(row) for row in rows]

    @strawberry.field(
        description="登记的关系:中介机构与机关、事业单位、社会组织的,人人可看;其他的只给双方、运营和监管。"
        " With offices of the state: public; others: for the two ends and supervisors."
    )
    async def relations(self, info: Info) -> list[Annotated["PartyRelation", strawberry.lazy(".parties")]]:
        """Of any time, with their dates."""
        rows = await info.context.load(read.relations_by_organisation, self.row.id)
        return [PartyRelation.of(row) for row in rows if read.may_see_relation(info.context.actor, row)]


@strawberry.type(description="登记的单位关系及来源。 A relation on record, with its source.")
class PartyRelation:
    """From the stronger to the weaker side; empty dates are open."""

    relation: RelationKind
    source: Organisation
    target: Organisation
    since: date | None
    until: date | None
    evidence: str

    @classmethod
    def of(cls, row: models.PartyRelation) -> Self:
        """From its row, loaded with both ends."""
        ends = {"source": Organisation.of(row.source_org), "target": Organisation.of(row.target_org)}
        return cls(
            relation=RelationKind(row.relation), since=row.since, until=row.until, evidence=without_numbers(row.source), **ends
        )


@strawberry.type(
    description="委托书。 Lets a helper act for a principal until a moment; signing, awarding and paying stay with the principal."
)
class Mandate:
    """``evidence``: where the signed paper or the person's own word is found."""

    helper_login: str
    helper_name: str
    principal: Organisation
    principal_name: str
    since: datetime
    until: datetime
    evidence: str

    @classmethod
    def of(cls, row: models.Mandate) -> Self:
        """From its row, loaded with helper and principal: who holds a mandate knows for whom."""
        return cls(
            helper_login=row.helper.login,
            helper_name=row.helper.display_name,
            principal=Organisation.of(row.principal),
            principal_name=row.principal.name,
            since=row.since,
            until=row.until,
            evidence=row.evidence,
        )


@strawberry.type
class Done:
    """It was done."""

    ok: bool = True


@strawberry.input
class RegisterOrganisationInput:
    """``idNumber``: a natural person's, checked and hashed, never stored; then leave ``code`` out."""

    name: str
    kind: OrganisationKind
    code: str | None = None
    department_code: str | None = None
    id_number: str | None = None


@strawberry.input
class RecordQualificationInput:
    """A certificate that was checked."""

    organisation_code: str
    qualification: str
    certificate_no: str
    valid_from: date
    valid_to: date | None = None
    level: str = ""


@strawberry.input
class RecordRelationInput:
    """A dated relation with its source."""

    from_code: str
    to_code: str
    relation: RelationKind
    source: str
    since: date | None = None
    until: date | None = None


@strawberry.type
class Queries:
    """Reads of parties."""

    @strawberry.field(description="中介机构。 Intermediaries, by name, code prefix or qualification.")
    async def intermediaries(
        self, info: Info, search: str | None = None, qualification: str | None = None, first: int = 20, after: str | None = None
    ) -> Connection[Organisation]:
        """One page, in the order of their codes."""
        page, on = Page.of(first, after), local_date(await info.context.now())
        start = page.after_keys(str)
        rows = await read.list_intermediaries(search, qualification, on, start[0] if start else None, page.limit + 1)
        count = lambda: read.count_intermediaries(search, qualification, on)  # noqa: E731
        return connection(rows, page, Organisation.of, lambda row: [row.code], count)

    @strawberry.field(description="一家中介机构;没有时为 null。 Null when there is no such intermediary.")
    async def intermediary(self, info: Info, code: str) -> Organisation | None:
        """By its code."""
        row = await read.intermediary_by_code(code, local_date(await info.context.now()))
        return Organisation.of(row) if row else None

    @strawberry.field(
        description="并排看的几家中介机构:前 4 个代码,不是中介机构的略去。 Several side by side: the first 4 codes, without unknown ones."
    )
    async def compared_intermediaries(self, info: Info, codes: list[str]) -> list[Organisation]:
        """In the order asked for."""
        on = local_date(await info.context.now())
        return [Organisation.of(row) for row in await read.intermediaries_by_code(codes[:MOST_COMPARED], on)]

    @strawberry.field(description="中介机构今天持有的资质。 Qualifications that intermediaries hold today.")
    async def held_qualifications(self, info: Info) -> list[QualificationCount]:
        """By name."""
        counts = await read.qualification_counts(local_date(await info.context.now()))
        return [QualificationCount(qualification=name, count=count) for name, count in counts]


@strawberry.type
class Mutations:
    """Writes of parties."""

    @result("RegisterOrganisationResult", Organisation, errors.AlreadyRegistered)
    async def register_organisation(self, info: Info, input: RegisterOrganisationInput) -> Organisation:
        """登记单位或自然人。 By the operator."""
        return Organisation.of(
            await service.register_organisation(info.context.actor, service.RegisterOrganisation(**vars(input)))
        )

    @result("RecordQualificationResult", Done, errors.AlreadyRegistered)
    async def record_qualification(self, info: Info, input: RecordQualificationInput) -> Done:
        """登记资质。 By the operator."""
        await service.record_qualification(info.context.actor, service.RecordQualification(**vars(input)))
        return Done()

    @result("RecordRelationResult", Done, errors.AlreadyRegistered, errors.SelfDealing)
    async def record_relation(self, info: Info, input: RecordRelationInput) -> Done:
        """登记关系。 By the operator, with its source."""
        await service.record_relation(info.context.actor, service.RecordRelation(**vars(input)))
        return Done()
