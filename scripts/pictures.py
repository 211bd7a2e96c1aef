"""Take the pictures of the documents from the demo: make pictures.

The demo is made in a temporary folder and its clock stands still, so a new picture differs from the old one
only where the pages do; the codes on it are random. Needs a Chromium, as the browser tests do.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import openpyxl

from demo import cast, data, year
from models import Member, Organization, WechatBinding
from scripts.picture_studio import Studio, studio

DESK = (1280, 800)

Step = Callable[[Studio], None]


def start_page(studio: Studio) -> None:
    """The start page: a phone in the middle of a talk, beside the meeting screen."""
    session = studio.demo.session("学习条例")
    scene = f"scene:{data.attendance.scene(session)}"
    way = f"people/{cast.MEMBER.openid}"
    studio.demo.control.post(f"{way}/scan", content=scene)
    studio.demo.pass_time(minutes=1)
    studio.demo.control.post(f"{way}/text", content="学时")
    page = studio.device(DESK)
    page.goto(studio.demo.simulator)
    page.wait_for_timeout(3000)
    studio.keep("desk", page, DESK[1])


def today(studio: Studio) -> None:
    """What needs the secretary now."""
    studio.open("/s")
    studio.keep("today", high=760)


def roster(studio: Studio) -> None:
    """The roster with two changes, before it is written."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "名册.xlsx"
        _changed_roster(path)
        studio.open("/s/members/upload").set_input_files("input[type=file]", path)
        studio.press("核对")
    studio.keep("roster", high=760)


def _changed_roster(path: Path) -> None:
    book = openpyxl.load_workbook(data.ROSTER)
    sheet = book["党员"]
    heads = [cell.value for cell in sheet[1]]
    number, branch = heads.index("编号"), heads.index("支部代码")
    for row in range(sheet.max_row, 1, -1):
        if sheet.cell(row, branch + 1).value != cast.BRANCH:
            sheet.delete_rows(row)
        elif sheet.cell(row, number + 1).value == cast.MEMBER.number:
            sheet.cell(row, heads.index("手机号") + 1).value = "13800000000"
    new = {"编号": "DY000201", "姓名": "周小敏", "支部代码": cast.BRANCH, "党小组": "第二党小组",
           "类别": "在职", "入党日期": "2019-06-30", "转正日期": "2020-06-30"}  # fmt: skip
    sheet.append([new.get(head) for head in heads])
    del book["党组织"]
    book.save(path)


def cards(studio: Studio) -> None:
    """Cards to print for those who are not bound."""
    studio.open("/s/cards")
    studio.press("做卡片")
    studio.keep("cards")


def new_session(studio: Studio) -> None:
    """A session as it is suggested from the last one of its kind."""
    studio.open("/s").get_by_role("link", name=re.compile("^党员大会")).click()
    studio.phone.wait_for_load_state()
    studio.keep("session", high=800)


def screen(studio: Studio) -> None:
    """The meeting screen a minute after the beginning, when most are there."""
    now = studio.demo.pass_time(minutes=8)
    session = studio.demo.session("学习条例")
    signed = [(now, openid) for openid in _phones_of_the_branch()]
    year.sign(session.key, signed, Random(1))  # noqa: S311 - it chooses who typed digits
    page = studio.device((1280, 720))
    studio.open(f"/s/sessions/{session.key}/screen-link")
    studio.press("做一个编码")
    [code] = re.findall(r"\b[a-z0-9]{4} [a-z0-9]{4}\b", studio.phone.inner_text("main"))
    page.goto(studio.demo.service + "/p")
    page.get_by_label("8 位编码").fill(code)
    page.get_by_role("button", name="打开会场屏").click()
    page.wait_for_timeout(2000)
    studio.keep("screen", page, 720)


def _phones_of_the_branch() -> list[str]:
    rows = (
        WechatBinding.select(WechatBinding.openid)
        .join(Member)
        .join(Organization, on=(Member.branch == Organization.id))
        .where(Organization.code == cast.BRANCH, WechatBinding.unbound_at.is_null())
        .order_by(Member.number)
        .tuples()
    )
    return [openid for (openid,) in rows if openid != cast.OTHER_MEMBER.openid]


def roll(studio: Studio) -> None:
    """The roll call in a room without a network."""
    studio.demo.pass_time(minutes=2)
    page = studio.open(f"/s/sessions/{studio.demo.session('学习条例').key}")
    page.locator("#roll[data-kept='1']").wait_for(state="attached")
    page.context.set_offline(True)
    absent = page.locator("#roll li[data-status=EXPECTED]").all()
    numbers = [row.get_attribute("data-number") for row in absent]
    for number, word in zip(numbers[:3], ("到会", "到会", "请假"), strict=False):
        page.locator(f"#m-{number}").get_by_role("button", name=f"：{word}").click()
    page.evaluate("window.scrollTo(0, 0)")
    studio.keep("roll", high=800)
    page.context.set_offline(False)
    page.locator("#waiting").wait_for(state="hidden")


def confirm(studio: Studio) -> None:
    """What a confirmation says before it posts the hours."""
    studio.demo.pass_time(minutes=95)
    studio.open(f"/s/sessions/{studio.demo.session('学习条例').key}/confirm")
    studio.keep("confirm", high=800)


def visit(studio: Studio) -> None:
    """A visit at two homes."""
    page = studio.open("/s/sessions/visit")
    for number in (cast.VISITED, cast.NO_SMARTPHONE):
        page.locator(f"input[name=members][value={number}]").check()
    first = page.locator(f"input[name=members][value={cast.NO_SMARTPHONE}]")
    top = first.evaluate("box => box.getBoundingClientRect().top + window.scrollY")
    studio.keep("visit", high=760, top=int(top) - 90)


def push(studio: Studio) -> None:
    """The exact words of a reminder, before it is sent."""
    page = studio.open("/s/push")
    for number in (cast.OTHER_MEMBER.number, cast.ELDER.number, cast.NEWCOMER.number):
        box = page.locator(f"input[name=member][value={number}]")
        if box.count():
            box.check()
    studio.press("下一步，看看发什么")
    studio.keep("push")


def report(studio: Studio) -> None:
    """A 述学 to be accepted, two presses away from 今天."""
    studio.open("/s/next/reports")
    with studio.phone.expect_navigation():
        studio.phone.get_by_role("link", name="先跳过").click()
    studio.keep("report", high=870)


def correction(studio: Studio) -> None:
    """One line of one member, put right with a reason."""
    page = studio.open(f"/s/hours/{cast.MEMBER.number}")
    page.get_by_role("link", name=re.compile("不对，更正")).first.click()
    page.wait_for_load_state()
    page.get_by_label("这一笔应当计多少学时").fill("0.5")
    page.get_by_label("为什么，本人会看到这句话").fill("有事先走了，记半场。")
    studio.keep("correction")


def exports(studio: Studio) -> None:
    """What offices take."""
    studio.open("/s/exports")
    studio.keep("exports", high=800)


def handover(studio: Studio) -> None:
    """The last look before the office is handed over."""
    page = studio.open("/s/roles")
    page.locator("#successor").select_option(cast.GROUP_HEAD.number)
    studio.press("下一步：看清再交")
    studio.keep("handover")


#: In the order of an afternoon.
STEPS: tuple[Step, ...] = (
    start_page, today, roster, cards, new_session, screen, roll, confirm, visit, push, report, correction,
    exports, handover,
)  # fmt: skip


def main() -> None:
    """Take them all."""
    with studio() as opened:
        for step in STEPS:
            step(opened)


if __name__ == "__main__":
    main()
