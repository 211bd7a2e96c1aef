"""谁改过什么: the audit log read by the thing that was changed, in words (G15, R100).

Leaders read the trail of what they answer for, with the names of those who acted. A member reads the trail of
the own matters: what was done and when, and of others only in which capacity they did it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from models import AuditLog, Member, Organization, PointClaim, ShuxueReport
from models.terms import ClaimState, OrgKind, ReportState, Role
from services import access, acts, leading
from services.actor import Actor
from services.clock import civil_day
from services.errors import not_found
from services.members.sight import require_keeper
from services.offices import Via
from services.people import member_by_number
from services.points import claim_lists, judging
from services.shuxue import cycles, deciding
from services.study import sessions
from services.trail_details import Details
from services.trail_people import People

#: So many steps stand on one page.
PAGE = 50
_FARTHEST = 2_000
_ROLE_ACTS = ("role.given", "role.ended", "helper.appointed", "helper.dismissed")
#: What a branch says to a claim; the claim's own row holds the reason of the last of them.
_ANSWERS = (
    ClaimState.RETURNED, ClaimState.REFUSED, ClaimState.REFUSED_FINAL, ClaimState.POSTED, ClaimState.REVERSED,
)  # fmt: skip


class Kind(StrEnum):
    """What has a trail of its own."""

    SESSION = "session"
    MEMBER = "member"
    REPORT = "report"
    CLAIM = "claim"
    ROLES = "roles"


@dataclass(frozen=True)
class Step:
    """One change: when, by whom (a name with the role of that day, or words), what, why and the details."""

    at: datetime
    who: str
    what: str
    why: str | None
    details: tuple[str, ...]


@dataclass(frozen=True)
class Trail:
    """One page of a thing's trail, the newest step first; `more` says whether there is another page."""

    title: str
    steps: tuple[Step, ...]
    page: int
    more: bool


@dataclass(frozen=True)
class _Thing:
    """A thing whose trail is read.

    Attributes:
        title: what people call it.
        rows: the condition of its lines.
        path: where its organization stands in the tree, by which roles are told.
        owner: the member whose own matter it is.
        last_why: (actions, words): a reason that stands in the thing's own row, for the last of these acts.
    """

    title: str
    rows: Any
    path: str
    owner: int | None = None
    last_why: tuple[frozenset[str], str | None] = (frozenset(), None)


def of(actor: Actor, kind: str, subject: str, now: datetime, page: int = 1) -> Trail:
    """Return the trail of something that the actor answers for.

    Args:
        actor: who asks.
        kind: one of `Kind`.
        subject: the session's key, the member's number, `<round>/<number>` of a report, the claim's key, or
            the code of an organization for its roles.
        now: this moment.
        page: from 1 on.

    Raises:
        ServiceError: `not_found` for unknown things and for those of others alike, `own` for one's own
            report or claim, which has a page of its own.
    """
    if kind not in set(Kind):
        raise not_found("这条记录")
    return _read(_FOR_LEADERS[Kind(kind)](actor, subject, now), now, page, reader=None)


def of_own(member: Member, kind: str, subject: str, now: datetime, page: int = 1) -> Trail:
    """Return the trail of a member's own matter, without the names of others.

    Args:
        member: who asks.
        kind: MEMBER, REPORT or CLAIM.
        subject: the round's key of a report, the claim's key; anything for oneself.
        now: this moment.
        page: from 1 on.

    Raises:
        ServiceError: `not_found` for what is not the member's own.
    """
    if kind == Kind.MEMBER:
        thing = _of_person(member)
    elif kind == Kind.REPORT:
        thing = _of_report(member, subject)
    elif kind == Kind.CLAIM:
        claim = claim_lists.find(subject)
        if claim.member_id != member.id:
            raise not_found("这份申报")
        thing = _of_claim(claim)
    else:
        raise not_found("这条记录")
    return _read(thing, now, page, reader=member.id)


def _read(thing: _Thing, now: datetime, page: int, reader: int | None) -> Trail:
    page = min(max(page, 1), _FARTHEST)
    newest = (AuditLog.at.desc(), AuditLog.id.desc())
    rows = list(
        AuditLog.select().where(thing.rows).order_by(*newest).limit(PAGE + 1).offset((page - 1) * PAGE)
    )
    shown = rows[:PAGE]
    details = Details(shown, now, names=reader is None, subjects=thing.owner is None)
    people = People(shown, thing.path, thing.owner, reader)
    about = _last(thing) if page == 1 else None
    steps = tuple(
        Step(
            row.at, people.who(row), acts.words(row.action),
            row.reason or (thing.last_why[1] if row.id == about else None), details.of(row),
        )
        for row in shown
    )  # fmt: skip
    return Trail(thing.title, steps, page, len(rows) > PAGE)


def _last(thing: _Thing) -> int | None:
    """Return the line to which the reason in the thing's own row belongs: of several, the last one's."""
    if not thing.last_why[1]:
        return None
    row = (
        AuditLog.select(AuditLog.id)
        .where(thing.rows, AuditLog.action.in_(sorted(thing.last_why[0])))
        .order_by(AuditLog.at.desc(), AuditLog.id.desc())
        .first()
    )
    return None if row is None else int(row.id)


def _session(actor: Actor, subject: str, now: datetime) -> _Thing:
    session = sessions.find(subject)
    rights = access.session_rights(actor, session.organization.path, civil_day(now))
    if not rights.manage:
        raise not_found("这次学习")
    return _Thing(session.title, _lines("session", session.key), session.organization.path)


def _member(actor: Actor, subject: str, now: datetime) -> _Thing:
    member, sight = require_keeper(actor, subject, civil_day(now))
    thing = _of_person(member)
    if sight.inside:
        return thing
    # Whether somebody takes part in the points is the branch's to know (F01).
    unseen = AuditLog.action.not_in(["points.opted_in", "points.opted_out"])
    return _Thing(thing.title, thing.rows & unseen, thing.path, thing.owner)


def _report(actor: Actor, subject: str, now: datetime) -> _Thing:
    cycle, _, number = subject.partition("/")
    # Whoever may read what was handed in may read what became of it; a draft is nobody's but the member's.
    deciding.read(actor, cycle, number, now)
    return _of_report(member_by_number(number), cycle)


def _claim(actor: Actor, subject: str, now: datetime) -> _Thing:
    judging.look(actor, subject, now)
    return _of_claim(claim_lists.find(subject))


def _roles(actor: Actor, subject: str, now: datetime) -> _Thing:
    organization = leading.organization(actor, subject, civil_day(now))
    groups = Organization.select(Organization.code).where(
        Organization.parent == organization, Organization.kind == OrgKind.GROUP
    )
    codes = [organization.code, *(code for (code,) in groups.tuples())]
    # The detail of such a line is written in one way only, so that it can be asked for as it stands.
    offices = [{"organization": code, "role": str(role)} for code in codes for role in Role]
    details = [_json(office) for office in offices]
    details += [_json(office | {"via": str(via)}) for office in offices for via in Via]
    details += [_json({"organization": code}) for code in codes]
    named = (
        (AuditLog.subject_kind == "member")
        & AuditLog.action.in_(list(_ROLE_ACTS))
        & AuditLog.detail.in_(details)
    )
    handed = (AuditLog.subject_kind == "organization") & AuditLog.subject.in_(codes)
    handed &= AuditLog.action == "role.handed_over"
    return _Thing(f"{organization.name}的职务", named | handed, organization.path)


def _of_person(member: Member) -> _Thing:
    return _Thing(member.name, _lines("member", str(member.id)), member.branch.path, member.id)


def _of_report(member: Member, cycle_key: str) -> _Thing:
    cycle = cycles.find(cycle_key)
    report = ShuxueReport.get_or_none(ShuxueReport.cycle == cycle, ShuxueReport.member == member)
    if report is None:
        raise not_found("这份述学")
    why = report.reason if report.state is ReportState.RETURNED else None
    return _Thing(
        f"{member.name}：{cycle.title}", _lines("report", str(report.id)), member.branch.path, member.id,
        (frozenset({"report.returned"}), why),
    )  # fmt: skip


def _of_claim(claim: PointClaim) -> _Thing:
    said = {f"claim.{state.value.lower()}" for state in _ANSWERS}
    return _Thing(
        f"{claim.member.name}：{claim_lists.read(claim, claim.member).label}", _lines("claim", claim.key),
        claim.member.branch.path, claim.member_id, (frozenset(said), claim.reason),
    )  # fmt: skip


def _lines(kind: str, subject: str) -> Any:
    return (AuditLog.subject_kind == kind) & (AuditLog.subject == subject)


def _json(detail: dict[str, str]) -> str:
    return json.dumps(detail, ensure_ascii=False, sort_keys=True)


_FOR_LEADERS = {
    Kind.SESSION: _session, Kind.MEMBER: _member, Kind.REPORT: _report, Kind.CLAIM: _claim,
    Kind.ROLES: _roles,
}  # fmt: skip
