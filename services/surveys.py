"""问卷: what members would like to learn, asked without names (F04, F09).

That somebody has answered and what was answered are kept apart: the answer has a random key and no time, and
the ticket's own number is drawn by lot, so that the order of the one tells nothing about the other. How many
could have answered is computed nowhere.
"""

from __future__ import annotations

import random
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import Member, Organization, Survey, SurveyAnswer, SurveyTicket
from models.terms import SurveyState
from services import audit, leading, periods, rulebook
from services import survey_sheets as sheets
from services.actor import Actor
from services.branch_notices import organizations_of
from services.clock import civil_day
from services.errors import ServiceError, invalid, not_found
from services.policy.surveys import Answer, Question, Result, tally
from services.sessions import member_by_number, words
from services.transaction import transaction

#: So many stand on a page, the newest first.
PAGE = 100
_KEY = re.compile(r"[A-Za-z0-9_-]{20}")
_WHAT = "这份问卷"
_SECOND_PRESS = timedelta(minutes=10)
#: Tickets draw their number up to this, which both databases hold.
_LOTS = 2**31 - 1


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
    if not today <= new.until <= today + timedelta(days=rules.survey_days):
        raise invalid("until", "这一天不行。", f"请选今天到 {rules.survey_days} 天以内的一天。")
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
        key = secrets.token_urlsafe(15)
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
        row = _led(actor, key, now)
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
    return [_sheet(row, now) for row in query.order_by(Survey.at.desc(), Survey.id.desc()).limit(PAGE)]


def one(actor: Actor, key: str, now: datetime) -> Sheet:
    """Return a survey within reach.

    Raises:
        ServiceError: `not_found`.
    """
    return _sheet(_led(actor, key, now), now)


def results(actor: Actor, key: str, now: datetime) -> Results:
    """Return what the sheets of a survey say, words in an order drawn anew each time.

    While it is open only their number is told, and with fewer than the rules ask for nothing else ever:
    one more sheet would tell who wrote it.

    Raises:
        ServiceError: `not_found`.
    """
    row = _led(actor, key, now)
    least = rulebook.current().cadence(civil_day(now)).least_answers
    count = SurveyAnswer.select().where(SurveyAnswer.survey == row).count()
    if count < least or _is_open(row, now):
        return Results(count, least, None)
    stored = SurveyAnswer.select(SurveyAnswer.answers).where(SurveyAnswer.survey == row).tuples()
    found = [sheets.load_answers(body) for (body,) in stored]
    random.SystemRandom().shuffle(found)
    return Results(count, least, tally(sheets.load(row.questions), found, random.SystemRandom().shuffle))


def for_member(member: Member, now: datetime) -> list[Sheet]:
    """Return the open surveys that a member has not answered, the nearest last day first."""
    answered = SurveyTicket.select(SurveyTicket.survey).where(SurveyTicket.member == member)
    query = (
        Survey.select(Survey, Organization)
        .join(Organization)
        .where(
            Survey.organization.in_(organizations_of(member)),
            Survey.state == SurveyState.OPEN,
            Survey.until >= civil_day(now),
            Survey.id.not_in(answered),
        )
    )
    return [_sheet(row, now) for row in query.order_by(Survey.until, Survey.id).limit(PAGE)]


def look(member: Member, key: str, now: datetime) -> tuple[Sheet, bool]:
    """Return a survey to the member, and whether the member has answered it.

    Raises:
        ServiceError: `not_found` for others' surveys.
    """
    row = _members(member, key)
    done = SurveyTicket.select().where(SurveyTicket.survey == row, SurveyTicket.member == member).exists()
    return _sheet(row, now), bool(done)


def answer(member: Member, key: str, answers: Sequence[Answer], now: datetime) -> None:
    """Hand in a sheet without a name. Nothing about it is written to the audit log, which knows times.

    Raises:
        ServiceError: `not_found`, `closed`, `answered` for a second sheet, `a0`, `a1` … for the answer that
            cannot be, `empty` without any.
    """
    with transaction():
        _hand_in(_members(member, key), member, answers, now)


def paper(actor: Actor, key: str, number: str, answers: Sequence[Answer], now: datetime) -> None:
    """Enter a sheet that a member filled in on paper or said aloud; it counts like any other (F04).

    Raises:
        ServiceError: as `answer`; `not_found` for somebody of another organization.
    """
    with transaction():
        row = _led(actor, key, now)
        member = member_by_number(number)
        if row.organization_id not in organizations_of(member):
            raise not_found("这位党员")
        _hand_in(row, member, answers, now)


def members(actor: Actor, key: str, now: datetime) -> list[tuple[str, str]]:
    """Return (number, name) of all members who may be asked on paper, by name; not who has answered (F09).

    Raises:
        ServiceError: `not_found`.
    """
    row, today = _led(actor, key, now), civil_day(now)
    branch, group = Organization.alias(), Organization.alias()
    path = row.organization.path
    query = (
        Member.select(Member.number, Member.name)
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .where(
            branch.path.startswith(path) | group.path.startswith(path),
            periods.active(today),
        )
        .order_by(Member.name, Member.number)
    )
    return list(query.limit(PAGE * 3).tuples())


def _hand_in(row: Survey, member: Member, answers: Sequence[Answer], now: datetime) -> None:
    if not _is_open(row, now):
        raise ServiceError("closed", "这份问卷已经结束。", "想说的话，可以写在「投诉建议」里。")
    longest = rulebook.current().cadence(civil_day(now)).answer_chars
    clean = sheets.answers(sheets.load(row.questions), answers, longest)
    if not _take_ticket(row, member):
        raise ServiceError("answered", "这份问卷已经填过了，一人一份。", "不用再填。")
    SurveyAnswer.insert(
        key=secrets.token_urlsafe(15), survey=row, answers=sheets.dump_answers(clean)
    ).execute()


def _take_ticket(row: Survey, member: Member) -> bool:
    """Give the member's one ticket out, with a number drawn by lot; False when it is out already."""
    mine = (SurveyTicket.survey == row) & (SurveyTicket.member == member)
    while not SurveyTicket.select().where(mine).exists():
        lot = 1 + secrets.randbelow(_LOTS)
        insert = SurveyTicket.insert(id=lot, survey=row, member=member).on_conflict_ignore()
        # A lot that is out already is drawn again; a ticket of somebody faster ends the loop.
        if insert.as_rowcount().execute():
            return True
    return False


def _is_open(row: Survey, now: datetime) -> bool:
    return row.state is SurveyState.OPEN and row.until >= civil_day(now)


def _find(key: str) -> Survey | None:
    if not _KEY.fullmatch(key):
        return None
    found: Survey | None = (
        Survey.select(Survey, Organization).join(Organization).where(Survey.key == key).first()
    )
    return found


def _led(actor: Actor, key: str, now: datetime) -> Survey:
    row = _find(key)
    if row is None or not leading.covers(actor, row.organization.path, civil_day(now)):
        raise not_found(_WHAT)
    return row


def _members(member: Member, key: str) -> Survey:
    row = _find(key)
    if row is None or row.organization_id not in organizations_of(member):
        raise not_found(_WHAT)
    return row


def _sheet(row: Survey, now: datetime) -> Sheet:
    return Sheet(
        key=row.key,
        organization=row.organization.name,
        title=row.title,
        questions=sheets.load(row.questions),
        until=row.until,
        at=row.at,
        open=_is_open(row, now),
    )
