"""What a phone sends of a roll call: taken, refused with words, and never a fault."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import pytest

from models import Attendance, Member, RollEntry
from models.terms import AttendanceStatus
from services.actor import OPERATOR
from services.clock import seconds
from services.roll import attendance
from tests.web.world import World, build

NONCE = "0123456789abcdef"


def entry(world: World, **changes: Any) -> dict[str, Any]:
    """Return one good entry of this moment, with changes."""
    at = seconds(world.clock()) * 1000 - 1500
    return {"nonce": NONCE, "number": "M005", "status": "PRESENT", "half": None, "at": at, **changes}


def post(world: World, body: Any, role: str = "secretary", **more: Any) -> Any:
    """Send a body, as JSON unless it is a text already."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    path = f"/s/sessions/{world.session.key}/roll/entries"
    return world.client(role).post(path, data=text, content_type="application/json", **more)


def status_of(number: str) -> AttendanceStatus:
    """Return where a member stands."""
    found: AttendanceStatus = Attendance.select().join(Member).where(Member.number == number).get().status
    return found


def test_an_entry_is_taken_and_the_answer_says_how_everybody_stands(world: World) -> None:
    answer = post(world, {"entries": [entry(world)]})
    assert answer.status_code == 200
    assert answer.json["results"] == [{"nonce": NONCE, "outcome": "TAKEN", "words": ""}]
    mine = next(place for place in answer.json["places"] if place["number"] == "M005")
    assert mine == {
        "number": "M005", "status": "PRESENT", "half": None,
        "label": "到会 9:59", "way": "点名", "mine": True,
    }  # fmt: skip
    assert RollEntry.get().at == Attendance.get(Attendance.status == AttendanceStatus.PRESENT).at


def test_a_group_head_learns_of_the_own_group_alone(world: World) -> None:
    answer = post(world, {"entries": [entry(world, number="M001")]}, "group_head")
    assert answer.json["results"][0]["outcome"] == "REFUSED"
    assert {place["number"] for place in answer.json["places"]} == {"M002", "M004", "M005"}
    assert status_of("M001") is AttendanceStatus.EXPECTED


def test_what_waits_on_a_phone_is_sent_by_the_leader_who_called_and_by_nobody_else(world: World) -> None:
    """The page stays open, somebody else logs in beside it: the entries are not taken as theirs (R27)."""
    page = world.client("secretary").get(f"/s/sessions/{world.session.key}").text
    found = re.search(r'data-pocket="(\w+)"', page)
    assert found is not None
    kept = {"pocket": found[1], "entries": [entry(world)]}
    for role in ("group_head", "officer"):
        answer = post(world, kept, role)
        assert (answer.status_code, "另一位同志" in answer.json["error"]) == (409, True)
    assert RollEntry.select().count() == 0
    assert status_of("M005") is AttendanceStatus.EXPECTED
    assert post(world, kept).json["results"][0]["outcome"] == "TAKEN"
    assert RollEntry.get().by_id == world.members["secretary"].id
    for odd in (7, [], {}):
        assert post(world, {"pocket": odd, "entries": []}).status_code == 400


def test_nothing_to_send_tells_how_everybody_stands(world: World) -> None:
    answer = post(world, {"sent": 1, "entries": []})
    assert (answer.status_code, len(answer.json["places"])) == (200, 5)


def test_after_the_confirmation_the_answer_says_what_to_do(world: World) -> None:
    attendance.confirm(OPERATOR, world.session.key, world.clock())
    answer = post(world, {"entries": [entry(world)]})
    assert (answer.status_code, answer.json["results"][0]["outcome"]) == (200, "REFUSED")
    assert "退回重核" in answer.json["results"][0]["words"]


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "null", "[]", "1", '"x"', "{}", '{"entries": null}', '{"entries": {}}', '{"entries": [1]}',
        '{"entries": [[]]}', '{"entries": [null]}', '{"entries": [{}]}', "[" * 60_000, '{"a":' * 10_000,
        '{"sent": NaN, "entries": []}', '{"sent": "1", "entries": []}', '{"sent": 1e999, "entries": []}',
        '{"sent": -1, "entries": []}', '{"entries": [' + "9" * 5000 + "]}", b"\xff\xfe\x00", b"\xb5\xe3",
        "x" * 70_000,
    ],
    ids=lambda body: repr(body[:24]),
)  # fmt: skip
def test_what_is_no_batch_is_refused_with_words(world: World, body: str | bytes) -> None:
    answer = post(world, body)
    assert (answer.status_code, answer.mimetype) == (400, "application/json")
    assert answer.json["error"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": 1}, {"nonce": ""}, {"nonce": "x" * 37}, {"nonce": "a" * 15 + "\x00"}, {"nonce": ["a"]},
        {"nonce": "０123456789abcdef"}, {"number": 5}, {"number": ""}, {"number": "M" * 33},
        {"number": "M1\x00"}, {"number": "\ud800"}, {"status": "KING"}, {"status": None},
        {"status": ["PRESENT"]},
        {"status": {}}, {"half": 3}, {"half": "1"}, {"half": True}, {"half": 1.0}, {"half": []}, {"at": None},
        {"at": "1"}, {"at": 1.5}, {"at": -1}, {"at": 10**17}, {"at": True}, {"role": "SECRETARY"},
    ],
    ids=repr,
)  # fmt: skip
def test_an_entry_that_no_page_of_ours_sends_is_refused_before_the_database(
    world: World, wrong: dict[str, Any]
) -> None:
    answer = post(world, {"entries": [entry(world, nonce="f" * 16, number="M001"), entry(world, **wrong)]})
    assert answer.status_code == 400
    assert RollEntry.select().count() == 0
    assert status_of("M001") is AttendanceStatus.EXPECTED


@pytest.mark.parametrize(
    "wrong",
    [{"status": "EXEMPT"}, {"half": 1}, {"status": "PARTIAL", "half": 2}, {"number": "M101"}],
    ids=repr,
)
def test_what_cannot_be_written_is_refused_by_itself(world: World, wrong: dict[str, Any]) -> None:
    good = entry(world, nonce="f" * 16, number="M001")
    answer = post(world, {"entries": [entry(world, **wrong), good]})
    assert answer.status_code == 200
    assert [result["outcome"] for result in answer.json["results"]] == ["REFUSED", "TAKEN"]
    assert answer.json["results"][0]["words"]


def test_a_hundred_entries_are_taken_and_not_one_more(world: World) -> None:
    batch = [entry(world, nonce=f"{index:016}") for index in range(101)]
    assert post(world, {"entries": batch}).status_code == 400
    assert post(world, {"entries": batch[:100]}).status_code == 200


def test_a_form_token_that_is_too_old_comes_back_new(db: Any, now: datetime) -> None:
    strict = build(now, csrf=True)
    browser = strict.client("secretary")
    path = f"/s/sessions/{strict.session.key}/roll/entries"
    stale = browser.post(path, json={"entries": [entry(strict)]})
    assert (stale.status_code, stale.json["stale"]) == (400, True)
    again = browser.post(
        path, json={"entries": [entry(strict)]}, headers={"X-CSRFToken": stale.json["token"]}
    )
    assert (again.status_code, status_of("M005")) == (200, AttendanceStatus.PRESENT)


def test_a_login_that_has_ended_says_where_to_enter_again(world: World) -> None:
    answer = post(world, {"entries": [entry(world)]}, "anonymous")
    assert answer.status_code == 401
    assert answer.json["login"].endswith(world.session.key)


# ---- the page


def test_somebody_is_found_by_sound_and_a_whole_group_came(world: World) -> None:
    path = f"/s/sessions/{world.session.key}"
    browser = world.client("secretary")
    found = browser.get(path + "?q=wf").text
    assert "王芳" in found
    assert "李强" not in found
    assert 'value="group:第一党小组"' in browser.get(path).text
    assert browser.post(path + "/roll", data={"mark": "group:第一党小组"}).status_code == 303
    came = [number for number in ("M001", "M002", "M003", "M004", "M005") if status_of(number) == "PRESENT"]
    assert came == ["M002", "M004", "M005"]
    assert browser.post(path + "/roll", data={"mark": "group:第一党小组"}).status_code == 400


def test_the_worker_is_a_script_that_reaches_the_rolls_alone(world: World) -> None:
    answer = world.client("anonymous").get("/s/roll-worker.js")
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    page = world.client("secretary").get(f"/s/sessions/{world.session.key}").text
    assert 'data-scope="/s/sessions/"' in page
