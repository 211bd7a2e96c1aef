"""The pages around a session, and what has to be there for them."""

from __future__ import annotations

from services import screen_links
from services.actor import OPERATOR
from services.study import invites
from tests.web.world import World

DESK = {
    "usual session": ("secretary", "/s/sessions/new?kind=COMMITTEE_MEETING"),
    "like the last one": ("secretary", "/s/sessions/new?like={key}"),
    "visit at home": ("secretary", "/s/sessions/visit"),
    "around a session": ("secretary", "/s/sessions/{key}/more"),
    "around a session for a group head": ("group_head", "/s/sessions/{key}/more"),
    "sheet to sign": ("secretary", "/s/sessions/{key}/sheet"),
    "signed sheet": ("secretary", "/s/sessions/{key}/paper"),
    "invitations": ("secretary", "/s/sessions/{key}/invite"),
    "code of a screen": ("secretary", "/s/sessions/{key}/screen-link"),
    "borrowed screen": ("anonymous", "/p"),
    "sessions of a guest": ("other_member", "/m/sessions"),
}


def fill(world: World) -> None:
    """Invite the branch next door and open the screen by a code."""
    invites.invite(OPERATOR, world.session.key, "ZB2", world.clock())
    screen_links.make(OPERATOR, world.session.key, world.clock())
