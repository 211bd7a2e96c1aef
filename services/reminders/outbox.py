"""Writing decisions into the outbox: set-based, each reminder once (G6, R94).

A chunk's rows go in together: copied beside the outbox and taken over in one statement on PostgreSQL, by one
prepared statement run over them on SQLite. What stands already is left as it is, so that of two processes
one wins.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from models import database
from models.terms import ReminderState
from services.clock import seconds
from services.keys import new_key
from services.reminders.decided import Decided, Due, Suppressed
from services.reminders.waking import wake
from services.statement import run
from services.transaction import transaction

#: What a decision writes, with the types of PostgreSQL.
COLUMNS = {
    "key": "varchar",
    "branch_id": "integer",
    "member_id": "integer",
    "topic": "varchar",
    "period": "varchar",
    "state": "varchar",
    "why": "varchar",
    "channel": "varchar",
    "about_id": "integer",
    "session_id": "integer",
    "fields": "text",
    "words": "text",
    "way": "varchar",
    "edition": "varchar",
    "due_at": "bigint",
    "not_after": "bigint",
    "created_at": "bigint",
    "pushed_by_id": "integer",
}
_INTO = f"INSERT INTO reminder ({', '.join(COLUMNS)}, tries)"
_INSERT = f"{_INTO} VALUES ({', '.join('?' * len(COLUMNS))}, 0) ON CONFLICT DO NOTHING"
_WAITING = (
    "CREATE TEMP TABLE IF NOT EXISTS reminder_in"
    f" ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())}) ON COMMIT DELETE ROWS"
)
_COPY = f"COPY reminder_in ({', '.join(COLUMNS)}) FROM STDIN"
_TAKE = f"{_INTO} SELECT {', '.join(COLUMNS)}, 0 FROM reminder_in ON CONFLICT DO NOTHING"
#: A row that waited for the end of the quiet hours becomes what is decided now, unless somebody was faster.
_SETTLE = (
    "UPDATE reminder SET state = ?, why = ?, channel = ?, fields = ?, words = ?, way = ?, due_at = ?,"
    " not_after = ? WHERE member_id = ? AND topic = ? AND period = ? AND branch_id = ? AND state = 'PLANNED'"
)
#: What a secretary could not push some time ago, and tries once more on the same day.
_AGAIN = _SETTLE.replace("not_after = ?", "not_after = ?, pushed_by_id = ?, closed_at = NULL").replace(
    "'PLANNED'", "'SUPPRESSED'"
)


def write(decided: Decided, edition: str, now: datetime, pushed_by: int | None = None) -> int:
    """Write what is decided inside the caller's transaction and return how many rows are new.

    `pushed_by` is the member who has pressed, None for the service itself.
    When something is due the deliverer is woken by the same commit; whoever writes need not think of it.
    """
    at = seconds(now)
    decisions: list[Due | Suppressed] = [*decided.due, *decided.suppressed]
    for each in decisions:
        if not each.fresh and pushed_by is not None:
            _settle(each, pushed_by)
        elif not each.fresh and each.state is not ReminderState.PLANNED:
            _settle(each)
    new = insert([(*_row(each, edition, at), pushed_by) for each in decisions if each.fresh])
    if decided.due:
        wake()
    return new


def let_go(condition: str, now: datetime) -> int:
    """Let rows go that waited for the end of the quiet hours, and return how many.

    `condition` is SQL of our own that picks them out of those whose time has come.
    """
    at = seconds(now)
    going = f"state = 'PLANNED' AND due_at <= ? AND {condition}"
    late = "UPDATE reminder SET state = 'SUPPRESSED', why = 'stale', closed_at = ?"
    run(f"{late} WHERE {going} AND not_after < ?", (at, at, at))
    count = run(
        f"UPDATE reminder SET state = 'DUE', why = NULL, channel = 'TEMPLATE' WHERE {going}", (at,)
    ).rowcount
    if count:
        wake()
    return int(count)


def insert(lines: Sequence[tuple[Any, ...]]) -> int:
    """Insert rows in the order of the columns and count the new ones; those that stand stay as they are."""
    if not lines:
        return 0
    with transaction():
        return _copied(lines) if database.obj.server else _run_over(lines)


def _run_over(lines: Sequence[tuple[Any, ...]]) -> int:
    cursor = database.obj.connection().cursor()
    try:
        cursor.executemany(_INSERT, lines)
        return int(cursor.rowcount)
    finally:
        cursor.close()


def _copied(lines: Sequence[tuple[Any, ...]]) -> int:
    cursor = database.obj.connection().cursor()
    try:
        cursor.execute(_WAITING)
        with cursor.copy(_COPY) as copy:
            for line in lines:
                copy.write_row(line)
        cursor.execute(_TAKE)
        taken = int(cursor.rowcount)
        cursor.execute("DELETE FROM reminder_in")
        return taken
    finally:
        cursor.close()


def _row(each: Due | Suppressed, edition: str, at: int) -> tuple[Any, ...]:
    return (
        new_key(),
        each.branch,
        each.member,
        each.topic.value,
        each.period,
        each.state.value,
        each.why and each.why.value,
        each.channel and each.channel.value,
        each.about,
        each.session,
        json.dumps(each.fields, ensure_ascii=False),
        each.words,
        each.way,
        edition,
        seconds(each.due_at),
        seconds(each.not_after),
        at,
    )


def _settle(each: Due | Suppressed, pushed_by: int | None = None) -> None:
    what = (each.state.value, each.why and each.why.value, each.channel and each.channel.value)
    said = (json.dumps(each.fields, ensure_ascii=False), each.words, each.way)
    when = (seconds(each.due_at), seconds(each.not_after))
    key = (each.member, each.topic.value, each.period, each.branch)
    if pushed_by is None:
        run(_SETTLE, (*what, *said, *when, *key))
    else:
        run(_AGAIN, (*what, *said, *when, pushed_by, *key))
