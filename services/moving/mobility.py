"""流动党员: going out, contacts, and coming back, as the home branch keeps it (R33, R34).

The home branch stays the member's own. Nothing is demanded of somebody who is away: the branch gets in touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from models import ContactLog, Member, Mobility
from models.terms import HostState
from services import audit, periods, rulebook
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, invalid
from services.members.sight import hold_kept
from services.moving import branches
from services.policy.contacts import long_away, next_contact
from services.roster.cells import EARLIEST
from services.transaction import transaction
from services.words import words_for, words_or_none

#: No list is longer than this (RELIABILITY part 3).
PAGE = 100


@dataclass(frozen=True)
class Trip:
    """Where somebody goes: the place, since when, abroad or not, who to ask there, which branch is asked."""

    destination: str
    since: date
    abroad: bool = False
    contact_person: str = ""
    host: str = ""


@dataclass(frozen=True)
class Contact:
    """One contact: the day, what was said of it, who made it."""

    day: date
    words: str | None
    by: str | None


@dataclass(frozen=True)
class Away:
    """A stay elsewhere as the home branch sees it.

    `long` says that it has lasted so long that transferring the relation is worth a talk (R33); `overdue`
    that the day of the next contact has gone by.
    """

    id: int
    destination: str
    since: date
    until: date | None
    abroad: bool
    contact_person: str | None
    host: str | None
    host_state: HostState
    next_contact: date | None
    overdue: bool
    long: bool
    contacts: tuple[Contact, ...]

    @property
    def asks_host(self) -> bool:
        """Whether a branch may be asked: none was so far, or the one that was has said no."""
        return self.host_state not in {HostState.ASKED, HostState.ACCEPTED}


def go_out(actor: Actor, number: str, trip: Trip, now: datetime) -> int:
    """Enter that a member is away; a host branch within the service is asked to look after them.

    Raises:
        ServiceError: `not_found` beyond reach, `away` while another stay runs, `destination`, `since`,
            `contact_person`, `host`.
    """
    today = civil_day(now)
    with transaction():
        member, _ = hold_kept(actor, number, today)
        values = _columns(member, trip, today)
        if _running(member, today) is not None:
            raise ServiceError("away", f"{member.name}同志已登记在外。", "先登记回来，再登记新的去向。")
        if Mobility.select().where(Mobility.member == member, Mobility.since == trip.since).exists():
            raise invalid("since", "同一天已登记过一次外出。", "请核对日期。")
        every = rulebook.current().mobile(today).contact_every(abroad=trip.abroad)
        row = Mobility.create(
            member=member,
            home=member.branch_id,
            next_contact_due=next_contact(trip.since, every, today),
            **values,
        )
        audit.record(
            actor,
            now,
            "mobility.out",
            "member",
            member.id,
            mobility=row.id,
            host=row.host_id,
            abroad=row.abroad,
        )
    return int(row.id)


def come_back(actor: Actor, number: str, day: date, now: datetime) -> None:
    """Enter that a member is back; the record of the stay and its contacts remains.

    A stay that would begin later or began today never was, unless somebody got in touch: it is taken back
    whole, so that a day that was typed wrongly can be entered anew.

    Raises:
        ServiceError: `not_found` beyond reach, `nothing` for somebody who is not away, `day`.
    """
    today = civil_day(now)
    with transaction():
        member, _ = hold_kept(actor, number, today)
        row = _require_running(member, today)
        if not min(row.since, today) <= day <= today:
            raise invalid("day", "日期不对。", "请填外出以后、今天或以前的日子。")
        _end(row, day, today)
        audit.record(actor, now, "mobility.back", "member", member.id, mobility=row.id, day=day.isoformat())


def ask_host(actor: Actor, number: str, code: str, now: datetime) -> None:
    """Ask another branch to look after somebody who is away, since none was asked or the one said no.

    Raises:
        ServiceError: `not_found` beyond reach, `nothing` for somebody who is not away, `host` for what is no
            other branch, `hosted` while a branch is asked or has taken them.
    """
    with transaction():
        member, _ = hold_kept(actor, number, civil_day(now))
        row = _require_running(member, civil_day(now))
        host = branches.other(member, code)
        if host is None:
            raise invalid("host", "还没有选请哪个支部接收。", "请选另一个党支部。")
        if row.host_state in {HostState.ASKED, HostState.ACCEPTED}:
            if row.host_id == host.id:
                return
            raise ServiceError("hosted", f"已经请了{row.host.name}。", "对方不接收的话，再请别的支部。")
        Mobility.update(host=host, host_state=HostState.ASKED, host_by=None, host_at=None).where(
            Mobility.id == row.id
        ).execute()
        audit.record(actor, now, "mobility.host_asked", "member", member.id, mobility=row.id, host=host.id)


def contacted(actor: Actor, number: str, day: date, words: str, now: datetime) -> None:
    """Write down a contact; the next one is due so many months after it (R34).

    Raises:
        ServiceError: `not_found` beyond reach, `nothing` for somebody who is not away, `day`, `text`.
    """
    today = civil_day(now)
    said = words_or_none(words, 200, "联系情况")
    with transaction():
        member, _ = hold_kept(actor, number, today)
        row = _require_running(member, today)
        if not row.since <= day <= today:
            raise invalid("day", "日期不对。", "请填外出以后、今天或以前的日子。")
        ContactLog.create(mobility=row, day=day, words=said, by=actor.member_id, at=now)
        last = max(each.day for each in ContactLog.select().where(ContactLog.mobility == row))
        every = rulebook.current().mobile(today).contact_every(abroad=row.abroad)
        due = next_contact(last, every, today)
        Mobility.update(next_contact_due=due).where(Mobility.id == row.id).execute()
        audit.record(actor, now, "mobility.contacted", "member", member.id, mobility=row.id)


def of_member(member: Member, now: datetime) -> Away | None:
    """Return where a member is now, None for somebody at home."""
    today = civil_day(now)
    row = _running(member, today)
    if row is None:
        return None
    writer = Member.alias()
    log = (
        ContactLog.select(ContactLog.day, ContactLog.words, writer.name)
        .left_outer_join(writer, on=(ContactLog.by == writer.id))
        .where(ContactLog.mobility == row)
        .order_by(ContactLog.day.desc(), ContactLog.id.desc())
        .limit(PAGE)
    )
    due = row.next_contact_due
    return Away(
        id=row.id,
        destination=row.destination,
        since=row.since,
        until=row.until,
        abroad=row.abroad,
        contact_person=row.contact_person,
        host=row.host.name if row.host_id else None,
        host_state=row.host_state,
        next_contact=due,
        overdue=due is not None and due < today,
        long=long_away(row.since, rulebook.current().mobile(today).away_months, today),
        contacts=tuple(Contact(*each) for each in log.tuples()),
    )


def _columns(member: Member, trip: Trip, today: date) -> dict[str, Any]:
    if not max(member.joined_on or EARLIEST, EARLIEST) <= trip.since <= today + timedelta(days=366):
        raise invalid("since", "日期不对。", "请填入党以后、一年以内的日子。")
    person = trip.contact_person
    host = branches.other(member, trip.host)
    if trip.host and host is None:
        raise invalid("host", "流入地支部不对。", "请选另一个党支部，没有就留空。")
    return {
        "destination": words_for("destination", trip.destination, 50, "去向"),
        "since": trip.since,
        "abroad": trip.abroad,
        "contact_person": words_for("contact_person", person, 50, "联系人") if person.strip() else None,
        "host": host,
        "host_state": HostState.NONE if host is None else HostState.ASKED,
    }


def _end(row: Mobility, day: date, today: date) -> None:
    """End a stay, the day of return being a day at home already; or take back one that never was."""
    last = min(max(day - timedelta(days=1), row.since), today - timedelta(days=1))
    if last < row.since and not ContactLog.select().where(ContactLog.mobility == row).exists():
        row.delete_instance()
        return
    values: dict[str, Any] = {"until": last, "next_contact_due": None}
    if row.host_state in {HostState.ASKED, HostState.ACCEPTED}:
        values["host_state"] = HostState.RETURNED
    Mobility.update(**values).where(Mobility.id == row.id).execute()


def elsewhere(today: date) -> Any:
    """Return the condition that a stay elsewhere is not over on a day."""
    return periods.not_over(Mobility.until, today)


def _running(member: Member, today: date) -> Mobility | None:
    found: Mobility | None = (
        Mobility.select()
        .where(Mobility.member == member, elsewhere(today))
        .order_by(Mobility.since.desc())
        .first()
    )
    return found


def _require_running(member: Member, today: date) -> Mobility:
    row = _running(member, today)
    if row is None:
        raise ServiceError("nothing", f"{member.name}同志没有登记在外。", "先登记外出。")
    return row
