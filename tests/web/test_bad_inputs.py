"""Bad input over real HTTP: each gets a typed answer or a 400, in Chinese and in English, and none a 500."""

import json
from typing import Any
from uuid import uuid4

import pytest

from market.demo import people
from tests.web.api import ERRORS, Api

BIG = "长" * 350_000
TEXTS = {"nul": "a\x00b", "control": "a\x07b", "surrogate": "\ud800", "long": BIG, "blank": " ", "emoji": "🦐" * 300}
POST = {"title": "坏输入", "itemCode": "ZSZJ-09-001", "serviceWorkingDays": 20}
FRAMEWORK = {"title": "坏框架", "itemCodes": ["ZSZJ-09-001"], "requirements": "x", "callOff": "ROTATION"}
FRAMEWORK |= {"ceiling": "1.00", "endsAt": "2999-01-01T00:00:00+08:00"}
FEE = {
    "payerCode": "x",
    "payeeCode": "y",
    "amount": "1.00",
    "paidOn": "2026-01-01",
    "channel": "BANK_TRANSFER",
    "grade": "DECLARATION",
}
AVOID = {
    "agencyCode": people.of("applicant"),
    "intermediaryCode": people.of("intermediary1"),
    "ground": "OTHER_INTEREST",
    "since": "2026-01-01",
    "reason": "x",
}
MARKS = {"quality": 5, "timeliness": 5, "attitude": 5, "charges": 5, "conduct": 5}
MEASURE = {
    "intermediaryCode": people.of("intermediary1"),
    "ground": "late",
    "happenedOn": "2026-01-01",
    "facts": "x",
    "evidence": "XM-nie",
    "kind": "WARNING",
}
PERSON = {"organisationCode": people.of("intermediary1"), "title": "x", "certificateNo": "x"}
AMOUNTS = [
    "1.234",
    "-1",
    "0",
    "1" + "0" * 30,
    "1e5",
    "NaN",
    "",
    "１００",
    "1,000",
    "0x10",
    1.5,
    True,
    None,
    {},
    [],
    "abc",
    10**30,
    "--1",
]

CASES: list[tuple[str, str, dict[str, Any]]] = [
    *(("intermediary1", "submitQuote", {"projectCode": "@open", "amount": a, "serviceWorkingDays": 5}) for a in AMOUNTS),
    *(
        ("intermediary1", "submitQuote", {"projectCode": "@open", "amount": "1", "serviceWorkingDays": d})
        for d in (0, -1, 10**9, 2**40, "x")
    ),
    *(("applicant", "postProject", POST | {"title": text}) for text in TEXTS.values()),
    *(
        ("applicant", "postProject", POST | {"itemCode": code})
        for code in ("ZSZJ-08-001", "没有", "", "ZSZJ-02-016", "' OR 1=1 --")
    ),
    ("applicant", "postProject", POST | {"itemCode": "ZSZJ-01-001"}),
    ("applicant", "postProject", POST | {"closesAt": "2020-01-01T00:00:00+08:00"}),
    ("applicant", "postProject", POST | {"closesAt": "2030-01-01T00:00:00"}),
    ("applicant", "postProject", POST | {"closesAt": "morgen"}),
    ("applicant", "postProject", POST | {"ceiling": "0"}),
    ("applicant", "postProject", POST | {"method": "DIRECT"}),
    ("applicant", "postProject", POST | {"method": "DIRECT", "invitedCode": "913309021361341254"}),
    ("applicant", "postProject", POST | {"previousRound": "XM-nie"}),
    ("applicant", "postProject", POST | {"idempotencyKey": ""}),
    ("applicant", "postProject", POST | {"idempotencyKey": "k" * 256}),
    ("applicant", "postProject", POST | {"method": "CREDIT_MERIT", "longList": 2**31 - 1, "shortList": -1}),
    ("applicant", "postProject", POST | {"method": "PROPOSAL_MERIT", "priceWeight": 100, "criteria": []}),
    (
        "applicant",
        "postProject",
        POST | {"method": "PROPOSAL_MERIT", "priceWeight": 99, "criteria": [{"name": "\x07", "weight": 9}] * 99},
    ),
    ("applicant", "postProject", POST | {"quoting": "DISCOUNT_RATE"}),
    ("intermediary1", "submitQuote", {"projectCode": "@open", "serviceWorkingDays": 5}),
    *(
        ("intermediary1", "submitQuote", {"projectCode": "@open", "serviceWorkingDays": 5, "discountBp": d})
        for d in (-1, 5, 10**5)
    ),
    ("intermediary1", "submitQuote", {"projectCode": "@open", "amount": "1", "serviceWorkingDays": 5, "proposal": BIG}),
    ("agency", "nameEvaluators", {"projectCode": "@open", "logins": ["", "nobody"]}),
    ("agency", "submitScores", {"projectCode": "@open", "sheets": [{"label": -1, "points": [10**9]}]}),
    ("agency", "pickSupplier", {"projectCode": "@open", "supplierCode": "x", "reason": ""}),
    ("operator", "recordCreditScore", {"organisationCode": "x", "points": 101, "source": ""}),
    ("operator", "recordCreditScore", {"organisationCode": "913309021361341254", "points": -1, "source": BIG}),
    ("agency", "postProject", POST | {"itemCode": "ZSZJ-02-016"}),
    ("applicant", "postProject", POST | {"method": "RANDOM_DRAW"}),
    ("applicant", "postProject", POST | {"beacon": {"name": "", "at": "2030-01-01T00:00:00+08:00"}}),
    ("applicant", "postProject", POST | {"beacon": {"name": "x", "at": "2030-01-01T00:00:00"}}),
    *(
        ("intermediary1", "submitQuote", {"projectCode": "@open", "amount": "1", "serviceWorkingDays": 5, "nonceHash": text})
        for text in TEXTS.values()
    ),
    *(("intermediary1", "commitQuote", {"projectCode": "@open", "commitment": text}) for text in (*TEXTS.values(), "0" * 64)),
    *(("intermediary1", "revealQuote", {"projectCode": "@open", "content": text, "salt": text}) for text in TEXTS.values()),
    ("applicant", "postProject", POST | {"method": "DIRECT", "sealMode": "BIDDER_HELD"}),
    *(("intermediary1", "revealNonce", {"projectCode": "@open", "nonce": text}) for text in TEXTS.values()),
    *(("operator", "recordBeacon", {"projectCode": "@open", "value": text, "link": text}) for text in TEXTS.values()),
    *(("operator", "confirmBeacon", {"projectCode": "@open", "value": text}) for text in TEXTS.values()),
    ("applicant", "submitForReview", {"code": "XM-00000000-000000"}),
    ("applicant", "submitForReview", {"code": "x" * 9000}),
    ("operator", "registerOrganisation", {"code": "91330902136134125A", "name": "错码公司", "kind": "ENTERPRISE"}),
    ("operator", "registerOrganisation", {"code": "91330902", "name": "短码公司", "kind": "ENTERPRISE"}),
    ("operator", "registerOrganisation", {"code": "\x00", "name": "空", "kind": "ENTERPRISE"}),
    ("applicant", "recordFee", FEE),
    ("applicant", "recordFee", FEE | {"paidOn": "2999-01-01"}),
    ("applicant", "recordFee", FEE | {"paidOn": "2026-02-30"}),
    ("applicant", "recordFee", FEE | {"contractNo": "HT-nie"}),
    ("applicant", "recordFee", FEE | {"purposeText": BIG}),
    *(("intermediary1", "declineAward", {"projectCode": "@open", "reason": text}) for text in TEXTS.values()),
    *(("applicant", "forfeitAward", {"projectCode": code, "reason": "x"}) for code in ("", "\x00", "XM-nie")),
    *(("intermediary1", "askQuestion", {"projectCode": "XM-nie", "text": text}) for text in TEXTS.values()),
    *(("applicant", "answerQuestion", {"code": code, "answer": "x"}) for code in ("", "\x00", "TW-nie")),
    *(("intermediary1", "raiseObjection", {"projectCode": "@open", "text": text}) for text in TEXTS.values()),
    *(("operator", "recordAvoidance", AVOID | {"reason": text}) for text in TEXTS.values()),
    *(
        ("operator", "recordAvoidance", AVOID | bad)
        for bad in ({"caseNo": "\x00"}, {"intermediaryCode": "x"}, {"since": "0000-01-01"})
    ),
    *(("operator", "registerPractitioner", PERSON | {"name": text, "idNumber": text}) for text in TEXTS.values()),
    *(("operator", "endPractitioner", {"code": code}) for code in ("", "\x00", "RY-nie")),
    *(
        ("intermediary1", "submitQuote", {"projectCode": "@open", "amount": "1", "serviceWorkingDays": 5, "practitioners": named})
        for named in (["RY-nie"], ["\x00"], [BIG], ["x"] * 11)
    ),
    *(("applicant", "submitForReview", {"code": "XM-nie", "narrowReason": text}) for text in TEXTS.values()),
    *(("applicant", "rateService", {"contractNo": text, **MARKS}) for text in ("", "\x00", "HT-nie", BIG)),
    *(
        ("applicant", "rateService", {"contractNo": "HT-nie", **MARKS, "quality": n, "comment": "\x00"})
        for n in (0, -1, 6, 10**9)
    ),
    *(("intermediary1", "replyToRating", {"code": text, "reply": text}) for text in TEXTS.values()),
    *(("intermediary1", "appealRating", {"code": "PJ-nie", "reason": text}) for text in TEXTS.values()),
    *(("operator", "decideRatingAppeal", {"code": code, "reason": "x", "withdraw": True}) for code in ("", "\x00", "PJ-nie")),
    *(("operator", "proposeMeasure", MEASURE | {field: text}) for field in ("facts", "evidence") for text in TEXTS.values()),
    *(
        ("operator", "proposeMeasure", MEASURE | bad)
        for bad in (
            {"ground": "\x00"},
            {"ground": BIG},
            {"happenedOn": "9999-12-31"},
            {"intermediaryCode": people.of("applicant")},
            {"kind": "PAUSE", "pauseDays": 2**31 - 1},
            {"kind": "PAUSE", "pauseDays": -1},
        )
    ),
    *(("intermediary1", "stateCase", {"code": text, "statement": text}) for text in TEXTS.values()),
    *(("intermediary1", "appealMeasure", {"code": text, "reason": text}) for text in TEXTS.values()),
    *(("operator", "decideMeasure", {"code": code, "reason": "x", "impose": True}) for code in ("", "\x00", "CS-nie")),
    *(("operator", "decideMeasureAppeal", {"code": code, "reason": "x", "annul": True}) for code in ("", "\x00", "CS-nie")),
    *(("operator", "liftMeasure", {"code": code, "reason": "x"}) for code in ("", "\x00", "CS-nie")),
    *(("regulator", "suspendAward", {"projectCode": "@open", "reason": text}) for text in TEXTS.values()),
    *(("regulator", "liftSuspension", {"code": code, "reason": "x"}) for code in ("", "\x00", "ZT-nie")),
    *(("operator", "witnessOpening", {"projectCode": code}) for code in ("", "\x00", "XM-nie", "@open")),
    *(("operator", "liftAvoidance", {"code": code, "reason": "x"}) for code in ("", "\x00", "HB-nie")),
    ("intermediary1", "raiseObjection", {"projectCode": "x" * 9000, "text": "x"}),
    *(("applicant", "answerObjection", {"code": code, "answer": "x", "upheld": True}) for code in ("", "\x00", "YY-nie")),
    *(("operator", "postFramework", FRAMEWORK | {"title": text}) for text in TEXTS.values()),
    ("operator", "postFramework", FRAMEWORK | {"endsAt": "2030-01-01T00:00:00", "ceiling": None}),
    ("operator", "postFramework", FRAMEWORK | {"discountBp": -1, "itemCodes": [""] * 99}),
    ("agency", "postFramework", FRAMEWORK),
    *(("intermediary1", "enterFramework", {"code": code}) for code in ("", "\x00", "KJ-nie", "x" * 9000)),
    ("intermediary1", "leaveFramework", {"code": "KJ-nie"}),
    ("operator", "decideEntry", {"code": "KJ-nie", "memberCode": "x", "admit": True}),
    ("operator", "reviewFramework", {"code": "KJ-nie", "approve": False}),
    ("applicant", "postProject", POST | {"framework": "KJ-nie", "ceiling": "1"}),
    ("applicant", "postProject", POST | {"method": "ROTATION"}),
    ("applicant", "recordRefund", {"refundOf": "FK-nie"} | {k: FEE[k] for k in ("amount", "paidOn", "channel", "grade")}),
]


@pytest.fixture(scope="module")
def cast(demo_server: str) -> dict[str, Api]:
    """Those who type badly."""
    return {who: Api.sign_in(demo_server, who) for who in {case[0] for case in CASES}}


@pytest.mark.parametrize("number", range(len(CASES)))
def test_bad_input_is_answered(cast: dict[str, Api], demo_server: str, number: int) -> None:
    """A typed refusal or a coded 400; the sentence is Chinese for one reader and English for the other."""
    who, mutation, values = CASES[number]
    name = mutation[0].upper() + mutation[1:]
    if values.get("projectCode") == "@open":
        page = Api(demo_server)('{ projects(filter: {state: [OPEN], itemCode: "ZSZJ-02-016"}) { edges { node { code } } } }')
        values = values | {"projectCode": page["projects"]["edges"][0]["node"]["code"]}
    if mutation in ("submitQuote", "commitQuote", "postProject", "postFramework", "recordFee", "recordRefund"):
        values = {"idempotencyKey": str(uuid4())} | values
    document = f"mutation M($input: {name}Input!) {{ {mutation}(input: $input) {{ __typename {ERRORS} }} }}"
    body = json.dumps({"query": document, "variables": {"input": values}})
    told = []
    for language in ("zh-CN", "en"):
        headers = {"Content-Type": "application/json", "Accept-Language": language}
        answer = cast[who].post(content=body.encode(errors="surrogatepass"), headers=headers)
        assert answer.status_code in (200, 400, 413), answer.text[:300]
        given = answer.json()
        if "errors" in given:
            assert given["errors"][0]["extensions"]["code"] != "INTERNAL_SERVER_ERROR", given
            continue
        told.append(given["data"][mutation]["message"])
    assert not told or told[0] != told[1], told
