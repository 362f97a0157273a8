"""Pages for those who act in certain roles; others are told so."""

from typing import Any, ClassVar

from schema.labels import LABELS, N_
from web import i18n
from web.pages.engine import Page, Refused, Visit
from web.pages.forms import Form
from web.pages.operation import Variables

_FOR = N_("能看这一页的身份：{roles}。")


class RolePage(Page):
    """``roles``: as the schema's enum has them; one of them is enough."""

    roles: ClassVar[frozenset[str]]

    def for_whom(self, lang: str) -> str:
        """The roles that this page is for, in words."""
        names = " / ".join(i18n.translate(lang, LABELS[role.lower()]) for role in sorted(self.roles))
        return i18n.translate(lang, _FOR).format(roles=names)

    async def data(self, visit: Visit, variables: Variables) -> dict[str, Any]:
        """Raises Refused (403)."""
        if visit.viewer is None or self.roles.isdisjoint(visit.viewer["roles"]):
            raise Refused(403, self.for_whom(visit.reader.lang))
        return await super().data(visit, variables)


class RoleForm(RolePage, Form):
    """The same with forms."""
