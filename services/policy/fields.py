"""The fields of a template message: what a keyword takes, and how a value is made to fit (WECHAT part 1).

A field that breaks the rules is refused by the platform with 47003 and never arrives, so nothing is sent
unchecked. Fitting keeps the sense: what stands in brackets goes first, then the tail, marked by an ellipsis.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache

_KEY = re.compile(r"([a-z_]+?)([0-9]+)")
_CLOCK = r"([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
_DAY = r"[0-9]{4}年(1[0-2]|0?[1-9])月(3[01]|[12][0-9]|0?[1-9])日"
_POINT = rf"({_DAY}( {_CLOCK})?|{_CLOCK})"
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_BRACKETS = re.compile(r"（[^（）]*）|\([^()]*\)|【[^【】]*】|\[[^\[\]]*\]")
#: Pictures and their modifiers; the platform takes no emoji.
_EMOJI = re.compile(
    "[\u20e3\u2600-\u27bf\u2b00-\u2bff\ufe00-\ufe0f\U0001f000-\U0001faff\U000e0000-\U000e007f]"
)
#: Most of what people write needs no cleaning, which is dear when a million fields are filled.
_SIGNS = r"[0-9A-Za-z\u4e00-\u9fff·：:.,，。、；（）()《》「」“”~/+\-]+"
_HARMLESS = re.compile(rf"{_SIGNS}( {_SIGNS})*")
#: What stands in a text field when a person has written nothing that can be sent.
_NOTHING = "详见页面"
_LONGEST = 20

Rule = Callable[[str], bool]


def _short(limit: int) -> Rule:
    return lambda text: len(text) <= limit


def _matching(pattern: str, limit: int) -> Rule:
    compiled = re.compile(pattern)
    return lambda text: len(text) <= limit and compiled.fullmatch(text) is not None


def _is_name(text: str) -> bool:
    return len(text) <= (20 if text.isascii() else 10)


def _is_symbol(text: str) -> bool:
    return len(text) <= 5 and not any(sign.isalnum() for sign in text)


#: What a value of each type must be, beside what holds for all: not empty, no newline, no emoji.
RULES: Mapping[str, Rule] = {
    "thing": _short(_LONGEST),
    "number": _matching(r"-?[0-9]+(\.[0-9]+)?", 32),
    "letter": _matching(r"[A-Za-z]+", 32),
    "symbol": _is_symbol,
    "character_string": _matching(r"[\x20-\x7e]+", 32),
    "time": _matching(rf"{_POINT}( ?~ ?{_POINT})?", 48),
    "date": _matching(rf"{_DAY}( {_CLOCK})?( ?~ ?{_DAY}( {_CLOCK})?)?", 48),
    "amount": _matching(r"[¥￥]?[0-9]{1,10}(\.[0-9]+)?元?", 20),
    "phone_number": _matching(r"[+0-9][0-9\-#*() ]*", 17),
    "name": _is_name,
    "phrase": _matching(rf"[{_HAN}]+", 5),
    "const": _short(_LONGEST),
}


@lru_cache(maxsize=256)
def kind_of(key: str) -> str | None:
    """Return the type of a keyword such as thing2, None when it is none."""
    found = _KEY.fullmatch(key)
    return found[1] if found and found[1] in RULES else None


def fault(key: str, value: str) -> str | None:
    """Say what is wrong with a field, None when the platform takes it."""
    kind = kind_of(key)
    if kind is None:
        return f"{key} is no keyword"
    if not value.strip():
        return f"{key} is empty"
    if value != _plain(value):
        return f"{key} holds a line break, a control character or an emoji"
    return None if RULES[kind](value) else f"{key} is no {kind}"


def faults(fields: Mapping[str, str]) -> list[str]:
    """Name everything that is wrong with a message's fields."""
    found = (fault(key, value) for key, value in fields.items())
    return [each for each in found if each is not None]


@lru_cache(maxsize=8192)
def fit(key: str, value: str) -> str:
    """Make a person's words fit a keyword of text; numbers and times are returned cleaned and unshortened."""
    cleaned = _plain(value)
    kind = kind_of(key)
    if kind in {"thing", "const"}:
        return shortened(cleaned, _LONGEST) or _NOTHING
    if kind == "name":
        return _name(cleaned) or _NOTHING
    if kind == "phrase":
        return "".join(re.findall(rf"[{_HAN}]", cleaned))[:5] or _NOTHING
    return cleaned


def shortened(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters: without its brackets if that is enough, else cut."""
    if len(text) <= limit:
        return text
    bare = " ".join(_BRACKETS.sub("", text).split())
    if 0 < len(bare) <= limit:
        return bare
    bare = bare or text
    return bare[: limit - 1].rstrip(" ，、；：·-—") + "…"


def _name(text: str) -> str:
    """Shorten a name that is too long at a middle dot if it has one: the parts of a name stay whole."""
    limit = 20 if text.isascii() else 10
    if len(text) <= limit:
        return text
    head = text[: limit + 1].rpartition("·")[0]
    return (head or text[:limit]).strip()


def _plain(text: str) -> str:
    """Drop what no field may hold: line breaks become blanks; control signs, surrogates and emoji go."""
    if _HARMLESS.fullmatch(text):
        return text
    kept = []
    for sign in _EMOJI.sub("", unicodedata.normalize("NFC", text)):
        category = unicodedata.category(sign)
        if category in {"Zl", "Zp"} or sign.isspace():
            kept.append(" ")
        elif category not in {"Cc", "Cf", "Cs", "Co", "Cn"}:
            kept.append(sign)
    return " ".join("".join(kept).split())
