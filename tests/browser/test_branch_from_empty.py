"""A secretary with a phone of 390 pixels, from an empty branch to a table that another program reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from models import Attendance, HourEntry, Member, RollEntry, StudySession
from models.terms import SessionKind
from services.clock import civil
from services.spoken import hours
from tests.browser.empty_branch import BRANCH, SECRETARY, EmptyBranch, book, empty_branch, read_code, sample
from tests.browser.test_pages import SIDEWAYS
from tests.browser.test_roll_offline import SHELVED, WAITING, network, sent, tap
from tests.builders import sound
from tests.fixtures_browser import DESK, PHONE, NewPage, axe_violations
from tests.office import Office

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Twenty come with the file of the sample's first branch, two of the next branch are added by hand.
BY_HAND = ("DY000021", "DY000022")
#: Two elders of whom nothing is required: they are visited at home (R08).
VISITED = ("DY000003", "DY000010")
BY_PAGE, BY_MENU, STRANGER = "DY000006", ("DY000007", "DY000008", "DY000009"), "DY000011"
ON_LEAVE, LATE = ("DY000004", "DY000014", "DY000021"), "DY000022"
SCANNED = (BY_PAGE, *BY_MENU, STRANGER)
#: What a file may not settle: who sits in which office.
OFFICES = {"党内职务", "任职日期"}


@pytest.fixture
def town(sqlite_template: Path, tmp_path: Path, now: datetime) -> Iterator[EmptyBranch]:
    with empty_branch(sqlite_template, tmp_path, now) as served:
        yield served


def test_from_an_empty_branch_to_hours_that_another_program_reads(
    town: EmptyBranch, new_page: NewPage, tmp_path: Path
) -> None:
    phone = town.enter(new_page(PHONE), SECRETARY)
    phone.goto(f"{town.address}/s")
    _upload(town, phone)
    _add_by_hand(phone)
    codes = _cards(phone)
    for number in (BY_PAGE, *BY_MENU):
        assert "绑定成功" in town.says(number, codes[number])
    session = _publish(phone)
    town.at(phone, 13, 50, day=23)
    screen = _open_screen(town, phone, new_page(DESK))
    _scan(town, screen, new_page, codes)
    _call_the_roll(town, phone)
    visit = _visit(town, phone)
    _confirm(phone, session, "一共给 17 位同志记 25.5 学时")
    _confirm(phone, visit, "一共给 2 位同志记 2 学时")
    _who_was_there(session, visit)
    _hours_stand(town, phone)
    _correct(phone)
    table = _hours_stand(town, phone)
    files = _export(town, phone, tmp_path)
    sound()
    _read_elsewhere(Office(tmp_path), files, table)


def _upload(town: EmptyBranch, phone: Page) -> None:
    """Take in the branch's part of the sample; the whole of it is refused, row by row."""
    expect(phone.get_by_text("今天没有要办的")).to_be_visible()
    phone.get_by_role("link", name="党员名册").click()
    expect(phone.get_by_role("heading", name="没有分组（1）")).to_be_visible()
    phone.get_by_role("link", name="上传名册").click()
    whole = book(town.folder / "whole.xlsx", 党组织=sample("党组织"), 党员=sample("党员"))
    phone.get_by_label(re.compile("名册文件")).set_input_files(whole)
    phone.get_by_role("button", name="核对").click()
    expect(phone.get_by_role("alert")).to_contain_text("还没有写入")
    assert Member.select().count() == 1
    organizations = [row for row in sample("党组织") if row["代码"].startswith(BRANCH)]
    members = [
        {name: cell for name, cell in row.items() if name not in OFFICES}
        | ({"不作硬性要求": "是"} if row["编号"] in VISITED else {})
        for row in sample("党员")
        if row["支部代码"] == BRANCH
    ]
    own = book(town.folder / "own.xlsx", 党组织=organizations, 党员=members)
    phone.get_by_label(re.compile("名册文件")).set_input_files(own)
    phone.get_by_role("button", name="核对").click()
    expect(phone.get_by_text("新加 21 条，修改 1 条，1 条没有变化")).to_be_visible()
    phone.get_by_role("button", name="确认写入").click()
    _prove(town, phone)
    expect(phone.get_by_role("heading", name="名册已更新")).to_be_visible()
    phone.get_by_role("link", name="看名册").click()


def _add_by_hand(phone: Page) -> None:
    for row in (row for row in sample("党员") if row["编号"] in BY_HAND):
        phone.get_by_role("link", name=re.compile("加一位同志")).click()
        for label in ("编号", "姓名", "入党日期", "转正日期"):
            phone.get_by_label(label, exact=True).fill(row[label])
        phone.get_by_label("类别").select_option(row["类别"])
        phone.get_by_label(re.compile("党小组")).fill(row["党小组"])
        phone.get_by_role("button", name="加到名册").click()
        expect(phone.get_by_role("status")).to_contain_text("已加到名册里")
        phone.get_by_role("link", name="名册").first.click()
    expect(phone.get_by_role("heading", name="第一党小组（11）")).to_be_visible()
    expect(phone.get_by_role("heading", name="第二党小组（11）")).to_be_visible()


def _cards(phone: Page) -> dict[str, str]:
    """Make everybody's card and return by number what stands on it to be typed."""
    phone.get_by_role("link", name="身份卡").click()
    phone.get_by_role("button", name="做卡片", exact=True).click()
    expect(phone.get_by_role("heading", name="21 张卡片做好了")).to_be_visible()
    numbers = {member.name: member.number for member in Member.select()}
    cards = phone.locator(".name-card").all_inner_texts()
    found = {}
    for card in cards:
        name, *_rest = card.splitlines()
        found[numbers[name]] = str(re.search("绑定 [0-9a-z]{8}", card)[0])  # type: ignore[index]
    assert len(found) == 21
    return found


def _publish(phone: Page) -> str:
    """Create a session as it is offered, and write down the first leave."""
    phone.get_by_role("link", name="今天").click()
    phone.get_by_role("link", name="新建学习").click()
    phone.get_by_role("button", name="发布").click()
    expect(phone.get_by_role("status")).to_contain_text("已发布")
    expect(phone.locator(".number")).to_contain_text("应到 20")
    tap(phone, ON_LEAVE[0], "请假")
    sent(phone)
    session = StudySession.get()
    assert (session.kind, f"{civil(session.starts_at):%m-%d %H:%M}", session.credit) == (
        SessionKind.THEME_DAY,
        "11-23 14:00",
        150,
    )
    return str(session.key)


def _open_screen(town: EmptyBranch, phone: Page, desk: Page) -> Page:
    """Open the meeting screen by its way on the phone, and the same address on the projector."""
    phone.goto(f"{town.address}/s")
    phone.get_by_role("link", name=re.compile("11月主题党日.*去点名")).click()
    phone.get_by_role("link", name="打开会场屏").click()
    expect(phone.locator("#qr")).to_be_visible()
    assert phone.evaluate(SIDEWAYS) <= 0
    desk.goto(phone.url)
    expect(desk.locator("#due")).to_have_text("20")
    expect(desk.locator("#follow")).to_be_visible()
    phone.go_back()
    return desk


def _scan(town: EmptyBranch, screen: Page, new_page: NewPage, codes: dict[str, str]) -> None:
    """Sign five in by what the screen really shows: on the page, through the menu, by following."""
    address = read_code(screen.locator("#qr"))
    theirs = town.enter(new_page(PHONE), BY_PAGE)
    theirs.goto(address)
    theirs.get_by_role("button", name="签 到").click()
    expect(theirs.get_by_role("heading", name="签到成功")).to_be_visible()
    theirs.context.close()
    for number in BY_MENU:
        answer = town.menu_scans(number, address)
        assert "签到成功" in answer
        assert "1.5 学时" in answer
    scene = read_code(screen.locator("#follow-qr")).rpartition("/")[2]
    assert "已记下您 13:50 扫了" in town.follows(STRANGER, scene)
    assert "签到成功" in town.says(STRANGER, codes[STRANGER])
    expect(screen.locator("#present")).to_have_text("5")
    shown = [
        member.name for member in Member.select().where(Member.number.in_(SCANNED)).order_by(Member.name)
    ]
    assert sorted(screen.locator("#names li").all_inner_texts()) == sorted(shown)
    screen.context.close()


def _call_the_roll(town: EmptyBranch, phone: Page) -> None:
    """Call the others while the network is gone; the phone sends them when it is back."""
    expect(phone.locator(SHELVED)).to_be_attached(timeout=10_000)
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.reload()
    expect(phone.locator("#count-present")).to_have_text("5")
    expect(phone.locator(SHELVED)).to_be_attached(timeout=10_000)
    network(phone.context, False)
    town.at(phone, 14, 5)
    open_ = phone.locator("#roll li[data-status='EXPECTED']").all()
    numbers = [row.get_attribute("data-number") or "" for row in open_]
    for number in (*ON_LEAVE[1:], *sorted(set(numbers) - {LATE, *ON_LEAVE})):
        tap(phone, number, "请假" if number in ON_LEAVE else "到会")
    town.at(phone, 14, 25)
    tap(phone, LATE, "迟到")
    expect(phone.locator(WAITING)).to_contain_text("待上传 14 条")
    phone.reload()
    expect(phone.locator(WAITING)).to_contain_text("待上传 14 条")
    expect(phone.locator("#count-missing")).to_have_text("0")
    network(phone.context, True)
    sent(phone)


def _visit(town: EmptyBranch, phone: Page) -> str:
    """Write down that two were visited this morning."""
    town.at(phone, 16, 30)
    phone.get_by_role("link", name="今天").click()
    phone.get_by_role("link", name="登记送学上门").click()
    for member in Member.select().where(Member.number.in_(VISITED)):
        phone.get_by_label(member.name, exact=True).check()
    phone.get_by_role("button", name="登记").click()
    expect(phone.get_by_role("status")).to_contain_text("去看过的同志都记了到会")
    return str(StudySession.get(StudySession.kind == SessionKind.HOME_VISIT).key)


def _confirm(phone: Page, key: str, sum_: str) -> None:
    """Confirm what waits under 今天, after its summary."""
    session = StudySession.get(StudySession.key == key)
    phone.goto(phone.url.partition("/s/")[0] + "/s")
    phone.get_by_role("link", name=re.compile(f"{session.title}.*去确认")).click()
    phone.get_by_role("link", name="核对好了，去确认").click()
    expect(phone.get_by_text(sum_)).to_be_visible()
    phone.get_by_role("button", name="确认，记入学时").click()
    expect(phone.get_by_role("status").filter(has_text="已确认")).to_be_visible()


def _who_was_there(session: str, visit: str) -> None:
    """Hold that every one of the twenty-two stands once, in the way in which they came."""
    rows = (
        Attendance.select(Member.number, StudySession.key, Attendance.status, Attendance.source)
        .join(Member, on=(Attendance.member == Member.id))
        .switch(Attendance)
        .join(StudySession)
    )
    found = {(number, key): (str(status), str(source)) for number, key, status, source in rows.tuples()}
    came = {number: how for (number, key), how in found.items() if key == session}
    assert [came.pop(number) for number in SCANNED] == [("PRESENT", "QR")] * 5
    assert [came.pop(number) for number in ON_LEAVE] == [("LEAVE", "None")] * 3
    assert came.pop(LATE) == ("LATE", "ROLL_CALL")
    assert [came.pop(number)[0] for number in VISITED] == ["EXEMPT"] * 2
    assert list(came.values()) == [("PRESENT", "ROLL_CALL")] * 11
    assert [found[number, visit] for number in VISITED] == [("PRESENT", "VISIT")] * 2
    # One leave before the meeting, fourteen without a network: each came in once.
    assert RollEntry.select().count() == 15


def _hours_stand(town: EmptyBranch, phone: Page) -> dict[str, tuple[str, str]]:
    """Hold that the page shows what the ledger sums up to; return (credited, lacking) by name."""
    phone.goto(f"{town.address}/s/hours")
    shown = {}
    for row in phone.locator("a.row").all():
        name, words = row.inner_text().split("\n", 1)
        found = [re.search(f"{what} ([0-9.]+)", words) for what in ("已记", "还差")]
        shown[name] = tuple(each[1] if each else "" for each in found)
    sums = {member.name: 0 for member in Member.select()}
    for entry in HourEntry.select(HourEntry, Member).join(Member, on=(HourEntry.member == Member.id)):
        sums[entry.member.name] += entry.hours
    assert {name: credited for name, (credited, _) in shown.items()} == {
        name: hours(sum_) for name, sum_ in sums.items()
    }
    assert len(shown) == 22
    return shown


def _correct(phone: Page) -> None:
    """Correct one line, and the correction itself: a reversal, and nothing is painted over."""
    member = Member.get(Member.number == LATE)
    phone.get_by_role("link", name=re.compile(member.name)).click()
    for amount, reason in (("0", "会后核对，来得太晚"), ("1", "再核对，后半场都在")):
        phone.get_by_role("link", name=re.compile("不对，更正")).first.click()
        phone.get_by_label("这一笔应当计多少学时").fill(amount)
        phone.get_by_role("button", name="更正").click()
        expect(phone.get_by_text("还没有填")).to_be_visible()
        expect(phone.get_by_label("这一笔应当计多少学时")).to_have_value(amount)
        phone.get_by_label(re.compile("为什么")).fill(reason)
        phone.get_by_role("button", name="更正").click()
        expect(phone.get_by_role("status")).to_contain_text("已更正")
        expect(phone.get_by_text(reason).first).to_be_visible()
    lines = HourEntry.select().where(HourEntry.member == member).order_by(HourEntry.id)
    assert [(str(line.source), line.hours) for line in lines] == [
        ("ATTENDANCE", 150), ("ADJUST", -150), ("REVERSAL", 150), ("ADJUST", -50),
    ]  # fmt: skip


def _prove(town: EmptyBranch, phone: Page) -> None:
    """Prove who is asking, by a code from the chat (F01)."""
    digits = re.search(r"验证码：([0-9 ]+)", town.says(SECRETARY, "验证"))
    assert digits
    phone.get_by_label("6 位数字").fill(digits[1])
    phone.get_by_role("button", name="确认").click()


def _export(town: EmptyBranch, phone: Page, folder: Path) -> dict[str, Path]:
    """Save the tables and the branch's year through the page."""
    phone.get_by_role("link", name="存成表格").click()
    phone.get_by_role("link", name="学时（Excel）").click()
    _prove(town, phone)
    # Saving a file leaves the page as it stands: without these words the code would seem to have failed.
    expect(phone.get_by_role("heading", name="确认好了")).to_be_visible()
    assert axe_violations(phone) == []
    files = {"hours": _saved(phone, "下载", folder)}
    phone.get_by_role("link", name="回到导出").click()
    files["came"] = _saved(phone, "11 月", folder)
    files["year"] = _saved(phone, "支部这一年", folder)
    return files


def _saved(phone: Page, words: str, folder: Path) -> Path:
    with phone.expect_download() as waiting:
        phone.get_by_role("link", name=re.compile(words)).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def _read_elsewhere(office: Office, files: dict[str, Path], shown: dict[str, tuple[str, str]]) -> None:
    """Hold that another program reads in the files what the pages and the ledger say."""
    of_hours, came, year = office.opened(files["hours"], files["came"], files["year"])
    head, *people = of_hours.rows
    at = {title: head.index(title) for title in ("姓名", "编号", "已记学时", "还差")}
    read = {row[at["姓名"]]: (plain(row[at["已记学时"]]), plain(row[at["还差"]])) for row in people}
    assert read == shown
    assert {row[at["编号"]] for row in people} == {member.number for member in Member.select()}
    assert Counter((row[2], row[-3], row[-2], row[-1][11:]) for row in came.rows[1:]) == {
        ("11月主题党日", "到会", "扫码签到", "13:50"): 5,
        ("11月主题党日", "到会", "点名", "14:05"): 11,
        ("11月主题党日", "迟到", "点名", "14:25"): 1,
        ("11月主题党日", "请假", "", ""): 3,
        ("11月主题党日", "不作要求", "", ""): 2,
        ("送学上门", "到会", "送学上门", "09:00"): 2,
    }
    mean = sum(Decimal(credited) for credited, _ in shown.values()) / len(shown)
    assert f"参加19人次，安排2.5学时，人均记{mean:.2f}学时" in year.words


def plain(cell: str) -> str:
    """Return an amount without the zeros that only line it up: 32.0 is 32."""
    return f"{Decimal(cell).normalize():f}" if cell else ""
