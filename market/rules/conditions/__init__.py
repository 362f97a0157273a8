"""The conditions that rules are made of: small, named, pure; by what they ask about."""

from market.rules.conditions import awards, contracts, demands, entry, invoices, items, pairs, parts, payments, trails
from market.rules.conditions.base import CONDITIONS, PARAMETERS

__all__ = ["CONDITIONS", "PARAMETERS", "awards", "contracts", "demands", "entry"]
__all__ += ["invoices", "items", "pairs", "parts", "payments", "trails"]
