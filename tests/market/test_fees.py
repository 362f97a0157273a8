"""Fee records on a real database: judged as they are written, followed to the refund, corrected by reversal."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from market import clock, errors
from market.actors import Actor, Role
from market.contracts.models import Contract
from market.fees import payments, read, service
from market.fees.forms import InvoiceForm, RecordFee, RecordRefund
from market.fees.models import Channel, EvidenceGrade, FeeRecord, Invoice
from market.findings.models import Finding
from market.ledger.models import LedgerInvoice
from market.log.models import LogEntry
from market.parties.models import Organisation
from market.projects.models import ApprovalCase
from tests import contest
from tests.contest import member

PAID_AT = datetime(2026, 12, 20, 4, tzinfo=UTC)
PAID_ON = date(2026, 12, 20)


class Scene:
    """An agency's contract for an agency-commissioned item, at 100 fen, and its people."""

    agency: Actor
    applicant: Actor
    contract: Contract


@pytest.fixture
async def scene(database: str, shipped_catalogue: None) -> Scene:
    """Ready to be paid for."""
    scene = Scene()
    scene.agency, scene.applicant = await member(Role.AGENCY), await member(Role.APPLICANT)
    scene.contract = await contest.contracted(scene.agency, await contest.agency_form(scene.applicant), 100, 200, 300)
    await scene.contract.fetch_related("supplier")
    return scene


async def paid(scene: Scene, payer: Actor, fen: int = 100, **changes: Any) -> service.Recorded:
    """A payment under the contract by that party."""
    values: dict[str, Any] = {
        "idempotency_key": uuid4().hex,
        "payer_code": await contest.code_of(payer),
        "payee_code": scene.contract.supplier.code,
        "amount_fen": fen,
        "paid_on": PAID_ON,
        "channel": Channel.BANK_TRANSFER,
        "grade": EvidenceGrade.BANK,
        "voucher_no": "V-1",
        "contract_no": scene.contract.contract_no,
    }
    with clock.fixed(PAID_AT):
        return await service.record_fee(payer, RecordFee(**(values | changes)))


async def refunded(fee: FeeRecord, fen: int, by: Actor) -> service.Recorded:
    """A refund seen in a bank record."""
    form = RecordRefund(uuid4().hex, fee.record_no, fen, PAID_ON, Channel.BANK_TRANSFER, EvidenceGrade.BANK, "R-1")
    with clock.fixed(PAID_AT):
        return await service.record_refund(by, form)


async def states(rule: str) -> list[tuple[str, int, int]]:
    """State, amount and refund of the rule's findings."""
    return await Finding.filter(rule=rule).values_list("state", "amount_fen", "refunded_fen")


async def test_the_agency_pays_and_nothing_is_found(scene: Scene) -> None:
    """Every rule answers, none flags."""
    recorded = await paid(scene, scene.agency)
    assert recorded.findings == [] and {v.outcome.value for v in recorded.verdicts} == {"clear"}


async def test_the_applicants_payment_is_proof_of_fee_shifting_at_once(scene: Scene) -> None:
    """V01 with the amount, and a declaration instead of a bank record is a lead."""
    [finding] = (await paid(scene, scene.applicant)).findings
    assert (finding.rule, finding.certainty, finding.amount_fen, finding.state) == ("V01", "proof", 100, "open")
    declared = await paid(scene, scene.applicant, 0 + 1, grade=EvidenceGrade.DECLARATION, voucher_no="")
    assert {f.certainty for f in declared.findings if f.subject == f"payment:{declared.fee.record_no}"} == {"lead"}


async def test_a_finding_follows_the_money_back(scene: Scene) -> None:
    """Half back: partly refunded. All back: refunded. More than all: refused, and nothing is stored."""
    fee, regulator = (await paid(scene, scene.applicant)).fee, await member(Role.REGULATOR)
    await refunded(fee, 40, regulator)
    assert await states("V01") == [("partly_refunded", 100, 40)]
    with pytest.raises(errors.RefundTooLarge):
        await refunded(fee, 61, regulator)
    await refunded(fee, 60, regulator)
    assert await states("V01") == [("refunded", 100, 100)]


async def test_the_reasons_follow_the_money_too(scene: Scene) -> None:
    """What a finding says of itself is what the rule says today: nobody reads "not returned" of what has come back."""
    fee, regulator = (await paid(scene, scene.applicant)).fee, await member(Role.REGULATOR)
    for fen in (40, 60):
        recorded = await refunded(fee, fen, regulator)
        [today] = [v for v in recorded.verdicts if v.rule == "V01" and v.subject == f"payment:{fee.record_no}"]
        [finding] = await Finding.filter(rule="V01")
        assert finding.because == list(today.because)


async def test_a_mistyped_code_is_told_from_an_unknown_one(scene: Scene) -> None:
    """A wrong check digit is said as such; a valid code that nobody registered as another thing."""
    form = RecordFee("k", "91330902136134125A", "91330902136134125A", 100, PAID_ON, Channel.CASH, EvidenceGrade.DECLARATION)
    for code, problem in (("91330902136134125A", "not_a_code"), ("913309021361341254", "unknown_party")):
        with pytest.raises(errors.InvalidInput) as refused:
            await service.record_fee(scene.applicant, replace(form, payer_code=code))
        assert [(p.path, p.code) for p in refused.value.fields] == [("payerCode", problem)]


async def test_a_reversed_record_clears_what_it_proved(scene: Scene) -> None:
    """The mistake and its reversal both stay; the finding says cleared; a second reversal is refused."""
    fee = (await paid(scene, scene.applicant)).fee
    with clock.fixed(PAID_AT):
        await service.reverse_fee(scene.applicant, fee.record_no, "记错了付款人")
        with pytest.raises(errors.AlreadyReversed):
            await service.reverse_fee(scene.applicant, fee.record_no, "再来一次")
    assert await states("V01") == [("cleared", 100, 0)] and await FeeRecord.all().count() == 2


async def test_paying_above_the_contract_is_found_on_the_contract(scene: Scene) -> None:
    """V21 names the excess over price and amendments."""
    await paid(scene, scene.agency, 130)
    assert await states("V21") == [("open", 30, 0)]


async def test_an_invoice_to_another_than_the_payer_is_found(scene: Scene) -> None:
    """V04: the agency paid, the invoice names the applicant."""
    code = await contest.code_of(scene.applicant)
    invoice = InvoiceForm("FP1", PAID_ON, "某公司", code, scene.contract.supplier.code, 100)
    assert {f.rule for f in (await paid(scene, scene.agency, invoice=invoice)).findings} == {"V04"}


async def test_the_number_of_a_ledgers_invoice_is_taken(scene: Scene) -> None:
    """The rules keep one fact of a number: the imported one would be gone."""
    await LedgerInvoice.create(invoice_no="FP9", batch_id=1)
    code = await contest.code_of(scene.agency)
    with pytest.raises(errors.AlreadyFiled):
        await paid(scene, scene.agency, invoice=InvoiceForm("FP9", PAID_ON, "某局", code, scene.contract.supplier.code, 100))


async def test_a_case_is_found_however_it_is_typed(scene: Scene) -> None:
    """When a payment names it, and when a list is narrowed to it, in the records and among all payments."""
    await ApprovalCase.filter(id=scene.contract.case_id).update(case_no="BJ-77")
    fee = (await paid(scene, scene.applicant, contract_no=None, case_no=" bj—77")).fee
    assert fee.case_id == scene.contract.case_id
    listed = read.listing(scene.applicant, read.FeeFilter(case_no="ｂｊ-77"))
    assert await listed.values_list("id", flat=True) == [fee.id]
    shown = await payments.page(payments.PaymentFilter(case_no="bj-77"), None, 9)
    assert [row.payment_no for row in shown] == [fee.record_no]


async def test_the_same_key_records_once(scene: Scene) -> None:
    """A repeated request returns the first record; other content under its key is refused."""
    first = await paid(scene, scene.agency, idempotency_key="k")
    assert (await paid(scene, scene.agency, idempotency_key="k")).fee.id == first.fee.id
    with pytest.raises(errors.IdempotencyKeyReused):
        await paid(scene, scene.agency, 99, idempotency_key="k")
    assert await FeeRecord.all().count() == 1


async def test_strangers_record_nothing(scene: Scene) -> None:
    """A payment between others under a contract of others: to them there is no such contract; nothing is written."""
    before = await LogEntry.all().count()
    with clock.fixed(PAID_AT), pytest.raises(errors.NotFound):
        payer = await contest.code_of(scene.agency)
        stranger = await member(Role.APPLICANT)
        key, kind = uuid4().hex, (Channel.CASH, EvidenceGrade.DECLARATION)
        number = scene.contract.contract_no
        form = RecordFee(key, payer, scene.contract.supplier.code, 1, PAID_ON, *kind, contract_no=number)
        await service.record_fee(stranger, form)
    assert await LogEntry.all().count() == before and not await FeeRecord.exists()


@pytest.mark.parametrize("named", ["contract", "case"])
async def test_a_stranger_makes_no_proof_with_a_payment_to_itself(scene: Scene, named: str) -> None:
    """It names the applicant as payer and itself as payee: neither the contract's number nor the case's answers otherwise than none."""
    stranger, before = await member(Role.INTERMEDIARY), await LogEntry.all().count()
    await scene.contract.fetch_related("case")
    ends = {"payer_code": await contest.code_of(scene.applicant), "payee_code": await contest.code_of(stranger)}
    for number in (scene.contract.contract_no if named == "contract" else scene.contract.case.case_no, "XX-1"):
        numbers = {"contract_no": None, "case_no": None} | {f"{named}_no": number}
        with pytest.raises(errors.NotFound) as caught:
            await paid(scene, stranger, **ends, **numbers)
        assert (caught.value.kind, caught.value.key) == (named, number)
    assert await LogEntry.all().count() == before and not await Finding.exists()


async def test_whoever_paid_the_supplier_says_so_and_reads_no_more_of_it(scene: Scene) -> None:
    """A third party that paid under the contract: its record is judged, what was found of others stays with them."""
    await paid(scene, scene.applicant, 7)
    recorded = await paid(scene, await member(Role.APPLICANT), 9)
    about = {f"payment:{recorded.fee.record_no}", *(f.subject for f in recorded.findings)}
    assert {v.subject for v in recorded.verdicts} <= about and all(f.amount_fen != 7 for f in recorded.findings)
    assert await Finding.filter(rule="V01", amount_fen=7).exists()


async def test_what_one_end_recorded_the_other_declares(scene: Scene) -> None:
    """Recorded by both it would count twice, and the price would seem exceeded; the same end may pay the same sum again."""
    supplier = await member(Role.INTERMEDIARY, await Organisation.get(id=scene.contract.supplier_id))
    fee = (await paid(scene, scene.agency)).fee
    with pytest.raises(errors.AlreadyFiled) as caught:
        await paid(scene, supplier, payer_code=await contest.code_of(scene.agency))
    assert (caught.value.kind, caught.value.key) == ("fee", fee.record_no)
    await paid(scene, scene.agency, 1)
    await paid(scene, scene.agency, 1)
    assert await FeeRecord.all().count() == 3


async def test_who_had_to_pay_back_does_not_clear_itself(scene: Scene) -> None:
    """The agency whose duty it was and the intermediary that kept the money: neither's word makes a bank's payment refunded."""
    fee = (await paid(scene, scene.applicant)).fee
    supplier = await member(Role.INTERMEDIARY, await Organisation.get(id=scene.contract.supplier_id))
    for party in (scene.agency, supplier):
        with pytest.raises(errors.NotPermitted):
            await refunded(fee, 100, party)
    assert await states("V01") == [("open", 100, 0)]
    await refunded(fee, 100, scene.applicant)
    assert await states("V01") == [("refunded", 100, 100)]


async def test_nobody_vouches_for_the_treasury_but_its_own(scene: Scene) -> None:
    """An applicant cannot claim a treasury payment, and a refused payment leaves no invoice behind."""
    code = await contest.code_of(scene.applicant)
    invoice = InvoiceForm("FP2", PAID_ON, "某公司", code, scene.contract.supplier.code, 100)
    with pytest.raises(errors.GradeNotAttestable):
        await paid(scene, scene.applicant, grade=EvidenceGrade.TREASURY, invoice=invoice)
    assert not await Invoice.exists() and not await FeeRecord.exists()


async def test_strangers_neither_refund_nor_reverse(scene: Scene) -> None:
    """To a stranger with the right role the record does not exist."""
    fee = (await paid(scene, scene.applicant)).fee
    before = await LogEntry.all().count()
    for role in (Role.AGENCY, Role.APPLICANT, Role.INTERMEDIARY):
        stranger = await member(role)
        with pytest.raises(errors.NotFound):
            await refunded(fee, 1, stranger)
        with clock.fixed(PAID_AT), pytest.raises(errors.NotFound):
            await service.reverse_fee(stranger, fee.record_no, "x")
    assert await LogEntry.all().count() == before


async def test_an_invoice_of_tomorrow_is_refused(scene: Scene) -> None:
    """A later date would hide the invoice from the rules, which do not look beyond today; nothing is stored."""
    code = await contest.code_of(scene.applicant)
    invoice = InvoiceForm("FP3", date(2027, 1, 1), "某公司", code, scene.contract.supplier.code, 100)
    with pytest.raises(errors.InvalidInput) as caught:
        await paid(scene, scene.agency, invoice=invoice)
    assert [(f.path, f.code) for f in caught.value.fields] == [("invoice.issuedOn", "in_the_future")]
    assert not await FeeRecord.exists()


async def test_nobody_takes_back_anothers_record(scene: Scene) -> None:
    """The agency that should have paid, the intermediary that was paid: neither makes the applicant's record vanish."""
    fee = (await paid(scene, scene.applicant)).fee
    supplier = await member(Role.INTERMEDIARY, await Organisation.get(id=scene.contract.supplier_id))
    before = await LogEntry.all().count()
    for party in (scene.agency, supplier):
        with clock.fixed(PAID_AT), pytest.raises(errors.NotPermitted):
            await service.reverse_fee(party, fee.record_no, "没有这回事")
    assert await LogEntry.all().count() == before and await states("V01") == [("open", 100, 0)]


async def test_a_word_does_not_undo_what_a_bank_proves(scene: Scene) -> None:
    """A bank payment is not refunded by a declaration; a declared one is."""
    fee = (await paid(scene, scene.applicant)).fee
    soft = RecordRefund(uuid4().hex, fee.record_no, 100, PAID_ON, Channel.CASH, EvidenceGrade.DECLARATION)
    with clock.fixed(PAID_AT), pytest.raises(errors.GradeNotAttestable) as caught:
        await service.record_refund(scene.applicant, soft)
    assert caught.value.allowed == ("bank",) and await states("V01") == [("open", 100, 0)]
    declared = (await paid(scene, scene.applicant, 1, grade=EvidenceGrade.DECLARATION, voucher_no="")).fee
    with clock.fixed(PAID_AT):
        await service.record_refund(scene.agency, replace(soft, refund_of=declared.record_no, amount_fen=1, idempotency_key="d"))
    assert sorted(await states("V01")) == [("open", 100, 0), ("refunded", 1, 1)]


@pytest.mark.parametrize("wrong", [{"amount_fen": 1}, {"buyer_code": "X"}, {"seller_code": "agency"}])
async def test_a_red_letter_cancels_its_own_invoice_only(scene: Scene, wrong: dict[str, Any]) -> None:
    """Another's red letter, or one over a fen, takes no finding away; the true one does."""
    code, seller = await contest.code_of(scene.applicant), scene.contract.supplier.code
    invoice = InvoiceForm("FP4", PAID_ON, "某公司", code, seller, 100)
    await paid(scene, scene.agency, invoice=invoice)
    red = replace(invoice, number="FP5", red_letter_of="FP4")
    given = wrong | ({"seller_code": await contest.code_of(scene.agency)} if "seller_code" in wrong else {})
    with pytest.raises(errors.InvalidInput):
        await paid(scene, scene.agency, 1, invoice=replace(red, **given))
    assert await states("V04") == [("open", 100, 0)]
    await paid(scene, scene.agency, 1, invoice=red)
    assert await states("V04") == [("cleared", 100, 0)]


async def test_a_reversal_outside_of_contracts_is_seen(scene: Scene) -> None:
    """Without a contract, too, a reversed payment no longer proves that its invoice names another."""
    code, seller = await contest.code_of(scene.applicant), scene.contract.supplier.code
    invoice = InvoiceForm("FP6", PAID_ON, "某公司", code, seller, 100)
    fee = (await paid(scene, scene.agency, contract_no=None, invoice=invoice)).fee
    assert await states("V04") == [("open", 100, 0)]
    with clock.fixed(PAID_AT):
        await service.reverse_fee(scene.agency, fee.record_no, "记重了")
    assert await states("V04") == [("cleared", 100, 0)]


async def test_a_refund_is_no_older_than_its_payment(scene: Scene) -> None:
    """Money cannot come back before it was paid; nothing is stored."""
    fee = (await paid(scene, scene.applicant)).fee
    early = RecordRefund(uuid4().hex, fee.record_no, 100, date(2026, 12, 19), Channel.BANK_TRANSFER, EvidenceGrade.BANK, "R-0")
    with clock.fixed(PAID_AT), pytest.raises(errors.InvalidInput):
        await service.record_refund(scene.applicant, early)
    assert await FeeRecord.all().count() == 1


async def test_a_persons_name_is_not_in_the_reasons(scene: Scene) -> None:
    """A finding is read by all whom it concerns; a natural person appears in it under the pseudonym."""
    await Organisation.filter(id=scene.applicant.organisation_id).update(kind="person", name="王阿婆")
    [finding] = (await paid(scene, scene.applicant)).findings
    said = str(finding.because) + str(finding.evidence)
    assert "王阿婆" not in said and await contest.code_of(scene.applicant) in said


MOVES: dict[str, dict[str, Any]] = {
    "agency pays": {"by": "agency"},
    "applicant pays": {"by": "applicant", "fen": 40},
    "third party pays": {"by": "third", "fen": 60},
    "made good": {"by": "applicant", "fen": 61, "to": "third", "contract_no": None},
    "on the side": {"by": "applicant", "fen": 7, "contract_no": None},
}


@pytest.mark.parametrize("order", ["01234", "43210", "31402", "24130"])
async def test_the_order_in_which_payments_are_recorded_does_not_matter(scene: Scene, order: str) -> None:
    """Once all are in, the same is found, with the same certainty and amount: a leg that comes later is seen, too."""
    people = {"agency": scene.agency, "applicant": scene.applicant, "third": await member(Role.APPLICANT)}
    await scene.contract.fetch_related("case")
    for number in order:
        name = list(MOVES)[int(number)]
        move = dict(MOVES[name])
        payer, fen, payee = people[move.pop("by")], move.pop("fen", 100), move.pop("to", None)
        ends = {"payee_code": await contest.code_of(people[payee])} if payee else {}
        case = {"case_no": scene.contract.case.case_no} if name == "on the side" else {}
        await paid(scene, payer, fen, purpose_text=name, **move, **ends, **case)
    told = dict(await FeeRecord.all().values_list("record_no", "purpose_text"))
    found = {
        (f.rule, told.get(f.subject.partition(":")[2], f.subject.partition(":")[0]), f.certainty, f.amount_fen, f.state)
        for f in await Finding.all()
    }
    assert found == {
        ("V01", "applicant pays", "proof", 40, "open"),
        ("V03", "third party pays", "proof", 60, "open"),
        ("V06", "on the side", "lead", 7, "open"),
        ("V21", "contract", "proof", 100, "open"),
        ("V22", "applicant pays", "proof", 40, "open"),
    }
