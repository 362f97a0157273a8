"""The last day for an agency to pay."""

from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest

from market.contracts.models import Contract
from market.contracts.read import payment_due_on
from market.parties.models import OrganisationKind


@pytest.mark.parametrize(
    ("kind", "accepted", "due"),
    [
        (OrganisationKind.AGENCY, date(2026, 11, 2), date(2026, 12, 2)),
        (OrganisationKind.AGENCY, date(2028, 1, 30), date(2028, 2, 29)),
        (OrganisationKind.AGENCY, date(1998, 1, 1), None),
        (OrganisationKind.AGENCY, None, None),
        (OrganisationKind.ENTERPRISE, date(2026, 11, 2), None),
    ],
)
def test_an_agency_pays_within_the_days_of_the_rule_in_force(
    kind: OrganisationKind, accepted: date | None, due: date | None
) -> None:
    """Thirty days after acceptance; nothing before it, for nobody else, and where no rule was in force yet."""
    contract = cast(Contract, SimpleNamespace(accepted_on=accepted, client=SimpleNamespace(kind=kind)))
    assert payment_due_on(contract) == due
