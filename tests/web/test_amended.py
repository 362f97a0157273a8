"""A notice that changes after a quote came in: its bidder is told what changed, and when the quote does not count any more."""

from datetime import timedelta

from market import clock
from market.actors import Actor, Role
from market.projects.forms import AmendProject
from market.projects.models import Project
from market.projects.service import amend_project
from schema.context import Context
from schema.schema import schema
from tests import contest
from tests.contest import NOON, member
from tests.web.inside import inside

LATER = NOON + timedelta(hours=1)
ASK = """query P($c: String!) { project(code: $c) { myQuotes { amount invalidReason }
    amendedSinceMyQuote { changes { field before after } } } }"""


async def lowered(bidder: Actor, dearer: Actor) -> Project:
    """A notice without a ceiling, two quotes, then a ceiling between them and another title."""
    buyer = await member(Role.APPLICANT)
    project = await contest.published(buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    await contest.quoted(bidder, project, 400_00)
    await contest.quoted(dearer, project, 600_00)
    with clock.fixed(LATER):
        return await amend_project(
            buyer, AmendProject(project.code, project.version, "预算核减", title="None", ceiling_fen=500_00)
        )


async def test_a_lowered_ceiling_is_told_to_whom_it_shuts_out(database: str, shipped_catalogue: None) -> None:
    """Each learns what changed and whether its own quote still counts; who has none learns nothing of anybody's."""
    bidder, dearer, stranger = [await member(Role.INTERMEDIARY) for _ in range(3)]
    project = await lowered(bidder, dearer)
    changed = [{"field": "title", "before": "某项目", "after": "None"}, {"field": "ceiling", "before": "", "after": "500.00"}]
    told = [{"changes": changed}]
    expected = {
        bidder: {"myQuotes": [{"amount": "400.00", "invalidReason": ""}], "amendedSinceMyQuote": told},
        dearer: {"myQuotes": [{"amount": "600.00", "invalidReason": "above_ceiling"}], "amendedSinceMyQuote": told},
        stranger: {"myQuotes": [], "amendedSinceMyQuote": []},
    }
    with clock.fixed(LATER):
        for actor, own in expected.items():
            answer = await schema.execute(ASK, {"c": project.code}, context_value=Context(actor=actor))
            assert answer.data == {"project": own}


async def test_the_pages_of_a_bidder_warn_it(database: str, shipped_catalogue: None) -> None:
    """The receipt and the desk; a quote that replaces it is warned of nothing."""
    bidder, dearer = [await member(Role.INTERMEDIARY) for _ in range(2)]
    project = await lowered(bidder, dearer)
    path = f"/projects/{project.code}/quote"
    with clock.fixed(LATER):
        async with inside(dearer) as reader:
            page, desk = (await reader.get(path)).text, (await reader.get("/my/quotes")).text
        async with inside(bidder) as reader:
            kept = (await reader.get(path)).text
    assert all("您报价之后，公告改了" in text and "¥500" in text and "预算核减" in text for text in (page, desk, kept))
    assert "您的报价高于现在的最高限价" in page and "您的报价仍然有效" in kept and "到开启时无效" not in kept
    with clock.fixed(LATER + timedelta(minutes=1)):
        await contest.quoted(dearer, project, 450_00, at=LATER + timedelta(minutes=1))
        async with inside(dearer) as reader:
            assert "您报价之后，公告改了" not in (await reader.get(path)).text + (await reader.get("/my/quotes")).text
