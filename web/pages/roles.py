"""Pages for those who act in certain roles; others are told so."""

from typing import Any, ClassVar

from web.pages.engine import Page, Refused, Visit
from web.pages.forms import Form
from web.pages.operation import Variables


class RolePage(Page):
    """``roles``: as the schema's enum has them; one of them is enough."""

    roles: ClassVar[frozenset[str]]

    async def data(self, visit: Visit, variables: Variables) -> dict[str, Any]:
        """Raises Refused (403)."""
        if visit.viewer is None or self.roles.isdisjoint(visit.viewer["roles"]):
            raise Refused(403)
        return await super().data(visit, variables)


class RoleForm(RolePage, Form):
    """The same with forms."""
