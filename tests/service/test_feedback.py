"""投诉建议 and 「有疑问」: who may write, who may read, what is kept, and what is not (F16, F01, R111)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import AuditLog, Feedback, HourEntry, TryCount
from models.terms import FeedbackKind, FeedbackState
from services import feedback, rulebook
from services.actor import OPERATOR
from services.clock import civil_day
from services.feedback import To
from tests.builders import START, confirmed, district, refused


@pytest.fixture
def field(db: Any) -> Any:
    return district()


def words_of(actor: Any) -> list[str]:
    return [item.words for item in feedback.inbox(actor, START)]


def test_a_message_with_a_name_reaches_the_branch_and_its_answer_comes_back(field: Any) -> None:
    key = feedback.give(field.zhang, "  话筒坏了\r\n请换一个 ", To.BRANCH, True, START)
    (item,) = feedback.inbox(field.leader, START)
    assert (item.key, item.words, item.to) == (key, "话筒坏了\n请换一个", field.branch.name)
    assert item.writer == ("M1", "党员M1", field.branch.name)
    feedback.answer(field.leader, key, "已经换了", START + timedelta(hours=1))
    (mine,) = feedback.of_member(field.zhang)
    assert (mine.state, mine.answer) == (FeedbackState.ANSWERED, "已经换了")
    assert feedback.of_member(field.li) == []
    with refused("answered"):
        feedback.answer(field.above, key, "再说一句", START)


def test_without_a_name_nothing_says_who_wrote_it(field: Any) -> None:
    feedback.give(field.zhang, "会开得太长", To.BRANCH, False, START)
    row = Feedback.get()
    assert row.member_id is None
    assert feedback.of_member(field.zhang) == []
    assert [item.writer for item in feedback.inbox(field.leader, START)] == [None]
    assert {(line.actor_kind, line.actor) for line in AuditLog.select()} == {("system", None)}
    assert [count.subject for count in TryCount.select()] == ["unnamed"]


def test_what_goes_above_is_not_read_by_the_branch(field: Any) -> None:
    key = feedback.give(field.zhang, "支部的事请上级看看", To.ABOVE, True, START)
    assert words_of(field.above) == ["支部的事请上级看看"]
    assert words_of(field.leader) == []
    with refused("not_found"):
        feedback.answer(field.leader, key, "没有的事", START)
    assert Feedback.get().state is FeedbackState.OPEN


def test_what_goes_to_the_branch_is_read_there_and_above_and_nowhere_else(field: Any) -> None:
    key = feedback.give(field.zhang, "建议多办党课", To.BRANCH, True, START)
    assert words_of(field.leader) == words_of(field.above) == words_of(OPERATOR) == ["建议多办党课"]
    assert words_of(field.outsider) == words_of(field.headman) == []
    for foreign in (field.outsider, field.headman):
        with refused("not_found"):
            feedback.one(foreign, key, START)


def test_nobody_answers_the_own_message(field: Any) -> None:
    key = feedback.give(field.secretary, "给自己的", To.BRANCH, True, START)
    assert words_of(field.leader) == []
    with refused("not_found"):
        feedback.answer(field.leader, key, "很好", START)


def test_who_is_not_logged_in_writes_to_the_top_without_a_name(field: Any) -> None:
    feedback.give(None, "门口没有标识", To.BRANCH, True, START)
    assert Feedback.get().organization_id == field.committee.id
    assert words_of(field.above) == ["门口没有标识"]
    assert words_of(field.leader) == []


def test_a_second_press_finds_the_first_message(field: Any) -> None:
    first = feedback.give(field.zhang, "话筒坏了", To.BRANCH, True, START)
    assert feedback.give(field.zhang, "话筒坏了", To.BRANCH, True, START + timedelta(minutes=1)) == first
    assert feedback.give(field.zhang, "话筒坏了", To.BRANCH, True, START + timedelta(hours=1)) != first
    unnamed = feedback.give(None, "灯坏了", To.ABOVE, False, START)
    assert feedback.give(None, "灯坏了", To.ABOVE, False, START) == unnamed


def test_a_day_holds_so_many_messages_and_no_more(field: Any) -> None:
    rules = rulebook.current().feedback(civil_day(START))
    for number in range(rules.named_a_day):
        feedback.give(field.zhang, f"第 {number} 条", To.BRANCH, True, START)
    with refused("too_many"):
        feedback.give(field.zhang, "又一条", To.BRANCH, True, START)
    feedback.give(field.li, "别人的照收", To.BRANCH, True, START)
    feedback.give(field.zhang, "不写名字的另外算", To.BRANCH, False, START)
    feedback.give(field.zhang, "明天再写", To.BRANCH, True, START + timedelta(days=1))


def test_messages_without_a_name_are_counted_together(field: Any) -> None:
    TryCount.create(
        kind="feedback",
        subject="unnamed",
        day=civil_day(START),
        count=rulebook.current().feedback(civil_day(START)).unnamed_a_day,
    )
    with refused("too_many"):
        feedback.give(None, "又一条", To.ABOVE, False, START)
    feedback.give(field.zhang, "写名字的照收", To.BRANCH, True, START)


@pytest.mark.parametrize("words", ["", "  \n ", "\u200b", "党" * 1001, "坏\ud800"])
def test_words_that_cannot_be_kept_are_refused_and_leave_nothing(field: Any, words: str) -> None:
    with refused("text"):
        feedback.give(field.zhang, words, To.BRANCH, True, START)
    assert not Feedback.select().exists()


def test_what_looks_like_markup_is_kept_as_it_was_typed(field: Any) -> None:
    nasty = "<script>]]>{{7*7}}=1+1 𬱖"
    feedback.give(field.zhang, nasty + "\x00", To.BRANCH, True, START)
    assert words_of(field.leader) == [nasty]


def test_a_question_about_the_own_line_names_it_to_the_branch(field: Any) -> None:
    confirmed(field.branch, ["M1"])
    line = HourEntry.get(HourEntry.member == field.zhang)
    feedback.ask(field.zhang, "hours", str(line.id), "为什么是 1.5", START)
    (item,) = feedback.inbox(field.leader, START)
    assert item.kind is FeedbackKind.QUESTION
    assert item.about is not None
    assert (item.about.title, item.about.amount, item.about.day) == ("学习党章", 150, civil_day(START))
    (mine,) = feedback.asked(field.zhang, "hours", str(line.id))
    assert mine.words == "为什么是 1.5"


def test_nobody_asks_about_somebody_elses_line(field: Any) -> None:
    confirmed(field.branch, ["M1"])
    line = str(HourEntry.get(HourEntry.member == field.zhang).id)
    for kind, subject in (
        ("hours", line), ("points", line), ("names", line), ("hours", "0"), ("hours", "１"),
        ("hours", "9" * 30), ("hours", "1 or 1"), ("hours", ""),
    ):  # fmt: skip
        with refused("not_found"):
            feedback.ask(field.li, kind, subject, "这是谁的", START)
    assert not Feedback.select().exists()


def test_one_question_about_a_line_waits_at_a_time(field: Any) -> None:
    confirmed(field.branch, ["M1"])
    line = str(HourEntry.get(HourEntry.member == field.zhang).id)
    key = feedback.ask(field.zhang, "hours", line, "为什么", START)
    assert feedback.ask(field.zhang, "hours", line, "为什么", START) == key
    with refused("asked"):
        feedback.ask(field.zhang, "hours", line, "怎么还不回", START)
    feedback.answer(field.leader, key, "按规定", START)
    assert feedback.ask(field.zhang, "hours", line, "哪条规定", START) != key


@pytest.mark.parametrize("key", ["", "x", "\x00" * 20, "a" * 20, "党" * 20, "'" * 20])
def test_an_unknown_key_is_not_found(field: Any, key: str) -> None:
    with refused("not_found"):
        feedback.one(OPERATOR, key, START)
