"""Reading the values of rules/points.toml: each refusal says what to write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from models.terms import SessionKind

_KEY = re.compile(r"[a-z][a-z0-9_]{1,30}")
_MOST = 100


def only(table: dict[str, Any], known: set[str], where: str) -> None:
    """Refuse keys that are not known at a place."""
    if set(table) - known:
        raise ValueError(f"{where}: {', '.join(sorted(set(table) - known))} is not known here")


def new_key(key: Any, found: Mapping[str, object], what: str) -> str:
    """Return a key that is well formed and not taken yet."""
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise ValueError(f"{what} {key}: write a key of small letters, digits and _")
    if key in found or key in {"base", "veto"}:
        raise ValueError(f"{what} {key}: this key is taken")
    return key


def kinds(names: list[str], key: str) -> frozenset[SessionKind]:
    """Return kinds of session by their identifiers."""
    if not isinstance(names, list):
        raise TypeError(f"item {key}: write a list of kinds of session")
    return frozenset(SessionKind(name) for name in names)


def cap_of(table: dict[str, Any], key: str) -> int | None:
    """Return the cap of a table in hundredths, None without one."""
    return amount(table["cap"], f"{key}: cap") if "cap" in table else None


def amount(text: Any, where: str, least: int = 0) -> int:
    """Return points as hundredths; they stand in quotes, because a TOML number would be a float."""
    if not isinstance(text, str):
        raise TypeError(f'{where}: write the points in quotes, such as "1"')
    value = Decimal(text)
    if not value.is_finite() or not least <= value * 100 <= _MOST * 100 or value * 100 % 1:
        raise ValueError(f"{where}: write {Decimal(least) / 100} to 100, with at most two decimals")
    return int(value * 100)


def share(text: Any) -> Decimal:
    """Return a share of 0 to 1."""
    value = Decimal(text)
    if not value.is_finite() or not 0 <= value <= 1:
        raise ValueError("score.partial_ratio: write 0 to 1")
    return value


def whole(value: Any, least: int, most: int, where: str) -> int:
    """Return a whole number within its limits."""
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{where}: write {least} to {most}")
    return value


def switch(value: Any, where: str) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise TypeError(f"{where}: write true or false")
    return value


def words(text: Any, longest: int, where: str) -> str:
    """Return words of at most so many characters."""
    if not isinstance(text, str) or not 1 <= len(text.strip()) <= longest:
        raise ValueError(f"{where}: write 1 to {longest} characters")
    return text.strip()
