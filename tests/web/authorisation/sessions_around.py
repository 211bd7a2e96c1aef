"""What surrounds a session: its own page, paper, visits, invitations, months ahead, the borrowed screen."""

from __future__ import annotations

from services import screen_links
from services.actor import OPERATOR
from services.study import sessions
from tests.web.authorisation.entry import ALL_200, ALL_404, CALLERS, LEADERS, RUNNERS, RUNS, Entry
from tests.web.world import World, plan

#: Who calls a roll writes the sheet down; the head of a group the own group's names.
CALLS = (401, 303, 404, 404, 303, 303, 404, 303, 404)
#: Forms of leaders for the branch itself: the head of a group and leaders next door are told nothing of it.
OURS = (302, 302, 403, 403, 404, 200, 404, 200, 403)
OURS_POST = (401, 303, 403, 403, 404, 303, 404, 303, 403)
#: A member of the branch next door in the form: not found, also by the secretary.
FOREIGN = (401, 303, 403, 403, 404, 404, 404, 303, 403)
#: A copy shows what is to be copied to who runs it alone.
COPIES = (302, 302, 403, 403, 403, 200, 404, 200, 403)
_KEY = "/s/sessions/<key>"
_SESSION = {
    "organization": "ZB1", "kind": "THEME_DAY", "title": "12月主题党日", "day": "2026-12-01", "time": "14:00",
    "minutes": "90", "areas": "THEORY",
}  # fmt: skip
_VISIT = {
    "organization": "ZB1", "members": "M001", "day": "2026-11-01", "time": "09:00", "minutes": "60",
    "areas": "THEORY",
}  # fmt: skip
_NOBODYS = "0" * 10


def prepare(world: World) -> dict[str, str]:
    """Open the screen of the session by a code, and hold one of a group."""
    link = screen_links.make(OPERATOR, world.session.key, world.clock())
    group = world.members["group_head"].group
    return {
        "code": link.code,
        "groups": sessions.publish_new(OPERATOR, plan(group, "党小组会", world.clock()), world.clock()).key,
    }


ENTRIES = [
    Entry("GET", f"{_KEY}/more", "/s/sessions/{key}/more", CALLERS),
    Entry("GET", f"{_KEY}/more", f"/s/sessions/{_NOBODYS}/more", (302, 302, *ALL_404[2:])),
    Entry("GET", f"{_KEY}/sheet", "/s/sessions/{key}/sheet", CALLERS),
    Entry("GET", f"{_KEY}/paper", "/s/sessions/{key}/paper", CALLERS),
    Entry("POST", f"{_KEY}/paper", "/s/sessions/{key}/paper", CALLS, {"listed": "M005", "came": "M005"}),
    Entry(
        "POST", f"{_KEY}/paper", "/s/sessions/{key}/paper", (401, 303, 404, 404, 404, 303, 404, 303, 404),
        {"listed": "M001", "came": "M001"},
    ),
    Entry(
        "POST", f"{_KEY}/paper", "/s/sessions/{key}/paper", (401, 303, 404, 404, 404, 404, 404, 303, 404),
        {"listed": "M101", "came": "M101"},
    ),
    Entry("GET", f"{_KEY}/screen-link", "/s/sessions/{key}/screen-link", RUNNERS),
    Entry("POST", f"{_KEY}/screen-link", "/s/sessions/{key}/screen-link", RUNS, {"act": "make"}),
    Entry("POST", f"{_KEY}/screen-link", "/s/sessions/{key}/screen-link", RUNS, {"act": "revoke"}),
    Entry("POST", f"{_KEY}/screen-link", "/s/sessions/{key}/screen-link", RUNS, {"act": "renew"}),
    Entry(
        "POST", f"{_KEY}/screen-link", "/s/sessions/{groups}/screen-link",
        (401, 303, 404, 404, 303, 303, 404, 303, 404), {"act": "make"},
    ),
    Entry("GET", f"{_KEY}/invite", "/s/sessions/{key}/invite", RUNNERS),
    Entry("GET", f"{_KEY}/invite", "/s/sessions/{key}/invite?q=ZB2", RUNNERS),
    Entry("POST", f"{_KEY}/invite", "/s/sessions/{key}/invite", RUNS, {"branch": "ZB2"}),
    Entry("POST", f"{_KEY}/invite", "/s/sessions/{key}/invite", RUNS, {"branch": "ZB2", "act": "withdraw"}),
    Entry(
        "POST", f"{_KEY}/invite", "/s/sessions/{key}/invite",
        (401, 303, 404, 404, 403, 404, 404, 404, 404), {"branch": "ZB1"},
    ),
    Entry("GET", "/s/sessions/new", "/s/sessions/new?kind=PARTY_LECTURE", LEADERS),
    Entry("GET", "/s/sessions/new", "/s/sessions/new?like={key}", COPIES),
    Entry("POST", "/s/sessions/series", "/s/sessions/series",
          (401, 303, 403, 403, 403, 303, 404, 303, 403), _SESSION | {"days": "2026-12-01"}),
    Entry("GET", "/s/sessions/visit", "/s/sessions/visit", LEADERS),
    Entry("GET", "/s/sessions/visit", "/s/sessions/visit?org=ZB1", OURS),
    Entry("POST", "/s/sessions/visit", "/s/sessions/visit", OURS_POST, _VISIT),
    Entry("POST", "/s/sessions/visit", "/s/sessions/visit", FOREIGN, _VISIT | {"members": "M101"}),
    Entry("GET", "/p", "/p", ALL_200),
    Entry("POST", "/p", "/p", (303,) * 9, {"code": "{code}"}),
    Entry("POST", "/p", "/p", ALL_404, {"code": "zzzzzzzz"}),
    Entry("GET", f"{_KEY}/screen", "/s/sessions/{key}/screen?k={code}", ALL_200),
    Entry("GET", f"{_KEY}/screen", "/s/sessions/{groups}/screen?k={code}", ALL_404),
    Entry("GET", f"{_KEY}/screen/state.json", "/s/sessions/{key}/screen/state.json?k={code}", ALL_200),
    Entry("GET", f"{_KEY}/screen/qr.png", "/s/sessions/{key}/screen/qr.png?k={code}", ALL_200),
]  # fmt: skip
