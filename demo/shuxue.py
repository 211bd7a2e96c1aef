"""What the scene's branch has told, claimed, asked leave for and asked about, each at its moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from demo import cast
from demo.crowd import Leaders
from models import Member
from models.terms import ConfirmedBy, CycleType, LeaveKind, ReportChannel, View
from services import feedback, hours
from services.absence import leave_lists, leaves
from services.clock import civil_day
from services.points import claims, judging
from services.shuxue import cycles, deciding, oral, writing

_WORDS = {
    View.UNDERSTANDING: "学了条例，明白了党员教育不是完成任务，是自己要学。",
    View.SPIRIT: "秋天帮社区搬书，大家有说有笑，回家浑身是劲。",
    View.GOALS: "年底前把党章再读一遍，每周去一次老张家坐坐。",
    View.GAINS: "应急救护那一课最有用，上个月邻居摔倒，我知道先别急着扶。",
    View.METHODS: "白天上班没空看书，就把材料放在床头，睡前看两页。",
}
_TOLD = "年纪大了，字看不清，支部同志上门给我念。听了心里亮堂，政策是向着老百姓的。"
_HALF = (View.UNDERSTANDING, View.SPIRIT)
#: Who handed in (the first is accepted already), who is asked for more, and who was heard at home.
_HANDED_IN, _RETURNED, _HEARD = ("DY000008", "DY000013", "DY000015"), cast.OTHER_MEMBER.number, "DY000003"
_WANTED = "「见目标计划」能不能再具体一点，打算什么时候做？"
_ASKED = "这次的学时是怎么算的？麻烦帮我看看。"


def tell(now: datetime, leaders: Leaders) -> str:
    """Open the round of this quarter for the scene's branch and let it be filled; returns its key."""
    today = civil_day(now)
    begun = now - timedelta(days=9)
    later = begun + timedelta(hours=2)
    secretary = leaders.of(cast.BRANCH, civil_day(begun))
    plan = cycles.CyclePlan(
        organization=cast.BRANCH,
        type=CycleType.QUARTER,
        year=today.year,
        quarter=(today.month + 2) // 3,
        due=today + timedelta(days=29),
    )
    key = str(cycles.open_cycle(secretary, plan, begun).key)
    for number in (*_HANDED_IN, _RETURNED):
        _write(number, key, tuple(View), later)
        writing.submit(_member(number), key, ReportChannel.SELF_PAGE, later)
    deciding.give_back(secretary, key, _RETURNED, _WANTED, later)
    deciding.accept(secretary, key, _HANDED_IN[0], later)
    _write(cast.MEMBER.number, key, _HALF, later)
    oral.record(secretary, key, _HEARD, {View.UNDERSTANDING: _TOLD}, ConfirmedBy.IN_PERSON, later)
    return key


def claim(now: datetime, leaders: Leaders) -> None:
    """Let two members claim what they did: one is posted, one waits."""
    yesterday = civil_day(now - timedelta(days=1))
    helped = claims.file(_member(cast.MEMBER.number), "helping", yesterday, "陪结对老人去医院取药", now)
    judging.approve(leaders.of(cast.BRANCH, civil_day(now)), helped.key, now)
    taught = _member(cast.OTHER_MEMBER.number)
    claims.file(taught, "micro_lecture", yesterday, "在小组会上讲了十分钟微党课", now)


def ask(now: datetime) -> None:
    """Let one member ask leave from the next study, and another ask about a line of the hours."""
    member = _member(_HANDED_IN[1])
    ahead = leave_lists.open_sessions(member, now)
    if ahead:
        leaves.file(member, ahead[-1].key, LeaveKind.DUTY, "当天要去市里开会", now)
    asking = _member(cast.OTHER_MEMBER.number)
    lines = hours.recent(asking, civil_day(now).year, limit=1)
    if lines:
        feedback.ask(asking, "hours", str(lines[0].entry_id), _ASKED, now)


def _write(number: str, key: str, views: tuple[View, ...], now: datetime) -> None:
    for view in views:
        writing.append(_member(number), key, view, _WORDS[view], ReportChannel.SELF_PAGE, now)


def _member(number: str) -> Member:
    found: Member = Member.get(Member.number == number)
    return found
