"""The roster, a member's page, moves and the upload: one's own branch, officers below, 404 beyond (R100)."""

from __future__ import annotations

from datetime import timedelta

from models import Exemption
from models.terms import ExemptionKind
from services.actor import OPERATOR
from services.clock import civil_day
from services.members import edits
from services.moving import mobility, transfers
from services.moving.mobility import Trip
from tests.web.authorisation.entry import LEADERS, Entry
from tests.web.world import World

#: Whoever keeps the roster of the secretary's branch; a group head keeps nobody's.
KEEPS = (302, 302, 403, 403, 404, 200, 404, 200, 403)
DOES = (401, 303, 403, 403, 404, 303, 404, 303, 403)
SHOWS = (401, 303, 403, 403, 404, 200, 404, 200, 403)
#: The elder is of the first group, which the group head leads.
SEES = (302, 302, 403, 403, 200, 200, 404, 200, 403)
LISTS = (302, 302, 403, 403, 403, 200, 200, 200, 403)
#: The other branch is asked: its leaders and the officer above both answer.
ASKED, ASKED_GET = (
    (401, 303, 403, 403, 404, 404, 303, 303, 403),
    (302, 302, 403, 403, 404, 404, 200, 200, 403),
)
FILE_LESS = (401, 303, 403, 403, 403, 400, 400, 400, 403)
STALE = (401, 303, 403, 403, 403, 409, 409, 409, 403)


def prepare(world: World) -> dict[str, str]:
    """Let the elder be exempt, another member be away and asked for, and one wait for a transfer."""
    now = world.clock()
    today = civil_day(now)
    elder, away, gone = (world.members[who] for who in ("elder", "member", "former_secretary"))
    row = Exemption.create(
        member=elder, kind=ExemptionKind.NOT_REQUIRED, starts=today - timedelta(days=9),
        decided_on=today, decided_by=None,
    )  # fmt: skip
    stay = mobility.go_out(OPERATOR, away.number, Trip("城西", today, host="ZB2"), now)
    return {
        "exemption": str(row.id),
        "stay": str(stay),
        "away": away.number,
        "transfer": transfers.propose(OPERATOR, gone.number, "ZB2", today, now),
    }


def off_roster(world: World) -> dict[str, str]:
    """Take the elder off the roster."""
    edits.leave(OPERATOR, "M005", civil_day(world.clock()) - timedelta(days=1), world.clock())
    return {}


_DAY = "2026-11-21"
_EDIT = {
    "name": "王新名", "category": "在职", "joined_on": "2015-07-01", "full_on": "2015-07-01",
    "since": "2015-07-01", "group": "", "phone": "", "branch": "ZB2", "number": "M101", "active_to": _DAY,
}  # fmt: skip
_NEW = {
    "branch": "ZB1", "number": "NEW1", "name": "赵新", "category": "在职", "joined_on": "2012-07-01",
    "since": "2026-07-01",
}  # fmt: skip
_ONE = "/s/members/<number>"
_ANSWER = "/s/transfers/<key>/<any(accept,refuse,withdraw):name>"

ENTRIES = [
    Entry("GET", "/s/members", "/s/members", LEADERS),
    Entry("GET", "/s/members", "/s/members?branch=ZB1", (302, 302, 403, 403, 404, 200, 404, 200, 403)),
    Entry("GET", _ONE, "/s/members/M005", SEES),
    Entry("GET", _ONE, "/s/members/M001", KEEPS),
    Entry("GET", _ONE, "/s/members/nobody", (302, 302, 403, 403, 404, 404, 404, 404, 403)),
    Entry("GET", f"{_ONE}/edit", "/s/members/M005/edit", KEEPS),
    Entry("POST", f"{_ONE}/edit", "/s/members/M001/edit", DOES, _EDIT),
    Entry("GET", "/s/members/new", "/s/members/new", LISTS),
    Entry("POST", "/s/members/new", "/s/members/new", DOES, _NEW),
    Entry("GET", f"{_ONE}/exempt", "/s/members/M005/exempt", KEEPS),
    Entry(
        "POST", f"{_ONE}/exempt", "/s/members/M001/exempt", DOES,
        {"kind": "NOT_REQUIRED", "starts": _DAY, "decided_on": _DAY}, proved=True,
    ),
    Entry(
        "POST", f"{_ONE}/exempt/<int:exemption>/end", "/s/members/M005/exempt/{exemption}/end", DOES,
        {"ends": _DAY}, proved=True,
    ),
    # Another member's exemption is nobody's here.
    Entry(
        "POST", f"{_ONE}/exempt/<int:exemption>/end", "/s/members/M001/exempt/{exemption}/end",
        (401, 303, 403, 403, 404, 404, 404, 404, 403), {"ends": _DAY}, proved=True,
    ),
    Entry("GET", f"{_ONE}/leave", "/s/members/M005/leave", KEEPS),
    Entry("POST", f"{_ONE}/leave", "/s/members/M005/leave", DOES, {"day": _DAY}, proved=True),
    Entry("POST", f"{_ONE}/restore", "/s/members/M005/restore", DOES, prepare=off_roster),
    Entry("POST", f"{_ONE}/release", "/s/members/M001/release", DOES, proved=True),
    Entry("POST", f"{_ONE}/code", "/s/members/M005/code", SHOWS),
    Entry("GET", f"{_ONE}/transfer", "/s/members/M005/transfer", KEEPS),
    Entry(
        "POST", f"{_ONE}/transfer", "/s/members/M005/transfer", DOES,
        {"way": "inside", "target": "ZB2", "day": _DAY}, proved=True,
    ),
    Entry("GET", "/s/transfers", "/s/transfers", LISTS),
    Entry("GET", "/s/transfers/<key>", "/s/transfers/{transfer}", ASKED_GET),
    *(
        Entry("POST", _ANSWER, f"/s/transfers/{{transfer}}/{name}", who, proved=name == "accept")
        for name, who in (("accept", ASKED), ("refuse", ASKED), ("withdraw", DOES))
    ),
    Entry("GET", f"{_ONE}/mobility", "/s/members/M001/mobility", KEEPS),
    Entry(
        "POST", f"{_ONE}/mobility", "/s/members/M005/mobility", DOES, {"destination": "上海", "since": _DAY}
    ),
    Entry("POST", f"{_ONE}/mobility/contact", "/s/members/{away}/mobility/contact", DOES, {"day": _DAY}),
    Entry("POST", f"{_ONE}/mobility/host", "/s/members/{away}/mobility/host", DOES, {"host": "ZB2"}),
    Entry("POST", f"{_ONE}/mobility/back", "/s/members/{away}/mobility/back", DOES, {"day": _DAY}),
    Entry("GET", "/s/hosting", "/s/hosting", LISTS),
    Entry("POST", "/s/hosting/<int:stay>", "/s/hosting/{stay}", ASKED, {"answer": "accept"}),
    Entry("GET", "/s/members/upload", "/s/members/upload", LISTS),
    Entry("POST", "/s/members/upload", "/s/members/upload", FILE_LESS),
    Entry(
        "POST", "/s/members/upload/confirm", "/s/members/upload/confirm", STALE, {"sealed": "no seal"},
        proved=True,
    ),
]  # fmt: skip
