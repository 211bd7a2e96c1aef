"""One more proof before a step of weight: a code from the chat, for this session, a few minutes long."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from models import LoginSession, StepUp
from services import step_up
from tests.web.world import OPENIDS, World
from tests.wechat.pushes import message
from wechat import texts
from wechat.call import Call
from wechat.parse import parse
from wechat.router import route

WAY = "/s/exports/hours.xlsx"


def ask(world: World, role: str = "secretary", word: str = "验证") -> str:
    """Send the word in the chat and return the answer."""
    openid = OPENIDS.get(role, "o-nobody")
    inbound = replace(parse(message()), openid=openid, text=word)
    return route(Call(inbound, world.clock(), world.clock(), "https://xuexi.example.cn"))


def code(world: World, role: str = "secretary") -> str:
    """Return the six digits that the chat gives."""
    found = re.search(r"验证码：([0-9 ]{8})", ask(world, role))
    assert found
    return found[1].replace(" ", "")


def prove(browser: FlaskClient, typed: str, way: str = WAY) -> int:
    return browser.post("/auth/step-up", data={"code": typed, "next": way}).status_code


def other(digits: str) -> str:
    """Return six digits that are not these."""
    return f"{(int(digits) + 1) % 1_000_000:06d}"


def test_the_way_through_the_proof_and_on_to_the_file(world: World) -> None:
    browser = world.client("secretary")
    detour = browser.get(f"{WAY}?year=2026")
    assert detour.status_code == 302
    page = browser.get(detour.location)
    assert "在公众号里发「验证」两个字，把收到的 6 位数字填在这里" in page.get_data(as_text=True)
    way = parse_qs(urlsplit(detour.location).query)["next"][0]
    assert way == f"{WAY}?year=2026"
    digits = code(world)
    # Typed as people do: with blanks, or in full width.
    typed = digits[:3] + " " + chr(ord(digits[3]) + 0xFEE0) + digits[4:]
    answer = browser.post("/auth/step-up", data={"code": typed, "next": way})
    assert (answer.status_code, answer.location) == (303, way)
    assert browser.get(way).status_code == 200


def test_the_proof_ends_after_ten_minutes_and_holds_for_this_session_alone(world: World) -> None:
    browser, elsewhere = world.client("secretary"), world.client("secretary")
    assert prove(browser, code(world)) == 303
    assert elsewhere.get(WAY).status_code == 302
    world.clock.move(minutes=9)
    assert browser.get(WAY).status_code == 200
    world.clock.move(minutes=1, seconds=1)
    assert browser.get(WAY).status_code == 302


def test_a_wrong_code_keeps_what_was_typed_and_says_how_often_it_may_be_tried(world: World) -> None:
    browser, digits = world.client("secretary"), code(world)
    wrong = other(digits)
    answer = browser.post("/auth/step-up", data={"code": wrong, "next": WAY})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "还可以试 4 次" in page
    assert wrong in page
    assert WAY in page
    assert prove(browser, "12345") == 400, "what is no code is not counted"
    assert prove(browser, digits) == 303


def test_after_five_wrong_tries_the_right_code_opens_nothing(world: World) -> None:
    browser, digits = world.client("secretary"), code(world)
    assert [prove(browser, other(digits)) for _ in range(5)] == [400] * 5
    assert StepUp.get().tries == 5
    assert prove(browser, digits) == 400
    assert browser.get(WAY).status_code == 302
    assert prove(browser, code(world)) == 303, "a new code may be asked for"


def test_a_code_lives_five_minutes_works_once_and_ends_with_the_next(world: World) -> None:
    browser, first = world.client("secretary"), code(world)
    second = code(world)
    if first != second:
        assert prove(browser, first) == 400
    world.clock.move(minutes=5)
    assert prove(browser, second) == 400
    third = code(world)
    assert prove(browser, third) == 303
    assert prove(browser, third) == 400
    assert StepUp.select().count() == 0


def test_somebody_elses_code_opens_nothing(world: World) -> None:
    browser = world.client("secretary")
    mine, theirs = code(world), code(world, "other_secretary")
    assert mine == theirs or prove(browser, theirs) == 400
    assert LoginSession.select().where(LoginSession.proved_until.is_null(False)).count() == 0


@pytest.mark.parametrize("way", ["//evil.example", "https://evil.example", "/\\evil", "/auth/logout", ""])
def test_the_way_on_is_one_of_our_own(world: World, way: str) -> None:
    browser = world.client("secretary")
    answer = browser.post("/auth/step-up", data={"code": code(world), "next": way})
    assert answer.location == "/s"


def test_the_table_holds_a_hash_and_the_sweep_lets_it_go(world: World) -> None:
    from services import jobs

    digits = code(world)
    assert digits not in StepUp.get().code_hash
    world.clock.move(minutes=6)
    jobs.sweep(world.clock())
    assert StepUp.select().count() == 0


def test_the_chat_gives_a_code_to_members_alone_and_warns(world: World) -> None:
    assert "不要告诉别人" in ask(world)
    assert "验证码" in ask(world, word="我要验证码")
    assert ask(world, "unbound") == texts.NOT_BOUND
    assert step_up.TRIES == 5
