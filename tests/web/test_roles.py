"""The page of roles: a handover by a proved secretary, and the next request of the former one (R113, G16)."""

from __future__ import annotations

import re

import pytest

from models import AuditLog, Member, RolePeriod
from models.terms import Role
from services import login, new_phone, role_periods, step_up
from tests.web.world import OPENIDS, World


def proved(world: World, role: str = "secretary"):  # type: ignore[no-untyped-def]
    """Return a browser whose person has proved a moment ago who they are."""
    browser = world.app.test_client()
    token = login.start(OPENIDS[role], world.clock())
    browser.set_cookie("shuxue", token)
    step_up.prove(OPENIDS[role], step_up.ask(OPENIDS[role], world.clock()), token, world.clock())
    return browser


def test_the_handover_is_shown_first_then_done_and_the_former_secretary_is_refused(world: World) -> None:
    browser, successor = proved(world), world.client("member")
    assert successor.get("/s").status_code == 403
    form = {"org": "ZB1", "member": "M001"}
    sure = browser.post("/s/roles/hand-over", data=form)
    assert "王芳同志现在就是书记" in sure.text
    assert browser.get("/s").status_code == 200
    done = browser.post("/s/roles/hand-over", data=form | {"sure": "1"}, follow_redirects=True)
    assert "书记已交接" in done.text
    assert browser.get("/s").status_code == 403
    assert successor.get("/s").status_code == 200
    assert "交接" in successor.get("/s/roles").text


def test_without_the_code_from_the_chat_nothing_is_handed_over(world: World) -> None:
    browser = world.client("secretary")
    answer = browser.post("/s/roles/hand-over", data={"org": "ZB1", "member": "M001", "sure": "1"})
    assert (answer.status_code, "请再确认是您本人" in answer.text) == (401, True)
    assert browser.get("/s").status_code == 200
    assert AuditLog.select().where(AuditLog.action == "role.handed_over").count() == 0


def test_an_appointment_and_its_end_stand_on_the_page(world: World) -> None:
    browser = proved(world)
    form = {"org": "ZB1", "place": "ZB1-2", "member": "M001", "role": "GROUP_HEAD"}
    given = browser.post("/s/roles/give", data=form, follow_redirects=True)
    assert "已任命" in given.text
    assert "王芳" in given.text
    ended = browser.post("/s/roles/end", data=form, follow_redirects=True)
    assert "已免去" in ended.text
    assert RolePeriod.select().where(RolePeriod.role == Role.GROUP_HEAD).count() == 1


def test_a_foreign_organization_or_member_is_not_found_and_more_fields_change_nothing(world: World) -> None:
    browser = proved(world)
    base = {"org": "ZB1", "place": "ZB1", "member": "M001", "role": "COMMITTEE"}
    assert browser.post("/s/roles/give", data=base | {"place": "ZB2"}).status_code == 404
    assert browser.post("/s/roles/give", data=base | {"member": "M101"}).status_code == 404
    assert browser.post("/s/roles/give", data=base | {"role": "EMPEROR"}).status_code == 404
    assert browser.post("/s/roles/give", data=base | {"role": "ADMIN", "place": "DW"}).status_code == 404
    assert (
        browser.post("/s/roles/give", data=base | {"actor": "M103", "ends": "2099-01-01"}).status_code == 303
    )
    assert RolePeriod.get(RolePeriod.role == Role.COMMITTEE).ends is None


def test_signing_out_everywhere_ends_every_phone(world: World) -> None:
    one, other, stranger = world.client("member"), world.client("member"), world.client("secretary")
    assert "所有手机" in one.post("/auth/logout-everywhere").text
    assert other.get("/m").status_code == 302
    assert stranger.get("/m").status_code == 200


def test_the_handover_pressed_twice_says_twice_that_it_is_done(world: World) -> None:
    browser = proved(world)
    form = {"org": "ZB1", "member": "M001", "sure": "1"}
    for _ in range(2):
        done = browser.post("/s/roles/hand-over", data=form, follow_redirects=True)
        assert (done.status_code, "书记已交接" in done.text) == (200, True)
    assert AuditLog.select().where(AuditLog.action == "role.handed_over").count() == 1
    assert browser.post("/s/roles/hand-over", data=form | {"member": "M003"}).status_code == 403
    assert world.client("former_secretary").post("/s/roles/hand-over", data=form).status_code == 403


def test_where_a_list_does_not_hold_everybody_a_number_is_typed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(role_periods, "SHOWN", 1)
    browser = proved(world)
    assert 'id="successor" name="member"' in browser.get("/s/roles").text
    assert '<select class="field" id="successor"' not in browser.get("/s/roles").text
    sure = browser.post("/s/roles/hand-over", data={"org": "ZB1", "member": " M001 "})
    assert "王芳同志现在就是书记" in sure.text


def test_the_new_phone_that_the_page_shows_is_the_one_let_in(world: World) -> None:
    new_phone.ask(Member.get(Member.number == "M001"), "o-new", world.clock())
    browser, form = proved(world), {"member": "M001", "answer": "approve"}
    pages = [browser.get(path).text for path in ("/s", "/s/members/M001")]
    (asked,) = {found for page in pages for found in re.findall(r'name="asked" value="([0-9]+)"', page)}
    assert browser.post("/s/rebind", data=form | {"asked": str(int(asked) - 1)}).status_code == 409
    for _ in range(2):
        assert browser.post("/s/rebind", data=form | {"asked": asked}).status_code == 303
