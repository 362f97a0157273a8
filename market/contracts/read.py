"""Reads of contracts: their parties' own, the regulator's all."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from market.actors import Actor
from market.contracts.models import Contract
from market.parties.models import OrganisationKind
from market.permissions import Action, Allowed, Subject, may
from market.rules import rulebook as rules

_RELATED = ("client", "supplier", "case", "case__applicant", "case__agency", "award__project")


def subject(contract: Contract) -> Subject:
    """Client, supplier, and the case's applicant and agency: those whom the contract concerns."""
    case = contract.case
    return Subject.of(contract.client_id, contract.supplier_id, case and case.applicant_id, case and case.agency_id)


def may_see(actor: Actor, contract: Contract) -> bool:
    """Whether the actor may read it."""
    return isinstance(may(actor, Action.CONTRACT_READ, subject(contract)), Allowed)


async def contract_by_no(number: str) -> Contract | None:
    """A contract by its number, with its parties and case."""
    return await Contract.get_or_none(contract_no=number).select_related(*_RELATED)


async def contracts_by_id(ids: Sequence[UUID]) -> list[Contract | None]:
    """Contracts in key order, with their parties and case."""
    rows = {c.id: c for c in await Contract.filter(id__in=list(ids)).select_related(*_RELATED)}
    return [rows.get(i) for i in ids]


async def contracts_by_award(ids: Sequence[UUID]) -> list[Contract | None]:
    """The contract of each award, in key order."""
    rows = {c.award_id: c for c in await Contract.filter(award_id__in=list(ids)).select_related(*_RELATED)}
    return [rows.get(i) for i in ids]


PAYS_LATE = "V36"
"""The rule that says how many days an agency has to pay after acceptance."""


def payment_due_on(contract: Contract) -> date | None:
    """The last day for an agency to pay, None before acceptance and for other clients. Source: the rule in force on that day."""
    accepted = contract.accepted_on
    if accepted is None or contract.client.kind != OrganisationKind.AGENCY:
        return None
    rule = next((row for row in rules.default() if row.id == PAYS_LATE and row.in_force(accepted)), None)
    return accepted + timedelta(rule.values["days"]) if rule else None
