"""Short texts that people type: trimmed, without what cannot be seen or stored, and never too long."""

from __future__ import annotations

import re
import unicodedata

from services.errors import invalid

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


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
