"""Roll calls that a device kept while there was no network: each entry once, at its true time (R24, R112).

A device numbers its entries itself (`nonce`), so that sending twice is once and an answer that was lost may
be asked for again. What several devices say of one member comes to the same in whatever order it arrives
(`services/policy/roll.py`). Whatever cannot be written is refused with words and stays on the device; it may
be sent again when what stood in the way is gone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models import Attendance, Member, RollEntry, StudySession
from models.terms import AttendanceStatus, RollOutcome, SessionState
from services import audit
from services.access import members_within, session_rights
from services.actor import Actor
from services.clock import civil_day, moment, seconds
from services.errors import ServiceError, invalid, not_found
from services.policy.roll import Call, Word
from services.roll import marking
from services.roll.joining import UNDECIDED, joined
from services.roll.marking import Mark
from services.study import agenda, sessions
from services.transaction import transaction

#: A page keeps no more people than this, so that it sends no more at once (RELIABILITY part 3).
MOST = 100
#: A device's clock counts as right within this; the platform's own clock is judged alike (WECHAT part 4).
TOLERANCE = timedelta(seconds=120)
#: An entry that is being taken came after all that were.
_NEWEST = 2**62
_NONCE = re.compile(r"[0-9A-Za-z-]{16,36}")
_LONGEST_NUMBER = 32
_REOPEN = "这次学习已确认，这一条还没有记上。"
_REOPEN_HINT = "请上级党务干部退回重核，再回到这一页，会自动补传。"


@dataclass(frozen=True)
class Entry:
    """What a device kept: its own number of it, whom, what was seen, and when by its clock."""

    nonce: str
    number: str
    status: AttendanceStatus
    half: int | None
    at: datetime


@dataclass(frozen=True)
class Outcome:
    """What became of an entry: where the member stands now, and words when there is something to say."""

    nonce: str
    outcome: RollOutcome
    status: AttendanceStatus | None = None
    at: datetime | None = None
    words: str = ""


def take(
    actor: Actor, session_key: str, entries: Sequence[Entry], now: datetime, sent: datetime | None = None
) -> tuple[Outcome, ...]:
    """Write down what a device kept, each entry once, and say of each what became of it, in their order.

    A time before the door opened, or in the future, cannot be: it becomes the moment of arrival, and the
    outcome says so. A clock that runs wrong is set right by `sent`.

    Args:
        actor: who called the roll.
        session_key: the session.
        entries: at most `MOST` of them.
        now: this moment.
        sent: the moment of sending by the device's clock, None when it did not say.

    Raises:
        ServiceError: `invalid` for what no page of ours sends, `not_found` for a session out of reach;
            everything else is said entry by entry.
    """
    _check(entries)
    with transaction():
        session = sessions.find_to_change(session_key)
        rights = session_rights(actor, session.organization.path, civil_day(now))
        if not rights.prefixes:
            raise not_found("这次学习")
        members = members_within(rights, [entry.number for entry in entries], session)
        kept = {row.nonce: row for row in RollEntry.select().where(RollEntry.nonce.in_(_nonces(entries)))}
        desk = _Desk(actor, session, sessions.state_of(session, now), now, _skew(sent, now))
        outcomes = tuple(
            desk.take(entry, members.get(entry.number), kept.get(entry.nonce)) for entry in entries
        )
        for status, ids in desk.changed.items():
            audit.record(
                actor, now, "session.called", "session", session.key, status=status, members=sorted(ids)
            )
    return outcomes


class _Desk:
    """Takes the entries of one batch one by one, within its transaction."""

    def __init__(
        self, actor: Actor, session: StudySession, state: SessionState, now: datetime, skew: timedelta
    ) -> None:
        self.actor, self.session, self.state, self.now, self.skew = actor, session, state, now, skew
        self.opens = moment(agenda.door(session).opens)
        self.changed: dict[AttendanceStatus, set[int]] = {}
        self._done: dict[str, Outcome] = {}

    def take(self, entry: Entry, member: Member | None, kept: RollEntry | None) -> Outcome:
        """Take one entry."""
        if entry.nonce in self._done:
            return self._done[entry.nonce]
        done = self._taken(entry, member, kept)
        self._done[entry.nonce] = done
        return done

    def _taken(self, entry: Entry, member: Member | None, kept: RollEntry | None) -> Outcome:
        if kept is not None and not self._own(kept, entry, member):
            return Outcome(entry.nonce, RollOutcome.REFUSED, words="这一条没有看懂，请重新点一次。")
        if kept is not None and kept.outcome is not RollOutcome.REFUSED:
            return self._standing(entry.nonce, kept.outcome, kept.member_id)
        if member is None:
            return Outcome(
                entry.nonce, RollOutcome.REFUSED, words="名单里没有这位同志，只能点自己支部（小组）的党员。"
            )
        at, said = self._moment(entry)
        mark = Mark(entry.status, at, half=entry.half)
        try:
            marking.require_callable(self.session, self.state, mark)
        except ServiceError as refusal:
            self._keep(entry, at, member, kept, RollOutcome.REFUSED)
            return Outcome(entry.nonce, RollOutcome.REFUSED, words=_words(refusal))
        outcome = self._merge(entry, at, member.id)
        self._keep(entry, at, member, kept, outcome)
        standing = self._standing(entry.nonce, outcome, member.id)
        return replace(standing, words=said or self._others_word(entry, standing))

    def _own(self, kept: RollEntry, entry: Entry, member: Member | None) -> bool:
        """Whether what was kept under a nonce is this very entry, or one whose answer stands already."""
        if kept.session_id != self.session.id or kept.by_id != self.actor.member_id:
            return False
        same = member is not None and (kept.member_id, kept.status) == (member.id, entry.status)
        return bool(same or member is None or kept.outcome is not RollOutcome.REFUSED)

    def _moment(self, entry: Entry) -> tuple[datetime, str]:
        """Return the entry's true time, and words when it cannot be that one."""
        at = entry.at + self.skew
        called_there = entry.status not in marking.BEFORE_START
        if at > self.now + TOLERANCE or (called_there and at < self.opens):
            return self.now, "手机上的时间不对，按收到的时间记。"
        return at, ""

    def _merge(self, entry: Entry, at: datetime, member_id: int) -> RollOutcome:
        """Join the entry with what is known of the member; KNOWN when that says as much already."""
        mine = Call(self.actor.member_id, seconds(at), _NEWEST, entry.status, entry.half)
        found = joined(self.session, member_id, mine)
        if found.changes:
            self._put(member_id, found.word)
        return RollOutcome.KNOWN if found.known else RollOutcome.TAKEN

    def _put(self, member_id: int, word: Word) -> None:
        at = moment(word.at) if word.at is not None else self.now
        marking.put(self.session, member_id, Mark(word.status, at, half=word.half), self.actor, word.by)
        for ids in self.changed.values():
            ids.discard(member_id)
        self.changed.setdefault(word.status, set()).add(member_id)

    def _keep(
        self, entry: Entry, at: datetime, member: Member, kept: RollEntry | None, outcome: RollOutcome
    ) -> None:
        """Write the entry down; one that was refused before gets its new outcome and its first true time."""
        if kept is not None:
            RollEntry.update(outcome=outcome, received_at=self.now, at=at).where(
                RollEntry.id == kept.id
            ).execute()
            return
        half = entry.half if entry.half in {1, 2} else None
        RollEntry.insert(
            nonce=entry.nonce,
            branch=self.session.organization_id,
            session=self.session.id,
            member=member.id,
            status=entry.status,
            half=half,
            at=at,
            received_at=self.now,
            by=self.actor.member_id,
            outcome=outcome,
        ).on_conflict_ignore().execute()

    def _standing(self, nonce: str, outcome: RollOutcome, member_id: int) -> Outcome:
        place = Attendance.get_or_none(Attendance.session == self.session, Attendance.member == member_id)
        if place is None:
            return Outcome(nonce, outcome)
        return Outcome(nonce, outcome, place.status, place.at)

    def _others_word(self, entry: Entry, standing: Outcome) -> str:
        """Say it when somebody else's word stands in spite of this one."""
        if standing.outcome is not RollOutcome.KNOWN or standing.status is None:
            return ""
        if standing.status is entry.status or {standing.status, entry.status} <= UNDECIDED:
            return ""
        return f"别处已经登记为{standing.status.label}，没有改动。"


def _check(entries: Sequence[Entry]) -> None:
    """Refuse what no page of ours sends before a database sees it.

    Raises:
        ServiceError: `invalid`.
    """
    if len(entries) > MOST:
        raise invalid("entries", f"一次最多传 {MOST} 条。", "请分几次传。")
    for entry in entries:
        fits = _NONCE.fullmatch(entry.nonce) and entry.at.tzinfo is not None
        if not fits or not entry.number.isprintable() or not 0 < len(entry.number) <= _LONGEST_NUMBER:
            raise invalid("entries", "这一批点名没有看懂，什么都没有改。", "请刷新这一页再试。")


def _nonces(entries: Sequence[Entry]) -> list[str]:
    return [entry.nonce for entry in entries]


def _skew(sent: datetime | None, now: datetime) -> timedelta:
    """Return by how much a device's clock is to be set right; small differences are the way's."""
    if sent is None or abs(now - sent) <= TOLERANCE:
        return timedelta(0)
    return now - sent


def _words(refusal: ServiceError) -> str:
    if refusal.code == "confirmed":
        return _REOPEN + _REOPEN_HINT
    return f"{refusal.message}{refusal.hint}"
