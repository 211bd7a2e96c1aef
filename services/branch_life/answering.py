"""One sheet a member, and no name on it (F04, F09).

That somebody has answered and what was answered are kept apart: the answer has a random key and no time, and
the ticket's own number is drawn by lot, so that the order of the one tells nothing about the other.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from models import Member, Organization, Survey, SurveyAnswer, SurveyTicket
from models.terms import SurveyState
from services import periods, rulebook, tree
from services.actor import Actor
from services.branch_life import survey_sheets as sheets
from services.branch_life import surveys
from services.branch_life.branch_notices import organizations_of
from services.branch_life.surveys import Sheet
from services.clock import civil_day
from services.errors import ServiceError, not_found
from services.keys import new_key
from services.people import member_by_number, nobody
from services.policy.surveys import Answer
from services.transaction import transaction

#: Tickets draw their number up to this, which both databases hold.
_LOTS = 2**31 - 1


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
    return [surveys.sheet_of(row, now) for row in query.order_by(Survey.until, Survey.id).limit(surveys.PAGE)]


def look(member: Member, key: str, now: datetime) -> tuple[Sheet, bool]:
    """Return a survey to the member, and whether the member has answered it.

    Raises:
        ServiceError: `not_found` for others' surveys.
    """
    row = _members(member, key)
    done = SurveyTicket.select().where(SurveyTicket.survey == row, SurveyTicket.member == member).exists()
    return surveys.sheet_of(row, now), bool(done)


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
        row = surveys.led(actor, key, now)
        member = member_by_number(number)
        if row.organization_id not in organizations_of(member):
            raise nobody(number)
        _hand_in(row, member, answers, now)


def members(actor: Actor, key: str, now: datetime) -> list[tuple[str, str]]:
    """Return (number, name) of all members who may be asked on paper, by name; not who has answered (F09).

    Raises:
        ServiceError: `not_found`.
    """
    row, today = surveys.led(actor, key, now), civil_day(now)
    branch, group = Organization.alias(), Organization.alias()
    path = row.organization.path
    query = (
        Member.select(Member.number, Member.name)
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .where(tree.below([path], branch, group), periods.active(today))
        .order_by(Member.name, Member.number)
    )
    return list(query.limit(surveys.PAGE * 3).tuples())


def _hand_in(row: Survey, member: Member, answers: Sequence[Answer], now: datetime) -> None:
    if not surveys.is_open(row, now):
        raise ServiceError("closed", "这份问卷已经结束。", "想说的话，可以写在「投诉建议」里。")
    longest = rulebook.current().cadence(civil_day(now)).answer_chars
    clean = sheets.answers(sheets.load(row.questions), answers, longest)
    if not _take_ticket(row, member):
        raise ServiceError("answered", "这份问卷已经填过了，一人一份。", "不用再填。")
    SurveyAnswer.insert(key=new_key(), survey=row, answers=sheets.dump_answers(clean)).execute()


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


def _members(member: Member, key: str) -> Survey:
    row = surveys.find(key)
    if row is None or row.organization_id not in organizations_of(member):
        raise not_found(surveys.WHAT)
    return row
