"""Every page, by the person who sees it: what the tests of looks and Lighthouse go through.

What is reached by an address alone stands in PAGES; what only a sent form shows stands in sent_pages.py.
A test (tests/web/test_every_page_is_named.py) fails for a page that stands in neither.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask
from werkzeug.exceptions import HTTPException

from models import Member, RebindRequest
from models.terms import AttendanceStatus, Topic
from services import keyring, reaching
from services.actor import member_actor
from services.clock import civil_day
from services.reaching import Reached
from services.reminders import push
from services.roll import attendance
from tests.browser import branch_pages, desk_pages, member_pages, session_pages
from tests.browser.sent_pages import SENT, Sent
from tests.service.test_desk import everything, k
from tests.web.test_notice_pages import said
from tests.web.world import World

T = TypeVar("T")

#: name → address; {key}, {token} … are of the house that serves them.
_MEMBER = {
    "home": "/m",
    "sign": "/m/sign",
    "sessions": "/m/sessions",
    "year": "/m/year",
    "hours": "/m/hours",
    "question": "/m/ask/hours/{line}",
    "points": "/m/points",
    "claims": "/m/claims",
    "a claim": "/m/claims/" + k("c1"),
    "new claim": "/m/claims/new",
    "述学": "/m/shuxue",
    "a round": "/m/shuxue/A",
    "a view": "/m/shuxue/C/goals",
    "a round to print": "/m/shuxue/C/whole",
    "voices": "/m/voices",
    "a voice": "/m/voices/" + k("v"),
    "leave": "/m/leave",
    "new leave": "/m/leave/new/{key}",
    "make-ups": "/m/make-ups",
    "a make-up": "/m/make-ups/" + k("u"),
    "the rest of a session": "/m/make-ups/rest/{part}",
    "external": "/m/external",
    "new external": "/m/external/new",
    "own notices": "/m/notices",
    "an own notice": "/m/notices/notice-0",
    "settings": "/m/settings",
    "unbind": "/m/unbind",
    "privacy": "/m/privacy",
    "leaving": "/m/privacy/leave",
    "export": "/m/export",
    "who changed me": "/m/trail",
    "who changed a report": "/m/trail/report/A",
    "who changed a claim": "/m/trail/claim/" + k("c1"),
    "notice": "/privacy",
    "help": "/help",
    "feedback": "/feedback",
    "scan": "/c/{token}",
    "refusal": "/s",
    "unknown": "/nowhere",
    "stale code": "/c/forged",
}
_OTHERS = {
    "bind": ("unbound", "/m/bind"),
    "feedback without a name": ("anonymous", "/feedback"),
    "home of a secretary": ("secretary", "/m"),
    "today": ("secretary", "/s"),
    "cards": ("secretary", "/s/cards"),
    "new session": ("secretary", "/s/sessions/new"),
    "roll": ("secretary", "/s/sessions/{key}"),
    "roll of a group head": ("group_head", "/s/sessions/{key}"),
    "confirm": ("secretary", "/s/sessions/{key}/confirm"),
    "cancel": ("secretary", "/s/sessions/{key}/cancel"),
    "another time": ("secretary", "/s/sessions/{key}/move"),
    "branch's 述学": ("secretary", "/s/shuxue"),
    "new round": ("secretary", "/s/shuxue/new"),
    "oral": ("secretary", "/s/oral"),
    "writing down": ("secretary", "/s/oral/C/M005"),
    "helpers": ("secretary", "/s/helpers"),
    "voices to write down": ("secretary", "/s/voices"),
    "listening": ("secretary", "/s/voices/" + k("v")),
    "claims to decide": ("secretary", "/s/claims"),
    "leaves to decide": ("secretary", "/s/leave"),
    "leave told": ("secretary", "/s/leave/new"),
    "make-ups to decide": ("secretary", "/s/make-ups"),
    "externals to decide": ("secretary", "/s/external"),
    "stated hours": ("secretary", "/s/external/new"),
    "inbox": ("secretary", "/s/feedback"),
    "a message": ("secretary", "/s/feedback/" + k("f")),
    "who changed a session": ("secretary", "/s/trail/session/{key}"),
    "who changed a member": ("secretary", "/s/trail/member/M002"),
    "who changed a claim for leaders": ("secretary", "/s/trail/claim/" + k("c1")),
    "who changed roles": ("officer", "/s/trail/roles/ZB1"),
    "hours of the branch": ("secretary", "/s/hours"),
    "hours of a member": ("secretary", "/s/hours/M001"),
    "a correction": ("secretary", "/s/hours/M001/lines/{line}"),
    "points of the branch": ("secretary", "/s/points"),
    "points of a member": ("secretary", "/s/points/M001"),
    "a body's decision": ("secretary", "/s/points/M001/decision"),
    "exports": ("secretary", "/s/exports"),
    "proof": ("secretary", "/auth/step-up?next=/s/exports"),
    "a file that is ready": ("proved secretary", "/auth/step-up?next=/s/exports/hours.xlsx"),
    "whom to remind": ("secretary", "/s/push?topic=MAKE_UP&all=1&tick=*"),
    "gaps": ("secretary", "/s/push?topic=HOURS_GAP"),
    "what was pushed": ("secretary", "/s/push/2026-11-23"),
    "phone list": ("secretary", "/s/unreached"),
    "a person to call": ("secretary", "/s/unreached/M005"),
    "sheet for calling": ("secretary", "/s/unreached/print"),
}


def _named(*tables: dict[str, T]) -> dict[str, T]:
    """Put tables together; a name that stands twice would hide a page."""
    found: dict[str, T] = {}
    for table in tables:
        twice = found.keys() & table.keys()
        assert not twice, f"named twice: {twice}"
        found |= table
    return found


MEMBER = _named(_MEMBER, branch_pages.MEMBERS)
OTHERS = _named(_OTHERS, branch_pages.DESK, desk_pages.DESK, member_pages.DESK, session_pages.DESK)
PAGES = _named({name: ("member", path) for name, path in MEMBER.items()}, OTHERS)


def endpoint_of(app: Flask, path: str, method: str = "GET") -> str:
    """Return the endpoint that answers an address of PAGES or SENT; empty for an unknown one."""
    plain = re.sub(r"\{\w+\}", "1", path.partition("?")[0])
    try:
        return str(app.url_map.bind("localhost").match(plain, method)[0])
    except HTTPException:
        return ""


def sorted_by_place(app: Flask) -> dict[str, dict[str, Any]]:
    """Return all pages by the module of the view that shows them."""
    found: dict[str, dict[str, Any]] = {}
    for name, at in {**PAGES, **SENT}.items():
        sent = isinstance(at, Sent)
        endpoint = endpoint_of(app, at.action if sent else at[1], "POST" if sent else "GET")
        place = app.view_functions[endpoint].__module__ if endpoint else "web.errors"
        found.setdefault(place, {})[name] = at
    return found


class _Field:
    """What `everything` asks for, of the pages' world."""

    def __init__(self, world: World) -> None:
        self.branch, self.committee = world.branch, world.branch.parent


def fill(world: World) -> dict[str, str]:
    """Hold one session two weeks ago, confirm it, and let one of everything wait for the member.

    Returns what addresses and fields name: {part}, {card}.
    """
    now = world.clock()
    secretary = member_actor(world.members["secretary"].id)
    earlier = world.new_session("11月集体学习 · 全会精神", now - timedelta(days=14))
    attendance.call_roll(secretary, earlier.key, AttendanceStatus.PRESENT, ["M001", "M003"], now)
    attendance.confirm(secretary, earlier.key, now)
    attendance.call_roll(secretary, world.session.key, AttendanceStatus.PRESENT, ["M005"], now)
    attendance.call_roll(secretary, world.session.key, AttendanceStatus.LEAVE, ["M004"], now)
    RebindRequest.create(member=world.members["elder"], openid="o-new-phone", asked_at=now)
    everything(_Field(world), world.members["member"])
    branch_pages.fill(world)
    names = desk_pages.fill(world)
    member_pages.fill(world)
    session_pages.fill(world)
    said(world, words="今年已有 21.5 学时，还差 10.5。接下来有11月26日（周四） 14:00「集体学习」2 学时。")
    said(
        world, topic=Topic.SESSION_CANCELLED, words="明天 14:00 的「党课」取消了，不用来。", way="/m/sessions"
    )
    Member.update(phone=keyring.current().seal("13812345678")).where(Member.number == "M005").execute()
    push.push(secretary, Topic.MAKE_UP, ["M002", "M004", "M005"], now)
    yesterday = now - timedelta(days=1)
    reaching.note(secretary, "M005", Reached("CALLED", civil_day(yesterday), "说周四来"), yesterday)
    return names
