"""Points and claims: one's own on /m, the branch's queue on /s."""

from __future__ import annotations

from datetime import timedelta

from services.actor import OPERATOR
from services.clock import civil_day
from services.points import claims, judging
from tests.web.authorisation.entry import MEMBERS, Entry
from tests.web.world import World

#: A claim of the first member: nobody else's page knows of it.
OWN = (302, 302, 200, *(404,) * 6)
OWN_DONE = (401, 303, 303, *(404,) * 6)
#: Leaders of any branch see their own queue; a group head decides no claims.
DESK = (302, 302, 403, 403, 403, 200, 200, 200, 403)
#: The member's claim belongs to the branch's leaders alone, the secretary's to the officer above.
LED = (302, 302, 403, 403, 403, 200, 404, 404, 403)
DECIDED = (401, 303, 403, 403, 403, 303, 404, 404, 403)
OF_SECRETARY = (302, 302, 403, 403, 403, 409, 404, 200, 403)
DECIDED_ABOVE = (401, 303, 403, 403, 403, 409, 404, 303, 403)

_DESK = "/s/claims/<key>/<any(approve,return,refuse,agree,final,reverse):name>"
_WHY = {"reason": "请写清楚"}
_CLAIM = {"item": "helping", "day": "2026-11-18", "words": "帮老人取药"}


def prepare(world: World) -> dict[str, str]:
    """File one claim for each state that a page may meet, and one of the secretary's."""
    now, member = world.clock(), world.members["member"]
    days = [civil_day(now) - timedelta(days=back) for back in range(1, 6)]
    words = ("waiting", "returned", "refused", "objected", "posted")
    keys = {
        name: claims.file(member, "helping", day, "帮老人取药", now).key
        for name, day in zip(words, days, strict=True)
    }
    judging.give_back(OPERATOR, keys["returned"], "请写清楚", now)
    for name in ("refused", "objected"):
        judging.refuse(OPERATOR, keys[name], "不是结对的", now)
    claims.object_to(member, keys["objected"], "是结对的", now)
    judging.approve(OPERATOR, keys["posted"], now)
    of_secretary = claims.file(world.members["secretary"], "helping", days[0], "帮老人取药", now)
    return {"own_" + name: key for name, key in keys.items()} | {"of_secretary": of_secretary.key}


def _desk(name: str, key: str, form: dict[str, str] | None = None) -> Entry:
    return Entry("POST", _DESK, f"/s/claims/{{{key}}}/{name}", DECIDED, form)


ENTRIES = [
    Entry("GET", "/m/points", "/m/points", MEMBERS),
    Entry("POST", "/m/points/part", "/m/points/part", (401, 303, *(409,) * 7), {"part": "in"}),
    Entry("GET", "/m/claims", "/m/claims", MEMBERS),
    Entry("GET", "/m/claims/new", "/m/claims/new", MEMBERS),
    Entry("POST", "/m/claims/new", "/m/claims/new", (401, *(303,) * 8), {**_CLAIM, "item": "micro_lecture"}),
    Entry("GET", "/m/claims/<key>", "/m/claims/{own_waiting}", OWN),
    Entry(
        "POST",
        "/m/claims/<key>/change",
        "/m/claims/{own_returned}/change",
        OWN_DONE,
        {**_CLAIM, "day": "2026-11-10"},
    ),
    Entry("POST", "/m/claims/<key>/withdraw", "/m/claims/{own_waiting}/withdraw", OWN_DONE),
    Entry(
        "POST", "/m/claims/<key>/object", "/m/claims/{own_refused}/object", OWN_DONE, {"words": "是结对的"}
    ),
    Entry("GET", "/s/claims", "/s/claims", DESK),
    Entry("GET", "/s/claims/new", "/s/claims/new", DESK),
    Entry(
        "POST",
        "/s/claims/new",
        "/s/claims/new",
        DECIDED,
        {**_CLAIM, "item": "micro_lecture", "member": "M005"},
    ),
    Entry("GET", "/s/claims/<key>", "/s/claims/{own_waiting}", LED),
    Entry("GET", "/s/claims/<key>", "/s/claims/{of_secretary}", OF_SECRETARY),
    _desk("approve", "own_waiting"),
    _desk("return", "own_waiting", _WHY),
    _desk("refuse", "own_waiting", _WHY),
    _desk("agree", "own_objected", _WHY),
    _desk("final", "own_objected", _WHY),
    _desk("reverse", "own_posted", _WHY),
    Entry("POST", _DESK, "/s/claims/{of_secretary}/approve", DECIDED_ABOVE),
]
