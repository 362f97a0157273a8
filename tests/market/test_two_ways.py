"""One engine, two ways in: what the market records itself, and the same facts imported, give the same findings."""

import dataclasses
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE

from market import clock, db
from market.actors import SYSTEM, Actor, Role
from market.audit import sweep
from market.awards import service as awards
from market.awards.models import Award
from market.contracts import service as contracts
from market.contracts.models import Contract, ContractAmendment
from market.fees import records, service
from market.fees.forms import InvoiceForm, RecordFee, RecordRefund
from market.fees.models import Channel, EvidenceGrade, FeeRecord
from market.imports.service import ImportLedger, import_at_shell
from market.imports.tables import TABLES
from market.money import format_yuan
from market.parties import service as parties
from market.parties.models import Organisation, OrganisationKind, RelationKind
from market.projects.forms import CaseForm
from market.projects.models import Purpose
from market.rules import facts
from market.rules.engine import Verdict
from tests import contest, ledger_folders
from tests.contest import AGENCY_ITEM, CHOICE_ITEM, member
from tests.unit import ledger

AS_OF = date(2027, 3, 1)
PAID_AT = datetime(2026, 12, 20, 4, tzinfo=UTC)
RELATIONS = """(
    SELECT one.code, other.code, r.relation, r.since, r.until, r.source FROM party_relations r
    JOIN organisations one ON one.id = r.source_org_id JOIN organisations other ON other.id = r.target_org_id
) AS relations"""
SOURCES: dict[str, tuple[type, str]] = {
    "organisations": (facts.Organisation, records.ORGANISATIONS),
    "relations": (facts.Relation, RELATIONS),
    "cases": (facts.Case, records.CASES),
    "contracts": (facts.Contract, records.CONTRACTS),
    "amendments": (facts.Amendment, records.AMENDMENTS),
    "payments": (facts.Payment, records.PAYMENTS),
    "invoices": (facts.Invoice, records.INVOICES),
    "demands": (facts.Demand, records.DEMANDS),
}
Found = set[tuple[str, str, str, int | None, tuple[str, ...]]]


class Town:
    """An agency, an applicant, and those around them who may pay or be paid."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.codes: dict[str, str] = {}

    async def settle(self) -> None:
        """Everybody, and who is tied to whom."""
        self.agency, self.applicant = await member(Role.AGENCY), await member(Role.APPLICANT)
        self.regulator, self.operator = await member(Role.REGULATOR), await member(Role.OPERATOR)
        self.codes = {"agency": await contest.code_of(self.agency), "applicant": await contest.code_of(self.applicant)}
        kinds = {"association": OrganisationKind.ASSOCIATION, "centre": OrganisationKind.PUBLIC_INSTITUTION}
        for name in ("parent", "agent", "stranger", "association", "centre"):
            row = await Organisation.create(
                code=contest.new_code(), name=name, kind=kinds.get(name, OrganisationKind.ENTERPRISE), created_at=contest.NOON
            )
            self.codes[name] = row.code
        self.winner = await member(Role.INTERMEDIARY)
        self.codes["winner"] = await contest.code_of(self.winner)
        await self.tie("parent", RelationKind.CONTROLS, "applicant", until=self.rng.choice([None, date(2026, 12, 10)]))
        await self.tie("agent", RelationKind.AGENT_OF, "applicant")
        await self.tie("centre", RelationKind.SETTLES_FOR, "agency")
        await self.tie("agency", RelationKind.SUPERVISES, "association")

    async def tie(self, one: str, relation: RelationKind, other: str, until: date | None = None) -> None:
        """One relation, recorded by the operator."""
        form = parties.RecordRelation(self.codes[one], self.codes[other], relation, "登记", date(2020, 1, 1), until)
        await parties.record_relation(self.operator, form)

    async def case(self) -> None:
        """The agency's contract and the applicant's own in one case, and what was paid, invoiced and returned around them."""
        number = f"BJ-{uuid4().hex[:10]}"
        agency_case = CaseForm(number, "海域使用权审核", None, self.codes["applicant"])
        posted = contest.form(AGENCY_ITEM, case=agency_case, budget_line="2026-03")
        theirs = await self.contract(self.agency, posted, 3)
        own_case = CaseForm(number, "海域使用权审核", self.codes["agency"], None)
        purpose = self.rng.choice(list(Purpose))
        posted = contest.form(CHOICE_ITEM, case=own_case, purpose=purpose, told_not_obliged=True)
        own = await self.contract(self.applicant, posted, 1)
        for contract in (theirs, own):
            await self.later(contract)
            for _ in range(3):
                await self.pay(contract.contract_no, None)
        await self.pay(theirs.contract_no, None, payer="applicant")
        await self.pay(None, number, payer="applicant", payee="winner")
        await self.pay(None, number, payer="applicant", payee="association")

    async def contract(self, buyer: Actor, posted: Any, bidders: int) -> Contract:
        """A filed contract of the winner of all competitions."""
        project = await contest.published(buyer, posted)
        await contest.quoted(self.winner, project, 100)
        for more in range(1, bidders):
            await contest.quoted(await member(Role.INTERMEDIARY), project, 100 + more)
        await contest.opened(project)
        award = await Award.get(project_id=project.id).select_related("supplier")
        with clock.fixed(award.standstill_until):
            await awards.confirm_award(buyer, project.code)
        day = date(2026, 12, 5)
        form = contracts.FileContract(project.code, 100, self.codes["winner"], posted.item_code, day, day + timedelta(10))
        with clock.fixed(datetime(2026, 12, 7, tzinfo=UTC)):
            return await contracts.file_contract(buyer, form)

    async def later(self, contract: Contract) -> None:
        """Delivery, acceptance and amendments, which no use case records yet."""
        done = self.rng.choice([{}, {"delivered_on": date(2026, 12, 18)}, {"accepted_on": date(2026, 12, 19)}])
        if done:
            await Contract.filter(id=contract.id).update(**done)
        if self.rng.random() < 1 / 2:
            change = self.rng.choice([-10, 50])
            await ContractAmendment.create(contract=contract, filed_on=date(2026, 12, 8), amount_change_fen=change, reason="点位")

    async def pay(self, contract_no: str | None, case_no: str | None, **ends: str) -> None:
        """A payment by a random party, perhaps invoiced to another, perhaps returned, perhaps recorded by mistake."""
        payers = ["agency", "applicant", "parent", "agent", "stranger", "centre"]
        payer, payee = ends.get("payer") or self.rng.choice(payers), ends.get("payee", "winner")
        fen, on = self.rng.choice([40, 100, 103]), date(2026, 12, self.rng.randint(8, 20))
        hard = self.rng.random() < 1 / 2
        grade, channel = (EvidenceGrade.BANK, Channel.BANK_TRANSFER) if hard else (EvidenceGrade.DECLARATION, Channel.CASH)
        codes, buyer = (self.codes[payer], self.codes[payee]), self.codes[self.rng.choice(["agency", "applicant", payer])]
        invoice = InvoiceForm(uuid4().hex, on, "某单位", buyer, codes[1], fen) if self.rng.random() < 1 / 2 else None
        form = RecordFee(
            uuid4().hex, *codes, fen, on, channel, grade, "V-1" if hard else "", contract_no, case_no, invoice=invoice
        )
        with clock.fixed(PAID_AT):
            fee = (await service.record_fee(self.winner if contract_no else self.applicant, form)).fee
            await self.perhaps_undone(fee)

    async def perhaps_undone(self, fee: FeeRecord) -> None:
        """Returned in full or in part, or reversed, or left."""
        chance = self.rng.random()
        if chance < 1 / 4:
            fen = fee.amount_fen if chance < 1 / 8 else 1
            kind = (Channel.BANK_TRANSFER, EvidenceGrade.BANK, "R-1")
            await service.record_refund(self.regulator, RecordRefund(uuid4().hex, fee.record_no, fen, date(2026, 12, 20), *kind))
        elif chance < 1 / 3:
            await service.reverse_fee(self.regulator, fee.record_no, "记错了")


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    return format_yuan(value) if name.endswith("_yuan") else str(value)


async def exported() -> ledger_folders.Ledger:
    """Everything that is stored, as rows of a ledger."""
    tables: ledger_folders.Ledger = {"item_classes": [], "item_prices": []}
    for table, (kind, source) in SOURCES.items():
        names = [field.name for field in dataclasses.fields(kind)]
        columns = [c.name for c in TABLES[table].columns]
        told: Sequence[Any] = await records.rows_of(f"SELECT * FROM {source}")
        rows = [dict(zip(names, row, strict=True)) for row in told]
        tables[table] = [{c: _cell(c, row[c.replace("_yuan", "_fen")]) for c in columns} for row in rows]
    return tables


async def audited() -> Found:
    """What the rules of ledger.md find or cannot decide, in everything that is stored."""
    verdicts = [v for piece in await sweep.pieces() for v in await sweep.judge(piece, AS_OF)]
    return {_told(v) for v in verdicts if v.rule in ledger.RULES}


def _told(v: Verdict) -> tuple[str, str, str, int | None, tuple[str, ...]]:
    return v.rule, v.subject, str(v.certainty or v.outcome), v.amount_fen, v.missing


@pytest.mark.parametrize("seed", [1, 2])
async def test_recorded_or_imported_the_findings_are_the_same(
    database_url: str, other_url: str, shipped_catalogue: None, tmp_path: Path, seed: int
) -> None:
    """Contracts, payments, refunds, reversals, invoices and relations of a life cycle: rule, subject, certainty and amount agree."""
    EXECUTOR_CACHE.clear()
    async with await db.connect(database_url, shared=False):
        town = Town(seed)
        await town.settle()
        for _ in range(2):
            await town.case()
        await town.tie("association", RelationKind.HOLDS_SHARES, "winner")  # recorded late: before, it could not have quoted
        native, tables = await audited(), await exported()
    EXECUTOR_CACHE.clear()
    async with await db.connect(other_url, shared=False):
        await import_at_shell(SYSTEM, ImportLedger(ledger_folders.folder(tmp_path / "ledger", tables)))
        imported = await audited()
    assert native == imported
    assert {rule for rule, *_ in native} >= {"V01", "V03", "V04", "V06", "V17", "V21", "V25"}
