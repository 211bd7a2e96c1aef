"""A member from outside: a new row of the roster, and the hours brought along as a figure (R10, R11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from models import Member, Organization
from models.terms import ExternalKind, OrgKind
from services import audit, deciders
from services.absence import externals
from services.absence.externals import Elsewhere
from services.access import ABOVE, LEADING, prefixes
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, invalid, not_found
from services.members.edits import HEADERS, SINCE, FieldFaults, day_of
from services.members.sight import find
from services.roster import cells
from services.roster.apply import lock_imports
from services.roster.single import write_row
from services.study import places_ahead
from services.transaction import transaction


@dataclass(frozen=True)
class Brought:
    """The hours of this year that somebody brings along, and from where; None: none."""

    org_name: str
    hours: Decimal


def branches(actor: Actor, now: datetime) -> list[tuple[str, str]]:
    """Return (code, name) of the branches that an actor may add members to, by name."""
    reach = prefixes(actor, LEADING | ABOVE, civil_day(now))
    query = (
        Organization.select(Organization.code, Organization.name, Organization.path)
        .where(Organization.kind == OrgKind.BRANCH)
        .order_by(Organization.name, Organization.code)
    )
    return [(code, name) for code, name, path in query.tuples() if reach and path.startswith(reach)]


def enter(
    actor: Actor, code: str, typed: Mapping[str, str], brought: Brought | None, now: datetime
) -> Member:
    """Add a member to a branch.

    The required hours of the year begin with the month of coming (R10); what is brought along counts as
    well, as a study of its own that the member can see (R11).

    Raises:
        FieldFaults: fields that cannot be used; nothing was written then.
        ServiceError: `not_found` for a branch beyond reach, `taken` for a number that is somebody's, and as
            `externals.state` for the hours.
    """
    today = civil_day(now)
    with transaction():
        branch = _branch(actor, code, now)
        since = day_of(SINCE, typed.get(SINCE, ""), today)
        # As the roster reads it: ０１ means 01, and whoever has that number has it in either dress.
        number = cells.half_width(typed.get("编号", "")[:64])
        # Of two presses at once the second has to see that the number is taken, or it would enter the hours
        # brought along once more.
        lock_imports()
        _refuse_taken(number)
        row = {"编号": number, "支部代码": branch.code}
        row |= {header: typed.get(header, "")[:200] for header in HEADERS}
        faults = write_row(row, actor, now)
        if faults:
            raise FieldFaults({each.column: each.reason for each in faults})
        member = find(number)
        Member.update(active_from=since).where(Member.id == member.id).execute()
        audit.record(actor, now, "member.entered", "member", member.id, since=since.isoformat())
        places_ahead.settle([number], now)
        if brought is not None:
            _state(actor, find(number), brought, now)
    return find(number)


def _branch(actor: Actor, code: str, now: datetime) -> Organization:
    reach = prefixes(actor, LEADING | ABOVE, civil_day(now))
    branch = Organization.get_or_none(Organization.code == code) if code.isprintable() else None
    if branch is None or not reach or not branch.path.startswith(reach):
        raise not_found("这个党支部", "请核对代码。")
    if branch.kind is not OrgKind.BRANCH:
        raise invalid("branch", f"{branch.name}不是党支部。", "请选一个党支部。")
    return branch


def _refuse_taken(number: str) -> None:
    if number.isprintable() and Member.select().where(Member.number == number).exists():
        raise FieldFaults({"编号": "这个编号已经有人了；同一系统里转来的同志，请原支部发起转接，不用新建"})


def _state(actor: Actor, member: Member, brought: Brought, now: datetime) -> None:
    if not deciders.desk(actor, civil_day(now)).reaches(member):
        raise ServiceError(
            "brought", "转入前的学时由支部书记、支委来登记。", "请把学时留空，再请支部登记。", kind="invalid"
        )
    study = Elsewhere(
        kind=ExternalKind.TRANSFER,
        org_name=brought.org_name,
        title="转入前的学时",
        day=civil_day(now),
        hours=brought.hours,
    )
    externals.state(actor, member.number, study, now)
