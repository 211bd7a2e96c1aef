"""The rules for the fields of template messages."""

from __future__ import annotations

import pytest

from simulator.fields import fault_in
from simulator.records import Template

GOOD = [
    ("thing1", "集体学习"),
    ("thing1", "字" * 20),
    ("number2", "10.5"),
    ("letter1", "ABC"),
    ("symbol1", "+-*"),
    ("character_string7", "AB-12 3"),
    ("time3", "14:00"),
    ("time3", "2026年11月26日 14:00"),
    ("time3", "2026-11-26 14:00:30"),
    ("time3", "2026年11月26日 14:00~2026年11月26日 16:00"),
    ("date4", "2026年11月26日"),
    ("amount5", "¥12.50元"),
    ("phone_number6", "+86-21-12345678"),
    ("name5", "王芳"),
    ("name5", "Wang Fang"),
    ("phrase4", "已通过"),
    ("const6", "待确认"),
]
BAD = [
    ("thing1", "字" * 21),
    ("thing1", "两\n行"),
    ("thing1", "加油💪"),
    ("thing1", "☀晴"),
    ("thing1", "  "),
    ("number2", "10.5学时"),
    ("number2", "1" * 33),
    ("letter1", "A1"),
    ("symbol1", "abc"),
    ("character_string7", "编号1"),
    ("character_string7", "x" * 33),
    ("time3", "25:00"),
    ("time3", "下午两点"),
    ("date4", "11月26日"),
    ("amount5", "十二元"),
    ("phone_number6", "1" * 18),
    ("name5", "名" * 11),
    ("name5", "N" * 21),
    ("phrase4", "已经全部通过了"),
    ("phrase4", "OK"),
    ("const6", "别的词"),
]


def judged(key: str, value: str) -> str | None:
    template = Template("T", "t", {key: "标签"}, const={"const6": ["待确认"]})
    return fault_in(template, {key: {"value": value}})


@pytest.mark.parametrize(("key", "value"), GOOD)
def test_a_field_within_the_rules_passes(key: str, value: str) -> None:
    assert judged(key, value) is None


@pytest.mark.parametrize(("key", "value"), BAD)
def test_a_field_against_the_rules_is_refused(key: str, value: str) -> None:
    assert judged(key, value) is not None


@pytest.mark.parametrize("data", [{}, {"thing1": "bare text"}, {"thing1": {"value": None}}])
def test_a_missing_field_counts_as_empty(data: dict[str, object]) -> None:
    assert fault_in(Template("T", "t", {"thing1": "课程"}), data) == "data.thing1.value is empty"
