"""Invoice files and declarations in the API: what is shown, to whom, with how many statements."""

from datetime import date

import pytest

from market import clock
from market.actors import Actor, Role
from market.fees import declarations
from market.fees.models import FeeRecord
from tests.contest import code_of, member
from tests.market.test_documents import AT, invoice_of, kept, made, recorded
from tests.schema.conftest import Execute
from tests.schema.test_query_counts import counted

LIST = """{ feeRecords(first: 50) { edges { node { recordNo invoices { number verified document { id sha256 mediaType size } }
    declarations { party { name } agrees differences { field recorded declared } } } } } }"""


async def evidenced(ends: tuple[Actor, Actor], number: str) -> FeeRecord:
    """A record with its invoice file and the payee's differing declaration."""
    document = await kept(ends[0], await invoice_of(ends, number=number))
    fee = (await recorded(ends, document_id=str(document.id))).fee
    payer, payee = [await code_of(a) for a in ends]
    with clock.fixed(AT):
        await declarations.declare_fee(ends[1], declarations.DeclareFee(fee.record_no, 1, date(2026, 12, 20), payer, payee))
    return fee


async def test_the_count_does_not_grow(execute: Execute) -> None:
    """Files and declarations of one record and of five take the same number of statements."""
    ends = await member(Role.APPLICANT), await member(Role.INTERMEDIARY)
    counts, numbers = [], iter(f"2633200000001234567{n}" for n in range(5))
    for grown in (1, 4):
        for _ in range(grown):
            await evidenced(ends, next(numbers))
        with pytest.MonkeyPatch.context() as patch, counted(patch) as sent:
            answer = await execute(LIST, ends[0])
        assert answer.errors is None, answer.errors
        counts.append(len(sent))
    nodes = [edge["node"] for edge in answer.data["feeRecords"]["edges"]]
    assert counts[0] == counts[1] <= 8 and len(nodes) == 5
    assert all(n["invoices"][0]["verified"] and n["invoices"][0]["document"]["mediaType"] == "application/xml" for n in nodes)
    told = [{"field": "amount", "recorded": "1272.00", "declared": "0.01"}]
    assert all(n["declarations"][0]["differences"] == told for n in nodes)


async def test_a_scan_beside_a_typed_invoice_verifies_nothing(execute: Execute) -> None:
    """The document is shown, verified is false."""
    ends = await member(Role.APPLICANT), await member(Role.INTERMEDIARY)
    document = await kept(ends[0], made.pdf())
    typed = {"number": "1", "issued_on": date(2026, 9, 1), "buyer_title": "某", "buyer_code": "B", "amount_fen": 1}
    await recorded(ends, document_id=str(document.id), seller_code=await code_of(ends[1]), **typed)
    answer = await execute(LIST, await member(Role.REGULATOR))
    [invoice] = answer.data["feeRecords"]["edges"][0]["node"]["invoices"]
    assert invoice["verified"] is False and invoice["document"]["id"] == str(document.id)


RECORD = """mutation($input: RecordFeeInput!) { recordFee(input: $input) { __typename ... on Error { code message }
    ... on InvoiceMismatch { differences { field typed read } } ... on InvoiceUnreadable { reason found understood } } }"""


async def test_a_mismatch_is_told_in_the_readers_language(execute: Execute) -> None:
    """Fields for programs, a sentence that names them for people; an unreadable file says why."""
    ends = await member(Role.APPLICANT), await member(Role.INTERMEDIARY)
    documents = [await kept(ends[0], await invoice_of(ends)), await kept(ends[0], made.pdf())]
    payer, payee = [await code_of(a) for a in ends]
    payment = {"idempotencyKey": "k", "payerCode": payer, "payeeCode": payee, "amount": "1.00", "paidOn": "2026-12-20"}
    payment |= {"channel": "BANK_TRANSFER", "grade": "INVOICE"}
    answers = []
    for document in documents:
        invoice = {"documentId": str(document.id), "amount": "1.00"}
        answer = await execute(RECORD, ends[0], input={**payment, "invoice": invoice})
        answers.append(answer.data["recordFee"])
    differs, unread = answers
    assert differs["differences"] == [{"field": "amount", "typed": "1.00", "read": "1272.00"}]
    assert differs["code"] == "INVOICE_MISMATCH" and "金额 1.00 ≠ 1272.00" in differs["message"]
    assert (unread["__typename"], unread["reason"]) == ("InvoiceUnreadable", "unknown_layout")
    assert "没有能识别的发票数据" in unread["message"] and len(unread["understood"]) == 4
