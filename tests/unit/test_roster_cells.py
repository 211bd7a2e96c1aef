"""One cell of the roster: what is accepted, what it becomes, and what a refusal says."""

from __future__ import annotations

import contextlib
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.terms import OrgKind, Sector
from services.roster import cells
from services.roster.cells import CellFault

TODAY = date(2026, 11, 21)


def refusal(read: Any, cell: Any) -> str:
    with pytest.raises(CellFault) as caught:
        read(cell, TODAY)
    return str(caught.value)


@pytest.mark.parametrize(
    "cell",
    [
        "2024-01-02",
        "2024/1/2",
        "2024.1.2",
        "2024年1月2日",
        " 2024 年 1 月 2 日 ",
        "２０２４-０１-０２",
        "20240102",
        20240102.0,
        "2024-01-02 00:00:00",
        date(2024, 1, 2),
        datetime(2024, 1, 2, 8, 30),
        45293.0,
        "2024-01-02\u200b",
    ],
)
def test_a_day_is_read_however_people_write_it(cell: Any) -> None:
    assert cells.past_day(cell, TODAY) == date(2024, 1, 2)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("2026-02-30", "没有这一天"),
        ("2023-02-29", "没有这一天"),
        ("24-01-02", "四位"),
        ("99年1月2日", "四位"),
        ("10000-01-01", "2024-01-02"),
        ("2024-01", "2024-01-02"),
        ("2024-01/02", "2024-01-02"),
        ("٢٠٢٤-٠١-٠٢", "2024-01-02"),
        ("2_024-01-02", "2024-01-02"),
        ("45293", "2024-01-02"),
        ("1e999", "2024-01-02"),
        (-1.0, "2024-01-02"),
        (float("nan"), "2024-01-02"),
        (float("inf"), "2024-01-02"),
        (True, "2024-01-02"),
        (time(8, 0), "2024-01-02"),
        ("1921-06-30", "1921-07-01"),
        (2024.0, "1921-07-01"),
        ("2026-11-22", "今天"),
    ],
)
def test_what_is_no_day_of_the_past_is_refused_with_words_that_help(cell: Any, words: str) -> None:
    assert words in refusal(cells.past_day, cell)


def test_the_founding_month_and_today_are_the_bounds_of_joining() -> None:
    assert cells.past_day("1921-07-01", TODAY) == cells.EARLIEST
    assert cells.past_day("2026-11-21", TODAY) == TODAY


def test_other_days_may_lie_one_year_ahead_and_no_further() -> None:
    assert cells.near_day("2027-11-21", TODAY) == date(2027, 11, 21)
    assert "一年以后" in refusal(cells.near_day, "2027-11-22")
    assert cells.near_day("2029-02-28", date(2028, 2, 29)) == date(2029, 2, 28)


@pytest.mark.parametrize(
    "cell",
    [
        13800138000,
        13800138000.0,
        "13800138000",
        " 138 0013 8000 ",
        "138-0013-8000",
        "+8613800138000",
        "１３８００１３８０００",
    ],
)
def test_a_phone_is_read_from_text_and_from_a_number(cell: Any) -> None:
    assert cells.phone(cell, TODAY) == "13800138000"


@pytest.mark.parametrize(
    "cell", ["1380013800", "23800138000", "1_3800138000", "٣٣٣٣٣٣٣٣٣٣٣", 1.38e17, "010-62345678", True]
)
def test_what_is_no_mobile_number_is_refused(cell: Any) -> None:
    assert "11 位手机号" in refusal(cells.phone, cell)


@pytest.mark.parametrize("cell", ["1.38E+10", "1.38e10", "1.38E10"])
def test_a_phone_that_the_sheet_has_cut_short_is_refused_with_the_way_out(cell: str) -> None:
    assert "设为文本" in refusal(cells.phone, cell)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("王伟", "王伟"),
        ("  王伟\u200b\u202e ", "王伟"),
        ("𬱖𰻞", "𬱖𰻞"),
        ("\U000313a0明", "\U000313a0明"),
        ("李〇", "李〇"),
        ("葛\U000e0100飾", "葛\U000e0100飾"),
        ("阿依·买买提", "阿依·买买提"),
        ("阿依•买买提", "阿依·买买提"),
        ("阿依・买买提", "阿依·买买提"),
        ("王　明", "王 明"),
        ("John  Smith", "John Smith"),
        ("郞明", "郞明"),
    ],
)
def test_a_name_keeps_its_letters_and_loses_what_nobody_sees(cell: str, name: str) -> None:
    assert cells.person(cell, TODAY) == name


@pytest.mark.parametrize(
    "cell",
    [
        "王",
        "王" * 51,
        "=1+1",
        "+王伟",
        "-王伟",
        "@王伟",
        "王伟1",
        "王伟😀",
        "<script>",
        "{{7*7}}",
        "·王",
        "王\x00伟",
        "\ue000王",
        12.0,
    ],
)
def test_what_is_no_name_is_refused(cell: Any) -> None:
    assert refusal(cells.person, cell)


def test_fifty_letters_are_the_longest_name() -> None:
    assert len(cells.person("王" * 50, TODAY)) == 50


def test_numbers_and_codes_take_plain_letters_only() -> None:
    assert cells.number("ＤＹ０００１", TODAY) == "DY0001"
    assert cells.code(1001.0, TODAY) == "1001"
    for bad in ("D", "DY 01", "党员01", "x" * 33, "DY٣٣"):
        assert refusal(cells.number, bad)


def test_words_of_closed_lists_are_read_with_the_usual_variants() -> None:
    assert cells.sector("两新", TODAY) is Sector.NEW_SECTOR
    assert cells.kind(" 支部 ", TODAY) is OrgKind.BRANCH
    assert "在职、离退休" in refusal(cells.category, "干部")


def test_yes_and_no_are_the_only_answers() -> None:
    assert cells.yes_or_no("是", TODAY) is True
    assert cells.yes_or_no("否 ", TODAY) is False
    for bad in ("也许", "TRUE", True, "1"):
        assert "「是」或「否」" in refusal(cells.yes_or_no, bad)


def test_several_duties_stand_in_one_cell() -> None:
    assert cells.duties("书记、组织委员，党小组长,书记", TODAY) == ("书记", "组织委员", "党小组长")
    assert "党小组长" in refusal(cells.duties, "书记、大书记")
    assert refusal(cells.duties, "、")


READERS = (
    cells.code, cells.number, cells.words, cells.person, cells.phone, cells.yes_or_no, cells.kind,
    cells.sector, cells.category, cells.duties, cells.past_day, cells.near_day,
)  # fmt: skip
ANY_CELL = st.one_of(
    st.text(max_size=60),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@given(ANY_CELL, st.sampled_from(READERS))
def test_whatever_a_cell_holds_it_is_read_or_refused_in_words(cell: Any, read: Any) -> None:
    if not cells.clean(cell):
        return  # an empty cell never reaches a reader
    with contextlib.suppress(CellFault):
        read(cell, TODAY)
