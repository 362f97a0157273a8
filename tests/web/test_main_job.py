"""The main job over real HTTP against a started server: post → review → quotes → opening → award → contract → fee → finding."""

import time
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from market.clock import SHANGHAI
from tests.web.api import Api

AGENCY_ITEM, MANDATORY_ITEM = "ZSZJ-02-016", "ZSZJ-05-002"
PROJECT = "... on Project { code state version }"
PEOPLE = ("operator", "regulator", "agency", "applicant", *(f"intermediary{n}" for n in range(1, 7)))


@pytest.fixture(scope="module")
def cast(demo_server: str) -> dict[str, Api]:
    """Everybody of the demo, signed in."""
    return {login: Api.sign_in(demo_server, login) for login in PEOPLE}


def code_of(api: Api) -> str:
    """The code of the organisation that an account acts for."""
    return str(api("{ viewer { actingFor { code } } }")["viewer"]["actingFor"]["code"])


def published(cast: dict[str, Api], who: str, **fields: Any) -> str:
    """A project posted by ``who`` and approved by the operator."""
    values = {"idempotencyKey": str(uuid4()), "title": "主流程测试", "serviceWorkingDays": 20, **fields}
    posted = cast[who].do("postProject", PROJECT, **values)
    assert posted["__typename"] == "Project", posted
    assert cast[who].do("submitForReview", PROJECT, code=posted["code"])["state"] == "UNDER_REVIEW"
    assert cast["operator"].do("reviewProject", PROJECT, code=posted["code"], approve=True)["state"] == "OPEN"
    return str(posted["code"])


def quote(api: Api, project: str, yuan: str) -> dict[str, Any]:
    """Submit a sealed quote."""
    shape = "... on QuoteReceipt { amount commitment salt isLive receivedAt }"
    key = str(uuid4())
    receipt = api.do("submitQuote", shape, idempotencyKey=key, projectCode=project, amount=yuan, serviceWorkingDays=15)
    assert receipt["__typename"] == "QuoteReceipt", receipt
    return receipt


def wait_for(api: Api, project: str, state: str) -> dict[str, Any]:
    """Read the project until it is in that state."""
    for _ in range(120):
        shown = api(
            """query P($code: String!) { project(code: $code) { state quotes { amount rank isWinner bidder { code } }
               award { amount standstillUntil supplier { code } } } }""",
            code=project,
        )["project"]
        if shown["state"] == state:
            return dict(shown)
        time.sleep(0.5)
    raise AssertionError(f"{project} never became {state}: {shown}")


def confirmed(cast: dict[str, Api], who: str, project: str, until: str) -> None:
    """Wait for the end of the standstill, then confirm; a confirmation before is refused with that time."""
    early = cast[who].do("confirmAward", "... on StandstillRunning { until }", projectCode=project)
    assert (early["__typename"], early["until"]) == ("StandstillRunning", until)
    time.sleep(max(0, (datetime.fromisoformat(until) - datetime.now(SHANGHAI)).total_seconds()) + 0.5)
    assert cast[who].do("confirmAward", "... on Award { amount }", projectCode=project)["__typename"] == "Award"


def filed(cast: dict[str, Api], who: str, project: str, item: str, award: dict[str, Any]) -> str:
    """File the contract; one at another price is refused."""
    today = datetime.now(SHANGHAI).date()
    form = {
        "projectCode": project,
        "supplierCode": award["supplier"]["code"],
        "itemCode": item,
        "signedOn": str(today),
        "dueOn": str(today + timedelta(days=30)),
    }
    shape = "... on Contract { contractNo } ... on ContractDiffers { field awarded given }"
    assert cast[who].do("fileContract", shape, **form, amount="1.00")["field"] == "price"
    contract = cast[who].do("fileContract", shape, **form, amount=award["amount"])
    assert contract["__typename"] == "Contract", contract
    return str(contract["contractNo"])


FEE = """... on FeeRecorded { feeRecord { recordNo } findings { rule { id legalBasis } certainty state amount because evidence }
         assessment { rule outcome } }"""


def pay(api: Api, payer: str, payee: str, contract: str, yuan: str) -> dict[str, Any]:
    """Record a bank payment under the contract."""
    recorded = api.do(
        "recordFee",
        FEE,
        idempotencyKey=str(uuid4()),
        payerCode=payer,
        payeeCode=payee,
        amount=yuan,
        paidOn=str(datetime.now(SHANGHAI).date()),
        channel="BANK_TRANSFER",
        grade="BANK",
        voucherNo=f"V-{uuid4().hex[:8]}",
        contractNo=contract,
    )
    assert recorded["__typename"] == "FeeRecorded", recorded
    return recorded


def followed(api: Api, record: str) -> str:
    """The code of the oversight case that the server's worker opens for the payment's finding; reading it opens none."""
    document = "query F($s: String!) { findings(filter: {subject: $s}) { edges { node { caseCode } } } }"
    for _ in range(120):
        codes = {edge["node"]["caseCode"] for edge in api(document, s=f"payment:{record}")["findings"]["edges"]}
        if codes and None not in codes:
            [code] = codes  # several rules about one payment are one case
            return str(code)
        time.sleep(0.5)
    raise AssertionError(f"no case for {record}")


def contested(cast: dict[str, Api], project: str) -> dict[str, Any]:
    """Four intermediaries quote, one replaces, one withdraws; sealed until the deadline, then opened once, lowest wins."""
    anonymous = Api(cast["agency"].url)
    for number, yuan in ((1, "52000"), (2, "47000.50"), (3, "49000"), (4, "41000")):
        quote(cast[f"intermediary{number}"], project, yuan)
    quote(cast["intermediary1"], project, "48000")
    assert cast["intermediary4"].do("withdrawQuote", "... on QuoteReceipt { isLive }", projectCode=project)["isLive"] is False
    for reader in (anonymous, cast["operator"], cast["agency"], cast["intermediary5"]):
        sealed = reader(
            "query P($code: String!) { project(code: $code) { quotes { amount } myQuotes { amount } } }", code=project
        )
        assert sealed["project"] == {"quotes": None, "myQuotes": []}
    opened = wait_for(anonymous, project, "STANDSTILL")
    assert [q["amount"] for q in opened["quotes"]] == ["47000.50", "48000.00", "49000.00"]
    assert opened["award"]["amount"] == "47000.50"
    assert opened["award"]["supplier"]["code"] == code_of(cast["intermediary2"])
    late = cast["intermediary5"].do(
        "submitQuote",
        "... on DeadlinePassed { closesAt receivedAt }",
        idempotencyKey=str(uuid4()),
        projectCode=project,
        amount="1",
        serviceWorkingDays=1,
    )
    assert late["__typename"] == "DeadlinePassed" and late["receivedAt"] > late["closesAt"]
    return dict(opened["award"])


def test_an_agency_commissioned_project_from_post_to_refund(cast: dict[str, Api]) -> None:
    """The agency pays: clear. The applicant pays: V01 at once, with law, evidence and amount; the refund shows in the finding."""
    agency, applicant = code_of(cast["agency"]), code_of(cast["applicant"])
    case = {"caseNo": f"BJ-{uuid4().hex[:8]}", "approvalItem": "海域使用权审核", "applicantCode": applicant}
    project = published(cast, "agency", itemCode=AGENCY_ITEM, case=case, budgetLine="2026-审批技术服务-01", ceiling="60000")
    award = contested(cast, project)
    confirmed(cast, "agency", project, award["standstillUntil"])
    contract, supplier = filed(cast, "agency", project, AGENCY_ITEM, award), award["supplier"]["code"]

    assert pay(cast["agency"], agency, supplier, contract, "20000")["findings"] == []
    shifted = pay(cast["applicant"], applicant, supplier, contract, "27000.50")
    [finding] = [f for f in shifted["findings"] if f["rule"]["id"] == "V01"]
    assert (finding["certainty"], finding["amount"], finding["state"]) == ("PROOF", "27000.50", "OPEN")
    assert any("第四十三条" in basis for basis in finding["rule"]["legalBasis"])
    assert finding["because"] and f"payment:{shifted['feeRecord']['recordNo']}" in finding["evidence"]

    assert followed(cast["regulator"], shifted["feeRecord"]["recordNo"]).startswith("DB-")

    refund = {"refundOf": shifted["feeRecord"]["recordNo"], "paidOn": str(datetime.now(SHANGHAI).date()), "voucherNo": "R-1"}
    cast["regulator"].do(
        "recordRefund", FEE, idempotencyKey=str(uuid4()), amount="27000.50", channel="BANK_TRANSFER", grade="BANK", **refund
    )
    shown = cast["regulator"]('{ findings(filter: {rule: "V01"}, first: 50) { edges { node { subject state refunded } } } }')
    mine = [e["node"] for e in shown["findings"]["edges"] if e["node"]["subject"].endswith(shifted["feeRecord"]["recordNo"])]
    assert mine == [{"subject": f"payment:{shifted['feeRecord']['recordNo']}", "state": "REFUNDED", "refunded": "27000.50"}]


def test_an_applicants_mandatory_project_is_the_applicants_to_pay(cast: dict[str, Api]) -> None:
    """The same way for a mandatory item: the applicant commissions and pays, and nothing is found."""
    project = published(cast, "applicant", itemCode=MANDATORY_ITEM)
    award = contested(cast, project)
    confirmed(cast, "applicant", project, award["standstillUntil"])
    contract = filed(cast, "applicant", project, MANDATORY_ITEM, award)
    paid = pay(cast["applicant"], code_of(cast["applicant"]), award["supplier"]["code"], contract, award["amount"])
    assert paid["findings"] == []
