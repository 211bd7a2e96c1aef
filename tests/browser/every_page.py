"""Every page, by the person who sees it: what the tests of looks and Lighthouse go through."""

from __future__ import annotations

from datetime import timedelta

from models import Member, RebindRequest
from models.terms import AttendanceStatus, Topic
from services import attendance, keyring, reaching
from services.actor import member_actor
from services.clock import civil_day
from services.reaching import Reached
from services.reminders import push
from tests.browser import branch_pages, member_pages, session_pages
from tests.service.test_desk import everything, k
from tests.web.test_notice_pages import said
from tests.web.world import World

#: name → address; {session}, {token} … are of `fill`.
MEMBER = {
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
    "voices": "/m/voices",
    "a voice": "/m/voices/" + k("v"),
    "leave": "/m/leave",
    "new leave": "/m/leave/new/{key}",
    "make-ups": "/m/make-ups",
    "a make-up": "/m/make-ups/" + k("u"),
    "external": "/m/external",
    "new external": "/m/external/new",
    "notices": "/m/notices",
    "a notice": "/m/notices/notice-0",
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
    **branch_pages.MEMBERS,
}
OTHERS = {
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
    **branch_pages.DESK,
    **member_pages.DESK,
    **session_pages.DESK,
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
    "whom to remind": ("secretary", "/s/push?topic=MAKE_UP&all=1&tick=*"),
    "gaps": ("secretary", "/s/push?topic=HOURS_GAP"),
    "what was pushed": ("secretary", "/s/push/2026-11-23"),
    "phone list": ("secretary", "/s/unreached"),
    "a person to call": ("secretary", "/s/unreached/M005"),
    "sheet for calling": ("secretary", "/s/unreached/print"),
}
PAGES = {name: ("member", path) for name, path in MEMBER.items()} | OTHERS


class _Field:
    """What `everything` asks for, of the pages' world."""

    def __init__(self, world: World) -> None:
        self.branch, self.committee = world.branch, world.branch.parent


def fill(world: World) -> None:
    """Hold one session two weeks ago, confirm it, and let one of everything wait for the member."""
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
