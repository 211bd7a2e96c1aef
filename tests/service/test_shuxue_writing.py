"""A member writes: nothing is lost or doubled, nothing goes unseen, and the words stay as they are (R41)."""

from __future__ import annotations

import json
import shutil
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import (
    AuditLog,
    PointClaim,
    ReportCycle,
    ShuxueReport,
    ShuxueRevision,
    ShuxueText,
    database,
)
from models.terms import ClaimState, CycleType, ReportChannel, ReportState, View
from services import inbox, rulebook
from services.actor import OPERATOR
from services.roll import attendance
from services.shuxue import cycles, deciding, facts, likeness, writing
from services.shuxue.cycles import CyclePlan
from services.shuxue.facts import Facts
from services.transaction import transaction
from tests.builders import START, District, confirmed, district, published, refused

NOW = START
CHAT, PAGE = ReportChannel.SELF_CHAT, ReportChannel.SELF_PAGE
ODD = "<script>alert(1)</script> ]]> {{7*7}} =1+1 𬱖 👨‍👩‍👧 \u202eabc\u202c %s ' \" \\ \t尾 "


@pytest.fixture
def place(db) -> District:
    return district()


@pytest.fixture
def key(place) -> str:
    return opened()


def opened(kind: CycleType = CycleType.QUARTER, **changes) -> str:
    values = {"organization": "ZB1", "type": kind, "year": 2026, "due": date(2026, 12, 20)}
    values |= {"quarter": 4} if kind is CycleType.QUARTER else {}
    return str(cycles.open_cycle(OPERATOR, CyclePlan(**(values | changes)), NOW).key)


def body(who, key: str, view: View = View.GAINS) -> str:
    return writing.look(who, key, NOW).texts[view].body


def finish(who, key: str, text: str = "写了") -> None:
    for view in View:
        writing.write(who, key, view, text, None, PAGE, NOW)


def test_looking_begins_nothing(place, key):
    shown = writing.look(place.zhang, key, NOW)
    assert (shown.state, shown.channel, shown.revision) == (ReportState.DRAFT, None, 0)
    assert shown.editable
    assert list(shown.texts) == list(View) == list(shown.lacking)
    assert {text.body for text in shown.texts.values()} == {""}
    writing.clear(place.zhang, key, View.GAINS, NOW)
    writing.write(place.zhang, key, View.GAINS, " \n", 0, PAGE, NOW)
    assert ShuxueReport.select().count() == 0


def test_messages_are_joined_line_by_line_and_several_days_apart(place, key):
    writing.append(place.zhang, key, View.GAINS, "第一条", CHAT, NOW)
    shown = writing.append(place.zhang, key, View.GAINS, "\n第二条\n", CHAT, NOW + timedelta(days=9))
    assert shown.texts[View.GAINS].body == "第一条\n第二条"
    assert (shown.texts[View.GAINS].version, shown.texts[View.GAINS].count) == (2, 7)
    assert (shown.channel, shown.written) == (CHAT, 1)
    assert shown.lacking == tuple(view for view in View if view is not View.GAINS)


def test_the_words_are_kept_to_the_character(place, key):
    writing.append(place.zhang, key, View.GAINS, ODD, CHAT, NOW)
    assert body(place.zhang, key) == ODD
    writing.write(place.zhang, key, View.SPIRIT, f"  前\r\n后\r{ODD}\n", None, PAGE, NOW)
    assert body(place.zhang, key, View.SPIRIT) == f"  前\n后\n{ODD}\n"
    writing.write(place.zhang, key, View.GOALS, "响\x07铃\x1b[31m\x85", None, PAGE, NOW)
    assert body(place.zhang, key, View.GOALS) == "响铃[31m"


@pytest.mark.parametrize("text", ["\0", "好\0", "\ud800", "好\udfff"])
def test_what_cannot_be_stored_is_refused_and_begins_nothing(place, key, text):
    with refused("text"):
        writing.append(place.zhang, key, View.GAINS, text, CHAT, NOW)
    with refused("text"):
        writing.write(place.zhang, key, View.GAINS, text, None, PAGE, NOW)
    with refused("empty"):
        writing.append(place.zhang, key, View.GAINS, " \r\n\x07", CHAT, NOW)
    assert ShuxueReport.select().count() == 0


def test_a_long_text_is_kept_and_says_by_how_much_and_a_flood_is_refused(place, key):
    shown = writing.append(place.zhang, key, View.GAINS, "字" * 512, CHAT, NOW)
    assert (shown.texts[View.GAINS].count, shown.texts[View.GAINS].over) == (512, 12)
    writing.append(place.zhang, key, View.GAINS, "字" * 2487, CHAT, NOW)
    with refused("too_long"):
        writing.append(place.zhang, key, View.GAINS, "再", CHAT, NOW)
    with pytest.raises(Exception, match="多了 2 个字"):
        writing.append(place.zhang, key, View.GAINS, "再", CHAT, NOW)
    with refused("too_long"):
        writing.write(place.zhang, key, View.GAINS, "字" * 3001, None, PAGE, NOW)
    assert len(body(place.zhang, key)) == 3000


def test_a_page_that_was_shown_an_older_text_overwrites_nothing_unseen(place, key):
    save = writing.write(place.zhang, key, View.GAINS, "手机上写的", 0, PAGE, NOW)
    assert (save.saved, save.draft.texts[View.GAINS].version) == (True, 1)
    writing.append(place.zhang, key, View.GAINS, "聊天里加的", CHAT, NOW)
    late = writing.write(place.zhang, key, View.GAINS, "电脑上写的", 1, PAGE, NOW)
    assert late.saved is False
    assert (late.theirs.body, late.theirs.version) == ("手机上写的\n聊天里加的", 2)
    assert body(place.zhang, key) == "手机上写的\n聊天里加的"
    # The same text saved again, by whichever version, is no quarrel and no new version.
    again = writing.write(place.zhang, key, View.GAINS, "手机上写的\n聊天里加的", 1, PAGE, NOW)
    assert (again.saved, again.draft.texts[View.GAINS].version) == (True, 2)
    knowingly = writing.write(place.zhang, key, View.GAINS, "合在一起的", None, PAGE, NOW)
    assert (knowingly.saved, knowingly.draft.texts[View.GAINS].version) == (True, 3)
    emptied = writing.write(place.zhang, key, View.GAINS, "", 3, PAGE, NOW)
    assert (emptied.saved, body(place.zhang, key)) == (True, "")


def test_two_pages_that_begin_the_same_view_meet_as_well(place, key):
    writing.write(place.zhang, key, View.GAINS, "甲", 0, PAGE, NOW)
    second = writing.write(place.zhang, key, View.GAINS, "乙", 0, PAGE, NOW)
    assert (second.saved, second.theirs.body) == (False, "甲")


def test_a_view_is_cleared_and_the_others_stay(place, key):
    finish(place.zhang, key)
    shown = writing.clear(place.zhang, key, View.GOALS, NOW)
    assert shown.lacking == (View.GOALS,)
    assert (shown.texts[View.GOALS].version, shown.texts[View.GAINS].body) == (2, "写了")


def test_handing_in_names_what_is_missing_and_by_how_much_a_text_is_too_long(place, key):
    with refused("missing"):
        writing.submit(place.zhang, key, PAGE, NOW)
    writing.append(place.zhang, key, View.GAINS, "一条", CHAT, NOW)
    with pytest.raises(Exception, match="见思想认识、见精神状态、见目标计划、见方法对策"):
        writing.submit(place.zhang, key, PAGE, NOW)
    finish(place.zhang, key)
    writing.write(place.zhang, key, View.SPIRIT, "字" * 503, None, PAGE, NOW)
    with pytest.raises(Exception, match="「见精神状态」多了 3 个字"):
        writing.submit(place.zhang, key, PAGE, NOW)
    assert ShuxueRevision.select().count() == 0
    assert ShuxueReport.get().state is ReportState.DRAFT


def test_handing_in_twice_is_handing_in_once(place, key):
    finish(place.zhang, key, ODD)
    first = writing.submit(place.zhang, key, CHAT, NOW)
    second = writing.submit(place.zhang, key, PAGE, NOW + timedelta(hours=1))
    assert (first.state, first.revision, first.channel) == (ReportState.SUBMITTED, 1, CHAT)
    assert (second.revision, second.channel, second.submitted_at) == (1, CHAT, first.submitted_at)
    [row] = ShuxueRevision.select()
    assert json.loads(row.views) == {view.value: ODD for view in View}
    assert AuditLog.select().where(AuditLog.action == "report.submitted").count() == 1
    # The audit names a number and a count, never a word of the report or a name.
    assert json.loads(AuditLog.get(AuditLog.action == "report.submitted").detail) == {"revision": 1}


def test_what_was_handed_in_is_changed_only_after_it_was_taken_back(place, key):
    finish(place.zhang, key)
    writing.submit(place.zhang, key, PAGE, NOW)
    for act in (
        lambda: writing.append(place.zhang, key, View.GAINS, "再加", CHAT, NOW),
        lambda: writing.write(place.zhang, key, View.GAINS, "改", None, PAGE, NOW),
        lambda: writing.clear(place.zhang, key, View.GAINS, NOW),
    ):
        with refused("submitted"):
            act()
    assert writing.look(place.zhang, key, NOW).editable is False
    for _ in range(2):
        assert writing.recall(place.zhang, key, NOW).state is ReportState.DRAFT
    writing.append(place.zhang, key, View.GAINS, "再加", CHAT, NOW)
    assert writing.submit(place.zhang, key, PAGE, NOW).revision == 2
    assert [json.loads(row.views)["gains"] for row in ShuxueRevision.select()] == ["写了", "写了\n再加"]


def test_what_the_branch_has_accepted_stays_as_it_is(place, key):
    finish(place.zhang, key)
    with refused("nothing"):
        writing.recall(place.li, key, NOW)
    writing.submit(place.zhang, key, PAGE, NOW)
    deciding.accept(place.leader, key, "M1", NOW)
    for act in (
        lambda: writing.append(place.zhang, key, View.GAINS, "再加", CHAT, NOW),
        lambda: writing.submit(place.zhang, key, PAGE, NOW),
        lambda: writing.recall(place.zhang, key, NOW),
    ):
        with refused("frozen"):
            act()
    assert body(place.zhang, key) == "写了"


def test_one_members_report_is_nobody_elses(place, key):
    finish(place.zhang, key, "只给支部看")
    assert body(place.li, key) == ""
    finish(place.li, key, "李的")
    assert body(place.zhang, key) == "只给支部看"
    with refused("not_found"):
        writing.look(place.stranger, key, NOW)
    with refused("not_found"):
        writing.append(place.stranger, key, View.GAINS, "串门", CHAT, NOW)


def test_nobody_starts_from_an_empty_page(place, key):
    confirmed(place.branch, ["M1"], "1.5", title="十一月党课")
    confirmed(place.branch, ["M1"], "2", title="十月党日", starts_at=START - timedelta(days=40))
    confirmed(place.branch, ["M1"], "3", title="上个季度", starts_at=START - timedelta(days=80))
    published(place.branch, title="还没开的")
    claim = {"branch": place.branch, "member": place.zhang, "month": "2026-11", "day": date(2026, 11, 5)}
    claim |= {"points": 100, "edition": "x", "filed_at": NOW}
    PointClaim.create(key="a", item="service", words="义务植树", state=ClaimState.POSTED, **claim)
    PointClaim.create(key="b", item="helping", words="还没同意", **claim)
    shown = writing.append(place.zhang, key, View.GAINS, "开始", CHAT, NOW)
    wanted = Facts(2, 350, ("十月党日", "十一月党课"), ("义务植树",))
    assert shown.facts == wanted
    assert facts.words(wanted) == "您参加了 2 次学习、共 3.5 学时，做了：义务植树"
    assert shown.form.view(View.GAINS).opening == "这个季度我参加了 2 次学习，共 3.5 学时。"
    kept = json.loads(ShuxueReport.get().prefill)
    assert (kept["sessions"], kept["hours"], kept["claims"]) == (2, 350, ["义务植树"])
    nothing = writing.look(place.li, key, NOW)
    assert (nothing.facts, facts.words(nothing.facts)) == (Facts(), "")
    assert nothing.form.view(View.GAINS).opening == ""


def test_the_facts_are_said_as_far_as_there_are_any():
    assert facts.words(Facts(2, 0)) == "您参加了 2 次学习"
    assert facts.words(Facts(0, 300)) == "您有 3 学时"
    assert facts.words(Facts(claims=("植树", "送餐", "讲课", "捐书"))) == "您做了：植树、送餐、讲课等"
    template = "{period}学了{titles}，做了{claims}"
    assert facts.opening(template, Facts(1, 0, ("党课",), ("植树",)), "今年") == "今年学了党课，做了植树"
    assert facts.opening(template, Facts(1, 0, ("党课",)), "今年") == ""


def test_an_hour_that_was_taken_back_is_no_fact(place, key):
    session = confirmed(place.branch, ["M1"])
    attendance.reopen(OPERATOR, session, "登错了", NOW + timedelta(days=1))
    assert facts.gather(place.zhang, cycles.find(key)) == Facts()


@pytest.mark.usefixtures("commits")
def test_messages_that_come_at_once_are_all_kept(place, key):
    words = [f"第{number}条" for number in range(12)]
    failed: list[BaseException] = []

    def say(text: str) -> None:
        try:
            writing.append(place.zhang, key, View.GAINS, text, CHAT, NOW)
        except BaseException as error:  # handed to the test's own thread
            failed.append(error)
        finally:
            database.obj.release()
            if not database.obj.server:
                database.obj.close()

    threads = [threading.Thread(target=say, args=(text,)) for text in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert sorted(body(place.zhang, key).split("\n")) == sorted(words)
    assert (ShuxueReport.select().count(), ShuxueText.get().version) == (1, 12)


# --- likeness: a hint for the writer alone


LONG = "这个季度我参加了支部组织的学习，对条例有了新的认识，也更清楚自己该怎么做，今后要多帮助身边的同志。"


def hints(who, key: str, text: str = LONG) -> tuple[likeness.Hint, ...]:
    return likeness.hints(who, key, View.GAINS, text, NOW)


def test_a_passage_that_stands_in_anothers_report_is_shown_to_its_writer(place, key):
    finish(place.li, key, f"开头不一样。{LONG}")
    assert hints(place.zhang, key) == ()
    writing.submit(place.li, key, PAGE, NOW)
    [hint] = hints(place.zhang, key)
    assert (hint.share, hint.own, hint.passage) == (100, False, LONG.rstrip("。"))
    assert hints(place.li, key) == ()
    assert hints(place.zhang, key, LONG[:30]) == ()
    assert hints(place.zhang, key, "完全是自己的话，" * 8) == ()
    assert ShuxueReport.select().count() == 1
    # It blocks nothing.
    finish(place.zhang, key, LONG)
    assert writing.submit(place.zhang, key, PAGE, NOW).state is ReportState.SUBMITTED


def test_another_branch_and_another_round_are_not_compared(place, key):
    everywhere = str(
        cycles.open_cycle(OPERATOR, CyclePlan("DW", CycleType.ANNUAL, 2026, date(2026, 12, 31)), NOW).key
    )
    finish(place.stranger, everywhere, LONG)
    writing.submit(place.stranger, everywhere, PAGE, NOW)
    assert hints(place.zhang, everywhere) == ()
    finish(place.li, key, LONG)
    writing.submit(place.li, key, PAGE, NOW)
    assert hints(place.zhang, everywhere) == ()
    with refused("not_found"):
        hints(place.stranger, key)


def test_an_own_former_report_is_shown_as_such(place, key):
    former = opened(CycleType.TOPIC)
    finish(place.zhang, former, LONG)
    writing.submit(place.zhang, former, PAGE, NOW)
    assert [(hint.own, hint.share) for hint in hints(place.zhang, key)] == [(True, 100)]


def test_so_many_reports_and_characters_are_compared_and_no_more(place, key, tmp_path):
    for who in (place.li, place.wang):
        finish(who, key, LONG)
        writing.submit(who, key, PAGE, NOW)
    shutil.copytree(Path(__file__).resolve().parents[2] / "rules", tmp_path, dirs_exist_ok=True)
    path = tmp_path / "shuxue.toml"
    shipped = path.read_text("utf-8")
    counts = {}
    for old, new in (
        ("compared = 200", "compared = 1"),
        ("compared = 200", "compared = 0"),
        ("compared_chars = 100000", "compared_chars = 100"),
    ):
        assert old in shipped
        path.write_text(shipped.replace(old, new), "utf-8")
        rulebook.use(rulebook.Rulebook(tmp_path))
        counts[new] = len(hints(place.zhang, key))
    assert list(counts.values()) == [1, 0, 0]


# --- no order of messages, copies and clearings loses or doubles text


class Direct:
    """Runs the work at once on this thread."""

    def run(self, act):
        with transaction():
            return act()


SMALL = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
views = st.sampled_from(list(View))
said = st.text(alphabet="学习=<\n 👍𬱖\t", min_size=1, max_size=6)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), views, said, st.integers(1, 3)),
        st.tuples(st.just("again"), st.integers(0, 9)),
        st.tuples(st.just("clear"), views),
        st.tuples(st.just("submit")),
        st.tuples(st.just("recall")),
    ),
    max_size=10,
)


class Talk:
    """A member's chat about one round, beside a plain model of what must stand there."""

    def __init__(self, place: District) -> None:
        self.place, self.key, self.runner = place, opened(CycleType.TOPIC), Direct()
        self.model = dict.fromkeys(View, "")
        self.pushes: list[tuple[View, str, str]] = []
        self.locked = False

    def push(self, number: int, view: View, text: str) -> str:
        """Deliver one message; its key makes every later copy get the first one's answer."""

        def act() -> str:
            drawn = writing.append(self.place.zhang, self.key, view, text, CHAT, NOW)
            return f"{drawn.texts[view].count}"

        return inbox.answer_once(self.runner, f"{self.key}-{number}", act, lambda refusal: refusal.code, NOW)

    def say(self, view: View, text: str, copies: int) -> None:
        answers = {self.push(len(self.pushes), view, text) for _ in range(copies)}
        assert len(answers) == 1
        self.pushes.append((view, text, answers.pop()))
        line = text.strip("\n")
        if text.strip() and not self.locked:
            self.model[view] = f"{self.model[view]}\n{line}" if self.model[view] else line

    def again(self, number: int) -> None:
        if self.pushes:
            number %= len(self.pushes)
            view, text, answer = self.pushes[number]
            assert self.push(number, view, text) == answer

    def clear(self, view: View) -> None:
        if not self.locked:
            writing.clear(self.place.zhang, self.key, view, NOW)
            self.model[view] = ""

    def submit(self) -> None:
        if all(text.strip() for text in self.model.values()):
            writing.submit(self.place.zhang, self.key, CHAT, NOW)
            self.locked = True

    def recall(self) -> None:
        if self.locked:
            writing.recall(self.place.zhang, self.key, NOW)
            self.locked = False


@SMALL
@given(steps)
def test_no_order_of_messages_and_copies_loses_or_doubles_text(place, walk):
    talk = Talk(place)
    for name, *values in walk:
        getattr(talk, name)(*values)
        shown = writing.look(place.zhang, talk.key, NOW).texts
        assert {view: shown[view].body for view in View} == talk.model


@SMALL
@given(st.lists(st.tuples(views, said, st.sampled_from(["give_back", "recall", "accept"])), max_size=4))
def test_however_often_it_goes_back_every_submission_stays_word_for_word(place, walk):
    key = opened(CycleType.TOPIC)
    finish(place.zhang, key)
    wanted: list[dict[str, str]] = []
    for view, text, verdict in walk:
        if text.strip():
            writing.append(place.zhang, key, view, text, CHAT, NOW)
        shown = writing.submit(place.zhang, key, CHAT, NOW)
        wanted.append({each.value: shown.texts[each].body for each in View})
        assert deciding.read(place.leader, key, "M1", NOW).texts[view].body == shown.texts[view].body
        if verdict == "accept":
            deciding.accept(place.leader, key, "M1", NOW)
            break
        if verdict == "recall":
            writing.recall(place.zhang, key, NOW)
        else:
            deciding.give_back(place.leader, key, "M1", "请补充", NOW)
    rows = (
        ShuxueRevision.select()
        .join(ShuxueReport)
        .join(ReportCycle)
        .where(ReportCycle.key == key)
        .order_by(ShuxueRevision.revision)
    )
    assert [json.loads(row.views) for row in rows] == wanted
    assert [row.revision for row in rows] == list(range(1, len(wanted) + 1))
