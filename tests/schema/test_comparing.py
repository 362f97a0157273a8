"""What one may compare intermediaries by: prices that were awarded, ties to offices of the state; what editions changed; the rulebook."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from market import clock
from market.actors import ANONYMOUS, SYSTEM, Actor, Role
from market.awards import forfeiture
from market.catalogue import service as catalogue
from market.catalogue import shipped
from market.parties import service as parties
from market.parties.models import RelationKind
from market.usecase import rulebook
from tests import contest
from tests.contest import AGENCY_ITEM, OPENS, member
from tests.schema.conftest import Execute

PRICES = """query($item: String!, $codes: [String!]!) {
  serviceItem(code: $item) { prices { projectCode amount serviceWorkingDays method contractFiled supplierCode supplierName } }
  comparedIntermediaries(codes: $codes) { code prices(itemCode: $item) { amount } }
}"""
RELATIONS = """query($c: [String!]!) { comparedIntermediaries(codes: $c) {
  relations { relation source { code } target { code } evidence } } }"""


async def test_prices_are_those_of_awards_that_stand(execute: Execute) -> None:
    """Nothing before the opening; then the winner's alone; given up, the next one's."""
    buyer, first, second = await member(Role.AGENCY), await member(Role.INTERMEDIARY), await member(Role.INTERMEDIARY)
    project = await contest.published(buyer, await contest.agency_form(await member(Role.APPLICANT)))
    for bidder, fen in ((first, 100), (second, 200), (await member(Role.INTERMEDIARY), 300)):
        await contest.quoted(bidder, project, fen)
    codes = [await contest.code_of(one) for one in (second, first)]

    async def told() -> Any:
        answer = await execute(PRICES, item=AGENCY_ITEM, codes=[*codes, "x"])
        assert answer.errors is None, answer.errors
        return answer.data["serviceItem"]["prices"], [row["prices"] for row in answer.data["comparedIntermediaries"]]

    with clock.fixed(contest.NOON):
        assert await told() == ([], [[], []])
    await contest.opened(project)
    with clock.fixed(OPENS):
        [price], own = await told()
        assert (price["projectCode"], price["amount"], price["supplierCode"]) == (project.code, "1.00", codes[1])
        assert (price["serviceWorkingDays"], price["method"], price["contractFiled"]) == (15, "LOWEST_PRICE", False)
        assert own == [[], [{"amount": "1.00"}]]
        await forfeiture.decline_award(first, project.code, "人员不足")
        [price], own = await told()
        assert (price["amount"], own) == ("2.00", [[{"amount": "2.00"}], []])


async def test_at_most_four_are_compared(execute: Execute) -> None:
    """In the order asked for, each once; an agency is none of them."""
    found = [await contest.code_of(await member(Role.INTERMEDIARY)) for _ in range(5)]
    agency = await contest.code_of(await member(Role.AGENCY))
    document = "query($c: [String!]!) { comparedIntermediaries(codes: $c) { code } }"

    async def told(*codes: str) -> list[str]:
        answer = await execute(document, c=list(codes))
        return [row["code"] for row in answer.data["comparedIntermediaries"]]

    assert await told(found[2], agency, found[0], found[2]) == [found[2], found[0]]
    assert await told(*found) == found[:4] and await told() == []


async def test_ties_to_offices_are_public_and_others_are_not(execute: Execute) -> None:
    """An agency's hold is everybody's to see; a shareholder is for the two and the supervisors."""
    operator, one = await member(Role.OPERATOR), await member(Role.INTERMEDIARY)
    agency, owner = await member(Role.AGENCY), await member(Role.APPLICANT)
    codes = {actor: await contest.code_of(actor) for actor in (one, agency, owner)}
    for who, kind in ((agency, RelationKind.SUPERVISES), (owner, RelationKind.HOLDS_SHARES)):
        await parties.record_relation(operator, parties.RecordRelation(codes[who], codes[one], kind, "工商登记"))

    async def told(actor: Actor) -> set[str]:
        answer = await execute(RELATIONS, actor, c=[codes[one]])
        [row] = answer.data["comparedIntermediaries"]
        assert all((tie["target"]["code"], tie["evidence"]) == (codes[one], "工商登记") for tie in row["relations"])
        return {tie["source"]["code"] for tie in row["relations"]}

    both = {codes[agency], codes[owner]}
    for actor in (one, owner, operator, await member(Role.REGULATOR)):
        assert await told(actor) == both
    for actor in (ANONYMOUS, agency, await member(Role.INTERMEDIARY), await member(Role.APPLICANT)):
        assert await told(actor) == {codes[agency]}


async def test_an_edition_tells_what_it_changed(execute: Execute, shipped_catalogue: None) -> None:
    """The first one brought all; the next one has another class, one item less."""
    lines = shipped.edition().content.decode("utf-8-sig").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("ZSZJ-08-001,")]
    changed = "".join(kept).replace(",applicant_choice,", ",mandatory,", 1)
    form = catalogue.LoadEdition(*shipped.edition())
    later = replace(form, content=changed.encode(), valid_from=date(2026, 12, 1), label="第二版")
    await catalogue.load_edition(SYSTEM, later)
    document = "{ editions { label changes { kind code name column before after } } }"
    assert (await execute("{ edition(number: 9) { label } }")).data == {"edition": None}
    newest, first = (await execute(document, lang="en")).data["editions"]
    assert {row["kind"] for row in first["changes"]} == {"ADDED"} and len(first["changes"]) == len(lines) - 1
    assert newest["label"] == "第二版"
    [moved, gone] = newest["changes"]
    assert (moved["kind"], moved["column"], moved["before"], moved["after"]) == (
        "CHANGED",
        "item_class",
        "applicant_choice",
        "mandatory",
    )
    assert (gone["kind"], gone["code"], gone["column"]) == ("REMOVED", "ZSZJ-08-001", "") and gone["name"].isascii()


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
async def test_the_rulebook_is_everybodys(execute: Execute, lang: str) -> None:
    """Each row of the file, with its source."""
    rows = (await execute("{ rulebook { name value unit since source } }", lang=lang)).data["rulebook"]
    assert len(rows) == len(rulebook().settings) and all(row["source"] for row in rows)
    assert {"standstill", "minimum_quotes_agency"} <= {row["name"] for row in rows}
