"""What may be claimed: the open items and months, by whom, and never twice for one deed (R62, R70, R71)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from models import Member
from models.terms import SessionKind
from services import rulebook
from services.clock import civil_day, day_start, next_day, seconds
from services.errors import ServiceError, invalid
from services.points.taking_part import part_of
from services.rulebook.points import ItemKind, PointItem
from services.statement import run

_CREDITED = (
    "SELECT s.title FROM attendance a JOIN study_session s ON s.id = a.session_id"
    " WHERE a.member_id = ? AND s.state = 'CONFIRMED' AND a.status IN ('PRESENT', 'LATE', 'PARTIAL')"
    " AND s.starts_at >= ? AND s.starts_at < ? AND s.kind IN ({kinds})"
)


def items(now: datetime) -> tuple[PointItem, ...]:
    """Return what may be claimed today, in the order of the rules."""
    return rulebook.current().points(civil_day(now)).of_kind(ItemKind.CLAIM)


def open_months(now: datetime) -> list[tuple[str, date, date]]:
    """Return the open months, the earlier first: (YYYY-MM, first day, last day that may be claimed) (R70)."""
    today = civil_day(now)
    first = today.replace(day=1)
    months = [(f"{today:%Y-%m}", first, today)]
    before = first - timedelta(days=1)
    if today.day <= rulebook.current().points(before).close_day:
        months.insert(0, (f"{before:%Y-%m}", before.replace(day=1), before))
    return months


def credited_on(member_id: int, day: date, kinds: Sequence[SessionKind]) -> str | None:
    """Return the title of a session of these kinds that a member is credited for on a day, or None."""
    if not kinds:
        return None
    sql = _CREDITED.format(kinds=", ".join("?" * len(kinds)))
    span = (seconds(day_start(day)), seconds(day_start(next_day(day))))
    row = run(sql, (member_id, *span, *(str(kind) for kind in kinds))).fetchone()
    return str(row[0]) if row else None


def item_of(key: str, day: date) -> PointItem:
    """Return an item that may be claimed for a day.

    Raises:
        ServiceError: `item`.
    """
    if not key:
        raise invalid("item", "还没有选是哪一项。", "请选一项。")
    item = rulebook.current().points(day).items.get(key)
    if item is None or item.kind is not ItemKind.CLAIM:
        raise invalid("item", "没有这一项申报。", "请从能申报的事项里选一项。")
    return item


def require_open(day: date, now: datetime) -> None:
    """Refuse a day ahead, and one of a closed month.

    Raises:
        ServiceError: `day`.
    """
    if day > civil_day(now):
        raise invalid("day", "这一天还没有到。", "事情办过以后再报。")
    months = open_months(now)
    if day < months[0][1] or day < rulebook.current().point_years.editions[0].effective_from:
        close = rulebook.current().points(day).close_day
        raise invalid(
            "day", f"{day.year}年{day.month}月的申报已经截止。", f"当月的事请在次月 {close} 日前报。"
        )


def require_part(member: Member, day: date, now: datetime) -> None:
    """Let only those claim who take part in the points on that day.

    Raises:
        ServiceError: `outside`.
    """
    year = rulebook.current().point_years.year_of(day)
    part = part_of(member.id, year, civil_day(now))
    if part is None or not part.begins <= day <= part.ends:
        raise ServiceError(
            "outside", "积分对您不作要求，不参加也没有任何影响。", "想参加，请在「积分」页面按「我要参加」。"
        )


def require_uncredited(member: Member, item: PointItem, day: date) -> None:
    """Refuse what a session of that day has credited already (R71).

    Raises:
        ServiceError: `credited`.
    """
    title = credited_on(member.id, day, sorted(item.not_on))
    if title is not None:
        raise ServiceError(
            "credited",
            f"这一天的「{title}」已经随学习记分，不用再报。",
            "如果是另外一件事，请换个日期或事项。",
        )
