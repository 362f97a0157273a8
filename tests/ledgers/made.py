"""The rows of a random ledger: one method for each kind of row, and the random draws that all of them share."""

import random
from datetime import date, timedelta

from stdnum.cn import uscc

from tests.ledgers.reading import COLUMNS

Tables = dict[str, list[dict[str, str]]]
AS_OF = (date(2026, 11, 1), date(2026, 3, 31), date(2026, 7, 1))
GRADES = ("treasury", "bank", "platform", "invoice", "declaration")


def as_of(seed: int) -> date:
    """The date for which the ledger of this seed was made: the limits of 30 days are counted back from it."""
    return AS_OF[seed % len(AS_OF)]


def fen(amount: int, rng: random.Random) -> str:
    """Yuan text, with as few decimals as some bookkeepers write."""
    text = f"{amount // 100}.{amount % 100:02d}"
    return text.rstrip("0").rstrip(".") if rng.random() < 0.3 else text


class Made:
    """The tables, and one method for each kind of row."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.as_of = as_of(seed)
        self.tables: Tables = {name: [] for name in COLUMNS}
        self.anchors = [self.as_of - timedelta(self.rng.randint(20, 420)) for _ in range(6)]
        self._ids: set[str] = set()
        self._relations: set[tuple[str, ...]] = set()

    def number(self, prefix: str, table: str) -> str:
        return f"{prefix}{len(self.tables[table]) + 1:07d}"

    def add(self, table: str, **columns: object) -> dict[str, str]:
        row = dict.fromkeys(COLUMNS[table].split(), "") | {k: "" if v is None else str(v) for k, v in columns.items()}
        self.tables[table].append(row)
        return row

    def organisation(self, kind: str, prefix: str) -> str:
        while True:
            body = prefix + "330900"[: 8 - len(prefix)] + "".join(self.rng.choice("0123456789") for _ in range(9))
            code = body + uscc.calc_check_digit(body) if kind != "person" else f"P{self.rng.randrange(10**8):08d}"
            if code not in self._ids and (kind == "person" or uscc.is_valid(code)):
                break
        self._ids.add(code)
        self.add("organisations", id=code, name=f"示例{kind}{len(self._ids)}", kind=kind)
        return code

    def relate(self, a: str, b: str, relation: str, since: date | None = None, until: date | None = None) -> None:
        if a == b or (a, b, relation, str(since)) in self._relations or (since and until and since > until):
            return
        self._relations.add((a, b, relation, str(since)))
        self.add("relations", from_id=a, to_id=b, relation=relation, since=since, until=until, source="registry")

    def period(self, on: date) -> tuple[date | None, date | None]:
        """A time around a day: open, ended the day before, on the day, beginning on the day, the day after, …"""
        one = timedelta(1)
        return self.rng.choice(
            [
                *[(None, None), (date(2015, 1, 1), None), (None, date(2030, 1, 1))] * 2,
                (date(2015, 1, 1), on - one),
                (None, on),
                (on, None),
                (on, on),
                (on + one, None),
                (date(2010, 1, 1), date(2020, 12, 31)),
            ]
        )

    def some_day(self) -> date:
        return self.rng.choice(self.anchors) + timedelta(self.rng.choice((-1, 0, 0, 0, 1, 40)))

    def payment(
        self, paid: date, payer: str, payee: str, amount: int, contract_no: str, case_no: str, refund_of: str = ""
    ) -> dict[str, str]:
        return self.add(
            "payments",
            payment_no=self.number("FK", "payments"),
            paid_on=paid,
            payer_id=payer,
            payee_id=payee,
            amount_yuan=fen(amount, self.rng),
            contract_no=contract_no,
            case_no=case_no,
            purpose_text="退款" if refund_of else "服务费",
            grade=self.rng.choice((*GRADES, "bank", "treasury")),
            refund_of=refund_of,
        )
