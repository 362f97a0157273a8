"""What a party paid that it should not have: its own payments, native and imported, with what was found, and what came back.

Own means: paid under the party's own code. What other members of its group paid, or an agent for it, they see themselves.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from tortoise.expressions import Subquery

from market.actors import Actor
from market.catalogue.liability import PayerKind, liability
from market.catalogue.models import ItemClass
from market.fees import gather, records
from market.findings import read as findings
from market.findings.models import Finding, FindingState
from market.oversight.models import CaseFinding, OversightCase
from market.oversight.read import visible
from market.parties import read as parties
from market.permissions import Action, Subject
from market.rules import facts, rulebook
from market.rules.conditions.base import MissingColumn, listed_class
from market.rules.world import World
from market.usecase import require

_PAID_WRONGLY, _PAID_TOO_MUCH = frozenset({"net_paid"}), frozenset({"above_cap", "excess"})
"""Names of amounts in the rules: the whole payment, and the part of a contract's payments above what was allowed."""


@dataclass(frozen=True)
class OwnFee:
    """One payment. Amounts in fen, None where the ledger does not say. ``unowed_fen``: of it, what should not have been paid;
    ``owed_fen``: what of that has not come back. ``case``: the newest oversight case that the party may see.
    """

    payment: facts.Payment
    item_code: str
    item_class: ItemClass | None
    case_no: str | None
    refunded_fen: int
    unowed_fen: int
    owed_fen: int
    findings: tuple[Finding, ...]
    case: OversightCase | None

    @property
    def net_fen(self) -> int | None:
        """What remains after refunds."""
        return None if self.payment.amount_fen is None else self.payment.amount_fen - self.refunded_fen

    @property
    def payer(self) -> PayerKind | None:
        """Who should have paid, by the item's class on the day that counts; None where that is not known."""
        return liability(self.item_class, False, False).payer if self.item_class else None


@dataclass(frozen=True)
class Totals:
    """Of all payments of the party, in fen. ``refunded_fen``: of what it should not have paid."""

    paid_fen: int
    unowed_fen: int
    refunded_fen: int
    owed_fen: int


def totals(fees: Iterable[OwnFee]) -> Totals:
    """Their sums."""
    rows = list(fees)
    unowed, owed = sum(f.unowed_fen for f in rows), sum(f.owed_fen for f in rows)
    return Totals(sum(f.payment.amount_fen or 0 for f in rows), unowed, unowed - owed, owed)


def position(fee: OwnFee) -> list[str]:
    """The place of a row in the list: by day, then number; a day that is not known comes last."""
    return [str(fee.payment.paid_on or ""), fee.payment.payment_no]


def page(fees: Sequence[OwnFee], after: Sequence[str] | None, limit: int, *, only_unowed: bool) -> list[OwnFee]:
    """At most ``limit + 1`` rows after a position."""
    wanted = [f for f in fees if f.unowed_fen or not only_unowed]
    return [f for f in wanted if after is None or position(f) < list(after)][: limit + 1]


async def own_fees(actor: Actor) -> list[OwnFee]:
    """Every payment of the actor's party, the newest first, in a constant number of queries. Raises NotSignedIn, NotPermitted."""
    require(actor, Action.FEE_OWN, Subject.of(actor.party_id))
    [party] = await parties.organisations_by_id([actor.party_id])
    paid = await records.select(
        facts.Payment, records.PAYMENTS, "payer_id IN $1 AND refund_of IS NULL", [party.code] if party else []
    )
    table = await _surroundings(actor, paid)
    return sorted((table.row(p) for p in paid), key=position, reverse=True)


async def _surroundings(actor: Actor, paid: Sequence[facts.Payment]) -> "_Table":
    """All that the rows need beside the payments."""
    payments = [p.payment_no for p in paid]
    numbers = sorted({p.contract_no for p in paid if p.contract_no})
    refunds = await records.select(facts.Payment, records.PAYMENTS, "refund_of IN $1", payments)
    contracts = await records.select(facts.Contract, records.CONTRACTS, "contract_no IN $1", numbers)
    listed = await gather.lists(sorted({c.item_code for c in contracts if c.item_code}))
    found = await _findings(actor, payments, numbers)
    return _Table(paid, refunds, contracts, listed, found, await _cases(actor, found))


async def _findings(actor: Actor, payments: Sequence[str], contracts: Sequence[str]) -> list[Finding]:
    """About the payments; about their contracts those that concern the party."""
    subjects = [*(f"payment:{n}" for n in payments), *(f"contract:{n}" for n in contracts)]
    about = await records.rows_of(records.among("SELECT id FROM findings WHERE subject IN $1"), subjects)
    ids = [row[0] for row in about]
    shown = set(await findings.visible(actor).filter(id__in=ids).values_list("id", flat=True))
    rows = await Finding.filter(id__in=ids).order_by("rule", "subject")
    return [f for f in rows if f.subject.startswith("payment:") or f.id in shown]


async def _cases(actor: Actor, found: Sequence[Finding]) -> dict[object, OversightCase]:
    """The newest case of each finding that the party may see."""
    links = CaseFinding.filter(finding_id__in=[f.id for f in found], case_id__in=Subquery(visible(actor).values("id")))
    rows = await links.order_by("joined_at").select_related("case__agency", "case__handler") if found else []
    return {link.finding_id: link.case for link in rows}


@cache
def _names(rule: str, kind: str) -> frozenset[str]:
    return frozenset(row.amount for row in rulebook.default() if (row.id, row.subject) == (rule, kind))


class _Table:
    """Everything that the rows are made of, by its keys."""

    def __init__(
        self,
        paid: Sequence[facts.Payment],
        refunds: Sequence[facts.Payment],
        contracts: Sequence[facts.Contract],
        listed: Sequence[facts.Fact],
        found: Sequence[Finding],
        cases: dict[object, OversightCase],
    ) -> None:
        self.contracts = {c.contract_no: c for c in contracts}
        self.lists, self.cases = World(listed, date.max), cases
        self.refunded: dict[str | None, int] = defaultdict(int)
        for refund in refunds:
            self.refunded[refund.refund_of] += refund.amount_fen or 0
        self.found: dict[str, list[Finding]] = defaultdict(list)
        for finding in found:
            self.found[finding.subject].append(finding)
        self.shares = self._shares(paid)

    def row(self, payment: facts.Payment) -> OwnFee:
        contract = self.contracts.get(payment.contract_no or "")
        about = (*self.found[f"payment:{payment.payment_no}"], *self.found[f"contract:{payment.contract_no}"])
        unowed, owed = self._wrong(payment)
        followed = [self.cases[f.id] for f in about if f.id in self.cases]
        return OwnFee(
            payment=payment,
            item_code=(contract and contract.item_code) or "",
            item_class=self._class(contract),
            case_no=contract.case_no if contract else payment.case_no,
            refunded_fen=self.refunded[payment.payment_no],
            unowed_fen=unowed,
            owed_fen=owed,
            findings=about,
            case=max(followed, key=lambda c: c.opened_at, default=None),
        )

    def _wrong(self, payment: facts.Payment) -> tuple[int, int]:
        """What should not have been paid, and what of it is still missing: all of the payment, else its share of an excess."""
        about = _standing(self.found[f"payment:{payment.payment_no}"], _PAID_WRONGLY)
        if about:
            return payment.amount_fen or 0, max(f.amount_fen - f.refunded_fen for f in about)
        return self.shares.get(payment.payment_no, (0, 0))

    def _shares(self, paid: Sequence[facts.Payment]) -> dict[str, tuple[int, int]]:
        """What was paid too much under a contract lies in the last payments."""
        shares: dict[str, tuple[int, int]] = {}
        left: dict[str, tuple[int, int]] = {}
        for payment in sorted(paid, key=lambda p: (str(p.paid_on or ""), p.payment_no), reverse=True):
            number = payment.contract_no or ""
            too_much, missing = left.setdefault(number, self._excess(number))
            net = (payment.amount_fen or 0) - self.refunded[payment.payment_no]
            share = min(payment.amount_fen or 0, too_much), min(max(net, 0), missing)
            shares[payment.payment_no], left[number] = share, (too_much - share[0], missing - share[1])
        return shares

    def _excess(self, number: str) -> tuple[int, int]:
        about = _standing(self.found[f"contract:{number}"], _PAID_TOO_MUCH)
        most = max((f.amount_fen for f in about), default=0)
        return most, max((f.amount_fen - f.refunded_fen for f in about), default=0)

    def _class(self, contract: facts.Contract | None) -> ItemClass | None:
        """On the day of commissioning, as the rules take it."""
        if contract is None or contract.item_code is None:
            return None
        try:
            found = listed_class(self.lists, contract.item_code, contract.commissioned_on, "contracts.commissioned_on")
        except MissingColumn:
            return None
        return ItemClass(found) if found in set(ItemClass) else None


def _standing(found: Iterable[Finding], amounts: frozenset[str]) -> list[Finding]:
    """Those of rules with such an amount, refunded ones too; what a correcting record cleared does not count."""
    standing = (f for f in found if f.state != FindingState.CLEARED)
    return [f for f in standing if _names(f.rule, f.subject.partition(":")[0]) & amounts]
