"""What people write stays text on every page that shows it: each field that takes words holds markup, and all pages are read.

The words are put into the demo world's database, so that no limit of a form keeps them out; a field that is new to the interface
must be named here, as words that somebody reads or as something else.
"""

import re
import sqlite3
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from schema.schema import schema
from tests.web.api import Api
from tests.web.browser_session import Reader
from tests.web.crawling import PEOPLE, Crawl, Seen
from tests.web.servers import Server, serving
from web.pages import templates

WORDS = {
    "AddMemberInput.displayName": "accounts.display_name",
    "GrantMandateInput.evidence": "mandates.evidence",
    "RegisterOrganisationInput.name": "organisations.name",
    "RecordQualificationInput.certificateNo": "held_qualifications.certificate_no",
    "RecordQualificationInput.level": "held_qualifications.level",
    "RecordRelationInput.source": "party_relations.source",
    "RegisterPractitionerInput.name": "practitioners.name",
    "RegisterPractitionerInput.title": "practitioners.title",
    "RegisterPractitionerInput.certificateNo": "practitioners.certificate_no",
    "PostProjectInput.title": "projects.title",
    "PostProjectInput.requirements": "projects.requirements",
    "PostProjectInput.budgetLine": "projects.budget_line",
    "AmendProjectInput.title": "projects.title",
    "AmendProjectInput.requirements": "projects.requirements",
    "AmendProjectInput.reason": "project_amendments.reason",
    "SubmitForReviewInput.narrowReason": "projects.narrow_reason",
    "ReviewProjectInput.note": "projects.review_note",
    "WithdrawProjectInput.reason": "projects.outcome_reason",
    "PickSupplierInput.reason": "projects.outcome_reason",
    "BeaconInput.name": "projects.beacon_name",
    "CaseInput.caseNo": "approval_cases.case_no",
    "CaseInput.approvalItem": "approval_cases.approval_item",
    "CaseInput.object": "approval_cases.object",
    "AskQuestionInput.text": "questions.text",
    "AnswerQuestionInput.answer": "questions.answer",
    "PostFrameworkInput.title": "frameworks.title",
    "PostFrameworkInput.requirements": "frameworks.requirements",
    "ReviewFrameworkInput.note": "frameworks.review_note",
    "DecideEntryInput.reason": "framework_entries.reason",
    "SubmitQuoteInput.proposal": "quotes.proposal",
    "RecordAvoidanceInput.reason": "avoidances.reason",
    "LiftAvoidanceInput.reason": "avoidances.lift_reason",
    "ScoreSheetInput.note": "scores.note",
    "RecordCreditScoreInput.source": "credit_scores.source",
    "RaiseObjectionInput.text": "objections.text",
    "AnswerObjectionInput.answer": "objections.answer",
    "AnnulAwardInput.reason": "award_forfeitures.reason",
    "GiveUpAwardInput.reason": "award_forfeitures.reason",
    "SuspendAwardInput.reason": "award_suspensions.reason",
    "LiftSuspensionInput.reason": "award_suspensions.lift_reason",
    "FileContractInput.contractNo": "contracts.contract_no",
    "RecordFeeInput.voucherNo": "fee_records.voucher_no",
    "RecordFeeInput.purposeText": "fee_records.purpose_text",
    "RecordRefundInput.voucherNo": "fee_records.voucher_no",
    "ReverseFeeInput.reason": "fee_records.reason",
    "InvoiceInput.number": "invoices.invoice_no",
    "InvoiceInput.buyerTitle": "invoices.buyer_title",
    "DeclareFeeInput.correction": "fee_declarations.reason",
    "RequestAuditInput.purpose": "audit_runs.purpose",
    "AssignCaseInput.reason": "oversight_steps.text",
    "AskExplanationInput.text": "oversight_steps.text",
    "AnswerExplanationInput.text": "oversight_steps.text",
    "ConfirmFindingsInput.reason": "oversight_cases.decision_reason",
    "DismissCaseInput.reason": "oversight_cases.decision_reason",
    "OrderRectificationInput.text": "oversight_orders.text",
    "ReportRectificationInput.text": "oversight_steps.text",
    "ReferCaseInput.body": "oversight_cases.referred_to",
    "ReferCaseInput.reason": "oversight_steps.text",
    "ReopenCaseInput.reason": "oversight_steps.text",
    "CloseCaseInput.reason": "oversight_steps.text",
    "FileComplaintInput.text": "complaints.text",
    "FileComplaintInput.contractNo": "complaints.contract_no",
    "FileComplaintInput.recordNo": "complaints.record_no",
    "FileComplaintInput.caseNo": "complaints.case_no",
    "FileComplaintInput.demandReason": "complaints.demand_reason",
    "FileComplaintInput.contact": "complaints.contact",
    "ChargeInput.namedSupplier": "demands.named_supplier",
    "RateServiceInput.comment": "ratings.comment",
    "ReplyToRatingInput.reply": "ratings.reply",
    "AppealRatingInput.reason": "ratings.appeal_reason",
    "DecideRatingAppealInput.reason": "ratings.decision_reason",
    "ProposeMeasureInput.facts": "measures.facts",
    "StateCaseInput.statement": "measures.statement",
    "DecideMeasureInput.reason": "measures.reason",
    "AppealMeasureInput.reason": "measures.appeal_reason",
    "DecideMeasureAppealInput.reason": "measures.appeal_decision",
    "LiftMeasureInput.reason": "measures.lift_reason",
    "WitnessCheckpointInput.note": "witnessed_checkpoints.note",
}
"""Field of the interface → where its words are kept."""
SEALED = {"SubmitQuoteInput.note": "in the sealed content, shown to its bidder as typed: see test_a_sealed_note_stays_text"}
LISTED = {
    "CriterionInput.name": "projects.parameters",
    "RecordBeaconInput.link": "draws.voices",
    "RecordBeaconInput.value": "draws.voices",
    "SetJurisdictionInput.departments": "jurisdictions.departments",
    "SetJurisdictionInput.regions": "jurisdictions.regions",
}
"""Words within a list: kept as JSON, which is escaped as a whole on the way out."""
STAFF = ("editions.label", "editions.source", "complaints.outcome", "contract_amendments.reason", "ledger_batches.label")
"""Words that come by a file or from a decision."""
OTHERS = re.compile(
    r"(^|\.)(login|logins|actingFor|onBehalfOf|code|\w+Codes?|\w*[cC]ode|contractNo|recordNo|caseNo|refundOf|redLetterOf|framework|"
    r"previousRound|rules|findingIds|documentId|idempotencyKey|password|newPassword|secret|idNumber|\w*[nN]once|nonceHash|"
    r"commitment|salt|content|seenEvent|value|helperLogin|qualification|practitioners|ground|evidence)$"
)
"""Names of what exists already, secrets and hashes: refused when they do not fit, never shown as they were typed."""


def text_fields() -> set[str]:
    """Every field of a mutation's input that takes a text."""
    found: set[str] = set()

    def walk(kind: GraphQLInputObjectType) -> None:
        for name, given in kind.fields.items():
            inner = get_named_type(given.type)
            if isinstance(inner, GraphQLInputObjectType):
                walk(inner)
            elif inner.name in ("String", "ID"):
                found.add(f"{kind.name}.{name}")

    mutations = schema._schema.mutation_type
    assert mutations is not None
    for field in mutations.fields.values():
        for argument in field.args.values():
            kind = get_named_type(argument.type)
            assert isinstance(kind, GraphQLInputObjectType)
            walk(kind)
    return found


COLUMNS = sorted({*WORDS.values(), *STAFF})


def payload(column: str) -> str:
    """Markup that runs wherever it is not escaped, and tells where it came from."""
    number = COLUMNS.index(column)
    return f"<script>x({number})</script>\"' onmouseover=y({number}) {{{{7*7}}}}"


def poison(database: Path) -> dict[str, int]:
    """Add it to all that is written in these columns; column → rows."""
    done: dict[str, int] = {}
    with sqlite3.connect(database) as connection:
        for column in COLUMNS:
            table, name = column.split(".")
            changed = connection.execute(
                f'UPDATE "{table}" SET "{name}" = "{name}" || ?',
                (payload(column),),
            )
            done[column] = changed.rowcount
    return done


def _write_more(url: str) -> None:
    """What nobody has written in the demo world: a question with its answer, a credit score, a practitioner, a complaint."""
    open_ones = "{ projects(filter: {state: [OPEN]}, first: 50) { edges { node { code buyer { code } } } } }"
    bidder, buyer, operator = (Api.sign_in(url, login) for login in ("intermediary1", "applicant", "operator"))
    own = buyer("{ viewer { actingFor { code } } }")["viewer"]["actingFor"]["code"]
    nodes = [edge["node"] for edge in bidder(open_ones)["projects"]["edges"]]
    code = next(node["code"] for node in nodes if node["buyer"]["code"] == own)
    asked = bidder.do("askQuestion", "... on Question { code }", projectCode=code, text="问题")
    assert buyer.do("answerQuestion", "... on Question { code }", code=asked["code"], answer="答复")["__typename"] == "Question"
    bidder.do("askQuestion", "... on Question { code }", projectCode=code, text="还有")
    me = bidder("{ viewer { actingFor { code } } }")["viewer"]["actingFor"]["code"]
    scored = operator.do("recordCreditScore", "", organisationCode=me, points=90, source="来源")
    assert "errorCode" not in scored, scored
    path = "/who-pays/complaint?code=ZSZJ-02-016"
    form = {"charge.itemCode": "ZSZJ-02-016", "text": "话", "contact": "人", "caseNo": "件", "charge.namedSupplier": "谁"}
    assert Reader(url).send(path, "FileComplaint", **form).status_code == 200
    regulator = Api.sign_in(url, "regulator")
    office = regulator("{ viewer { actingFor { code } } }")["viewer"]["actingFor"]["code"]
    assert "errorCode" not in operator.do("setJurisdiction", "", organisationCode=office, departments=[], regions=[])
    newest = regulator("{ oversightCases(first: 1) { edges { node { code } } } }")["oversightCases"]["edges"][0]["node"]["code"]
    assert regulator.do("takeCase", "... on OversightCase { code }", code=newest)["code"] == newest


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crawl, dict[str, int]]]:
    """The demo world with markup in all its words, as everybody sees it; one desk of each kind."""
    server = Server(tmp_path_factory.mktemp("poisoned"))
    with serving([server]):
        _write_more(server.url)
    written = poison(server.database)
    with serving([server]):
        yield Crawl(server.url).run(tuple(who for who in PEOPLE if who != "intermediary2")), written


def test_every_text_of_the_interface_is_accounted_for() -> None:
    """Words, or something that is not shown as it was typed: a new field must be one or the other."""
    fields = text_fields()
    named = {*WORDS, *SEALED, *LISTED}
    assert named <= fields, named - fields
    assert {field for field in fields - named if not OTHERS.search(field)} == set()


def test_markup_stays_text_on_every_page(poisoned: tuple[Crawl, dict[str, int]]) -> None:
    """No page has a script, an event, a style or a frame that its template does not have; nothing is worked out."""
    crawl, _ = poisoned
    pages = [seen for seen in crawl.seen if seen.is_page]
    assert len(pages) > 150
    assert [(seen.who, seen.path, seen.markup.runs) for seen in pages if seen.markup.runs] == []
    assert [seen.path for seen in pages if "<script>x(" in seen.answer.text or "\"' onmouseover=" in seen.answer.text] == []
    assert [(seen.who, seen.path) for seen in crawl.seen if seen.answer.status_code >= 500] == []


def _shown(pages: list[Seen], column: str) -> bool:
    marked = escape(payload(column)[:20])
    return any(marked in seen.answer.text for seen in pages)


UNSHOWN = {
    "audit_runs.purpose": "told by the interface alone",
    "complaints.case_no": "in the words that the regulator reads",
    "complaints.contract_no": "told by the interface alone",
    "complaints.demand_reason": "in the words that the regulator reads",
    "complaints.outcome": "shown for a receipt, which is in no link",
    "complaints.record_no": "told by the interface alone",
    "demands.named_supplier": "in the words that the regulator reads",
    "measures.appeal_decision": "its appeal waits in the demo world",
    "frameworks.review_note": "no framework is returned in the demo world",
    "projects.beacon_name": "no beacon in the demo world",
    "fee_records.reason": "nothing is taken back in the demo world",
    "oversight_cases.decision_reason": "no case is decided in the demo world",
    "oversight_cases.referred_to": "no case is referred in the demo world",
    "quotes.proposal": "nobody proposes in the demo world",
    "ratings.appeal_reason": "nobody appeals in the demo world",
    "ratings.decision_reason": "nobody appeals in the demo world",
}
"""Words that no page of the demo world shows, and why."""


def test_the_pages_do_show_what_is_written(poisoned: tuple[Crawl, dict[str, int]]) -> None:
    """Most of what has been written is on a page that was read: else the test above would say nothing."""
    crawl, written = poisoned
    pages = [seen for seen in crawl.seen if seen.is_page]
    unseen = {column for column, rows in written.items() if rows and not _shown(pages, column)}
    assert unseen <= set(UNSHOWN), unseen - set(UNSHOWN)
    assert sum(1 for rows in written.values() if rows) - len(unseen) >= 25


def test_what_is_no_page_is_not_taken_for_one(poisoned: tuple[Crawl, dict[str, int]]) -> None:
    """Files with the same words say what they are, and no browser guesses otherwise."""
    crawl, _ = poisoned
    files = [seen for seen in crawl.seen if not seen.is_page and seen.answer.status_code == 200]
    kinds = {seen.answer.headers["content-type"].partition(";")[0] for seen in files}
    assert kinds and kinds <= {"application/pdf", "application/json", "application/x-ndjson", "text/csv", "text/plain"}, kinds
    assert all(seen.answer.headers["x-content-type-options"] == "nosniff" for seen in files)
    assert any(seen.answer.content.startswith(b"%PDF-") for seen in files)


def test_our_sentences_are_told_from_what_people_write() -> None:
    """``_(…)`` takes its text for markup of ours, so that it has a literal; ``| safe`` is for literals, too."""
    for path in templates.FOLDER.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"\b_\((?!['\"])", text) == [], path
        assert re.findall(r"(?<!['\")] )\| ?safe\b|Markup|autoescape", text) == [], path
