"""The two sheets of the roster: their columns, found by header, and their rows read into values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.errors import invalid
from services.roster import cells
from services.roster.cells import CellFault
from services.roster.result import Rejection
from services.roster.workbook import Cell, Table, shown


@dataclass(frozen=True)
class Column:
    """One column. It must stand in the file when `needed`, and hold something in every row when `filled`."""

    header: str
    read: Callable[[Cell, date], Any]
    needed: bool = False
    filled: bool = False


def _must(header: str, read: Callable[[Cell, date], Any]) -> Column:
    return Column(header, read, needed=True, filled=True)


ORGANIZATIONS = "党组织"
MEMBERS = "党员"

COLUMNS: dict[str, tuple[Column, ...]] = {
    ORGANIZATIONS: (
        _must("代码", cells.code),
        _must("名称", cells.words),
        _must("类型", cells.kind),
        Column("上级代码", cells.code, needed=True),
        _must("领域", cells.sector),
        Column("设支委会", cells.yes_or_no),
        Column("不作要求的会议", cells.meetings),
    ),
    MEMBERS: (
        _must("编号", cells.number),
        _must("姓名", cells.person),
        _must("支部代码", cells.code),
        Column("党小组", cells.words),
        _must("类别", cells.category),
        _must("入党日期", cells.past_day),
        Column("转正日期", cells.near_day),
        Column("手机号", cells.phone),
        Column("党内职务", cells.duties),
        Column("任职日期", cells.near_day),
        Column("流动去向", cells.words),
        Column("流动起始", cells.near_day),
        Column("不作硬性要求", cells.yes_or_no),
        Column("不作要求起始", cells.near_day),
    ),
}


@dataclass(eq=False)
class Row:
    """One row of a sheet: what its cells say, and which of them cannot be used.

    `values` holds what could be read, None for an empty cell, and no key for a column that the file lacks.
    """

    sheet: str
    number: int
    cells: list[Cell]
    places: dict[str, int]
    values: dict[str, Any] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)

    def get(self, header: str) -> Any:
        """Return the value of a column, None when it is empty, unusable or missing."""
        return self.values.get(header)

    def has(self, header: str) -> bool:
        """Whether the file has the column at all: what it lacks, an import leaves alone."""
        return header in self.places

    def shown(self, header: str) -> str:
        """Return the cell as the file shows it, cut so that a pasted book is not echoed."""
        text = shown(self.cells[self.places[header]])
        return text if len(text) <= 100 else text[:100] + "…"


class Roster:
    """A file as read: its rows, what was ignored, and every cell that cannot be used."""

    def __init__(self) -> None:
        """Start empty; `parse` fills it."""
        self.rows: dict[str, list[Row]] = {ORGANIZATIONS: [], MEMBERS: []}
        self.broken: set[str] = set()
        self.rejected: dict[tuple[str, int, str], Rejection] = {}
        self.ignored_columns: list[str] = []
        self.ignored_sheets: list[str] = []

    def reject(self, row: Row, header: str, reason: str) -> None:
        """Name a cell that cannot be used; the first reason stands, a second one would only confuse."""
        row.bad.add(header)
        row.values.pop(header, None)
        key = (row.sheet, row.number, header)
        self.rejected.setdefault(key, Rejection(*key, row.shown(header), reason))

    def reject_header(self, sheet: str, header: str, value: str, reason: str) -> None:
        """Name a fault of the header row; the sheet's rows are then not judged at all."""
        self.broken.add(sheet)
        self.rejected.setdefault((sheet, 1, header), Rejection(sheet, 1, header, value, reason))

    def sorted_rejections(self) -> list[Rejection]:
        """Return the rejections in the order of the file."""
        order = {(sheet, col.header): at for sheet in COLUMNS for at, col in enumerate(COLUMNS[sheet])}
        sheets = list(COLUMNS)
        return sorted(
            self.rejected.values(),
            key=lambda r: (sheets.index(r.sheet), r.row, order.get((r.sheet, r.column), 99)),
        )


def parse(tables: list[Table], today: date) -> Roster:
    """Read the sheets of a file.

    Raises:
        ServiceError: `invalid`, when no sheet or more than one can be meant, or there is no row at all.
    """
    roster = Roster()
    found = _assigned(tables, roster)
    for sheet, table in found.items():
        _parse_sheet(roster, sheet, table, today)
    if not any(roster.rows.values()) and not roster.rejected:
        raise invalid("roster_empty", "名册里没有一行内容。", "请在表头下面每行写一个党组织或一名党员。")
    return roster


def _assigned(tables: list[Table], roster: Roster) -> dict[str, Table]:
    found: dict[str, Table] = {}
    unnamed = []
    for table in tables:
        name = cells.clean(table.name or "")
        if name in COLUMNS:
            _assign(found, name, table)
        else:
            unnamed.append(table)
    named = set(found)
    for table in unnamed:
        meant = _recognised(table, strict=table.name is not None)
        if meant is None or meant in named:
            roster.ignored_sheets.append(table.name or "")
        else:
            _assign(found, meant, table)
    if not found:
        raise invalid(
            "roster_sheets",
            "没有找到「党组织」或「党员」表。",
            "请按模板给工作表取这两个名字，第 1 行写表头。",
        )
    return found


def _assign(found: dict[str, Table], name: str, table: Table) -> None:
    if name in found:
        raise invalid("roster_sheets", f"有两张表都像「{name}」。", f"请只留一张，取名「{name}」。")
    found[name] = table


def _recognised(table: Table, strict: bool) -> str | None:
    headers = {_header(cell) for cell in table.rows[0]}
    fitting = {
        sheet: sum(column.header in headers for column in columns)
        for sheet, columns in COLUMNS.items()
        if not strict or all(column.header in headers for column in columns if column.needed)
    }
    best = max(fitting, key=fitting.__getitem__, default=None)
    return best if best is not None and fitting[best] >= 2 else None


def _header(cell: Cell) -> str:
    return "".join(cells.clean(cell).split())


def _parse_sheet(roster: Roster, sheet: str, table: Table, today: date) -> None:
    columns = COLUMNS[sheet]
    places = _places(roster, sheet, table)
    rows = [
        Row(sheet, at, line, places)
        for at, line in enumerate(table.rows[1:], start=2)
        if any(line[place] != "" and cells.clean(line[place]) for place in places.values())
    ]
    _refuse_merged(roster, table, rows, places)
    for column in columns:
        if column.needed and column.header not in places:
            reason = f"缺少「{column.header}」这一列，请在第 1 行补上这个表头"
            roster.reject_header(sheet, column.header, "", reason)
    if sheet in roster.broken:
        return
    roster.rows[sheet] = rows
    present = [column for column in columns if column.header in places]
    for row in rows:
        _read(roster, row, present, today)


def _places(roster: Roster, sheet: str, table: Table) -> dict[str, int]:
    known = {column.header for column in COLUMNS[sheet]}
    places: dict[str, int] = {}
    for at, cell in enumerate(table.rows[0]):
        header = _header(cell)
        if header in places:
            reason = f"有两列都叫「{header}」，请只留一列"
            roster.reject_header(sheet, header, shown(cell), reason)
        elif header in known:
            places[header] = at
        elif header:
            roster.ignored_columns.append(header)
        elif any(row[at] != "" for row in table.rows):
            roster.ignored_columns.append(f"第 {at + 1} 列（没有表头）")
    return places


def _read(roster: Roster, row: Row, columns: Iterable[Column], today: date) -> None:
    for column in columns:
        header = column.header
        if header in row.bad:
            continue
        cell = row.cells[row.places[header]]
        if cell == "" or not cells.clean(cell):
            row.values[header] = None
            if column.filled:
                roster.reject(row, header, f"没有填「{header}」，请补上")
            continue
        try:
            row.values[header] = column.read(cell, today)
        except CellFault as fault:
            roster.reject(row, header, str(fault))


def _refuse_merged(roster: Roster, table: Table, rows: list[Row], places: dict[str, int]) -> None:
    """Name each merged area once: which of its rows the value belongs to, nobody can tell."""
    by_number = {row.number: row for row in rows}
    for top, left, bottom, right in table.merged:
        headers = [header for header, at in places.items() if left <= at <= right]
        last = min(bottom + 1, len(table.rows))
        covered = [by_number[at] for at in range(top + 1, last + 1) if at in by_number]
        if top == 0 or not headers or not covered:
            continue
        for row in covered:
            row.bad.update(headers)
        roster.reject(covered[0], headers[0], "这里合并了单元格，请取消合并，每行各填一格")
