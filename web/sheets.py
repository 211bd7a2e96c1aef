"""Reading the sheet of a survey, from a member's page and from the entry of a paper one alike."""

from __future__ import annotations

import re

from werkzeug.datastructures import MultiDict

from services.errors import ServiceError
from services.policy.surveys import Answer, Ask, Question

_NUMBER = re.compile(r"^\d{1,2}$", re.ASCII)
_LONGEST = 2000


def read_sheet(questions: tuple[Question, ...], form: MultiDict[str, str]) -> list[Answer]:
    """Return the answers by question; what is no number of a choice becomes one that does not exist."""
    return [_answer(question, form.getlist(f"a{at}")) for at, question in enumerate(questions)]


def faults_of_sheet(error: ServiceError) -> dict[str, str]:
    """Return a refusal at its question, or above the form; any other is raised again."""
    words = error.message + error.hint
    if error.code[:1] == "a" and error.code[1:].isdigit():
        return {error.code: words}
    if error.code in {"empty", "member", "answered"}:
        return {"member" if error.code == "member" else "form": words}
    raise error


def _answer(question: Question, typed: list[str]) -> Answer:
    if question.ask is Ask.WORDS:
        return typed[0][:_LONGEST] if typed else None
    chosen = tuple(int(one) if _NUMBER.match(one) else -1 for one in typed[: len(question.choices) + 1])
    return chosen or None
