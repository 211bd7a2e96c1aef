"""谁改过什么: leaders of the thing and those above; a group head and other branches find nothing (R100)."""

from __future__ import annotations

from models.terms import ReportState
from services.clock import civil_day
from services.points import claims
from tests.service.test_desk import cycle, report
from tests.web.authorisation.entry import MEMBERS, Entry
from tests.web.world import World

RUNS = (302, 302, 403, 403, 404, 200, 404, 200, 403)
#: A plain member's report and claim are for the own branch; officers decide those of its leaders alone.
DECIDES = (302, 302, 403, 403, 404, 200, 404, 404, 403)
NOBODY = (302, 302, 403, 403, 404, 404, 404, 404, 403)
OWN = (302, 302, 200, *(404,) * 6)


def prepare(world: World) -> dict[str, str]:
    """Let the member have handed in a report and filed a claim."""
    now, who = world.clock(), world.members["member"]
    handed_in = report(cycle(world.branch, "T1"), who, ReportState.SUBMITTED)
    handed_in.submitted_at, handed_in.revision = now, 1
    handed_in.save()
    return {"claim": claims.file(who, "helping", civil_day(now), "帮老人取药", now).key, "who": who.number}


_ONE = "/s/trail/<kind>/<subject>"
_REPORT = "/s/trail/report/<cycle>/<number>"

ENTRIES = [
    Entry("GET", _ONE, "/s/trail/session/{key}", RUNS),
    Entry("GET", _ONE, "/s/trail/member/M005", RUNS),
    Entry("GET", _ONE, "/s/trail/member/M101", (302, 302, 403, 403, 404, 404, 200, 200, 403)),
    Entry("GET", _ONE, "/s/trail/roles/ZB1", RUNS),
    Entry("GET", _ONE, "/s/trail/claim/{claim}", DECIDES),
    Entry("GET", _ONE, "/s/trail/hours/{key}", NOBODY),
    Entry("GET", _ONE, "/s/trail/session/nothing", NOBODY),
    Entry("GET", _REPORT, "/s/trail/report/T1/{who}", DECIDES),
    Entry("GET", "/m/trail", "/m/trail?p=2", MEMBERS),
    Entry("GET", "/m/trail/report/<cycle>", "/m/trail/report/T1", OWN),
    Entry("GET", "/m/trail/claim/<key>", "/m/trail/claim/{claim}", OWN),
]
