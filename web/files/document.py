"""A branch's year as .docx, from a template that the office may change in Word or WPS.

What stands in the template is the office's; what is put in is text and is never read as a placeholder.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, UndefinedError
from jinja2.sandbox import SandboxedEnvironment

from services.errors import ServiceError
from services.exports.branch_year import BranchYear, Held
from services.spoken import hours

#: The template's name in the folder of documents.
TEMPLATE = "branch-year.docx"
_ASK = "请负责本系统的同志核对模板 {name}，或先换回原来的模板。"


def branch_year(figures: BranchYear, folder: Path) -> bytes:
    """Fill the template of a branch's year.

    Args:
        figures: what is put in.
        folder: where the office keeps its templates; a template that is not there is taken from ours.

    Raises:
        ServiceError: `template`, naming the placeholders that nobody knows, or when it cannot be read.
    """
    return fill(_path(folder), _values(figures))


def fill(path: Path, values: dict[str, Any]) -> bytes:
    """Fill a template; its expressions run in a sandbox, and an unknown name is refused by name.

    Raises:
        ServiceError: `template`, as above.
    """
    out = io.BytesIO()
    try:
        template = DocxTemplate(path)
        known = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
        unknown = sorted(set(template.get_undeclared_template_variables(known)) - set(values))
        if unknown:
            raise _refused(path, f"模板里有不认识的填写项：{'、'.join(name[:40] for name in unknown[:10])}。")
        template.render(values, known, autoescape=True)
        template.save(out)
    except UndefinedError as error:
        raise _refused(path, f"模板里有不认识的填写项：{str(error)[:80]}。") from error
    except TemplateError as error:
        raise _refused(path, f"模板里有写错的地方：{str(error)[:80]}。") from error
    except (BadZipFile, PackageNotFoundError, KeyError, OSError, ValueError) as error:
        raise _refused(path, "模板读不出来，可能已损坏。") from error
    return out.getvalue()


def placeholders() -> tuple[str, ...]:
    """Return the names that a template may use."""
    return tuple(_values(_EMPTY))


def _path(folder: Path) -> Path:
    own = folder / TEMPLATE
    return own if own.is_file() else Path(__file__).resolve().parents[2] / "rules" / "documents" / TEMPLATE


def _refused(path: Path, message: str) -> ServiceError:
    return ServiceError("template", message, _ASK.format(name=path.name))


def _values(figures: BranchYear) -> dict[str, Any]:
    coverage = "—" if figures.coverage is None else f"{figures.coverage}%"
    return {
        "支部名称": figures.branch,
        "上级党组织": figures.above,
        "年份": figures.year,
        "党员人数": figures.members,
        "活动次数": figures.sessions,
        "参加人次": figures.visits,
        "安排学时": hours(figures.hours),
        "人均学时": hours(figures.per_head),
        "参加过的人数": figures.reached,
        "覆盖率": coverage,
        "应完成人数": figures.expected,
        "已完成人数": figures.done,
        "各类活动": [_row(each) for each in figures.kinds],
        "各项内容": [_row(each) for each in figures.areas],
        "还没安排的内容": "、".join(each.label for each in figures.areas if not each.sessions) or "无",
    }


def _row(held: Held) -> dict[str, Any]:
    names = ("一季度", "二季度", "三季度", "四季度")
    counts = {"名称": held.label, "次数": held.sessions, "人次": held.visits, "学时": hours(held.hours)}
    return counts | dict(zip(names, held.quarters, strict=True))


_EMPTY = BranchYear("", "", 0, 0, 0, 0, 0, 0, 0, None, 0, 0, (), ())
