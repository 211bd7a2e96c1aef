"""Leave, make-up and study elsewhere: one's own, one's branch's, one's group's, and nobody else's."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from models import MakeUp
from models.terms import AttendanceStatus, LeaveKind
from services.absence import externals, leaves, make_ups
from services.absence.externals import Elsewhere
from services.absence.make_ups import Done
from services.actor import OPERATOR
from services.roll import attendance
from tests.web.authorisation.entry import LEADERS, MEMBERS, Entry
from tests.web.world import World

#: The member alone; a branch's members; leaders of the elder's branch and the head of the elder's group.
MINE, MINE_POST = (302, 302, 200, *(404,) * 6), (401, 303, 303, *(404,) * 6)
DUE, DUE_POST = (302, 302, 200, 404, 200, 200, 404, 404, 200), (401, 303, 303, 404, 303, 303, 404, 404, 303)
DESK, DESK_POST = (302, 302, 403, 403, 200, 200, 404, 404, 403), (401, 303, 403, 403, 303, 303, 404, 404, 403)
DESK_409 = (401, 303, 403, 403, 409, 409, 404, 404, 403)
#: A study elsewhere is the leaders' alone.
LED, LED_GET = (302, 302, 403, 403, 403, 200, 200, 200, 403), (302, 302, 403, 403, 403, 200, 404, 404, 403)
LED_POST = (401, 303, 403, 403, 403, 303, 404, 404, 403)
LED_409 = (401, 303, 403, 403, 403, 409, 404, 404, 403)

_STUDY = {"kind": "OTHER", "org_name": "区委党校", "title": "讲座", "day": "2026-11-20", "hours": "2"}
_MAKE_UPS = "/s/make-ups/<key>/<any(confirm,record,return,waive,again):name>"
_EXTERNAL = "/s/external/<key>/<any(confirm,refuse,reverse):name>"
_LEAVE = "/s/leave/<key>/<any(approve,refuse):name>"
_READ = {"mode": "READING", "day": "2026-11-20", "words": "读了党章"}


def prepare(world: World) -> dict[str, str]:
    """Make leaves, make-ups and a study elsewhere of a member and of an elder of the first group."""
    now, members = world.clock(), world.members
    mine, elder = members["member"], members["elder"]
    held, part = (world.new_session(title, now - timedelta(days=3)) for title in ("没来的", "来了一半的"))
    everybody = [who.number for who in members.values() if who.branch_id == world.branch.id]
    attendance.call_roll(OPERATOR, part.key, AttendanceStatus.PRESENT, everybody, now)
    attendance.call_roll(OPERATOR, part.key, AttendanceStatus.PARTIAL, [mine.number], now)
    for session in (held, part):
        attendance.confirm(OPERATOR, session.key, now)
    owed = {row.member_id: row.key for row in MakeUp.select().where(MakeUp.session == held)}
    make_ups.submit(elder, owed[elder.id], Done("READING", date(2026, 11, 20), "读了"), now)
    study = Elsewhere("OTHER", "区委党校", "专题讲座", date(2026, 11, 19), Decimal(2))
    return {
        "fresh": world.new_session("下一次", now + timedelta(days=3)).key,
        "my_leave": leaves.file(mine, world.session.key, LeaveKind.DUTY, None, now).key,
        "leave": leaves.file(elder, world.session.key, LeaveKind.HEALTH, None, now).key,
        "my_make_up": owed[mine.id],
        "make_up": owed[elder.id],
        "part": part.key,
        "study": externals.propose(elder, study, now).key,
    }


def _decided(rule: str, path: str, names: dict[str, tuple[int, ...]]) -> list[Entry]:
    form = {"reason": "请写清楚", "mode": "READING", "day": "2026-11-20"}
    return [Entry("POST", rule, f"{path}/{name}", expected, form) for name, expected in names.items()]


ENTRIES = [
    Entry("GET", "/m/leave", "/m/leave", MEMBERS),
    Entry("GET", "/m/leave/new/<session>", "/m/leave/new/{fresh}", DUE),
    Entry("POST", "/m/leave/new/<session>", "/m/leave/new/{fresh}", DUE_POST, {"kind": "DUTY"}),
    Entry("POST", "/m/leave/<key>/withdraw", "/m/leave/{my_leave}/withdraw", MINE_POST),
    Entry("GET", "/m/make-ups", "/m/make-ups", MEMBERS),
    Entry("GET", "/m/make-ups/<key>", "/m/make-ups/{my_make_up}", MINE),
    Entry("POST", "/m/make-ups/<key>", "/m/make-ups/{my_make_up}", MINE_POST, _READ),
    Entry("GET", "/m/make-ups/rest/<session>", "/m/make-ups/rest/{part}", MINE),
    Entry("POST", "/m/make-ups/rest/<session>", "/m/make-ups/rest/{part}", MINE_POST, _READ),
    Entry("GET", "/m/external", "/m/external", MEMBERS),
    Entry("GET", "/m/external/new", "/m/external/new", MEMBERS),
    Entry("POST", "/m/external/new", "/m/external/new", (401, *(303,) * 8), _STUDY),
    Entry("GET", "/s/leave", "/s/leave", LEADERS),
    Entry("GET", "/s/leave/new", "/s/leave/new", LEADERS),
    Entry(
        "POST", "/s/leave/new", "/s/leave/new", DESK_POST,
        {"member": "M005", "session": "{fresh}", "kind": "HEALTH"},
    ),
    Entry("GET", "/s/leave/<key>", "/s/leave/{leave}", DESK),
    *_decided(_LEAVE, "/s/leave/{leave}", {"approve": DESK_POST, "refuse": DESK_POST}),
    Entry("GET", "/s/make-ups", "/s/make-ups", LEADERS),
    Entry("GET", "/s/make-ups/<key>", "/s/make-ups/{make_up}", DESK),
    *_decided(
        _MAKE_UPS, "/s/make-ups/{make_up}",
        dict.fromkeys(("confirm", "record", "return", "waive"), DESK_POST) | {"again": DESK_409},
    ),
    Entry("GET", "/s/external", "/s/external", LED),
    Entry("GET", "/s/external/new", "/s/external/new", LED),
    Entry("POST", "/s/external/new", "/s/external/new", LED_POST, _STUDY | {"member": "M005"}),
    Entry("GET", "/s/external/<key>", "/s/external/{study}", LED_GET),
    *_decided(
        _EXTERNAL, "/s/external/{study}", {"confirm": LED_POST, "refuse": LED_POST, "reverse": LED_409}
    ),
]  # fmt: skip
