"""A new session as usual, the months to come, a visit, a signed sheet, guests, and a borrowed screen."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from models import Attendance, AuditLog, SessionInvite, StudySession, TryCount
from models.terms import AttendanceSource, AttendanceStatus, SessionKind, SessionState
from services.actor import OPERATOR
from services.arrival import codes
from services.roll import attendance
from tests.web.world import World

GOOD = {
    "organization": "ZB1", "kind": "THEME_DAY", "title": "12月主题党日", "day": "2026-12-17", "time": "14:00",
    "minutes": "90", "place": "二楼会议室", "areas": ["THEORY", "RULES"],
}  # fmt: skip
VISIT = {
    "organization": "ZB1", "members": ["M005", "M004"], "day": "2026-11-20", "time": "09:00", "minutes": "60",
    "areas": ["THEORY"], "visitors": ["M003", "M002"], "title": "送学上门", "place": "",
}  # fmt: skip


#: What belongs to the meeting screen.
TAILS = ("", "/state.json", "/qr.png", "/follow.png")


def held(world: World) -> StudySession:
    """Hold and confirm a session last month, with its topic and place."""
    made = world.new_session("10月主题党日 · 学习党章", world.clock() - timedelta(days=32))
    attendance.confirm(OPERATOR, made.key, world.clock())
    return made


def made_of(title: str) -> StudySession:
    """Return the session of a title."""
    return StudySession.get(StudySession.title == title)


# ---- create


def test_two_taps_from_today_publish_a_session_like_the_last(world: World) -> None:
    """Counted as a thumb does: 照上次, 发布."""
    StudySession.update(state=SessionState.CANCELLED).execute()
    key, browser = held(world).key, world.client("secretary")
    today = browser.get("/s").text
    assert f'href="/s/sessions/new?like={key}"' in today
    form = browser.get(f"/s/sessions/new?like={key}").text
    assert 'value="党员活动室"' in form
    assert "主题党日 · 学习党章" in form
    answer = browser.post("/s/sessions/new", data=_filled(form))
    assert answer.status_code == 303
    made = StudySession.select().order_by(StudySession.id.desc()).get()
    assert (made.state, made.place, made.credit) == (SessionState.PUBLISHED, "党员活动室", 150)
    assert made.starts_at > world.clock()


def test_two_taps_publish_what_is_usual(world: World) -> None:
    browser = world.client("secretary")
    assert (
        browser.post("/s/sessions/new", data=_filled(browser.get("/s/sessions/new").text)).status_code == 303
    )


def test_another_kind_fills_the_form_anew_but_keeps_what_was_typed(world: World) -> None:
    browser = world.client("secretary")
    shown = _filled(browser.get("/s/sessions/new").text) | {"place": "河边", "kind": "COMMITTEE_MEETING"}
    page = browser.post("/s/sessions/new", data=shown | {"fill": "1"})
    assert page.status_code == 200
    assert 'value="河边"' in page.text
    assert "月支委会" in page.text
    assert 'name="minutes" inputmode="numeric" value="60"' in page.text
    assert "应到：支委" in page.text
    assert StudySession.select().count() == 1


def test_hours_set_otherwise_want_a_word_why(world: World) -> None:
    browser = world.client("secretary")
    page = browser.post("/s/sessions/new", data=GOOD | {"credit": "4"})
    assert page.status_code == 400
    assert "还没有写为什么" in page.text
    assert 'value="4"' in page.text
    assert (
        browser.post("/s/sessions/new", data=GOOD | {"credit": "4", "credit_reason": "半天"}).status_code
        == 303
    )
    assert made_of("12月主题党日").credit_reason == "半天"


def test_half_a_day_and_a_day_give_their_hours_and_no_reason_is_asked(world: World) -> None:
    browser = world.client("secretary")
    assert "半天，4 学时" in browser.get("/s/sessions/new").text
    short = browser.post("/s/sessions/new", data=GOOD | {"span": "half_day"})
    assert (short.status_code, "至少 150 分钟" in short.text) == (400, True)
    assert 'value="half_day" selected' in short.text
    odd = browser.post("/s/sessions/new", data=GOOD | {"span": "week"})
    assert (odd.status_code, "请选按时长" in odd.text) == (400, True)
    assert (
        browser.post("/s/sessions/new", data=GOOD | {"span": "half_day", "minutes": "180"}).status_code == 303
    )
    made = made_of("12月主题党日")
    assert (made.credit, made.credit_reason) == (400, "按半天计")
    series = browser.post("/s/sessions/new", data=GOOD | {"span": "day", "minutes": "360", "repeat": "2"})
    assert 'name="span" value="day"' in series.text
    # The next one like it is offered with the same hours.
    assert 'value="4"' in browser.get(f"/s/sessions/new?like={made.key}").text


def test_the_months_to_come_are_shown_before_they_are_made(world: World) -> None:
    browser = world.client("secretary")
    shown = browser.post("/s/sessions/new", data=GOOD | {"repeat": "3"})
    assert shown.status_code == 200
    assert StudySession.select().count() == 1
    assert [day in shown.text for day in ("2026-12-17", "2027-01-21", "2027-02-18")] == [True] * 3
    days = ["2026-12-17", "", "2027-02-19"]
    for _ in range(2):
        answer = browser.post("/s/sessions/series", data=GOOD | {"days": days})
        assert answer.location == "/s?done=series"
    titles = sorted(row.title for row in StudySession.select().where(StudySession.place == "二楼会议室"))
    assert titles == ["12月主题党日", "2月主题党日"]


@pytest.mark.parametrize(
    "days", [[], ["2026-02-31"], ["2031-01-01"], [f"2027-01-{at:02}" for at in range(1, 14)]]
)
def test_days_that_cannot_be_make_nothing(world: World, days: list[str]) -> None:
    answer = world.client("secretary").post("/s/sessions/series", data=GOOD | {"days": days})
    if len(days) > 12:
        assert StudySession.select().count() == 13
        return
    assert answer.status_code == 400
    assert all(f'value="{day}"' in answer.text for day in days)
    assert StudySession.select().count() == 1


@pytest.mark.parametrize(("repeat", "words"), [("99", "1 到 12 次"), ("x", "1 到 12 次")])
def test_too_many_months_are_refused_at_their_field(world: World, repeat: str, words: str) -> None:
    answer = world.client("secretary").post("/s/sessions/new", data=GOOD | {"repeat": repeat})
    assert (answer.status_code, words in answer.text) == (400, True)


def test_a_draft_waits_on_today_until_it_is_published(world: World) -> None:
    browser = world.client("secretary")
    answer = browser.post("/s/sessions/new", data=GOOD | {"draft": "1"})
    made = made_of("12月主题党日")
    assert (answer.location, made.state) == (f"/s/sessions/{made.key}/more?done=draft", SessionState.DRAFT)
    assert "草稿，还没有发布" in browser.get("/s").text
    assert f'href="/s/sessions/{made.key}/publish"' in browser.get(answer.location).text
    browser.post(f"/s/sessions/{made.key}/publish")
    assert "草稿，还没有发布" not in browser.get("/s").text


# ---- a visit


def test_a_visit_to_several_is_one_form(world: World) -> None:
    browser = world.client("secretary")
    page = browser.get("/s/sessions/visit").text
    assert page.index("第一党小组") < page.index("第二党小组")
    for _ in range(2):
        answer = browser.post("/s/sessions/visit", data=VISIT | {"role": "SECRETARY", "state": "CONFIRMED"})
    made = StudySession.get(StudySession.kind == SessionKind.HOME_VISIT)
    assert answer.location == f"/s/sessions/{made.key}/more?done=visited"
    rows = list(Attendance.select().where(Attendance.session == made))
    assert [(row.status, row.source) for row in rows] == [
        (AttendanceStatus.PRESENT, AttendanceSource.VISIT)
    ] * 2
    assert "去的同志：张伟、李强" in browser.get(answer.location).text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"members": []}, "还没有选去看了谁"),
        ({"day": "2026-12-20"}, "请在去过之后登记"),
        ({"minutes": "5"}, "15 到 600 分钟"),
        ({"minutes": "一"}, "请填分钟数"),
        ({"areas": ["FUN"]}, "请至少选一项学习内容"),
        ({"title": "长" * 61}, "标题太长了"),
        ({"visitors": ["M001", "M002", "M003"]}, "请选 2 位以内"),
    ],
)
def test_a_visit_that_cannot_be_keeps_every_tick(world: World, change: dict[str, object], words: str) -> None:
    answer = world.client("secretary").post("/s/sessions/visit", data=VISIT | change)
    assert (answer.status_code, words in answer.text) == (400, True)
    for number in change.get("members", VISIT["members"]):  # type: ignore[union-attr]
        assert f'value="{number}" checked' in answer.text
    assert StudySession.select().count() == 1


# ---- paper


def test_the_sheet_names_everybody_with_room_to_sign(world: World) -> None:
    page = world.client("secretary").get(f"/s/sessions/{world.session.key}/sheet").text
    assert page.count('<th scope="row">') == 5
    assert "名单外的同志" in page
    assert "王芳" not in world.client("group_head").get(f"/s/sessions/{world.session.key}/sheet").text


def test_only_who_did_not_sign_is_unticked(world: World) -> None:
    browser, key = world.client("secretary"), world.session.key
    attendance.call_roll(OPERATOR, key, AttendanceStatus.LATE, ["M001"], world.clock())
    page = browser.get(f"/s/sessions/{key}/paper").text
    assert page.count('name="came"') == page.count("checked>") == 4
    came = {"listed": ["M002", "M003", "M004", "M005"], "came": ["M002", "M003", "M005"]}
    for _ in range(2):
        answer = browser.post(f"/s/sessions/{key}/paper", data=came)
    assert answer.location == f"/s/sessions/{key}/more?done=paper"
    rows = Attendance.select().where(Attendance.session == world.session)
    found = {row.member.number: (row.status.value, str(row.source or "")) for row in rows}
    assert found["M002"] == ("PRESENT", "PAPER")
    assert found["M004"] == ("EXPECTED", "")
    assert found["M001"] == ("LATE", "ROLL_CALL")


# ---- before it is confirmed


def test_the_summary_names_everybody_and_what_cannot_be_undone(world: World) -> None:
    key, browser = world.session.key, world.client("secretary")
    attendance.call_roll(OPERATOR, key, AttendanceStatus.PRESENT, ["M001", "M005"], world.clock())
    attendance.call_roll(OPERATOR, key, AttendanceStatus.LEAVE, ["M004"], world.clock())
    page = browser.get(f"/s/sessions/{key}/confirm").text
    assert [int(each) for each in re.findall(r"<dd>(\d+)</dd>", page)] == [2, 0, 1, 2]
    assert "一共给 2 位同志记 <strong>3</strong> 学时" in page
    assert page.index("到会 2 人") < page.index("请假 1 人") < page.index("缺席 2 人")
    assert "退回重核" in page


# ---- guests


def test_another_branch_is_invited_and_its_members_are_told(world: World) -> None:
    browser, guest = world.client("secretary"), world.client("other_member")
    address = f"/s/sessions/{world.session.key}/invite"
    assert "可以来旁听" not in guest.get("/m/sessions").text
    assert "城西第三党支部" in browser.get(f"{address}?q=城西").text
    browser.post(address, data={"branch": "ZB2"})
    assert "城东第一党支部邀请" in guest.get("/m/sessions").text
    assert "可以来旁听" not in world.client("member").get("/m/sessions").text
    browser.post(address, data={"branch": "ZB2", "act": "withdraw"})
    assert SessionInvite.select().count() == 0


# ---- a borrowed screen


def test_a_code_typed_on_another_machine_opens_the_screen_and_nothing_else(world: World) -> None:
    browser, laptop = world.client("secretary"), world.client("anonymous")
    address = f"/s/sessions/{world.session.key}/screen-link"
    browser.post(address, data={"act": "make"})
    page = browser.get(address).text
    assert "http://127.0.0.1:8000/p" in page
    code = page.split('<p class="number"><strong>')[1].split("</strong>")[0]
    opened = laptop.post("/p", data={"code": code.upper()})
    screen = laptop.get(opened.location).text
    assert codes.screen_key(world.session.key) not in screen
    assert "扫码签到" in screen
    assert laptop.get("/s").status_code == 302
    state = opened.location.replace("/screen?", "/screen/state.json?")
    assert laptop.get(state).json["phase"] == "open"
    browser.post(address, data={"act": "revoke"})
    assert laptop.get(state).status_code == 404
    assert laptop.get(opened.location).status_code == 404
    wrong = laptop.post("/p", data={"code": code})
    assert (wrong.status_code, code in wrong.text) == (404, True)
    acts = [row.action for row in AuditLog.select().where(AuditLog.action.startswith("screen."))]
    assert acts == ["screen.linked", "screen.unlinked"]


def test_one_tap_closes_the_screens_that_were_opened_by_the_old_address(world: World) -> None:
    browser, laptop, key = world.client("secretary"), world.client("anonymous"), world.session.key
    asked = [f"/s/sessions/{key}/screen{tail}?k={codes.screen_key(key)}" for tail in TAILS]
    assert [laptop.get(way).status_code for way in asked] == [200] * 4
    assert browser.post(f"/s/sessions/{key}/screen-link", data={"act": "renew"}).status_code == 303
    assert [laptop.get(way).status_code for way in asked] == [404] * 4
    page = browser.get(f"/s/sessions/{key}/screen-link?done=renewed").text
    found = re.search(r"/screen\?key=(\w+)", page)
    assert found is not None
    assert [laptop.get(f"/s/sessions/{key}/screen{tail}?k={found[1]}").status_code for tail in TAILS] == [
        200
    ] * 4
    assert f"/screen?key={found[1]}" in browser.get(f"/s/sessions/{key}").text


def test_too_many_wrong_codes_are_refused_kindly_and_what_was_typed_stays(world: World) -> None:
    laptop = world.client("anonymous")
    laptop.post("/p", data={"code": "00000001"})
    TryCount.update(count=10_000).execute()
    answer = laptop.post("/p", data={"code": "0000 0002"})
    assert (answer.status_code, "明天再试" in answer.text, "0000 0002" in answer.text) == (409, True, True)


def test_what_has_not_changed_is_not_sent_again(world: World) -> None:
    laptop, key = world.client("anonymous"), world.session.key
    address = f"/s/sessions/{key}/screen/state.json?k={codes.screen_key(key)}"
    first = laptop.get(address)
    mark = {"If-None-Match": first.headers["ETag"]}
    known = f"{address}&v={first.json['v']}"
    same = laptop.get(known, headers=mark)
    assert (same.status_code, same.data) == (304, b"")
    world.clock.move(seconds=15)
    renewed = laptop.get(known, headers=mark)
    assert renewed.status_code == 200
    assert "names" not in renewed.json
    assert 30 < renewed.json["good"] <= 45
    attendance.call_roll(OPERATOR, key, AttendanceStatus.PRESENT, ["M001"], world.clock())
    assert laptop.get(known, headers=mark).json["names"] == ["王芳"]


# ---- everything of one session


def test_one_page_gathers_what_can_be_done(world: World) -> None:
    key = world.session.key
    page = world.client("secretary").get(f"/s/sessions/{key}/more").text
    for tail in ("", "/paper", "/sheet", "/screen-link", "/move", "/invite", "/cancel", "/confirm"):
        assert f'href="/s/sessions/{key}{tail}"' in page, tail
    assert f'href="/s/exports/attendance.xlsx?session={key}"' in page
    heads = world.client("group_head").get(f"/s/sessions/{key}/more").text
    for tail in ("/screen-link", "/move", "/invite", "/cancel", "/confirm"):
        assert f"{key}{tail}" not in heads, tail
    assert f'href="/s/sessions/{key}/more"' in world.client("secretary").get(f"/s/sessions/{key}").text


def _filled(page: str) -> dict[str, object]:
    """Return the form of a page as a browser would send it untouched."""
    form = re.search(r'<form class="card".*?</form>', page, re.DOTALL).group(0)  # type: ignore[union-attr]
    data: dict[str, object] = {"areas": []}
    for tag in re.findall(r"<input[^>]*>", form):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        value = html.unescape(found.get("value", ""))
        if found.get("type") == "checkbox":
            if " checked" in tag:
                data["areas"] = [*data["areas"], value]  # type: ignore[misc]
        elif "name" in found:
            data[found["name"]] = value
    for name, body in re.findall(r'<select[^>]*name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        data[name] = chosen.group(1) if chosen else ""
    return data
