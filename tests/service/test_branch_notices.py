"""通知 and 微党课: who may say something to whom, until when, and that nobody notes who has read it (F09)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models import BranchNotice, MicroLecture, database
from models.terms import Area
from services import desk
from services.actor import member_actor
from services.branch_life import branch_notices, lectures
from services.branch_life.branch_notices import NewNotice
from services.branch_life.lectures import NewLecture
from services.clock import civil_day
from tests.builders import START, district, refused

TODAY = civil_day(START)
WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def field(db: Any) -> Any:
    return district()


def say(field: Any, actor: Any = None, code: str = "ZB1", title: str = "请带笔记本", **changes: Any) -> str:
    new = NewNotice(title, changes.pop("body", "周四开会\n请带笔记本"), changes.pop("until", WEEK))
    return branch_notices.publish(actor or field.leader, code, new, changes.pop("at", START))


def titles(who: Any, at: Any = START) -> list[str]:
    return [notice.title for notice in branch_notices.of_member(who, at)]


def test_members_of_the_organization_read_it_and_nobody_else(field: Any) -> None:
    key = say(field)
    say(field, field.above, "DW", "党委的通知", at=START + timedelta(hours=1))
    assert titles(field.zhang) == ["党委的通知", "请带笔记本"]
    assert titles(field.stranger) == ["党委的通知"]
    assert branch_notices.read(field.zhang, key, START).body == "周四开会\n请带笔记本"
    with refused("not_found"):
        branch_notices.read(field.stranger, key, START)


def test_reading_writes_nothing(field: Any) -> None:
    key = say(field)
    asked, run = [], database.obj.execute_sql

    def note(sql: str, *rest: Any, **more: Any) -> Any:
        asked.append(sql)
        return run(sql, *rest, **more)

    database.obj.execute_sql = note
    try:
        branch_notices.read(field.zhang, key, START)
    finally:
        del database.obj.execute_sql
    assert asked
    assert all(sql.startswith("SELECT") for sql in asked)


def test_it_stands_until_its_day_or_until_it_is_withdrawn(field: Any) -> None:
    key = say(field)
    assert titles(field.zhang, START + timedelta(days=7)) == ["请带笔记本"]
    assert titles(field.zhang, START + timedelta(days=8)) == []
    branch_notices.withdraw(field.leader, key, START)
    branch_notices.withdraw(field.leader, key, START)
    assert titles(field.zhang) == []
    with refused("not_found"):
        branch_notices.read(field.zhang, key, START)
    assert branch_notices.one(field.leader, key, START).withdrawn


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 61}, "title"),
        ({"body": " \n "}, "text"),
        ({"body": "长" * 2001}, "text"),
        ({"until": TODAY - timedelta(days=1)}, "until"),
        ({"until": TODAY + timedelta(days=91)}, "until"),
        ({"until": date(9999, 12, 31)}, "until"),
    ],
)
def test_what_cannot_be_is_refused(field: Any, changes: dict[str, Any], code: str) -> None:
    with refused(code):
        say(field, **changes)
    assert not BranchNotice.select().exists()


def test_only_leaders_and_those_above_speak_for_an_organization(field: Any) -> None:
    key = say(field)
    for actor in (field.outsider, field.headman, member_actor(field.zhang.id)):
        with refused("not_found"):
            say(field, actor)
        with refused("not_found"):
            branch_notices.withdraw(actor, key, START)
    with refused("not_found"):
        say(field, code="DW")
    assert [notice.key for notice in branch_notices.listed(field.above, START)] == [key]
    assert branch_notices.listed(field.outsider, START) == []


def test_a_second_press_says_it_once(field: Any) -> None:
    assert say(field) == say(field, at=START + timedelta(minutes=1))
    assert BranchNotice.select().count() == 1


def test_home_knows_how_many_there_are_and_one_of_them(field: Any) -> None:
    assert desk.for_member(field.zhang, START).notices is None
    key = say(field)
    found = desk.for_member(field.zhang, START).notices
    assert found == desk.Posted(1, key, "请带笔记本")
    say(field, title="再一份")
    assert desk.for_member(field.zhang, START).notices.count == 2  # type: ignore[union-attr]
    assert desk.for_member(field.stranger, START).notices is None


# ------------------------------------------------------------------ 微党课


def lecture(title: str = "长征路上", **changes: Any) -> NewLecture:
    values: dict[str, Any] = {"speaker": "王芳", "area": "TRADITION", "minutes": 15}
    return NewLecture(title, **(values | changes))


def test_lectures_stand_by_area_the_own_and_those_from_above(field: Any) -> None:
    own = lectures.add(field.leader, "ZB1", lecture(), START)
    lectures.add(field.leader, "ZB1", lecture("学理论", area="THEORY", words=" 讲稿在活动室 "), START)
    lectures.add(field.above, "DW", lecture("从党委来的"), START)
    found = lectures.listed(field.leader, START)
    assert [each.area for each in found] == [Area.THEORY, Area.TRADITION, Area.TRADITION]
    assert {each.title: each.own for each in found} == {"学理论": True, "从党委来的": False, "长征路上": True}
    assert [each.title for each in lectures.listed(field.outsider, START)] == ["从党委来的"]
    assert len(lectures.listed(field.leader, START, Area.THEORY)) == 1
    assert lectures.one(field.leader, own, START).speaker == "王芳"
    with refused("not_found"):
        lectures.one(field.outsider, own, START)


def test_a_lecture_is_taken_out_by_its_own_people(field: Any) -> None:
    above = lectures.add(field.above, "DW", lecture("从党委来的"), START)
    own = lectures.add(field.leader, "ZB1", lecture(), START)
    assert lectures.add(field.leader, "ZB1", lecture(), START) == own
    with refused("not_found"):
        lectures.remove(field.leader, above, START)
    for unknown in ("x" * 20, "\x00"):
        with refused("not_found"):
            lectures.remove(field.leader, unknown, START)
    lectures.remove(field.leader, own, START)
    lectures.remove(field.leader, own, START)
    assert [each.title for each in lectures.listed(field.leader, START)] == ["从党委来的"]
    with refused("not_found"):
        lectures.one(field.leader, own, START)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": " "}, "text"),
        ({"speaker": ""}, "speaker"),
        ({"area": "FUN"}, "area"),
        ({"minutes": 0}, "minutes"),
        ({"words": "长" * 501}, "words"),
    ],
)
def test_a_lecture_that_cannot_be_is_refused(field: Any, changes: dict[str, Any], code: str) -> None:
    with refused(code):
        lectures.add(field.leader, "ZB1", lecture(**({"title": "长征路上"} | changes)), START)
    assert not MicroLecture.select().exists()
