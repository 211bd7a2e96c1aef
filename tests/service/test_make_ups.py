"""补学: owed at the confirmation, handed in in words, counted once, whatever is reopened (R07, R31, R110)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import HourEntry, MakeUp, database
from models.terms import (
    AttendanceStatus,
    CreditKind,
    LeaveKind,
    MakeUpMode,
    MakeUpState,
    Role,
)
from services import hours
from services.absence import leaves, make_up_decisions, make_up_lists, make_ups
from services.absence.make_ups import Done
from services.actor import member_actor
from services.clock import ZONE
from services.errors import ServiceError
from services.integrity import verify
from services.roll import attendance
from tests.builders import (
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

pytestmark = pytest.mark.usefixtures("db")

PRESENT, PARTIAL, EXPECTED = AttendanceStatus.PRESENT, AttendanceStatus.PARTIAL, AttendanceStatus.EXPECTED
DAY = START.date()
AFTER = START + timedelta(days=2)
READ = Done(MakeUpMode.READING, DAY + timedelta(days=1), "读了党章总纲")


@pytest.fixture
def field() -> District:
    return district()


def of(who: Any) -> MakeUp:
    return MakeUp.get(MakeUp.member == who)


def owed_numbers() -> set[str]:
    return {row.member.number for row in MakeUp.select().where(MakeUp.state == MakeUpState.OWED)}


def made_up(field: District, came: tuple[str, ...] = (), **changes: Any) -> tuple[str, MakeUp]:
    """A session that M1 missed and made up, confirmed by the secretary."""
    key = confirmed(field.branch, list(came), **changes)
    row = make_ups.submit(field.zhang, of(field.zhang).key, READ, AFTER)
    return key, make_up_decisions.confirm(field.leader, row.key, AFTER)


# ---- what is owed


def test_a_confirmation_owes_a_make_up_to_everybody_due_who_did_not_come(field: District) -> None:
    key = published(field.branch)
    leaves.file(field.li, key, LeaveKind.HEALTH, None, START, actor=field.leader)
    attendance.call_roll(field.leader, key, PRESENT, ["H1", "S1"], START)
    attendance.call_roll(field.leader, key, PARTIAL, ["M3"], START)
    attendance.confirm(field.leader, key, minutes(100))
    assert owed_numbers() == {"M1", "M2"}
    row = of(field.zhang)
    assert (row.due, row.branch, len(row.key)) == (DAY + timedelta(days=30), field.branch, 20)
    assert len({each.key for each in MakeUp.select()}) == 2
    (mine,) = make_up_lists.of_member(field.zhang, AFTER)
    assert (mine.worth, mine.state, mine.title, mine.may_submit) == (150, MakeUpState.OWED, "学习党章", True)
    assert make_up_lists.of_member(field.old, AFTER) == []
    sound()


@pytest.mark.parametrize(
    ("credit", "kind"), [("0", CreditKind.COLLECTIVE), ("1.5", CreditKind.NONE), ("1.5", CreditKind.SELF)]
)
def test_a_session_that_counts_nothing_owes_nothing(field: District, credit: str, kind: CreditKind) -> None:
    confirmed(field.branch, [], credit, credit_kind=kind)
    assert MakeUp.select().count() == 0


def test_a_session_from_above_owes_to_each_branch_its_own(field: District) -> None:
    confirmed(field.committee, ["S1", "H1", "M1", "M2", "M3", "O1"])
    (row,) = MakeUp.select()
    assert (row.member, row.branch) == (field.stranger, field.neighbour)


# ---- made good, and counted


def test_a_confirmed_make_up_is_one_line_of_the_ledger_that_says_why(field: District) -> None:
    key, row = made_up(field)
    (line,) = HourEntry.select().where(HourEntry.member == field.zhang)
    assert (line.source, line.hours, line.stated, line.day, line.year) == ("MAKE_UP", 150, 150, READ.on, 2026)
    assert (line.session.key, line.rule, line.edition, line.reason, line.confirmed_by) == (
        key, "R31", "2026版", "补学：自己读材料", field.secretary,
    )  # fmt: skip
    assert "党章" not in line.reason, "typed words can be erased, the ledger cannot"
    assert hours.view(field.zhang, 2026, AFTER).credited == 150
    (mine,) = make_up_lists.of_member(field.zhang, AFTER)
    assert (mine.state, mine.decided_by) == (MakeUpState.CONFIRMED, "党员S1")
    assert make_up_decisions.confirm(field.headman, row.key, AFTER).decided_by == field.secretary
    assert len(entries(field.zhang)) == 1
    sound()


def test_what_was_missed_is_offered_once_and_not_again_as_a_make_up(field: District) -> None:
    made_up(field)
    view = hours.view(field.zhang, 2026, AFTER)
    assert (view.offered, view.credited) == (150, 150)


@pytest.mark.parametrize(("part", "rest"), [(None, 100), (50, 100), (0, 150)])
def test_of_a_session_attended_in_part_the_rest_may_be_made_up(
    field: District, part: int | None, rest: int
) -> None:
    key = published(field.branch)
    attendance.call_roll(field.leader, key, PARTIAL, ["M1"], START, part_credit=part)
    attendance.confirm(field.leader, key, minutes(100))
    (mine,) = make_up_lists.of_member(field.zhang, AFTER)
    assert (mine.key, mine.worth, mine.due) == (None, rest, None)
    row = make_ups.file_for_partial(field.zhang, key, READ, AFTER)
    make_up_decisions.confirm(field.leader, row.key, AFTER)
    assert sum(amount for _, _, amount in entries(field.zhang)) == 150
    assert entries(field.zhang)[-1] == (2026, "MAKE_UP", rest)
    assert make_up_lists.of_member(field.zhang, AFTER)[0].worth == rest
    sound()


def test_who_was_there_in_full_or_owes_it_already_has_no_rest_to_file(field: District) -> None:
    key = confirmed(field.branch, ["M1"])
    for who in (field.zhang, field.li, field.stranger):
        with refused("not_found"):
            make_ups.file_for_partial(who, key, READ, AFTER)
    part = published(field.branch, title="全记")
    attendance.call_roll(field.leader, part, PARTIAL, ["M1"], START, part_credit=150)
    attendance.confirm(field.leader, part, minutes(100))
    with refused("nothing_left"):
        make_ups.file_for_partial(field.zhang, part, READ, AFTER)
    assert make_up_lists.of_member(field.zhang, AFTER) == []


def test_a_make_up_of_last_year_counts_for_last_year(field: District) -> None:
    start = datetime(2026, 12, 20, 10, 0, tzinfo=ZONE)
    confirmed(field.branch, [], starts_at=start)
    january = start + timedelta(days=20)
    row = make_ups.submit(field.zhang, of(field.zhang).key, Done("READING", january.date()), january)
    make_up_decisions.confirm(field.leader, row.key, january)
    line = HourEntry.get(HourEntry.member == field.zhang)
    assert (line.year, line.day) == (2026, date(2026, 12, 20))
    assert of(field.zhang).done_on == january.date()
    sound()


# ---- handing in


def test_a_second_tap_is_no_second_hand_in_and_a_change_replaces_the_first(field: District) -> None:
    confirmed(field.branch, [])
    key = of(field.zhang).key
    make_ups.submit(field.zhang, key, READ, AFTER)
    assert make_ups.submit(field.zhang, key, READ, AFTER + timedelta(hours=1)).submitted_at == AFTER
    make_ups.submit(field.zhang, key, Done("ONLINE", DAY), AFTER)
    assert (of(field.zhang).mode, of(field.zhang).words) == (MakeUpMode.ONLINE, None)


@pytest.mark.parametrize(
    ("done", "code"),
    [
        (Done("", DAY), "mode"),
        (Done("SLEEPING", DAY), "mode"),
        (Done("READING", None), "day"),
        (Done("READING", DAY - timedelta(days=1)), "day"),
        (Done("READING", AFTER.date() + timedelta(days=1)), "day"),
        (Done("READING", DAY, "长" * 501), "text"),
        (Done("READING", DAY, "\ud800"), "text"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_changes_nothing(field: District, done: Done, code: str) -> None:
    confirmed(field.branch, [])
    with refused(code):
        make_ups.submit(field.zhang, of(field.zhang).key, done, AFTER)
    assert of(field.zhang).state is MakeUpState.OWED


@pytest.mark.parametrize("key", ["", "nothing", "a" * 40, "\x00"])
def test_an_unknown_make_up_reads_like_somebody_elses(field: District, key: str) -> None:
    confirmed(field.branch, [])
    for who, wanted in ((field.zhang, key), (field.li, of(field.zhang).key)):
        with refused("not_found"):
            make_ups.submit(who, wanted, READ, AFTER)


def test_a_visit_is_asked_for_and_confirmed_on_the_day_it_was_made_by_who_came(field: District) -> None:
    confirmed(field.branch, [])
    helper = member("X1", field.branch)
    role(helper, Role.HELPER, field.branch)
    visitor = member_actor(helper.id)
    key = of(field.zhang).key
    make_ups.submit(field.zhang, key, Done("VISIT", None, "腿脚不便"), AFTER)
    assert make_up_lists.of_member(field.zhang, AFTER)[0].asks_visit
    assert [row.number for row in make_up_lists.waiting(visitor, AFTER)] == ["M1"]
    make_up_decisions.confirm(visitor, key, AFTER, AFTER.date())
    assert HourEntry.get(HourEntry.member == field.zhang).reason == "补学：送学上门"
    other = make_ups.submit(field.li, of(field.li).key, READ, AFTER)
    assert make_up_lists.waiting(visitor, AFTER) == []
    with refused("not_found"):
        make_up_decisions.confirm(visitor, other.key, AFTER)


def test_who_has_no_phone_tells_the_branch_and_it_counts_the_same(field: District) -> None:
    confirmed(field.branch, [])
    key = of(field.zhang).key
    assert [row.number for row in make_up_lists.owed(field.headman, AFTER).rows] == ["M1", "M2"]
    make_up_decisions.record(field.headman, key, Done("TALK", None, "当面交流"), AFTER)
    assert (
        make_up_decisions.record(field.headman, key, Done("TALK", None), AFTER).state is MakeUpState.CONFIRMED
    )
    assert entries(field.zhang) == [(2026, "MAKE_UP", 150)]
    sound()


def test_what_lacks_something_is_given_back_with_a_reason(field: District) -> None:
    confirmed(field.branch, [])
    row = make_ups.submit(field.zhang, of(field.zhang).key, READ, AFTER)
    with refused("text"):
        make_up_decisions.give_back(field.leader, row.key, " ", AFTER)
    make_up_decisions.give_back(field.leader, row.key, "请写读的哪一章", AFTER)
    (mine,) = make_up_lists.of_member(field.zhang, AFTER)
    assert (mine.state, mine.reason, mine.words) == (MakeUpState.RETURNED, "请写读的哪一章", "读了党章总纲")
    with refused("wrong_state"):
        make_up_decisions.confirm(field.leader, row.key, AFTER)
    make_ups.submit(field.zhang, row.key, READ, AFTER)
    make_up_decisions.confirm(field.leader, row.key, AFTER)
    assert of(field.zhang).reason is None


def test_a_make_up_may_be_waived_and_asked_for_again(field: District) -> None:
    confirmed(field.branch, [])
    key = of(field.zhang).key
    make_up_decisions.waive(field.leader, key, "住院期间", AFTER)
    with refused("wrong_state"):
        make_ups.submit(field.zhang, key, READ, AFTER)
    make_up_decisions.ask_again(field.leader, key, AFTER)
    make_ups.submit(field.zhang, key, READ, AFTER)


def test_what_has_run_out_is_no_longer_asked_for_and_still_counts(field: District) -> None:
    confirmed(field.branch, [])
    last = datetime(2026, 12, 21, 23, 0, tzinfo=ZONE)
    assert make_ups.expire_due(last) == 0
    late = last + timedelta(hours=2)
    assert make_ups.expire_due(late) == 5
    assert make_ups.expire_due(late) == 0
    row = make_ups.submit(field.zhang, of(field.zhang).key, READ, late)
    make_up_decisions.confirm(field.leader, row.key, late)
    assert entries(field.zhang) == [(2026, "MAKE_UP", 150)]


# ---- who confirms


@pytest.mark.parametrize("who", ["outsider", "above", "headman"])
def test_nobody_confirms_beyond_the_own_people(field: District, who: str) -> None:
    confirmed(field.branch, [])
    row = make_ups.submit(field.wang, of(field.wang).key, READ, AFTER)
    actor = getattr(field, who)
    assert make_up_lists.waiting(actor, AFTER) == []
    for act in (make_up_decisions.confirm, make_up_lists.find):
        with refused("not_found"):
            act(actor, row.key, AFTER)
    for act_why in (make_up_decisions.give_back, make_up_decisions.waive):
        with refused("not_found"):
            act_why(actor, row.key, "因为", AFTER)
    with refused("not_found"):
        make_up_decisions.record(actor, row.key, READ, AFTER)


def test_nobody_confirms_the_own_make_up(field: District) -> None:
    confirmed(field.branch, [])
    for who, actor in ((field.secretary, field.leader), (field.head, field.headman)):
        row = make_ups.submit(who, of(who).key, READ, AFTER)
        with refused("own"):
            make_up_decisions.confirm(actor, row.key, AFTER)
        with refused("own"):
            make_up_decisions.record(actor, row.key, READ, AFTER)
    assert [row.number for row in make_up_lists.waiting(field.above, AFTER)] == ["S1"]
    make_up_decisions.confirm(field.above, of(field.secretary).key, AFTER)


# ---- reopening


def test_reopening_reverses_the_make_up_and_the_next_confirmation_counts_it_again(field: District) -> None:
    key, _ = made_up(field)
    attendance.reopen(field.above, key, "再核", AFTER)
    assert entries(field.zhang) == [(2026, "MAKE_UP", 150), (2026, "REVERSAL", -150)]
    sound()
    attendance.confirm(field.leader, key, AFTER)
    assert [line[1:] for line in entries(field.zhang)] == [
        ("MAKE_UP", 150),
        ("REVERSAL", -150),
        ("MAKE_UP", 150),
    ]
    assert MakeUp.select().count() == 5
    sound()


def test_who_turns_out_to_have_come_gets_the_session_and_not_the_make_up_as_well(field: District) -> None:
    key, row = made_up(field)
    attendance.reopen(field.above, key, "签到表上有", AFTER)
    attendance.call_roll(field.leader, key, PRESENT, ["M1", "M2"], AFTER)
    attendance.confirm(field.leader, key, AFTER)
    assert sum(line[2] for line in entries(field.zhang)) == 150
    assert of(field.zhang).state is of(field.li).state is MakeUpState.WAIVED
    sound()
    attendance.reopen(field.above, key, "又核", AFTER)
    attendance.call_roll(field.leader, key, EXPECTED, ["M1", "M2"], AFTER)
    attendance.confirm(field.leader, key, AFTER)
    assert (of(field.zhang).state, of(field.li).state) == (MakeUpState.SUBMITTED, MakeUpState.OWED)
    assert sum(line[2] for line in entries(field.zhang)) == 0
    make_up_decisions.confirm(field.leader, row.key, AFTER)
    assert sum(line[2] for line in entries(field.zhang)) == 150
    sound()


def test_who_turns_out_to_have_come_for_a_part_makes_up_the_rest(field: District) -> None:
    key, _ = made_up(field)
    attendance.reopen(field.above, key, "再核", AFTER)
    attendance.call_roll(field.leader, key, PARTIAL, ["M1"], AFTER, part_credit=50)
    attendance.confirm(field.leader, key, AFTER)
    assert [line[1:] for line in entries(field.zhang)][-2:] == [("ATTENDANCE", 50), ("MAKE_UP", 100)]
    sound()


def test_while_the_roll_is_open_again_nothing_is_confirmed(field: District) -> None:
    key = confirmed(field.branch, [])
    row = make_ups.submit(field.zhang, of(field.zhang).key, READ, AFTER)
    attendance.reopen(field.above, key, "再核", AFTER)
    with refused("reopened"):
        make_up_decisions.confirm(field.leader, row.key, AFTER)
    attendance.call_roll(field.leader, key, PRESENT, ["M1"], AFTER)
    attendance.confirm(field.leader, key, AFTER)
    with refused("wrong_state"):
        make_up_decisions.confirm(field.leader, row.key, AFTER)
    assert entries(field.zhang) == [(2026, "ATTENDANCE", 150)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE make_up SET state = 'SUBMITTED' WHERE member_id = {member}", "make-ups: "),
        ("DELETE FROM make_up WHERE member_id = {member}", "make-up orphans: "),
        ("UPDATE attendance SET status = 'PRESENT' WHERE member_id = {member}", "make-ups: "),
    ],
)
def test_verify_names_a_make_up_that_does_not_fit_its_line(field: District, change: str, words: str) -> None:
    made_up(field)
    database.execute_sql(change.format(member=field.zhang.id))
    assert any(fault.startswith(words) for fault in verify.verify().faults)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["submit", "confirm", "record", "back", "waive", "call", "session", "reopen", "leave"]
        ),
        st.sampled_from(["zhang", "li"]),
        st.sampled_from([PRESENT, PARTIAL, EXPECTED, AttendanceStatus.LEAVE]),
    ),
    max_size=14,
)


def _step(field: District, key: str, what: str, who: Any, status: AttendanceStatus) -> None:
    row = MakeUp.get_or_none(MakeUp.member == who)
    mine = row.key if row else "none"
    acts: dict[str, Any] = {
        "submit": lambda: (
            make_ups.submit(who, mine, READ, AFTER)
            if row
            else make_ups.file_for_partial(who, key, READ, AFTER)
        ),
        "confirm": lambda: make_up_decisions.confirm(field.leader, mine, AFTER),
        "record": lambda: make_up_decisions.record(field.leader, mine, READ, AFTER),
        "back": lambda: make_up_decisions.give_back(field.leader, mine, "补", AFTER),
        "waive": lambda: make_up_decisions.waive(field.leader, mine, "不用", AFTER),
        "call": lambda: attendance.call_roll(field.leader, key, status, [who.number], AFTER),
        "session": lambda: attendance.confirm(field.leader, key, AFTER),
        "reopen": lambda: attendance.reopen(field.above, key, "再核", AFTER),
        "leave": lambda: leaves.file(who, key, LeaveKind.DUTY, None, AFTER, actor=field.leader),
    }
    try:
        acts[what]()
    except ServiceError:
        return


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    database=None,
)
@given(steps=STEPS)
def test_no_walk_counts_a_session_twice_or_leaves_the_ledger_unexplained(
    db: object, steps: list[Any]
) -> None:
    with database.atomic() as guard:
        field = district()
        key = published(field.branch, credit=Decimal("1.5"))
        for what, name, status in steps:
            _step(field, key, what, getattr(field, name), status)
        assert verify.verify().faults == []
        for who in (field.zhang, field.li):
            assert 0 <= sum(line[2] for line in entries(who)) <= 150
        guard.rollback()


def _two_at_once(act: Any) -> Iterator[str]:
    ready, said = threading.Barrier(2), []

    def run() -> None:
        database.connect(reuse_if_open=True)
        ready.wait()
        try:
            said.append(str(act().state))
        except ServiceError as error:
            said.append(error.code)
        finally:
            database.close()

    both = [threading.Thread(target=run) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(30)
    return iter(said)


@pytest.mark.usefixtures("commits")
def test_two_confirmations_at_once_write_one_line(field: District) -> None:
    confirmed(field.branch, [])
    row = make_ups.submit(field.zhang, of(field.zhang).key, READ, AFTER)
    said = list(_two_at_once(lambda: make_up_decisions.confirm(field.leader, row.key, AFTER)))
    assert said == ["CONFIRMED", "CONFIRMED"]
    assert entries(field.zhang) == [(2026, "MAKE_UP", 150)]
    sound()
