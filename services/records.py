"""The check-in path's few statements, by plain names (PERFORMANCE part 3).

Everything else uses the models; here a check-in under load must cost some fifty microseconds, so the
statements are written out once, prepared by the driver, and run on a kept connection. Moments are
seconds since 1970, amounts hundredths of an hour, days ISO text.
"""

from __future__ import annotations

from typing import NamedTuple

from services.statement import for_share
from services.statement import run as _run


class MemberRow(NamedTuple):
    """A bound member and the branch that is theirs."""

    id: int
    number: str
    name: str
    branch_id: int
    group_id: int | None
    active_from: str
    active_to: str | None
    branch_path: str
    branch_name: str


class PlaceRow(NamedTuple):
    """A session, and one member's place in it (the last four are None without one)."""

    id: int
    key: str
    organization_id: int
    organization_path: str
    organization_name: str
    kind: str
    title: str
    starts_at: int
    ends_at: int
    state: str
    closed_at: int | None
    due_scope: str
    credit: int
    credit_kind: str
    attendance_id: int | None
    status: str | None
    source: str | None
    at: int | None


class ScanRow(NamedTuple):
    """All that a scan is judged by: whose it is (None: nobody's yet), the place, and the year so far.

    `special` says whether role periods or exemptions bear on the required hours.
    """

    member: MemberRow | None
    place: PlaceRow
    credited: int
    special: bool


_SESSION = (
    "s.id, s.key, s.organization_id, o.path, o.name, s.kind, s.title, s.starts_at, s.ends_at,"
    " s.state, s.closed_at, s.due_scope, s.credit, s.credit_kind, a.id, a.status, a.source, a.at"
)
_MEMBER = "m.id, m.number, m.name, m.branch_id, m.group_id, m.active_from, m.active_to, b.path, b.name"
_SCAN = (
    f"SELECT {_MEMBER}, {_SESSION},"  # noqa: S608 - put together from the lists above
    " COALESCE((SELECT SUM(h.hours) FROM hour_entry h WHERE h.member_id = m.id AND h.year = ?), 0),"
    " EXISTS (SELECT 1 FROM role_period r WHERE r.member_id = m.id)"
    " OR EXISTS (SELECT 1 FROM exemption x WHERE x.member_id = m.id)"
    " FROM study_session s JOIN organization o ON o.id = s.organization_id"
    " LEFT JOIN wechat_binding w ON w.openid = ? AND w.unbound_at IS NULL"
    " LEFT JOIN member m ON m.id = w.member_id LEFT JOIN organization b ON b.id = m.branch_id"
    " LEFT JOIN attendance a ON a.session_id = s.id AND a.member_id = m.id"
    " AND a.branch_id = s.organization_id"
    " WHERE s.key = ?"
)
_OWNER = (
    f"SELECT {_MEMBER} FROM wechat_binding w JOIN member m ON m.id = w.member_id"  # noqa: S608 - as above
    " JOIN organization b ON b.id = m.branch_id WHERE w.openid = ? AND w.unbound_at IS NULL"
)
_WIDTH = len(MemberRow._fields)


def keep_reply(key: str, at: int, reply: str) -> bool:
    """Keep a push's key and answer; False when it is there already.

    PostgreSQL waits here for a parallel copy.
    """
    cursor = _run(
        "INSERT INTO inbound_message (key, at, reply) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (key, at, reply),
    )
    return bool(cursor.rowcount == 1)


def kept_reply(key: str) -> str:
    """Return the kept answer, "" when there is none."""
    row = _run("SELECT reply FROM inbound_message WHERE key = ?", (key,)).fetchone()
    return (row[0] or "") if row else ""


def member_of_openid(openid: str) -> MemberRow | None:
    """Return the member whose account this is."""
    row = _run(_OWNER, (openid,)).fetchone()
    return MemberRow._make(row) if row else None


def scan(openid: str, session_key: str, year: int) -> ScanRow | None:
    """Return what a scan of a session by an account is judged by; None when there is no such session."""
    # A confirmation of the session waits for this scan, or this scan for the confirmation.
    row = _run(for_share(_SCAN, "s"), (year, openid, session_key)).fetchone()
    if row is None:
        return None
    member = MemberRow._make(row[:_WIDTH]) if row[0] is not None else None
    return ScanRow(member, PlaceRow._make(row[_WIDTH:-2]), row[-2], bool(row[-1]))


def sign(attendance_id: int, status: str, source: str, at: int) -> bool:
    """Mark a place as taken; False when somebody was faster, so that the first time stands.

    Whom the roll call missed (ABSENT, before the confirmation) may still come and scan.
    """
    cursor = _run(
        "UPDATE attendance SET status = ?, source = ?, at = ?"
        " WHERE id = ? AND status IN ('EXPECTED', 'LEAVE', 'EXEMPT', 'ABSENT')",
        (status, source, at, attendance_id),
    )
    return bool(cursor.rowcount == 1)


def sign_unlisted(
    place_row: PlaceRow, member_id: int, status: str, source: str, at: int, *, due: bool
) -> bool:
    """Take a place that was not laid out beforehand (a member who joined after publishing)."""
    cursor = _run(
        "INSERT INTO attendance (branch_id, session_id, member_id, status, due, source, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (place_row.organization_id, place_row.id, member_id, status, due, source, at),
    )
    return bool(cursor.rowcount == 1)


def first_sign(session_id: int, member_id: int) -> tuple[str, int | None]:
    """Return the status and moment that stand for a member who was signed in by a faster hand."""
    row = _run(
        "SELECT status, at FROM attendance WHERE session_id = ? AND member_id = ?", (session_id, member_id)
    ).fetchone()
    return row[0], row[1]


def standing_rows(member_id: int) -> list[tuple[str, str, str, str | None]]:
    """Return ("role" or "exemption", word, starts, ends) rows of a member, for the required hours."""
    rows = _run(
        "SELECT 'role', role, starts, ends FROM role_period WHERE member_id = ?"
        " UNION ALL SELECT 'exemption', kind, starts, ends FROM exemption WHERE member_id = ?",
        (member_id, member_id),
    ).fetchall()
    return [tuple(row) for row in rows]


def year_rows(member_id: int, year: int) -> tuple[list[tuple[str, str, str, str | None]], int]:
    """Return (`standing_rows`, hundredths of an hour in the ledger of the year) in one statement (R110)."""
    rows = _run(
        "SELECT 'role', role, starts, ends, 0 FROM role_period WHERE member_id = ?"
        " UNION ALL SELECT 'exemption', kind, starts, ends, 0 FROM exemption WHERE member_id = ?"
        " UNION ALL SELECT 'credited', '', '', NULL, COALESCE(SUM(hours), 0) FROM hour_entry"
        " WHERE member_id = ? AND year = ?",
        (member_id, member_id, member_id, year),
    ).fetchall()
    standing = [(kind, word, starts, ends) for kind, word, starts, ends, _ in rows if kind != "credited"]
    return standing, int(next(row[4] for row in rows if row[0] == "credited"))


def exempt_on(member_id: int, day: str) -> bool:
    """Whether an exemption of a member is in force on a day."""
    row = _run(
        "SELECT 1 FROM exemption WHERE member_id = ? AND starts <= ? AND (ends IS NULL OR ends >= ?)",
        (member_id, day, day),
    ).fetchone()
    return row is not None


def sessions_near(at: int, before: int, after: int) -> list[tuple[str, str]]:
    """Return (key, path of the organization) of the sessions whose door is or was open around a moment.

    `before` and `after` are seconds; an hour more on both sides lets a person who types early or
    late hear that, instead of hearing that the digits are wrong.
    """
    rows = _run(
        "SELECT s.key, o.path FROM study_session s JOIN organization o ON o.id = s.organization_id"
        " WHERE s.starts_at BETWEEN ? AND ? AND s.state <> 'DRAFT'",
        (at - after - 3600, at + before + 3600),
    ).fetchall()
    return [(row[0], row[1]) for row in rows]
