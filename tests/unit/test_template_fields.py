"""The fields of a template message hold what the platform takes, whatever people wrote (WECHAT part 1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.policy import fields
from simulator import fields as platform
from simulator.records import Template


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "主题党日"),
        ("thing1", "一" * 20),
        ("number2", "10.5"),
        ("number2", "-3"),
        ("time3", "2026年11月26日 14:00"),
        ("time3", "14:00 ~ 16:30"),
        ("date4", "2026年12月31日"),
        ("name5", "阿卜杜拉·买买提"),
        ("name5", "Tom O'Neil"),
        ("phrase6", "未完成"),
        ("phone_number7", "010-1234567"),
        ("character_string8", "ZB01-2026"),
        ("amount9", "12.50元"),
        ("letter10", "ABC"),
        ("symbol11", "～～"),
        ("const12", "待办"),
    ],
)
def test_what_a_keyword_takes(key: str, value: str) -> None:
    assert fields.fault(key, value) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", ""),
        ("thing1", "  "),
        ("thing1", "一" * 21),
        ("thing1", "两\n行"),
        ("thing1", "学习\U0001f600"),
        ("number2", "10.5 学时"),
        ("number2", "１２"),
        ("time3", "明天 14:00"),
        ("time3", "25:00"),
        ("date4", "11月26日"),
        ("name5", "一" * 11),
        ("phrase6", "六个字的短语"),
        ("character_string8", "第一支部"),
        ("letter10", "A1"),
        ("symbol11", "ab"),
        ("amount9", "很多"),
        ("phone_number7", "没有"),
        ("what1", "x"),
        ("thing", "x"),
    ],
)
def test_what_a_keyword_refuses(key: str, value: str) -> None:
    assert fields.fault(key, value) is not None


def test_faults_names_every_field_that_is_wrong() -> None:
    assert fields.faults({"thing1": "好", "number2": "x", "time3": ""}) == [
        "number2 is no number",
        "time3 is empty",
    ]


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("thing1", "主题党日", "主题党日"),
        ("thing1", "学习《条例》的第一专题（上半场，主讲人王老师）", "学习《条例》的第一专题"),
        ("thing1", "一二三四五六七八九十一二三四五六七八九十尾巴", "一二三四五六七八九十一二三四五六七八九…"),
        ("thing1", "第一行\n第二行", "第一行 第二行"),
        ("thing1", "\u200b\n", "详见页面"),
        ("thing1", "（只有括号里的很长很长很长很长很长很长的字）", "（只有括号里的很长很长很长很长很长很长…"),
        ("name2", "阿卜杜热合曼·阿卜杜热依木", "阿卜杜热合曼"),
        ("name2", "一二三四五六七八九十十一", "一二三四五六七八九十"),
        ("phrase3", "没完成(2项)的事情", "没完成项的"),
    ],
)
def test_a_shortened_text_keeps_its_sense(key: str, value: str, expected: str) -> None:
    assert fields.fit(key, value) == expected
    assert fields.fault(key, expected) is None


@given(st.text(max_size=80), st.sampled_from(["thing1", "name2", "phrase3", "const4"]))
def test_whatever_people_write_fits_and_the_platform_takes_it(text: str, key: str) -> None:
    value = fields.fit(key, text)
    assert fields.fault(key, value) is None
    assert platform.fault_in(Template("t", "提醒", {key: key}), {key: {"value": value}}) is None
