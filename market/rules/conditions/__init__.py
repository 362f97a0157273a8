"""The conditions that rules are made of: small, named, pure; by what they ask about."""

from market.rules.conditions import contracts, demands, invoices, items, pairs, payments
from market.rules.conditions.base import CONDITIONS, PARAMETERS

__all__ = ["CONDITIONS", "PARAMETERS", "contracts", "demands", "invoices", "items", "pairs", "payments"]
