"""The member's home and what hangs on it: what waits, signing by digits, sessions, the year, large type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from models import Attendance, PointEntry, database
from models.terms import AttendanceStatus, PointSource
from services import rulebook
from services.actor import OPERATOR
from services.arrival import codes
from services.clock import civil_day, seconds
from services.roll import attendance
from tests.service.test_desk import everything
from tests.web.world import World


@contextmanager
def queries() -> Iterator[list[str]]:
    """Write down what is asked of the database."""
    asked: list[str] = []
    run = database.obj.execute_sql

    def note(sql: str, *rest: Any, **more: Any) -> Any:
        asked.append(sql)
        return run(sql, *rest, **more)

    database.obj.execute_sql = note
    try:
        yield asked
    finally:
        del database.obj.execute_sql


class Field:
    """What `everything` asks for, of the pages' world."""

    def __init__(self, world: World) -> None:
        self.branch, self.committee = world.branch, world.branch.parent


def digits_of(world: World) -> str:
    rules = rulebook.current().checkin(civil_day(world.clock()))
    return codes.digits_of(world.session.key, seconds(world.clock()) // rules.step_seconds)


def hold(world: World, title: str, days_ago: int) -> None:
    """Hold a session some days ago at which the member was."""
    held = world.new_session(title, world.clock() - timedelta(days=days_ago))
    attendance.call_roll(OPERATOR, held.key, AttendanceStatus.PRESENT, ["M001"], world.clock())
    attendance.confirm(OPERATOR, held.key, world.clock())


def test_home_asks_six_times_at_most_whatever_has_gathered(world: World) -> None:
    everything(Field(world), world.members["member"])
    browser = world.client("member")
    for days in (3, 5, 8):
        hold(world, f"{days} 天前的学习", days)
    with queries() as asked:
        page = browser.get("/m")
    assert page.status_code == 200
    assert len(asked) <= 6, asked


def test_home_names_everything_that_waits_with_the_way_to_it(world: World) -> None:
    everything(Field(world), world.members["member"])
    page = world.client("member").get("/m").text
    for words in (
        "支部看过了，请再补充几句", "请您看看是不是您的意思", "1 段录音整理成了文字", "写了 1 段，共五段",
        "1 次学习可以补", "请假已同意", "可以提出异议", "有了回复", 'href="/m/shuxue/A"',
    ):  # fmt: skip
        assert words in page
    assert "支部看过了" not in world.client("other_member").get("/m").text


def test_home_shows_the_points_with_their_word_once_there_are_any(world: World) -> None:
    browser, member = world.client("member"), world.members["member"]
    assert " 分（" not in browser.get("/m").text
    PointEntry.create(
        member=member, branch=world.branch, year=2026, quarter=4, day=civil_day(world.clock()), points=8600,
        stated=8600, item="base", source=PointSource.BASE, rule="R61", edition="2026版",
        created_at=world.clock(),
    )  # fmt: skip
    assert "86 分（良好）" in browser.get("/m").text
    assert " 分（" not in world.client("other_member").get("/m").text


def test_the_digits_of_the_screen_sign_on_the_page_as_well(world: World) -> None:
    browser = world.client("member")
    assert 'href="/m/sign"' in browser.get("/m").text
    typed = digits_of(world)
    answer = browser.post("/m/sign", data={"digits": f" {typed[:3]} {typed[3:]}"})
    assert "签到成功" in answer.text
    place = Attendance.get(Attendance.member == world.members["member"])
    assert (place.status, place.source.label) == (AttendanceStatus.PRESENT, "数字签到")
    assert 'href="/m/sign"' not in browser.get("/m").text


def test_wrong_digits_stay_in_the_field_and_end_politely(world: World) -> None:
    browser = world.client("member")
    wrong = f"{(int(digits_of(world)) + 1) % 1_000_000:06d}"
    answer = browser.post("/m/sign", data={"digits": wrong})
    assert (answer.status_code, f'value="{wrong}"' in answer.text) == (400, True)
    assert "不对，可能刚刚更新" in answer.text
    for typed in ("", "12345", "abcdef", "<b>"):
        assert "请输入屏幕上的 6 位数字" in browser.post("/m/sign", data={"digits": typed}).text
    for _ in range(rulebook.current().checkin(civil_day(world.clock())).digit_tries_a_day):
        browser.post("/m/sign", data={"digits": wrong})
    locked = browser.post("/m/sign", data={"digits": digits_of(world)})
    assert (locked.status_code, "今天输错的数字太多了" in locked.text) == (409, True)


def test_the_sessions_of_a_year_stand_by_date_with_place_and_credit(world: World) -> None:
    hold(world, "早一些的党课", 20)
    hold(world, "晚一些的党课", 5)
    page = world.client("member").get("/m/sessions").text
    assert page.index("晚一些的党课") < page.index("早一些的党课")
    assert "到会，点名" in page
    assert "1.5 学时" in page
    assert "早一些的党课" not in world.client("other_member").get("/m/sessions").text
    missed = world.client("former_secretary").get("/m/sessions").text
    assert "缺席" in missed


def test_my_year_holds_hours_sessions_points_and_shuxue_of_nobody_else(world: World) -> None:
    everything(Field(world), world.members["member"])
    hold(world, "早一些的党课", 20)
    page = world.client("member").get("/m/year").text
    for words in ("王芳，城东第一党支部", "早一些的党课", "四季度述学", "正在写"):
        assert words in page
    foreign = world.client("group_head").get("/m/year").text
    assert "王芳" not in foreign
    assert "正在写" not in foreign


@pytest.mark.parametrize("path", ["/m/sessions", "/m/year"])
def test_only_years_that_can_be_are_shown(world: World, path: str) -> None:
    browser = world.client("member")
    assert browser.get(f"{path}?year=2025").status_code == 200
    for year in ("２０２６", "abcd", "99999", "1800"):
        assert browser.get(path, query_string={"year": year}).status_code == 400


def test_large_type_stays_through_logout_and_login_and_leads_back(world: World) -> None:
    browser = world.client("member")
    assert 'class="wx-root"' in browser.get("/m/hours?year=2026").text
    answer = browser.post("/care", data={"type": "large", "next": "/m/hours?year=2026"})
    assert (answer.status_code, answer.location) == (303, "/m/hours?year=2026")
    assert 'class="wx-root care"' in browser.get("/m").text
    assert 'class="wx-root care"' in browser.post("/auth/logout").text
    assert 'class="wx-root care"' in browser.get("/feedback").text
    browser.post("/care", data={"type": "standard"})
    assert 'class="wx-root"' in browser.get("/feedback").text


def test_large_type_is_a_cookie_without_anything_of_the_person(world: World) -> None:
    answer = world.client("anonymous").post("/care", data={"type": "large", "next": "//evil.example"})
    assert answer.location == "/m"
    (cookie,) = [value for value in answer.headers.getlist("Set-Cookie") if value.startswith("care=")]
    assert cookie.startswith("care=1;")
    for words in ("SameSite=Lax", "HttpOnly", "Path=/", "Max-Age=31536000"):
        assert words in cookie


def test_every_page_offers_large_type_and_the_way_to_complain(world: World) -> None:
    browser = world.client("secretary")
    for path in ("/m", "/m/hours", "/s", f"/s/sessions/{world.session.key}", "/nowhere", "/m/settings"):
        page = browser.get(path).text
        assert ">大字版</button>" in page, path
        assert 'href="/feedback">投诉建议' in page, path


def test_a_page_that_answers_a_form_leads_back_to_one_that_can_be_asked_for(world: World) -> None:
    browser = world.client("member")
    assert 'name="next" value="/m/sign"' in browser.post("/m/sign", data={"digits": "1"}).text
    answer = world.client("secretary").post("/s/rebind", data={})
    assert 'name="next" value="/s"' in answer.text
