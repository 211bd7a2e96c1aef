"""Rows into .xlsx as offices take it: text stays text, amounts are numbers, and it prints at once.

XlsxWriter writes row by row to a temporary file, so that memory does not grow with the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

#: A cell: a text, an amount in hundredths, a count, or nothing.
Cell = str | int | None

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_A4 = 9
#: Excel takes no more in a cell.
_LONGEST = 32_767
#: Wider than this in characters, and the sheet is turned.
_PORTRAIT = 80


class Kind(Enum):
    """What a column holds: short text, text over several lines, hundredths of an amount, or a count."""

    TEXT = "text"
    LONG = "long"
    AMOUNT = "amount"
    COUNT = "count"


@dataclass(frozen=True)
class Column:
    """A column: its heading, its width in characters (a Chinese one counts two), what it holds."""

    title: str
    width: int
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, the words over each printed page, its columns and rows, read once."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Cell]]


def write(target: BinaryIO, sheets: Sequence[Sheet]) -> None:
    """Write a workbook."""
    with xlsxwriter.Workbook(target, dict(_OPTIONS)) as book:
        formats = _formats(book)
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, formats)


def _formats(book: xlsxwriter.Workbook) -> dict[Kind | None, Format]:
    """Return the format of each kind of column, and of the headings under None."""
    base = {"valign": "vcenter", "border": 1, "font_size": 11}
    return {
        None: book.add_format(
            base | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#EEEEEE"}
        ),
        Kind.TEXT: book.add_format(base | {"num_format": "@"}),
        Kind.LONG: book.add_format(base | {"num_format": "@", "text_wrap": True, "valign": "top"}),
        # One decimal, and a second one where a quarter of an hour stands.
        Kind.AMOUNT: book.add_format(base | {"num_format": "0.0#", "align": "right"}),
        Kind.COUNT: book.add_format(base | {"num_format": "0", "align": "right"}),
    }


def _write(page: Worksheet, sheet: Sheet, formats: dict[Kind | None, Format]) -> None:
    _lay_out(page, sheet)
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width)
        page.write_string(0, at, column.title, formats[None])
    plan = [(at, column.kind, formats[column.kind]) for at, column in enumerate(sheet.columns)]
    last = 0
    text, number = page.write_string, page.write_number
    for last, row in enumerate(sheet.rows, start=1):
        for (at, kind, look), cell in zip(plan, row, strict=True):
            if cell is None:
                page.write_blank(last, at, None, look)
            elif isinstance(cell, str):
                text(last, at, cell if len(cell) <= _LONGEST else cell[:_LONGEST], look)
            else:
                number(last, at, cell / 100 if kind is Kind.AMOUNT else cell, look)
    width = len(sheet.columns) - 1
    page.print_area(0, 0, last, width)
    # Numbers of members and phones are texts on purpose: no green corner shall say otherwise.
    page.ignore_errors({"number_stored_as_text": f"A1:{_letter(width)}{last + 1}"})


def _lay_out(page: Worksheet, sheet: Sheet) -> None:
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_paper(_A4)
    if sum(column.width for column in sheet.columns) > _PORTRAIT:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
    page.center_horizontally()
    page.set_header(f"&C&14{_literal(sheet.title)}")
    page.set_footer("&L仅供党组织内部使用&R第 &P 页，共 &N 页")


def _literal(title: str) -> str:
    # A digit right after the size would be read as part of it, and & begins a command.
    return " " + title.replace("&", "&&")[:200]


def _letter(column: int) -> str:
    return chr(ord("A") + column)
