"""One cell into one value: from the cell and today, or a CellFault that says what to write."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import TypeVar

from models.terms import DUTIES, MemberCategory, OrgKind, Sector, SessionKind, Term
from services.policy.cadence import WHOLE
from services.roster.workbook import Cell, shown

T = TypeVar("T", bound=Term)

#: The Party was founded in July 1921: nobody joined earlier (RELIABILITY part 3).
EARLIEST = date(1921, 7, 1)
_SERIAL_ZERO = date(1899, 12, 30)
_SERIAL_LAST = 2_958_465

_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufffd-\uffff]")
_DOTS = str.maketrans(dict.fromkeys("•・‧∙･⋅·", "·"))
_HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}
_CODE = re.compile(r"[A-Za-z0-9_-]{1,32}")
_NUMBER = re.compile(r"[A-Za-z0-9_-]{2,32}")
_PHONE = re.compile(r"(?:\+?86)?(1[0-9]{10})")
_MIDNIGHT = re.compile(r"[ T]0?0:00(:00(\.0+)?)?$")
_DAY = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})"
    r"|([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})[日号]"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})"
)
_SEPARATORS = re.compile(r"[、,;/\s]+")

_KINDS = {
    "党工委": "党委",
    "基层党委": "党委",
    "总支": "党总支",
    "党总支部": "党总支",
    "支部": "党支部",
    "小组": "党小组",
}
_SECTORS = {
    "党政机关": "机关",
    "事业": "事业单位",
    "国企": "国有企业",
    "村": "农村",
    "城市社区": "社区",
    "两新": "两新组织",
    "高等学校": "高校",
}
_CATEGORIES = {
    "在职党员": "在职",
    "离退休党员": "离退休",
    "农村无职党员": "农村无职",
    "学生党员": "学生",
    "两新组织": "两新",
}


class CellFault(Exception):
    """The cell cannot be used; the message says what to write instead."""


def clean(cell: Cell) -> str:
    """Return the text without marks that nobody sees and without space around it."""
    text = shown(cell)
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    return text.strip()


def half_width(cell: Cell) -> str:
    """Return the text with full-width letters, digits and signs as plain ones: `１２` means 12."""
    text = clean(cell)
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def code(cell: Cell, _today: date) -> str:
    """Read the code of an organization."""
    text = half_width(cell)
    if not _CODE.fullmatch(text):
        raise CellFault("代码只能用字母、数字、- 和 _，最多 32 位，请改写")
    return text


def number(cell: Cell, _today: date) -> str:
    """Read the number of a member."""
    text = half_width(cell)
    if not _NUMBER.fullmatch(text):
        raise CellFault("编号只能用 2 到 32 位字母、数字、- 和 _，请改写")
    return text


def words(cell: Cell, _today: date) -> str:
    """Read a short free text, such as the name of an organization or a place."""
    text = " ".join(clean(cell).split())
    if text.startswith(("=", "+", "-", "@")):
        raise CellFault(f"以「{text[0]}」开头，像公式，请直接写文字")
    if not 1 <= len(text) <= 50:
        raise CellFault("最多写 50 个字")
    if _UNUSABLE.search(text):
        raise CellFault("有无法识别的字符，请重新输入这一格")
    return text


def person(cell: Cell, today: date) -> str:
    """Read a name: letters, 汉字 and the dot of 阿依·买买提 in one form; rare characters are kept exactly."""
    text = words(cell, today).translate(_DOTS)
    if len(text) < 2:
        raise CellFault("姓名要写 2 到 50 个字")
    if not _is_letter(text[0]) or not all(map(_belongs_to_name, text)):
        raise CellFault("姓名只能有汉字、字母、间隔号「·」和空格，请改写")
    return text


def _is_letter(letter: str) -> bool:
    # Planes 2 and 3 hold nothing but 汉字; some are younger than the tables of this Python.
    return letter == "〇" or 0x20000 <= ord(letter) <= 0x3FFFF or unicodedata.category(letter).startswith("L")


def _belongs_to_name(letter: str) -> bool:
    return letter in "· " or _is_letter(letter) or unicodedata.category(letter).startswith("M")


def phone(cell: Cell, _today: date) -> str:
    """Read a mobile number; spaces, hyphens and +86 are how people write one."""
    text = half_width(cell)
    found = _PHONE.fullmatch(text.replace(" ", "").replace("-", ""))
    if found:
        return found[1]
    if re.fullmatch(r"[0-9.]+[Ee]\+?[0-9]+", text):
        raise CellFault("号码被表格改成了科学计数，末几位已丢失；请把这一列设为文本，重填 11 位手机号")
    raise CellFault("请写 1 开头的 11 位手机号，没有就留空")


def yes_or_no(cell: Cell, _today: date) -> bool:
    """Read 是 or 否."""
    text = clean(cell)
    if text not in ("是", "否"):
        raise CellFault("请写「是」或「否」，也可以留空")
    return text == "是"


def kind(cell: Cell, _today: date) -> OrgKind:
    """Read the kind of an organization."""
    return _term(cell, OrgKind, _KINDS)


def sector(cell: Cell, _today: date) -> Sector:
    """Read the sector of an organization."""
    return _term(cell, Sector, _SECTORS)


def category(cell: Cell, _today: date) -> MemberCategory:
    """Read the category of a member."""
    return _term(cell, MemberCategory, _CATEGORIES)


def _term(cell: Cell, terms: type[T], variants: dict[str, str]) -> T:
    text = clean(cell)
    term = terms.of_label(variants.get(text, text))
    if term is None:
        raise CellFault(f"请写其中之一：{'、'.join(each.label for each in terms)}")
    return term


def duties(cell: Cell, _today: date) -> tuple[str, ...]:
    """Read one or several duties, in the order written, each once."""
    titles = [title for title in _SEPARATORS.split(half_width(cell)) if title]
    unknown = [title for title in titles if title not in DUTIES]
    if unknown or not titles:
        raise CellFault(f"没有这样的职务，可以写：{'、'.join(DUTIES)}；几个职务用「、」隔开")
    return tuple(dict.fromkeys(titles))


def meetings(cell: Cell, _today: date) -> tuple[str, ...]:
    """Read kinds of session, each once and in the order of their list, or 全部 for all of them."""
    named = {name for name in _SEPARATORS.split(half_width(cell)) if name}
    known = [kind.label for kind in SessionKind]
    if not named or named - {*known, WHOLE}:
        raise CellFault(f"没有这样的会议，可以写「{WHOLE}」，或：{'、'.join(known)}；几种用「、」隔开")
    return (WHOLE,) if WHOLE in named else tuple(name for name in known if name in named)


def past_day(cell: Cell, today: date) -> date:
    """Read a day from 1921-07-01 to today."""
    return _within(_day(cell), today, "今天")


def near_day(cell: Cell, today: date) -> date:
    """Read a day from 1921-07-01 to one year ahead."""
    latest = date(today.year + 1, today.month, min(today.day, 28) if today.month == 2 else today.day)
    return _within(_day(cell), latest, "一年以后")


def _within(day: date, latest: date, limit: str) -> date:
    if day < EARLIEST:
        raise CellFault("早于 1921-07-01，请核对年份")
    if day > latest:
        raise CellFault(f"晚于{limit}（{latest.isoformat()}），请核对日期")
    return day


def _day(cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    # A day whose cell lost its format shows as a number of days; eight digits are a day written in one go.
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 0 < cell <= _SERIAL_LAST:
        return _SERIAL_ZERO + timedelta(days=int(cell))
    text = _MIDNIGHT.sub("", half_width(cell)).replace(" ", "")
    found = _DAY.fullmatch(text)
    if found is None:
        two_digits = re.fullmatch(r"[0-9]{2}[-/.年].*", text)
        raise CellFault("年份要写四位，例如 2024-01-02" if two_digits else "请写成 2024-01-02 这样的日期")
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise CellFault("日历上没有这一天，请核对；写成 2024-01-02 这样") from error
