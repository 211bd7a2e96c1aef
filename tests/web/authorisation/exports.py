"""Exports: for those who run a branch, after one more proof; one's own year is one's own."""

from __future__ import annotations

from datetime import date

from models.terms import CycleType
from services.actor import OPERATOR
from services.shuxue import cycles
from services.shuxue.cycles import CyclePlan
from tests.web.authorisation.entry import MEMBERS, Entry
from tests.web.world import World

#: Who runs a branch is led to the proof; who does not, hears that there is no such branch.
TAKES = (302, 302, 403, 403, 404, 302, 302, 404, 403)
#: The same for a thing of the first branch, which the other branch's secretary does not know of.
OF_BRANCH = (302, 302, 403, 403, 404, 302, 404, 404, 403)
#: A session's roll is also taken by the group's head and the officer above, each as far as they reach.
OF_SESSION = (302, 302, 403, 403, 302, 302, 404, 302, 403)
SHOWN = (302, 302, 403, 403, 403, 200, 200, 403, 403)
CARDS = (401, 303, 403, 403, 403, 200, 404, 200, 403)
POSTER = (302, 302, 403, 403, 403, 200, 200, 200, 403)
_TABLE = "/s/exports/<any(hours,points,roster,calling):name>.xlsx"
_ROLL = "/s/exports/attendance.xlsx"


def prepare(world: World) -> dict[str, str]:
    """Open a round of the first branch."""
    plan = CyclePlan(world.branch.code, CycleType.QUARTER, 2026, date(2026, 12, 20), 4)
    return {"round": cycles.open_cycle(OPERATOR, plan, world.clock()).key}


ENTRIES = [
    Entry("GET", "/s/exports", "/s/exports", SHOWN),
    Entry("GET", "/s/exports", "/s/exports?branch=ZB1", (302, 302, 403, 403, 403, 200, 404, 403, 403)),
    *[
        Entry("GET", _TABLE, f"/s/exports/{name}.xlsx?branch=ZB1", OF_BRANCH)
        for name in ("hours", "points", "roster", "calling")
    ],
    Entry("GET", _TABLE, "/s/exports/hours.xlsx", TAKES),
    Entry("GET", _ROLL, f"{_ROLL}?session={{key}}", OF_SESSION),
    Entry("GET", _ROLL, f"{_ROLL}?session=0000000000", (302, 302, 403, 403, *(404,) * 4, 403)),
    Entry("GET", _ROLL, f"{_ROLL}?month=2026-11&branch=ZB1", OF_BRANCH),
    Entry("GET", "/s/exports/shuxue.xlsx", "/s/exports/shuxue.xlsx?round={round}&texts=1", OF_BRANCH),
    Entry("GET", "/s/exports/year.docx", "/s/exports/year.docx?branch=ZB1", OF_BRANCH),
    Entry("GET", "/s/members/<number>/year.pdf", "/s/members/M001/year.pdf", OF_BRANCH),
    Entry("GET", "/m/year.pdf", "/m/year.pdf", MEMBERS),
    Entry("POST", "/s/cards.pdf", "/s/cards.pdf", CARDS, {"member": "M005"}),
    Entry("GET", "/s/poster.pdf", "/s/poster.pdf", POSTER),
    # The proof itself: everybody for the own session alone.
    Entry("GET", "/auth/step-up", "/auth/step-up", MEMBERS),
    Entry("POST", "/auth/step-up", "/auth/step-up", (401, 303, *(400,) * 7), {"proof_code": "123456"}),
]
