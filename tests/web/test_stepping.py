"""One more proof before a step of weight: a code from the chat, for this session, a few minutes long."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from models import Exemption, InboundMessage, LoginSession, Member, StepUp
from services import inbox, step_up
from tests.fakes import DirectRunner
from tests.service.test_desk import cycle
from tests.web.test_authorisation import TABLE
from tests.web.world import OPENIDS, World
from tests.wechat.pushes import message
from wechat import texts
from wechat.call import Call
from wechat.parse import parse
from wechat.router import route

WAY = "/s/exports/hours.xlsx"

#: What is sent from the console without one more proof. A step of weight takes people's data out of the
#: service, takes somebody or something of theirs away, or settles who holds which office, account or duty.
#: These write down what happened, can be undone by the same person, or are a decision that is said openly
#: and may be objected to. Whoever adds a route says here, or by `proved` in the table, which one it is.
FREE = {
    "the life of a session": {
        "/s/sessions/new", "/s/sessions/series", "/s/sessions/visit", "/s/sessions/<key>/move",
        "/s/sessions/<key>/<any(confirm,close,cancel,reopen,publish):name>", "/s/sessions/<key>/invite",
        "/s/sessions/<key>/roll", "/s/sessions/<key>/roll/entries", "/s/sessions/<key>/paper",
        "/s/sessions/<key>/screen-link",
    },
    "deciding in a row": {
        "/s/leave/new", "/s/leave/<key>/<any(approve,refuse):name>",
        "/s/make-ups/<key>/<any(confirm,record,return,waive,again):name>",
        "/s/external/new", "/s/external/<key>/<any(confirm,refuse,reverse):name>",
        "/s/claims/new", "/s/claims/<key>/<any(approve,return,refuse,agree,final,reverse):name>",
        "/s/shuxue/<cycle>/<number>/<any(accept,return):name>",
    },
    "hours and points, by lines of their own with a reason": {
        "/s/hours/<number>/lines/<int(max=999999999999):entry>", "/s/hours/<number>/answer/<key>",
        "/s/points/<number>/answer/<key>", "/s/points/<number>/part",
    },
    "plan, notices, surveys, lectures, rounds": {
        "/s/plan-year/new", "/s/plan-year/copy", "/s/plan-year/<key>/session", "/s/plan-year/<key>/change",
        "/s/plan-year/<key>/remove", "/s/notices/new", "/s/notices/<key>/withdraw", "/s/surveys/new",
        "/s/surveys/<key>/close", "/s/surveys/<key>/paper", "/s/lectures/new", "/s/lectures/<key>/remove",
        "/s/shuxue/new",
    },
    "writing down for others": {"/s/oral/<cycle>/<number>", "/s/voices/<key>"},
    "reminding, calling, answering": {
        "/s/push", "/s/push/preview", "/s/unreached/<number>", "/s/feedback/<key>",
    },
    "the roster, as long as nobody leaves it": {
        "/s/members/new", "/s/members/<number>/edit", "/s/members/<number>/restore", "/s/members/upload",
        "/s/members/<number>/mobility", "/s/members/<number>/mobility/contact",
        "/s/members/<number>/mobility/host", "/s/members/<number>/mobility/back", "/s/hosting/<int:stay>",
    },
    # A card opens what its own member sees, and never takes the place of an account in use (R101).
    "cards and codes": {"/s/cards", "/s/cards.pdf", "/s/members/<number>/code"},
}  # fmt: skip
#: Files without the proof: one's own, and a poster that names nobody.
OPEN_FILES = {"/m/year.pdf", "/m/export.json", "/s/poster.pdf", "/s/sessions/<key>/screen/state.json"}


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
    return browser.post("/auth/step-up", data={"proof_code": typed, "next": way}).status_code


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
    answer = browser.post("/auth/step-up", data={"proof_code": typed, "next": way})
    # A file does not take the place of the page, so a page says that it can be had now.
    assert (answer.status_code, answer.location) == (303, detour.location)
    assert f'href="{way}">下载</a>' in browser.get(answer.location).get_data(as_text=True)
    assert browser.get(way).status_code == 200
    world.clock.move(minutes=11)
    assert "6 位数字" in browser.get(answer.location).get_data(as_text=True)


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
    answer = browser.post("/auth/step-up", data={"proof_code": wrong, "next": WAY})
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
    answer = browser.post("/auth/step-up", data={"proof_code": code(world), "next": way})
    assert answer.location == "/s"


def test_the_table_holds_a_hash_and_the_sweep_lets_it_go(world: World) -> None:
    from services.upkeep import sweep

    digits = code(world)
    assert digits not in StepUp.get().code_hash
    world.clock.move(minutes=6)
    sweep.sweep(world.clock())
    assert StepUp.select().count() == 0


def test_the_answer_that_the_chat_keeps_for_repetitions_holds_no_code(world: World) -> None:
    """The whole way of a push: what was answered is answered again, and the table tells nobody the code."""
    inbound = replace(parse(message()), openid=OPENIDS["secretary"], text="验证")
    call = Call(inbound, world.clock(), world.clock(), "https://xuexi.example.cn")
    told = [
        inbox.answer_once(
            DirectRunner(), inbound.dedup_key, lambda: route(call), texts.refusal, world.clock()
        )
        for _ in range(2)
    ]
    assert told[0] == told[1]
    found = re.search(r"验证码：([0-9 ]{8})", told[0])
    assert found is not None
    digits = found[1].replace(" ", "")
    kept = str(list(InboundMessage.select().dicts())) + str(list(StepUp.select().dicts()))
    assert not any(part in kept for part in (found[1], digits, "验证码"))


def test_the_chat_gives_a_code_to_members_alone_and_warns(world: World) -> None:
    assert "不要告诉别人" in ask(world)
    assert "验证码" in ask(world, word="我要验证码")
    assert ask(world, "unbound") == texts.NOT_BOUND
    assert step_up.TRIES == 5


def routes(world: World, method: str) -> set[str]:
    return {str(rule) for rule in world.app.url_map.iter_rules() if method in (rule.methods or ())}


def test_every_way_to_change_something_in_the_console_is_free_or_needs_the_proof(world: World) -> None:
    """A new route cannot forget the question: it is named as free, or its entry says `proved`."""
    console = {rule for rule in routes(world, "POST") if rule.startswith("/s/")}
    weighty = {entry.rule for entry in TABLE if entry.method == "POST" and entry.proved}
    free = {rule for rules in FREE.values() for rule in rules}
    # Of a transfer only taking somebody in is of weight: refusing or withdrawing leaves everybody in place.
    assert weighty & free == set()
    assert console == weighty | free


def test_every_file_of_the_console_needs_the_proof(world: World) -> None:
    files = {rule for rule in routes(world, "GET") if re.search(r"\.(xlsx|docx|pdf|csv|zip|json)$", rule)}
    round_ = cycle(world.branch, "T1").key
    ways = {
        "/s/exports/<any(hours,points,roster,calling):name>.xlsx": WAY,
        "/s/exports/attendance.xlsx": f"/s/exports/attendance.xlsx?session={world.session.key}",
        "/s/exports/shuxue.xlsx": f"/s/exports/shuxue.xlsx?round={round_}",
        "/s/exports/year.docx": "/s/exports/year.docx",
        "/s/members/<number>/year.pdf": "/s/members/M001/year.pdf",
    }
    assert set(ways) == files - OPEN_FILES
    secretary = world.client("secretary")
    for way in ways.values():
        answer = secretary.get(way)
        assert (answer.status_code, urlsplit(answer.location or "").path) == (302, "/auth/step-up"), way


EXEMPT = {"kind": "NOT_REQUIRED", "starts": "2026-01-01", "ends": "", "decided_on": "2026-11-20"}


def hidden(page: str) -> dict[str, str]:
    """Return the fields that the page carries along."""
    form = page[page.index('<form class="card"') :].partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {name: unescape(value) for name, value in found if name != "csrf_token"}


def test_a_form_that_was_filled_in_goes_through_the_proof_and_is_done_with_it(world: World) -> None:
    browser, way = world.client("secretary"), "/s/members/M005/exempt"
    asked = browser.post(way, data=EXEMPT)
    assert (asked.status_code, "刚才填的都留着" in asked.text) == (401, True)
    assert f'action="{way}"' in asked.text
    assert hidden(asked.text) == EXEMPT
    digits = code(world)
    wrong = browser.post(way, data=hidden(asked.text) | {"proof_code": other(digits)})
    assert (wrong.status_code, "还可以试 4 次" in wrong.text, hidden(wrong.text)) == (400, True, EXEMPT)
    assert Exemption.select().count() == 0
    done = browser.post(way, data=hidden(wrong.text) | {"proof_code": digits})
    assert (done.status_code, done.location) == (303, "/s/members/M005?done=exempted")
    assert Exemption.get().starts.isoformat() == EXEMPT["starts"]
    # The proof holds for what follows, and what waited is let go.
    assert browser.post("/s/members/M001/exempt", data=EXEMPT).status_code == 303
    assert hidden(browser.get("/auth/step-up").text) == {"next": "/s"}


def test_who_leaves_the_page_for_the_chat_finds_the_form_again_by_the_way_that_the_chat_gives(
    world: World,
) -> None:
    browser, way = world.client("secretary"), "/s/members/M005/leave"
    typed = {"day": "2026-11-20", "odd": '<b>"𬱖"</b>'}
    assert browser.post(way, data=typed).status_code == 401
    said = ask(world)
    assert "https://xuexi.example.cn/auth/step-up" in said
    page = browser.get("/auth/step-up").text
    assert (hidden(page), f'action="{way}"' in page) == (typed, True)
    digits = re.sub(r"\D", "", said.split("\n", 1)[0])
    assert browser.post(way, data=hidden(page) | {"proof_code": digits}).status_code == 303
    assert Member.get(Member.number == "M005").active_to is not None


def test_what_waits_opens_for_the_same_person_alone_and_not_for_long(world: World) -> None:
    browser, way = world.client("secretary"), "/s/members/M005/leave"
    browser.post(way, data={"day": "2026-11-20"})
    kept = browser.get_cookie("shuxue-step")
    assert kept is not None
    assert "2026" not in kept.value
    for role in ("group_head", "other_secretary"):
        others = world.client(role)
        others.set_cookie("shuxue-step", kept.value)
        assert hidden(others.get("/auth/step-up").text) == {"next": "/s"}
    browser.post("/auth/logout")
    assert browser.get_cookie("shuxue-step") is None, "who leaves takes along what waited"
    browser = world.client("secretary")
    browser.set_cookie("shuxue-step", kept.value)
    assert hidden(browser.get("/auth/step-up").text) == {"day": "2026-11-20"}
    # What was sealed for a form opens as nothing else.
    proved = world.client("secretary", proved=True)
    assert proved.post("/s/members/upload/confirm", data={"sealed": kept.value}).status_code == 409
    for spoilt in ("", "x", kept.value[:-8], "ó"):
        again = world.client("secretary")
        again.set_cookie("shuxue-step", spoilt)
        assert hidden(again.get("/auth/step-up").text) == {"next": "/s"}
    world.clock.move(minutes=31)
    assert hidden(browser.get("/auth/step-up").text) == {"next": "/s"}


def test_what_is_too_long_for_the_browser_waits_on_the_page_itself(world: World) -> None:
    browser = world.client("secretary")
    sealed = "".join(f"{number:x}" for number in range(9000))
    asked = browser.post("/s/members/upload/confirm", data={"sealed": sealed})
    assert (asked.status_code, hidden(asked.text)) == (401, {"sealed": sealed})
    kept = browser.get_cookie("shuxue-step")
    assert kept is not None
    assert len(kept.value) < 4000
    digits = code(world)
    answer = browser.post("/s/members/upload/confirm", data={"sealed": sealed, "proof_code": digits})
    assert (answer.status_code, "放得太久" in answer.text) == (409, True)


def test_a_file_that_was_asked_for_waits_as_well(world: World) -> None:
    browser = world.client("secretary")
    assert browser.get(f"{WAY}?year=2026").status_code == 302
    assert hidden(browser.get("/auth/step-up").text) == {"next": f"{WAY}?year=2026"}
    assert prove(browser, code(world), f"{WAY}?year=2026") == 303
    assert browser.get_cookie("shuxue-step") is None


def test_a_way_with_a_line_break_at_its_end_leads_home(world: World) -> None:
    browser = world.client("secretary")
    answer = browser.post("/auth/step-up", data={"proof_code": code(world), "next": "/s/exports\n"})
    assert (answer.status_code, answer.location) == (303, "/s")
