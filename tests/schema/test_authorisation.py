"""Every mutation × every role × {anonymous, stranger}: a denial returns nothing, writes nothing, logs nothing."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLInputObjectType, GraphQLNonNull, get_named_type
from graphql.type import GraphQLField
from strawberry import relay

from market import clock
from market.actors import ANONYMOUS, Actor, Role
from market.awards import objections
from market.fees import service as fees
from market.fees.forms import RecordFee
from market.fees.models import Channel, EvidenceGrade
from market.frameworks import service as frameworks
from market.log.models import LogEntry
from market.permissions import GRANTS, Action, Relation
from market.projects import questions
from market.ratings.stars import MARKS
from schema.schema import schema
from tests import contest, factories_frameworks, factories_measures, factories_oversight, factories_ratings
from tests.contest import NOON, member
from tests.market.test_barred import listed
from tests.schema.conftest import Execute

OPEN_TO_ALL = {"signIn", "redeemAccessLink", "fileComplaint", "witnessCheckpoint"}
"""Mutations that start without an account."""
ACTIONS = {
    "postProject": Action.PROJECT_POST,
    "submitForReview": Action.PROJECT_EDIT,
    "amendProject": Action.PROJECT_EDIT,
    "withdrawProject": Action.PROJECT_EDIT,
    "reviewProject": Action.PROJECT_REVIEW,
    "askQuestion": Action.QUESTION_ASK,
    "answerQuestion": Action.QUESTION_ANSWER,
    "postFramework": Action.FRAMEWORK_POST,
    "reviewFramework": Action.FRAMEWORK_REVIEW,
    "enterFramework": Action.FRAMEWORK_ENTER,
    "decideEntry": Action.FRAMEWORK_ADMIT,
    "leaveFramework": Action.FRAMEWORK_ENTER,
    "submitQuote": Action.QUOTE_SUBMIT,
    "commitQuote": Action.QUOTE_SUBMIT,
    "revealQuote": Action.QUOTE_SUBMIT,
    "withdrawQuote": Action.QUOTE_SUBMIT,
    "registerPractitioner": Action.ORGANISATION_REGISTER,
    "endPractitioner": Action.ORGANISATION_REGISTER,
    "recordAvoidance": Action.AVOIDANCE_RECORD,
    "liftAvoidance": Action.AVOIDANCE_LIFT,
    "revealNonce": Action.QUOTE_SUBMIT,
    "recordBeacon": Action.BEACON_RECORD,
    "confirmBeacon": Action.BEACON_CONFIRM,
    "placeBid": Action.AUCTION_BID,
    "confirmAward": Action.AWARD_CONFIRM,
    "nameEvaluators": Action.AWARD_NAME_EVALUATORS,
    "submitScores": Action.AWARD_SCORE,
    "pickSupplier": Action.AWARD_PICK,
    "recordCreditScore": Action.CREDIT_RECORD,
    "raiseObjection": Action.OBJECTION_RAISE,
    "answerObjection": Action.OBJECTION_ANSWER,
    "annulAward": Action.AWARD_ANNUL,
    "declineAward": Action.AWARD_DECLINE,
    "forfeitAward": Action.AWARD_FORFEIT,
    "suspendAward": Action.AWARD_SUSPEND,
    "liftSuspension": Action.SUSPENSION_LIFT,
    "witnessOpening": Action.OPENING_WITNESS,
    "fileContract": Action.CONTRACT_FILE,
    "recordDelivery": Action.CONTRACT_DELIVER,
    "acceptDelivery": Action.CONTRACT_ACCEPT,
    "rateService": Action.RATING_GIVE,
    "replyToRating": Action.RATING_REPLY,
    "appealRating": Action.RATING_REPLY,
    "decideRatingAppeal": Action.RATING_DECIDE,
    "proposeMeasure": Action.MEASURE_PROPOSE,
    "stateCase": Action.MEASURE_ANSWER,
    "decideMeasure": Action.MEASURE_DECIDE,
    "appealMeasure": Action.MEASURE_ANSWER,
    "decideMeasureAppeal": Action.MEASURE_DECIDE,
    "liftMeasure": Action.MEASURE_DECIDE,
    "recordFee": Action.FEE_RECORD,
    "recordRefund": Action.FEE_REFUND,
    "reverseFee": Action.FEE_REVERSE,
    "declareFee": Action.FEE_DECLARE,
    "signOut": Action.SESSION_USE,
    "actFor": Action.SESSION_USE,
    "registerOrganisation": Action.ORGANISATION_REGISTER,
    "recordQualification": Action.ORGANISATION_REGISTER,
    "recordRelation": Action.ORGANISATION_REGISTER,
    "addMember": Action.MEMBER_MANAGE,
    "endMembership": Action.MEMBER_MANAGE,
    "issueAccessLink": Action.LINK_ISSUE,
    "grantMandate": Action.MANDATE_GRANT,
    "revokeMandate": Action.MANDATE_GRANT,
    "takeCase": Action.OVERSIGHT_TAKE,
    "assignCase": Action.OVERSIGHT_ASSIGN,
    "askExplanation": Action.OVERSIGHT_HANDLE,
    "confirmFindings": Action.OVERSIGHT_HANDLE,
    "orderRectification": Action.OVERSIGHT_HANDLE,
    "referCase": Action.OVERSIGHT_HANDLE,
    "reopenCase": Action.OVERSIGHT_HANDLE,
    "dismissCase": Action.OVERSIGHT_DECIDE,
    "closeCase": Action.OVERSIGHT_DECIDE,
    "answerExplanation": Action.OVERSIGHT_ANSWER,
    "reportRectification": Action.OVERSIGHT_ANSWER,
    "setJurisdiction": Action.JURISDICTION_SET,
    "requestAudit": Action.AUDIT_RUN,
}
MUTATIONS: dict[str, GraphQLField] = schema._schema.mutation_type.fields  # type: ignore[union-attr]
_SCALARS: dict[str, Any] = {
    "String": "X",
    "Int": 1,
    "Boolean": True,
    "Yuan": "1.00",
    "Date": "2026-11-24",
    "DateTime": "2026-12-24T00:00:00+08:00",
    "ID": "X",
}


def sample(kind: Any) -> Any:
    """Some value of an input type: required fields only."""
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        required = {n: f for n, f in named.fields.items() if isinstance(f.type, GraphQLNonNull) and f.default_value is not None}
        return {n: sample(f.type) for n, f in required.items() if repr(f.default_value) == "Undefined"}
    return _SCALARS[named.name] if named.name in _SCALARS else next(iter(named.values))  # type: ignore[union-attr]


def document(name: str) -> tuple[str, dict[str, Any]]:
    """A document that calls the mutation with plausible values."""
    field, selection = MUTATIONS[name], "{ __typename ... on Error { code } }"
    if "input" not in field.args:
        return f"mutation {{ {name} {selection} }}", {}
    kind = field.args["input"].type
    values = sample(kind)
    return f"mutation M($input: {kind}) {{ {name}(input: $input) {selection} }}", {"input": values}


def test_every_mutation_is_in_the_table() -> None:
    """A new mutation must say which action it needs, or that it is open to all."""
    assert set(MUTATIONS) == set(ACTIONS) | OPEN_TO_ALL


async def test_anonymous_is_told_to_sign_in(execute: Execute) -> None:
    """Nobody signed in: each mutation gives a coded error, no data, no log entry."""
    before = await LogEntry.all().count()
    for name in ACTIONS:
        text, variables = document(name)
        answer = await execute(text, ANONYMOUS, **variables)
        assert answer.data is None or answer.data[name] is None, name
        assert answer.errors[0].extensions["code"] == "UNAUTHENTICATED", name
        assert await LogEntry.all().count() == before, name


async def test_a_role_without_the_permission_is_refused(execute: Execute) -> None:
    """Of each mutation, every role that the table does not grant the action gets NotPermitted, and nothing is written."""
    actors = {role: await member(role) for role in Role}
    before = await LogEntry.all().count()
    for name, role in [(name, role) for name in ACTIONS for role in Role if role not in GRANTS[ACTIONS[name]]]:
        text, variables = document(name)
        answer = await execute(text, actors[role], **variables)
        assert answer.errors is None, (name, role, answer.errors)
        assert answer.data[name] == {"__typename": "NotPermitted", "code": "NOT_PERMITTED"}, (name, role)
        assert await LogEntry.all().count() == before, (name, role)


@pytest.fixture
async def subjects(execute: Execute) -> dict[str, dict[str, Any]]:
    """Real subjects of other people, for strangers who hold the right role."""
    applicant = await member(Role.APPLICANT)
    with clock.fixed(NOON):
        draft = await contest.projects.post_project(applicant, contest.form())
    opened = await contest.published(applicant, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    with clock.fixed(NOON):
        question = await questions.ask_question(await member(Role.INTERMEDIARY), opened.code, "x")
    award = await contest.awarded(applicant, contest.form(contest.CHOICE_ITEM, told_not_obliged=True), 100)
    await award.fetch_related("project", "supplier")
    contract = await contest.contracted(applicant, contest.form(contest.CHOICE_ITEM, told_not_obliged=True), 100)
    disputed = await contest.published(applicant, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    bidder = await member(Role.INTERMEDIARY)
    await contest.quoted(bidder, disputed, 100)
    await contest.opened(disputed)
    with clock.fixed(contest.OPENS):
        objection = await objections.raise_objection(bidder, disputed.code, "x")
    entry = await listed(await member(Role.OPERATOR), await member(Role.AGENCY), bidder)
    sides = {"agencyCode": entry.agency.code, "intermediaryCode": entry.intermediary.code}
    _, framework = await factories_frameworks.open_framework()
    with clock.fixed(NOON):
        await frameworks.enter_framework(bidder, framework.code)
    rating = await factories_ratings.rated(*await factories_ratings.accepted())
    await contract.fetch_related("supplier")
    measure = await factories_measures.imposed(contract, await factories_measures.office(2))
    marks = dict.fromkeys(MARKS, 3)
    filing = {"amount": "1.00", "supplierCode": award.supplier.code, "itemCode": award.project.item_code}
    return {
        "submitForReview": {"code": draft.code},
        "amendProject": {"code": opened.code, "seenVersion": opened.version, "reason": "x", "title": "y"},
        "withdrawProject": {"code": opened.code, "reason": "x"},
        "confirmAward": {"projectCode": award.project.code},
        "decideEntry": {"code": framework.code, "memberCode": award.supplier.code, "admit": True},
        "leaveFramework": {"code": framework.code},
        "nameEvaluators": {"projectCode": opened.code, "logins": ["x"]},
        "submitScores": {"projectCode": opened.code, "sheets": []},
        "pickSupplier": {"projectCode": opened.code, "supplierCode": award.supplier.code, "reason": "x"},
        "answerQuestion": {"code": question.code, "answer": "x"},
        "declineAward": {"projectCode": award.project.code, "reason": "x"},
        "forfeitAward": {"projectCode": award.project.code, "reason": "x"},
        "raiseObjection": {"projectCode": disputed.code, "text": "x"},
        "answerObjection": {"code": objection.code, "answer": "x", "upheld": False},
        "recordAvoidance": {**sides, "ground": "OTHER_INTEREST", "reason": "x", "since": "2026-11-24"},
        "fileContract": {"projectCode": award.project.code, "signedOn": "2026-12-05", "dueOn": "2026-12-06", **filing},
        "recordDelivery": {"contractNo": contract.contract_no, "deliveredOn": "2026-12-06"},
        "acceptDelivery": {"contractNo": contract.contract_no, "acceptedOn": "2026-12-06"},
        "rateService": {"contractNo": contract.contract_no, **marks},
        "replyToRating": {"code": rating.code, "reply": "x"},
        "appealRating": {"code": rating.code, "reason": "x"},
        "stateCase": {"code": measure.code, "statement": "x"},
        "appealMeasure": {"code": measure.code, "reason": "x"},
    }


_OF_A_PROJECT = ["submitForReview", "amendProject", "withdrawProject", "confirmAward", "nameEvaluators", "pickSupplier"]
_OF_A_PROJECT += [
    "raiseObjection",
    "answerObjection",
    "declineAward",
    "forfeitAward",
    "answerQuestion",
    "decideEntry",
    "leaveFramework",
    "recordAvoidance",
    "rateService",
    "replyToRating",
    "appealRating",
    "stateCase",
    "appealMeasure",
]


@pytest.mark.parametrize("name", [*_OF_A_PROJECT, "submitScores", "fileContract", "recordDelivery", "acceptDelivery"])
async def test_a_stranger_with_the_right_role_is_refused(execute: Execute, subjects: dict[str, Any], name: str) -> None:
    """The right role in another organisation: refused or told that there is no such thing, and nothing is written."""
    asked = {Relation.PARTY, Relation.ANY} if name == "submitScores" else {Relation.PARTY}
    roles = [role for role, relation in GRANTS[ACTIONS[name]].items() if relation in asked and role != Role.HELPER]
    strangers = [await member(role) for role in roles]
    before = await LogEntry.all().count()
    text, _ = document(name)
    for stranger in strangers:
        answer = await execute(text, stranger, input=subjects[name])
        assert answer.data[name]["__typename"] in ("NotPermitted", "NotFound"), answer
    assert await LogEntry.all().count() == before


_WORDS = {"text": "x", "reason": "x", "body": "x", "kinds": ["RECTIFY"]}
_OF_A_CASE = sorted(name for name, action in ACTIONS.items() if action.startswith("oversight:") and name != "assignCase")


@pytest.mark.parametrize("name", _OF_A_CASE)
async def test_a_stranger_to_a_case_is_refused(execute: Execute, name: str) -> None:
    """Another regulator, another agency, another applicant: whatever the state, nothing is written."""
    cast = await factories_oversight.cast()
    case, _ = await factories_oversight.ordered(cast)
    strangers = [await member(role) for role in GRANTS[ACTIONS[name]]]
    fields = schema._schema.type_map[f"{name[0].upper()}{name[1:]}Input"].fields  # type: ignore[union-attr]
    values = {field: _WORDS.get(field, case.code) for field in fields if field != "findingIds"}
    text, _ = document(name)
    before = await LogEntry.all().count()
    for stranger in strangers:
        with clock.fixed(factories_oversight.ASKED_AT):
            answer = await execute(text, stranger, input=values)
        assert answer.data[name]["__typename"] in ("NotPermitted", "NotFound", "OutsideJurisdiction"), answer
    assert await LogEntry.all().count() == before


async def test_sealed_quotes_are_nobodys_before_the_opening(execute: Execute) -> None:
    """Operator, regulator, buyer, other bidders and strangers see neither quotes nor their number, by any path."""
    buyer, bidder = await member(Role.APPLICANT), await member(Role.INTERMEDIARY)
    project = await contest.published(buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    await contest.quoted(bidder, project, 123_456_78, key=uuid4().hex)
    shape = "id code version quotes { amount } myQuotes { amount } award { amount } nextRound { code } amendments { number }"
    shape += " draw { commitment closingHash transcript }"
    text = f"query($c: String!) {{ project(code: $c) {{ {shape} }} projects(first: 5) {{ totalCount edges {{ node {{ {shape} }} }} }} }}"
    readers: list[Actor] = [ANONYMOUS, buyer, *[await member(role) for role in Role]]
    with clock.fixed(NOON):
        answers = [await execute(text, reader, c=project.code) for reader in readers]
        own = await execute(text, bidder, c=project.code)
    assert all(a.data == answers[0].data and "123456" not in str(a.data) for a in answers)
    assert own.data["project"]["myQuotes"] == [{"amount": "123456.78"}]


async def test_nobody_certifies_itself(execute: Execute) -> None:
    """An intermediary's own administrator, and every other role, records neither its qualifications nor anybody's relations."""
    bidder, other = await member(Role.INTERMEDIARY), await member(Role.APPLICANT)
    code, theirs = await contest.code_of(bidder), await contest.code_of(other)
    inputs = {
        "recordQualification": {
            "organisationCode": code,
            "qualification": "甲级",
            "certificateNo": "1",
            "validFrom": "2020-01-01",
        },
        "recordRelation": {"fromCode": theirs, "toCode": code, "relation": "SETTLES_FOR", "source": "自称"},
        "registerOrganisation": {"code": contest.new_code(), "name": "自建公司", "kind": "INTERMEDIARY"},
    }
    actors = [replace(bidder, is_admin=True), other, *[await member(role) for role in Role if role is not Role.OPERATOR]]
    before = await LogEntry.all().count()
    for name, values in inputs.items():
        text, _ = document(name)
        for actor in actors:
            answer = await execute(text, actor, input=values)
            assert answer.data[name]["__typename"] == "NotPermitted", (name, actor.roles)
        granted = await execute(text, await member(Role.OPERATOR), input=values)
        assert granted.data[name]["__typename"] in ("Done", "Organisation"), granted
    assert await LogEntry.all().count() == before + len(inputs)


async def test_each_look_at_others_money_is_logged(execute: Execute) -> None:
    """Also one record by its global id; a party's look at its own is not."""
    applicant, regulator = await member(Role.APPLICANT), await member(Role.REGULATOR)
    codes = (await contest.code_of(applicant), await contest.code_of(await member(Role.INTERMEDIARY)))
    form = RecordFee("k", *codes, 100, date(2026, 11, 24), Channel.CASH, EvidenceGrade.DECLARATION)
    with clock.fixed(NOON):
        fee = (await fees.record_fee(applicant, form)).fee
    text = "query($id: ID!) { node(id: $id) { ... on FeeRecord { recordNo } } }"
    key = str(relay.GlobalID("FeeRecord", str(fee.id)))
    for reader, looks in ((applicant, 0), (regulator, 1)):
        answer = await execute(text, reader, id=key)
        assert answer.data["node"] == {"recordNo": fee.record_no}
        assert await LogEntry.filter(action="fee:look").count() == looks
    seen = await execute("query($p: String) { feeRecords(filter: {purpose: $p}) { totalCount } }", regulator, p="x" * 301)
    assert seen.errors[0].extensions["fields"][0]["path"] == "purpose"
