"""Declarations in the API: what payer and payee each say of one payment, and where they differ from the record."""

from datetime import date, datetime
from typing import Self

import strawberry

from market import errors
from market.fees import declarations
from schema.context import Info
from schema.errors import result
from schema.parties import Organisation
from schema.scalars import Yuan


@strawberry.type
class DeclarationDifference:
    """One field of which record and declaration say different things."""

    field: str
    recorded: str
    declared: str


@strawberry.type(description="付款或收款一方自己的申报,与付费记录并存。 What one end of a payment says of it by itself.")
class FeeDeclaration:
    """Kept beside the record, whatever it says. ``number``: 1, and more for corrections, which say why in ``correction``."""

    party: Organisation
    number: int
    amount: Yuan
    paid_on: date
    payer_code: str
    payee_code: str
    correction: str
    agrees: bool
    declared_at: datetime
    differences: list[DeclarationDifference]

    @classmethod
    def of(cls, said: declarations.Statement) -> Self:
        """From what the domain tells."""
        differences = [DeclarationDifference(field=d.field, recorded=d.read, declared=d.typed) for d in said.differences]
        values = vars(said) | {"party": Organisation.of(said.party), "amount": Yuan(said.amount_fen), "differences": differences}
        values.pop("amount_fen")
        return cls(**values)


@strawberry.input
class DeclareFeeInput:
    """Your own statement about a payment that somebody recorded. ``correction``: why it replaces your earlier one."""

    record_no: str
    amount: Yuan
    paid_on: date
    payer_code: str
    payee_code: str
    correction: str = ""

    def form(self) -> declarations.DeclareFee:
        """As the domain takes it."""
        given = vars(self) | {"amount_fen": self.amount}
        given.pop("amount")
        return declarations.DeclareFee(**given)


@strawberry.type
class Mutations:
    """Writes of declarations."""

    @result("DeclareFeeResult", FeeDeclaration, errors.AlreadyDeclared, errors.AlreadyReversed)
    async def declare_fee(self, info: Info, input: DeclareFeeInput) -> FeeDeclaration:
        """付款方或收款方独立申报一笔付款。 Payer or payee says by itself what was paid; differences are shown, both stay."""
        return FeeDeclaration.of(await declarations.declare_fee(info.context.actor, input.form()))
