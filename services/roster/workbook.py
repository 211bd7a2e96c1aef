"""Files into plain cells: .xlsx by its content, CSV in UTF-8 or GB18030."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from services.errors import invalid
from services.roster.package import COLUMNS, ROWS, checked, damaged

FILE_BYTES = 5 * 1024 * 1024
#: More merged areas than this are a designed form rather than a table.
_MERGES = 1_000

Cell = str | int | float | bool | date | datetime | time | timedelta
#: First row, first column, last row, last column, counted from 0.
Area = tuple[int, int, int, int]

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_AS_XLSX = "请用 Excel 或 WPS 打开它，另存为「Excel 工作簿（.xlsx）」，不要加密码。"


@dataclass(frozen=True)
class Table:
    """One sheet. `rows[0]` is row 1, also when it is empty; every row has the same width.

    `name` is the sheet's own, None for a CSV file.
    """

    name: str | None
    rows: list[list[Cell]]
    merged: list[Area] = field(default_factory=list)


def read_tables(data: bytes) -> list[Table]:
    """Return the sheets that hold anything; what kind of file it is, its first bytes say.

    Raises:
        ServiceError: `invalid`, when it is too large, of another kind, or cannot be read.
    """
    if len(data) > FILE_BYTES:
        raise invalid("roster_too_large", "文件超过 5 MB。", "请只保留名册本身，或分几次导入。")
    if data.startswith(b"PK"):
        return _workbook(data)
    if data.startswith(_OLD_EXCEL):
        raise invalid("roster_kind", "这是旧版 .xls，或者加了密码的工作簿。", _AS_XLSX)
    return _csv(data)


def _workbook(data: bytes) -> list[Table]:
    content = checked(data)
    try:
        with CalamineWorkbook.from_filelike(content) as book:
            tables = [_sheet(book.get_sheet_by_name(name)) for name in book.sheet_names]
    except (CalamineError, OSError, ValueError) as error:
        raise damaged() from error
    except BaseException as error:
        # A panic inside the reader is no Exception by pyo3's choice; to the person it is a bad file.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged() from error
    return [table for table in tables if table.rows]


def _sheet(sheet: CalamineSheet) -> Table:
    merged = sheet.merged_cell_ranges or []
    if len(merged) > _MERGES:
        hint = "请全部取消合并，每行各填各的。"
        raise invalid("roster_merged", f"「{sheet.name}」里合并的单元格太多。", hint)
    rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False) if sheet.height else []
    areas = [(top, left, bottom, right) for (top, left), (bottom, right) in merged]
    return Table(sheet.name, rows, areas)


def _csv(data: bytes) -> list[Table]:
    text = _decoded(data)
    first = text.partition("\n")[0]
    delimiter = "\t" if "\t" in first and "," not in first else ","
    rows: list[list[Cell]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append(list(record))
            if len(rows) > ROWS + 1 or len(record) > COLUMNS:
                raise invalid("roster_too_large", f"一张表最多 {ROWS} 行、{COLUMNS} 列。", "请分几次导入。")
    except csv.Error as error:
        raise invalid("roster_unreadable", "这个 CSV 文件的引号或分隔不对。", _AS_XLSX) from error
    width = max((len(row) for row in rows), default=0)
    return [Table(None, [row + [""] * (width - len(row)) for row in rows])] if width else []


def _decoded(data: bytes) -> str:
    # A GBK text is hardly ever valid UTF-8, while most bytes are valid GB18030: hence this order.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not text.lstrip().startswith(("<", "%PDF", "{\\rtf")):
            return text
        break
    raise invalid("roster_kind", "这个文件既不是 .xlsx，也不是 CSV 文本。", _AS_XLSX)


def shown(cell: Cell) -> str:
    """Return a cell as text, the way a person sees it in the sheet."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime) and cell.time() == time.min:
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
