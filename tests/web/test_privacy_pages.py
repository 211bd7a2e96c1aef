"""The pages of privacy and help: true to the notice, one's own data alone, and the way out (G16, G17)."""

from __future__ import annotations

import html
import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest

from models import Feedback, Member, PointClaim, WechatBinding
from services import binding, rulebook
from services.actor import OPERATOR
from tests.web.world import OPENIDS, World

ROOT = Path(__file__).resolve().parents[2]
ODD = "<script>alert(1)</script> ]]> {{7*7}} =1+1 𬱖 \u202eabc"


def words_of(page: str) -> str:
    """The words of a page's main part, without marks and spaces."""
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]+>", "", main)))


def test_anybody_reads_the_whole_notice_with_its_numbers_filled_in(world: World) -> None:
    page = world.client("anonymous").get("/privacy").text
    notice = rulebook.current().notice(date(2026, 11, 21))
    for part in notice.parts:
        for line in (part.heading, *part.lines):
            assert html.escape(line, quote=False) in html.unescape(page).replace("\u200b", "")
    assert "{" not in words_of(page)


def test_the_short_version_stands_above_the_form_for_the_code(world: World) -> None:
    for page in (world.client("unbound").get("/m/bind").text,):
        assert page.index("没有您的昵称、头像和手机号") < page.index('<form method="post" action="/m/bind"')
        assert 'href="/privacy"' in page


def test_a_binding_by_the_page_keeps_the_edition(world: World) -> None:
    code = binding.issue_code(OPERATOR, "M005", world.clock())
    assert "绑定成功" in world.client("unbound").post("/m/bind", data={"code": code.code}).text
    row = WechatBinding.get(WechatBinding.openid == OPENIDS["unbound"])
    assert row.notice == rulebook.current().notice(date(2026, 11, 21)).edition


@pytest.mark.parametrize(("seen", "told"), [("2025版", True), (None, False), ("2026版", False)])
def test_a_newer_edition_is_told_and_asks_for_nothing(world: World, seen: str | None, told: bool) -> None:
    WechatBinding.update(notice=seen).execute()
    page = world.client("member").get("/m/privacy").text
    assert ("说明有了新的一版" in page) is told


def test_the_page_counts_what_is_kept_and_leads_on(world: World) -> None:
    page = world.client("member").get("/m/privacy").text
    assert "您是谁" in page
    assert "谁看得到" in page
    for way in ("/m/export", "/m/export.json", "/m/privacy/leave", "/privacy"):
        assert f'href="{way}"' in page


def test_the_copy_can_be_read_and_what_was_typed_is_shown_literally(world: World, now: datetime) -> None:
    _claim(world.members["member"], ODD, now)
    _claim(world.members["other_member"], "别人写的话", now)
    page = world.client("member").get("/m/export").text
    assert html.escape(ODD, quote=False) in page.replace("&#39;", "'")
    assert "<script>alert" not in page
    assert "别人写的话" not in page
    assert "周文" not in page


def test_the_file_is_json_of_the_same(world: World, now: datetime) -> None:
    _claim(world.members["member"], ODD, now)
    answer = world.client("member").get("/m/export.json")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    document = json.loads(answer.get_data(as_text=True))
    assert document["tables"]["point_claim"]["rows"][0]["words"] == ODD
    assert document["tables"]["member"]["rows"][0]["name"] == "王芳"
    assert "周文" not in answer.get_data(as_text=True)


def test_leaving_says_what_goes_and_what_stays_and_a_look_changes_nothing(world: World) -> None:
    browser = world.client("member")
    page = browser.get("/m/privacy/leave").text
    assert page.index("这些会删掉") < page.index("这些会留下")
    assert browser.get("/m").status_code == 200
    assert binding.member_of(OPENIDS["member"]) is not None


def test_after_leaving_the_same_cookie_is_refused_at_once(world: World) -> None:
    browser, other = world.client("member"), world.client("member")
    cookie = browser.get_cookie("shuxue")
    assert cookie is not None
    page = browser.post("/m/privacy/leave")
    assert (page.status_code, "已删除" in page.text) == (200, True)
    assert browser.get_cookie("shuxue") is None
    replay = world.app.test_client()
    replay.set_cookie("shuxue", cookie.value)
    for who in (replay, other):
        assert who.get("/m").status_code == 302
        assert who.post("/m/privacy/leave").status_code == 401
    assert Member.get(Member.number == "M001").name == "王芳"


def test_feedback_stays_without_its_author(world: World, now: datetime) -> None:
    member = world.members["member"]
    Feedback.create(key="f", kind="FEEDBACK", member=member, words="灯坏了", created_at=now)
    world.client("member").post("/m/privacy/leave")
    row = Feedback.get()
    assert (row.member_id, row.words) == (None, "灯坏了")


def test_the_members_page_says_the_same_as_the_paper(world: World) -> None:
    paper = (ROOT / "docs" / "member.md").read_text("utf-8")
    plain = re.sub(r"\s+", "", re.sub(r"(?m)^(#+|-) |\*\*", "", paper))
    assert words_of(world.client("anonymous").get("/help").text) == plain


def _claim(member: Member, words: str, now: datetime) -> None:
    PointClaim.create(
        key=f"k{member.id}", branch=member.branch, member=member, month="2026-11", item="service",
        day=now.date(), words=words, points=100, edition="2026版", filed_at=now,
    )  # fmt: skip
