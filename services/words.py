"""Short texts that people type: trimmed, without what cannot be seen or stored, and never too long."""

from __future__ import annotations

import re
import unicodedata

from services.errors import ServiceError, invalid

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_LINE_BREAK = "\u2028"


def words(text: str, longest: int, name: str) -> str:
    """Return a short text of a person, trimmed and without invisible characters.

    Raises:
        ServiceError: `invalid` when it is empty, too long, or holds what cannot be stored.
    """
    cleaned = _CONTROL.sub("", unicodedata.normalize("NFC", text)).strip()
    if any("\ud800" <= char <= "\udfff" for char in cleaned):
        raise invalid("text", f"{name}里有无法保存的字符。", "请重新输入。")
    if not cleaned:
        raise invalid("text", f"还没有填{name}。", f"请填写{name}。")
    if len(cleaned) > longest:
        raise invalid(
            "text", f"{name}太长了，多了 {len(cleaned) - longest} 个字。", f"请缩短到 {longest} 字以内。"
        )
    return cleaned


def lines(text: str, longest: int, name: str) -> str:
    """Return the same for a longer text, whose lines stay lines.

    Raises:
        ServiceError: as `words`.
    """
    # A line break is no invisible character here, so it passes the cleaning in another dress.
    dressed = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", _LINE_BREAK)
    return words(dressed, longest, name).replace(_LINE_BREAK, "\n")


def words_or_none(text: str | None, longest: int, name: str) -> str | None:
    """Return the same for a text that may be left out; None when nothing was typed.

    Raises:
        ServiceError: as `words`, but never for an empty text.
    """
    return words(text, longest, name) if text and text.strip() else None


def words_for(field: str, text: str, longest: int, name: str) -> str:
    """Return the same for one of several fields; a refusal bears the name of the field as its code.

    Raises:
        ServiceError: as `words`, with the code `field`.
    """
    try:
        return words(text, longest, name)
    except ServiceError as error:
        raise invalid(field, error.message, error.hint) from error
