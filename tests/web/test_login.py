"""Logging in: state, one-time codes, the second call, snapshot users, own paths, leaving."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from models import LoginSession, OauthCode
from services import login
from tests.web.world import World


def begin(browser: FlaskClient, target: str = "/m") -> str:
    """Go to the login and return the state that the platform would bring back."""
    answer = browser.get("/auth/login", query_string={"next": target})
    return parse_qs(urlsplit(answer.location).query)["state"][0]


def finish(browser: FlaskClient, state: str, code: str) -> object:
    """Come back from the platform."""
    return browser.get("/auth/callback", query_string={"state": state, "code": code})


def test_a_member_comes_back_to_the_page_that_was_asked_for(world: World) -> None:
    world.identity.people["c1"] = ("o-member", False)
    browser = world.app.test_client()
    asked = browser.get("/m/hours?year=2026")
    assert asked.location == "/auth/login?next=/m/hours?year%3D2026"
    state = parse_qs(urlsplit(browser.get(asked.location).location).query)["state"][0]
    assert state.isalnum()
    assert len(state) <= 128
    answer = finish(browser, state, "c1")
    assert answer.location == "/m/hours?year=2026"
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("shuxue="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert browser.get("/m").status_code == 200


def test_the_second_call_with_the_same_code_succeeds_as_well(world: World) -> None:
    world.identity.people["c1"] = ("o-member", False)
    browser = world.app.test_client()
    state = begin(browser)
    assert finish(browser, state, "c1").status_code == 302
    assert finish(browser, state, "c1").status_code == 302
    assert world.identity.used == ["c1"]
    assert browser.get("/m").status_code == 200


def test_a_parallel_second_call_waits_for_the_result_of_the_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = world.app.test_client()
    state = begin(browser)
    real = world.identity.person

    def first_was_faster(code: str) -> tuple[str, bool]:
        login.remember_code(state, code, "o-member", world.clock())
        return real(code)

    monkeypatch.setattr(world.identity, "person", first_was_faster)
    assert finish(browser, state, "c-used").status_code == 302


def test_a_state_works_once_and_with_one_code(world: World) -> None:
    world.identity.people |= {"c1": ("o-member", False), "c2": ("o-secretary", False)}
    browser = world.app.test_client()
    state = begin(browser)
    finish(browser, state, "c1")
    assert finish(browser, state, "c2").status_code == 400
    assert world.identity.used == ["c1"]


@pytest.mark.parametrize("state", ["", "foreign", "a" * 129, "<script>"])
def test_a_state_that_this_browser_did_not_begin_is_refused(world: World, state: str) -> None:
    world.identity.people["c1"] = ("o-member", False)
    browser = world.app.test_client()
    begin(browser)
    assert finish(browser, state, "c1").status_code == 400
    assert LoginSession.select().count() == 0


def test_a_used_code_is_worth_nothing_in_another_browser(world: World) -> None:
    world.identity.people["c1"] = ("o-member", False)
    mine, foreign = world.app.test_client(), world.app.test_client()
    finish(mine, begin(mine), "c1")
    assert finish(foreign, begin(foreign), "c1").status_code == 409


def test_a_way_that_took_too_long_is_begun_anew(world: World) -> None:
    world.identity.people["c1"] = ("o-member", False)
    browser = world.app.test_client()
    state = begin(browser)
    world.clock.move(minutes=11)
    assert finish(browser, state, "c1").status_code == 400


def test_a_snapshot_user_is_told_what_to_press_and_is_not_logged_in(world: World) -> None:
    world.identity.people["c1"] = ("o-member", True)
    browser = world.app.test_client()
    answer = finish(browser, begin(browser), "c1")
    assert answer.status_code == 403
    assert "使用完整服务" in answer.text
    assert (LoginSession.select().count(), OauthCode.select().count()) == (0, 0)


def test_a_silent_platform_is_said_and_leaves_the_way_open(world: World) -> None:
    world.identity.busy = True
    browser = world.app.test_client()
    answer = finish(browser, begin(browser), "c1")
    assert answer.status_code == 503
    assert "/auth/login?next=/m" in answer.text


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.test",
        "/\\evil.test",
        "https://evil.test",
        "\\\\evil.test",
        "javascript:alert(1)",
        "/auth/logout",
        "/m\r\nX: y",
        "",
    ],
)
def test_nobody_is_led_to_a_foreign_address(world: World, evil: str) -> None:
    world.identity.people["c1"] = ("o-member", False)
    browser = world.app.test_client()
    assert finish(browser, begin(browser, evil), "c1").location == "/m"


def test_a_login_takes_a_new_token_and_ends_the_old_one(world: World) -> None:
    """Session fixation: a token that somebody planted opens nothing after the login."""
    world.identity.people["c1"] = ("o-secretary", False)
    browser = world.client("member")
    planted = browser.get_cookie("shuxue").value
    finish(browser, begin(browser), "c1")
    assert browser.get_cookie("shuxue").value != planted
    assert login.find(planted, world.clock()) is None


def test_the_database_holds_no_token_in_clear(world: World) -> None:
    token = login.start("o-member", world.clock())
    assert not LoginSession.select().where(LoginSession.token_hash == token).exists()


def test_a_replayed_cookie_is_refused_after_leaving(world: World) -> None:
    browser = world.client("member")
    token = browser.get_cookie("shuxue").value
    assert browser.post("/auth/logout").status_code == 200
    browser.set_cookie("shuxue", token)
    assert browser.get("/m").location == "/auth/login?next=/m"


def test_a_session_ends_after_thirty_days(world: World) -> None:
    browser = world.client("member")
    world.clock.move(days=29)
    assert browser.get("/m").status_code == 200
    world.clock.move(days=2)
    assert browser.get("/m").status_code == 302


def test_a_form_of_a_person_who_is_not_logged_in_is_answered_here(world: World) -> None:
    """Our own policy lets no form be led to the platform's host, so the person gets a link."""
    answer = world.client("anonymous").post("/s/rebind")
    assert answer.status_code == 401
    assert 'href="/auth/login?next=/s"' in answer.text
    assert 'href="/auth/login?next=/c"' in world.client("anonymous").post("/c").text
