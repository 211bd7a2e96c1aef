"""The branch's year on the page of today: the ways there, what this month's plan still wants, and F17."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import url_for

from services.access import ABOVE, LEADING
from services.branch_life import arranging, rest
from services.clock import civil_day
from web.context import now
from web.secretary.leading import looks_after
from web.secretary.waits import Way
from web.visitor import Leader


@dataclass(frozen=True)
class BranchLife:
    """What the page of today says of the branch's year; `unused` is the day of the last use, if long ago."""

    ways: list[Way]
    unarranged: int
    unused: date | None


def branch_life(leader: Leader) -> BranchLife | None:
    """Return it for those who lead a branch or look after one, None for the head of a group."""
    if not any(grant.role in LEADING | ABOVE for grant in leader.grants):
        return None
    led = [grant.path for grant in leader.grants if grant.role in LEADING]
    ways = [("支部还要安排什么", "cadence.show"), ("年度计划", "plan_year.show")] if led else []
    if looks_after(leader):
        ways += [("各支部的安排", "cadence.branches")]
        ways += [] if led else [("年度计划", "plan_year.show")]
    ways += [("通知", "branch_notices.show"), ("问卷", "surveys.show"), ("微党课", "lectures.show")]
    ways += [("关于这个系统", "cadence.about")]
    return BranchLife(
        ways=[Way(words, url_for(endpoint)) for words, endpoint in ways],
        unarranged=arranging.unarranged_led(led, civil_day(now())),
        unused=rest.unused_since(now()),
    )
