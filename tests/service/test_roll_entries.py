"""A roll call that was kept without a network: each entry once, true times, two devices, and refusals."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from models import Attendance, AuditLog, RollEntry, database
from models.terms import AttendanceSource, AttendanceStatus, RollOutcome
from services.actor import Actor, member_actor
from services.roll import attendance, roll_entries, within
from services.roll.roll_entries import Entry, Outcome
from tests.builders import (
    START,
    District,
    bound,
    district,
    entries,
    minutes,
    place_of,
    places,
    published,
    refused,
    scan,
    sound,
)

pytestmark = pytest.mark.usefixtures("db")

PRESENT, LATE, PARTIAL = AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.PARTIAL
EXPECTED, LEAVE, ABSENT = AttendanceStatus.EXPECTED, AttendanceStatus.LEAVE, AttendanceStatus.ABSENT
TAKEN, KNOWN, REFUSED = RollOutcome.TAKEN, RollOutcome.KNOWN, RollOutcome.REFUSED
#: The network is back half an hour after the start.
BACK = minutes(30)


@pytest.fixture
def field() -> District:
    return district()


@pytest.fixture
def key(field: District) -> str:
    return published(field.branch)


def entry(
    nonce: str, number: str, at: datetime, status: AttendanceStatus = PRESENT, half: int | None = None
) -> Entry:
    """Make an entry; a short nonce is filled up."""
    return Entry(nonce.ljust(16, "x"), number, status, half, at)


def send(actor: Actor, key: str, *kept: Entry, at: datetime = BACK) -> tuple[Outcome, ...]:
    """Send a batch at a moment."""
    return roll_entries.take(actor, key, kept, at)


def outcomes(*results: Outcome) -> list[RollOutcome]:
    """Return the bare outcomes."""
    return [result.outcome for result in results]


# ---- once, at the true time


def test_an_entry_is_written_at_its_true_time_by_name_of_the_caller(field: District, key: str) -> None:
    done = send(field.leader, key, entry("a", "M1", minutes(2)), entry("b", "M3", minutes(12), LATE))
    assert outcomes(*done) == [TAKEN, TAKEN]
    assert [(result.status, result.at, result.words) for result in done] == [
        (PRESENT, minutes(2), ""),
        (LATE, minutes(12), ""),
    ]
    place = place_of(key, field.zhang)
    assert (place.source, place.at, place.by) == (AttendanceSource.ROLL_CALL, minutes(2), field.secretary)
    kept = RollEntry.get(RollEntry.member == field.zhang)
    assert (kept.at, kept.received_at, kept.by, kept.outcome) == (minutes(2), BACK, field.secretary, TAKEN)
    lines = AuditLog.select().where(AuditLog.action == "session.called")
    assert {(line.actor, line.subject) for line in lines} == {(field.secretary.id, key)}


def test_twice_is_once_and_gives_the_kept_outcome(field: District, key: str) -> None:
    first = entry("a", "M1", minutes(2))
    once = send(field.leader, key, first, first)
    again = send(field.leader, key, first, at=minutes(50))
    assert outcomes(*once, *again) == [TAKEN, TAKEN, TAKEN]
    assert again[0].at == minutes(2)
    assert RollEntry.select().count() == 1
    assert AuditLog.select().where(AuditLog.action == "session.called").count() == 1


def test_two_taps_of_one_second_keep_their_order(field: District, key: str) -> None:
    taps = [entry(f"t{index}", "M1", BACK, status) for index, status in enumerate((PRESENT, EXPECTED, LATE))]
    send(field.leader, key, *taps)
    assert places(key)["M1"] is LATE


def test_two_devices_make_one_row_and_the_first_true_time_is_kept(field: District, key: str) -> None:
    send(field.leader, key, entry("a", "M1", minutes(8)), entry("b", "M2", minutes(9)))
    done = send(field.headman, key, entry("c", "M1", minutes(3)), entry("d", "M2", minutes(11)))
    assert outcomes(*done) == [TAKEN, KNOWN]
    assert (place_of(key, field.zhang).at, place_of(key, field.li).at) == (minutes(3), minutes(9))
    assert (place_of(key, field.zhang).by, place_of(key, field.li).by) == (field.head, field.secretary)
    assert Attendance.select().where(Attendance.member == field.zhang).count() == 1


def test_whom_anybody_saw_in_time_is_not_late_and_never_falls_back(field: District, key: str) -> None:
    send(field.leader, key, entry("a", "M1", minutes(3)))
    late, gone = send(
        field.headman, key, entry("b", "M1", minutes(12), LATE), entry("c", "M1", minutes(14), EXPECTED)
    )
    assert outcomes(late, gone) == [KNOWN, KNOWN]
    assert late.words == "别处已经登记为到会，没有改动。"
    assert (place_of(key, field.zhang).status, place_of(key, field.zhang).at) == (PRESENT, minutes(3))


def test_a_later_word_of_the_same_leader_corrects_whichever_device_sent_it_first(
    field: District, key: str
) -> None:
    send(field.leader, key, entry("b", "M1", minutes(9), LATE), entry("d", "M2", minutes(9), EXPECTED))
    done = send(field.leader, key, entry("a", "M1", minutes(3)), entry("c", "M2", minutes(3)))
    assert (place_of(key, field.zhang).status, place_of(key, field.zhang).at) == (LATE, minutes(3))
    assert outcomes(*done) == [TAKEN, KNOWN]
    assert places(key)["M2"] is EXPECTED


def test_a_scan_keeps_its_time_and_its_way(field: District, key: str) -> None:
    scan(bound(field.zhang), key, minutes(-3))
    scan(bound(field.li), key, minutes(20))
    done = send(field.leader, key, entry("a", "M1", minutes(-10)), entry("b", "M2", minutes(5)))
    assert outcomes(*done) == [KNOWN, TAKEN]
    first, second = place_of(key, field.zhang), place_of(key, field.li)
    assert (first.source, first.at) == (AttendanceSource.QR, minutes(-3))
    # The phone was late, the member was not: somebody saw it.
    assert (second.source, second.status, second.at) == (AttendanceSource.ROLL_CALL, PRESENT, minutes(5))


def test_a_correction_made_knowingly_is_not_undone_by_what_was_known_before(
    field: District, key: str
) -> None:
    send(field.headman, key, entry("a", "M1", minutes(3)))
    attendance.call_roll(field.leader, key, ABSENT, ["M1"], minutes(40))
    send(field.headman, key, entry("a", "M1", minutes(3)), at=minutes(50))
    send(field.leader, key, entry("b", "M1", minutes(2), ABSENT), at=minutes(51))
    assert places(key)["M1"] is ABSENT


def test_a_leader_corrects_an_own_call_on_the_spot(field: District, key: str) -> None:
    attendance.call_roll(field.leader, key, PRESENT, ["M1", "M2"], minutes(5))
    attendance.call_roll(field.leader, key, LEAVE, ["M3"], minutes(5))
    kept = [entry("a", "M1", minutes(9), LATE), entry("b", "M2", minutes(9), EXPECTED)]
    done = send(field.leader, key, *kept, entry("c", "M3", minutes(9), EXPECTED))
    assert outcomes(*done) == [TAKEN, TAKEN, TAKEN]
    assert [places(key)[number] for number in ("M1", "M2", "M3")] == [LATE, EXPECTED, EXPECTED]


def test_who_was_on_leave_and_came_all_the_same_was_there(field: District, key: str) -> None:
    attendance.call_roll(field.headman, key, LEAVE, ["M1", "M2"], minutes(-60))
    send(field.leader, key, entry("a", "M1", minutes(3)), entry("b", "M2", minutes(3), EXPECTED))
    assert (places(key)["M1"], places(key)["M2"]) == (PRESENT, LEAVE)


# ---- times that cannot be


@pytest.mark.parametrize(("off", "words"), [(-90, True), (32.5, True), (31, False), (-29, False)])
def test_a_time_that_cannot_be_becomes_the_moment_of_arrival(
    field: District, key: str, off: float, words: bool
) -> None:
    (done,) = send(field.leader, key, entry("a", "M1", minutes(off)))
    wanted = BACK if words else minutes(off)
    assert (done.outcome, done.at) == (TAKEN, wanted)
    assert done.words == ("手机上的时间不对，按收到的时间记。" if words else "")


def test_a_clock_that_runs_wrong_is_set_right(field: District, key: str) -> None:
    wrong = timedelta(hours=5)
    kept = [entry("a", "M1", minutes(2) - wrong)]
    roll_entries.take(field.leader, key, kept, BACK, sent=BACK - wrong)
    assert place_of(key, field.zhang).at == minutes(2)


# ---- refused, and nothing lost


def test_after_the_confirmation_an_entry_is_refused_and_goes_in_once_it_was_reopened(
    field: District, key: str
) -> None:
    attendance.confirm(field.leader, key, minutes(100))
    kept = entry("a", "M1", minutes(2))
    (done,) = send(field.leader, key, kept, at=minutes(110))
    assert (done.outcome, places(key)["M1"]) == (REFUSED, ABSENT)
    assert "退回重核" in done.words
    attendance.reopen(field.above, key, "有一部手机没有传上", minutes(120))
    (done,) = send(field.leader, key, kept, at=minutes(130))
    assert (done.outcome, done.at) == (TAKEN, minutes(2))
    attendance.confirm(field.leader, key, minutes(140))
    assert entries(field.zhang) == [(2026, "ATTENDANCE", 150)]
    sound()


def test_before_the_door_opens_only_leave_is_written_down(field: District, key: str) -> None:
    early = START - timedelta(hours=3)
    done = send(field.leader, key, entry("a", "M1", early), entry("b", "M2", early, LEAVE), at=early)
    assert outcomes(*done) == [REFUSED, TAKEN]
    assert (places(key)["M1"], places(key)["M2"]) == (EXPECTED, LEAVE)


@pytest.mark.parametrize("number", ["N1", "M404", "M3"])
def test_who_is_out_of_reach_is_refused_like_who_does_not_exist_and_the_others_are_taken(
    field: District, key: str, number: str
) -> None:
    foreign, own = send(field.headman, key, entry("a", number, minutes(2)), entry("b", "M1", minutes(2)))
    assert outcomes(foreign, own) == [REFUSED, TAKEN]
    assert foreign.words == "名单里没有这位同志，只能点自己支部（小组）的党员。"


def test_a_nonce_of_somebody_else_tells_nothing(field: District, key: str) -> None:
    send(field.leader, key, entry("a", "M1", minutes(2)))
    (done,) = send(field.headman, key, entry("a", "M2", minutes(2)))
    assert (done.outcome, done.status, places(key)["M2"]) == (REFUSED, None, EXPECTED)


def test_a_session_out_of_reach_does_not_exist(field: District, key: str) -> None:
    for stranger in (field.outsider, member_actor(field.zhang.id)):
        with refused("not_found"):
            send(stranger, key, entry("a", "M1", minutes(2)))
        with refused("not_found"):
            within.roll(stranger, key, BACK)


@pytest.mark.parametrize(
    "bad",
    [
        Entry("short", "M1", PRESENT, None, START),
        Entry("a" * 37, "M1", PRESENT, None, START),
        Entry("a" * 15 + "\x00", "M1", PRESENT, None, START),
        Entry("a" * 16, "M1\x00", PRESENT, None, START),
        Entry("a" * 16, "\ud800", PRESENT, None, START),
        Entry("a" * 16, "M" * 33, PRESENT, None, START),
        Entry("a" * 16, "", PRESENT, None, START),
    ],
)
def test_what_no_page_of_ours_sends_changes_nothing(field: District, key: str, bad: Entry) -> None:
    with refused("entries"):
        send(field.leader, key, entry("b", "M2", minutes(2)), bad)
    assert places(key)["M2"] is EXPECTED


def test_a_batch_has_an_end(field: District, key: str) -> None:
    with refused("entries"):
        send(field.leader, key, *(entry(f"n{index}", "M1", minutes(2)) for index in range(101)))


# ---- halves


def test_half_a_long_session_earns_half_and_both_halves_the_whole(field: District) -> None:
    key = published(field.branch, minutes=240)
    send(
        field.leader, key, entry("a", "M1", minutes(5), PARTIAL, 1), entry("b", "M2", minutes(5), PARTIAL, 1)
    )
    send(field.headman, key, entry("c", "M1", minutes(130), PARTIAL, 2), at=minutes(140))
    whole, half = place_of(key, field.zhang), place_of(key, field.li)
    assert (whole.status, whole.half, whole.at) == (PRESENT, None, minutes(5))
    assert (half.status, half.half) == (PARTIAL, 1)
    attendance.confirm(field.leader, key, minutes(300))
    assert (entries(field.zhang), entries(field.li)) == (
        [(2026, "ATTENDANCE", 400)],
        [(2026, "ATTENDANCE", 200)],
    )
    sound()


def test_halves_are_called_the_same_way_on_the_spot(field: District) -> None:
    key = published(field.branch, minutes=240)
    attendance.call_roll(field.leader, key, PARTIAL, ["M1", "M2"], minutes(5), half=1)
    attendance.call_roll(field.leader, key, PARTIAL, ["M1", "M3"], minutes(130), half=2)
    found = {who.number: place_of(key, who) for who in (field.zhang, field.li, field.wang)}
    assert [(place.status, place.half) for place in found.values()] == [
        (PRESENT, None),
        (PARTIAL, 1),
        (PARTIAL, 2),
    ]


@pytest.mark.parametrize(
    ("length", "status", "half"), [(90, PARTIAL, 1), (240, PRESENT, 1), (240, PARTIAL, 3)]
)
def test_a_half_that_cannot_be_is_refused(
    field: District, length: int, status: AttendanceStatus, half: int
) -> None:
    key = published(field.branch, minutes=length)
    (done,) = send(field.leader, key, entry("a", "M1", minutes(2), status, half))
    assert (done.outcome, places(key)["M1"]) == (REFUSED, EXPECTED)


# ---- any order, any repetition


def _rows(key: str) -> list[tuple[object, ...]]:
    rows = Attendance.select().order_by(Attendance.member)
    return [(row.member_id, row.status, row.at, row.half, row.source, row.by_id) for row in rows]


def _devices(field: District, dice: random.Random) -> list[tuple[Actor, Entry]]:
    """Make the entries of two devices and three hands for a long session, no two at the same moment."""
    moments = dice.sample(range(-20, 200), 16)
    kinds = [(PRESENT, None), (LATE, None), (PARTIAL, 1), (PARTIAL, 2), (EXPECTED, None), (LEAVE, None)]
    made = []
    for index, moment in enumerate(moments):
        status, half = dice.choice(kinds)
        actor = dice.choice([field.leader, field.headman, field.above])
        made.append(
            (actor, entry(f"n{index}", dice.choice(["M1", "M1", "M2", "M4"]), minutes(moment), status, half))
        )
    return made


@pytest.mark.parametrize("seed", range(6))
def test_any_order_and_repetition_of_two_devices_batches_gives_the_same_rows(
    field: District, seed: int
) -> None:
    key = published(field.branch, minutes=240)
    dice = random.Random(seed)
    made = _devices(field, dice)
    found = []
    for _ in range(4):
        shuffled = dice.sample(made, len(made)) + dice.choices(made, k=5)
        with database.atomic() as step:
            while shuffled:
                actor, _first = shuffled[0]
                size = dice.randint(1, 4)
                batch = [each for who, each in shuffled[:size] if who == actor]
                rest = [pair for pair in shuffled[:size] if pair[0] != actor]
                shuffled = rest + shuffled[size:]
                send(actor, key, *batch, at=minutes(250))
            found.append(_rows(key))
            step.rollback()
    assert found[1:] == found[:1] * 3
    assert {row[1] for row in found[0]} - {EXPECTED, AttendanceStatus.EXEMPT}
