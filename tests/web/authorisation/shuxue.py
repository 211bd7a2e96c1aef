"""述学 on pages: the member's own, the branch's, and those who write down what others say."""

from __future__ import annotations

from datetime import date

from models.terms import CycleType, ReportChannel, View
from services.actor import OPERATOR
from services.shuxue import cycles, oral, writing
from services.shuxue.cycles import CyclePlan
from tests.web.authorisation.entry import MEMBERS, Entry
from tests.web.world import World

_WRITE = "/m/shuxue/<cycle>/<any(understanding,spirit,goals,gains,methods):view>"
_ACT = "/m/shuxue/<cycle>/<any(submit,recall,confirm):name>"
_DECIDE = "/s/shuxue/<cycle>/<number>/<any(accept,return):name>"
#: A round of the first branch: everybody of it, nobody of the other.
OWN = (302, 302, 200, 404, 200, 200, 404, 404, 200)
WRITES = (401, 303, 303, 404, 303, 303, 404, 404, 303)
DRAFTS = (401, 401, 200, 404, 200, 200, 404, 404, 200)
#: Only M001 has five texts: the others are told what is missing.
SUBMITS = (401, 303, 303, 404, 409, 409, 404, 404, 409)
RUNNING = (302, 302, 403, 403, 403, 200, 200, 200, 403)
#: M001's report: the branch's leaders; an officer above decides for leaders of a branch alone.
READS = (302, 302, 403, 403, 403, 200, 404, 404, 403)
DECIDES = (401, 303, 403, 403, 403, 303, 404, 404, 403)
HELPING = (302, 302, 403, 403, 200, 200, 200, 403, 403)
#: M005 belongs to the group that M002 heads.
HELPED = (302, 302, 403, 403, 200, 200, 404, 403, 403)
HELPS = (401, 401, 403, 403, 303, 303, 404, 403, 403)
NAMING = (302, 302, 403, 403, 403, 200, 200, 403, 403)


def prepare(world: World) -> dict[str, str]:
    """Open a round, let M001 hand in and M003 (a leader) too, and let M004 help."""
    now = world.clock()
    plan = CyclePlan("ZB1", CycleType.QUARTER, now.year, date(2026, 12, 20), 4)
    cycle = cycles.open_cycle(OPERATOR, plan, now).key
    topic = cycles.open_cycle(
        OPERATOR, CyclePlan("ZB1", CycleType.TOPIC, now.year, date(2026, 12, 20)), now
    ).key
    for key in (cycle, topic):
        for view in View:
            writing.write(
                world.members["member"],
                key,
                view,
                f"{view.label}：写好了。",
                None,
                ReportChannel.SELF_PAGE,
                now,
            )
    writing.submit(world.members["member"], cycle, ReportChannel.SELF_PAGE, now)
    return {"cycle": cycle, "topic": topic}


def helping(world: World) -> dict[str, str]:
    """As above, and the group's head was asked to help as well."""
    made = prepare(world)
    oral.appoint(OPERATOR, "M001", "ZB1", world.clock(), date(2026, 12, 31))
    return made


ENTRIES = [
    Entry("GET", "/m/shuxue", "/m/shuxue", MEMBERS),
    Entry("GET", "/m/shuxue/<cycle>", "/m/shuxue/{topic}", OWN),
    Entry("GET", "/m/shuxue/<cycle>", "/m/shuxue/unknown", (302, 302, *(404,) * 7)),
    Entry("GET", "/m/shuxue/<cycle>/whole", "/m/shuxue/{topic}/whole", OWN),
    Entry("GET", _WRITE, "/m/shuxue/{topic}/gains", OWN),
    Entry("POST", _WRITE, "/m/shuxue/{topic}/gains", (401, 401, 409, 404, 303, 303, 404, 404, 303),
          {"text": "有收获。", "version": "0"}),
    Entry("POST", _WRITE + "/draft", "/m/shuxue/{topic}/gains/draft", DRAFTS,
          {"text": "有收获。", "version": "0"}),
    Entry("POST", _ACT, "/m/shuxue/{topic}/submit", SUBMITS),
    Entry("POST", _ACT, "/m/shuxue/{cycle}/recall", SUBMITS),
    Entry("POST", _ACT, "/m/shuxue/{cycle}/confirm", (401, 303, 409, 404, 409, 409, 404, 404, 409)),
    Entry("GET", "/s/shuxue", "/s/shuxue", RUNNING),
    Entry("GET", "/s/shuxue/new", "/s/shuxue/new", RUNNING),
    Entry("POST", "/s/shuxue/new", "/s/shuxue/new", (401, 303, 403, 403, 403, 303, 404, 303, 403),
          {"organization": "ZB1", "type": "ANNUAL", "year": "2026", "due": "2026-12-25"}),
    Entry("GET", "/s/shuxue/<cycle>/<number>", "/s/shuxue/{cycle}/M001", READS),
    Entry("GET", "/s/shuxue/<cycle>/<number>", "/s/shuxue/{cycle}/M404", READS[:5] + (404,) * 3 + (403,)),
    Entry("POST", _DECIDE, "/s/shuxue/{cycle}/M001/accept", DECIDES),
    Entry("POST", _DECIDE, "/s/shuxue/{cycle}/M001/return", DECIDES, {"reason": "请补充打算。"}),
    Entry("GET", "/s/oral", "/s/oral", HELPING),
    Entry("GET", "/s/oral", "/s/oral", (302, 302, 200, *HELPING[3:]), prepare=helping),
    Entry("GET", "/s/oral/<cycle>/<number>", "/s/oral/{cycle}/M005", HELPED),
    Entry("GET", "/s/oral/<cycle>/<number>", "/s/oral/{cycle}/M005", (302, 302, 200, *HELPED[3:]),
          prepare=helping),
    Entry("POST", "/s/oral/<cycle>/<number>", "/s/oral/{cycle}/M005", HELPS,
          {"gains": "学了用得上。", "confirmed": "IN_PERSON"}),
    Entry("GET", "/s/helpers", "/s/helpers", NAMING),
    Entry("POST", "/s/helpers", "/s/helpers", (401, 303, 403, 403, 403, 303, 404, 403, 403),
          {"member": "M001", "organization": "ZB1", "until": "2026-12-31"}, proved=True),
    Entry("POST", "/s/helpers/end", "/s/helpers/end", (401, 303, 403, 403, 403, 303, 404, 403, 403),
          {"member": "M001", "organization": "ZB1"}, prepare=helping, proved=True),
]  # fmt: skip
