"""What the platform tells after a message closes the row, once, and credits are good for one message each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models import Reminder, SubscribeCredit, WechatBinding
from models.terms import Channel, ReminderState
from services import binding
from services.delivery import claims, receipts, sending
from services.ports import Action
from tests.builders import District, bound, district
from tests.outbox import SUBSCRIBE, TUESDAY, attempts, credited, now_of, queued, with_templates
from wechat import router
from wechat.call import Call
from wechat.parse import parse

ME = "o-M1"
ACCEPTED, DELIVERED = ReminderState.ACCEPTED, ReminderState.DELIVERED


@pytest.fixture
def d(db: Any, tmp_path: Path) -> District:
    with_templates(tmp_path / "rules")
    made = district()
    bound(made.zhang)
    return made


def push(event: str, openid: str = ME, **fields: str) -> str:
    """Let the platform tell something, in its own XML."""
    told = {"Event": event, **fields}
    body = "".join(
        f"<{name}>{value if value.startswith('<') else f'<![CDATA[{value}]]>'}</{name}>"
        for name, value in told.items()
    )
    xml = (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{openid}</FromUserName>"
        f"<CreateTime>{int(TUESDAY.timestamp())}</CreateTime><MsgType>event</MsgType>{body}</xml>"
    )
    return router.route(Call(parse(xml.encode()), TUESDAY, TUESDAY, "https://x.test"))


def rows(*lists: Mapping[str, str]) -> str:
    return "".join(
        "<List>" + "".join(f"<{name}>{value}</{name}>" for name, value in row.items()) + "</List>"
        for row in lists
    )


def accepted(d: District, **columns: Any) -> Reminder:
    values: dict[str, Any] = {"state": ACCEPTED, "msgid": "900", "sent_at": TUESDAY, "tries": 1}
    return queued(d.zhang, **(values | columns))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("success", DELIVERED),
        ("failed:user block", ReminderState.DUE),
        ("failed: system failed", ReminderState.FAILED),
        ("something new", ReminderState.UNKNOWN),
    ],
)
def test_a_receipt_closes_the_row_that_has_its_number(d: District, status: str, state: ReminderState) -> None:
    row, other = accepted(d), accepted(d, msgid="901")
    assert push("TEMPLATESENDJOBFINISH", MsgID="900", Status=status) == ""
    assert (now_of(row).state, now_of(other).state) == (state, ACCEPTED)
    assert len(attempts(row)) == 1
    push("TEMPLATESENDJOBFINISH", MsgID="900", Status=status)
    assert (now_of(row).state, len(attempts(row))) == (state, 1), "a second copy changes nothing"


def test_a_blocked_message_goes_by_the_next_way(d: District) -> None:
    credited(ME)
    row = accepted(d)
    push("TEMPLATESENDJOBFINISH", MsgID="900", Status="failed:user block")
    assert (now_of(row).channel, now_of(row).msgid) == (Channel.SUBSCRIBE, None)
    [letter] = claims.claim(TUESDAY).letters
    assert (letter.channel, letter.template) == (Channel.SUBSCRIBE, SUBSCRIBE)


def test_after_a_failed_delivery_the_platform_would_swallow_the_same_id_for_ten_minutes(d: District) -> None:
    row = accepted(d)
    push("TEMPLATESENDJOBFINISH", MsgID="900", Status="failed: system failed")
    assert now_of(row).due_at >= TUESDAY + timedelta(minutes=11)


def test_a_receipt_that_is_faster_than_our_note_of_the_number_is_not_lost(d: District) -> None:
    row = queued(d.zhang)
    [letter] = claims.claim(TUESDAY).letters
    attempt = sending.begin(letter, TUESDAY)
    assert attempt is not None
    push("TEMPLATESENDJOBFINISH", MsgID="900", Status="success")
    sending.finish(letter, attempt, sending.Answer(Action.AWAIT_RECEIPT, 0, "900"), TUESDAY)
    assert (now_of(row).state, now_of(row).msgid) == (DELIVERED, "900")


def test_with_two_under_way_a_receipt_without_a_known_number_is_no_guess(d: District) -> None:
    for _ in range(2):
        queued(d.zhang)
    for letter in claims.claim(TUESDAY).letters:
        sending.begin(letter, TUESDAY)
    push("TEMPLATESENDJOBFINISH", MsgID="900", Status="success")
    assert {each.state for each in Reminder.select()} == {ReminderState.SENDING}


def test_a_receipt_after_a_day_still_tells_the_outcome_and_one_of_somebody_else_tells_nothing(
    d: District,
) -> None:
    row = accepted(d, state=ReminderState.UNKNOWN)
    assert not receipts.job_finished("o-nobody", "12345", Action.DELIVERED, TUESDAY)
    push("TEMPLATESENDJOBFINISH", MsgID="900", Status="success")
    assert now_of(row).state is DELIVERED


def test_accepts_are_kept_one_for_one_and_a_refusal_forgets_them(d: District) -> None:
    row = {"TemplateId": SUBSCRIBE, "SubscribeStatusString": "accept", "PopupScene": "1"}
    other = {"TemplateId": "SUB-2", "SubscribeStatusString": "reject", "PopupScene": "1"}
    push("subscribe_msg_popup_event", SubscribeMsgPopupEvent=rows(row, other))
    push("subscribe_msg_popup_event", SubscribeMsgPopupEvent=rows(row))
    assert [each.template for each in SubscribeCredit.select()] == [SUBSCRIBE, SUBSCRIBE]
    turned_off = {"TemplateId": SUBSCRIBE, "SubscribeStatusString": "reject"}
    push("subscribe_msg_change_event", SubscribeMsgChangeEvent=rows(turned_off))
    assert SubscribeCredit.select().count() == 0


@pytest.mark.parametrize(("code", "state"), [("0", DELIVERED), ("43101", ReminderState.INBOX)])
def test_a_sent_subscription_message_is_found_by_its_template(
    d: District, code: str, state: ReminderState
) -> None:
    row = accepted(d, channel=Channel.SUBSCRIBE, msgid=None)
    sent = {"TemplateId": SUBSCRIBE, "MsgID": "77", "ErrorCode": code, "ErrorStatus": "x"}
    push("subscribe_msg_sent_event", SubscribeMsgSentEvent=rows(sent))
    assert now_of(row).state is state


def test_who_unfollows_leaves_no_accept_behind_and_who_follows_again_is_reached(d: District) -> None:
    credited(ME)
    WechatBinding.update(following=False).execute()
    push("subscribe", EventKey="")
    assert WechatBinding.get().following
    binding.unfollow(ME, TUESDAY)
    assert SubscribeCredit.select().count() == 0


@pytest.mark.parametrize("fields", [{}, {"MsgID": "900"}, {"Status": "success"}, {"MsgID": "9" * 20}])
def test_an_incomplete_receipt_is_taken_without_a_fault(d: District, fields: dict[str, str]) -> None:
    accepted(d)
    assert push("TEMPLATESENDJOBFINISH", **fields) == ""
    assert push("subscribe_msg_sent_event", SubscribeMsgSentEvent=rows({})) == ""
    assert push("subscribe_msg_popup_event", SubscribeMsgPopupEvent=rows({}, {"TemplateId": "t"})) == ""
