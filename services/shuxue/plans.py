"""What may be opened as a round of 述学 (R40)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import Organization
from models.terms import CycleType, OrgKind
from services import rulebook
from services.clock import civil_day
from services.errors import invalid
from services.policy import shuxue as policy
from services.words import words

_FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class CyclePlan:
    """A round that somebody wants to open; without `opens` it begins today."""

    organization: str
    type: CycleType
    year: int
    due: date
    quarter: int = 0
    opens: date | None = None
    title: str = ""
    form: str = ""


def columns(plan: CyclePlan, organization: Organization, now: datetime) -> dict[str, object]:
    """Check a plan and return the columns that it gives.

    Raises:
        ServiceError: `invalid` with the value that cannot be.
    """
    today = civil_day(now)
    rules = rulebook.current().shuxue(today)
    if organization.kind is OrgKind.GROUP:
        raise invalid("organization", "述学由党支部或上级党组织开展。", "请填党支部的代码。")
    if plan.type not in rules.cycles:
        raise invalid("type", f"本单位没有开展{plan.type.label}。", "需要时请在规则里打开。")
    _check_quarter(plan)
    opens = plan.opens or today
    _check_days(plan, opens, today)
    book, name = rulebook.current(), plan.form or rules.form
    if name not in book.forms():
        raise invalid("form", f"没有叫「{name[:32]}」的表单。", f"可以选：{'、'.join(book.forms())}。")
    title = plan.title or policy.title_of(plan.type, plan.year, plan.quarter)
    return {
        "organization": organization,
        "type": plan.type,
        "year": plan.year,
        "quarter": plan.quarter,
        "title": words(title, 60, "标题"),
        "form": name,
        "edition": book.form(name, opens).edition,
        "opens": opens,
        "due": plan.due,
    }


def _check_quarter(plan: CyclePlan) -> None:
    if plan.type is CycleType.QUARTER and plan.quarter not in (1, 2, 3, 4):
        raise invalid("quarter", "还没有填季度。", "季度述学请填 1 到 4。")
    if plan.type is not CycleType.QUARTER and plan.quarter:
        raise invalid("quarter", f"{plan.type.label}不分季度。", "请把季度去掉。")


def _check_days(plan: CyclePlan, opens: date, today: date) -> None:
    if not today.year - 1 <= plan.year <= today.year + 1:
        raise invalid("year", f"{plan.year} 年不行。", "请填去年、今年或明年。")
    if not today - _FURTHEST <= opens <= plan.due:
        raise invalid("opens", "开始的日子不对。", "请填一年以内的日子，并且不晚于截止日。")
    if not today <= plan.due <= today + _FURTHEST:
        raise invalid("due", "截止日不对。", "请填今天或以后、一年以内的日子。")
