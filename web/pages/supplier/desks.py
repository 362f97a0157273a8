"""What the pages of intermediaries have in common: they are for intermediaries."""

from typing import Any

from web.pages.engine import Refused, Visit
from web.pages.operation import Variables
from web.pages.roles import RoleForm, RolePage


class SupplierPage(RolePage):
    """Signed in as an intermediary; others are told that it is for them."""

    roles = frozenset({"INTERMEDIARY"})


class SupplierForm(SupplierPage, RoleForm):
    """The same with forms."""


class OwnAward(SupplierForm):
    """404 unless the award that stands is the reader's own."""

    async def data(self, visit: Visit, variables: Variables) -> dict[str, Any]:
        """Raises Refused (403, 404)."""
        data = await super().data(visit, variables)
        award = data["project"]["award"]
        if award is None or award["supplier"]["code"] != data["viewer"]["actingFor"]["code"]:
            raise Refused(404)
        return data
