"""问卷: what members would like to learn, asked by those who lead and told as sums (F04, F09).

How members answer without their names is the matter of `answering.py`. How many could have answered is
computed nowhere.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import Organization, Survey, SurveyAnswer
from models.terms import SurveyState
from services import audit, leading, rulebook
from services.actor import Actor
from services.branch_life import survey_sheets as sheets
from services.branch_life.branch_notices import require_last_day
from services.clock import civil_day
from services.errors import not_found
from services.keys import new_key
from services.policy.surveys import Question, Result, tally
from services.rows import keyed
from services.transaction import transaction
from services.words import words

#: So many stand on a page, the newest first.
PAGE = 100
WHAT = "这份问卷"
_SECOND_PRESS = timedelta(minutes=10)


@dataclass(frozen=True)
class Sheet:
    """A survey with its questions, as it is to be filled in; `until` is its last day."""

    key: str
    organization: str
    title: str
    questions: tuple[Question, ...]
    until: date
    at: datetime
    open: bool


@dataclass(frozen=True)
class NewSurvey:
    """What somebody wants to ask, until the end of which day."""

    title: str
    questions: tuple[Question, ...]
    until: date


@dataclass(frozen=True)
class Results:
    """How many sheets there are, and what they say once there are enough and the survey has ended."""

    sheets: int
    least: int
    results: tuple[Result, ...] | None


def create(actor: Actor, code: str, new: NewSurvey, now: datetime) -> str:
    """Open a survey to the members of an organization and of what lies below; return its key.

    Raises:
        ServiceError: `not_found` for a foreign organization; `text`, `until`, or `q0`, `q1` … for the
            question that cannot be.
    """
    today = civil_day(now)
    rules = rulebook.current().cadence(today)
    require_last_day(new.until, today, rules.survey_days)
    name = words(new.title, 60, "标题")
    stored = sheets.dump(sheets.questions(new.questions, rules.questions, rules.choices))
    with transaction():
        organization = leading.organization(actor, code, today)
        first = Survey.get_or_none(
            Survey.organization == organization,
            Survey.title == name,
            Survey.questions == stored,
            Survey.by == actor.member_id,
            Survey.at >= now - _SECOND_PRESS,
        )
        if first is not None:
            return str(first.key)
        key = new_key()
        Survey.insert(
            key=key,
            organization=organization,
            title=name,
            questions=stored,
            until=new.until,
            at=now,
            by=actor.member_id,
        ).execute()
        audit.record(actor, now, "survey.opened", "survey", key)
    return key


def close(actor: Actor, key: str, now: datetime) -> None:
    """End a survey before its day; a second time changes nothing.

    Raises:
        ServiceError: `not_found`.
    """
    with transaction():
        row = led(actor, key, now)
        ended = Survey.update(state=SurveyState.CLOSED).where(
            Survey.id == row.id, Survey.state == SurveyState.OPEN
        )
        if ended.execute():
            audit.record(actor, now, "survey.closed", "survey", key)


def listed(actor: Actor, now: datetime) -> list[Sheet]:
    """Return the surveys of the organizations within reach, the newest first."""
    condition = leading.reached(actor, civil_day(now))
    if condition is None:
        return []
    query = Survey.select(Survey, Organization).join(Organization).where(condition)
    return [sheet_of(row, now) for row in query.order_by(Survey.at.desc(), Survey.id.desc()).limit(PAGE)]


def one(actor: Actor, key: str, now: datetime) -> Sheet:
    """Return a survey within reach.

    Raises:
        ServiceError: `not_found`.
    """
    return sheet_of(led(actor, key, now), now)


def results(actor: Actor, key: str, now: datetime) -> Results:
    """Return what the sheets of a survey say, words in an order drawn anew each time.

    While it is open only their number is told, and with fewer than the rules ask for nothing else ever:
    one more sheet would tell who wrote it.

    Raises:
        ServiceError: `not_found`.
    """
    row = led(actor, key, now)
    least = rulebook.current().cadence(civil_day(now)).least_answers
    count = SurveyAnswer.select().where(SurveyAnswer.survey == row).count()
    if count < least or is_open(row, now):
        return Results(count, least, None)
    stored = SurveyAnswer.select(SurveyAnswer.answers).where(SurveyAnswer.survey == row).tuples()
    found = [sheets.load_answers(body) for (body,) in stored]
    random.SystemRandom().shuffle(found)
    return Results(count, least, tally(sheets.load(row.questions), found, random.SystemRandom().shuffle))


def led(actor: Actor, key: str, now: datetime) -> Survey:
    """Return the row of a survey within reach.

    Raises:
        ServiceError: `not_found`.
    """
    row = find(key)
    if row is None or not leading.covers(actor, row.organization.path, civil_day(now)):
        raise not_found(WHAT)
    return row


def find(key: str) -> Survey | None:
    """Return the row of a survey by its key, with its organization."""
    found: Survey | None = keyed(Survey.select(Survey, Organization).join(Organization), key)
    return found


def is_open(row: Survey, now: datetime) -> bool:
    """Whether a survey can still be answered."""
    return row.state is SurveyState.OPEN and row.until >= civil_day(now)


def sheet_of(row: Survey, now: datetime) -> Sheet:
    """Return a survey as it is to be filled in."""
    return Sheet(
        key=row.key,
        organization=row.organization.name,
        title=row.title,
        questions=sheets.load(row.questions),
        until=row.until,
        at=row.at,
        open=is_open(row, now),
    )
