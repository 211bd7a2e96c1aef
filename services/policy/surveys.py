"""Counting the sheets of a survey: by choice and never by person, words in no order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

#: The number of a choice, several of them, words, or nothing.
Answer = int | tuple[int, ...] | str | None


class Ask(StrEnum):
    """How a question is answered."""

    ONE = "one"
    SOME = "some"
    WORDS = "words"


@dataclass(frozen=True)
class Question:
    """One question; `choices` is empty when it is answered in words."""

    ask: Ask
    words: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """What all sheets say to one question: (choice, count) in the order of the choices, and the words."""

    question: Question
    counts: tuple[tuple[str, int], ...]
    said: tuple[str, ...]


def tally(
    questions: Sequence[Question],
    sheets: Sequence[Sequence[Answer]],
    shuffle: Callable[[list[str]], None],
) -> tuple[Result, ...]:
    """Count each question over all sheets; `shuffle` takes the order out of each question's words."""
    found = []
    for at, question in enumerate(questions):
        given = [sheet[at] for sheet in sheets if at < len(sheet)]
        said = [each for each in given if isinstance(each, str)]
        shuffle(said)
        found.append(Result(question, _counts(question, given), tuple(said)))
    return tuple(found)


def _counts(question: Question, given: Sequence[Answer]) -> tuple[tuple[str, int], ...]:
    chosen = [
        choice
        for each in given
        if not isinstance(each, str) and each is not None
        for choice in (each if isinstance(each, tuple) else (each,))
    ]
    return tuple((label, chosen.count(at)) for at, label in enumerate(question.choices))
