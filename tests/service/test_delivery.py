"""Delivery: each reminder leaves once at most, by the first open way, and nothing is lost (G6, R94)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models import (
    ChannelPause,
    MemberSetting,
    OptOut,
    Reminder,
    ReminderAttempt,
    SubscribeCredit,
    WechatBinding,
    database,
)
from models.terms import Channel, ReminderState, SuppressedWhy, Topic
from scheduler.deliver import Deliverer, Post
from services.actor import OPERATOR
from services.clock import ZONE
from services.delivery import claims, fence, pauses, sending, upkeep
from services.delivery.outcomes import TABLE, TRIES, next_moment
from services.ports import Action, PlatformError
from services.writer import Writer
from tests.builders import District, bound, district, member
from tests.fakes import DirectRunner, FixedClock
from tests.outbox import (
    SUBSCRIBE,
    TEMPLATE,
    TUESDAY,
    FakeMessenger,
    attempts,
    busy,
    credited,
    now_of,
    queued,
    refusal,
    states,
    with_templates,
)

DUE, FAILED, SENDING = ReminderState.DUE, ReminderState.FAILED, ReminderState.SENDING
ACCEPTED, UNKNOWN, INBOX = ReminderState.ACCEPTED, ReminderState.UNKNOWN, ReminderState.INBOX


@pytest.fixture
def d(db: Any, tmp_path: Path) -> District:
    with_templates(tmp_path / "rules")
    made = district()
    for each in (made.zhang, made.li, made.wang):
        bound(each)
    return made


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(TUESDAY)


@pytest.fixture
def deliver(commits: None, clock: FixedClock) -> Callable[..., Counter[str]]:
    """Run a deliverer of one thread to its end and return the counts."""

    def run(messenger: FakeMessenger, threads: int = 1) -> Counter[str]:
        runner: Any = DirectRunner()
        tally = Deliverer(Post(messenger, runner, clock, "https://x.test", threads)).run()
        return Counter(accepted=tally.accepted, refused=tally.refused, failed=tally.failed)

    return run


# ---- once


def test_what_is_due_leaves_once_and_waits_for_its_receipt(d: District, deliver: Any) -> None:
    row, later = queued(d.zhang), queued(d.li, due_at=TUESDAY + timedelta(hours=1))
    platform = FakeMessenger()
    assert deliver(platform) == Counter(accepted=1)
    assert deliver(platform) == Counter()
    assert platform.accepted == [("o-M1", TEMPLATE, row.key)]
    assert platform.urls == [f"https://x.test/m/notices/{row.key}"]
    found = now_of(row)
    assert (found.state, found.msgid, found.sent_at, found.claim) == (ACCEPTED, "1001", TUESDAY, None)
    assert attempts(row) == [("TEMPLATE", "ACCEPTED", 0)]
    assert now_of(later).state is DUE


def test_two_claims_share_no_row_and_a_batch_is_no_longer_than_asked(d: District) -> None:
    for _ in range(5):
        queued(d.zhang)
    first, second = claims.claim(TUESDAY, 3), claims.claim(TUESDAY, 3)
    assert [first.won, second.won] == [3, 2]
    assert not {each.id for each in first.letters} & {each.id for each in second.letters}
    assert claims.claim(TUESDAY, 3).won == 0


@pytest.mark.usefixtures("commits")
def test_two_deliverers_at_once_send_no_row_twice(d: District, clock: FixedClock) -> None:
    for number in range(60):
        queued((d.zhang, d.li, d.wang)[number % 3])
    platform, writer = FakeMessenger(), Writer()
    pair = [Deliverer(Post(platform, writer, clock, "https://x.test", 4)) for _ in range(2)]
    threads = [threading.Thread(target=each.run) for each in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    writer.stop()
    assert Counter(states()) == Counter({ACCEPTED: 60})
    assert len({key for _, _, key in platform.accepted}) == platform.calls == 60


# ---- nothing leaves when it may not


def test_in_the_quiet_hours_and_on_days_off_nothing_leaves(
    d: District, deliver: Any, clock: FixedClock
) -> None:
    row = queued(d.zhang)
    for moment in ((17, 20), (17, 23), (18, 7), (21, 10)):
        clock.at = datetime(2026, 11, *moment, tzinfo=ZONE)
        assert deliver(FakeMessenger()) == Counter()
    assert now_of(row).state is DUE


def test_behind_the_fence_nothing_leaves_until_the_operator_says_so(d: District, deliver: Any) -> None:
    row = queued(d.zhang)
    fence.put_up(OPERATOR, "restored", TUESDAY)
    assert deliver(FakeMessenger()) == Counter()
    assert now_of(row).state is DUE
    assert fence.release(OPERATOR, TUESDAY)
    assert not fence.release(OPERATOR, TUESDAY)
    assert deliver(FakeMessenger()) == Counter(accepted=1)


def test_a_fence_raised_in_the_middle_of_a_batch_holds_the_rest_back(d: District, deliver: Any) -> None:
    rows = [queued(d.zhang), queued(d.li), queued(d.wang)]
    platform = FakeMessenger(before=lambda _: fence.put_up(OPERATOR, "restored", TUESDAY))
    assert deliver(platform) == Counter(accepted=1)
    assert [now_of(row).state for row in rows] == [ACCEPTED, DUE, DUE]
    assert attempts(rows[1]) == []


@pytest.mark.parametrize("how", ["opted out", "no reminders at all", "unbound", "not following"])
def test_whoever_has_left_since_the_claim_gets_nothing(d: District, how: str) -> None:
    row = queued(d.zhang)
    [letter] = claims.claim(TUESDAY).letters
    if how == "opted out":
        OptOut.create(member=d.zhang, topic=Topic.SESSION_MOVED, at=TUESDAY)
    elif how == "no reminders at all":
        MemberSetting.create(member=d.zhang, reminders=False, changed_at=TUESDAY)
    elif how == "unbound":
        WechatBinding.update(unbound_at=TUESDAY).where(WechatBinding.member == d.zhang).execute()
    else:
        WechatBinding.update(following=False).where(WechatBinding.member == d.zhang).execute()
    assert sending.begin(letter, TUESDAY) is None
    assert (now_of(row).state, now_of(row).tries, attempts(row)) == (DUE, 0, [])
    assert claims.claim(TUESDAY).letters == ()
    assert now_of(row).state in {ReminderState.SUPPRESSED, INBOX}


def test_what_was_settled_meanwhile_is_suppressed_with_its_reason(d: District, deliver: Any) -> None:
    stale = queued(d.zhang, not_after=TUESDAY - timedelta(minutes=1))
    unbound = queued(d.head)
    met = queued(d.li, topic=Topic.HOURS_GAP, period="2026-11-15")
    platform = FakeMessenger()
    assert deliver(platform) == Counter()
    assert (now_of(stale).state, now_of(stale).why) == (ReminderState.SUPPRESSED, SuppressedWhy.STALE)
    assert (now_of(met).state, now_of(met).why) == (ReminderState.SUPPRESSED, SuppressedWhy.SATISFIED)
    assert (now_of(unbound).state, now_of(unbound).why) == (INBOX, SuppressedWhy.UNBOUND)


def test_a_letter_that_lay_too_long_is_given_back_and_judged_anew(d: District) -> None:
    row = queued(d.zhang)
    [letter] = claims.claim(TUESDAY).letters
    assert sending.begin(letter, TUESDAY + timedelta(seconds=61)) is None
    assert now_of(row).state is DUE


def test_a_field_that_breaks_the_rules_is_never_sent_and_its_keyword_is_logged(
    d: District, deliver: Any, capsys: Any
) -> None:
    row = queued(d.zhang, fields='{"thing1": "字字字字字字字字字字字字字字字字字字字字字"}')
    platform = FakeMessenger()
    assert deliver(platform) == Counter()
    assert (now_of(row).state, platform.calls) == (INBOX, 0)
    assert "reminder_field_fault" in capsys.readouterr().out


# ---- each action of the table


def test_every_action_has_its_line() -> None:
    assert set(TABLE) == set(Action)


@pytest.mark.parametrize(
    ("fault", "state", "channel", "counts"),
    [
        (busy(), FAILED, Channel.TEMPLATE, "failed"),
        (busy(maybe_done=True), UNKNOWN, Channel.TEMPLATE, "failed"),
        (refusal(Action.RENEW_TOKEN, 40001), FAILED, Channel.TEMPLATE, "failed"),
        (refusal(Action.SPREAD, 43117), FAILED, Channel.TEMPLATE, "failed"),
        (refusal(Action.UNFOLLOWED, 43004), INBOX, Channel.INBOX, "refused"),
        (refusal(Action.REFUSED, 43101), INBOX, Channel.INBOX, "refused"),
        (refusal(Action.NEXT_CHANNEL, 45015), INBOX, Channel.INBOX, "refused"),
        (refusal(Action.OUR_FAULT, 47003), INBOX, Channel.INBOX, "failed"),
        (refusal(Action.PAUSE_TEMPLATE, 40037), INBOX, Channel.INBOX, "failed"),
        (refusal(Action.SWITCH_OFF, 48001), INBOX, Channel.INBOX, "failed"),
        (refusal(Action.PAUSE_UNTIL_MIDNIGHT, 45009), DUE, Channel.TEMPLATE, "failed"),
        (refusal(Action.ALERT, 40164), DUE, Channel.TEMPLATE, "failed"),
        (refusal(Action.UNKNOWN, 99999), UNKNOWN, Channel.TEMPLATE, "failed"),
    ],
    ids=lambda value: value.action.value if isinstance(value, PlatformError) else None,
)
def test_what_an_answer_does_to_the_reminder(  # noqa: PLR0917 - the columns of the table above
    d: District, deliver: Any, fault: PlatformError, state: ReminderState, channel: Channel, counts: str
) -> None:
    row = queued(d.zhang)
    platform = FakeMessenger([fault])
    assert deliver(platform) == Counter({counts: 1})
    assert deliver(platform) == Counter(), "nothing is sent again at once"
    found = now_of(row)
    assert (found.state, found.channel, platform.calls) == (state, channel, 1)
    assert attempts(row)[0][2] == fault.code


def test_a_failure_is_tried_again_later_and_at_last_the_list_has_it(
    d: District, deliver: Any, clock: FixedClock
) -> None:
    row = queued(d.zhang)
    platform = FakeMessenger(always=busy())
    waits = []
    for _ in range(TRIES):
        assert deliver(platform) == Counter(failed=1)
        waits.append(now_of(row).due_at - clock.at)
        clock.at = max(now_of(row).due_at, clock.at)
    assert (now_of(row).state, now_of(row).channel) == (ReminderState.DEAD, Channel.INBOX)
    assert platform.calls == TRIES
    assert timedelta(minutes=1) <= waits[0] <= timedelta(minutes=1.5)
    assert timedelta(minutes=2) <= waits[1] <= timedelta(minutes=3)
    assert deliver(platform) == Counter()


def test_waits_are_spread_and_bounded() -> None:
    assert len({next_moment(TUESDAY, 5) for _ in range(40)}) > 10
    assert next_moment(TUESDAY, 60) <= TUESDAY + timedelta(minutes=90)


def test_an_unfollowed_account_is_marked_and_later_ones_go_to_the_list(d: District, deliver: Any) -> None:
    queued(d.zhang)
    deliver(FakeMessenger([refusal(Action.UNFOLLOWED, 43004)]))
    assert not WechatBinding.get(WechatBinding.member == d.zhang).following
    second, platform = queued(d.zhang), FakeMessenger()
    deliver(platform)
    assert (now_of(second).state, platform.calls) == (INBOX, 0)


def test_a_platform_that_is_away_ends_the_run_and_the_rest_stays_due(d: District, deliver: Any) -> None:
    for _ in range(30):
        queued(d.zhang)
    platform = FakeMessenger(always=busy())
    deliver(platform)
    assert platform.calls == 8
    assert Counter(states()) == Counter({FAILED: 8, DUE: 22})


# ---- pauses


def test_a_banned_template_rests_until_the_operator_wakes_it(d: District, deliver: Any) -> None:
    queued(d.zhang)
    deliver(FakeMessenger([refusal(Action.PAUSE_TEMPLATE, 43116)]))
    pause = ChannelPause.get()
    assert (pause.template, pause.until, pause.code) == (TEMPLATE, None, 43116)
    second, platform = queued(d.li), FakeMessenger()
    deliver(platform)
    assert (now_of(second).state, platform.calls) == (INBOX, 0)
    assert pauses.wake(OPERATOR, TUESDAY) == 1
    queued(d.wang)
    assert deliver(platform) == Counter(accepted=1)


def test_a_used_up_quota_waits_for_midnight_in_beijing_and_goes_in_the_morning(
    d: District, deliver: Any, clock: FixedClock
) -> None:
    rows = [queued(d.zhang), queued(d.li)]
    platform = FakeMessenger([refusal(Action.PAUSE_UNTIL_MIDNIGHT, 45009)])
    deliver(platform)
    midnight = datetime(2026, 11, 18, tzinfo=ZONE)
    assert ChannelPause.get().until == midnight
    assert [now_of(row).due_at for row in rows] == [midnight, midnight]
    assert [now_of(row).tries for row in rows] == [0, 0]
    clock.at = midnight + timedelta(hours=8)
    assert deliver(platform) == Counter(accepted=2)


def test_what_would_be_stale_by_midnight_takes_the_next_way_at_once(d: District, deliver: Any) -> None:
    row = queued(d.zhang, not_after=TUESDAY + timedelta(hours=9))
    deliver(FakeMessenger([refusal(Action.PAUSE_UNTIL_MIDNIGHT, 45009)]))
    assert now_of(row).state is INBOX


# ---- 订阅通知


def test_after_a_refusal_a_credit_is_used_once(d: District, deliver: Any) -> None:
    credited("o-M1")
    first = queued(d.zhang)
    platform = FakeMessenger([refusal(Action.REFUSED, 43101)])
    assert deliver(platform) == Counter(refused=1, accepted=1)
    assert (now_of(first).state, now_of(first).channel) == (ACCEPTED, Channel.SUBSCRIBE)
    assert attempts(first) == [("TEMPLATE", "REFUSED", 43101), ("SUBSCRIBE", "ACCEPTED", 0)]
    assert (SubscribeCredit.get().used_at, SubscribeCredit.get().reminder_id) == (TUESDAY, first.id)
    second = queued(d.zhang)
    platform.answers = [refusal(Action.REFUSED, 43101)]
    assert deliver(platform) == Counter(refused=1)
    assert now_of(second).state is INBOX
    assert [template for _, template, _ in platform.accepted] == [SUBSCRIBE]


def test_a_credit_is_given_back_when_the_message_certainly_did_not_leave(d: District, deliver: Any) -> None:
    credited("o-M1")
    row = queued(d.zhang, channel=Channel.SUBSCRIBE)
    deliver(FakeMessenger([busy()]))
    assert (now_of(row).state, SubscribeCredit.get().used_at) == (FAILED, None)
    SubscribeCredit.update(used_at=TUESDAY).execute()


def test_two_letters_for_one_credit_one_leaves(d: District) -> None:
    credited("o-M1")
    rows = [queued(d.zhang, channel=Channel.SUBSCRIBE) for _ in range(2)]
    letters = claims.claim(TUESDAY).letters
    begun = [sending.begin(letter, TUESDAY) for letter in letters]
    assert [each is None for each in begun] == [False, True]
    assert [now_of(row).state for row in rows] == [SENDING, DUE]


# ---- killed (G6)


class Killed(BaseException):
    """The process ends here."""


POINTS = ("before the claim", "after the claim", "after the attempt", "in the call", "after the answer",
          "after the mark")  # fmt: skip


def _killed_at(point: str, platform: FakeMessenger, clock: FixedClock) -> None:
    """Deliver one reminder as the deliverer does, and end at one point, with what was not committed gone."""
    try:
        with database.atomic():
            if point == POINTS[0]:
                Reminder.update(state=SENDING).execute()
                raise Killed
        letters = claims.claim(clock()).letters
        if point == POINTS[1]:
            raise Killed
        for letter in letters:
            attempt = sending.begin(letter, clock())
            if point == POINTS[2] or attempt is None:
                raise Killed
            answer = sending.call(letter, platform, "")
            if point in POINTS[3:5]:
                raise Killed
            sending.finish(letter, attempt, answer, clock())
            raise Killed
    except Killed:
        pass


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_at_any_point_sends_nothing_twice_and_loses_nothing(
    d: District, deliver: Any, clock: FixedClock, point: str
) -> None:
    row, platform = queued(d.zhang), FakeMessenger()
    _killed_at(point, platform, clock)
    assert deliver(platform) == (Counter(accepted=1) if point == POINTS[0] else Counter())
    upkeep.sweep(clock())
    assert deliver(platform) == Counter(), "the lease still runs"
    clock.move(minutes=3)
    upkeep.sweep(clock())
    deliver(platform)
    clock.move(hours=25)
    upkeep.sweep(clock())
    deliver(platform)
    may_have_left = point in POINTS[2:5]
    assert now_of(row).state is UNKNOWN
    assert platform.calls == (0 if point == POINTS[2] else 1)
    assert attempts(row)[0][1] == ("UNKNOWN" if may_have_left else "ACCEPTED")


def test_a_deliverer_that_dies_in_the_middle_leaves_every_row_settled(
    d: District, deliver: Any, clock: FixedClock
) -> None:
    """A control: a naive sender that marks after the call, and resends what is not marked, sends twice."""
    rows = [queued(d.zhang), queued(d.li), queued(d.wang)]
    naive = FakeMessenger()
    for _ in range(2):
        for each in rows:
            naive.template(f"o-{each.member.number}", TEMPLATE, {}, each.key, "")
    assert len(naive.accepted) > len({key for _, _, key in naive.accepted})
    platform, fatal = FakeMessenger(), threading.Event()

    def die(_openid: str) -> None:
        if len(platform.accepted) == 1 and not fatal.is_set():
            fatal.set()
            raise Killed

    platform.before = die
    letters = claims.claim(clock()).letters

    def go_on() -> None:
        for letter in letters:
            attempt = sending.begin(letter, clock())
            assert attempt is not None
            sending.finish(letter, attempt, sending.call(letter, platform, ""), clock())

    with pytest.raises(Killed):
        go_on()
    clock.move(minutes=3)
    assert upkeep.reap(clock()) == 2
    deliver(platform)
    assert Counter(states()) == Counter({ACCEPTED: 2, UNKNOWN: 1})
    assert len({key for _, _, key in platform.accepted}) == len(platform.accepted) == 2


def test_an_answer_that_comes_after_the_lease_still_counts(d: District, clock: FixedClock) -> None:
    row = queued(d.zhang)
    [letter] = claims.claim(clock()).letters
    attempt = sending.begin(letter, clock())
    assert attempt is not None
    clock.move(hours=2)
    upkeep.reap(clock())
    assert now_of(row).state is UNKNOWN
    sending.finish(letter, attempt, sending.Answer(Action.AWAIT_RECEIPT, 0, "77"), clock())
    assert (now_of(row).state, now_of(row).msgid) == (ACCEPTED, "77")


def test_without_a_receipt_for_a_day_it_is_unknown_and_not_sent_again(
    d: District, deliver: Any, clock: FixedClock
) -> None:
    row, platform = queued(d.zhang), FakeMessenger()
    deliver(platform)
    clock.move(hours=23)
    assert upkeep.close_unanswered(clock()) == 0
    clock.move(hours=1, seconds=1)
    assert upkeep.close_unanswered(clock()) == 1
    assert now_of(row).state is UNKNOWN
    deliver(platform)
    assert platform.calls == 1


# ---- figures


def test_the_figures_say_how_many_wait_and_since_when(d: District, deliver: Any) -> None:
    assert (upkeep.figures().pending, upkeep.figures().age(TUESDAY)) == (0, 0.0)
    queued(d.zhang, due_at=TUESDAY - timedelta(hours=1))
    queued(d.li)
    assert upkeep.due(TUESDAY)
    assert (upkeep.figures().pending, upkeep.figures().age(TUESDAY)) == (2, 3600.0)
    deliver(FakeMessenger())
    assert upkeep.figures().by_state == {ACCEPTED: 2}
    assert not upkeep.due(TUESDAY)


def test_every_call_leaves_an_attempt_on_record(d: District, deliver: Any) -> None:
    queued(d.zhang)
    queued(member("M9", d.branch))
    deliver(FakeMessenger([busy()]))
    assert [(str(each.channel), str(each.state)) for each in ReminderAttempt.select()] == [
        ("TEMPLATE", "FAILED")
    ]


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    yield
    if database.obj is not None and not database.is_closed():
        database.obj.release()
