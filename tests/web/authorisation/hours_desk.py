"""Hours and points of a branch, their corrections and decisions, and the way from one to the next."""

from __future__ import annotations

from datetime import date, timedelta

from models import HourEntry, PointDecision
from models.terms import AttendanceStatus, DecisionKind
from services import feedback, points
from services.actor import OPERATOR
from services.roll import attendance
from tests.web.authorisation.entry import Entry
from tests.web.world import World

#: Who runs a branch sees its table, who looks after branches is led to counts by branch.
TABLE = (302, 302, 403, 403, 403, 200, 200, 302, 403)
#: The member's ledger belongs to the branch's leaders alone, the secretary's to the officer above as well.
LED = (302, 302, 403, 403, 403, 200, 404, 404, 403)
DONE = (401, 303, 403, 403, 403, 303, 404, 404, 403)
OF_SECRETARY = (302, 302, 403, 403, 403, 200, 404, 200, 403)
#: Nobody decides on the own hours and points; the officer above does.
DECIDED_ABOVE = (302, 302, 403, 403, 403, 409, 404, 200, 403)
DONE_ABOVE = (401, 303, 403, 403, 403, 409, 404, 303, 403)
RULES = (401, 303, 403, 403, 403, 400, 404, 404, 403)
RULES_ABOVE = (401, 303, 403, 403, 403, 409, 404, 400, 403)
OF_OTHERS = (302, 302, 403, 403, 403, 404, 200, 404, 403)
NOBODY = (302, 302, 403, 403, 403, 404, 404, 404, 403)
NOBODY_DONE = (401, 303, 403, 403, 403, 404, 404, 404, 403)
WALKS = (302, 302, 403, 403, 302, 302, 302, 302, 403)
_LINE = "/s/hours/<number>/lines/<int(max=999999999999):entry>"
_NEXT = "/s/next/<any(reports,claims,leaves,make_ups,externals):queue>"
_WITHDRAW = "/s/points/<number>/decision/<int(max=999999999999):decision>/withdraw"
_FIX = {"hours": "1", "reason": "提前离开", "member": "M101", "entry": "1"}
_RULING = {
    "item": "unexcused",
    "body": "支部委员会",
    "day": "2026-11-10",
    "decided_on": "2026-11-20",
    "reason": "已核实",
}


def prepare(world: World) -> dict[str, str]:
    """Confirm a session of the member and the secretary; the member asks about both lines of it."""
    now, member, secretary = world.clock(), world.members["member"], world.members["secretary"]
    earlier = world.new_session("11月集体学习", now - timedelta(days=14))
    attendance.call_roll(OPERATOR, earlier.key, AttendanceStatus.PRESENT, ["M001", "M003"], now)
    attendance.confirm(OPERATOR, earlier.key, now)
    lines = {who.number: HourEntry.get(HourEntry.member == who).id for who in (member, secretary)}
    point = points.view(member, None, now).lines[0].entry_id
    decision = PointDecision.create(
        branch=world.branch, member=member, kind=DecisionKind.DEDUCT, item="unexcused", points=200,
        day=date(2026, 11, 10), body="支部委员会", reason="已核实", edition="2026版",
        decided_on=date(2026, 11, 20), entered_at=now,
    )  # fmt: skip
    return {
        "line": str(lines["M001"]),
        "secretary_line": str(lines["M003"]),
        "asked": feedback.ask(member, "hours", str(lines["M001"]), "那天我来得早", now),
        "asked_points": feedback.ask(member, "points", str(point), "这一笔怎么算的", now),
        "decision": str(decision.id),
    }


ENTRIES = [
    Entry("GET", _NEXT, "/s/next/reports", WALKS),
    Entry("GET", _NEXT, "/s/next/externals", WALKS),
    Entry("GET", "/s/hours", "/s/hours", TABLE),
    Entry("GET", "/s/hours", "/s/hours?branch=ZB1", (302, 302, 403, 403, 403, 200, 404, 302, 403)),
    Entry("GET", "/s/hours/<number>", "/s/hours/M001", LED),
    Entry("GET", "/s/hours/<number>", "/s/hours/M003", OF_SECRETARY),
    Entry("GET", "/s/hours/<number>", "/s/hours/M101", OF_OTHERS),
    Entry("GET", "/s/hours/<number>", "/s/hours/M999", NOBODY),
    Entry("GET", _LINE, "/s/hours/M001/lines/{line}", LED),
    Entry("GET", _LINE, "/s/hours/M003/lines/{secretary_line}", DECIDED_ABOVE),
    Entry("GET", _LINE, "/s/hours/M101/lines/{line}", NOBODY),
    Entry("POST", _LINE, "/s/hours/M001/lines/{line}", DONE, _FIX),
    Entry("POST", _LINE, "/s/hours/M003/lines/{secretary_line}", DONE_ABOVE, _FIX),
    Entry("POST", _LINE, "/s/hours/M001/lines/{secretary_line}", NOBODY_DONE, _FIX),
    Entry("POST", "/s/hours/<number>/answer/<key>", "/s/hours/M001/answer/{asked}", DONE, {"words": "对的"}),
    Entry("POST", "/s/hours/<number>/answer/<key>", "/s/hours/M001/answer/{asked_points}", NOBODY_DONE),
    Entry("GET", "/s/points", "/s/points", TABLE),
    Entry("GET", "/s/points/<number>", "/s/points/M001", LED),
    Entry("GET", "/s/points/<number>", "/s/points/M003", OF_SECRETARY),
    Entry("GET", "/s/points/<number>", "/s/points/M101", OF_OTHERS),
    Entry(
        "POST", "/s/points/<number>/answer/<key>", "/s/points/M001/answer/{asked_points}",
        DONE, {"words": "对的"},
    ),
    Entry("POST", "/s/points/<number>/answer/<key>", "/s/points/M003/answer/{asked_points}", NOBODY_DONE),
    Entry(
        "POST", "/s/points/<number>/part", "/s/points/M001/part",
        (401, 303, 403, 403, 403, 409, 404, 404, 403), {"part": "in"},
    ),
    Entry("GET", "/s/points/<number>/decision", "/s/points/M001/decision", LED),
    Entry("GET", "/s/points/<number>/decision", "/s/points/M003/decision", DECIDED_ABOVE),
    # The shipped rules know no item to deduct for, so that those with the right hear it of the field.
    Entry("POST", "/s/points/<number>/decision", "/s/points/M001/decision", RULES, _RULING, proved=True),
    Entry(
        "POST", "/s/points/<number>/decision", "/s/points/M003/decision", RULES_ABOVE, _RULING, proved=True
    ),
    Entry(
        "POST", _WITHDRAW, "/s/points/M001/decision/{decision}/withdraw", DONE, {"reason": "不成立"},
        proved=True,
    ),
    Entry(
        "POST", _WITHDRAW, "/s/points/M005/decision/{decision}/withdraw", NOBODY_DONE, {"reason": "不"},
        proved=True,
    ),
]  # fmt: skip
