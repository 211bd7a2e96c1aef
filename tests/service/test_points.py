"""The ledger of points follows the facts, whatever their order, and is always explained (R60–R71, R110)."""

from __future__ import annotations

import shutil
import threading
from datetime import date, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from models import Mobility, PointDecision, PointEntry, PointSummary, database
from models.terms import AttendanceStatus, MemberCategory, PointSource, SessionKind
from services import points, rulebook
from services.actor import OPERATOR, SYSTEM
from services.clock import ZONE
from services.integrity.verify import verify
from services.points import claims, decisions, judging, summaries
from services.points.decisions import Ruling
from services.roll import attendance
from services.rulebook import Rulebook
from tests.builders import (
    START,
    District,
    confirmed,
    district,
    exempt,
    member,
    refused,
    sound,
)
from tests.conftest import ROOT

pytestmark = pytest.mark.usefixtures("db")

LATER = START + timedelta(days=5)
LECTURE = {"kind": SessionKind.PARTY_LECTURE}


@pytest.fixture
def field() -> District:
    return district()


def at(month: int, day: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, 10, 0, tzinfo=ZONE)


def score(who: object, now: datetime = LATER, year: int | None = None) -> int:
    """Return the score shown; it is the sum of the lines and never anything else (R64)."""
    view = points.view(who, year, now)  # type: ignore[arg-type]
    rows = PointEntry.select(PointEntry.points).where(PointEntry.member == who, PointEntry.year == view.year)
    assert view.score == sum(row.points for row in rows)
    return view.score


def standing(who: object, year: int | None = None) -> list[tuple[str, int, str | None]]:
    """Return the lines that count as (source, hundredths, note), the earliest day first."""
    view = points.view(who, year, LATER)  # type: ignore[arg-type]
    return [(line.source, line.points, line.note) for line in reversed(view.lines) if line.standing]


def approved(field: District, who: object, item: str, day: date, now: datetime) -> str:
    claim = claims.file(who, item, day, "做了一件事", now)  # type: ignore[arg-type]
    judging.approve(field.leader, claim.key, now)
    return claim.key


def changed_rules(tmp_path: object, *changes: tuple[str, str]) -> None:
    """Use the shipped rules with some words of points.toml replaced."""
    folder = Path(str(tmp_path)) / "rules"
    shutil.copytree(ROOT / "rules", folder)
    text = (folder / "points.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "points.toml").write_text(text, "utf-8")
    rulebook.use(Rulebook(folder))


# ---- sessions (R62)


def test_a_confirmed_session_gives_points_to_whoever_came_and_to_nobody_else(field: District) -> None:
    confirmed(field.branch, ["M1", "M4"])
    assert score(field.zhang) == 6100
    # Who was absent gets the base from the job; who is out of scope gets no line.
    assert (score(field.li), score(field.old)) == (0, 0)
    line = points.view(field.zhang, None, LATER).lines[0]
    assert (line.item, line.what, line.rule, line.edition) == ("参加主题党日", "学习党章", "R62", "2026版")
    sound()


def test_every_way_of_being_there_gives_the_same_and_a_part_gives_half(field: District) -> None:
    key = confirmed(field.branch, [])
    attendance.reopen(OPERATOR, key, "补登", LATER)
    attendance.call_roll(OPERATOR, key, AttendanceStatus.LATE, ["M1"], LATER)
    attendance.call_roll(OPERATOR, key, AttendanceStatus.PARTIAL, ["M2"], LATER)
    attendance.confirm(OPERATOR, key, LATER)
    assert (score(field.zhang), score(field.li)) == (6100, 6050)
    sound()


def test_reopening_takes_the_points_back_and_confirming_gives_them_again(field: District) -> None:
    key = confirmed(field.branch, ["M1", "M2"])
    attendance.reopen(field.above, key, "记错了人", LATER)
    assert (score(field.zhang), score(field.li)) == (6000, 6000)
    sound()
    attendance.call_roll(OPERATOR, key, AttendanceStatus.ABSENT, ["M2"], LATER)
    attendance.confirm(field.leader, key, LATER)
    assert (score(field.zhang), score(field.li)) == (6100, 6000)
    notes = [line.note for line in points.view(field.zhang, None, LATER).lines]
    assert "这次学习退回重核，先冲回" in notes
    sound()


def test_settling_again_writes_nothing(field: District) -> None:
    confirmed(field.branch, ["M1", "M2"])
    before = PointEntry.select().count()
    everybody = [field.zhang.id, field.li.id, field.zhang.id]
    assert points.settle(everybody, 2026, LATER, SYSTEM) == 0
    assert PointEntry.select().count() == before


def test_a_confirmation_asks_the_database_as_often_for_two_members_as_for_forty(
    field: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [member(f"X{at:02}", field.branch).number for at in range(40)]
    asked: list[str] = []
    db = database.obj
    execute = db.execute_sql
    counts = []
    for who in (numbers[:2], numbers[2:]):
        key = confirmed(field.branch, who)
        session = attendance.roll(key, LATER).session
        attendance.reopen(OPERATOR, key, "数一数", LATER)
        monkeypatch.setattr(db, "execute_sql", lambda sql, *rest: (asked.append(sql), execute(sql, *rest))[1])
        asked.clear()
        attendance.confirm(OPERATOR, key, LATER)
        counts.append(sum("point_" in sql for sql in asked))
        monkeypatch.undo()
        assert session.key == key
    assert counts[0] == counts[1] <= 8


# ---- caps by date (R63)


def test_above_the_cap_a_line_counts_nothing_and_says_why(field: District) -> None:
    for month in range(1, 12):
        confirmed(field.branch, ["M1"], kind=SessionKind.GENERAL_MEETING, starts_at=at(month, 5))
    lines = standing(field.zhang)
    assert [amount for _source, amount, _note in lines] == [6000, *[100] * 10, 0]
    assert lines[-1][2] == "这一项全年已达上限"
    assert score(field.zhang) == 7000
    sound()


def test_an_earlier_event_that_becomes_known_later_takes_its_place(field: District) -> None:
    for month in range(2, 12):
        confirmed(field.branch, ["M1"], kind=SessionKind.GENERAL_MEETING, starts_at=at(month, 5))
    confirmed(field.branch, ["M1"], kind=SessionKind.GENERAL_MEETING, starts_at=at(1, 5))
    assert [amount for _source, amount, _note in standing(field.zhang)] == [6000, *[100] * 10, 0]
    reasons = {line.note for line in points.view(field.zhang, None, LATER).lines if line.points < 0}
    assert reasons == {"按事情发生的先后重新计算，冲回重记"}
    sound()


def test_claims_approved_in_any_order_end_in_the_same_lines(field: District) -> None:
    """R63: six lectures of two points, a cap of six; which three count follows their days alone."""
    days = [START.date() - timedelta(days=back) for back in (1, 3, 5)]
    ends = []
    for order in permutations(range(3)):
        with database.atomic() as step:
            keys = [claims.file(field.zhang, "award", day, "受到表彰", START).key for day in days]
            for at_ in order:
                judging.approve(field.leader, keys[at_], START)
            ends.append(standing(field.zhang))
            assert score(field.zhang) == 6600
            sound()
            step.rollback()
    assert all(end == ends[0] for end in ends)
    assert [amount for _source, amount, _note in ends[0]] == [6000, 300, 300, 0]


def test_reversing_a_claim_makes_room_for_a_later_one(field: District) -> None:
    days = [START.date() - timedelta(days=back) for back in (5, 3, 1)]
    keys = [approved(field, field.zhang, "award", day, START) for day in days]
    judging.reverse(field.leader, keys[0], "弄错了", START)
    assert [amount for _source, amount, _note in standing(field.zhang)] == [6000, 300, 300]
    with refused("wrong_state"):
        judging.reverse(field.leader, keys[0], "再来一次", START)
    sound()


@pytest.mark.usefixtures("commits")
def test_two_settlements_at_once_write_each_line_once(field: District) -> None:
    confirmed(field.branch, ["M1"])
    gate, faults = threading.Barrier(3), []

    def work() -> None:
        try:
            gate.wait(10)
            points.settle([field.zhang.id, field.li.id, field.wang.id], 2026, LATER, SYSTEM)
        except Exception as error:
            faults.append(error)
        finally:
            database.obj.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert faults == []
    assert [source for source, _amount, _note in standing(field.li)] == [PointSource.BASE]
    sound()


# ---- who takes part (R67)


def test_the_daily_job_gives_the_base_to_those_in_scope_and_to_nobody_twice(field: District) -> None:
    Mobility.create(member=field.li, destination="外地", home=field.branch, since=date(2026, 1, 1))
    assert points.open_year(LATER) == 6
    assert points.open_year(LATER) == 0
    assert (score(field.zhang), score(field.li), score(field.old)) == (6000, 0, 0)
    assert points.view(field.zhang, None, LATER).band == "平稳"
    sound()


@pytest.mark.parametrize("category", [MemberCategory.RETIRED, MemberCategory.STUDENT])
def test_who_is_out_of_scope_is_out_without_any_trace(field: District, category: MemberCategory) -> None:
    other = member("M9", field.branch, category=category)
    confirmed(field.branch, ["M9"])
    view = points.view(other, None, LATER)
    assert (view.in_scope, view.lines) == (False, ())


def test_who_opts_in_gets_the_whole_year_and_keeps_it_after_opting_out(field: District) -> None:
    confirmed(field.branch, ["M4"], starts_at=at(3, 5))
    points.opt_in(field.old, at(6, 1))
    points.opt_in(field.old, at(6, 2))
    assert score(field.old, at(6, 2)) == 6100
    view = points.view(field.old, None, at(6, 2))
    assert (view.in_scope, view.chosen) == (True, True)
    points.opt_out(field.old, at(6, 30))
    confirmed(field.branch, ["M4"], starts_at=at(7, 10))
    assert score(field.old, at(7, 12)) == 6100
    assert not points.view(field.old, None, at(7, 12)).in_scope
    with refused("not_chosen"):
        points.opt_out(field.old, at(7, 12))
    points.opt_in(field.old, at(7, 20))
    assert score(field.old, at(7, 20)) == 6200
    sound()


def test_who_opts_out_and_in_again_on_one_day_is_in(field: District) -> None:
    points.opt_in(field.old, START)
    points.opt_out(field.old, START)
    points.opt_in(field.old, START)
    assert points.view(field.old, None, LATER).in_scope


def test_who_is_in_by_the_rules_need_not_opt_in(field: District) -> None:
    with refused("in_scope"):
        points.opt_in(field.zhang, START)


def test_who_retires_during_a_year_stays_in_it_until_its_end(field: District) -> None:
    confirmed(field.branch, ["M1"], starts_at=at(3, 5))
    field.zhang.category = MemberCategory.RETIRED
    field.zhang.save()
    exempt(field.zhang, starts=date(2026, 6, 1))
    confirmed(field.branch, ["M1"], starts_at=at(9, 5))
    assert score(field.zhang) == 6200
    assert not points.view(field.zhang, 2027, at(2, 1, 2027)).in_scope
    sound()


def test_a_newcomer_begins_on_the_day_of_joining(field: District) -> None:
    newcomer = member("M9", field.branch, active_from=date(2026, 8, 3))
    points.open_year(LATER)
    assert [line.day for line in points.view(newcomer, None, LATER).lines] == [date(2026, 8, 3)]


def test_a_new_edition_reaches_every_line_of_its_year_once(field: District, tmp_path: object) -> None:
    confirmed(field.branch, ["M1"])
    changed_rules(
        tmp_path,
        ('name = "2026版"', 'name = "2026版二"'),
        ('base = "60"', 'base = "50"'),
        ('label = "参加主题党日"\ncategory = "learning"\nkind = "SESSION"\npoints = "1"',
         'label = "参加主题党日"\ncategory = "learning"\nkind = "SESSION"\npoints = "2"'),
    )  # fmt: skip
    assert points.open_year(LATER) == 7
    assert points.open_year(LATER) == 0
    assert score(field.zhang) == 5200


def test_years_before_the_first_edition_are_not_counted(field: District) -> None:
    confirmed(field.branch, ["M1"], starts_at=at(6, 1, 2025))
    assert PointEntry.select().count() == 0
    assert points.open_year(at(6, 1, 2025)) == 0


# ---- a body's decisions (R65, R66)

RULING = Ruling("支部委员会", "两次无故缺席，已核实", date(2026, 11, 10), date(2026, 11, 20))
SAMPLE = (
    "# ---- deducted by",
    '[[edition.item]]\nkey = "unexcused"\nlabel = "无故缺席"\ncategory = "deduct"\nkind = "DEDUCT"\n'
    'points = "2"\nabsence = true\n\n# ---- deducted by',
)


def test_the_shipped_rules_deduct_nothing_and_know_no_veto(field: District) -> None:
    with refused("item"):
        decisions.deduct(field.leader, "M1", "unexcused", RULING, LATER)
    with refused("switched_off"):
        decisions.veto(field.leader, "M1", RULING, LATER)
    assert PointDecision.select().count() == 0


def test_a_deduction_needs_a_body_a_reason_and_a_right(field: District, tmp_path: object) -> None:
    changed_rules(tmp_path, SAMPLE)
    deduct = decisions.deduct
    for wrong in (
        Ruling(" ", "原因", RULING.day, RULING.decided_on),
        Ruling("支委会", "", RULING.day, RULING.day),
    ):
        with refused("text"):
            deduct(field.leader, "M1", "unexcused", wrong, LATER)
    with refused("day"):
        deduct(
            field.leader,
            "M1",
            "unexcused",
            Ruling("支委会", "原因", date(2026, 12, 1), date(2026, 12, 1)),
            LATER,
        )
    for actor in (field.outsider, field.headman):
        with refused("not_found"):
            deduct(actor, "M1", "unexcused", RULING, LATER)
    with refused("own"):
        deduct(field.leader, "S1", "unexcused", RULING, LATER)
    with refused("excused"):
        deduct(field.leader, "M4", "unexcused", RULING, LATER)
    confirmed(field.branch, [], starts_at=at(11, 10))
    decision = deduct(field.leader, "M1", "unexcused", RULING, LATER)
    assert score(field.zhang) == 5800
    line = points.view(field.zhang, None, LATER).lines[0]
    assert (line.source, line.body, line.what) == (PointSource.DEDUCT, "支部委员会", "两次无故缺席，已核实")
    sound()
    decisions.withdraw(field.leader, decision.id, "复核后不成立", LATER)
    assert score(field.zhang) == 6000
    with refused("wrong_state"):
        decisions.withdraw(field.leader, decision.id, "再一次", LATER)
    sound()


def test_leave_never_deducts(field: District, tmp_path: object) -> None:
    changed_rules(tmp_path, SAMPLE)
    key = confirmed(field.branch, [], starts_at=at(11, 10))
    attendance.reopen(OPERATOR, key, "补登请假", LATER)
    attendance.call_roll(OPERATOR, key, AttendanceStatus.LEAVE, ["M1"], LATER)
    attendance.confirm(OPERATOR, key, LATER)
    with refused("excused"):
        decisions.deduct(field.leader, "M1", "unexcused", RULING, LATER)


def test_a_veto_where_the_rules_have_it_ends_the_year_at_nothing(field: District, tmp_path: object) -> None:
    changed_rules(tmp_path, ("enabled = false", "enabled = true"))
    confirmed(field.branch, ["M1"], starts_at=at(3, 5))
    decision = decisions.veto(field.leader, "M1", RULING, LATER)
    confirmed(field.branch, ["M1"])
    assert score(field.zhang) == 0
    assert standing(field.zhang)[-1] == ("SESSION", 0, "按组织决定，本年度记 0 分")
    confirmed(field.branch, ["M1"], starts_at=at(2, 5))
    assert score(field.zhang) == 0
    sound()
    decisions.withdraw(field.leader, decision.id, "上级撤销", LATER)
    assert score(field.zhang) == 6300
    sound()


# ---- summaries (R60)


def frozen(who: object) -> list[tuple[int, int, int, int, str | None]]:
    return [(s.year, s.quarter, s.revision, s.score, s.band) for s in summaries.of_member(who)]  # type: ignore[arg-type]


def test_a_quarter_is_frozen_when_its_claims_have_closed_and_the_year_with_its_last(field: District) -> None:
    confirmed(field.branch, ["M1"], starts_at=at(2, 5))
    assert summaries.freeze_due(at(4, 10)) == 0
    assert summaries.freeze_due(at(4, 11)) == 1
    assert summaries.freeze_due(at(4, 11)) == 0
    assert frozen(field.zhang) == [(2026, 1, 1, 6100, None)]
    confirmed(field.branch, ["M1"], starts_at=at(11, 5))
    assert summaries.freeze_due(at(1, 11, 2027)) == 4
    assert frozen(field.zhang)[:2] == [(2026, 0, 1, 6200, "平稳"), (2026, 4, 1, 6200, None)]
    sound()


def test_a_later_change_of_a_frozen_period_is_a_new_revision_with_its_reason(field: District) -> None:
    key = confirmed(field.branch, ["M1"], starts_at=at(2, 5))
    summaries.freeze_due(at(11, 1))
    attendance.reopen(OPERATOR, key, "记错了", LATER)
    newest = summaries.of_member(field.zhang)
    assert [(s.quarter, s.revision, s.score) for s in newest] == [(3, 2, 6000), (2, 2, 6000), (1, 2, 6000)]
    assert all(s.why for s in newest)
    assert PointSummary.select().count() == 6
    sound()


def test_gained_and_lost_tell_what_a_period_itself_brought(field: District, tmp_path: object) -> None:
    changed_rules(tmp_path, SAMPLE)
    confirmed(field.branch, ["M1"], starts_at=at(10, 8))
    decisions.deduct(field.leader, "M1", "unexcused", RULING, LATER)
    summaries.freeze_due(at(1, 11, 2027))
    quarter = next(s for s in summaries.of_member(field.zhang, 2026) if s.quarter == 4)
    assert (quarter.gained, quarter.lost, quarter.score) == (100, 200, 5900)
    year = next(s for s in summaries.of_member(field.zhang, 2026) if s.quarter == summaries.YEAR)
    assert (year.gained, year.lost, year.score) == (6100, 200, 5900)
    sound()


# ---- verify finds what must not be


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"source": PointSource.SESSION, "item": "theme_day", "points": 100, "stated": 100}, "point_causes"),
        ({"source": PointSource.BASE, "item": "base", "points": 6000, "stated": 6000}, "point_doubles"),
        (
            {"source": PointSource.REVERSAL, "item": "base", "points": -6000, "stated": -6000},
            "point_reversals",
        ),
        ({"source": PointSource.BASE, "item": "base", "points": 10000, "stated": 10000}, "point_caps"),
        ({"source": PointSource.BASE, "item": "base", "points": 50, "stated": 100}, "point_entries"),
        ({"source": PointSource.BASE, "item": "base", "points": 0, "stated": 0, "quarter": 4}, "point_days"),
        (
            {"source": PointSource.BASE, "item": "base", "points": 0, "stated": 0, "edition": "x"},
            "point_days",
        ),
        ({"source": PointSource.BASE, "item": "base", "points": 1, "stated": 1}, "point_summaries"),
    ],
)
def test_a_line_that_must_not_be_is_found(field: District, columns: dict[str, object], words: str) -> None:
    confirmed(field.branch, ["M1"], starts_at=at(2, 5))
    summaries.freeze_due(at(4, 11))
    sound()
    values = {
        "member": field.zhang, "branch": field.branch, "year": 2026, "quarter": 1, "day": date(2026, 1, 1),
        "rule": "R61", "edition": "2026版", "created_at": LATER,
    }  # fmt: skip
    PointEntry.create(**(values | columns))
    assert any(fault.startswith(words) for fault in verify().faults), verify().faults


def test_a_missing_line_is_found(field: District) -> None:
    confirmed(field.branch, ["M1"])
    session = PointEntry.get(PointEntry.source == PointSource.SESSION)
    values = {name: session.__data__[name] for name in session.__data__ if name != "id"}
    undone = {"source": PointSource.REVERSAL, "points": -100, "stated": -100, "reverses": session.id}
    PointEntry.create(**(values | undone))
    assert [fault.split(":")[0] for fault in verify().faults] == ["point_sessions"]
