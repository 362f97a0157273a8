"""Avoidance, practitioners, suspension and witnesses through the API: what each reader is told, and what is public."""

from market import clock
from market.actors import ANONYMOUS, Role
from tests import contest
from tests.contest import NOON, OPENS, member
from tests.market.test_practitioners import ID
from tests.schema.conftest import Execute

LIST = """mutation($i: RecordAvoidanceInput!) { recordAvoidance(input: $i) { __typename ... on Avoidance { entry: code basis isInForce }
    ... on Error { message } } }"""
LISTED = "{ avoidances { totalCount edges { node { code reason agency { code } intermediary { code } } } } }"
QUOTE = """mutation($i: SubmitQuoteInput!) { submitQuote(input: $i) { __typename ... on QuoteReceipt { practitionerCodes }
    ... on OnAvoidanceList { entryCode ground reason basis until } ... on Error { message } } }"""
PERSON = """mutation($i: RegisterPractitionerInput!) { registerPractitioner(input: $i) { __typename ... on Practitioner { code name }
    ... on Error { message } } }"""
PEOPLE = "{ intermediaries(first: 100) { edges { node { code practitioners { code name certificateNo } } } } }"
SUSPEND = "mutation($i: SuspendAwardInput!) { suspendAward(input: $i) { __typename ... on Error { message } } }"
CONFIRM = """mutation($i: ConfirmAwardInput!) { confirmAward(input: $i) { __typename ... on AwardSuspended { suspensionCode reason }
    ... on Error { message } } }"""
WITNESS = "mutation($i: WitnessOpeningInput!) { witnessOpening(input: $i) { __typename ... on Error { message } } }"
NOTICE = """query($c: String!) { project(code: $c) { quotes { invalidReason practitionerCodes }
    award { suspensions { code reason liftedAt } witnesses { agrees organisation { code } } } } }"""


async def test_an_avoidance_entry_and_its_refusal(execute: Execute) -> None:
    """Recorded by the agency, read by the two sides, told to the bidder with reason and rule, hidden from everybody else."""
    agency, bidder = await member(Role.AGENCY), await member(Role.INTERMEDIARY)
    project = await contest.published(agency, await contest.agency_form(await member(Role.APPLICANT)))
    sides = {"agencyCode": await contest.code_of(agency), "intermediaryCode": await contest.code_of(bidder)}
    entry = sides | {"ground": "OFFICIAL_POST", "reason": "局长兼任监事", "since": "2026-11-01"}
    offer = {"idempotencyKey": "k", "projectCode": project.code, "amount": "1", "serviceWorkingDays": 9}
    with clock.fixed(NOON):
        made = (await execute(LIST, agency, i=entry)).data["recordAvoidance"]
        refused = (await execute(QUOTE, bidder, i=offer)).data["submitQuote"]
        seen = {actor: (await execute(LISTED, actor)).data["avoidances"] for actor in (agency, bidder, ANONYMOUS)}
    assert made["__typename"] == "Avoidance" and made["isInForce"]
    assert (refused["entryCode"], refused["ground"], refused["reason"]) == (made["entry"], "official_post", "局长兼任监事")
    assert refused["basis"] == made["basis"] and "公职人员任职或兼职" in refused["message"]
    assert [seen[actor]["totalCount"] for actor in (agency, bidder, ANONYMOUS)] == [1, 1, 0]
    assert seen[bidder]["edges"][0]["node"]["intermediary"] == {"code": sides["intermediaryCode"]}


async def test_a_practitioner_is_a_code_to_the_public(execute: Execute) -> None:
    """Named in a quote and published with it; the name is its intermediary's and the supervisors'."""
    bidder, operator = await member(Role.INTERMEDIARY), await member(Role.OPERATOR)
    project = await contest.published(await member(Role.APPLICANT), contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    person = {"organisationCode": await contest.code_of(bidder), "name": "张三", "title": "注册土木工程师"}
    person |= {"idNumber": ID, "certificateNo": "ZS-001"}
    offer = {"idempotencyKey": "k", "projectCode": project.code, "amount": "1", "serviceWorkingDays": 9}
    with clock.fixed(NOON):
        code = (await execute(PERSON, operator, i=person)).data["registerPractitioner"]["code"]
        again = (await execute(PERSON, operator, i=person)).data["registerPractitioner"]
        own = (await execute(QUOTE, bidder, i=offer | {"practitioners": [code]})).data["submitQuote"]
        named = [str((await execute(PEOPLE, reader)).data) for reader in (bidder, operator, ANONYMOUS, await member(Role.AGENCY))]
    assert again["__typename"] == "AlreadyRegistered" and own["practitionerCodes"] == [code]
    assert ["张三" in text and "ZS-001" in text for text in named] == [True, True, False, False]
    await contest.opened(project)
    public = (await execute(NOTICE, ANONYMOUS, c=project.code)).data["project"]
    assert public["quotes"] == [{"invalidReason": "", "practitionerCodes": [code]}]


async def test_a_suspension_and_a_witness_stand_on_the_notice(execute: Execute) -> None:
    """The buyer is refused with the reason; everybody reads the suspension, and who recomputed the outcome."""
    buyer, regulator = await member(Role.APPLICANT), await member(Role.REGULATOR)
    project = await contest.published(buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    await contest.quoted(await member(Role.INTERMEDIARY), project, 100)
    await contest.opened(project)
    with clock.fixed(OPENS):
        stopped = {"projectCode": project.code, "reason": "收到投诉"}
        assert (await execute(SUSPEND, regulator, i=stopped)).data["suspendAward"]["__typename"] == "Project"
        refused = (await execute(CONFIRM, buyer, i={"projectCode": project.code})).data["confirmAward"]
        witnessed = (await execute(WITNESS, regulator, i={"projectCode": project.code})).data["witnessOpening"]
        award = (await execute(NOTICE, ANONYMOUS, c=project.code)).data["project"]["award"]
    assert refused["reason"] == "收到投诉" and witnessed["__typename"] == "Project"
    assert award["suspensions"] == [{"code": refused["suspensionCode"], "reason": "收到投诉", "liftedAt": None}]
    assert award["witnesses"] == [{"agrees": True, "organisation": {"code": await contest.code_of(regulator)}}]
