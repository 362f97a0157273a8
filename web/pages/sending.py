"""A page that is sent as a form, because it changes something or because what is asked belongs in no address."""

from graphql import OperationType
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from web.pages.engine import Page, Visit
from web.pages.operation import Variables


class Sending(Page):
    """POST only, a mutation; forms of other sites are refused by the guard, whole bodies within its limits arrive here."""

    kind = OperationType.MUTATION
    must_exist = False

    def route(self, path: str) -> Route:
        """Nothing is changed by a link."""
        return Route(path, self.serve, name=self.name, methods=["POST"])

    async def given(self, request: Request) -> QueryParams:
        """The form's fields. What is no text is replaced; the schema refuses what makes no sense."""
        return QueryParams((await request.body()).decode("utf-8", "replace"))

    def explorer(self, variables: Variables) -> str | None:
        """None: what was sent is in no address."""
        return None

    def answer(self, visit: Visit, body: str | bytes) -> Response:
        """Never kept: it may hold a receipt."""
        return HTMLResponse(body, headers={"Cache-Control": "no-store"})


class Asking(Sending):
    """The same with a query: a receipt opens what only its holder may read, so it stands in no address and no log."""

    kind = OperationType.QUERY

    def variables(self, visit: Visit, given: QueryParams) -> Variables:
        """What is left blank is blank, and found nowhere."""
        return dict.fromkeys(self.operation.types, "") | super().variables(visit, given)

    async def answered(self, visit: Visit) -> Response:
        """422 when nothing was typed."""
        response = await super().answered(visit)
        if "" in self.variables(visit, await self.given(visit.request)).values():
            response.status_code = 422
        return response
