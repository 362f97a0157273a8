"""What the pages of intermediaries have in common: they are for intermediaries."""

from typing import Any

from web.pages.engine import Page, Refused, Visit
from web.pages.forms import Form
from web.pages.operation import Variables


class SupplierPage(Page):
    """Signed in as an intermediary; others are told that it is for them."""

    async def data(self, visit: Visit, variables: Variables) -> dict[str, Any]:
        """Raises Refused (403)."""
        if visit.viewer is None or "INTERMEDIARY" not in visit.viewer["roles"]:
            raise Refused(403)
        return await super().data(visit, variables)


class SupplierForm(SupplierPage, Form):
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
