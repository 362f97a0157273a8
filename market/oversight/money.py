"""What a case is about in money: pure sums over its findings, so that one fact found by three rules is counted once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from market.findings.models import Finding, FindingState
from market.rules import rulebook

_STANDING = (FindingState.OPEN, FindingState.PARTLY_REFUNDED)
NOMINAL = frozenset({"none", "agreed", "invoiced", "billed_above"})
"""Names of amounts that say how large a contract or an invoice is, not what somebody paid too much: no refund lowers them."""


@dataclass(frozen=True)
class Amounts:
    """In fen. ``missing``: what must still come back; ``owing``: whether any finding, not
    cleared, is about money that must come back.
    """

    at_issue_fen: int
    returned_fen: int
    missing_fen: int
    owing: bool


def owes_refund(finding: Finding) -> bool:
    """Whether the finding is about money that was paid; by the amount that its rule names. A rule that is gone counts as such."""
    return finding.amount_fen > 0 and _names_paid_money(finding.rule, finding.subject.partition(":")[0])


@cache
def _names_paid_money(rule: str, kind: str) -> bool:
    named = {row.amount for row in rulebook.default() if (row.id, row.subject) == (rule, kind)}
    return not named or bool(named - NOMINAL)


def amounts(findings: Iterable[Finding]) -> Amounts:
    """Of the findings of a case that were not rejected."""
    every = list(findings)
    owing = [f for f in every if owes_refund(f)]
    standing = [f for f in owing if f.state in _STANDING]
    return Amounts(
        at_issue_fen=_sum([f for f in every if f.state != FindingState.CLEARED], lambda f: f.amount_fen),
        returned_fen=_sum(owing, lambda f: f.refunded_fen),
        missing_fen=_sum(standing, lambda f: f.amount_fen - f.refunded_fen),
        owing=any(f.state != FindingState.CLEARED for f in owing),
    )


def _sum(findings: list[Finding], value: Callable[[Finding], int]) -> int:
    """Several rules about one payment: the largest. Several payments: their sum. The contract and its invoices speak of the same
    money as the payments, so the larger of the two counts.
    """
    largest: dict[str, int] = {}
    for finding in findings:
        largest[finding.subject] = max(largest.get(finding.subject, 0), value(finding))
    payments = sum(v for subject, v in largest.items() if subject.startswith("payment:"))
    return max([payments, *(v for subject, v in largest.items() if not subject.startswith("payment:"))])
