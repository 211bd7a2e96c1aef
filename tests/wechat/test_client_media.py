"""Fetching what somebody sent: a file, an error in the clothes of an answer, or nothing to be had."""

from __future__ import annotations

import pytest
import requests
from responses import matchers

from services.ports import Action, Busy, MediaGone, PlatformError
from tests.wechat.peer import API, error, give_tokens, token_calls
from wechat.breaker import FAILURES
from wechat.media import LARGEST

URL = f"{API}/cgi-bin/media/get"
AMR = b"#!AMR\n" + bytes([0x3C]) + bytes(31)


def gives(net, token="t1", **answer):
    query = {"media_id": "m-1", "access_token": token}
    net.get(URL, match=[matchers.query_param_matcher(query)], **answer)


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("audio/amr", "audio/amr"),
        ("Audio/AMR; charset=binary", "audio/amr"),
        ("", "application/octet-stream"),
        ("audio/" + "x" * 40, "application/octet-stream"),
        ("nonsense", "application/octet-stream"),
    ],
)
def test_a_voice_comes_with_its_type(net, platform, header, kind):
    gives(net, body=AMR, content_type=header)
    assert platform.media("m-1") == (kind, AMR)


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("code", [40007, 41006])
def test_what_the_platform_has_no_longer_is_gone_for_good(net, platform, code):
    gives(net, json=error(code, "invalid media_id"))
    with pytest.raises(MediaGone) as gone:
        platform.media("m-1")
    assert gone.value.code == code
    assert gone.value.__context__ is None


@pytest.mark.usefixtures("ready")
def test_a_voice_larger_than_the_platform_allows_is_not_taken(net, platform):
    gives(net, body=AMR + bytes(LARGEST), content_type="audio/amr")
    with pytest.raises(MediaGone):
        platform.media("m-1")


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    "answer",
    [
        {"status": 502, "body": "<html>502</html>"},
        {"body": "<html>系统繁忙</html>", "content_type": "text/html"},
        {"body": b"  <!doctype html>", "content_type": "audio/amr"},
        {"body": b"", "content_type": "audio/amr"},
        {"json": {"errcode": -1, "errmsg": "system error"}},
        {"json": {"errcode": 0, "errmsg": "ok"}},
        {"json": {"errcode": "x"}},
        {"json": [1]},
        {"body": requests.exceptions.ReadTimeout()},
    ],
    ids=["502", "HTML", "HTML as sound", "nothing", "-1", "an empty ok", "a word", "a list", "slow"],
)
def test_an_answer_that_is_no_voice_means_later(net, platform, answer):
    gives(net, **answer)
    with pytest.raises(Busy):
        platform.media("m-1")


@pytest.mark.usefixtures("ready")
def test_another_refusal_keeps_its_action(net, platform):
    gives(net, json=error(45009))
    with pytest.raises(PlatformError) as refused:
        platform.media("m-1")
    assert refused.value.action is Action.PAUSE_UNTIL_MIDNIGHT
    assert not isinstance(refused.value, MediaGone)


@pytest.mark.usefixtures("ready")
def test_a_refused_token_is_renewed_once(net, platform):
    gives(net, "t1", json=error(40001))
    give_tokens(net, "t2")
    gives(net, "t2", body=AMR, content_type="audio/amr")
    assert platform.media("m-1")[1] == AMR
    assert len(token_calls(net)) == 1


@pytest.mark.usefixtures("ready")
def test_pages_instead_of_voices_open_the_breaker(net, platform):
    gives(net, body="<html>", content_type="text/html")
    for _ in range(FAILURES + 3):
        with pytest.raises(Busy):
            platform.media("m-1")
    assert len(net.calls) == FAILURES
