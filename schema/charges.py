"""Self-check of a charge in the API: anybody asks whether it is lawful, who must pay, and what to do."""

from datetime import date
from typing import Any, Self

import strawberry

from market.catalogue.liability import PayerKind
from market.catalogue.models import ItemClass
from market.clock import local_date
from market.fees import charge as pure
from market.fees import checking
from market.fees.charge import Charged, ChargeVerdict, DemandReason
from market.rules import rulebook
from market.rules.engine import Verdict
from schema.context import Context, Info
from schema.findings import Rule
from schema.scalars import Yuan

strawberry.enum(Charged, name="ChargedParty", description="被要求付钱的人:申请人 · 审批部门 · 其他人。 Who is asked to pay.")
strawberry.enum(
    DemandReason,
    description="对方的理由:缺材料 · 不是中介出具 · 必须用某家机构 · 其他。 The reason that was given.",
)
strawberry.enum(
    ChargeVerdict,
    description="该付 · 不合法 · 没有义务付 · 说不准。 Lawful, unlawful, you need not, cannot be told.",
)


@strawberry.type(description="该谁付费。 Who must pay by law.")
class ChargePayer:
    """``kind`` is null where it cannot be told."""

    kind: PayerKind | None
    explanation: str
    legal_basis: list[str]


@strawberry.type(description="一条规则认为不对的地方。 What one rule finds wrong with it.")
class ChargeFinding:
    """``because``: by what was said; records are not consulted."""

    rule: Rule
    because: list[str]
    legal_basis: list[str]
    remedy: str

    @classmethod
    def of(cls, check: pure.ChargeCheck, finding: Verdict, row: rulebook.Rule, context: Context) -> Self:
        """From what the engine says."""
        rule = Rule.of(row, context)
        because = check.because(finding, context.lang)
        return cls(rule=rule, because=because, legal_basis=rule.legal_basis, remedy=rule.remedy)


@strawberry.type(description="自查结果:合法吗、谁付、能不能不付、怎么办。 Is it lawful, who pays, may I refuse, what can I do.")
class ChargeCheck:
    """By the same rules as every audit. ``mayRefuse`` is null where it cannot be told; ``complaintText``: what to say when you
    complain, so that nothing is typed twice."""

    item_code: str
    item_name: str | None
    item_class: ItemClass | None
    on: date
    verdict: ChargeVerdict
    payer: ChargePayer
    may_refuse: bool | None
    may_prepare_yourself: bool
    findings: list[ChargeFinding]
    what_to_do: list[str]
    missing: list[str]
    complaint_text: str

    @classmethod
    def of(cls, check: pure.ChargeCheck, context: Context) -> Self:
        """In the reader's language."""
        rows = [(f, rulebook.row(f.rule, f.version, f.subject.partition(":")[0])) for f in check.findings]
        return cls(
            item_code=check.charge.code,
            item_name=context.pick(check.listed.name_zh, check.listed.name_en) or None,
            item_class=check.item_class,
            on=check.charge.on,
            verdict=check.verdict,
            payer=_payer(check, context),
            may_refuse=check.may_refuse,
            may_prepare_yourself=check.owed.may_prepare_itself if check.owed else False,
            findings=[ChargeFinding.of(check, f, row, context) for f, row in rows if row],
            what_to_do=check.what_to_do(context.lang),
            missing=check.missing(context.lang),
            complaint_text=check.complaint(context.lang),
        )


def _payer(check: pure.ChargeCheck, context: Context) -> ChargePayer:
    owed = check.owed
    if owed is None:
        return ChargePayer(kind=None, explanation=pure.say("payer", "unknown", context.lang), legal_basis=[])
    return ChargePayer(
        kind=owed.payer,
        explanation=context.pick(owed.explanation_zh, owed.explanation_en),
        legal_basis=list(owed.legal_basis_en if context.lang.startswith("en") else owed.legal_basis),
    )


@strawberry.input(description="一次收费或要求,与 checkCharge 的参数相同。 The arguments of checkCharge, to be handed over.")
class ChargeInput:
    """``on``: when it was demanded or paid, today unless said."""

    item_code: str
    payer_kind: Charged = Charged.APPLICANT
    on: date | None = None
    demand_reason: DemandReason = DemandReason.OTHER
    named_supplier: str | None = None
    amount: Yuan | None = None
    paid: bool = False

    def charge(self, today: date) -> pure.Charge:
        """As the domain takes it."""
        values: dict[str, Any] = {"named_supplier": self.named_supplier or "", "amount_fen": self.amount, "paid": self.paid}
        return pure.Charge(self.item_code, self.payer_kind, self.on or today, self.demand_reason, **values)


@strawberry.type
class Queries:
    """The self-check; open to everybody, nothing is kept."""

    @strawberry.field(description="有人要我付钱,合法吗?不用登录,不留记录。 Is this charge lawful? Anonymous, nothing is kept.")
    async def check_charge(
        self,
        info: Info,
        item_code: str,
        payer_kind: Charged = Charged.APPLICANT,
        on: date | None = None,
        demand_reason: DemandReason = DemandReason.OTHER,
        named_supplier: str | None = None,
        amount: Yuan | None = None,
        paid: bool = False,
    ) -> ChargeCheck:
        """By the rules in force on the day (today)."""
        today = local_date(await info.context.now())
        asked = pure.Charge(item_code, payer_kind, on or today, demand_reason, named_supplier or "", amount, paid)
        return ChargeCheck.of(await checking.check_charge(asked, today), info.context)
