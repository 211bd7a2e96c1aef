"""Write the shipped templates of rules/documents/ anew; an office changes its copies in Word or WPS.

python scripts/documents.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

FOLDER = Path(__file__).resolve().parent.parent / "rules" / "documents"
QUARTERS = ("一季度", "二季度", "三季度", "四季度")
OVERVIEW = (
    "{{ 年份 }} 年，{{ 支部名称 }}共有党员 {{ 党员人数 }} 名，组织学习和组织生活 {{ 活动次数 }} 次，"
    "参加 {{ 参加人次 }} 人次，安排 {{ 安排学时 }} 学时，人均记 {{ 人均学时 }} 学时；"
    "全年参加过学习的党员 {{ 参加过的人数 }} 名，覆盖率 {{ 覆盖率 }}。"
    "应完成学时的 {{ 应完成人数 }} 名党员中，{{ 已完成人数 }} 名已经完成。"
)


def branch_year() -> Any:
    """Return the document of a branch's year."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "宋体", Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run("{{ 支部名称 }} {{ 年份 }} 年党员教育情况")
    run.bold, run.font.size = True, Pt(20)
    _head(document, "一、总体情况")
    document.add_paragraph(OVERVIEW)
    _head(document, "二、各类活动")
    _table(document, "各类活动", ("形式", "次数", "人次", "学时", *QUARTERS))
    _head(document, "三、各项学习内容")
    _table(document, "各项内容", ("内容", "次数", "人次", "学时", *QUARTERS))
    document.add_paragraph("全年还没有安排的内容：{{ 还没安排的内容 }}。")
    for number, words in zip("四五六", ("主要做法和效果", "存在的问题", "下一年的打算"), strict=True):
        _head(document, f"{number}、{words}")
        document.add_paragraph("（请填写）______________________________")
    end = document.add_paragraph("{{ 支部名称 }}\n      年    月    日")
    end.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return document


def _head(document: Any, words: str) -> None:
    run = document.add_paragraph().add_run(words)
    run.bold, run.font.size = True, Pt(16)


def _table(document: Any, name: str, heads: tuple[str, ...]) -> None:
    """Add a table whose third line is repeated for each row of a list."""
    table = document.add_table(rows=4, cols=len(heads), style="Table Grid")
    fields = ("名称", *heads[1:])
    for cell, words in zip(table.rows[0].cells, heads, strict=True):
        cell.text = words
    table.rows[1].cells[0].text = "{%tr for 行 in " + name + " %}"
    for cell, field in zip(table.rows[2].cells, fields, strict=True):
        cell.text = "{{ 行." + field + " }}"
    table.rows[3].cells[0].text = "{%tr endfor %}"


def main() -> None:
    """Write the templates."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    branch_year().save(str(FOLDER / "branch-year.docx"))


if __name__ == "__main__":
    main()
