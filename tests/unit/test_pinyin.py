"""Names are found by what people type: characters, sounds, initials, and surnames read their own way."""

from __future__ import annotations

import pytest

from services.pinyin import initials, matches


@pytest.mark.parametrize(
    "typed", ["王芳", "芳", "wf", "WF", "wangfang", "wang fang", "wangf", "fang", "王f", "w", ""]
)
def test_a_name_is_found_by_all_that_people_type(typed: str) -> None:
    assert matches("王芳", typed)


@pytest.mark.parametrize("typed", ["fw", "wanf g x", "李", "fangwang", "wfx"])
def test_another_name_is_not_found(typed: str) -> None:
    assert not matches("王芳", typed)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单雄", "shanx"), ("曾强", "zengq"), ("查良", "zhal"), ("翟明", "zhaim"), ("朴英", "piaoy"),
        ("吕布", "lvb"), ("吕布", "lub"), ("区大", "ou"), ("仇英", "qiuy"), ("阿依·买买提", "ayimaimaiti"),
        ("𬱖祎", "yi"), ("Anna Li", "annal"),
    ],
)  # fmt: skip
def test_surnames_are_found_as_they_are_spoken(name: str, typed: str) -> None:
    assert matches(name, typed)


def test_initials_name_every_reading() -> None:
    assert initials("王芳") == {"wf", "yf"}
    assert "sx" in initials("单雄")
    assert len(initials("单曾查翟朴单曾查翟朴")) <= 64
