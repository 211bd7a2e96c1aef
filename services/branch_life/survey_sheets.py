"""The questions and answers of a survey: checked when they come in, stored as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from services.errors import invalid
from services.policy.surveys import Answer, Ask, Question
from services.words import words_for


def answers(asked: tuple[Question, ...], given: Sequence[Answer], longest: int) -> list[Answer]:
    """Return a sheet as it is stored: every question may be left out, not all of them.

    Raises:
        ServiceError: `a0`, `a1` … for the answer that cannot be, `empty` without any.
    """
    padded = [*given, *[None] * len(asked)][: len(asked)]
    clean = [_checked(at, *pair, longest) for at, pair in enumerate(zip(asked, padded, strict=True))]
    if all(one is None for one in clean):
        raise invalid("empty", "还没有填。", "请至少答一题。")
    return clean


def _checked(at: int, question: Question, given: Answer, longest: int) -> Answer:
    if given is None or given in ("", ()):
        return None
    if question.ask is Ask.WORDS:
        return _words_of(at, given, longest)
    known = frozenset(range(len(question.choices)))
    listed = given if isinstance(given, tuple) else (given,)
    chosen = tuple(sorted({one for one in listed if isinstance(one, int) and one in known}))
    if len(chosen) != len(listed):
        raise invalid(f"a{at}", "没有这一项。", "请从页面上选。")
    if question.ask is Ask.ONE and len(chosen) != 1:
        raise invalid(f"a{at}", "这一题只选一项。", "请再选一次。")
    return chosen[0] if question.ask is Ask.ONE else chosen


def _words_of(at: int, given: Answer, longest: int) -> Answer:
    if not isinstance(given, str):
        raise invalid(f"a{at}", "这一题请写几个字。")
    if not given.strip():
        return None
    return words_for(f"a{at}", given, longest, "回答")


def questions(asked: Sequence[Question], most: int, choices: int) -> list[Question]:
    """Return the questions with clean words; at most `most`, with so many `choices` at most.

    Raises:
        ServiceError: `q0`, `q1` … for the question that cannot be.
    """
    if not 1 <= len(asked) <= most:
        raise invalid("q0", "还没有题目。" if not asked else "题目太多了。", f"请写 1 到 {most} 题。")
    return [_question(at, question, choices) for at, question in enumerate(asked)]


def _question(at: int, question: Question, most: int) -> Question:
    said = words_for(f"q{at}", question.words, 100, "题目")
    listed = tuple(words_for(f"q{at}", each, 40, "选项") for each in question.choices)
    if question.ask is Ask.WORDS:
        return Question(question.ask, said, ())
    if not 2 <= len(set(listed)) == len(listed) <= most:
        raise invalid(f"q{at}", "选项不对。", f"请写 2 到 {most} 个不一样的选项，一行一个。")
    return Question(question.ask, said, listed)


def dump(questions: Sequence[Question]) -> str:
    """Write the questions for storing."""
    rows = [{"ask": str(each.ask), "words": each.words, "choices": each.choices} for each in questions]
    return json.dumps(rows, ensure_ascii=False)


def load(stored: str) -> tuple[Question, ...]:
    """Read stored questions."""
    return tuple(Question(Ask(row["ask"]), row["words"], tuple(row["choices"])) for row in json.loads(stored))


def dump_answers(answers: Sequence[Answer]) -> str:
    """Write one sheet for storing."""
    return json.dumps(answers, ensure_ascii=False)


def load_answers(stored: str) -> tuple[Answer, ...]:
    """Read a stored sheet; several choices come back as they were given."""
    return tuple(tuple(each) if isinstance(each, list) else each for each in json.loads(stored))
