"""The rules for the fields of a template message, by the keyword's type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from .records import Template

LONGEST = 20
KEY = re.compile(r"([a-z_]+?)(\d+)$")
CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
DAY = (
    r"\d{4}(年(1[0-2]|0?[1-9])月(3[01]|[12]\d|0?[1-9])日"
    r"|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2})"
)
MOMENT = rf"({DAY}\s*)?{CLOCK}"
TIME = re.compile(rf"^({MOMENT}|{DAY})(\s*~\s*({MOMENT}|{DAY}))?$")
DATE = re.compile(rf"^{DAY}(\s*{CLOCK})?(\s*~\s*{DAY}(\s*{CLOCK})?)?$")
AMOUNT = re.compile(r"^[¥￥$€£]?\d{1,10}(\.\d+)?(元|美元|欧元|港元)?$")
PHONE = re.compile(r"^[+\d][\d\-#*() ]*$")
NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
HAN = re.compile(r"^[㐀-䶿一-鿿豈-﫿𠀀-𳍿·]+$")
HAN_PHRASE = re.compile(r"^[㐀-䶿一-鿿𠀀-𳍿]+$")
PLATE = re.compile(r"^[一-鿿A-Z0-9]{7,8}$")

Rule = Callable[[str], bool]


def _short(limit: int) -> Rule:
    return lambda text: len(text) <= limit


def _matching(pattern: re.Pattern[str], limit: int) -> Rule:
    return lambda text: len(text) <= limit and pattern.match(text) is not None


def _name(text: str) -> bool:
    return len(text) <= (10 if HAN.match(text) or not text.isascii() else 20)


def _symbol(text: str) -> bool:
    return len(text) <= 5 and not any(sign.isalnum() for sign in text)


# A rule for each keyword type; a span of times may be longer than a plain field.
RULES: dict[str, Rule] = {
    "thing": _short(LONGEST),
    "number": _matching(NUMBER, 32),
    "letter": _matching(re.compile(r"^[A-Za-z]+$"), 32),
    "symbol": _symbol,
    "character_string": _matching(re.compile(r"^[\x20-\x7e]+$"), 32),
    "time": _matching(TIME, 48),
    "date": _matching(DATE, 48),
    "amount": _matching(AMOUNT, 20),
    "phone_number": _matching(PHONE, 17),
    "car_number": _matching(PLATE, 8),
    "name": _name,
    "phrase": _matching(HAN_PHRASE, 5),
}


def fault_in(template: Template, data: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a message's data in the platform's words, or None."""
    for key in template.fields:
        entry = data.get(key)
        value = entry.get("value") if isinstance(entry, Mapping) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value.strip():
            return f"data.{key}.value is empty"
        if not _allowed(template, key, value):
            return f"data.{key}.value invalid"
    return None


def _allowed(template: Template, key: str, value: str) -> bool:
    if _has_line_break_or_emoji(value):
        return False
    match = KEY.match(key)
    kind = match.group(1) if match else key
    if kind == "const":
        return len(value) <= LONGEST and value in template.const.get(key, [value])
    rule = RULES.get(kind)
    return rule(value) if rule is not None else len(value) <= LONGEST


def _has_line_break_or_emoji(value: str) -> bool:
    for sign in value:
        if unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Cs"):
            return True
        if 0x1F000 <= ord(sign) <= 0x1FAFF or 0x2600 <= ord(sign) <= 0x27BF or sign == "\ufe0f":
            return True
    return False
