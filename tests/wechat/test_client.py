"""What the client makes of answers that are none, of error codes, and of a platform that is away."""

from __future__ import annotations

import logging
import socket
import threading

import pytest
import requests
import responses
from urllib3.exceptions import MaxRetryError, NewConnectionError

from services.ports import Action, Busy, PlatformError
from tests.wechat.peer import (
    API,
    SECRET,
    SEND_URL,
    USER_URL,
    error,
    follows,
)
from tests.wechat.pushes import APP_ID, OPENID
from wechat.actions import ACTIONS, action_of, receipt_action
from wechat.breaker import FAILURES, PAUSE, Breaker
from wechat.calls import PlatformClient
from wechat.client import TIMEOUT

# Answers that are none.


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    "answer",
    [
        {"status": 502, "body": "<html>502</html>"},
        {"status": 200, "body": "<html>系统繁忙</html>"},
        {"status": 200, "body": "[1]"},
        {"status": 200, "body": ""},
        {"status": 404, "json": {"errcode": 0}},
        {"status": 302, "headers": {"Location": "https://evil.example/"}},
        {"status": 200, "json": {"errcode": "x"}},
        {"status": 200, "json": {"errcode": None}},
        {"status": 200, "json": {"errcode": -1, "errmsg": "system error"}},
    ],
    ids=["502", "HTML", "a list", "nothing", "404", "a redirect", "a word for a code", "null", "-1"],
)
def test_an_answer_that_is_none_means_busy(net, platform, answer):
    net.get(USER_URL, **answer)
    with pytest.raises(Busy) as busy:
        platform.user_info(OPENID)
    assert busy.value.code == -1
    assert busy.value.path == "/cgi-bin/user/info"
    assert len(net.calls) == 1


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("fault", "maybe_done", "action"),
    [
        (requests.exceptions.ConnectTimeout(), False, Action.RETRY),
        (
            requests.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "refused"))),
            False,
            Action.RETRY,
        ),
        (requests.exceptions.ReadTimeout(), True, Action.UNKNOWN),
        (requests.ConnectionError("reset"), True, Action.UNKNOWN),
        (requests.exceptions.ChunkedEncodingError("half"), True, Action.UNKNOWN),
    ],
    ids=["connect timeout", "refused", "read timeout", "reset", "half an answer"],
)
def test_a_message_that_may_have_been_sent_is_told_from_one_that_was_not(
    net, platform, fault, maybe_done, action
):
    net.post(SEND_URL, body=fault)
    with pytest.raises(Busy) as busy:
        platform.send_template(OPENID, "tpl", {"thing1": "学习"}, client_msg_id="m1")
    assert (busy.value.maybe_done, busy.value.action) == (maybe_done, action)
    assert len(net.calls) == 1


# Error codes.


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(("code", "action"), sorted(ACTIONS.items()))
def test_every_code_of_the_table_brings_its_action(net, platform, code, action):
    if code in (0, -1) or action is Action.RENEW_TOKEN:
        assert action_of(code) is action
        return
    net.post(SEND_URL, json=error(code))
    with pytest.raises(PlatformError) as refused:
        platform.send_template(OPENID, "tpl", {}, client_msg_id="m1")
    assert (refused.value.code, refused.value.action, refused.value.path) == (
        code,
        action,
        "/cgi-bin/message/template/send",
    )


@pytest.mark.usefixtures("ready")
def test_a_code_that_nobody_knows_is_not_tried_again(net, platform):
    net.post(SEND_URL, json=error(99_999))
    with pytest.raises(PlatformError) as refused:
        platform.send_template(OPENID, "tpl", {}, client_msg_id="m1")
    assert refused.value.action is Action.UNKNOWN
    assert len(net.calls) == 1


@pytest.mark.usefixtures("ready")
def test_the_daily_quota_pauses_until_midnight(net, platform):
    net.post(SEND_URL, json=error(45009, "reach max api daily quota limit"))
    with pytest.raises(PlatformError) as refused:
        platform.send_template(OPENID, "tpl", {}, client_msg_id="m1")
    assert refused.value.action is Action.PAUSE_UNTIL_MIDNIGHT


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("success", Action.DELIVERED),
        ("failed:user block", Action.REFUSED),
        ("failed: user block", Action.REFUSED),
        ("failed: system failed", Action.RETRY),
        ("", Action.UNKNOWN),
    ],
)
def test_a_receipt_brings_its_action(status, action):
    assert receipt_action(status) is action


# The breaker.


@pytest.mark.usefixtures("ready")
def test_after_five_busy_answers_nobody_asks_for_half_a_minute(net, platform, hands):
    net.get(USER_URL, status=502, body="<html>")
    for _ in range(FAILURES + 20):
        with pytest.raises(Busy):
            platform.user_info(OPENID)
    assert len(net.calls) == FAILURES
    hands.at += PAUSE - 0.1
    with pytest.raises(Busy) as busy:
        platform.user_info(OPENID)
    assert not busy.value.maybe_done
    assert len(net.calls) == FAILURES


@pytest.mark.usefixtures("ready")
def test_after_the_pause_one_call_tries_and_its_outcome_decides(net, platform, hands):
    net.get(USER_URL, status=502, body="<html>")
    for _ in range(FAILURES):
        with pytest.raises(Busy):
            platform.user_info(OPENID)
    hands.at += PAUSE
    for _ in range(3):
        with pytest.raises(Busy):
            platform.user_info(OPENID)
    assert len(net.calls) == FAILURES + 1
    hands.at += PAUSE
    net.remove(responses.GET, USER_URL)
    follows(net, "t1")
    for _ in range(3):
        platform.user_info(OPENID)
    assert len(net.calls) == FAILURES + 4


def test_while_the_one_call_tries_the_others_stay_away(hands):
    breaker = Breaker(hands)
    for _ in range(FAILURES):
        assert breaker.allows()
        breaker.failed()
    hands.at += PAUSE
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    breaker.answered()
    assert breaker.allows()


@pytest.mark.usefixtures("ready")
def test_an_error_in_the_platforms_own_words_keeps_the_breaker_closed(net, platform):
    net.get(USER_URL, json=error(40003))
    for _ in range(FAILURES * 2):
        with pytest.raises(PlatformError):
            platform.user_info(OPENID)
    assert len(net.calls) == FAILURES * 2


# The seam.


@pytest.mark.parametrize("base", ["http://127.0.0.1:8001", "http://127.0.0.1:8001/wx/"])
def test_a_configured_stand_in_serves_every_path(net, store, hands, base):
    platform = PlatformClient(APP_ID, SECRET, store=store, now=hands, monotonic=hands, api_base=base)
    root = base.rstrip("/")
    net.post(f"{root}/cgi-bin/stable_token", json={"access_token": "t1", "expires_in": 7200})
    net.get(f"{root}/cgi-bin/user/info", json={"subscribe": 0})
    net.get(f"{root}/sns/oauth2/access_token", json={"openid": OPENID, "access_token": "u"})
    assert not platform.user_info(OPENID).subscribed
    assert platform.oauth_openid("c").openid == OPENID
    assert platform.authorize_url("https://x/", "s").startswith(f"{root}/connect/oauth2/authorize?")


def test_only_the_platform_is_ever_asked(net, platform, monkeypatch):
    monkeypatch.setattr("wechat.client.API", "https://evil.example")
    with pytest.raises(Busy):
        platform.oauth_openid("c")
    assert not net.calls


@pytest.mark.usefixtures("ready")
def test_a_redirect_is_not_followed_even_within_the_platform(net, platform):
    net.get(USER_URL, status=302, headers={"Location": f"{API}/elsewhere"})
    net.get(f"{API}/elsewhere", json={"subscribe": 1})
    with pytest.raises(Busy):
        platform.user_info(OPENID)
    assert len(net.calls) == 1


def test_every_call_has_its_time_limits(monkeypatch, platform, store, hands):
    seen = []

    def record(_adapter, _request, **kwargs):
        seen.append(kwargs["timeout"])
        raise requests.exceptions.ConnectTimeout

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", record)
    with pytest.raises(Busy):
        platform.user_info(OPENID)
    assert seen == [TIMEOUT]
    assert (TIMEOUT.connect_timeout, TIMEOUT.total) == (3, 8)


def test_neither_logs_nor_errors_hold_the_token_the_secret_or_the_openid(
    net, platform, store, caplog, capsys
):
    caplog.set_level(logging.DEBUG)
    store.save("t-secret-token", 2e9)
    net.get(USER_URL, body=requests.ConnectionError("/cgi-bin/user/info?access_token=t-secret-token"))
    net.post(SEND_URL, json=error(47003, f"argument invalid! {OPENID} rid: 5f3a-11-22"))
    net.get(f"{API}/sns/oauth2/access_token", json=error(40163))
    texts = []
    for call in (
        lambda: platform.user_info(OPENID),
        lambda: platform.send_template(OPENID, "tpl", {}, client_msg_id="m"),
        lambda: platform.oauth_openid("c-secret-code"),
    ):
        with pytest.raises(PlatformError) as refused:
            call()
        texts += [str(refused.value), repr(refused.value.__cause__), repr(refused.value.__context__)]
    out = capsys.readouterr()
    whole = "".join(texts) + caplog.text + out.out + out.err
    for hidden in ("t-secret-token", SECRET, OPENID, "c-secret-code"):
        assert hidden not in whole
    assert "5f3a-11-22" in whole
    # At DEBUG this library writes the address of every call, in which the token stands.
    assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.DEBUG)


def silent(listener):
    connection, _ = listener.accept()
    connection.recv(65536)
    connection.close()


def test_over_a_real_wire_a_refusal_is_told_from_a_broken_connection(store, hands):
    store.save("t1", hands.at + 6900)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        platform = PlatformClient(APP_ID, SECRET, store=store, now=hands, monotonic=hands, api_base=base)
        peer = threading.Thread(target=silent, args=(listener,))
        peer.start()
        with pytest.raises(Busy) as broken:
            platform.user_info(OPENID)
        peer.join()
    with pytest.raises(Busy) as refused:
        platform.user_info(OPENID)
    assert (broken.value.maybe_done, refused.value.maybe_done) == (True, False)
