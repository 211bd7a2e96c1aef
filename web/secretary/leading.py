"""Those who lead a branch or look after one, and what they chose on a page of the branch's year."""

from __future__ import annotations

from flask import request

from services.access import ABOVE, LEADING
from services.clock import civil_day
from services.errors import ServiceError, invalid
from web.context import now
from web.visitor import Leader, require_leader


def require_leading() -> Leader:
    """Return the member as somebody who leads a branch or looks after one.

    Raises:
        ServiceError: `forbidden` for everybody else, the head of a group included.
    """
    leader = require_leader()
    if any(grant.role in LEADING | ABOVE for grant in leader.grants):
        return leader
    raise ServiceError(
        "forbidden", "这一页由支部书记、支委来办。", "您的小组在「今天」里点名。", kind="forbidden"
    )


def looks_after(leader: Leader) -> bool:
    """Whether somebody looks after branches from above."""
    return any(grant.role in ABOVE for grant in leader.grants)


def chosen_code() -> str | None:
    """Return the organization's code that an address asks for, None without one."""
    return request.args.get("org", "")[:32] or None


def chosen_year(typed: str | None) -> int:
    """Return the plan's year that was asked for, this one without a wish.

    Raises:
        ServiceError: `year` for what is neither last year, this one nor the next.
    """
    this = civil_day(now()).year
    if not typed:
        return this
    if not (typed.isascii() and typed.isdigit() and len(typed) == 4 and abs(int(typed) - this) <= 1):
        raise invalid("year", "没有这一年的计划。", "请从页面上选年份。")
    return int(typed)


def faults_of(error: ServiceError, fields: dict[str, str]) -> dict[str, str]:
    """Return a refusal at the field it belongs to, by its code; any other is raised again."""
    if error.code not in fields:
        raise error
    return {fields[error.code]: error.message + error.hint}
