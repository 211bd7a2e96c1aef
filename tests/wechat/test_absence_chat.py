"""请假 and 补学 in the chat: the word lists by numbers that stay, a number with words does it (R29, R31)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import Leave, MakeUp
from models.terms import LeaveKind, MakeUpMode, MakeUpState
from services.absence import leaves, make_up_decisions
from services.roll import attendance
from tests.builders import BEFORE, START, District, bound, confirmed, district, minutes, published
from tests.wechat.chat import Phone, answer, inbound
from wechat import texts
from wechat.router import COMMANDS, tidy

pytestmark = pytest.mark.usefixtures("db")
AFTER = START + timedelta(days=1)


@pytest.fixture
def field() -> District:
    return district()


@pytest.fixture
def phone(field: District) -> Phone:
    return Phone(bound(field.zhang), BEFORE)


def test_the_word_lists_what_is_coming_and_a_number_with_a_ground_files(
    field: District, phone: Phone
) -> None:
    published(field.branch)
    published(field.branch, title="党课", starts_at=START + timedelta(days=3))
    listed = phone.says("请假")
    assert "1. 周六 10:00 学习党章" in listed
    assert "2. 周二 10:00 党课" in listed
    assert "请假 1 工作安排（或身体原因、家中有事、外出、其他）" in listed
    assert "/m/leave" in listed
    assert phone.says("请假 2 身体原因，要复查").startswith("请假已记下：")
    (row,) = Leave.select()
    assert (row.session.title, row.kind, row.words) == ("党课", LeaveKind.HEALTH, "要复查")
    assert "党课（已请假，等同意）" in phone.says("我要请假")


def test_the_same_words_again_are_the_same_leave_and_not_the_next_session(
    field: District, phone: Phone
) -> None:
    published(field.branch)
    published(field.branch, title="党课", starts_at=START + timedelta(days=3))
    push = inbound(phone.openid, BEFORE, text="请假 1 身体原因")
    assert len({answer(push, BEFORE) for _ in range(3)}) == 1
    phone.says("请假 1 身体原因")
    assert [row.session.title for row in Leave.select()] == ["学习党章"]


def test_a_number_alone_is_asked_for_its_ground_and_an_own_ground_is_taken_as_it_is(
    field: District, phone: Phone
) -> None:
    published(field.branch)
    assert "请假是什么事由" in phone.says("请假 1")
    assert Leave.select().count() == 0
    phone.says("请假1：孩子发烧 GP 门诊")
    row = Leave.get()
    assert (row.kind, row.words) == (LeaveKind.OTHER, "孩子发烧 GP 门诊")


def test_a_wrong_number_and_an_empty_list_say_what_to_do(field: District, phone: Phone) -> None:
    assert phone.says("请假 1 外出").startswith("现在没有需要请假的学习")
    published(field.branch)
    assert "1 到 1" in phone.says("请假 7 外出")
    assert "1 到 1" in phone.says("请假 0 外出")
    assert phone.says("补学").startswith("没有要补的学习")
    assert phone.says("补学 1 读了").startswith("没有要补的学习")


def test_once_confirmed_what_was_missed_is_listed_and_handed_in_by_words(
    field: District, phone: Phone
) -> None:
    confirmed(field.branch, [])
    phone.now = AFTER
    listed = phone.says("补学")
    assert "1. 昨天 学习党章，1.5 学时" in listed
    assert "怎么补的" in phone.says("补学 1")
    said = phone.says("补学 1 读了《党章》总纲")
    assert "支部确认后计 1.5 学时" in said
    row = MakeUp.get(MakeUp.member == field.zhang)
    assert (row.state, row.mode, row.words, row.done_on) == (
        MakeUpState.SUBMITTED, MakeUpMode.READING, "读了《党章》总纲", AFTER.date(),
    )  # fmt: skip
    assert "已交，等支部确认" in phone.says("补学")
    make_up_decisions.confirm(field.leader, row.key, AFTER)
    assert phone.says("补学").startswith("没有要补的学习")
    assert "学习党章 1.5" in phone.says("学时")


@pytest.mark.parametrize(
    ("typed", "mode", "asked", "kept"),
    [
        ("补学 1 送学上门", MakeUpMode.VISIT, True, None),
        ("补学 1 与支部同志交流", MakeUpMode.TALK, True, None),
        ("补学 1 线上学习 看了专题课", MakeUpMode.ONLINE, False, "看了专题课"),
        ("补学1，上门 周三在家", MakeUpMode.VISIT, True, "周三在家"),
    ],
)
def test_a_way_may_be_named_and_a_visit_is_asked_for(  # noqa: PLR0917
    field: District, phone: Phone, typed: str, mode: MakeUpMode, asked: bool, kept: str | None
) -> None:
    confirmed(field.branch, [])
    phone.now = AFTER
    said = phone.says(typed)
    row = MakeUp.get(MakeUp.member == field.zhang)
    assert (row.mode, row.words, row.done_on is None) == (mode, kept, asked)
    assert ("约时间" in said) is asked


def test_the_rest_of_a_session_attended_in_part_is_in_the_list(field: District, phone: Phone) -> None:
    key = published(field.branch)
    attendance.call_roll(field.leader, key, attendance.AttendanceStatus.PARTIAL, ["M1"], START)
    attendance.confirm(field.leader, key, minutes(100))
    phone.now = AFTER
    assert "学习党章，1 学时" in phone.says("补学")
    phone.says("补学 1 补看了录像")
    assert MakeUp.get(MakeUp.member == field.zhang).state is MakeUpState.SUBMITTED


def test_what_is_refused_is_said_in_the_services_words_and_an_unbound_account_hears_the_way_in(
    field: District, phone: Phone
) -> None:
    key = published(field.branch)
    leaves.file(field.zhang, key, LeaveKind.DUTY, None, BEFORE)
    assert "已经请过假了" in phone.says("请假 1 外出")
    for word in ("请假", "补学"):
        assert Phone("o-nobody", BEFORE).says(word) == texts.NOT_BOUND


@pytest.mark.parametrize(
    "text",
    ["请假两次，都补了学", "补学3次都很有收获", "请假的时候", "我请假了", "补学情况汇报", "请假 因为生病"],
)
def test_an_ordinary_sentence_is_no_command(text: str) -> None:
    assert not any(pattern.fullmatch(tidy(text)) for pattern, _ in COMMANDS)
