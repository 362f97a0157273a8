"""Small ledgers for tests: a sound one, and ways to write it as a folder or a workbook."""

import csv
from pathlib import Path
from typing import Any

import openpyxl

from market.imports.tables import TABLES

AGENCY, BUILDER, SURVEYOR, PERSON = "113309005260181595", "91330902906044319L", "91330900079244026E", "PWANG2345"

Rows = list[dict[str, str]]
Ledger = dict[str, Rows]


def _row(table: str, text: str) -> dict[str, str]:
    """Cells in the order of the table's columns."""
    cells = text.split(",")
    names = [column.name for column in TABLES[table].columns]
    assert len(cells) == len(names), (table, text)
    return dict(zip(names, cells, strict=True))


_SOUND = {
    "organisations": [
        f"{AGENCY},示例市某局,agency",
        f"{BUILDER},示例公司,enterprise",
        f"{SURVEYOR},示例测绘,intermediary",
        f"{PERSON},,",
    ],
    "relations": [f"{BUILDER},{SURVEYOR},controls,2015-01-01,,registry"],
    "item_classes": ["ZSZJ-01-009,applicant_choice,2010-01-01,2025-06-30", "ZSZJ-01-009,agency_commissioned,2025-07-01,"],
    "item_prices": ["ZSZJ-06-001,government_guided,20000,12.5,2020-01-01,"],
    "cases": [f"AJ1,示例审批,{AGENCY},{BUILDER},地块1,2025-08-01,", f"AJ2,示例审批,{AGENCY},{PERSON},,,"],
    "contracts": [
        f"HT1,ZSZJ-01-009,AJ1,{AGENCY},{SURVEYOR},random_draw,5,approval,72400.1,2025-09-22,2025-09-24,2025-11-21,,,",
        f"HT2,ZSZJ-01-009,AJ1,{AGENCY},{SURVEYOR},direct,,approval,100,2025-10-22,2025-10-24,,,,HT1",
    ],
    "amendments": ["HT1,2025-10-01,-100.00,少一点", "HT1,2025-10-02,200.00,增加点位"],
    "payments": [
        f"FK1,2025-11-10,{BUILDER},{SURVEYOR},72400.10,HT1,AJ1,服务费,bank,",
        f"FK2,2025-11-20,{SURVEYOR},{BUILDER},400,,,退款,bank,FK1",
    ],
    "invoices": [
        f"FP1,2025-11-11,{SURVEYOR},{AGENCY},72400.10,HT1,FK1,",
        f"FP2,2025-11-12,{SURVEYOR},{AGENCY},-72400.10,HT1,FK1,FP1",
    ],
    "demands": [f"YQ1,AJ1,ZSZJ-01-009,2025-09-11,must_use,{SURVEYOR}"],
}
SIZE = sum(map(len, _SOUND.values()))


def sound() -> Ledger:
    """Every table, every kind of reference, empty cells among them."""
    return {table: [_row(table, text) for text in rows] for table, rows in _SOUND.items()}


def folder(place: Path, ledger: Ledger, **dialect: Any) -> Path:
    """Write it as CSV files."""
    place.mkdir(parents=True, exist_ok=True)
    for table, rows in ledger.items():
        with (place / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [c.name for c in TABLES[table].columns], **dialect)
            writer.writeheader()
            writer.writerows(rows)
    return place


def workbook(path: Path, ledger: dict[str, list[dict[str, Any]]]) -> Path:
    """Write it as sheets; cells may be numbers and dates."""
    book = openpyxl.Workbook(write_only=True)
    for table, rows in ledger.items():
        sheet = book.create_sheet(table)
        names = [c.name for c in TABLES[table].columns]
        sheet.append(names)
        for row in rows:
            sheet.append([row[name] if row[name] != "" else None for name in names])
    book.save(path)
    return path
