"""Files that leave the house, read back by other programs: text stays text, amounts are numbers."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from models import AuditLog
from models.terms import AttendanceStatus
from services import login, step_up
from services.actor import OPERATOR
from services.errors import ServiceError
from services.roll import attendance
from tests.web.world import OPENIDS, STATIC, World
from web.files import document, paper
from web.files.workbook import Column, Kind, Sheet, write

#: What a member may have typed, and what programs like to make of it.
TYPED = (
    "=1+1",
    "+8613800138000",
    "@x",
    "-5",
    "https://a.cn",
    "00123",
    "1e5",
    "2026-03-05",
    "{{7*7}}",
    "<b>&",
    "_x0041_",
    "𬱖祎",
)
COLUMNS = (
    Column("姓名", 12),
    Column("学时", 9, Kind.AMOUNT),
    Column("次数", 8, Kind.COUNT),
    Column("原文", 40, Kind.LONG),
)
ROWS = [(text, 150 + at, at, f"{text}\n第二行") for at, text in enumerate(TYPED)] + [("空", None, None, "")]


def proven(world: World, role: str = "secretary") -> FlaskClient:
    """Return a browser in which somebody has just proved who they are."""
    browser = world.app.test_client()
    token = login.start(OPENIDS[role], world.clock())
    browser.set_cookie("shuxue", token)
    step_up.prove(OPENIDS[role], step_up.ask(OPENIDS[role], world.clock()), token, world.clock())
    return browser


def cells(body: bytes, sheet: int = 0) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(sheet).to_python()


def workbook() -> bytes:
    target = io.BytesIO()
    write(target, [Sheet("表", "A&B 支部 2026年", COLUMNS, iter(ROWS))])
    return target.getvalue()


def test_text_stays_text_and_amounts_are_numbers() -> None:
    head, *rows = cells(workbook())
    assert head == ["姓名", "学时", "次数", "原文"]
    assert [tuple(row) for row in rows[:-1]] == [
        (text, (150 + at) / 100, at, f"{text}\n第二行") for at, text in enumerate(TYPED)
    ]
    assert rows[-1] == ["空", "", "", ""]
    with zipfile.ZipFile(io.BytesIO(workbook())) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in page
        assert "hyperlink" not in page


def test_it_prints_at_once_on_a4() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook())) as book:
        page, names = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/workbook.xml").decode()
    assert 'state="frozen"' in page
    assert 'paperSize="9"' in page
    assert "A&amp;&amp;B" in page
    assert f"表!$A$1:$D${len(ROWS) + 1}" in names
    assert "Print_Titles" in names


def test_libreoffice_reads_the_same(tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not on this machine: the workbook was read back by calamine alone")
    (tmp_path / "table.xlsx").write_bytes(workbook())
    options = [
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76",
    ]
    subprocess.run(
        [office, *options, "--outdir", str(tmp_path), str(tmp_path / "table.xlsx")],
        check=True,
        timeout=120,
        capture_output=True,
    )
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["姓名", "学时", "次数", "原文"]
    assert [(row[0], float(row[1]), row[3]) for row in rows[:-1]] == [
        (text, (150 + at) / 100, f"{text}\n第二行") for at, text in enumerate(TYPED)
    ]


@pytest.fixture
def held(world: World) -> World:
    """A confirmed session, and a member whose name is hard on programs."""
    earlier = world.new_session("=HYPERLINK(1) {{7*7}}", world.clock().replace(day=7))
    attendance.call_roll(OPERATOR, earlier.key, AttendanceStatus.PRESENT, ["M001", "M005"], world.clock())
    attendance.confirm(OPERATOR, earlier.key, world.clock())
    return world


def test_the_hours_come_as_a_file_with_a_chinese_name(held: World) -> None:
    answer = proven(held).get("/s/exports/hours.xlsx?year=2026")
    assert answer.status_code == 200
    assert "filename*=UTF-8''%E5%9F%8E%E4%B8%9C" in answer.headers["Content-Disposition"]
    head, *rows = cells(answer.data)
    assert head == ["党小组", "姓名", "编号", "应学学时", "已记学时", "其中现场", "其中线上", "还差", "说明"]
    assert [row[1] for row in rows] == ["刘建国", "李强", "𬱖祎", "张伟", "王芳"]
    assert rows[-1] == ["第二党小组", "王芳", "M001", 32.0, 1.5, 1.5, 0.0, 30.5, "支部安排不足"]
    line = AuditLog.select().where(AuditLog.action == "export.made").get()
    assert (line.actor, line.subject_kind) == (held.members["secretary"].id, "branch")
    assert "王芳" not in (line.detail or "")


def test_every_table_of_the_page_opens(held: World) -> None:
    browser = proven(held)
    page = browser.get("/s/exports").get_data(as_text=True)
    ways = {way.replace("&amp;", "&") for way in re.findall(r'href="(/s/(?:exports/|poster)[^"]+)"', page)}
    assert len(ways) > 15
    for way in sorted(ways):
        answer = browser.get(way)
        assert answer.status_code == 200, way
        assert answer.data[:2] in (b"PK", b"%P"), way
    month = cells(browser.get("/s/exports/attendance.xlsx?month=2026-11").data)
    assert [row[2] for row in month[1:6]] == ["=HYPERLINK(1) {{7*7}}"] * 5
    for month_ in ("2026-13", "0000-01", "9999-12"):
        assert browser.get(f"/s/exports/attendance.xlsx?month={month_}").status_code == 400
    assert browser.get("/s/exports/shuxue.xlsx?round=none").status_code == 404
    assert browser.get("/s/exports/hours.xlsx?branch=ZB2").status_code == 404
    assert browser.get("/s/members/M101/year.pdf").status_code == 404


def words_of(body: bytes) -> str:
    """Return what can be selected in a PDF, where this machine has a program that tells."""
    program = shutil.which("pdftotext")
    if program is None:
        assert b"/ToUnicode" in body
        return ""
    return subprocess.run([program, "-", "-"], input=body, capture_output=True, check=True).stdout.decode()


def test_a_members_year_as_pdf_for_both_and_its_words_can_be_selected(held: World) -> None:
    own = held.client("member").get("/m/year.pdf")
    theirs = proven(held).get("/s/members/M001/year.pdf?year=2026")
    for answer in (own, theirs):
        assert answer.status_code == 200
        assert answer.data.startswith(b"%PDF")
        words = words_of(answer.data)
        assert not words or ("王芳" in words and "=HYPERLINK(1) {{7*7}}" in words)
    elder = proven(held).get("/s/members/M005/year.pdf?year=2026")
    assert elder.status_code == 200


def test_cards_and_posters_are_drawn_and_a_silent_platform_is_said(held: World) -> None:
    browser = held.client("secretary")
    sheet = browser.post("/s/cards.pdf", data={"member": ["M005", "M001"]})
    assert sheet.data.startswith(b"%PDF")
    assert browser.get("/s/poster.pdf?paper=a3").data.startswith(b"%PDF")
    held.scene_qr.away = True
    held.clock.move(days=1)
    assert browser.post("/s/cards.pdf", data={"member": "M005"}).status_code == 200, "the code alone binds"
    silent = browser.get("/s/poster.pdf")
    assert silent.status_code == 409
    assert "微信暂时没有给出二维码" in silent.get_data(as_text=True)


def test_the_branchs_year_is_a_document_and_typed_braces_stay_as_they_are(held: World) -> None:
    held.branch.name = "城东{{7*7}}<支部>&"
    held.branch.save()
    answer = proven(held).get("/s/exports/year.docx?year=2026")
    text = text_of(Document(io.BytesIO(answer.data)))
    assert "城东{{7*7}}<支部>& 2026 年党员教育情况" in text
    assert "参加 2 人次" in text
    assert "主题党日" in text
    assert "______" in text


def text_of(made: Any) -> str:
    tables = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return "\n".join([each.text for each in made.paragraphs] + tables)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("{{ 党员人数 }} {{ 不存在的 }}", "不认识的填写项：不存在的"),
        ("{{ 党员人数 ", "写错的地方"),
        ("{{ 年份.__class__.__mro__ }}", "模板"),
        ("{% for 行 in 各类活动 %}{{ 行.没有 }}{% endfor %}", "不认识的填写项"),
    ],
)
def test_a_template_of_the_office_that_cannot_be_filled_says_why(
    tmp_path: Path, typed: str, said: str
) -> None:
    made = Document()
    made.add_paragraph(typed)
    made.save(str(tmp_path / "own.docx"))
    values: dict[str, Any] = dict.fromkeys(document.placeholders(), "5") | {"各类活动": [{"名称": "党课"}]}
    with pytest.raises(ServiceError, match="模板") as caught:
        document.fill(tmp_path / "own.docx", values)
    assert said in caught.value.message
    (tmp_path / "own.docx").write_bytes(b"no document")
    with pytest.raises(ServiceError, match="读不出来"):
        document.fill(tmp_path / "own.docx", values)


def test_without_its_fonts_no_paper_is_made(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="字体"):
        paper.pdf("year.typ", {}, tmp_path)
    assert (STATIC / "vendor" / "NotoSansSC-400.ttf").is_file()
