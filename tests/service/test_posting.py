"""The ledger: what a session posts, how a confirmation is taken back, and that no line is ever touched."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import peewee
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import Attendance, AuditLog, HourEntry, Member, database
from models.terms import AttendanceStatus, CreditKind, SessionState
from services import hours
from services.clock import ZONE
from services.errors import ServiceError
from services.integrity import verify
from services.roll import attendance, posting
from services.study import sessions
from tests.builders import (
    START,
    District,
    bound,
    confirmed,
    district,
    entries,
    minutes,
    published,
    refused,
    scan,
    sound,
    state,
)

pytestmark = pytest.mark.usefixtures("db")

PRESENT, LATE, PARTIAL = AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.PARTIAL
AFTER = minutes(100)
NEW_YEAR = datetime(2026, 12, 31, 23, 0, tzinfo=ZONE)


@pytest.fixture
def field() -> District:
    return district()


# ---- what is written


def test_an_entry_answers_why(field: District) -> None:
    key = confirmed(field.branch, ["M1"])
    line = HourEntry.get()
    assert (line.hours, line.stated, line.year, line.day) == (150, 150, 2026, START.date())
    assert (line.session.key, line.posting, line.rule, line.edition) == (key, 1, "R07", "2026版")
    assert (line.branch, line.credit_kind) == (field.branch, CreditKind.COLLECTIVE)


def test_the_line_names_who_confirmed(field: District) -> None:
    key = published(field.branch)
    attendance.call_roll(field.leader, key, PRESENT, ["M1"], START)
    attendance.confirm(field.leader, key, AFTER)
    assert HourEntry.get().confirmed_by == field.secretary


def test_hours_of_a_session_from_above_belong_to_the_members_own_branch(field: District) -> None:
    confirmed(field.committee, ["N1", "M1"])
    found = {row.member.number: row.branch for row in HourEntry.select()}
    assert found == {"N1": field.neighbour, "M1": field.branch}


def test_self_study_is_stated_and_counts_nothing(field: District) -> None:
    confirmed(field.branch, ["M1"], credit_kind=CreditKind.SELF)
    line = HourEntry.get()
    assert (line.stated, line.hours) == (150, 0)
    sound()


@pytest.mark.parametrize(("kind", "credit"), [(CreditKind.NONE, "1.5"), (CreditKind.COLLECTIVE, "0")])
def test_a_session_without_credit_posts_nothing(field: District, kind: CreditKind, credit: str) -> None:
    confirmed(field.branch, ["M1"], credit, credit_kind=kind)
    assert HourEntry.select().count() == 0
    sound()


def test_a_session_over_new_year_is_split_by_day(field: District) -> None:
    confirmed(field.branch, ["M1"], "2", starts_at=NEW_YEAR, minutes=120)
    assert entries(field.zhang) == [(2026, "ATTENDANCE", 100), (2027, "ATTENDANCE", 100)]
    assert [row.day for row in HourEntry.select().order_by(HourEntry.id)] == [
        date(2026, 12, 31),
        date(2027, 1, 1),
    ]
    assert (
        hours.view(field.zhang, 2026, AFTER).credited == hours.view(field.zhang, 2027, AFTER).credited == 100
    )
    sound()


def test_of_an_odd_split_the_new_year_takes_the_rest(field: District) -> None:
    confirmed(field.branch, ["M1"], "1.5", starts_at=NEW_YEAR + timedelta(minutes=20), minutes=90)
    assert entries(field.zhang) == [(2026, "ATTENDANCE", 50), (2027, "ATTENDANCE", 100)]


def test_a_part_of_a_session_over_new_year_is_earned_from_its_beginning(field: District) -> None:
    key = published(field.branch, NEW_YEAR, starts_at=NEW_YEAR, minutes=120)
    late = NEW_YEAR + timedelta(hours=3)
    attendance.call_roll(field.leader, key, PARTIAL, ["M1"], late, part_credit=150)
    attendance.call_roll(field.leader, key, PARTIAL, ["M2"], late)
    attendance.confirm(field.leader, key, late)
    assert entries(field.zhang) == [(2026, "ATTENDANCE", 100), (2027, "ATTENDANCE", 50)]
    assert entries(field.li) == [(2026, "ATTENDANCE", 100)]
    sound()


# ---- taking back


def test_reopening_reverses_and_the_next_confirmation_posts_what_changed(field: District) -> None:
    key = confirmed(field.branch, ["M1", "M2"])
    attendance.reopen(field.above, key, " 纸质表漏登 ", AFTER)
    assert state(key) is SessionState.REOPENED
    assert entries(field.zhang) == [(2026, "ATTENDANCE", 150), (2026, "REVERSAL", -150)]
    sound()
    attendance.call_roll(field.leader, key, PARTIAL, ["M2"], AFTER)
    attendance.call_roll(field.leader, key, PRESENT, ["M3"], AFTER)
    attendance.confirm(field.leader, key, AFTER)
    assert [amount for _, _, amount in entries(field.zhang)] == [150, -150, 150]
    assert [amount for _, _, amount in entries(field.li)] == [150, -150, 50]
    assert entries(field.wang) == [(2026, "ATTENDANCE", 150)]
    assert [line.posting for line in posting.lines_of(sessions.find(key))] == [1, 1, 1, 1, 2, 2, 2]
    sound()


def test_a_reversal_names_its_line_and_its_reason(field: District) -> None:
    key = confirmed(field.branch, ["M1"])
    attendance.reopen(field.above, key, " 纸质表漏登 ", AFTER)
    first, second = posting.lines_of(sessions.find(key))
    assert (second.reverses, second.reason, second.rule, second.confirmed_by) == (
        first, "纸质表漏登", "R110", field.officer,
    )  # fmt: skip


def test_reopening_twice_reverses_only_the_last_posting(field: District) -> None:
    key = confirmed(field.branch, ["M1"])
    for _ in range(2):
        attendance.reopen(field.above, key, "再核", AFTER)
        attendance.confirm(field.leader, key, AFTER)
    assert [amount for _, _, amount in entries(field.zhang)] == [150, -150, 150, -150, 150]
    sound()


@pytest.mark.parametrize(
    ("who", "code"), [("leader", "forbidden"), ("headman", "forbidden"), ("outsider", "not_found")]
)
def test_only_an_officer_above_takes_a_confirmation_back(field: District, who: str, code: str) -> None:
    key = confirmed(field.branch, ["M1"])
    with refused(code):
        attendance.reopen(getattr(field, who), key, "我要改", AFTER)
    assert state(key) is SessionState.CONFIRMED


@pytest.mark.parametrize(
    ("reason", "code"), [("", "reason"), ("  ", "reason"), ("长" * 201, "text"), ("\ud800", "text")]
)
def test_taking_back_needs_a_reason_that_can_be_kept(field: District, reason: str, code: str) -> None:
    key = confirmed(field.branch, ["M1"])
    with refused(code):
        attendance.reopen(field.above, key, reason, AFTER)
    assert state(key) is SessionState.CONFIRMED
    assert len(entries(field.zhang)) == 1


def test_what_is_not_confirmed_cannot_be_taken_back(field: District) -> None:
    with refused("wrong_state"):
        attendance.reopen(field.above, published(field.branch), "再核", AFTER)


# ---- append-only


@pytest.mark.parametrize("table", [HourEntry, AuditLog])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_itself_refuses_to_change_or_remove_a_line(
    field: District, table: type[HourEntry], verb: str
) -> None:
    confirmed(field.branch, ["M1"])
    query = table.update(reason="x") if verb == "update" else table.delete()
    with pytest.raises(peewee.DatabaseError, match="append-only"), database.atomic():
        query.execute()
    assert table.select().where(table.reason.is_null()).exists()


def test_the_ledger_refuses_a_second_line_for_the_same_posting_and_a_second_reversal(field: District) -> None:
    key = confirmed(field.branch, ["M1"])
    attendance.reopen(field.above, key, "再核", AFTER)
    for line in posting.lines_of(sessions.find(key)):
        values = {name: value for name, value in line.__data__.items() if name != "id"}
        with pytest.raises(peewee.IntegrityError), database.atomic():
            HourEntry.insert(**values).execute()


# ---- whatever happens, the ledger adds up

STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("scan"), st.sampled_from(["M1", "M2", "M4", "N1"]), st.sampled_from([-40, -5, 15, 45])
        ),
        st.tuples(
            st.just("call"),
            st.sampled_from(["M1", "M2", "M3", "M4"]),
            st.sampled_from([(PRESENT, None), (LATE, None), (PARTIAL, None), (PARTIAL, 50), (PARTIAL, 0),
                             (AttendanceStatus.EXPECTED, None), (AttendanceStatus.ABSENT, None),
                             (AttendanceStatus.LEAVE, None)]),
        ),
        st.tuples(st.just("confirm"), st.none(), st.none()),
        st.tuples(st.just("reopen"), st.none(), st.none()),
    ),
    max_size=12,
)  # fmt: skip


def _walk(field: District, key: str, start: datetime, steps: list[tuple[str, str, object]]) -> None:
    for what, who, how in steps:
        try:
            if what == "scan":
                scan(f"o-{who}", key, start + timedelta(minutes=how))  # type: ignore[arg-type]
            elif what == "call":
                status, part = how  # type: ignore[misc]
                attendance.call_roll(field.leader, key, status, [who], start, part_credit=part)
            elif what == "confirm":
                attendance.confirm(field.leader, key, start)
            else:
                attendance.reopen(field.above, key, "随机", start)
        except ServiceError:
            continue


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    database=None,
)
@given(steps=STEPS, over_new_year=st.booleans(), credit=st.sampled_from(["0", "0.5", "1.5", "3"]))
def test_after_any_walk_of_scans_calls_confirmations_and_reopenings_the_ledger_adds_up(
    db: object, steps: list[tuple[str, str, object]], over_new_year: bool, credit: str
) -> None:
    with database.atomic() as guard:
        field = district()
        for who in (field.zhang, field.li, field.old, field.stranger):
            bound(who)
        start = NEW_YEAR if over_new_year else START
        key = published(field.branch, start, starts_at=start, minutes=120, credit=Decimal(credit))
        _walk(field, key, start, steps)
        assert verify.verify().faults == []
        for who in Member.select():
            for year in (2026, 2027):
                entered = HourEntry.select().where(HourEntry.member == who, HourEntry.year == year)
                assert sum(line.hours for line in entered) == hours.view(who, year, start).credited
        session = sessions.find(key)
        if session.state is SessionState.CONFIRMED:
            there = Attendance.select().where(
                Attendance.session == session, Attendance.status.in_([PRESENT, LATE])
            )
            total = {who.id: sum(amount for _, _, amount in entries(who)) for who in Member.select()}
            assert all(total[place.member_id] == session.credit for place in there)
        guard.rollback()
