"""What anybody may know of an intermediary's past: published awards, contracts filed, awards given up. Nothing of what lost."""

from datetime import date

from market import clock
from market.actors import Role
from market.awards import forfeiture
from market.parties.models import HeldQualification
from tests import contest
from tests.contest import OPENS, member
from tests.schema.conftest import Execute

RECORD = """query($code: String!) {
  intermediary(code: $code) { code trackRecord { awards contracts forfeitures } }
  projects(filter: {supplierCode: $code}) { totalCount edges { node { code } } }
}"""


async def test_a_record_counts_awards_and_never_quotes(execute: Execute) -> None:
    """Before the opening everybody has nothing; after it the winner has one, the loser still nothing; given up it moves on."""
    buyer, first, second = await member(Role.AGENCY), await member(Role.INTERMEDIARY), await member(Role.INTERMEDIARY)
    project = await contest.published(buyer, await contest.agency_form(await member(Role.APPLICANT)))
    for bidder, amount in ((first, 100), (second, 200), (await member(Role.INTERMEDIARY), 300)):
        await contest.quoted(bidder, project, amount)

    async def record(actor: object) -> tuple[list[int], int]:
        answer = await execute(RECORD, code=await contest.code_of(actor))  # type: ignore[arg-type]
        assert answer.errors is None, answer.errors
        return list(answer.data["intermediary"]["trackRecord"].values()), answer.data["projects"]["totalCount"]

    with clock.fixed(contest.NOON):
        assert [await record(first), await record(second)] == [([0, 0, 0], 0), ([0, 0, 0], 0)]
    await contest.opened(project)
    with clock.fixed(OPENS):
        assert [await record(first), await record(second)] == [([1, 0, 0], 1), ([0, 0, 0], 0)]
        await forfeiture.decline_award(first, project.code, "人员不足")
        assert [await record(first), await record(second)] == [([0, 0, 1], 0), ([1, 0, 0], 1)]


async def test_only_intermediaries_are_in_their_list(execute: Execute) -> None:
    """An agency's code, an unknown one and no code at all are alike."""
    for code in (await contest.code_of(await member(Role.AGENCY)), contest.new_code(), "x", ""):
        assert (await execute(RECORD, code=code)).data["intermediary"] is None


async def test_held_qualifications_are_counted(execute: Execute) -> None:
    """By name, one for each holder; one that has run out is not held."""
    for name, until in (("测绘资质", None), ("测绘资质", None), ("工程设计资质", date(2021, 1, 1))):
        held = {"certificate_no": contest.new_code(), "valid_from": date(2020, 1, 1), "valid_to": until}
        holder = (await member(Role.INTERMEDIARY)).organisation_id
        await HeldQualification.create(organisation_id=holder, qualification=name, **held)
    answer = await execute("{ heldQualifications { qualification count } }")
    assert answer.data == {"heldQualifications": [{"qualification": "测绘资质", "count": 2}]}
