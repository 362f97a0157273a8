"""Approval cases in the API, and what a project is for."""

from typing import Self

import strawberry

from market.projects import models
from market.projects.models import Purpose
from schema.parties import Organisation

strawberry.enum(Purpose)


@strawberry.type(description="办件。 The approval case; its parties, the operator and the regulator see it.")
class ApprovalCase:
    """An applicant's application at an agency."""

    row: strawberry.Private[models.ApprovalCase]
    case_no: str
    approval_item: str
    object: str

    @classmethod
    def of(cls, row: models.ApprovalCase) -> Self:
        """From its row, loaded with agency and applicant."""
        return cls(row=row, case_no=row.case_no, approval_item=row.approval_item, object=row.object)

    @strawberry.field
    async def agency(self) -> Organisation:
        """The approving agency."""
        return Organisation.of(self.row.agency)

    @strawberry.field
    async def applicant(self) -> Organisation:
        """The applicant."""
        return Organisation.of(self.row.applicant)
