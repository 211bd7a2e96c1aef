"""What may become of a report, what it lacks, which days a round is about; forms as data (R40–R42)."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from models.terms import CycleState, CycleType, MemberCategory, ReportChannel, ReportState, View
from services.policy import shuxue as policy
from services.policy.shuxue import Act
from services.rulebook import Rulebook, RulesFault

SHIPPED = Path(__file__).resolve().parents[2] / "rules"
OPENS, DUE = date(2026, 10, 1), date(2026, 12, 20)
FIVE = dict.fromkeys(View, "写了")


def test_the_states_of_the_domain_and_no_others():
    allowed = {(act, state) for act in Act for state in ReportState if policy.after(act, state)}
    assert allowed == set(policy.TRANSITIONS)
    assert policy.after(Act.SUBMIT, ReportState.RETURNED) is ReportState.SUBMITTED
    assert policy.after(Act.RECALL, ReportState.SUBMITTED) is ReportState.DRAFT
    for act in Act:
        for settled in (
            ReportState.ACCEPTED,
            ReportState.REVIEWED,
            ReportState.CLOSED,
            ReportState.NOT_FILED,
        ):
            assert policy.after(act, settled) is None
    for act in (Act.ACCEPT, Act.GIVE_BACK):
        assert {state for state in ReportState if policy.after(act, state)} == {ReportState.SUBMITTED}


def test_the_first_and_the_last_day_belong_to_a_round():
    days = [date(2026, 9, 30), OPENS, DUE, date(2026, 12, 21)]
    states = [policy.cycle_state(CycleState.OPEN, OPENS, DUE, day) for day in days]
    assert states == [CycleState.COMING, CycleState.OPEN, CycleState.OPEN, CycleState.CLOSED]
    assert policy.cycle_state(CycleState.CLOSED, OPENS, DUE, OPENS) is CycleState.CLOSED


def test_after_the_last_day_only_what_was_in_time_may_be_mended():
    late = [state for state in ReportState if policy.in_time(Act.WRITE, state, CycleState.CLOSED)]
    assert late == [ReportState.RECORDED, ReportState.RETURNED]
    assert not policy.in_time(Act.RECALL, ReportState.SUBMITTED, CycleState.CLOSED)
    assert policy.in_time(Act.ACCEPT, ReportState.SUBMITTED, CycleState.CLOSED)
    assert not policy.in_time(Act.WRITE, ReportState.RETURNED, CycleState.COMING)


def test_a_draft_was_not_filed_after_the_last_day_and_never_so_for_those_not_required():
    seen = policy.seen_state
    assert seen(ReportState.DRAFT, CycleState.OPEN, True) is ReportState.DRAFT
    assert seen(ReportState.DRAFT, CycleState.CLOSED, True) is ReportState.NOT_FILED
    assert seen(ReportState.DRAFT, CycleState.CLOSED, False) is ReportState.NOT_REQUIRED
    assert seen(ReportState.RETURNED, CycleState.CLOSED, True) is ReportState.RETURNED


def test_all_five_views_are_needed_and_one_is_enough_for_what_a_helper_wrote_down():
    page, oral = ReportChannel.SELF_PAGE, ReportChannel.ORAL_PROXY
    assert policy.missing(FIVE, page) == ()
    assert policy.missing(FIVE | {View.GOALS: " \n"}, page) == (View.GOALS,)
    assert policy.missing({View.GAINS: "都好"}, oral) == ()
    assert policy.missing({View.GAINS: "  "}, oral) == tuple(View)
    assert policy.missing({View.GAINS: "都好"}, ReportChannel.VOICE) == (
        View.UNDERSTANDING,
        View.SPIRIT,
        View.GOALS,
        View.METHODS,
    )


def test_one_character_is_enough_and_the_maximum_itself_is_not_too_much():
    assert policy.missing(dict.fromkeys(View, "好"), ReportChannel.SELF_CHAT) == ()
    assert [policy.over("字" * count, 500) for count in (0, 1, 500, 501)] == [0, 0, 0, 1]
    assert policy.count("𬱖👍\n") == 3


def test_a_voice_and_a_helper_stay_the_way_of_a_report():
    chat, voice, oral = ReportChannel.SELF_CHAT, ReportChannel.VOICE, ReportChannel.ORAL_PROXY
    assert policy.channel_after(None, chat, False) is chat
    assert policy.channel_after(chat, voice, False) is voice
    assert policy.channel_after(voice, chat, True) is voice
    assert policy.channel_after(oral, chat, False) is oral
    assert policy.channel_after(oral, chat, True) is chat


def test_the_days_that_a_round_is_about():
    of = policy.period_of
    assert of(CycleType.QUARTER, 2026, 4, OPENS, DUE) == (date(2026, 10, 1), date(2026, 12, 31))
    assert of(CycleType.QUARTER, 2028, 1, OPENS, DUE) == (date(2028, 1, 1), date(2028, 3, 31))
    assert of(CycleType.ANNUAL, 2026, 0, OPENS, DUE) == (date(2026, 1, 1), date(2026, 12, 31))
    assert of(CycleType.TOPIC, 2026, 0, OPENS, DUE) == (OPENS, DUE)


def test_keys_and_titles():
    assert policy.key_of("ZB1", CycleType.QUARTER, 2026, 4, 0) == "ZB1-2026Q4"
    assert policy.key_of("DW", CycleType.ANNUAL, 2026, 0, 0) == "DW-2026Y"
    assert policy.key_of("ZB1", CycleType.TOPIC, 2026, 0, 2) == "ZB1-2026T2"
    titles = [policy.title_of(kind, 2026, 4) for kind in CycleType]
    assert titles == ["四季度述学", "专题述学", "2026年度述学"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_the_shipped_rules_and_forms():
    book = Rulebook(SHIPPED)
    rules = book.shuxue(date(2026, 11, 21))
    assert rules.cycles == set(CycleType)
    assert (rules.text_limit, rules.shingle, rules.voice_days, rules.form) == (3000, 5, 30, "common")
    assert rules.oral_first == {MemberCategory.RURAL_NO_POST, MemberCategory.RETIRED}
    assert rules.oral_not_required
    for name in book.forms():
        form = book.form(name)
        assert [each.view for each in form.views] == list(View)
        assert [each.label for each in form.views] == [view.label for view in View]
        assert {each.max_chars for each in form.views} == {500}
        # What is asked is short enough for a reply in the chat and speaks to a person.
        assert all(len(each.prompt) <= 40 and "必须" not in each.hint for each in form.views)
    assert book.form("common").view(View.UNDERSTANDING).prompt == "{period}学了什么，认识上有什么变化？"


def test_an_open_round_keeps_its_edition_and_a_later_one_holds_from_its_day(folder):
    path = folder / "shuxue" / "common.toml"
    text = path.read_text("utf-8")
    later = text.replace('"2026版"', '"2027版"').replace("2019-01-01", "2027-01-01")
    path.write_text(text + later.replace("学了什么，", "悟到什么，"), "utf-8")
    book = Rulebook(folder)
    assert book.form("common", date(2026, 12, 31)).edition == "2026版"
    assert book.form("common", date(2027, 1, 1)).edition == "2027版"
    assert "学了什么" in book.form_edition("common", "2026版").views[0].prompt
    assert "悟到什么" in book.form("common").views[0].prompt


def test_an_edition_or_form_that_somebody_removed_gives_way_to_the_nearest(folder):
    book = Rulebook(folder)
    assert book.form_edition("common", "2001版").edition == "2026版"
    assert book.form_edition("gone", "2026版").name == "common"


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("shuxue.toml", "limit = 3000", "limit = 3001", r"text\.limit: .*1 to 3000"),
        ("shuxue.toml", "limit = 3000", "limit = 3000\nmin_chars = 100", "F14"),
        ("shuxue.toml", "days = 30", "days = 31", r"voice\.days"),
        ("shuxue.toml", 'share = "0.5"', 'share = "0"', r"likeness\.share"),
        ("shuxue.toml", "TOPIC = true", "TOPIC = 1", "true or false"),
        ("shuxue.toml", "ANNUAL = false", "ANNUAL = 0", r"auto\.ANNUAL: .*true or false"),
        ("shuxue.toml", "ANNUAL = false", "TOPIC = true", r"auto\.TOPIC: no such key"),
        ("shuxue.toml", "days = 20", "days = 0", r"auto\.days"),
        ("shuxue.toml", '["03-20", ', "[", r"auto\.quarter_due: .*each quarter"),
        ("shuxue.toml", 'annual_due = "12-20"', 'annual_due = "02-30"', "day is out of range"),
        ("shuxue.toml", 'annual_due = "12-20"', 'annual_due = "12.20"', r"auto\.annual_due: write a day"),
        ("shuxue.toml", 'form = "common"', 'form = "none"', r"none\.toml: missing"),
        ("shuxue.toml", '"RETIRED"]', '"ELDERS"]', "ELDERS"),
        ("shuxue.toml", "[edition.oral]", "[edition.other]", "oral is missing"),
        ("shuxue/common.toml", "[edition.views.spirit]", "[edition.views.mood]", "exactly these five"),
        ("shuxue/common.toml", "max_chars = 500", "max_chars = 3001", "1 to 3000"),
        ("shuxue/common.toml", "max_chars = 500", "max_chars = 0", "1 to 3000"),
        ("shuxue/common.toml", "max_chars = 500", 'max_chars = "500"', "1 to 3000"),
        ("shuxue/common.toml", "max_chars = 500", "min_chars = 100", "min_chars.*F14"),
        ("shuxue/common.toml", "max_chars = 500", "minimum = 1", "minimum.*F14"),
        ("shuxue/common.toml", "max_chars = 500", "photo = true", "photo: no such key"),
        ("shuxue/common.toml", 'title = "通用"', "", "title is missing"),
        ("shuxue/common.toml", "参加了 {sessions}", "参加了 {rank}", "rank.*means nothing"),
        ("shuxue/common.toml", "{period}学了", "{hours}学了", "hours.*means nothing"),
        ("shuxue/common.toml", "{period}学了", "{period学了", r"common\.toml"),
        ("shuxue/common.toml", 'label = "见思想认识"', 'label = " "', "label: write one line"),
    ],
)
def test_a_form_or_rule_that_cannot_be_is_refused_with_file_and_place(folder, name, old, new, words):
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RulesFault, match=words) as fault:
        Rulebook(folder)
    assert path.name in str(fault.value) or "none.toml" in str(fault.value)


def test_two_editions_of_one_name_and_a_name_that_is_too_long_are_refused(folder):
    path = folder / "shuxue" / "common.toml"
    text = path.read_text("utf-8")
    (folder / "shuxue" / f"{'x' * 33}.toml").write_text(text, "utf-8")
    with pytest.raises(RulesFault, match="32 characters"):
        Rulebook(folder)
    (folder / "shuxue" / f"{'x' * 33}.toml").unlink()
    path.write_text(text + text, "utf-8")
    with pytest.raises(RulesFault, match="same name"):
        Rulebook(folder)
