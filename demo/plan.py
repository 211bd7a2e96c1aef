"""What the branches held in a year: a pure plan from civil days, without a database.

Titles read as branches write them and quote no document beyond its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models.terms import Area, SessionKind
from services.clock import ZONE

#: Month → what the theme day was about, and its areas.
THEMES: dict[int, tuple[str, tuple[Area, ...]]] = {
    1: ("重温入党志愿书", (Area.POLITICAL, Area.TRADITION)),
    2: ("走访慰问老党员", (Area.PURPOSE,)),
    3: ("学雷锋志愿服务", (Area.PURPOSE, Area.TRADITION)),
    4: ("清明祭扫烈士墓", (Area.TRADITION,)),
    5: ("参观红色教育基地", (Area.TRADITION, Area.POLITICAL)),
    6: ("党章学习交流", (Area.RULES,)),
    7: ("听老党员讲往事", (Area.TRADITION,)),
    8: ("防汛和应急知识", (Area.SKILLS,)),
    9: ("廉洁家风座谈", (Area.RULES,)),
    10: ("家园清洁行动", (Area.PURPOSE,)),
    11: ("学习条例", (Area.RULES, Area.THEORY)),
    12: ("一年学习交流", (Area.THEORY,)),
}
_STUDIES: tuple[tuple[str, tuple[Area, ...]], ...] = (
    ("理论学习专题", (Area.THEORY,)),
    ("形势与政策", (Area.SITUATION,)),
    ("党史故事分享", (Area.TRADITION,)),
    ("业务知识讲座", (Area.SKILLS,)),
    ("政治能力训练", (Area.POLITICAL,)),
    ("应急救护知识", (Area.SKILLS,)),
)
_LECTURES: tuple[tuple[str, tuple[Area, ...]], ...] = (
    ("党课：初心与本职", (Area.PURPOSE,)),
    ("党课：守纪律讲规矩", (Area.RULES,)),
    ("党课：身边的榜样", (Area.TRADITION,)),
    ("党课：读原著学原文", (Area.THEORY,)),
)
_QUARTERS = "一二三四"


@dataclass(frozen=True)
class Branch:
    """A branch as far as its year depends on it; `turn` spreads the branches over the month."""

    code: str
    turn: int
    groups: tuple[str, ...] = ()
    not_required: tuple[str, ...] = ()
    mobile: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True)
class Planned:
    """One session of the year. `due_list` names those due where it is not everybody."""

    organization: str
    branch: str
    kind: SessionKind
    title: str
    starts_at: datetime
    minutes: int
    areas: tuple[Area, ...]
    place: str = "党员活动室"
    due_list: tuple[str, ...] = ()


def year_plan(branches: list[Branch], committee: str, first: date, last: date) -> list[Planned]:
    """Return all sessions from `first` to `last`, in order of time."""
    planned: list[Planned] = []
    month = date(first.year, first.month, 1)
    while month <= last:
        for branch in branches:
            planned += _month(branch, month)
        planned += _training(committee, month)
        month = (month + timedelta(days=31)).replace(day=1)
    inside = [each for each in planned if first <= each.starts_at.date() <= last]
    return sorted(inside, key=lambda each: (each.starts_at, each.organization, each.title))


def theme_day(code: str, starts_at: datetime) -> Planned:
    """Return the theme day of a month."""
    topic, areas = THEMES[starts_at.month]
    title = f"{starts_at.month}月主题党日 · {topic}"
    return Planned(code, code, SessionKind.THEME_DAY, title, starts_at, 90, areas)


def study(code: str, turn: int, starts_at: datetime, minutes: int = 60) -> Planned:
    """Return a collective study; `turn` chooses what about."""
    topic, areas = _STUDIES[turn % len(_STUDIES)]
    kind = SessionKind.COLLECTIVE_STUDY
    return Planned(code, code, kind, f"集体学习：{topic}", starts_at, minutes, areas)


def _month(branch: Branch, month: date) -> Iterator[Planned]:
    code, number, turn = branch.code, month.month, branch.turn
    committee = SessionKind.COMMITTEE_MEETING
    at = _working(month, 2 + turn % 3, 16)
    yield Planned(code, code, committee, f"{number}月支委会", at, 60, (Area.POLITICAL,), "支部办公室")
    yield theme_day(code, _working(month, 5 + 2 * turn, 14))
    yield from _third_of_quarter(branch, month)
    # One branch in six holds fewer sessions than a year needs, so that the demo shows that case as well.
    if number % 2 == 0 and turn != 3:
        yield study(code, number + turn, _working(month, 21 + turn, 15))
    if number % 2 and branch.not_required:
        areas = (Area.THEORY, Area.SITUATION)
        at = _working(month, 23 + turn % 3, 10)
        visit = SessionKind.HOME_VISIT
        title = "送学上门：读报和近期要事"
        yield Planned(code, code, visit, title, at, 60, areas, "党员家中", branch.not_required)
    away = tuple(who for who, since in branch.mobile if since <= month)
    if number % 2 == 0 and away:
        at = _working(month, 17 + turn % 3, 19)
        areas = (Area.THEORY, Area.SITUATION)
        yield Planned(code, code, SessionKind.REMOTE, "流动党员远程学习", at, 60, areas, "线上", away)


def _third_of_quarter(branch: Branch, month: date) -> Iterator[Planned]:
    """Yield the general meeting, the study in groups or the lecture: one each a quarter."""
    code, number, at = branch.code, month.month, _working(month, 12 + branch.turn, 15)
    quarter = (number - 1) // 3
    if number % 3 == 1:
        title = f"第{_QUARTERS[quarter]}季度党员大会"
        yield Planned(code, code, SessionKind.GENERAL_MEETING, title, at, 60, (Area.POLITICAL,), "会议室")
    elif number % 3 == 0:
        title, areas = _LECTURES[quarter]
        yield Planned(code, code, SessionKind.PARTY_LECTURE, title, at, 60, areas, "会议室")
    else:
        for index, group in enumerate(branch.groups):
            topic, areas = _STUDIES[(number + index) % len(_STUDIES)]
            title = f"{number}月党小组会 · {topic}"
            kind = SessionKind.GROUP_MEETING
            yield Planned(group, code, kind, title, at + timedelta(days=index), 60, areas)


def _training(committee: str, month: date) -> Iterator[Planned]:
    """Yield the training of all members, twice a year."""
    if month.month not in (4, 9):
        return
    half = "上半年" if month.month == 4 else "下半年"
    areas = (Area.THEORY, Area.POLITICAL, Area.RULES)
    kind = SessionKind.CENTRALISED_TRAINING
    at = _working(month, 24, 9)
    yield Planned(committee, committee, kind, f"{half}党员集中培训", at, 180, areas, "大礼堂")


def _working(month: date, day: int, hour: int) -> datetime:
    """Return a moment on that day of the month, or on the Monday after a weekend."""
    at = month.replace(day=day)
    at += timedelta(days=max(0, 7 - at.weekday()) if at.weekday() >= 5 else 0)
    return datetime.combine(at, time(hour), tzinfo=ZONE)
