"""Checking in: whatever carried the scan, this one function decides (R20–R28).

The chat, the page and the menu's scanner all come here with the account, the proof they read and the
moment of the scan; nobody else marks a member as having come by their own hand (R27).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from models import ExternalStudy, PendingScan
from models.terms import AttendanceSource, AttendanceStatus, CreditKind, DueScope, ExternalState, SessionState
from services import hours, records, rulebook
from services.arrival.codes import Proof
from services.clock import civil_day, moment, seconds
from services.errors import ServiceError
from services.keys import new_key
from services.policy import window
from services.policy.rates import THERE
from services.transaction import transaction


class Outcome(Enum):
    """What became of a scan; all of them are good news or a next step, never a fault."""

    SIGNED = "signed"
    ALREADY = "already"
    GUEST = "guest"
    WAITING = "waiting"


@dataclass(frozen=True)
class CheckIn:
    """A scan's result, for an edge to put into words.

    Amounts are hundredths of an hour, `at` is seconds since 1970; `required` and `credited` are of
    the calendar year of `at`, and `required` is None for a member who is not required.
    """

    outcome: Outcome
    session_key: str
    title: str
    kind: str
    at: int
    credit: int
    status: str = ""
    credited: int = 0
    required: int | None = None
    branch_name: str = ""
    waiting_minutes: int = 0

    @property
    def lacking(self) -> int | None:
        """Return what is still missing in the year, None when nothing is required."""
        return None if self.required is None else max(self.required - self.credited, 0)


_ASK_HELP = "也可以请支部书记或党小组长帮您点名，一样计学时。"


def arrive(openid: str, proof: Proof, at: datetime, now: datetime) -> CheckIn:  # noqa: ARG001
    """Check the owner of an account in, or keep the scan until the account is bound (R26).

    Args:
        openid: the account that scanned.
        proof: what the scan carried (`services/arrival/codes.py`).
        at: the moment of the scan.
        now: this moment.

    Raises:
        ServiceError: too early, ended, cancelled, a stale or foreign code, not on the list.
    """
    with transaction():
        row = None if proof.fault == "forged" else records.scan(openid, proof.key, civil_day(at).year)
        if row is None:
            raise ServiceError("wrong_code", "这不是本次学习的签到码。", "请扫会场屏幕上的码。" + _ASK_HELP)
        if proof.fault == "stale" and row.place.status not in THERE:
            # A door that is shut says so itself; only where it is open does the new code help.
            _status_at(row.place, seconds(at))
            raise ServiceError(
                "stale_code", "这个码已更新，", "请扫屏幕上的新码，或直接发屏幕上的 6 位数字。"
            )
        if row.member is None:
            return _keep_scan(openid, row.place, proof, at)
        return _sign(row, row.member, proof, seconds(at))


def _sign(row: records.ScanRow, member: records.MemberRow, proof: Proof, at: int) -> CheckIn:
    place = row.place
    if place.status in THERE:
        return _result(Outcome.ALREADY, row, member, place.at or at, place.status or "")
    status = _status_at(place, at)
    if place.attendance_id is not None:
        mine = records.sign(place.attendance_id, status, _source(proof), at)
    elif _in_scope(member, place):
        due = not (row.special and records.exempt_on(member.id, moment(place.starts_at).date().isoformat()))
        mine = records.sign_unlisted(place, member.id, status, _source(proof), at, due=due)
    else:
        return _welcome_guest(row, member, at)
    if not mine:
        first = records.first_sign(place.id, member.id)
        return _result(Outcome.ALREADY, row, member, first[1] or at, first[0])
    return _result(Outcome.SIGNED, row, member, at, status)


def _source(proof: Proof) -> str:
    return AttendanceSource.QR if proof.source == "QR" else AttendanceSource.CODE


def _status_at(place: records.PlaceRow, at: int) -> AttendanceStatus:
    """Judge the moment by the session's state and window.

    Raises:
        ServiceError: with the words of PAGES for each shut door.
    """
    rules = rulebook.current().checkin(moment(place.starts_at).date())
    if place.state == SessionState.CANCELLED:
        raise ServiceError("cancelled", f"「{place.title}」已取消，不用签到。", "新的安排请看支部通知。")
    door = window.window_of(place.starts_at, rules.open_before, rules.on_time, rules.late_until)
    arrival = window.arrival_at(door, at)
    if place.state == SessionState.DRAFT:
        raise ServiceError("wrong_code", "这次学习还没有发布。", "请等支部通知后再签到。")
    if arrival is window.Arrival.TOO_EARLY:
        raise ServiceError("too_early", f"签到 {_spoken(door.opens, at)} 开始，", "到时再扫一次就好。")
    # A scan that the chair's word overtook on its way counts as what it was: in time.
    ajar = place.closed_at is None or at < place.closed_at
    if place.state == SessionState.PUBLISHED and ajar and arrival in window.STATUS_OF:
        return window.STATUS_OF[arrival]
    raise ServiceError(
        "ended",
        f"「{place.title}」的签到已结束。",
        "您到场了的话，请支部书记或党小组长帮您点名，一样计学时。",
    )


def _spoken(at: int, now: int) -> str:
    """Say a moment as people do: the clock time today, with the day otherwise."""
    then = moment(at)
    if then.date() == moment(now).date():
        return f"{then:%H:%M}"
    return f"{then.month}月{then.day}日 {then:%H:%M}"


def _in_scope(member: records.MemberRow, place: records.PlaceRow) -> bool:
    """Whether a member without a place belongs to those due: who joined the branch after publishing."""
    day = moment(place.starts_at).date().isoformat()
    if member.active_from > day or (member.active_to is not None and member.active_to < day):
        return False
    return place.due_scope in {DueScope.ALL, DueScope.GROUP} and (
        member.branch_path.startswith(place.organization_path) or member.group_id == place.organization_id
    )


def _welcome_guest(row: records.ScanRow, member: records.MemberRow, at: int) -> CheckIn:
    """Propose the hours to the guest's home branch (R26, R34); a second scan finds the proposal."""
    place = row.place
    if member.branch_path.startswith(place.organization_path) or place.organization_path.startswith(
        member.branch_path
    ):
        raise ServiceError(
            "not_due",
            f"「{place.title}」的应到名单里没有您。",
            "您参加了的话，请支部书记把您加进来，一样计学时。",
        )
    counts = place.credit_kind != CreditKind.NONE
    ExternalStudy.insert(
        key=new_key(),
        member=member.id,
        branch=member.branch_id,
        session=place.id,
        org_name=place.organization_name,
        title=place.title,
        day=moment(place.starts_at).date(),
        hours=place.credit if counts else 0,
        credit_kind=place.credit_kind,
        state=ExternalState.PROPOSED,
        scanned_at=at,
    ).on_conflict_ignore().execute()
    return _result(Outcome.GUEST, row, member, at, "")


def _keep_scan(openid: str, place: records.PlaceRow, proof: Proof, at: datetime) -> CheckIn:
    """Keep the scan of an unbound account; the door must have been open at that moment."""
    _status_at(place, seconds(at))
    rules = rulebook.current().checkin(civil_day(at))
    # The first scan counts, unless it has waited too long already: then this one starts the wait anew.
    waited = timedelta(minutes=rules.pending_scan_minutes)
    PendingScan.delete().where(
        PendingScan.openid == openid, PendingScan.session == place.id, PendingScan.at < at - waited
    ).execute()
    PendingScan.insert(
        openid=openid, session=place.id, source=proof.source, at=at
    ).on_conflict_ignore().execute()
    return CheckIn(
        Outcome.WAITING,
        place.key,
        place.title,
        place.kind,
        seconds(at),
        place.credit,
        waiting_minutes=rules.pending_scan_minutes,
    )


def _result(
    outcome: Outcome, row: records.ScanRow, member: records.MemberRow, at: int, status: str
) -> CheckIn:
    day = moment(at).date()
    place = row.place
    return CheckIn(
        outcome,
        place.key,
        place.title,
        place.kind,
        at,
        place.credit,
        status,
        row.credited,
        hours.required_of(
            member.id, member.active_from, member.active_to, day.year, day, special=row.special
        ),
        member.branch_name,
    )
