"""What a member sees and does: the scanned code, binding, the home page, why the hours are what they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import Attendance, ExternalStudy, StudySession, WechatBinding
from models.terms import AttendanceSource, AttendanceStatus
from services import binding
from services.actor import OPERATOR, member_actor
from services.arrival import codes
from services.hours import HoursView
from services.roll import attendance
from tests.web.world import World
from web.member.home import sentence


def place(world: World, role: str, session: StudySession | None = None) -> Attendance:
    """Return a person's place."""
    return Attendance.get(
        Attendance.session == (session or world.session), Attendance.member == world.members[role]
    )


def test_a_scan_shows_the_session_and_one_press_signs(world: World) -> None:
    browser = world.client("member")
    shown = browser.get(f"/c/{world.token()}", follow_redirects=True)
    assert "11月主题党日" in shown.text
    assert "党员活动室" in shown.text
    assert shown.text.partition("<main")[2].count("<button") == 1
    assert place(world, "member").status is AttendanceStatus.EXPECTED
    answer = browser.post("/c")
    assert "签到成功" in answer.text
    assert "本次 1.5 学时" in answer.text
    row = place(world, "member")
    assert (row.status, row.source) == (AttendanceStatus.PRESENT, AttendanceSource.QR)


def test_the_time_of_the_scan_counts_not_that_of_the_press(world: World) -> None:
    browser = world.client("member")
    scanned = world.clock()
    browser.get(f"/c/{world.token()}")
    world.clock.move(minutes=9)
    browser.post("/c")
    assert place(world, "member").at == scanned


def test_a_second_press_tells_the_first_time(world: World) -> None:
    browser = world.client("member")
    browser.get(f"/c/{world.token()}")
    browser.post("/c")
    world.clock.move(minutes=2)
    assert "您 10:00 已签到" in browser.post("/c").text


def test_a_scan_waits_ten_minutes_and_no_longer(world: World) -> None:
    browser = world.client("member")
    browser.get(f"/c/{world.token()}")
    world.clock.move(minutes=11)
    answer = browser.post("/c")
    assert answer.status_code == 409
    assert "请扫会场屏幕上的码" in answer.text
    assert place(world, "member").status is AttendanceStatus.EXPECTED


def test_a_forwarded_link_is_stale_for_its_receiver(world: World) -> None:
    token = world.token()
    browser = world.client("member")
    browser.get(f"/c/{token}")
    world.clock.move(minutes=2)
    answer = world.client("secretary").get(f"/c/{token}")
    assert answer.status_code == 409
    assert "这个码已更新" in answer.text
    # The one who scanned in time may reload.
    assert browser.get(f"/c/{token}").location == "/c"


def test_a_scan_survives_the_login(world: World) -> None:
    world.identity.people["c1"] = ("o-member", False)
    browser = world.app.test_client()
    browser.get(f"/c/{world.token()}")
    state = browser.get(browser.get("/c").location).location.rpartition("state=")[2]
    assert browser.get(f"/auth/callback?code=c1&state={state}").location == "/c"
    assert "签到成功" in browser.post("/c").text


def test_a_guest_is_welcome_and_the_own_branch_will_decide(world: World) -> None:
    browser = world.client("other_member")
    browser.get(f"/c/{world.token()}")
    answer = browser.post("/c")
    assert "欢迎来旁听" in answer.text
    assert "城西第三党支部" in answer.text
    assert ExternalStudy.select().count() == 1


def test_an_unbound_scan_becomes_the_check_in_once_the_code_is_typed(world: World) -> None:
    WechatBinding.update(unbound_at=0).where(WechatBinding.openid == "o-member").execute()
    code = binding.issue_code(OPERATOR, "M001", world.clock()).code
    browser = world.client("unbound")
    browser.get(f"/c/{world.token()}")
    waiting = browser.post("/c")
    assert "已记下您 10:00 扫了码" in waiting.text
    assert 'action="/m/bind"' in waiting.text
    world.clock.move(minutes=3)
    answer = browser.post("/m/bind", data={"code": f" {code[:4].upper()} {code[4:]} "})
    assert "签到成功" in answer.text
    assert "王芳同志" in answer.text
    assert place(world, "member").at == world.clock() - timedelta(minutes=3)


def test_a_wrong_code_is_kept_in_the_form_and_says_how_many_tries_are_left(world: World) -> None:
    browser = world.client("unbound")
    answer = browser.post("/m/bind", data={"code": "<b>12345678"})
    assert answer.status_code == 400
    assert "还可以试 4 次" in answer.text
    assert 'value="&lt;b&gt;12345678"' in answer.text
    for _ in range(4):
        browser.post("/m/bind", data={"code": "12345678"})
    locked = browser.post("/m/bind", data={"code": "12345678"})
    assert locked.status_code == 409
    assert "请明天再试" in locked.text


def test_a_new_phone_hears_that_the_secretary_is_asked(world: World) -> None:
    code = binding.issue_code(OPERATOR, "M001", world.clock()).code
    answer = world.client("unbound").post("/m/bind", data={"code": code})
    assert "等支部书记同意" in answer.text
    page = world.client("secretary").get("/s")
    assert "换新手机" in page.text
    answer = {"member": "M001", "answer": "approve"}
    assert world.client("secretary", proved=True).post("/s/rebind", data=answer).status_code == 303
    assert world.client("unbound").get("/m").status_code == 200
    assert world.client("member").get("/m").location == "/m/bind"


def test_home_says_what_comes_next_and_the_hours_with_their_meaning(world: World) -> None:
    page = world.client("member").get("/m").text
    assert "城东第一党支部" in page
    assert "今天 10:10</time>，党员活动室" in page
    assert "现在可以签到" in page
    assert "还差 32 学时，已安排的学习还有 1.5 学时。" in page
    assert "0 / 32" in page
    assert "支部工作" not in page
    assert "支部工作" in world.client("secretary").get("/m").text


def test_home_of_another_branch_shows_nothing_of_this_one(world: World) -> None:
    page = world.client("other_member").get("/m").text
    assert "城西第三党支部" in page
    assert "还没有安排" in page
    assert "主题党日" not in page


def test_every_line_says_why_also_when_it_was_taken_back(world: World) -> None:
    world.clock.move(minutes=10)
    secretary = member_actor(world.members["secretary"].id)
    attendance.call_roll(secretary, world.session.key, AttendanceStatus.PRESENT, ["M001"], world.clock())
    attendance.confirm(secretary, world.session.key, world.clock())
    page = world.client("member").get("/m/hours").text
    for words in (
        "11月主题党日",
        "+1.5",
        "点名 10:10",
        "张伟 11月21日（周六）确认",
        "2026版",
        "同一次学习只记一次",
    ):
        assert words in page
    attendance.reopen(OPERATOR, world.session.key, "登记有误", world.clock())
    page = world.client("member").get("/m/hours").text
    assert "−1.5" in page
    assert "先扣回已记的学时" in page
    assert "登记有误" in page
    assert '<p class="number"><strong>0</strong> 学时</p>' in page
    assert "+1.5" not in world.client("secretary").get("/m/hours").text


def test_only_years_that_can_be_are_shown(world: World) -> None:
    browser = world.client("member")
    assert browser.get("/m/hours?year=2025").status_code == 200
    for year in ("２０２６", "abcd", "20_6", "99999", "1800"):
        assert browser.get("/m/hours", query_string={"year": year}).status_code == 400


def test_what_people_wrote_is_shown_literally(world: World) -> None:
    nasty = "<script>alert(1)</script>{{7*7}}𬱖"
    session = world.new_session(nasty, world.clock())
    for role, path in (("member", "/m"), ("secretary", "/s"), ("secretary", f"/s/sessions/{session.key}")):
        page = world.client(role).get(path).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}𬱖" in page
        assert "<script>alert" not in page
    screen = world.client("anonymous").get(
        f"/s/sessions/{session.key}/screen?k={codes.screen_key(session.key)}"
    )
    assert "&lt;script&gt;" in screen.text
    assert "<script>alert" not in screen.text


@pytest.mark.parametrize(
    ("required", "credited", "planned", "said"),
    [
        (None, 350, 0, "学时对您不作硬性要求，参加了就记上。"),
        (3200, 3200, 0, "今年的学时已经够了。"),
        (3200, 2150, 0, "还差 10.5 学时。"),
        (3200, 2150, 200, "还差 10.5 学时，已安排的学习还有 2 学时。"),
    ],
)
def test_one_sentence_says_what_the_number_means(
    required: int | None, credited: int, planned: int, said: str
) -> None:
    """R04: nothing is lacking where nothing is required."""
    assert sentence(HoursView(2026, required, 0, credited, planned, None)) == said


def test_home_says_what_became_of_the_place_today(world: World) -> None:
    browser = world.client("member")
    attendance.call_roll(OPERATOR, world.session.key, AttendanceStatus.LEAVE, ["M001"], world.clock())
    assert "已登记请假" in browser.get("/m").text
    attendance.call_roll(OPERATOR, world.session.key, AttendanceStatus.PRESENT, ["M001"], world.clock())
    assert "您 10:00 已签到" in browser.get("/m").text
    attendance.call_roll(OPERATOR, world.session.key, AttendanceStatus.EXPECTED, ["M001"], world.clock())
    world.clock.move(hours=3)
    assert "等支部确认" in browser.get("/m").text
