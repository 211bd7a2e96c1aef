"""Containment of five-character pieces: exact, blind to punctuation, linear, silent about short texts."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from services.policy import likeness

SIZE = 5
#: A small alphabet, so that pieces meet by chance as well.
texts = st.text(alphabet="学党员会心得，。 \nA", max_size=60)


def measure(text: str, other: str) -> tuple[int, str]:
    mine = likeness.cut(text, SIZE)
    found = likeness.found_in(mine.all, other, SIZE)
    return likeness.share(found, mine.all), likeness.longest_passage(mine, found)


def test_the_same_words_are_wholly_alike_and_other_words_not_at_all():
    text = "这个季度学习了条例，认识更清楚了。"
    assert measure(text, text) == (100, text.rstrip("。"))
    assert measure(text, "村里修路的时候我去帮忙搬砖，累但是高兴") == (0, "")


def test_punctuation_white_space_and_case_do_not_hide_a_copy():
    assert measure("认识更清楚了 Party 学习", "认识，更\n清楚了！PARTY学，习")[0] == 100


def test_the_passage_is_shown_in_the_writers_own_words():
    mine = "我先说一句。这次学习，让我明白了责任！再说一句别的话"
    share, passage = measure(mine, "……这次学习让我明白了责任……")
    assert passage == "这次学习，让我明白了责任"
    assert 0 < share < 100


def test_a_text_shorter_than_a_piece_is_like_nothing():
    assert measure("好好学习"[:4], "好好学习好好学习") == (0, "")
    assert measure("", "好好学习天天向上") == (0, "")
    assert measure("，。！？……", "，。！？……") == (0, "")


def test_the_longest_of_several_passages_is_shown_the_first_of_equal_ones():
    assert measure("甲乙丙丁戊０天地玄黄宇宙０", "甲乙丙丁戊。天地玄黄宇宙")[1] == "天地玄黄宇宙"
    assert measure("甲乙丙丁戊０天地玄黄宇０", "天地玄黄宇。甲乙丙丁戊")[1] == "甲乙丙丁戊"


def test_rare_characters_keep_their_places():
    mine = "ŉ𬱖𬱖𬱖𬱖甲乙丙丁戊👍己庚"
    assert measure(mine, "甲乙丙丁戊己庚")[1] == "甲乙丙丁戊👍己庚"


@settings(max_examples=200, deadline=None)
@given(texts, texts)
def test_the_share_is_what_a_plain_count_gives(text, other):
    def pieces(words: str) -> set[str]:
        letters = "".join(char for char in words if char.isalnum()).casefold()
        return {letters[at : at + SIZE] for at in range(len(letters) - SIZE + 1)}

    mine, theirs = pieces(text), pieces(other)
    share, passage = measure(text, other)
    assert share == (len(mine & theirs) * 100 // len(mine) if mine else 0)
    assert passage in text
    assert bool(passage) == bool(mine & theirs)
    assert pieces(passage) <= theirs


@settings(max_examples=100, deadline=None)
@given(texts)
def test_a_text_is_wholly_contained_in_itself_with_anything_around(text):
    if likeness.cut(text, SIZE).all:
        assert measure(text, f"前面的话{text}后面的话")[0] == 100


def test_the_work_grows_with_the_text_and_not_with_its_square():
    def seconds(count: int) -> float:
        text = "学" * count
        begun = time.perf_counter()
        measure(text, text)
        return time.perf_counter() - begun

    seconds(1000)
    assert min(seconds(40_000) for _ in range(3)) < 40 * min(seconds(4_000) for _ in range(3)) + 0.05
