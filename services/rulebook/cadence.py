"""rules/cadence.toml: what a branch arranges, and the limits of plan, notices, surveys and lectures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from models.terms import SessionKind
from services.policy.cadence import Every, Meeting, Whose

#: A meeting more often than this would be no advice any more.
_OFTEN = 31


@dataclass(frozen=True)
class Told:
    """Something that is said once a year and never counted, because no record of it is kept."""

    name: str
    words: str


@dataclass(frozen=True)
class CadenceRules:
    """One edition of rules/cadence.toml; `*_days` are civil days, `*_chars` characters, the others counts."""

    edition: str
    source: str
    effective_from: date
    meetings: tuple[Meeting, ...]
    told: tuple[Told, ...]
    plan_items: int
    notice_chars: int
    notice_days: int
    questions: int
    choices: int
    answer_chars: int
    least_answers: int
    survey_days: int
    lectures: int
    idle_days: int


def build(raw: dict[str, Any]) -> CadenceRules:
    """Build one edition from its table; raises KeyError, ValueError or TypeError with what to write."""
    surveys, notices = raw["surveys"], raw["notices"]
    counts = {
        "plan_items": raw["plan"]["items"],
        "notice_chars": notices["max_chars"],
        "notice_days": notices["max_days"],
        "questions": surveys["questions"],
        "choices": surveys["choices"],
        "answer_chars": surveys["answer_chars"],
        "least_answers": surveys["least_answers"],
        "survey_days": surveys["max_days"],
        "lectures": raw["lectures"]["items"],
        "idle_days": raw["rest"]["idle_days"],
    }
    _check(counts)
    return CadenceRules(
        edition=raw["name"],
        source=raw["source"],
        effective_from=raw["effective_from"],
        meetings=tuple(_meeting(each) for each in raw["meeting"]),
        told=tuple(Told(str(each["name"]), str(each["words"])) for each in raw.get("told", ())),
        **counts,
    )


def _meeting(raw: dict[str, Any]) -> Meeting:
    unknown = set(raw) - {"kind", "of", "every", "times"}
    if unknown:
        raise ValueError(f"meeting: {sorted(unknown)[0]} is no key; write kind, of, every and times")
    times = raw["times"]
    if not (isinstance(times, int) and 1 <= times <= _OFTEN):
        raise ValueError(f"meeting.times: write 1 to {_OFTEN}")
    return Meeting(SessionKind(raw["kind"]), Whose(raw["of"]), Every(raw["every"]), times)


def _check(counts: dict[str, Any]) -> None:
    for name, value in counts.items():
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{name}: write a whole number, at least 1")
    if counts["least_answers"] < 3:
        raise ValueError("surveys.least_answers: write at least 3, for fewer sheets name who wrote them")
    if counts["choices"] < 2:
        raise ValueError("surveys.choices: write at least 2")
