"""The calls that the service makes, as the platform reads and answers them."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from services.ports import Action, Busy, PlatformError
from tests.wechat.peer import (
    API,
    SEND_URL,
    error,
    follows,
    token_calls,
)
from tests.wechat.pushes import APP_ID, OPENID
from wechat.calls import OAuthPerson, SceneCode
from wechat.menu import menu

# The calls, one by one.


@pytest.mark.usefixtures("ready")
def test_a_scene_code_is_created_for_its_life(net, platform, hands):
    net.post(
        f"{API}/cgi-bin/qrcode/create",
        json={"ticket": "gQ", "expire_seconds": 900, "url": "http://weixin.qq.com/q/x"},
    )
    assert platform.create_scene_qr("s1.abc", 900) == SceneCode(
        "gQ", "http://weixin.qq.com/q/x", hands.at + 900
    )
    assert json.loads(net.calls[0].request.body) == {
        "expire_seconds": 900,
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": "s1.abc"}},
    }


@pytest.mark.parametrize(("scene", "seconds"), [("", 60), ("x" * 65, 60), ("x", 0), ("x", 2_592_001)])
def test_a_scene_code_outside_the_limits_is_not_asked_for(net, platform, scene, seconds):
    with pytest.raises(ValueError, match="scene"):
        platform.create_scene_qr(scene, seconds)
    assert not net.calls


@pytest.mark.usefixtures("ready")
def test_an_accepted_call_without_its_answer_is_not_repeated_by_itself(net, platform):
    net.post(f"{API}/cgi-bin/qrcode/create", json={"ticket": "gQ"})
    with pytest.raises(Busy) as busy:
        platform.create_scene_qr("s", 60)
    assert busy.value.action is Action.UNKNOWN


@pytest.mark.usefixtures("ready")
def test_the_menu_is_pushed_in_chinese(net, platform):
    net.post(f"{API}/cgi-bin/menu/create", json=error(0, "ok"))
    platform.push_menu(menu("https://xuexi.example.cn"))
    assert "签到".encode() in net.calls[0].request.body
    assert json.loads(net.calls[0].request.body) == menu("https://xuexi.example.cn")


@pytest.mark.usefixtures("ready")
def test_a_template_message_carries_its_own_id(net, platform):
    net.post(SEND_URL, json={"errcode": 0, "errmsg": "ok", "msgid": 200_228_332})
    fields = {"thing1": "第三次集中学习", "time2": "2026-05-01 09:00"}
    assert (
        platform.send_template(OPENID, "tpl", fields, client_msg_id="r-1", url="https://x/m/") == "200228332"
    )
    assert json.loads(net.calls[0].request.body) == {
        "touser": OPENID,
        "template_id": "tpl",
        "url": "https://x/m/",
        "client_msg_id": "r-1",
        "data": {"thing1": {"value": "第三次集中学习"}, "time2": {"value": "2026-05-01 09:00"}},
    }


@pytest.mark.usefixtures("ready")
def test_a_message_accepted_without_a_number_counts_as_accepted(net, platform):
    net.post(SEND_URL, json=error(0, "ok"))
    assert platform.send_template(OPENID, "tpl", {}, client_msg_id="r-1") == ""


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("answer", "scene"),
    [
        ({"subscribe_scene": "ADD_SCENE_QR_CODE", "qr_scene_str": "s1.abc"}, "s1.abc"),
        ({"subscribe_scene": "ADD_SCENE_SEARCH", "qr_scene_str": "s1.abc"}, ""),
        ({}, ""),
    ],
)
def test_a_lost_scene_is_found_again(net, platform, answer, scene):
    follows(net, "t1", **answer)
    assert platform.user_info(OPENID).scene == scene


@pytest.mark.parametrize(
    ("flag", "snapshot"), [({}, False), ({"is_snapshotuser": 0}, False), ({"is_snapshotuser": 1}, True)]
)
def test_the_silent_login_tells_a_snapshot_from_a_person(net, platform, flag, snapshot):
    net.get(f"{API}/sns/oauth2/access_token", json={"access_token": "u", "openid": OPENID} | flag)
    assert platform.oauth_openid("code&1") == OAuthPerson(OPENID, snapshot)
    assert parse_qs(urlsplit(net.calls[0].request.url).query)["code"] == ["code&1"]
    assert not token_calls(net)


def test_a_used_code_sends_the_member_through_the_login_again(net, platform):
    net.get(f"{API}/sns/oauth2/access_token", json=error(40163, "code been used"))
    with pytest.raises(PlatformError) as refused:
        platform.oauth_openid("c")
    assert refused.value.action is Action.LOGIN_AGAIN


def test_the_login_address_is_escaped_and_in_the_platforms_order(platform):
    url = platform.authorize_url("https://xuexi.example.cn/auth/back?next=/m/&a=1", "abc123")
    assert url == (
        f"https://open.weixin.qq.com/connect/oauth2/authorize?appid={APP_ID}"
        "&redirect_uri=https%3A%2F%2Fxuexi.example.cn%2Fauth%2Fback%3Fnext%3D%2Fm%2F%26a%3D1"
        "&response_type=code&scope=snsapi_base&state=abc123#wechat_redirect"
    )


@pytest.mark.parametrize("state", ["", "a&b", "x" * 129, "状态", "a-b"])
def test_a_state_that_the_platform_would_lose_is_refused(platform, state):
    with pytest.raises(ValueError, match="state"):
        platform.authorize_url("https://x/", state)
