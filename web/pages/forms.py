"""Pages with forms: GET shows the page, POST to the same address does what the pressed button names (``_op``).

Done: 303, so that going back or again sends nothing twice, and the next page says what was done. Not done: 422, the same page
with everything as it was typed, each problem beside its field. Source: ui.md §2, §5.1, §5.2.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLInputType, GraphQLObjectType, get_nullable_type
from starlette.datastructures import ImmutableMultiDict
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from schema.labels import N_
from web import i18n
from web.pages import acting, elsewhere, templates
from web.pages.engine import DONE, Ask, Page, Refused, Site, View, Visit, door
from web.pages.operation import Operation, Variables
from web.pages.reading import Reading, problems
from web.pages.typed import BACK, CHECK, EDIT, Typed, kept, new_key, pressed, renewed, typed_in

Then = Callable[[dict[str, Any], Mapping[str, Any]], str]
"""Where to go afterwards, from the operation's result and the path."""

_WHOLE = "input"
"""The variable whose fields are the form's."""
_DONE_S = 60
_ANYBODY = frozenset({"SignIn", "RedeemAccessLink", "ActFor"})
"""Operations that say themselves for whom they are."""
_SPENT = "IdempotencyKeyReused"
_DONE_BEFORE = N_(
    "这份表单已经提交过一次，那一次办成了；这次的内容和那次不一样，没有提交。要另外再办一次，请再按一次提交；"
    "只是想改上次提交的，请先看它现在怎么样。"
)


_UNREAD = N_("有一项的内容太长，或者看不懂。请核对后重新提交。")


@dataclass(frozen=True)
class Sent:
    """One form as its template fills it: blank, or as it was typed with what is wrong with it.

    ``checking``: nothing was wrong and nothing is done yet, the sender looks over the answers first. ``result``: what was done, where
    it is shown at once because it is shown only once.
    """

    typed: Typed = field(default_factory=ImmutableMultiDict)
    errors: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    checking: bool = False
    result: Mapping[str, Any] | None = None
    key: str = field(default_factory=new_key)
    """For the hidden ``idempotencyKey``."""

    @property
    def is_sent(self) -> bool:
        """Whether this is what the reader has just sent."""
        return bool(self.typed)

    def value(self, name: str, otherwise: object = "") -> str:
        """What stands in the field."""
        if not self.is_sent:
            return "" if otherwise is None else str(otherwise)
        return self.typed.get(name, "")

    def values(self, name: str) -> list[str]:
        """What is chosen in a field that takes several."""
        return self.typed.getlist(name)

    def error(self, name: str) -> str:
        """What is wrong with the field, or with a part of it; "" when nothing is."""
        return next((text for at, text in self.errors.items() if at == name or at.startswith(f"{name}.")), "")

    def told(self, labels: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """Every problem: its field, what that or the whole that it is a part of is called ("": it has no name), what is wrong."""
        named = dict(labels)  # a template that gives none fails here, not when somebody errs
        return [(at, _called(at, named), text) for at, text in self.errors.items()]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What a page that asks once more hands on."""
        return [(name, text) for name, text in self.typed.multi_items() if not name.startswith("_")]


def _called(at: str, labels: Mapping[str, str]) -> str:
    while at and at not in labels:
        at = at.rpartition(".")[0]
    return labels.get(at, "")


class Form(Page):
    """A document with one query and any number of mutations.

    An operation's ``$input`` takes the form's fields under their own names; a part of the address that names a field of it wins.
    ``then``: operation → where to go when it is done, if not to the same page. ``shown``: operations whose result is shown at once.
    """

    def __init__(
        self,
        site: Site,
        name: str,
        view: View | None = None,
        ask: Ask | None = None,
        *,
        signed_in: bool = True,
        then: Mapping[str, Then] = MappingProxyType({}),
        shown: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(site, name, view, ask, signed_in=signed_in)
        self.mutations, self.then, self.shown = self.document.mutations, then, shown

    def route(self, path: str) -> Route:
        """Both ways."""
        return Route(path, self.serve, name=self.name, methods=["GET", "POST"])

    async def answered(self, visit: Visit) -> Response:
        """See the module."""
        if visit.request.method != "POST":
            return await super().answered(visit)
        typed = await typed_in(visit.request)
        operation = self.mutations.get(pressed(typed)[1])
        if operation is None:
            raise Refused(400)
        if BACK in typed:
            return await self.back(visit, operation, typed)
        if operation.name not in _ANYBODY and typed.get(acting.FIELD, acting.mark(visit.viewer)) != acting.mark(visit.viewer):
            return await elsewhere.refused(self.site, visit, typed)
        return await self.sent(visit, operation, typed)

    async def sent(self, visit: Visit, operation: Operation, typed: Typed) -> Response:
        """The form of somebody who still acts for whom it was opened."""
        if EDIT in typed:
            return await self.again(visit, operation, Sent(typed), 200)
        given = inputs(operation, typed, visit.request.path_params)
        if wrong := problems_of(operation, given):
            said = {at: i18n.translate(visit.reader.lang, text) for at, text in wrong.items()}
            return await self.again(visit, operation, Sent(typed, said), 422)
        if typed.get(CHECK):
            return await self.again(visit, operation, Sent(typed, checking=True), 200)
        return await self.do(visit, operation, typed, given)

    async def signed_out(self, visit: Visit) -> Response:
        """A form that was sent after the session's end is kept on a page that sends it once more: nothing is typed twice."""
        if visit.request.method != "POST":
            return await super().signed_out(visit)
        typed = await typed_in(visit.request)
        template = templates.environment(visit.reader.lang).get_template("resume.html")
        button, operation = pressed(typed)  # that the answers are to be checked first is carried, too
        view = visit.frame() | {"button": button, "operation": operation, "typed": kept(typed)}
        view |= {"door": door(visit.request), "explorer": None}
        return HTMLResponse(template.render(view), 401, {"Cache-Control": "no-store"})

    async def back(self, visit: Visit, operation: Operation, typed: Typed) -> Response:
        """Acts for whom the form was opened once more, and shows it as it was typed: nothing else is done."""
        visit = await elsewhere.returned(self.site, visit, typed.get(acting.FIELD, ""))
        response = await self.again(visit, operation, Sent(typed), 200)
        if visit.viewer is None:
            self.site.session.clear(response)
        return response

    async def do(self, visit: Visit, operation: Operation, typed: Typed, given: Variables) -> Response:
        """The operation, and what follows."""
        try:
            result = (await self.executed(visit, operation, given))[operation.root]
        except Refused as refused:
            if refused.status != 400:
                raise
            return await self.again(visit, operation, Sent(typed, {}, refused.reason or self._unread(visit)), 422)
        if self._is_error(result["__typename"]):
            errors = {problem["path"]: problem["message"] for problem in result.get("fields", ())}
            spent = result["__typename"] == _SPENT
            message = i18n.translate(visit.reader.lang, _DONE_BEFORE) if spent else result["message"]
            return await self.again(visit, operation, Sent(renewed(typed), errors, message), 422)
        if operation.name in self.shown:
            return await self.again(visit, operation, Sent(typed, result=result), 200)
        return self.went_well(visit, operation, result)

    def _unread(self, visit: Visit) -> str:
        return i18n.translate(visit.reader.lang, _UNREAD)

    def _is_error(self, typename: str) -> bool:
        kind = self.site.schema._schema.type_map[typename]
        return isinstance(kind, GraphQLObjectType) and any(i.name == "Error" for i in kind.interfaces)

    def went_well(self, visit: Visit, operation: Operation, result: dict[str, Any]) -> Response:
        """To the next page, which says that it is done."""
        then, url = self.then.get(str(operation.name)), visit.request.url
        here = url.path + (f"?{url.query}" if url.query else "")
        response = RedirectResponse(then(result, visit.request.path_params) if then else here, 303)
        response.set_cookie(
            DONE, str(operation.name), max_age=_DONE_S, httponly=True, samesite="lax", secure=self.site.session.secure
        )
        return response

    async def again(self, visit: Visit, operation: Operation, sent: Sent, status: int) -> Response:
        """The page with the form as it was sent."""
        variables = self.variables(visit, await self.given(visit.request))
        data = await self.data(visit, variables)
        body = self.render(visit, data, variables, {"form": lambda name: sent if name == operation.name else Sent()})
        return HTMLResponse(body, status, {"Cache-Control": "no-store"})

    def render(
        self, visit: Visit, data: dict[str, Any], variables: Variables, more: Mapping[str, Any] = MappingProxyType({})
    ) -> str:
        """With the page's forms, blank unless one was sent."""
        return super().render(visit, data, variables, {"form": lambda _name: Sent()} | dict(more))


def inputs(operation: Operation, typed: Typed, path: Mapping[str, Any]) -> Variables:
    """The operation's variables, from what was typed and from the address."""
    pairs = [(name, text) for name, text in typed.multi_items() if name not in path]
    reading = Reading(ImmutableMultiDict(pairs + [(name, str(value)) for name, value in path.items()]))
    found = {name: _given(reading, kind, name) for name, kind in operation.types.items()}
    return {name: value for name, value in found.items() if value is not None}


def _given(reading: Reading, kind: GraphQLInputType, name: str) -> Any:
    bare = get_nullable_type(kind)
    return reading.object(bare) if name == _WHOLE and isinstance(bare, GraphQLInputObjectType) else reading.value(kind, name)


def problems_of(operation: Operation, given: Variables) -> dict[str, str]:
    """Name of a form's field → what is wrong with it."""
    found: dict[str, str] = {}
    for name, kind in operation.types.items():
        found |= problems(kind, given.get(name), "" if name == _WHOLE else name)
    return found
