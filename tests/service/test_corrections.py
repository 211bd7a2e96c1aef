"""更正 of hours: a line of its own with a reason, never for oneself, undone with its session (R110)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import AuditLog, HourEntry
from models.terms import AttendanceStatus, EntrySource, Role
from services import corrections, hours
from services.absence import externals, make_up_decisions, make_ups
from services.absence.externals import Elsewhere
from services.absence.make_ups import Done
from services.actor import OPERATOR, Actor, member_actor
from services.clock import ZONE
from services.corrections import Wanted
from services.exports import hours as export
from services.integrity import verify
from services.roll import attendance
from tests.builders import (
    BEFORE,
    START,
    District,
    confirmed,
    district,
    entries,
    member,
    minutes,
    published,
    refused,
    role,
    sound,
)
from tests.service.test_verify import faults, restore, unguard

pytestmark = pytest.mark.usefixtures("db")

LATER = minutes(60 * 24)
WHY = "下半场提前离开，支部核定 1 学时"


@pytest.fixture
def field(db: Any) -> District:
    return district()


@pytest.fixture
def key(field: District) -> str:
    """A confirmed session at which M1 and the secretary were."""
    return confirmed(field.branch, ["M1", "S1"])


def line_of(who: Any, source: EntrySource = EntrySource.ATTENDANCE) -> int:
    newest = HourEntry.select().where(HourEntry.member == who, HourEntry.source == source)
    return int(newest.order_by(HourEntry.id.desc()).get().id)


def correct(field: District, amount: str, *, actor: Actor | None = None, reason: str = WHY) -> Any:
    who, by = field.zhang, actor or field.leader
    return corrections.correct(by, who.number, line_of(who), Wanted(Decimal(amount), reason), LATER)


def tampered(db: Any, change: str) -> list[str]:
    """Return the checks that find a change made behind the service's back."""
    unguard(db)
    try:
        db.execute_sql(change)
        return faults()
    finally:
        restore(db)


def credited(who: Any) -> int:
    return hours.view(who, 2026, LATER).credited


@pytest.mark.usefixtures("key")
def test_a_correction_is_a_line_of_its_own_that_says_why_and_by_whom(field: District) -> None:
    made = correct(field, "1")
    assert entries(field.zhang) == [(2026, "ATTENDANCE", 150), (2026, "ADJUST", -50)]
    assert credited(field.zhang) == 100
    assert (made.reason, made.rule, made.confirmed_by_id) == (WHY, "R110", field.secretary.id)
    newest = hours.lines(field.zhang, 2026)[0]
    assert (newest.title, newest.source, newest.reason) == ("学习党章", EntrySource.ADJUST, WHY)
    audited = AuditLog.get(AuditLog.action == "hours.corrected")
    assert (audited.subject, WHY in str(audited.detail)) == (str(line_of(field.zhang)), False)
    sound()


@pytest.mark.usefixtures("key")
def test_the_next_correction_takes_the_last_one_back_and_the_same_twice_changes_nothing(
    field: District,
) -> None:
    correct(field, "1")
    with refused("same"):
        correct(field, "1")
    correct(field, "0.5", reason="下半场没有来")
    assert [hundredths for _, _, hundredths in entries(field.zhang)] == [150, -50, 50, -100]
    with refused("same"):
        correct(field, "0.5")
    assert correct(field, "1.5", reason="原来的对") is None
    assert credited(field.zhang) == 150
    correct(field, "0", reason="当天没有来")
    assert credited(field.zhang) == 0
    assert HourEntry.select().where(HourEntry.source == EntrySource.ADJUST).count() == 3
    sound()


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("amount", ["-0.5", "2", "24.5", "1.3", "NaN", "Infinity", "1E+999", "1E-999"])
def test_no_line_counts_less_than_nothing_or_more_than_the_session_gave_R07(
    field: District, amount: str
) -> None:
    with refused("hours"):
        correct(field, amount)
    assert credited(field.zhang) == 150


@pytest.mark.usefixtures("key")
def test_a_reason_is_needed(field: District) -> None:
    for reason in ("", "  ", "很" * 201, "\ud800"):
        with refused("text"):
            correct(field, "1", reason=reason)
    assert entries(field.zhang) == [(2026, "ATTENDANCE", 150)]


@pytest.mark.usefixtures("key")
def test_nobody_corrects_the_own_hours_and_no_outsider_learns_of_a_line(field: District) -> None:
    own = line_of(field.secretary)
    with refused("own"):
        corrections.correct(field.leader, "S1", own, Wanted(Decimal(1), WHY), LATER)
    for actor in (field.outsider, field.headman, field.above, member_actor(field.zhang.id)):
        with refused("not_found"):
            correct(field, "1", actor=actor)
    with refused("not_found"):
        corrections.correct(field.leader, "M2", line_of(field.zhang), Wanted(Decimal(1), WHY), LATER)
    with refused("not_found"):
        corrections.look(field.leader, "M1", 10**12, LATER)
    # A leader's own line is for the officer above, who sees nobody else's.
    corrections.correct(field.above, "S1", own, Wanted(Decimal(1), WHY), LATER)
    assert credited(field.secretary) == 100
    sound()


def test_a_deputy_corrects_what_the_secretary_may_not(field: District, key: str) -> None:
    role(field.wang, Role.DEPUTY, field.branch)
    deputy, line = member_actor(field.wang.id), line_of(field.secretary)
    corrections.correct(deputy, "S1", line, Wanted(Decimal("0.5"), WHY), LATER)
    assert credited(field.secretary) == 50
    assert not corrections.look(field.leader, "M1", line_of(field.zhang), LATER).may_reopen
    assert corrections.look(OPERATOR, "M1", line_of(field.zhang), LATER).session_key == key


def test_reopening_takes_the_correction_back_and_the_roll_decides_anew(field: District, key: str) -> None:
    correct(field, "1")
    correct(field, "0.5")
    attendance.reopen(OPERATOR, key, "再核", LATER)
    assert credited(field.zhang) == 0
    with refused("reopened"):
        correct(field, "1")
    sound()
    attendance.confirm(OPERATOR, key, LATER)
    assert credited(field.zhang) == 150
    correct(field, "1")
    assert credited(field.zhang) == 100
    first = HourEntry.get(HourEntry.member == field.zhang, HourEntry.source == EntrySource.ATTENDANCE)
    with refused("reopened"):
        corrections.correct(field.leader, "M1", first.id, Wanted(Decimal(1), WHY), LATER)
    sound()


def test_a_make_up_of_the_same_day_is_corrected_and_reversed_beside_its_attendance(field: District) -> None:
    key = published(field.branch, BEFORE)
    attendance.call_roll(OPERATOR, key, AttendanceStatus.PARTIAL, ["M2"], minutes(0))
    attendance.confirm(OPERATOR, key, minutes(600))
    row = make_ups.file_for_partial(field.li, key, Done("READING", START.date()), minutes(700))
    make_up_decisions.confirm(field.leader, row.key, minutes(700))
    assert credited(field.li) == 150
    # Attendance and make-up together are the session's credit, once: the one gives room to the other (R07).
    attended = line_of(field.li)
    assert corrections.look(field.leader, "M2", attended, LATER).most == 50
    with refused("hours"):
        corrections.correct(field.leader, "M2", attended, Wanted(Decimal(1), WHY), LATER)
    for source, amount in ((EntrySource.MAKE_UP, "0"), (EntrySource.ATTENDANCE, "1")):
        line = line_of(field.li, source)
        corrections.correct(field.leader, "M2", line, Wanted(Decimal(amount), WHY), LATER)
    assert corrections.look(field.leader, "M2", attended, LATER).most == 150
    assert corrections.look(field.leader, "M2", line_of(field.li, EntrySource.MAKE_UP), LATER).most == 50
    assert credited(field.li) == 100
    found = corrections.fixes(field.li, 2026)
    assert sorted((fix.counts, fix.corrected) for fix in found.values()) == [(0, True), (100, True)]
    sound()
    attendance.reopen(OPERATOR, key, "再核", LATER)
    assert (credited(field.li), corrections.fixes(field.li, 2026)) == (0, {})
    sound()
    attendance.confirm(OPERATOR, key, LATER)
    assert credited(field.li) == 150
    sound()


def test_a_line_over_new_year_counts_no_more_than_its_own_part(field: District) -> None:
    start = datetime(2026, 12, 31, 23, 0, tzinfo=ZONE)
    key = published(field.branch, BEFORE, starts_at=start, minutes=180)
    attendance.call_roll(OPERATOR, key, AttendanceStatus.PRESENT, ["M1"], start)
    attendance.confirm(OPERATOR, key, start + timedelta(hours=4))
    later = start + timedelta(days=2)
    lines = HourEntry.select().where(HourEntry.member == field.zhang).order_by(HourEntry.id)
    most = [corrections.look(field.leader, "M1", line.id, later).most for line in lines]
    assert most == [line.hours for line in lines] == [100, 200]


def test_a_study_elsewhere_is_corrected_at_its_own_page(field: District) -> None:
    what = Elsewhere("OTHER", "县委党校", "培训", START.date(), Decimal(4))
    study = externals.state(field.leader, "M1", what, LATER)
    line = line_of(field.zhang, EntrySource.EXTERNAL)
    assert corrections.fixes(field.zhang, 2026)[line].study == study.key
    with refused("not_found"):
        corrections.correct(field.leader, "M1", line, Wanted(Decimal(1), WHY), LATER)


@pytest.mark.usefixtures("key")
def test_every_screen_and_export_shows_the_corrected_sum(field: District) -> None:
    correct(field, "1")
    rows = export.of_year(field.leader, None, 2026, LATER).rows
    assert {row.number: row.credited for row in rows}["M1"] == credited(field.zhang) == 100
    assert [line.hours for line in hours.recent(field.zhang, 2026, 5)] == [-50, 150]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE hour_entry SET reason = NULL WHERE id = {made}",
        "UPDATE hour_entry SET confirmed_by_id = member_id WHERE id = {made}",
        "UPDATE hour_entry SET hours = 50, stated = 50 WHERE id = {made}",
        "UPDATE hour_entry SET hours = -200, stated = -200 WHERE id = {made}",
        "UPDATE hour_entry SET stated = -100 WHERE id = {made}",
        "UPDATE hour_entry SET posting = 0 WHERE id = {made}",
        "UPDATE hour_entry SET posting = -{other} WHERE id = {made}",
        "UPDATE hour_entry SET day = '2026-11-20' WHERE id = {made}",
        "UPDATE hour_entry SET rule = 'R07' WHERE id = {made}",
    ],
)
@pytest.mark.usefixtures("key")
def test_verify_names_a_correction_that_was_tampered_with(db: Any, field: District, change: str) -> None:
    made = correct(field, "1")
    found = tampered(db, change.format(made=made.id, other=line_of(field.secretary)))
    assert found == ["corrections"]


@pytest.mark.usefixtures("key")
def test_verify_counts_corrections_and_finds_one_that_outlived_its_line(db: Any, field: District) -> None:
    made = correct(field, "1")
    assert verify.verify().checked["corrections"] == 1
    other = member("M9", field.branch)
    found = tampered(db, f"UPDATE hour_entry SET member_id = {other.id} WHERE id = {made.id}")
    assert found == ["corrections"]
