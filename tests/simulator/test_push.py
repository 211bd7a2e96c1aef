"""Pushes: modes, retry rule, checks of replies, events, faults."""

from __future__ import annotations

import threading
import time
from xml.etree import ElementTree

import pytest
from flask import Response

from simulator import crypto
from simulator.push import FAULT_TEXT
from tests.simulator.harness import Simulator
from tests.simulator.service import Service


def slow(seconds: float, text: str = "慢") -> object:
    """Return an answer that comes too late."""

    def answer(push: ElementTree.Element) -> str:
        time.sleep(seconds)
        return text

    return answer


@pytest.mark.parametrize("mode", ["plain", "compat", "safe"])
def test_a_word_gets_its_reply_in_every_mode(sim: Simulator, service: Service, mode: str) -> None:
    sim.control("config", mode=mode)
    openid = sim.person()
    result = sim.do(openid, "text", content="学时")
    assert result["reply"] == result["shown"] == "收到 学时"
    assert [a["problem"] for a in result["attempts"]] == [None]
    assert [(m["from"], m["text"]) for m in sim.chat(openid)] == [
        ("me", "学时"),
        ("account", "收到 学时"),
    ]


def test_safe_mode_shows_nothing_in_clear(sim: Simulator, service: Service) -> None:
    sim.do(sim.person(), "text", content="学时")
    assert "学时".encode() not in service.bodies[0]
    assert b"FromUserName" not in service.bodies[0]


def test_compat_mode_carries_both_forms(sim: Simulator, service: Service) -> None:
    sim.control("config", mode="compat")
    sim.do(sim.person(), "text", content="学时")
    assert "学时".encode() in service.bodies[0]
    assert b"<Encrypt>" in service.bodies[0]


def test_a_push_carries_both_signatures(sim: Simulator, service: Service) -> None:
    openid = sim.person()
    sim.do(openid, "text", content="学时")
    query, own = service.queries[0], sim.world.settings
    sealed = ElementTree.fromstring(service.bodies[0]).findtext("Encrypt") or ""
    stamp = (own.token, query["timestamp"], query["nonce"])
    assert query["signature"] == crypto.sign(*stamp)
    assert query["msg_signature"] == crypto.sign(*stamp, sealed)
    assert (query["encrypt_type"], query["openid"]) == ("aes", openid)


@pytest.mark.parametrize("attempts", [3, 4])
def test_silence_is_tried_again_with_the_same_message(
    sim: Simulator, service: Service, attempts: int
) -> None:
    sim.control("config", attempts=attempts, push_timeout=0.2)
    service.answer = slow(0.5)  # type: ignore[assignment]
    openid = sim.person()
    result = sim.do(openid, "text", content="学时")
    assert [a["problem"] for a in result["attempts"]] == ["no answer within 0.2 s"] * attempts
    assert result["shown"] == FAULT_TEXT
    assert result["reply"] is None
    assert len({(p.findtext("MsgId"), p.findtext("CreateTime")) for p in service.pushes}) == 1
    assert len(service.pushes) == attempts
    assert sim.chat(openid)[-1]["kind"] == "fault"


def test_the_first_valid_reply_is_shown_when_a_later_attempt_is_in_time(
    sim: Simulator, service: Service
) -> None:
    def answer(push: ElementTree.Element) -> str:
        if len(service.pushes) == 1:
            time.sleep(0.7)
        return f"第 {len(service.pushes)} 次"

    service.answer = answer
    sim.control("config", push_timeout=0.4)
    result = sim.do(sim.person(), "text", content="学时")
    assert [a["status"] for a in result["attempts"]] == [None, 200]
    assert result["shown"] == "第 2 次"


def test_an_error_of_the_service_is_tried_again(sim: Simulator, service: Service) -> None:
    service.answer = lambda push: Response(status=500) if len(service.pushes) < 3 else "好了"
    result = sim.do(sim.person(), "text", content="学时")
    assert [a["status"] for a in result["attempts"]] == [500, 500, 200]
    assert result["shown"] == "好了"


@pytest.mark.parametrize("nothing", ["", "success"])
def test_success_and_an_empty_body_say_nothing(sim: Simulator, service: Service, nothing: str) -> None:
    service.answer = lambda push: nothing
    result = sim.do(sim.person(), "text", content="学时")
    assert result["shown"] is None
    assert len(result["attempts"]) == 1


def test_a_reply_in_clear_is_refused_in_safe_mode(sim: Simulator, service: Service) -> None:
    service.answer = lambda push: Response(service.reply(push, "明文"))
    result = sim.do(sim.person(), "text", content="学时")
    assert "not encrypted" in result["attempts"][0]["problem"]
    assert result["shown"] == FAULT_TEXT
    assert len(result["attempts"]) == 1
    assert "not encrypted" in sim.world.push_problems[0]["problem"]


def test_a_reply_for_another_account_is_refused(sim: Simulator, service: Service) -> None:
    service.answer = lambda push: Response(service.sealed(service.reply(push, "错"), "wx-other"))
    result = sim.do(sim.person(), "text", content="学时")
    assert "another app_id" in result["attempts"][0]["problem"]


def test_a_reply_that_does_not_swap_the_names_is_refused(sim: Simulator, service: Service) -> None:
    def answer(push: ElementTree.Element) -> Response:
        xml = service.reply(push, "x").replace(push.findtext("FromUserName") or "", "o-other")
        return Response(service.sealed(xml))

    service.answer = answer
    result = sim.do(sim.person(), "text", content="学时")
    assert "ToUserName" in result["attempts"][0]["problem"]


@pytest.mark.parametrize("body", ['{"a": 1}', "<xml>", "<!DOCTYPE x><xml/>", "ok"])
def test_a_reply_that_is_no_good_xml_is_refused(sim: Simulator, service: Service, body: str) -> None:
    service.answer = lambda push: Response(body)
    assert sim.do(sim.person(), "text", content="学时")["shown"] == FAULT_TEXT


def test_a_reply_over_2048_bytes_is_refused(sim: Simulator, service: Service) -> None:
    service.answer = lambda push: "字" * 683
    result = sim.do(sim.person(), "text", content="学时")
    assert "2048" in result["attempts"][0]["problem"]


def test_no_service_at_all_gives_the_fault_text(sim: Simulator, service: Service) -> None:
    object.__setattr__(sim.world.settings, "service", "http://127.0.0.1:9")
    result = sim.do(sim.person(), "text", content="学时")
    assert result["shown"] == FAULT_TEXT
    assert all("no connection" in a["problem"] for a in result["attempts"])


def test_a_receipt_that_fails_is_not_shown_to_the_person(sim: Simulator, service: Service) -> None:
    service.answer = lambda push: Response(status=500)
    openid = sim.person()
    fields = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": 1, "Status": "success"}
    assert sim.do(openid, "event", xml_fields=fields)["shown"] is None
    assert sim.chat(openid) == []


def make_qr(sim: Simulator, scene: str, **more: object) -> dict[str, str]:
    """Make a temporary parametric QR."""
    body = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}, **more}
    answer: dict[str, str] = sim.api("cgi-bin/qrcode/create", body)
    return answer


def test_a_follower_scans_and_a_stranger_subscribes(sim: Simulator, service: Service) -> None:
    ticket = make_qr(sim, "S1.abc")
    sim.do(sim.person(), "scan", content=ticket["url"])
    stranger = sim.person("李强", follow=False)
    sim.do(stranger, "scan", content=ticket["url"])
    found = [(p.findtext("Event"), p.findtext("EventKey")) for p in service.pushes]
    assert found == [("SCAN", "S1.abc"), ("subscribe", "qrscene_S1.abc")]
    assert {p.findtext("Ticket") for p in service.pushes} == {ticket["ticket"]}
    info = sim.api("cgi-bin/user/info", openid=stranger)
    assert (info["subscribe_scene"], info["qr_scene_str"]) == ("ADD_SCENE_QR_CODE", "S1.abc")


def test_a_qr_without_expire_seconds_is_over_after_a_minute(sim: Simulator, service: Service) -> None:
    ticket = make_qr(sim, "S1")
    assert ticket["expire_seconds"] == 60
    sim.shift(61)
    result = sim.do(sim.person(), "scan", content=ticket["url"])
    assert "已失效" in result["shown"]
    assert service.pushes == []
    picture = sim.web.get("/cgi-bin/showqrcode", query_string={"ticket": ticket["ticket"]})
    assert picture.status_code == 404


def test_a_scene_is_scanned_without_a_ticket_and_an_address_is_opened(
    sim: Simulator, service: Service
) -> None:
    openid = sim.person()
    assert sim.do(openid, "scan", content="scene:B123")["reply"] == "收到 SCAN"
    assert sim.do(openid, "scan", content="https://x.cn/c/1")["opened"] == "https://x.cn/c/1"
    assert len(service.pushes) == 1


def test_every_other_event_arrives_with_its_fields(sim: Simulator, service: Service) -> None:
    openid = sim.person()
    sim.do(openid, "click", key="SHUXUE")
    sim.do(openid, "view", url="https://x.cn/m")
    sim.do(openid, "menu-scan", key="CHECKIN", content="https://x.cn/c/1")
    sim.do(openid, "subscribe-popup", template_id="TEMPLATE-1")
    sim.do(openid, "location", latitude=31.2, longitude=121.4)
    sim.do(openid, "revoke", event="user_authorization_cancellation")
    sim.do(openid, "voice")
    sim.do(openid, "unfollow")
    names = [p.findtext("Event") or p.findtext("MsgType") for p in service.pushes]
    assert names == [
        "CLICK",
        "VIEW",
        "scancode_waitmsg",
        "subscribe_msg_popup_event",
        "LOCATION",
        "user_authorization_cancellation",
        "voice",
        "unsubscribe",
    ]
    assert service.pushes[2].findtext("ScanCodeInfo/ScanResult") == "https://x.cn/c/1"
    popup = service.pushes[3].findtext("SubscribeMsgPopupEvent/List/SubscribeStatusString")
    assert popup == "accept"


def test_a_duplicate_carries_the_same_message_and_is_shown_once(sim: Simulator, service: Service) -> None:
    sim.control("faults", push={"duplicate": 2})
    openid = sim.person()
    sim.do(openid, "text", content="学时")
    assert len({p.findtext("MsgId") for p in service.pushes}) == 1
    assert len(service.pushes) == 3
    assert len(sim.chat(openid)) == 2


def test_parallel_attempts_overlap(sim: Simulator, service: Service) -> None:
    together = threading.Barrier(3, timeout=2)

    def answer(push: ElementTree.Element) -> str:
        together.wait()
        return "同时"

    service.answer = answer
    sim.control("config", push_timeout=3)
    sim.control("faults", push={"parallel": 3})
    assert sim.do(sim.person(), "text", content="学时")["shown"] == "同时"


def test_two_events_share_one_second_and_the_clock_is_off(sim: Simulator, service: Service) -> None:
    sim.control("faults", push={"same_second": True, "clock_skew": 90})
    openid = sim.person()
    before = time.time()
    sim.do(openid, "click", key="A")
    sim.shift(5)
    sim.do(openid, "click", key="B")
    seconds = {p.findtext("CreateTime") for p in service.pushes}
    assert len(seconds) == 1
    assert int(seconds.pop() or 0) - before > 88


def test_a_lost_event_key_and_a_dropped_push(sim: Simulator, service: Service) -> None:
    sim.control("faults", push={"drop_event_key": True, "times": 1})
    sim.do(sim.person(follow=False), "follow", scene="S1")
    assert service.pushes[0].findtext("EventKey") == ""
    sim.control("faults", push={"drop": True, "times": 1})
    sim.do(sim.person(), "text", content="没了")
    sim.do(sim.person(), "text", content="到了")
    assert [p.findtext("Content") for p in service.pushes[1:]] == ["到了"]


def test_reorder_lets_the_second_push_overtake_the_first(sim: Simulator, service: Service) -> None:
    sim.control("faults", push={"reorder": True})
    openid = sim.person()
    sim.do(openid, "text", content="先", wait=False)
    deadline = time.monotonic() + 2
    while not sim.world.faults.gate.waiting and time.monotonic() < deadline:
        time.sleep(0.005)
    sim.do(openid, "text", content="后")
    while len(service.pushes) < 2 and time.monotonic() < deadline:
        time.sleep(0.005)
    assert [p.findtext("Content") for p in service.pushes] == ["后", "先"]


def test_the_load_run_counts_every_scan(sim: Simulator, service: Service) -> None:
    result = sim.control("load", people=30, scene="S1", seconds=0.3, connections=5)
    assert (result["sent"], result["ok"], result["errors"]) == (30, 30, {})
    assert len({p.findtext("FromUserName") for p in service.pushes}) == 30
    assert 0 < result["p50"] <= result["p95"] <= result["max"]


def test_the_address_is_verified_by_its_echo(sim: Simulator, service: Service) -> None:
    assert sim.control("verify") == {"ok": True, "status": 200, "problem": None}
    object.__setattr__(sim.world.settings, "service", "http://127.0.0.1:9")
    assert sim.control("verify")["ok"] is False


def test_whoever_leaves_sees_no_reply(sim: Simulator, service: Service) -> None:
    openid = sim.person()
    result = sim.do(openid, "unfollow")
    assert (result["reply"], result["shown"]) == ("收到 unsubscribe", None)
    assert [message["from"] for message in sim.chat(openid)] == ["system"]
