"""Reading what was typed: a day, a number of hours, a page; what cannot be read says how to write it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from services.errors import ServiceError, invalid


def day_or_none(typed: str) -> date | None:
    """Return a civil day, None when nothing was typed.

    Raises:
        ServiceError: `day` for what is no date.
    """
    if not typed.strip():
        return None
    try:
        return date.fromisoformat(typed.strip()[:10])
    except ValueError as error:
        raise invalid("day", "日期没有看懂。", "请按 2026-11-21 这样写。") from error


def day(typed: str) -> date:
    """Return a civil day.

    Raises:
        ServiceError: `day` for what is no date, or nothing.
    """
    found = day_or_none(typed)
    if found is None:
        raise invalid("day", "还没有填日期。", "请选一个日期。")
    return found


def day_for(field: str, typed: str) -> date:
    """Return a civil day of one of several fields; a refusal bears the name of the field as its code.

    Raises:
        ServiceError: as `day`, with the code `field`.
    """
    try:
        return day(typed)
    except ServiceError as error:
        raise invalid(field, error.message, error.hint) from error


def hours(typed: str) -> Decimal:
    """Return a number of hours as typed; the service says which are possible.

    Raises:
        ServiceError: `hours` for what is no number.
    """
    try:
        return Decimal(typed.strip()[:20])
    except InvalidOperation as error:
        raise invalid("hours", "学时没有看懂。", "请填数字，例如 1 或 1.5。") from error


def page(typed: str) -> int:
    """Return the number of a page from an address; anything that is none is the first page."""
    return max(int(typed), 1) if typed.isascii() and typed.isdigit() and len(typed) <= 6 else 1
