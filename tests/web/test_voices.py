"""Voices on pages: heard in every browser, written down without losing a word, agreed to by their owner."""

from __future__ import annotations

import io
import re
import wave
from contextlib import suppress
from datetime import date
from typing import Any

import pytest

from models import VoiceNote, VoiceSound
from models.terms import CycleType, View, VoiceState
from services.actor import OPERATOR
from services.shuxue import cycles, voices, writing
from services.shuxue.cycles import CyclePlan
from simulator.voice import VOICE
from tests.web.world import World
from web.sound import Unplayable, to_wav

pytestmark = pytest.mark.usefixtures("db")
ODD = "<script>alert(1)</script> ]]> {{7*7}} =1+1 𬱖 \u202ertl"


class Media:
    """A platform that gives one voice."""

    def __init__(self, body: bytes = VOICE) -> None:
        self.body = body

    def media(self, _media_id: str) -> tuple[str, bytes]:
        return "audio/amr", self.body


@pytest.fixture
def cycle(world: World) -> str:
    plan = CyclePlan("ZB1", CycleType.QUARTER, 2026, date(2026, 12, 20), 4)
    return str(cycles.open_cycle(OPERATOR, plan, world.clock()).key)


def said(world: World, cycle: str, body: bytes = VOICE) -> str:
    key = voices.receive(world.members["member"], cycle, View.GAINS, "media-1", world.clock()).key
    voices.fetch_due(Media(body), world.clock())
    return key


# ---- the sound


def test_a_voice_of_the_phone_becomes_sound_that_browsers_play() -> None:
    with wave.open(io.BytesIO(to_wav(VOICE))) as heard:
        assert (heard.getnchannels(), heard.getsampwidth(), heard.getframerate()) == (1, 2, 8000)
        assert 4 < heard.getnframes() / 8000 < 8
        samples = memoryview(heard.readframes(heard.getnframes())).cast("h")
    assert max(samples) > 1000, "something is to be heard"


@pytest.mark.parametrize("body", [b"", b"#!AMR\n", b"RIFF....WAVE", b"<html>", b"#!SILK_V3" + bytes(40)])
def test_what_is_no_voice_is_not_played(body: bytes) -> None:
    with pytest.raises(Unplayable):
        to_wav(body)


def test_a_broken_voice_never_breaks_the_page() -> None:
    for at in range(6, len(VOICE), 37):
        broken = VOICE[:at] + bytes([255 - VOICE[at]]) + VOICE[at + 1 :]
        with suppress(Unplayable):
            assert to_wav(broken[: at + 200]).startswith(b"RIFF")


def test_the_player_gets_parts_when_it_asks_for_parts(world: World, cycle: str) -> None:
    key, browser = said(world, cycle), world.client("secretary")
    whole = browser.get(f"/s/voices/{key}/sound")
    assert (whole.status_code, whole.mimetype) == (200, "audio/wav")
    part = browser.get(f"/s/voices/{key}/sound", headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.get_data()) == (206, b"RI")
    assert whole.headers["Cache-Control"] == "no-store"


def test_what_no_browser_plays_is_given_as_a_file_and_never_as_a_page(world: World, cycle: str) -> None:
    answer = world.client("secretary").get(f"/s/voices/{said(world, cycle, b'<script>1</script>')}/sound")
    assert answer.mimetype == "application/octet-stream"
    assert "attachment" in answer.headers["Content-Disposition"]


# ---- the helper


def test_a_helper_listens_and_writes_down(world: World, cycle: str) -> None:
    key, browser = said(world, cycle), world.client("secretary")
    assert "王芳" in browser.get("/s/voices").get_data(as_text=True)
    page = browser.get(f"/s/voices/{key}").get_data(as_text=True)
    assert f'src="/s/voices/{key}/sound"' in page
    assert "有什么收获" in page
    done = browser.post(f"/s/voices/{key}", data={"text": ODD})
    assert done.status_code == 303
    assert "等本人在手机上确认" in browser.get(done.location).get_data(as_text=True)
    again = browser.get(f"/s/voices/{key}").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; ]]&gt; {{7*7}} =1+1 𬱖" in again
    assert "<script>alert" not in again


@pytest.mark.parametrize(
    ("typed", "word"), [("  ", "还没有写下"), ("长" * 3001, "多了 1 个字"), ("a\0b", "无法保存")]
)
def test_a_fault_keeps_what_was_written(world: World, cycle: str, typed: str, word: str) -> None:
    key = said(world, cycle)
    answer = world.client("secretary").post(f"/s/voices/{key}", data={"text": typed})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert word in page
    assert typed.strip("\0 ").replace("\0", "")[:50] in page.replace("\0", "")
    assert VoiceNote.get().state is VoiceState.FETCHED


def test_an_ended_login_gives_the_words_back(world: World, cycle: str) -> None:
    answer = world.client("anonymous").post(f"/s/voices/{said(world, cycle)}", data={"text": "写了很久的话"})
    assert answer.status_code == 401
    assert "写了很久的话" in answer.get_data(as_text=True)


def test_a_recogniser_that_somebody_plugged_in_only_proposes(
    world: World, cycle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Recogniser:
        def text(self, kind: str, body: bytes) -> str | None:
            assert (kind, body) == ("audio/amr", VOICE)
            return "机器听到的"

    from web import context

    given: Any = world.app.extensions[context._KEY]
    object.__setattr__(given, "transcriber", Recogniser())
    key = said(world, cycle)
    page = world.client("secretary").get(f"/s/voices/{key}").get_data(as_text=True)
    assert "机器听到的" in page
    assert "可能不准" in page
    assert VoiceNote.get().text is None


# ---- the member


def test_the_member_agrees_on_the_page_to_what_was_shown(world: World, cycle: str) -> None:
    key, browser, member = said(world, cycle), world.client("member"), world.members["member"]
    assert "等同志整理成文字" in browser.get(f"/m/voices/{key}").get_data(as_text=True)
    voices.write_down(OPERATOR, key, "听错的", world.clock())
    page = browser.get(f"/m/voices/{key}").get_data(as_text=True)
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    world.clock.move(minutes=1)
    voices.write_down(OPERATOR, key, ODD, world.clock())
    refused = browser.post(f"/m/voices/{key}", data={"answer": "confirm", "seen": seen.group(1)})
    assert refused.status_code == 409
    shown = refused.get_data(as_text=True)
    assert "又改过" in shown
    assert "&lt;script&gt;alert(1)" in shown
    new = re.search(r'name="seen" value="(\d+)"', shown)
    assert new is not None
    assert (
        browser.post(f"/m/voices/{key}", data={"answer": "confirm", "seen": new.group(1)}).status_code == 303
    )
    assert writing.look(member, cycle, world.clock()).texts[View.GAINS].body == ODD
    assert VoiceSound.select().count() == 0
    assert browser.post(f"/m/voices/{key}", data={"answer": "maybe"}).status_code == 400


def test_a_member_without_voices_is_told_how(world: World) -> None:
    assert "按住说话" in world.client("member").get("/m/voices").get_data(as_text=True)
