"""A member's own choice to take part in points, and its end (R67).

Who opted in and out again keeps what happened until that day. Being out has no effect on anything else.
"""

from __future__ import annotations

from datetime import datetime

from models import Member, PointOptIn
from services import audit, rulebook
from services.actor import Actor, member_actor
from services.clock import civil_day
from services.deciders import require_decider
from services.errors import ServiceError
from services.points import taking_part
from services.points.settling import settle
from services.transaction import transaction


def opt_in(member: Member, now: datetime, actor: Actor | None = None) -> None:
    """Take part by choice from today on; the whole points year counts. A second time changes nothing.

    Args:
        member: who chose.
        now: this moment.
        actor: who writes it down when the member said it (F04); None: the member.

    Raises:
        ServiceError: `in_scope` for somebody whom the rules include anyway; `not_found` and `own`.
    """
    acting = _acting(member, actor, now)
    day = civil_day(now)
    year = rulebook.current().point_years.year_of(day)
    with transaction():
        row = taking_part.rows([member.id], year, day)[0]
        if taking_part.by_rule(row, rulebook.current().points(day), day):
            who = "您" if actor is None else f"{member.name}同志"
            raise ServiceError("in_scope", f"{who}本来就参加积分。", "不用再办。")
        changed = PointOptIn.update(until=None).where(PointOptIn.member == member, PointOptIn.since == day)
        standing = PointOptIn.select().where(PointOptIn.member == member, PointOptIn.until.is_null())
        if standing.exists():
            return
        if not changed.execute():
            PointOptIn.insert(member=member, since=day).on_conflict_ignore().execute()
        audit.record(acting, now, "points.opted_in", "member", member.id)
        settle([member.id], year, now, acting)


def opt_out(member: Member, now: datetime, actor: Actor | None = None) -> None:
    """End the own choice: what happened until today stays, nothing more is added.

    Raises:
        ServiceError: `not_chosen` when there is no choice of one's own to end, and as `opt_in`.
    """
    acting = _acting(member, actor, now)
    with transaction():
        ended = (
            PointOptIn.update(until=civil_day(now))
            .where(PointOptIn.member == member, PointOptIn.until.is_null())
            .execute()
        )
        if not ended:
            who = "您" if actor is None else f"{member.name}同志"
            raise ServiceError("not_chosen", f"{who}没有自己报名参加积分。", "不用再办。")
        audit.record(acting, now, "points.opted_out", "member", member.id)


def _acting(member: Member, actor: Actor | None, now: datetime) -> Actor:
    """Return who acts; somebody who writes down for a member decides on that member's matters (R67)."""
    if actor is None:
        return member_actor(member.id)
    require_decider(actor, member, civil_day(now))
    return actor
