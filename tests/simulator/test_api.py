"""The platform's API: tokens, quotas, messages, menu, media, login."""

from __future__ import annotations

import io
import re
import threading
from typing import Any

import pytest
import requests
from werkzeug.serving import make_server

from simulator import qr
from tests.simulator.harness import DATA, Simulator
from tests.simulator.service import Service

SEND = "cgi-bin/message/template/send"
CUSTOM = "cgi-bin/message/custom/send"


def credentials(sim: Simulator, **more: Any) -> dict[str, Any]:
    own = sim.world.settings
    given = {"grant_type": "client_credential", "appid": own.app_id, "secret": own.app_secret}
    return {**given, **more}


def legacy_token(sim: Simulator, **more: Any) -> Any:
    return sim.web.get("/cgi-bin/token", query_string=credentials(sim, **more)).get_json()


def stable_token(sim: Simulator, **more: Any) -> Any:
    return sim.web.post("/cgi-bin/stable_token", json=credentials(sim, **more)).get_json()


def works(sim: Simulator, token: str) -> bool:
    sim.token = token
    return "ip_list" in sim.api("cgi-bin/getcallbackip")


def test_a_legacy_token_ends_the_former_one_but_not_the_stable_one(sim: Simulator) -> None:
    stable = stable_token(sim)["access_token"]
    first, second = legacy_token(sim)["access_token"], legacy_token(sim)["access_token"]
    assert [works(sim, token) for token in (first, second, stable)] == [False, True, True]


def test_a_stable_token_stays_the_same_until_five_minutes_before_its_end(sim: Simulator) -> None:
    first = stable_token(sim)
    sim.shift(6800)
    assert stable_token(sim)["access_token"] == first["access_token"]
    assert stable_token(sim)["expires_in"] <= 400
    sim.shift(6950)
    second = stable_token(sim)["access_token"]
    assert second != first["access_token"]
    assert works(sim, first["access_token"])
    assert works(sim, second)


def test_a_forced_stable_token_ends_the_former_one(sim: Simulator) -> None:
    first = stable_token(sim)["access_token"]
    second = stable_token(sim, force_refresh=True)["access_token"]
    assert (works(sim, first), works(sim, second)) == (False, True)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"appid": "wx-other"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"grant_type": "x"}, 40002),
    ],
)
def test_wrong_credentials_get_no_token(sim: Simulator, wrong: dict[str, str], code: int) -> None:
    assert legacy_token(sim, **wrong)["errcode"] == code
    assert stable_token(sim, **wrong)["errcode"] == code


def test_an_address_off_the_whitelist_gets_no_token(sim: Simulator) -> None:
    sim.control("config", ip_whitelist=["10.0.0.1"])
    assert stable_token(sim)["errcode"] == 40164


def test_a_token_can_be_missing_wrong_over_or_revoked(sim: Simulator) -> None:
    token = stable_token(sim)["access_token"]
    assert sim.web.get("/cgi-bin/user/get").get_json()["errcode"] == 41001
    assert sim.api("cgi-bin/user/get", access_token="wrong")["errcode"] == 40001
    sim.shift(7300)
    assert sim.api("cgi-bin/user/get", access_token=token)["errcode"] == 42001
    sim.shift(0)
    sim.control("tokens/revoke")
    assert sim.api("cgi-bin/user/get", access_token=token)["errcode"] == 40001


def test_every_refusal_carries_a_request_id_and_is_counted(sim: Simulator) -> None:
    answer = sim.web.get("/cgi-bin/user/get")
    assert answer.status_code == 200
    message = answer.get_json()["errmsg"]
    assert re.search(r" rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$", message)
    counters = sim.web.get("/sim/api/counters").get_json()
    assert counters["cgi-bin/user/get"] == {"calls": 1, "errors": {"41001": 1}}


def test_a_used_up_quota_is_refused_until_midnight_in_beijing(sim: Simulator) -> None:
    sim.control("clock", at="2026-11-21T23:59:00+08:00")
    sim.control("quota", **{"cgi-bin/getcallbackip": 1})
    codes = [sim.api("cgi-bin/getcallbackip").get("errcode", 0) for _ in range(2)]
    sim.control("clock", at="2026-11-22T00:01:00+08:00")
    codes.append(sim.api("cgi-bin/getcallbackip").get("errcode", 0))
    assert codes == [0, 45009, 0]


def test_clear_quota_gives_calls_back(sim: Simulator) -> None:
    sim.control("quota", **{"cgi-bin/getcallbackip": 0})
    assert sim.api("cgi-bin/getcallbackip")["errcode"] == 45009
    assert sim.api("cgi-bin/clear_quota", {"appid": sim.world.settings.app_id})["errcode"] == 0
    sim.world.quotas["cgi-bin/getcallbackip"] = 1
    assert "ip_list" in sim.api("cgi-bin/getcallbackip")


def test_a_template_message_becomes_a_card_and_a_receipt(sim: Simulator, service: Service) -> None:
    openid = sim.person()
    answer = sim.template(openid, url="https://x.cn/m")
    assert answer["errcode"] == 0
    card = sim.chat(openid)[0]
    assert (card["kind"], card["title"], card["url"]) == ("template", "学习提醒", "https://x.cn/m")
    assert [(row["label"], row["value"]) for row in card["fields"]][:2] == [
        ("课程", "集体学习"),
        ("还差学时", "10.5"),
    ]
    receipt = service.wait(1)[0]
    assert receipt.findtext("Event") == "TEMPLATESENDJOBFINISH"
    assert receipt.findtext("MsgID") == str(answer["msgid"])
    assert receipt.findtext("Status") == "success"


def test_a_person_who_blocks_gets_no_card_and_the_receipt_says_so(sim: Simulator, service: Service) -> None:
    openid = sim.person()
    sim.control(f"people/{openid}/prefs", deliver="block")
    assert sim.template(openid)["errcode"] == 0
    assert sim.chat(openid) == []
    assert service.wait(1)[0].findtext("Status") == "failed:user block"


def test_held_receipts_come_when_they_are_released(sim: Simulator, service: Service) -> None:
    sim.control("config", receipts="hold")
    sim.template(sim.person())
    assert service.pushes == []
    assert sim.control("receipts") == {"released": 1}
    assert len(service.wait(1)) == 1


def test_the_same_client_msg_id_is_delivered_once_within_ten_minutes(sim: Simulator) -> None:
    openid = sim.person()
    first, again = (sim.template(openid, client_msg_id="k1") for _ in range(2))
    assert first["msgid"] == again["msgid"]
    assert len(sim.chat(openid)) == 1
    sim.shift(601)
    sim.template(openid, client_msg_id="k1")
    assert len(sim.chat(openid)) == 2


def test_strangers_unknown_people_and_unknown_templates_are_refused(sim: Simulator) -> None:
    assert sim.template("o-nobody")["errcode"] == 40003
    assert sim.template(sim.person(follow=False))["errcode"] == 43004
    assert sim.template(sim.person(), template_id="other")["errcode"] == 40037
    sim.control("templates", template_id="banned", title="x", errcode=40249)
    assert sim.template(sim.person(), template_id="banned")["errcode"] == 40249
    sim.control("config", certified=False)
    assert sim.template(sim.person())["errcode"] == 48001


def test_a_broken_field_is_named(sim: Simulator) -> None:
    data = {**DATA, "number2": {"value": "十"}}
    answer = sim.template(sim.person(), data)
    assert answer["errcode"] == 47003
    assert "data.number2.value" in answer["errmsg"]
    assert sim.template(sim.person(), {"thing1": DATA["thing1"]})["errcode"] == 47003


def test_one_accept_is_good_for_one_subscription_message(sim: Simulator) -> None:
    openid = sim.person()
    body = {"touser": openid, "template_id": "TEMPLATE-1", "data": DATA}
    path = "cgi-bin/message/subscribe/bizsend"
    assert sim.api(path, body)["errcode"] == 43101
    sim.do(openid, "subscribe-popup", template_id="TEMPLATE-1", accept=True)
    assert [sim.api(path, body)["errcode"] for _ in range(2)] == [0, 43101]


def custom(sim: Simulator, openid: str, text: str = "您好") -> int:
    body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
    code: int = sim.api(CUSTOM, body)["errcode"]
    return code


def test_a_message_opens_five_answers_within_48_hours(sim: Simulator) -> None:
    openid = sim.person()
    assert custom(sim, openid) == 45015
    sim.do(openid, "text", content="在吗")
    assert [custom(sim, openid) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    sim.shift(48 * 3600 + 1)
    sim.token = sim.fetch_token()
    assert custom(sim, openid) == 45015


def test_a_menu_click_opens_three_answers_within_a_minute(sim: Simulator) -> None:
    openid = sim.person()
    sim.do(openid, "click", key="A")
    assert [custom(sim, openid) for _ in range(4)] == [0, 0, 0, 45047]
    sim.do(openid, "click", key="A")
    sim.shift(61)
    assert custom(sim, openid) == 45015


def test_a_customer_message_over_2048_bytes_is_refused(sim: Simulator) -> None:
    openid = sim.person()
    sim.do(openid, "text", content="在吗")
    assert custom(sim, openid, "字" * 683) == 45002
    assert custom(sim, openid, "字" * 682) == 0


def button(name: str = "学时", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "click", "key": "HOURS", **more}


def test_a_menu_is_kept_given_back_and_deleted(sim: Simulator) -> None:
    menu = {"button": [button(), {"name": "我的", "sub_button": [button()] * 5}]}
    assert sim.api("cgi-bin/menu/get")["errcode"] == 46003
    assert sim.api("cgi-bin/menu/create", menu)["errcode"] == 0
    assert sim.api("cgi-bin/menu/get")["menu"] == menu
    assert sim.web.get("/sim/api/phone").get_json()["menu"] == menu
    assert sim.api("cgi-bin/menu/delete")["errcode"] == 0
    assert sim.api("cgi-bin/menu/get")["errcode"] == 46003


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([button()] * 4, 40016),
        ([], 40016),
        ([{"name": "我的", "sub_button": [button()] * 6}], 40023),
        ([button("这个名字太长")], 40018),
        ([button(key="")], 40019),
        ([button(type="dance")], 40017),
        ([{"name": "页", "type": "view", "url": "x.cn"}], 40020),
    ],
)
def test_a_menu_against_the_rules_is_refused(
    sim: Simulator, buttons: list[dict[str, Any]], code: int
) -> None:
    assert sim.api("cgi-bin/menu/create", {"button": buttons})["errcode"] == code


@pytest.mark.parametrize(
    "body",
    [
        {"action_name": "QR_OTHER"},
        {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": ""}}},
        {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "x" * 65}}},
        {"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 0}}},
        {
            "action_name": "QR_STR_SCENE",
            "expire_seconds": 2_592_001,
            "action_info": {"scene": {"scene_str": "x"}},
        },
    ],
)
def test_a_qr_against_the_rules_is_refused(sim: Simulator, body: dict[str, Any]) -> None:
    assert sim.api("cgi-bin/qrcode/create", body)["errcode"] == 40053


def test_the_picture_of_a_permanent_qr_holds_its_address(sim: Simulator) -> None:
    scene = {"scene": {"scene_str": "B1"}}
    body = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": scene}
    made = sim.api("cgi-bin/qrcode/create", body)
    assert sim.api("cgi-bin/qrcode/create", body)["ticket"] == made["ticket"]
    sim.shift(10**8)
    picture = sim.web.get("/cgi-bin/showqrcode", query_string={"ticket": made["ticket"]})
    assert qr.read(picture.data) == made["url"]


def test_followers_are_listed_and_named_without_a_nickname(sim: Simulator) -> None:
    followers = [sim.person(f"n{index}") for index in range(3)]
    sim.person("stranger", follow=False)
    listed = sim.api("cgi-bin/user/get", next_openid=followers[0])
    assert (listed["total"], listed["data"]["openid"]) == (3, followers[1:])
    rows = [{"openid": openid, "lang": "zh_CN"} for openid in followers]
    found = sim.api("cgi-bin/user/info/batchget", {"user_list": rows})["user_info_list"]
    assert [(one["subscribe"], one["nickname"]) for one in found] == [(1, "")] * 3


def test_media_live_three_days(sim: Simulator) -> None:
    token = sim.fetch_token()
    answer = sim.web.post(
        "/cgi-bin/media/upload",
        query_string={"access_token": token, "type": "voice"},
        data={"media": (io.BytesIO(b"#!AMR\n1"), "a.amr")},
    ).get_json()
    query = {"access_token": token, "media_id": answer["media_id"]}
    assert sim.web.get("/cgi-bin/media/get", query_string=query).data == b"#!AMR\n1"
    sim.shift(3 * 86_400 + 1)
    query["access_token"] = sim.fetch_token()
    assert sim.web.get("/cgi-bin/media/get", query_string=query).get_json()["errcode"] == 40007


def authorize(sim: Simulator, openid: str) -> str:
    """Pass the authorize address as a person; returns the code."""
    sim.web.set_cookie("phone", openid)
    query = {
        "appid": sim.world.settings.app_id,
        "redirect_uri": "https://x.cn/auth?to=1",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "abc",
    }
    answer = sim.web.get("/connect/oauth2/authorize", query_string=query)
    assert answer.status_code == 302
    found = re.search(r"^https://x\.cn/auth\?to=1&code=(\w+)&state=abc$", answer.location)
    assert found
    return found.group(1)


def exchange(sim: Simulator, code: str) -> Any:
    query = {**credentials(sim), "grant_type": "authorization_code", "code": code}
    return sim.web.get("/sns/oauth2/access_token", query_string=query).get_json()


def test_a_code_works_once_and_only_for_five_minutes(sim: Simulator) -> None:
    openid = sim.person()
    code = authorize(sim, openid)
    assert exchange(sim, code)["openid"] == openid
    assert exchange(sim, code)["errcode"] == 40163
    late = authorize(sim, openid)
    sim.shift(301)
    assert exchange(sim, late)["errcode"] == 40029
    assert exchange(sim, "made-up")["errcode"] == 40029


def test_a_snapshot_visitor_is_marked_and_has_an_invented_openid(sim: Simulator) -> None:
    openid = sim.person()
    sim.control(f"people/{openid}/prefs", snapshot=True)
    granted = exchange(sim, authorize(sim, openid))
    assert granted["is_snapshotuser"] == 1
    assert granted["openid"] != openid


def test_silent_login_tells_no_nickname(sim: Simulator) -> None:
    granted = exchange(sim, authorize(sim, sim.person()))
    query = {"access_token": granted["access_token"], "openid": granted["openid"]}
    assert sim.web.get("/sns/userinfo", query_string=query).get_json()["errcode"] == 48001
    own = {"appid": sim.world.settings.app_id, "refresh_token": granted["refresh_token"]}
    renewed = sim.web.get("/sns/oauth2/refresh_token", query_string=own).get_json()
    assert renewed["openid"] == granted["openid"]


def test_api_faults_come_on_demand_and_end(sim: Simulator) -> None:
    path = "cgi-bin/getcallbackip"
    sim.control("faults", api={path: {"errcode": -1, "times": 1}})
    assert sim.api(path)["errcode"] == -1
    assert "ip_list" in sim.api(path)
    sim.control("faults", api={f"/{path}": {"html502": True}})
    answer = sim.web.get(f"/{path}", query_string={"access_token": sim.token})
    assert (answer.status_code, answer.mimetype) == (502, "text/html")
    sim.web.delete("/sim/api/faults")
    assert "ip_list" in sim.api(path)


def test_a_dropped_call_breaks_the_connection(sim: Simulator) -> None:
    sim.control("faults", api={"*": {"drop": True}})
    server = make_server("127.0.0.1", 0, sim.app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    with pytest.raises(requests.exceptions.RequestException):
        requests.get(f"http://127.0.0.1:{server.server_port}/cgi-bin/token", timeout=2)
    server.shutdown()
    server.server_close()


def test_reset_forgets_everything_but_the_scene(sim: Simulator) -> None:
    sim.person()
    sim.control("reset")
    state = sim.web.get("/sim/api/state").get_json()
    assert state["people"] == []
    assert [one["template_id"] for one in state["templates"]] == ["TEMPLATE-1"]


def test_a_control_call_without_its_field_says_which(sim: Simulator) -> None:
    answer = sim.web.post(f"/sim/api/people/{sim.person()}/text", json={})
    assert answer.status_code == 400
    assert "content" in answer.get_json()["error"]
    assert sim.web.post("/sim/api/people/o-nobody/text", json={}).status_code == 404
