"""更正: what one line of hours should count, said by lines of their own with a reason (R07, R110, R111).

Which way is right for which line:

- Who came is what the roll says. When the roll or the session's credit is wrong, the session is reopened by
  an officer above and confirmed again (`attendance.reopen`); that takes back every correction of it too.
- When the roll is right and the amount is not right for this one member, the line is adjusted here, be it of
  an attendance or of a make-up: an ADJUST line holds the difference, and the line itself stays.
- What was studied elsewhere is reversed and confirmed anew with the right figure (`externals.reverse`).

Who corrects is who decides on the member: the leaders of the branch, an officer above for its leaders, nobody
for oneself (R27, R100). And nobody gives more than the session gave: its credit, once, however many lines a
member has of it (R06, R07). What a session is worth is its own matter and that of whoever reopens it.

An ADJUST line follows the line it corrects: its `posting` is that line's number below zero. The next
correction reverses it and follows it in turn, so that the database itself lets no line be corrected twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from models import ExternalStudy, HourEntry, Member, StudySession
from models.terms import EntrySource, SessionState
from services import audit, deciders, rulebook
from services.access import session_rights
from services.actor import Actor
from services.clock import civil_day
from services.correction_lines import amount_of, chain_of, is_undone, most_of, roots_of, standing_of
from services.errors import ServiceError, not_found
from services.study.sessions import find_to_change
from services.transaction import transaction
from services.words import words

_WHAT = "这一笔"
_LONGEST = 200
#: Lines whose amount may be adjusted here.
_ADJUSTED = frozenset({EntrySource.ATTENDANCE, EntrySource.MAKE_UP})


@dataclass(frozen=True)
class Fix:
    """What may be done about one line: adjust it here (`study` None), or its study elsewhere.

    `counts` is what the line counts with its correction, in hundredths; `corrected` says that it has one.
    """

    entry_id: int
    counts: int
    corrected: bool
    study: str | None = None


@dataclass(frozen=True)
class Wanted:
    """What a line should count, from none to what the session gave, and why, for the member."""

    hours: Decimal
    reason: str


@dataclass(frozen=True)
class Correction:
    """The page of one line: whose, of what and when, what it was posted with and what it counts now.

    Amounts are hundredths, `step` is hours by the rules of its day. `most` is what the session leaves for
    this line beside the member's other lines of it. `may_reopen` says that the actor
    may take the whole session back as well.
    """

    member: Member
    entry_id: int
    title: str
    session_key: str
    day: date
    source: EntrySource
    posted: int
    counts: int
    step: Decimal
    most: int
    may_reopen: bool


def fixes(member: Member, year: int) -> dict[int, Fix]:
    """Return what may be done about the lines of a member and year, by the line's number."""
    rows = list(
        HourEntry.select(
            HourEntry.id,
            HourEntry.source,
            HourEntry.hours,
            HourEntry.posting,
            HourEntry.reverses,
            StudySession.state,
            ExternalStudy.key,
        )
        .left_outer_join(StudySession, on=(HourEntry.session == StudySession.id))
        .left_outer_join(ExternalStudy, on=(HourEntry.external == ExternalStudy.id))
        .where(HourEntry.member == member, HourEntry.year == year)
        .order_by(HourEntry.id)
        .tuples()
    )
    undone = {row[4] for row in rows if row[4] is not None}
    roots = roots_of((row[0], row[3]) for row in rows if row[1] is EntrySource.ADJUST)
    standing = {roots[row[0]]: row[2] for row in rows if row[0] in roots and row[0] not in undone}
    found = {}
    for entry, source, hours, _posting, _reverses, state, study in rows:
        if entry in undone:
            continue
        if source in _ADJUSTED and state is SessionState.CONFIRMED:
            found[entry] = Fix(entry, hours + standing.get(entry, 0), entry in standing)
        elif source is EntrySource.EXTERNAL and study is not None:
            found[entry] = Fix(entry, hours, corrected=False, study=study)
    return found


def look(actor: Actor, number: str, entry_id: int, now: datetime) -> Correction:
    """Return one line to somebody who may correct it.

    Raises:
        ServiceError: `not_found` for outsiders and for lines that are corrected elsewhere, `own`, `reopened`.
    """
    line = _line(actor, number, entry_id, now)
    rules = rulebook.current().hours(line.day)
    rights = session_rights(actor, line.session.organization.path, civil_day(now))
    standing = standing_of(chain_of(line))
    return Correction(
        member=line.member,
        entry_id=line.id,
        title=line.session.title,
        session_key=line.session.key,
        day=line.day,
        source=line.source,
        posted=line.hours,
        counts=line.hours + (standing.hours if standing is not None else 0),
        step=rules.step,
        most=most_of(line),
        may_reopen=rights.reopen,
    )


def correct(actor: Actor, number: str, entry_id: int, wanted: Wanted, now: datetime) -> HourEntry | None:
    """Let one line count so many hours; the difference is a line of its own, which is returned.

    Args:
        actor: who decides on this member, never the member.
        number: whose line it is.
        entry_id: the line of an attendance or a make-up.
        wanted: how many, and why.
        now: this moment.

    Returns:
        The ADJUST line, None when the line counts again what it was posted with.

    Raises:
        ServiceError: as `look`, `text` without a reason, `hours` for what is no such amount or more than
            the session gave, `same` when it counts that much already: the second press of a button changes
            nothing.
    """
    why = words(wanted.reason, _LONGEST, "原因")
    with transaction():
        line = _line(actor, number, entry_id, now)
        find_to_change(line.session.key)
        # Read again under the session's lock: it may have been reopened, or corrected, this very moment.
        line = _line(actor, number, entry_id, now)
        amount = amount_of(wanted.hours, line)
        chain = chain_of(line)
        standing = standing_of(chain)
        if amount == line.hours + (standing.hours if standing is not None else 0):
            raise ServiceError("same", "这一笔现在就是这么多学时。", "不用再改。")
        if standing is not None:
            _take_back(standing, actor, why, now)
        made = None
        if amount != line.hours:
            made = _adjust(line, chain[-1] if chain else line, amount, (actor, why, now))
        audit.record(actor, now, "hours.corrected", "hour_entry", line.id, hours=amount)
    return made


def _line(actor: Actor, number: str, entry_id: int, now: datetime) -> HourEntry:
    """Return a line with its session and member, to those who may correct it."""
    found = (
        HourEntry.select(HourEntry, StudySession, Member)
        .join(StudySession)
        .switch(HourEntry)
        .join(Member, on=(HourEntry.member == Member.id))
        .where(HourEntry.id == entry_id)
        .first()
    )
    if found is None or found.member.number != number or found.source not in _ADJUSTED:
        raise not_found(_WHAT)
    deciders.require(deciders.desk(actor, civil_day(now)), found.member, _WHAT)
    if found.session.state is not SessionState.CONFIRMED or is_undone(found):
        raise ServiceError(
            "reopened", f"「{found.session.title}」正在重新核对，这一笔已经扣回。", "核好以后看新记的一笔。"
        )
    line: HourEntry = found
    return line


def _adjust(line: HourEntry, follows: HourEntry, wanted: int, act: tuple[Actor, str, datetime]) -> HourEntry:
    difference = wanted - line.hours
    return _insert(line, act, source=EntrySource.ADJUST, hours=difference, posting=-follows.id)


def _take_back(adjusted: HourEntry, actor: Actor, why: str, now: datetime) -> None:
    _insert(
        adjusted, (actor, why, now),
        source=EntrySource.REVERSAL, hours=-adjusted.hours, posting=-adjusted.id, reverses=adjusted.id,
    )  # fmt: skip


def _insert(like: HourEntry, act: tuple[Actor, str, datetime], **columns: Any) -> HourEntry:
    """Write a line on the day and under the edition of the line that it is about."""
    actor, why, now = act
    made: HourEntry = HourEntry.create(
        member=like.member_id,
        branch=like.branch_id,
        year=like.year,
        day=like.day,
        stated=columns["hours"],
        credit_kind=like.credit_kind,
        session=like.session_id,
        reason=why,
        rule="R110",
        edition=like.edition,
        confirmed_by=actor.member_id,
        created_at=now,
        **columns,
    )
    return made
