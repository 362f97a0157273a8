"""``market import``: records from elsewhere."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from market.actors import SYSTEM
from market.documents.parse import facts as parse_facts
from market.errors import LedgerRefused
from market.imports.einvoices import FOLDER
from market.imports.problems import Code, Problem
from market.imports.service import CHECKING, STORING, Imported, ImportLedger, import_at_shell
from schema.labels import LABELS, N_
from web import startup
from web.cli.shell import Database, err, fail, out, run, say, settings_for, told
from web.settings import Settings

app = typer.Typer(no_args_is_help=True)

SHOWN = 200
"""Problems on the screen; the others are counted, and all of them go into the file of ``--problems``."""

REASONS: dict[Code, str] = {
    Code.NOT_FOUND: N_("没有这个文件夹或文件。"),
    Code.NOT_A_LEDGER: N_("应是放有 CSV 文件的文件夹，或一个 .xlsx 文件。"),
    Code.NO_TABLES: N_("里面没有账册的表，如 payments.csv；文件名应与格式说明一致。"),
    Code.UNREADABLE: N_("不能读取。"),
    Code.NOT_UTF8: N_("不是 UTF-8 编码。请另存为 UTF-8 编码的 CSV。"),
    Code.EMPTY_FILE: N_("文件是空的，缺少表头。"),
    Code.MISSING_COLUMN: N_("缺少这一列。没有内容也要保留表头。"),
    Code.UNKNOWN_COLUMN: N_("格式里没有这一列。请删除或改正表头。"),
    Code.REPEATED_COLUMN: N_("这一列出现了两次。"),
    Code.REPEATED_SHEET: N_("同名的工作表不止一个。"),
    Code.NOT_A_WORKBOOK: N_("不是完好的 XLSX 文件。请用表格软件重新另存。"),
    Code.FORBIDDEN_XML: N_("XLSX 文件里有实体声明，出于安全不予读取。请用表格软件重新另存。"),
    Code.ZIP_BOMB: N_("解压后过大，出于安全不予读取。请分成几个文件，或改用 CSV。"),
    Code.NOT_CSV: N_("不是正确的 CSV，常见的原因是引号没有成对。"),
    Code.LINE_TOO_LONG: N_("这一行太长。"),
    Code.CELL_COUNT: N_("这一行的列数与表头不同。"),
    Code.REQUIRED: N_("必填。"),
    Code.TOO_LONG: N_("内容太长。"),
    Code.CONTROL_CHARACTER: N_("含有不可见的控制字符。"),
    Code.FORMULA: N_("这里是公式，应填写数值本身。"),
    Code.DIGITS_LOST: N_("编号按数字存放，后几位已丢失。请把这一列设为文本后重新填写。"),
    Code.UNKNOWN_WORD: N_("格式里没有这个词。"),
    Code.NOT_A_DATE: N_("应是存在的日期，写作 2026-01-31。"),
    Code.NOT_AN_AMOUNT: N_("应为元，至多两位小数，不带千分位。"),
    Code.TOO_LARGE: N_("数额过大。"),
    Code.NEGATIVE: N_("不能是负数。退款应另起一行，填写 refund_of。"),
    Code.NOT_A_PERCENTAGE: N_("应为不小于 0 的百分数，至多两位小数，不带百分号。"),
    Code.NOT_A_COUNT: N_("应为不小于 0 的整数。"),
    Code.CODE_LENGTH: N_("不是统一社会信用代码：位数不对。自然人请用 P 加代号。"),
    Code.CODE_CHARACTERS: N_("不是统一社会信用代码或自然人代号：有不能用的字符。"),
    Code.CODE_CHECK_DIGIT: N_("不是统一社会信用代码：校验位不对。"),
    Code.ENDS_BEFORE_START: N_("结束日期早于开始日期。"),
    Code.DUPLICATE: N_("这个编号（这一行）在文件里不止一次。"),
    Code.UNKNOWN_REFERENCE: N_("所指的单位、办件、合同、付款或发票，账册里没有，数据库里也没有。"),
    Code.REFERS_TO_REFUSED: N_("所指的那一行本身有问题，没有导入。"),
    Code.REFERS_TO_ITSELF: N_("指向了自己。"),
    Code.CONFLICT: N_("数据库里已有这个编号，内容不同；已有的不会被覆盖。"),
    Code.NOT_A_FILE: N_("不是普通文件：files 里只能直接放电子发票文件，不能有链接或子文件夹。"),
    Code.TOO_MANY_FILES: N_("电子发票文件太多，请分几次导入。"),
    Code.NOT_READ_IN_TIME: N_("读取电子发票的时间已用完，这个文件没有读。请分几次导入。"),
    Code.SAME_INVOICE_TWICE: N_("这张发票的文件不止一个，只留一个。"),
    Code.NO_SUCH_INVOICE: N_("账册和数据库里都没有这个号码的发票。"),
    Code.DIFFERS_FROM_FILE: N_("与电子发票文件不同（账册或数据库 ≠ 文件）。"),
    Code.ANOTHER_FILE: N_("这张发票已有另一个文件，或这个文件已是另一张发票的凭据；已有的不会被替换。"),
} | {Code(f"file_{reason}"): LABELS[reason] for reason in parse_facts.REASONS}
STEPS = {CHECKING: N_("核对"), STORING: N_("入库")}


class _List:
    """The problems: the first ones for the screen, all of them for a file."""

    def __init__(self, file: TextIO | None) -> None:
        self.first: list[Problem] = []
        self._writer = csv.writer(file) if file else None
        if self._writer:
            self._writer.writerow(["file", "line", "column", "code", "reason", "value"])

    def tell(self, problem: Problem) -> None:
        """One more."""
        if len(self.first) < SHOWN:
            self.first.append(problem)
        if self._writer:
            # An apostrophe keeps a spreadsheet from taking the value for a formula.
            value = f"'{problem.value}" if problem.value.startswith(("=", "+", "-", "@", "\t", "\r")) else problem.value
            row = [problem.file, problem.line or "", problem.column, problem.code.value, say(REASONS[problem.code]), value]
            self._writer.writerow(row)

    def table(self) -> Table:
        """For the screen."""
        table = Table(*(say(head) for head in (N_("文件"), N_("行"), N_("列"), N_("问题"), N_("内容"))))
        for p in self.first:
            cells = [p.file, str(p.line or ""), p.column, say(REASONS[p.code]), p.value]
            table.add_row(*(Text(cell) for cell in cells))
        return table


@app.command()
def ledger(
    path: Path,
    strict: Annotated[
        bool,
        typer.Option("--strict/--keep-good", help="有一处问题就全不导入／导入没有问题的行 · all or nothing / every good row"),
    ] = True,
    problems: Annotated[Path | None, typer.Option("--problems", help="问题全部写入此 CSV · write all problems here")] = None,
    database: Database = None,
) -> None:
    """导入账册（CSV 文件夹或 XLSX）· import a ledger: a folder of CSV files, or one XLSX file.

    文件夹里可有子文件夹 files/，放电子发票文件（数电票 XML、OFD、PDF，每个不超过 10 MB）：读出后与 invoices.csv 或已有的发票核对，
    空格由文件补上，不同之处列为问题。· The folder may have a sub-folder files/ of e-invoice files: they are compared with
    invoices.csv or with stored invoices, fill in empty cells, and are kept as proof; what differs is a problem.
    """
    settings = settings_for(database)
    try:
        with _opened(problems) as file:
            found = _List(file)
            outcome = run(_import(settings, path, not strict, found))
    except OSError as bad:
        fail(N_("不能读取：{reason}"), reason=bad)
    _report(outcome, found)


@contextmanager
def _opened(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # with a BOM, so that spreadsheets read the Chinese
        yield file


async def _import(settings: Settings, path: Path, keep_good: bool, found: _List) -> Imported | LedgerRefused:
    try:
        async with startup.connected(settings):
            with _Bars() as bars:
                form = ImportLedger(path, keep_good, tell=found.tell, progress=bars.move)
                return await import_at_shell(SYSTEM, form)
    except startup.NotReady as bad:
        fail(startup.NOT_MIGRATED, missing=", ".join(bad.missing))
    except LedgerRefused as refused:
        return refused


class _Bars:
    """One progress bar a file and a step; nothing where no person looks."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=err, disable=not err.is_terminal)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "_Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def move(self, name: str, done: int, total: int) -> None:
        """So far of so much."""
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(say(STEPS[name]) if name in STEPS else name, total=total or None)
        self._progress.update(self._tasks[name], completed=done)


def _report(outcome: Imported | LedgerRefused, found: _List) -> None:
    if isinstance(outcome, Imported):
        out.print(_counts(outcome))
        if outcome.ignored:
            out.print(say(N_("不是账册的表，没有读：{names}"), names=", ".join(outcome.ignored)), markup=False)
    if found.first:
        err.print(found.table())
        if outcome.problems > len(found.first):
            more = outcome.problems - len(found.first)
            err.print(say(N_("另有 {more} 处问题没有列出；用 --problems 文件名.csv 可得到全部。"), more=more))
    if isinstance(outcome, LedgerRefused):
        fail("{reason}", reason=told(outcome))
    if outcome.problems:
        fail(N_("有 {problems} 处问题，所在的行没有导入。"), problems=outcome.problems)
    out.print(say(N_("已导入。") if outcome.batch_id else N_("没有新的内容，什么都没有改变。")))


def _counts(outcome: Imported) -> Table:
    table = Table(say(N_("表")))
    for head in (N_("读到"), N_("导入"), N_("原已有"), N_("有问题")):
        table.add_column(say(head), justify="right")
    rows = outcome.counts | ({f"{FOLDER}/": outcome.files} if outcome.files else {})
    for name, counts in rows.items():
        table.add_row(name, *map(str, (counts.read, counts.stored, counts.unchanged, counts.refused)))
    return table
