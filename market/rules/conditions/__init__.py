"""The conditions that rules are made of: small, named, pure; by what they ask about."""

from market.rules.conditions import contracts, demands, invoices, items, pairs, payments
from market.rules.conditions.base import CONDITIONS

__all__ = ["CONDITIONS", "contracts", "demands", "invoices", "items", "pairs", "payments"]
