"""Pages of the service inside the phone."""

from __future__ import annotations

import base64

from simulator import qr
from tests.simulator.harness import Simulator
from tests.simulator.service import Service


def test_a_person_is_led_through_the_login_to_the_page(sim: Simulator, service: Service) -> None:
    openid = sim.person()
    page = sim.do(openid, "open", url=f"{sim.world.settings.service_public}/m")
    assert page["status"] == 200
    assert f"page of {openid}" in page["html"]
    assert "MicroMessenger" in service.seen_headers[-1]["User-Agent"]


def test_every_person_has_cookies_of_their_own(sim: Simulator) -> None:
    wang, li = sim.person("王芳"), sim.person("李强")
    for openid in (wang, li, wang):
        sim.web.set_cookie("phone", openid)
        answer = sim.web.get("/m", follow_redirects=True)
        assert f"page of {openid}" in answer.text
        assert "Set-Cookie" not in answer.headers


def test_the_address_names_the_person_before_the_cookie_does(sim: Simulator) -> None:
    wang, li = sim.person("王芳"), sim.person("李强")
    sim.web.set_cookie("phone", wang)
    answer = sim.web.get(f"/as/{li}/m", follow_redirects=True)
    assert answer.request.path == f"/as/{li}/m"
    assert f"page of {li}" in answer.text
    referer = {"Referer": f"http://localhost/as/{li}/m"}
    assert sim.web.get("/static/x.css", headers=referer).text == "a{}"
    assert f"page of {li}" in sim.web.get("/m", headers=referer).text
    moved = sim.web.get("/m?a=1", headers={**referer, "Sec-Fetch-Mode": "navigate"})
    assert (moved.status_code, moved.location) == (307, f"/as/{li}/m?a=1")


def test_the_page_may_be_framed_here_and_links_stay_here(sim: Simulator) -> None:
    openid = sim.person()
    answer = sim.web.get(f"/as/{openid}/m", follow_redirects=True)
    assert "X-Frame-Options" not in answer.headers
    policy = answer.headers["Content-Security-Policy"]
    assert policy == "default-src 'self'; frame-ancestors 'self'"
    assert f'href="http://localhost/as/{openid}/m"' in answer.text


def test_a_form_reaches_the_service_from_its_own_origin(sim: Simulator, service: Service) -> None:
    openid = sim.person()
    sim.web.get(f"/as/{openid}/m", follow_redirects=True)
    answer = sim.web.post(
        f"/as/{openid}/m/save",
        data={"a": "1"},
        headers={"Origin": "http://localhost", "Referer": f"http://localhost/as/{openid}/m?x=1"},
    )
    assert answer.text == f"saved [('a', '1')] as {openid}"
    seen, public = service.seen_headers[-1], sim.world.settings.service_public
    assert (seen["Origin"], seen["Referer"]) == (public, f"{public}/m?x=1")
    assert seen["Host"] == public.removeprefix("http://")


def test_submit_takes_the_hidden_inputs_of_the_page_along(sim: Simulator) -> None:
    openid = sim.person()
    page = sim.do(openid, "submit", url="/m/save", form={"a": "1"}, page="/m")
    assert page["html"] == f"saved [('a', '1'), ('csrf', 'c1')] as {openid}"


def test_nobody_chosen_gets_a_friendly_page(sim: Simulator) -> None:
    answer = sim.web.get("/m")
    assert answer.status_code == 404
    assert "还没选人" in answer.text


def test_a_picture_of_a_qr_is_decoded(sim: Simulator, service: Service) -> None:
    picture = base64.b64encode(qr.draw("https://x.cn/c/1"))
    assert qr.read(base64.b64decode(picture)) == "https://x.cn/c/1"
    url = f"{sim.world.settings.service_public}/static/x.css"
    answer = sim.web.post("/sim/api/decode", json={"url": url})
    assert answer.status_code == 422


def test_the_desk_and_the_phone_are_pages(sim: Simulator) -> None:
    for path in ("/", "/phone"):
        answer = sim.web.get(path)
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]


def test_the_service_hears_its_public_name(sim: Simulator, service: Service) -> None:
    object.__setattr__(sim.world.settings, "service_public", "https://xuexi.example.cn")
    service.who = lambda code: f"person-{code}"
    url = "https://xuexi.example.cn/auth/callback?code=7"
    page = sim.do(sim.person(), "open", url=url)
    assert page["url"] == "https://xuexi.example.cn/m"
    assert "page of person-7" in page["html"]
    seen = service.seen_headers[-1]
    assert (seen["Host"], seen["X-Forwarded-Proto"]) == ("xuexi.example.cn", "https")


def test_an_address_outside_is_never_fetched(sim: Simulator) -> None:
    page = sim.do(sim.person(), "open", url="https://example.com/x")
    assert page == {"status": 0, "url": "https://example.com/x", "html": ""}
    answer = sim.web.post("/sim/api/decode", json={"url": "https://example.com/x.png"})
    assert answer.status_code == 502


def test_the_picture_of_the_meeting_screen_is_read(sim: Simulator, service: Service) -> None:
    url = f"{sim.world.settings.service_public}/qr.png"
    assert sim.control("decode", url=url) == {"content": "scene:S1"}


def test_a_callback_hit_twice_brings_the_same_code_twice(sim: Simulator, service: Service) -> None:
    codes: list[str] = []
    service.who = lambda code: codes.append(code) or "w"  # type: ignore[func-returns-value]
    sim.control("faults", push={"callback_twice": True})
    openid = sim.person()
    sim.web.get(f"/as/{openid}/m", follow_redirects=True)
    assert len(codes) == 2
    assert len(set(codes)) == 1


def test_a_page_of_a_service_that_is_down_is_told_as_such(sim: Simulator) -> None:
    object.__setattr__(sim.world.settings, "service", "http://127.0.0.1:9")
    openid = sim.person()
    answer = sim.web.post(f"/sim/api/people/{openid}/open", json={"url": "/m"})
    assert answer.status_code == 502
    assert "does not answer" in answer.get_json()["error"]
    shown = sim.web.get(f"/as/{openid}/m")
    assert (shown.status_code, "页面打不开" in shown.text) == (502, True)
