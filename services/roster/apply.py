"""Writing a plan: a handful of set statements, whatever the size of the file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from models import AuditLog, Exemption, Member, Mobility, Organization, RolePeriod, database
from models.terms import ExemptionKind, HostState
from services import rulebook
from services.actor import Actor
from services.clock import civil_day
from services.offices import Via
from services.policy.contacts import next_contact
from services.roster.plan import MemberPlan, Plan
from services.roster.snapshot import chunks, rows_in

#: Imports on PostgreSQL follow one another under this lock; SQLite has one writer anyway.
_LOCK = 7_302_041_921


def lock_imports() -> None:
    """Let no other import run until the transaction ends."""
    if database.obj.server:
        database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


def write_plan(plan: Plan, actor: Actor, now: datetime, *, whole: bool = True) -> None:
    """Write a plan inside the caller's transaction, with its audit lines.

    `whole` False leaves out the line of the import: one member was changed by hand.
    """
    if not plan.writes:
        return
    _write_organizations(plan)
    codes = {code: id_ for id_, code in Organization.select(Organization.id, Organization.code).tuples()}
    ids = _write_members(plan.members, codes)
    _write_roles(plan.members, codes, ids)
    _write_exemptions(plan.members, ids, now)
    _write_mobilities(plan.members, codes, ids, civil_day(now))
    _write_audit(plan, codes, ids, actor, now, whole=whole)


def _put(
    model: Any,
    fields: Sequence[Any],
    rows: Sequence[tuple[Any, ...]],
    *,
    key: Any = None,
    overwrite: Sequence[Any] = (),
) -> None:
    """Insert rows; where one with the same `key` exists, set its fields `overwrite` instead.

    peewee writes the statement for one row and the driver repeats it: several times faster than
    statements with thousands of values, and the memory stays small.
    """
    if not rows:
        return
    query = model.insert_many([rows[0]], fields=fields)
    if key is not None:
        query = query.on_conflict(conflict_target=[key], preserve=list(overwrite))
    statement, values = query.sql()
    ready = [tuple(field.db_value(value) for field, value in zip(fields, row, strict=True)) for row in rows]
    if tuple(values) != ready[0]:
        raise RuntimeError("peewee ordered the columns otherwise than asked")
    cursor = database.cursor()
    for piece in chunks(ready):
        cursor.executemany(statement, piece)


def _write_organizations(plan: Plan) -> None:
    if not plan.organizations:
        return
    table = Organization
    said = (table.name, table.sector, table.has_committee, table.exempt_from)
    fields = (table.code, table.kind, *said, table.path)
    plans = plan.organizations
    rows = [
        (each.code, each.kind, each.name, each.sector, each.has_committee, each.exempt_from, "")
        for each in plans
    ]
    _put(table, fields, rows, key=table.code, overwrite=said)
    _write_places({each.code: each.parent for each in plan.organizations})


def _write_places(parents: dict[str, str | None]) -> None:
    """Set parents and paths: of the changed organizations, and the paths of all that hang below them."""
    table = Organization
    own = (table.id, table.code, table.name, table.kind, table.sector, table.has_committee)
    fields = (*own, table.parent, table.path)
    stored = {row[0]: row for row in table.select(*fields).tuples()}
    ids = {row[1]: row[0] for row in stored.values()}
    above = {row[0]: row[6] for row in stored.values()}
    above |= {ids[code]: ids[parent] if parent else None for code, parent in parents.items()}
    placed = [(*row[:6], above[row[0]], _path(row[0], above)) for row in stored.values()]
    moved = [row for row in placed if row != stored[row[0]]]
    _put(table, fields, moved, key=table.id, overwrite=(table.parent, table.path))


def _path(id_: int | None, above: dict[int, int | None]) -> str:
    line: list[str] = []
    while id_ is not None:
        line.append(f"{id_}.")
        id_ = above[id_]
    return "".join(reversed(line))


def _write_members(plans: list[MemberPlan], codes: dict[str, int]) -> dict[str, int]:
    """Write the members' own fields and return the ids by number."""
    rows = []
    for plan in plans:
        person, stored = plan.person, plan.stored
        if stored is None or plan.fields:
            organizations = (codes[person.branch], codes[person.group] if person.group else None)
            active_from = person.joined_on if stored is None else stored.active_from
            rows.append((person.number, person.name, *organizations, *person[4:], active_from))
    table = Member
    own = (table.name, table.branch, table.group, table.phone, table.category, table.joined_on, table.full_on)
    _put(table, (table.number, *own, table.active_from), rows, key=table.number, overwrite=own)
    numbers = [plan.person.number for plan in plans]
    return dict(rows_in(table, ("number", "id"), table.number, numbers))


def _write_roles(plans: list[MemberPlan], codes: dict[str, int], ids: dict[str, int]) -> None:
    table = RolePeriod
    fields = (table.member, table.role, table.title, table.organization, table.starts, table.ends)
    changed = [row for plan in plans for row in plan.changes.roles]
    _put(table, (table.id, *fields), changed, key=table.id, overwrite=fields[4:])
    new = [
        (ids[plan.person.number], role, title, codes[organization], starts, None)
        for plan in plans
        for organization, role, title, starts in plan.changes.new_roles
    ]
    _put(table, fields, new)


def _write_exemptions(plans: list[MemberPlan], ids: dict[str, int], now: datetime) -> None:
    table = Exemption
    fields = (table.member, table.kind, table.starts, table.ends, table.decided_on)
    changed = [row for plan in plans for row in plan.changes.exemptions]
    _put(table, (table.id, *fields), changed, key=table.id, overwrite=(table.starts, table.ends))
    new = [
        (ids[plan.person.number], ExemptionKind.NOT_REQUIRED, starts, None, civil_day(now))
        for plan in plans
        for starts in plan.changes.new_exemptions
    ]
    _put(table, fields, new)


def _write_mobilities(
    plans: list[MemberPlan], codes: dict[str, int], ids: dict[str, int], today: date
) -> None:
    table = Mobility
    fields = (
        table.member,
        table.destination,
        table.home,
        table.since,
        table.until,
        table.abroad,
        table.host_state,
    )
    changed = [(*row[:3], codes[home], *row[4:]) for plan in plans for row, home in plan.changes.mobilities]
    _put(table, (table.id, *fields), changed, key=table.id, overwrite=fields[1:5])
    # The branch keeps in touch from the start, whichever way it learned that somebody is away (R34).
    every = rulebook.current().mobile(today).contact_every(abroad=False)
    new = [
        (
            ids[plan.person.number],
            destination,
            codes[plan.person.branch],
            since,
            None,
            next_contact(since, every, today),
            False,
            HostState.NONE,
        )
        for plan in plans
        for destination, since in plan.changes.new_mobilities
    ]
    _put(table, (*fields[:5], table.next_contact_due, *fields[5:]), new)


def _write_audit(
    plan: Plan, codes: dict[str, int], ids: dict[str, int], actor: Actor, now: datetime, *, whole: bool
) -> None:
    """One line for the import, one for each member it created or changed, and one for each office.

    They hold ids, codes, days and states only.
    """
    table, names = AuditLog, {id_: code for code, id_ in codes.items()}
    who = (table.at, table.actor_kind, table.actor)
    fields = (*who, table.action, table.subject_kind, table.subject, table.detail)
    head = (now, actor.kind, actor.member_id)
    counts = {
        "created": plan.created,
        "updated": plan.updated,
        "organizations_created": [codes[each.code] for each in plan.organizations if each.is_new],
        "organizations_updated": [codes[each.code] for each in plan.organizations if not each.is_new],
    }
    rows = [(*head, "roster.import", "roster", "", _json(counts))] if whole else []
    for each in plan.members:
        action = "roster.member.create" if each.stored is None else "roster.member.update"
        subject = ("member", str(ids[each.person.number]))
        rows.append((*head, action, *subject, _json(_detail(each, codes))))
        rows += [(*head, act, *subject, _json(said)) for act, said in _offices(each, names, civil_day(now))]
    _put(table, fields, rows)


def _offices(plan: MemberPlan, names: dict[int, str], today: date) -> list[tuple[str, dict[str, str]]]:
    """Return a line for each office that the file ends or gives, as the page of roles would write it."""
    ended = [
        (row.role, names[row.organization])
        for row in plan.changes.roles
        if row.ends is not None and row.ends < today
    ]
    given = [(role, code) for code, role, _title, _starts in plan.changes.new_roles]
    return [
        (act, {"role": str(role), "organization": code, "via": str(Via.IMPORT)})
        for act, offices in (("role.ended", ended), ("role.given", given))
        for role, code in offices
    ]


def _detail(plan: MemberPlan, codes: dict[str, int]) -> dict[str, Any]:
    detail: dict[str, Any] = {"changed": plan.fields + plan.changes.names()}
    if plan.stored is not None and "branch" in plan.fields:
        detail["branch"] = [plan.stored.branch, codes[plan.person.branch]]
    ended = {
        "roles_ended": [row.id for row in plan.changes.roles if row.ends],
        "exemptions_ended": [row.id for row in plan.changes.exemptions if row.ends],
        "mobilities_ended": [row.id for row, _ in plan.changes.mobilities if row.until],
    }
    return detail | {name: ids for name, ids in ended.items() if ids}


def _json(detail: dict[str, Any]) -> str:
    return json.dumps(detail, ensure_ascii=False, sort_keys=True)
