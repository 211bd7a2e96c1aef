"""提醒 and 投诉 in the chat: the same verbs as on the pages, and the words kept as they were typed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models import Feedback
from models.terms import Topic
from services import settings
from tests.builders import START, bound, district
from tests.wechat.pushes import message
from wechat import texts
from wechat.call import Call
from wechat.parse import parse
from wechat.router import route


@pytest.fixture
def field(db: Any) -> Any:
    return district()


def say(openid: str, text: str) -> str:
    inbound = replace(parse(message()), openid=openid, text=text)
    return route(Call(inbound, START, START, "https://xuexi.example.cn"))


def test_reminders_are_switched_by_one_word(field: Any) -> None:
    zhang = bound(field.zhang)
    answers = [say(zhang, "提醒")]
    assert "提醒是打开的" in answers[0]
    answers.append(say(zhang, "提醒 关"))
    assert "什么都不会发了，学习改时间、取消也不会告诉您" in answers[1]
    assert not settings.of_member(field.zhang).reminders
    answers.append(say(zhang, "我的提醒"))
    assert "提醒是关闭的" in answers[2]
    answers.append(say(zhang, "提醒开"))
    assert "已打开" in answers[3]
    assert settings.of_member(field.zhang).reminders
    for answer in answers:
        assert "「我的页面」的「提醒」" in answer
        assert len(answer.splitlines()) <= 5
        assert "！" not in answer
    assert say("o-nobody", "提醒 关") == texts.NOT_BOUND


def test_the_chat_says_how_many_topics_are_left(field: Any) -> None:
    zhang = bound(field.zhang)
    assert "只想关一类，到「我的页面」的「设置」里选" in say(zhang, "提醒")
    settings.leave_topic(field.zhang, Topic.CLAIM_CLOSING, START)
    assert "您关了 1 类" in say(zhang, "提醒")


def test_a_complaint_keeps_its_words_as_they_were_typed(field: Any) -> None:
    answer = say(bound(field.zhang), "投诉：PPT 太长\n<b>WiFi</b> 也不行")
    assert "已经交给支部书记、支委" in answer
    assert "https://xuexi.example.cn/feedback" in answer
    row = Feedback.get()
    assert (row.words, row.member_id) == ("PPT 太长\n<b>WiFi</b> 也不行", field.zhang.id)
    assert row.organization_id == field.branch.id


@pytest.mark.parametrize("word", ["投诉", "建议", "投诉建议", "我要投诉", " 投诉 ： "])
def test_the_bare_word_says_how_and_keeps_nothing(field: Any, word: str) -> None:
    answer = say(bound(field.zhang), word)
    assert "请发「投诉 + 您的话」" in answer
    assert len(answer.splitlines()) <= 5
    assert not Feedback.select().exists()


def test_who_is_not_bound_writes_without_a_name_to_those_above(field: Any) -> None:
    assert "没有办法回复您" in say("o-nobody", "投诉 门口没有标识")
    row = Feedback.get()
    assert (row.member_id, row.organization_id) == (None, field.committee.id)


def test_a_sentence_that_begins_with_advice_is_no_command(field: Any) -> None:
    say(bound(field.zhang), "建议大家都来")
    assert not Feedback.select().exists()
