"""A voice on its way into a text: fetched in time, written down, agreed to, deleted (F07)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from models import AuditLog, ShuxueReport, VoiceNote, VoiceSound, database
from models.terms import CycleType, ReportChannel, ReportState, Role, View, VoiceState
from scheduler.jobs import JOBS, Tools, with_tools
from scheduler.run import run_job
from services.actor import OPERATOR, member_actor
from services.ports import Action, Busy, MediaFetch, MediaGone, PlatformError
from services.shuxue import cycles, voices, writing
from services.shuxue.cycles import CyclePlan
from services.shuxue.voices import Voice
from tests.builders import START, District, district, member, refused, role
from tests.builders import sound as all_sound

pytestmark = pytest.mark.usefixtures("db")
NOW = START
AMR = b"#!AMR\n" + bytes([0x3C]) + bytes(31)


@dataclass
class Platform:
    """A platform that gives what it is told to, and notes what it was asked for."""

    answers: dict[str, bytes | PlatformError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[str], object] = lambda _media_id: None

    def media(self, media_id: str) -> tuple[str, bytes]:
        assert not database.in_transaction(), "no transaction is open while the platform is asked"
        self.asked.append(media_id)
        self.meanwhile(media_id)
        answer = self.answers.get(media_id, AMR)
        if isinstance(answer, PlatformError):
            raise answer
        return "audio/amr", answer


@pytest.fixture
def place() -> District:
    return district()


@pytest.fixture
def key(place: District) -> str:
    plan = CyclePlan(place.branch.code, CycleType.QUARTER, 2026, date(2026, 12, 20), 4)
    return str(cycles.open_cycle(OPERATOR, plan, NOW).key)


@pytest.fixture
def platform() -> Platform:
    return Platform()


def say(place: District, key: str, media_id: str = "m-1", at: datetime = NOW) -> Voice:
    return voices.receive(place.zhang, key, View.GAINS, media_id, at)


def fetched(place: District, key: str, media_id: str = "m-1", at: datetime = NOW) -> Voice:
    voice = say(place, key, media_id, at)
    assert voices.fetch_due(Platform(), at) == 1
    return voice


def state(voice: Voice) -> VoiceState:
    found: VoiceState = VoiceNote.get(VoiceNote.key == voice.key).state
    return found


def text(place: District, key: str) -> str:
    return writing.look(place.zhang, key, NOW).texts[View.GAINS].body


# ---- from the chat to the home


def test_a_voice_is_noted_and_begins_the_report(place: District, key: str) -> None:
    voice = say(place, key)
    assert (voice.state, voice.view, voice.waits) == (VoiceState.RECEIVED, View.GAINS, True)
    assert ShuxueReport.get().state is ReportState.DRAFT
    assert say(place, key).key == voice.key, "the same voice twice is one"
    assert [row.key for row in voices.of_report(place.zhang, key)] == [voice.key]


@pytest.mark.parametrize("media_id", ["", "x" * 129, "a b", "媒体", "a\0", "../x?y"])
def test_an_id_that_the_platform_never_gives_is_refused(place: District, key: str, media_id: str) -> None:
    with refused("voice"):
        say(place, key, media_id)
    assert VoiceNote.select().count() == ShuxueReport.select().count() == 0


def test_a_voice_for_a_report_that_is_in_is_refused(place: District, key: str) -> None:
    for view in View:
        writing.append(place.zhang, key, view, "话", ReportChannel.SELF_CHAT, NOW)
    writing.submit(place.zhang, key, ReportChannel.SELF_CHAT, NOW)
    with refused("submitted"):
        say(place, key)


def test_a_round_of_others_takes_no_voice(place: District, key: str) -> None:
    with refused("not_found"):
        voices.receive(place.stranger, key, View.GAINS, "m-1", NOW)


def test_the_sound_is_fetched_once_and_without_a_transaction(
    place: District, key: str, platform: Platform
) -> None:
    fulfilled: MediaFetch = platform
    voice = say(place, key)
    assert [voices.fetch_due(fulfilled, NOW) for _ in range(3)] == [1, 0, 0]
    assert platform.asked == ["m-1"]
    kept = VoiceSound.get()
    assert (kept.kind, bytes(kept.body), state(voice)) == ("audio/amr", AMR, VoiceState.FETCHED)


def test_of_two_fetchers_one_asks(place: District, key: str, platform: Platform) -> None:
    other = Platform()
    say(place, key)
    platform.meanwhile = lambda _id: voices.fetch_due(other, NOW)
    assert voices.fetch_due(platform, NOW) == 1
    assert (platform.asked, other.asked) == (["m-1"], [])
    assert VoiceSound.select().count() == 1


def test_a_busy_platform_is_asked_again_later_and_less_often(
    place: District, key: str, platform: Platform
) -> None:
    voice = say(place, key)
    platform.answers["m-1"] = Busy("/cgi-bin/media/get")
    for minute in range(60):
        voices.fetch_due(platform, NOW + timedelta(minutes=minute))
    assert len(platform.asked) == 5, "at once, then after 1, 3, 10 and 30 minutes"
    del platform.answers["m-1"]
    assert voices.fetch_due(platform, NOW + timedelta(hours=50)) == 1
    assert state(voice) is VoiceState.FETCHED


def test_one_voice_that_cannot_be_had_holds_up_no_other_for_long(
    place: District, key: str, platform: Platform
) -> None:
    bad = say(place, key, "m-bad")
    platform.answers["m-bad"] = Busy("/cgi-bin/media/get")
    assert voices.fetch_due(platform, NOW) == 0
    good = say(place, key, "m-good", NOW + timedelta(seconds=5))
    assert voices.fetch_due(platform, NOW + timedelta(minutes=1)) == 1
    assert (state(bad), state(good)) == (VoiceState.RECEIVED, VoiceState.FETCHED)


def test_what_the_platform_has_no_longer_is_lost_and_the_member_sees_it(
    place: District, key: str, platform: Platform
) -> None:
    later = NOW + timedelta(days=4)
    old, gone = say(place, key, "m-old"), say(place, key, "m-gone", later)
    platform.answers["m-gone"] = MediaGone("/cgi-bin/media/get")
    assert voices.fetch_due(platform, later) == 2
    assert platform.asked == ["m-gone"], "what is over three days old is not asked for"
    assert {state(gone), state(old)} == {VoiceState.LOST}
    assert {row.state for row in voices.of_report(place.zhang, key)} == {VoiceState.LOST}


def test_a_refusal_of_the_platform_stops_the_waking_and_loses_nothing(
    place: District, key: str, platform: Platform
) -> None:
    say(place, key)
    platform.answers["m-1"] = PlatformError(45009, Action.PAUSE_UNTIL_MIDNIGHT, "/cgi-bin/media/get")
    assert voices.fetch_due(platform, NOW) == 0
    del platform.answers["m-1"]
    assert voices.fetch_due(platform, NOW + timedelta(hours=14)) == 1


def test_a_voice_taken_back_while_it_is_fetched_leaves_no_sound(
    place: District, key: str, platform: Platform
) -> None:
    voice = say(place, key)
    platform.meanwhile = lambda _id: voices.drop(place.zhang, voice.key, NOW)
    assert voices.fetch_due(platform, NOW) == 0
    assert VoiceSound.select().count() == 0
    assert state(voice) is VoiceState.DROPPED


def test_the_job_fetches_every_minute(place: District, key: str, platform: Platform) -> None:
    say(place, key)
    job = next(job for job in with_tools(Tools(media=platform)) if job.name == "fetch_voices")
    assert job.every == 60
    assert run_job(job, lambda: NOW) == 1
    assert "forget_voices" in {job.name for job in JOBS}


# ---- written down


def test_a_helper_hears_and_writes_down_and_the_member_agrees(place: District, key: str) -> None:
    writing.append(place.zhang, key, View.GAINS, "打的字", ReportChannel.SELF_CHAT, NOW)
    voice = fetched(place, key)
    (row,) = voices.waiting(place.leader, NOW)
    assert (row.name, row.number, row.view, row.group) == ("党员M1", "M1", View.GAINS, "党组织ZB1X1")
    assert voices.sound(place.leader, voice.key, NOW).body == AMR
    found = voices.read(place.leader, voice.key, NOW)
    assert (found.label, found.has_sound) == ("见收获体会", True)
    voices.write_down(place.leader, voice.key, "学会了\n用手机 𬱖", NOW)
    assert text(place, key) == "打的字", "nothing enters the report without the member's yes"
    assert [row.key for row in voices.pending(place.zhang, NOW)] == [voice.key]
    voices.confirm(place.zhang, voice.key, NOW)
    assert text(place, key) == "打的字\n学会了\n用手机 𬱖"
    assert ShuxueReport.get().channel is ReportChannel.VOICE
    assert VoiceSound.select().count() == 0
    assert voices.waiting(place.leader, NOW) == voices.pending(place.zhang, NOW) == []
    voices.confirm(place.zhang, voice.key, NOW)
    assert text(place, key) == "打的字\n学会了\n用手机 𬱖", "a second yes changes nothing"
    logged = [row.detail or "" for row in AuditLog.select().where(AuditLog.action.startswith("voice."))]
    assert len(logged) == 2
    assert "学会了" not in "".join(logged)
    all_sound()


def test_the_list_is_by_name(place: District, key: str) -> None:
    for who, media_id in ((place.wang, "m-3"), (place.li, "m-2"), (place.zhang, "m-1")):
        voices.receive(who, key, View.GOALS, media_id, NOW)
    voices.fetch_due(Platform(), NOW)
    assert [row.name for row in voices.waiting(place.leader, NOW)] == ["党员M1", "党员M2", "党员M3"]
    assert [row.name for row in voices.waiting(place.headman, NOW)] == ["党员M1", "党员M2"]


def test_only_helpers_hear_and_never_their_own(place: District, key: str) -> None:
    voice = fetched(place, key)
    own = voices.receive(place.secretary, key, View.GOALS, "m-own", NOW)
    voices.fetch_due(Platform(), NOW)
    helper = member("Z9", place.branch, place.other_group)
    role(helper, Role.HELPER, place.branch)
    assert voices.sound(member_actor(helper.id), voice.key, NOW)
    assert [row.number for row in voices.waiting(place.leader, NOW)] == ["M1"]
    former = member("Z8", place.branch, place.other_group)
    role(former, Role.HELPER, place.branch, ends=NOW.date() - timedelta(days=1))
    strangers = (place.outsider, place.above, member_actor(place.li.id), member_actor(former.id))
    for actor in strangers:
        assert voices.waiting(actor, NOW) == []
    for actor, which in [*((actor, voice) for actor in strangers), (place.leader, own)]:
        with refused("not_found"):
            voices.sound(actor, which.key, NOW)
        with refused("not_found"):
            voices.write_down(actor, which.key, "话", NOW)
    for bad in ("", "x", "a" * 20, "媒" * 20, "a\0" * 10):
        with refused("not_found"):
            voices.read(place.leader, bad, NOW)


def test_what_was_heard_is_mended_until_the_member_agrees(place: District, key: str) -> None:
    voice = fetched(place, key)
    for empty in ("", "  \n "):
        with refused("text"):
            voices.write_down(place.leader, voice.key, empty, NOW)
    with refused("too_long"):
        voices.write_down(place.leader, voice.key, "长" * 3001, NOW)
    assert state(voice) is VoiceState.FETCHED
    with refused("not_written"):
        voices.confirm(place.zhang, voice.key, NOW)
    voices.write_down(place.leader, voice.key, "听错了", NOW)
    voices.write_down(place.headman, voice.key, "听对了", NOW + timedelta(minutes=5))
    with refused("changed"):
        voices.confirm(place.zhang, voice.key, NOW + timedelta(minutes=6), shown=NOW)
    voices.confirm(place.zhang, voice.key, NOW + timedelta(minutes=6), shown=NOW + timedelta(minutes=5))
    assert text(place, key) == "听对了"
    with refused("settled"):
        voices.write_down(place.leader, voice.key, "再改", NOW)
    with refused("settled"):
        voices.drop(place.zhang, voice.key, NOW)


def test_a_voice_taken_back_is_gone_with_what_was_written_down(place: District, key: str) -> None:
    voice = fetched(place, key)
    voices.write_down(place.leader, voice.key, "听错了", NOW)
    for _ in range(2):
        assert voices.drop(place.zhang, voice.key, NOW).state is VoiceState.DROPPED
    assert (VoiceSound.select().count(), VoiceNote.get().text) == (0, None)
    assert (text(place, key), ShuxueReport.get().channel) == ("", ReportChannel.SELF_CHAT)
    with refused("not_written"):
        voices.confirm(place.zhang, voice.key, NOW)


def test_nobody_agrees_for_another(place: District, key: str) -> None:
    voice = fetched(place, key)
    voices.write_down(place.leader, voice.key, "话", NOW)
    for act in (voices.find, lambda who, which: voices.confirm(who, which, NOW),
                lambda who, which: voices.drop(who, which, NOW)):  # fmt: skip
        with refused("not_found"):
            act(place.li, voice.key)
    assert voices.of_report(place.li, key) == voices.pending(place.li, NOW) == []


def test_who_spoke_in_time_is_written_down_and_agrees_after_the_last_day(place: District, key: str) -> None:
    voice, late = fetched(place, key), NOW + timedelta(days=40)
    cycles.close_due(late)
    assert [row.key for row in voices.waiting(place.leader, late)] == [voice.key]
    voices.write_down(place.leader, voice.key, "话", late)
    assert [row.key for row in voices.pending(place.zhang, late)] == [voice.key]
    voices.confirm(place.zhang, voice.key, late)
    assert text(place, key) == "话"


def test_a_yes_to_a_report_that_is_in_changes_nothing(place: District, key: str) -> None:
    voice = fetched(place, key)
    voices.write_down(place.leader, voice.key, "话", NOW)
    for view in View:
        writing.append(place.zhang, key, view, "打的字", ReportChannel.SELF_PAGE, NOW)
    writing.submit(place.zhang, key, ReportChannel.SELF_PAGE, NOW)
    assert voices.pending(place.zhang, NOW) == voices.waiting(place.leader, NOW) == []
    with refused("submitted"), database.atomic():
        voices.confirm(place.zhang, voice.key, NOW)
    assert (state(voice), text(place, key)) == (VoiceState.WRITTEN, "打的字")


# ---- not kept longer than said


def test_a_sound_is_deleted_after_thirty_days_at_the_latest(place: District, key: str) -> None:
    unheard, written = fetched(place, key, "m-1"), fetched(place, key, "m-2")
    fresh = fetched(place, key, "m-3", NOW + timedelta(days=3))
    voices.write_down(place.leader, written.key, "话", NOW)
    assert voices.forget_old(NOW + timedelta(days=30)) == 0
    assert voices.forget_old(NOW + timedelta(days=30, seconds=1)) == 2
    assert [state(voice) for voice in (unheard, written, fresh)] == [
        VoiceState.LOST, VoiceState.WRITTEN, VoiceState.FETCHED
    ]  # fmt: skip
    with refused("not_found"):
        voices.sound(place.leader, written.key, NOW)
    voices.confirm(place.zhang, written.key, NOW)
    assert text(place, key) == "话", "what was written down can still be agreed to"
