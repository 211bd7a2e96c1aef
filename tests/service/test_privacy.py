"""The copy of one's data is whole, leaving keeps the record, an erasure leaves nothing (G16, G17, R103)."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from models import (
    Attendance,
    AuditLog,
    BindingCode,
    ChatState,
    Feedback,
    HourEntry,
    InboundMessage,
    LoginSession,
    Member,
    MemberSetting,
    PointEntry,
    RolePeriod,
    SceneTicket,
    ShuxueReport,
    ShuxueRevision,
    ShuxueText,
    StudySession,
    VoiceNote,
    VoiceSound,
    WechatBinding,
    database,
)
from models.terms import ReportState, Role
from services import binding, hours, login, privacy, rulebook
from services.actor import OPERATOR
from services.privacy.kept import kept, notice_seen
from services.privacy.map import MAP, NAMELESS
from services.upkeep import traces
from tests import canary
from tests.builders import BEFORE, START, bound, confirmed, district, published, refused, role, sound

pytestmark = pytest.mark.usefixtures("db")
LATER = START + timedelta(days=2)


@pytest.fixture
def bird() -> Member:
    """The canary, with a row in every table."""
    return canary.release(district())


# ---------------------------------------------------------------- the copy


def test_the_copy_holds_a_row_of_every_table_and_every_word(bird: Member) -> None:
    document = privacy.export(bird, LATER)
    assert {name for name, table in document["tables"].items() if not table["rows"]} == set()
    assert set(document["tables"]) | set(document["left_out"]) == {held.name for held in MAP}
    text = privacy.as_json(document)
    for words in (canary.NAME, canary.NUMBER, canary.OPENID, canary.PHONE, canary.WORDS):
        assert words in text
    assert "IyFBTVIgY2FuYXJ5LXNvdW5k" in text, "the sound is there too"
    assert json.loads(text) == document


def test_the_copy_writes_amounts_as_decimals_and_moments_with_their_offset() -> None:
    field = district()
    confirmed(field.branch, ["M1"], "1.5")
    tables = privacy.export(field.zhang, LATER)["tables"]
    (entry,) = tables["hour_entry"]["rows"]
    assert (entry["hours"], entry["stated"], entry["day"]) == ("1.5", "1.5", "2026-11-21")
    assert entry["session"] == "学习党章 2026-11-21"
    assert tables["attendance"]["rows"][0]["at"] == "2026-11-21T21:00:00+08:00"
    assert tables["member"]["rows"][0]["branch"] == "党组织ZB1"
    assert sum(Decimal(row["hours"]) for row in tables["hour_entry"]["rows"]) == Decimal("1.5")


def test_the_copy_is_the_same_whenever_it_is_made_and_nobody_elses(bird: Member) -> None:
    assert privacy.as_json(privacy.export(bird, LATER)) == privacy.as_json(privacy.export(bird, LATER))
    neighbour = Member.get(Member.number == "M2")
    text = privacy.as_json(privacy.export(neighbour, LATER))
    assert canary.hits_in([text]) == {}


def test_what_is_kept_is_told_in_counts_and_days(bird: Member) -> None:
    told = {kind.title: kind for kind in kept(bird)}
    assert len(told) == sum(held.whose is not None for held in MAP)
    assert (told["请假"].count, told["请假"].first, told["请假"].last) == (1, START.date(), START.date())
    assert told["您是谁"].first is None
    assert {kind.title for kind in kept(Member.get(Member.number == "M2"))} == {"您是谁"}


# ---------------------------------------------------------------- the notice


def test_a_binding_keeps_the_edition_of_the_notice_that_was_shown() -> None:
    field = district()
    code = binding.issue_code(field.leader, "M1", START)
    assert notice_seen(field.zhang) is None
    binding.bind("o-1", code.code, START)
    assert notice_seen(field.zhang) == rulebook.current().notice(START.date()).edition


# ---------------------------------------------------------------- leaving


def _life(field: Any) -> str:
    """Let a member do a little of everything and return the token of a login."""
    account = bound(field.zhang)
    confirmed(field.branch, ["M1"], "1.5")
    BindingCode.create(member=field.zhang, code_hash="h", created_at=BEFORE, expires_at=LATER)
    ChatState.create(openid=account, topic="shuxue", subject="r", step="spirit", changed_at=START)
    MemberSetting.create(member=field.zhang, reminders=False, changed_at=START)
    Member.update(phone="sealed").where(Member.id == field.zhang.id).execute()
    Feedback.create(key="f", kind="QUESTION", member=field.zhang, subject_kind="hour_entry", subject="1",
                    words="为什么是 1.5", created_at=START)  # fmt: skip
    return login.start(account, START)


def _report(field: Any, state: ReportState, revision: int, number: int) -> ShuxueReport:
    from models import ReportCycle

    cycle = ReportCycle.create(
        key=f"ZB1-{number}", organization=field.branch, type="TOPIC", year=2026, number=number, title="专题",
        form="wujian", edition="2026版", opens=START.date(), due=START.date(), created_at=START,
    )  # fmt: skip
    report = ShuxueReport.create(
        branch=field.branch, cycle=cycle, member=field.zhang, state=state, channel="SELF_PAGE",
        revision=revision, begun_at=START, changed_at=START, prefill="{}",
    )  # fmt: skip
    ShuxueText.create(report=report, view="spirit", body="写的话", changed_at=START)
    if revision:
        ShuxueRevision.create(report=report, revision=1, views="{}", channel="SELF_PAGE", at=START)
    note = VoiceNote.create(key=f"v{number}", report=report, view="spirit", media_id="m", received_at=START)
    VoiceSound.create(note=note, kind="audio/amr", body=b"sound", fetched_at=START)
    return report


def test_who_leaves_keeps_the_party_record_and_nothing_else() -> None:
    field = district()
    _life(field)
    draft = _report(field, ReportState.DRAFT, 0, 1)
    missed = _report(field, ReportState.NOT_FILED, 0, 2)
    filed = _report(field, ReportState.ACCEPTED, 1, 3)
    recalled = _report(field, ReportState.DRAFT, 1, 4)
    left = privacy.leave(field.zhang, "o-M1", LATER)
    assert (left.drafts, left.voices, left.feedback, left.wiped) == (2, 4, 1, True)
    member = Member.get(Member.number == "M1")
    assert (member.name, member.phone) == ("党员M1", None)
    assert hours.view(member, 2026, LATER).credited == 150
    assert ShuxueReport.get_or_none(ShuxueReport.id == draft.id) is None
    assert ShuxueReport.get(ShuxueReport.id == missed.id).prefill is None
    for report in (filed, recalled):
        assert ShuxueText.select().where(ShuxueText.report == report).count() == 1
        assert ShuxueRevision.select().where(ShuxueRevision.report == report).count() == 1
    assert [VoiceNote.select().count(), VoiceSound.select().count()] == [0, 0]
    assert [table.select().count() for table in (BindingCode, ChatState, MemberSetting, LoginSession)] == [
        0
    ] * 4
    feedback = Feedback.get()
    assert (feedback.member_id, feedback.subject, feedback.words) == (None, None, "为什么是 1.5")
    row = WechatBinding.get()
    assert (row.openid, row.unbound_at) == ("", LATER)
    assert AuditLog.select().where(AuditLog.action == "member.left").count() == 1
    sound()


def test_the_cookie_is_worth_nothing_after_leaving() -> None:
    field = district()
    token = _life(field)
    assert login.find(token, LATER) == "o-M1"
    privacy.leave(field.zhang, "o-M1", LATER)
    assert login.find(token, LATER) is None
    assert binding.member_of("o-M1") is None


def test_who_left_can_come_back_with_a_new_code() -> None:
    field = district()
    _life(field)
    privacy.leave(field.zhang, "o-M1", LATER)
    code = binding.issue_code(field.leader, "M1", LATER)
    assert binding.bind("o-M1", code.code, LATER).step is binding.Step.BOUND


def test_leaving_touches_nobody_else(bird: Member) -> None:
    li = Member.get(Member.number == "M2")
    token = login.start(bound(li), START)
    Feedback.create(key="g", kind="FEEDBACK", member=li, words="谢谢", created_at=START)
    privacy.leave(bird, canary.OPENID, LATER)
    assert login.find(token, LATER) == "o-M2"
    assert Feedback.get(Feedback.key == "g").member_id == li.id


def test_a_card_that_was_printed_leaves_no_code_in_clear() -> None:
    field = district()
    card = binding.issue_code(field.leader, "M1", START, printed=True)
    other = binding.issue_code(field.leader, "M2", START, printed=True)
    for each in (card, other):
        SceneTicket.create(scene=each.scene, ticket="t", url="u", expires_at=LATER)
    privacy.leave(field.zhang, "", START)
    assert [row.scene for row in SceneTicket.select()] == [other.scene]


def test_who_unfollows_loses_a_begun_talk_but_no_voice() -> None:
    field = district()
    _life(field)
    _report(field, ReportState.DRAFT, 0, 1)
    binding.unfollow("o-M1", LATER)
    assert ChatState.select().count() == 0
    assert [VoiceNote.select().count(), ShuxueText.select().count()] == [1, 1]


# ---------------------------------------------------------------- erasing


@pytest.mark.usefixtures("commits")
def test_after_an_erasure_nothing_of_the_member_is_found_anywhere(
    bird: Member, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    assert set(canary.hits_in(canary.stored())) >= {canary.NAME, canary.NUMBER, canary.OPENID, canary.WORDS}
    with capture_logs() as lines, caplog.at_level(logging.INFO):
        done = privacy.erase(OPERATOR, canary.NUMBER, LATER)
    assert (done.wiped, done.mentions) == (True, {})
    assert canary.hits_in(canary.stored()) == {}
    told = [json.dumps(lines, ensure_ascii=False, default=str), caplog.text, *capfd.readouterr()]
    assert canary.hits_in([text for text in told]) == {}


@pytest.mark.parametrize("control", ["nothing is overwritten", "the log is not cut"])
@pytest.mark.usefixtures("commits")
def test_the_search_finds_what_a_careless_erasure_leaves(
    bird: Member, control: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control that must fail: the harness sees a loss of care on SQLite."""
    if database.obj.server:
        pytest.skip("the bytes of a file are looked at on SQLite")
    traces.wipe()
    if control == "nothing is overwritten":
        database.obj.execute_sql("PRAGMA secure_delete = 0")
    else:
        monkeypatch.setattr(traces, "wipe", lambda *_tables: False)
    privacy.erase(OPERATOR, canary.NUMBER, LATER)
    assert canary.hits_in(canary.stored())


def test_the_counts_stay_under_nobodys_name(bird: Member) -> None:
    counted = {held.name: held.table.select().count() for held in MAP}
    done = privacy.erase(OPERATOR, canary.NUMBER, LATER)
    nobody = Member.get(Member.id == bird.id)
    assert (nobody.name, nobody.number, nobody.phone) == (NAMELESS, done.number, None)
    assert done.number.startswith("X")
    assert (nobody.joined_on.isoformat(), nobody.full_on.isoformat()) == ("2011-01-01", "2012-01-01")
    assert nobody.active_to == LATER.date()
    for held in MAP:
        gone = held.fate.value == "REMOVED" or held.name == "scene_ticket"
        if held.fate.value in {"KEPT", "LEDGER", "BLANKED"}:
            assert held.table.select().count() >= counted[held.name], held.name
        elif gone and held.whose is not None:
            assert held.table.select().count() == 0, held.name
    assert HourEntry.get().hours == 1
    assert PointEntry.get().points == 1
    assert AuditLog.select().where(AuditLog.action == "member.erased").count() == 1


def test_the_ledger_still_adds_up_after_an_erasure() -> None:
    field = district()
    confirmed(field.branch, ["M1", "M2"], "1.5")
    done = privacy.erase(OPERATOR, "M1", LATER)
    nobody = Member.get(Member.number == done.number)
    assert hours.view(nobody, 2026, LATER).credited == 150
    sound()


def test_who_is_no_more_is_not_due_and_holds_no_office() -> None:
    field = district()
    role(field.zhang, Role.COMMITTEE, field.branch)
    bound(field.zhang)
    ahead = published(field.branch, START, starts_at=LATER + timedelta(days=5))
    privacy.erase(OPERATOR, "M1", LATER)
    later = published(field.branch, LATER, starts_at=LATER + timedelta(days=6))
    for key in (ahead, later):
        due = Attendance.select().join(StudySession).where(StudySession.key == key)
        assert field.zhang.id not in {place.member_id for place in due}
    assert RolePeriod.get(RolePeriod.member == field.zhang).ends == LATER.date()


def test_a_name_in_other_peoples_words_is_told_and_left(bird: Member) -> None:
    li = Member.get(Member.number == "M2")
    Feedback.create(key="g", kind="FEEDBACK", member=li, words=f"谢谢{canary.NAME}同志", created_at=START)
    done = privacy.erase(OPERATOR, canary.NUMBER, LATER)
    assert done.mentions == {"您提的疑问和建议": 1}
    assert canary.NAME in Feedback.get(Feedback.key == "g").words


def test_kept_answers_are_emptied_and_their_keys_stay(bird: Member) -> None:
    InboundMessage.delete().execute()
    for key, at, reply in (
        ("old", START, "您好"),
        ("mine", LATER, f"绑定成功：{canary.NAME}"),
        ("new", LATER, "签到成功"),
    ):
        InboundMessage.create(key=key, at=at, reply=reply)
    privacy.erase(OPERATOR, canary.NUMBER, LATER)
    assert {row.key: row.reply for row in InboundMessage.select()} == {
        "old": "",
        "mine": "",
        "new": "签到成功",
    }


def test_only_the_operator_and_the_officers_above_erase() -> None:
    field = district()
    for actor in (field.leader, field.headman, field.outsider):
        with refused("not_found"):
            privacy.erase(actor, "M1", LATER)
    with refused("not_found"):
        privacy.erase(OPERATOR, "nobody", LATER)
    assert Member.get(Member.number == "M1").name == "党员M1"
    assert privacy.erase(field.above, "M1", LATER).number


def test_an_erasure_that_breaks_off_changes_nothing(bird: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.privacy import erasing

    def fail(*_given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(erasing.audit, "record", fail)
    with pytest.raises(ZeroDivisionError):
        privacy.erase(OPERATOR, canary.NUMBER, LATER)
    assert Member.get(Member.id == bird.id).name == canary.NAME
    assert WechatBinding.select().count() == 1
