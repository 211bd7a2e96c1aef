"""Files before their cells are judged: kinds, encodings, limits, and workbooks made to do harm."""

from __future__ import annotations

import contextlib
import io
import re
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from services.errors import ServiceError
from services.roster.package import COLUMNS, ROWS
from services.roster.workbook import FILE_BYTES, read_tables

CSV = "编号,姓名,支部代码,类别,入党日期\nDY01,王伟,ZB01,在职,2020-01-02\n"


def workbook(fill: Callable[[Any, Any], None], sheet: str = "党员") -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        fill(book, book.add_worksheet(sheet))
    return stream.getvalue()


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            part = old.read(info)
            new.writestr(info.filename, change(part) if info.filename == name else part)
    return stream.getvalue()


def with_rows(rows: bytes) -> bytes:
    plain = workbook(lambda _, sheet: sheet.write(0, 0, "编号"))
    body = re.compile(rb"<sheetData>.*</sheetData>", re.S)
    return with_part(
        plain,
        "xl/worksheets/sheet1.xml",
        lambda part: body.sub(b"<sheetData>" + rows + b"</sheetData>", part),
    )


def refusal(data: bytes) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        read_tables(data)
    assert caught.value.kind == "invalid"
    assert caught.value.message
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_a_csv_is_read_in_the_encodings_that_office_programs_write(encoding: str) -> None:
    (table,) = read_tables(CSV.encode(encoding))
    assert table.name is None
    assert table.rows[1][:2] == ["DY01", "王伟"]


def test_a_csv_keeps_empty_lines_as_rows_and_quotes_as_text() -> None:
    (table,) = read_tables('编号\t姓名\n\n"DY,1"\t"王""伟"\n'.encode())
    assert [row[0] for row in table.rows] == ["编号", "", "DY,1"]
    assert table.rows[2][1] == '王"伟'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "roster_kind"),
        (b"%PDF-1.7 and more", "roster_kind"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "roster_kind"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "roster_kind"),
        ("编号,姓名\n".encode("utf-16"), "roster_kind"),
        (b"PK\x03\x04 and then nothing", "roster_unreadable"),
        (b'a,b\n"never closed', "roster_unreadable"),
        (b"x" * (FILE_BYTES + 1), "roster_too_large"),
        (b"a\n" * (ROWS + 2), "roster_too_large"),
        (b"a," * COLUMNS + b"a\n", "roster_too_large"),
    ],
)
def test_another_kind_of_file_is_refused_by_its_content(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert refusal(stream.getvalue()).code == "roster_kind"


def test_one_far_cell_is_refused_at_once_and_named() -> None:
    far = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    tracemalloc.start()
    fault = refusal(with_rows(far))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "第 1048576 行" in fault.message
    assert peak < 5_000_000


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="30000"><c><v>1</v></c></row>',
        b'<row r="1"><c r="AO1"><v>1</v></c></row>',
        b'<row r="1"><c r="A99999" t="inlineStr"><is><t>x</t></is></c></row>',
        b'<row r="1">' + b"<c><v>1</v></c>" * (COLUMNS + 1) + b"</row>",
        b"<row><c><v>1</v></c></row>" * (ROWS + 2),
    ],
)
def test_a_cell_outside_the_limits_is_found_however_it_is_placed(rows: bytes) -> None:
    assert refusal(with_rows(rows)).code == "roster_too_large"


def test_cells_that_are_only_coloured_do_not_count() -> None:
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="900000"><c r="XFD900000" s="0"/></row>'
    (table,) = read_tables(with_rows(rows))
    assert table.rows == [[1.0]]


def test_four_hundred_thousand_empty_rows_are_passed_over_quickly() -> None:
    rows = b"".join(b'<row r="%d" ht="15"/>' % at for at in range(2, 400_002))
    data = with_rows(b'<row r="1"><c r="A1"><v>1</v></c></row>' + rows)
    begun = time.monotonic()
    (table,) = read_tables(data)
    assert time.monotonic() - begun < 5
    assert len(table.rows) == 1


def test_millions_of_empty_cells_are_refused() -> None:
    assert refusal(with_rows(b'<row r="1">' + b"<c/>" * 4_000_001 + b"</row>")).code == "roster_too_large"


def test_a_small_file_that_unpacks_to_hundreds_of_megabytes_is_refused() -> None:
    data = with_part(with_rows(b""), "docProps/app.xml", lambda _: b"<a>" + b" " * (60 << 20) + b"</a>")
    assert len(data) < FILE_BYTES
    assert refusal(data).code == "roster_too_large"


def test_a_directory_that_lies_about_a_size_is_not_believed() -> None:
    text = b"<a>" + b" " * (60 << 20) + b"</a>"
    data = with_part(with_rows(b""), "docProps/app.xml", lambda _: text)
    lied = data.replace(len(text).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lied != data
    refusal(lied)


def test_a_thousand_and_one_parts_are_refused() -> None:
    stream = io.BytesIO(with_rows(b""))
    with zipfile.ZipFile(stream, "a") as archive:
        for at in range(1001):
            archive.writestr(f"xl/media/{at}.png", b"")
    assert refusal(stream.getvalue()).code == "roster_too_large"


def test_a_long_text_shared_by_all_cells_is_refused_before_it_is_written_out() -> None:
    def fill(_: Any, sheet: Any) -> None:
        for row in range(2000):
            sheet.write_string(row, 0, "长" * 30_000)

    assert refusal(workbook(fill)).code == "roster_too_large"


def test_entities_and_foreign_definitions_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    assert (
        refusal(with_part(with_rows(b""), "xl/worksheets/sheet1.xml", lambda _: bomb)).code
        == "roster_unreadable"
    )


def test_a_workbook_that_counts_days_from_1904_is_refused() -> None:
    data = with_part(
        with_rows(b""),
        "xl/workbook.xml",
        lambda part: part.replace(b"<workbookPr ", b'<workbookPr date1904="1" '),
    )
    assert refusal(data).code == "roster_1904"


def test_formulas_give_what_they_show_and_hidden_rows_are_rows() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write(0, 0, "编号")
        sheet.write_formula(1, 0, '="DY"&"01"', None, "DY01")
        sheet.write_string(2, 0, "=1+1")
        sheet.set_row(1, None, None, {"hidden": True})

    (table,) = read_tables(workbook(fill))
    assert [row[0] for row in table.rows] == ["编号", "DY01", "=1+1"]


def test_rows_above_the_first_cell_are_counted() -> None:
    (table,) = read_tables(workbook(lambda _, sheet: sheet.write(3, 2, "x")))
    assert len(table.rows) == 4
    assert table.rows[3] == ["", "", "x"]


PARTS = ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml")


@given(st.sampled_from(PARTS), st.integers(0, 5000), st.binary(max_size=8))
def test_a_damaged_workbook_is_read_or_refused_and_never_more(part: str, at: int, noise: bytes) -> None:
    plain = workbook(lambda _, sheet: sheet.write_row(0, 0, ("编号", 1, 2.5)))
    data = with_part(plain, part, lambda text: text[: at % len(text)] + noise + text[at % len(text) + 3 :])
    with contextlib.suppress(ServiceError):
        read_tables(data)
