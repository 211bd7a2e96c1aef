"""Whom the simulator's phones belong to; the numbers are those of demo/roster.xlsx."""

from __future__ import annotations

from dataclasses import dataclass

#: The branch that the scene plays in.
BRANCH = "ZB0001"
COMMITTEE = "DW01"


@dataclass(frozen=True)
class Part:
    """One person of the scene: the account, the member, what the choice of people says, whether bound."""

    openid: str
    number: str
    note: str
    bound: bool = True


MEMBER = Part("demo-member-1", "DY000007", "普通党员")
OTHER_MEMBER = Part("demo-member-2", "DY000009", "普通党员")
SECRETARY = Part("demo-secretary", "DY000001", "支部书记")
GROUP_HEAD = Part("demo-group-head", "DY000005", "党小组长")
GUEST = Part("demo-guest", "DY000084", "外支部党员，来旁听")
NEWCOMER = Part("demo-newcomer", "DY000012", "还没绑定，手里有身份卡", bound=False)
ELDER = Part("demo-elder", "DY000030", "老党员，不作硬性要求")

#: Retired, has a telephone and no smartphone: a reminder cannot reach them, a call can.
NO_SMARTPHONE = "DY000010"
#: Has said 提醒 关, and has had this month's reminder of the hours already.
OPTED_OUT, TOLD = "DY000013", "DY000014"
#: Retired, without a smartphone either: the secretary has gone there.
VISITED = "DY000004"
#: Everybody of the scene's branch of whom the demo tells something about reminders lacks some hours.
LACKING = (MEMBER.number, NO_SMARTPHONE, VISITED, OPTED_OUT, TOLD)

#: In the order in which the phone offers them; the first holds the phone at the start.
CAST = (MEMBER, OTHER_MEMBER, SECRETARY, GROUP_HEAD, GUEST, NEWCOMER, ELDER)


def openid_of(number: str) -> str:
    """Return the account of a member of the demo who has a phone."""
    return next((part.openid for part in CAST if part.number == number), f"demo-{number}")
