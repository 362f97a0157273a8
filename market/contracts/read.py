"""Reads of contracts: their parties' own, the regulator's all."""

from collections.abc import Sequence
from uuid import UUID

from market.actors import Actor
from market.contracts.models import Contract
from market.permissions import Action, Allowed, Subject, may

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
