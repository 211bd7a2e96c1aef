"""The pages of the roster and of those who move, and what has to be there for them."""

from __future__ import annotations

from datetime import timedelta

from models import Transfer
from models.terms import ExemptionKind
from services.actor import OPERATOR
from services.clock import civil_day
from services.members import exemptions
from services.members.exemptions import Wanted
from services.moving import mobility, transfers
from services.moving.mobility import Trip
from tests.service.test_desk import k
from tests.web.world import World

DESK = {
    "roster": ("secretary", "/s/members"),
    "nobody found": ("secretary", "/s/members?q=zzz"),
    "branches of an officer": ("officer", "/s/members"),
    "a member": ("secretary", "/s/members/M001"),
    "a member for the officer": ("officer", "/s/members/M001"),
    "a member for the group head": ("group_head", "/s/members/M005"),
    "editing": ("secretary", "/s/members/M001/edit"),
    "a new member": ("secretary", "/s/members/new"),
    "exemptions": ("secretary", "/s/members/M005/exempt"),
    "leaving the roster": ("secretary", "/s/members/M001/leave"),
    "transfer": ("secretary", "/s/members/M001/transfer"),
    "going out": ("secretary", "/s/members/M005/mobility"),
    "somebody away": ("secretary", "/s/members/M002/mobility"),
    "transfers": ("secretary", "/s/transfers"),
    "taking in": ("secretary", "/s/transfers/" + k("t")),
    "hosting": ("secretary", "/s/hosting"),
    "upload": ("secretary", "/s/members/upload"),
}


def fill(world: World) -> None:
    """Let one be away for long, one exempt, one come, one go, and one be looked after."""
    now = world.clock()
    today = civil_day(now)
    mobility.go_out(OPERATOR, "M002", Trip("上海", today - timedelta(days=300), host="ZB2"), now)
    mobility.contacted(OPERATOR, "M002", today, "一切都好", now)
    mobility.go_out(OPERATOR, "M101", Trip("城东", today, host="ZB1"), now)
    exemptions.give(OPERATOR, "M005", Wanted(ExemptionKind.ORG_LIFE_PAUSED.value, today, today, today), now)
    key = transfers.propose(OPERATOR, "M103", "ZB1", today, now)
    Transfer.update(key=k("t")).where(Transfer.key == key).execute()
    transfers.propose(OPERATOR, "M004", "ZB2", today, now)
