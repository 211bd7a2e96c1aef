"""The demo's year: the same for a seed and a day, whole, and believable on any day of the year."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest

from demo import cast, data, rules, scene
from models import (
    Attendance,
    HourEntry,
    Member,
    Organization,
    Reminder,
    StudySession,
    WechatBinding,
)
from models.connection import connect, disconnect
from models.terms import (
    AttendanceStatus,
    EntrySource,
    HoursFlag,
    OrgKind,
    ReminderState,
    SessionKind,
    SessionState,
    SuppressedWhy,
    Topic,
)
from services import binding, hours, keyring, rulebook
from services.actor import member_actor
from services.clock import ZONE, civil_day
from services.integrity.verify import verify
from services.reminders import push
from services.reminders.pushed import Outcome
from services.study import sessions
from services.upkeep import schema

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret of the tests, long enough to pass"
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZONE)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A file with the year in it, built once with the demo's own rules; tests get copies."""
    folder = tmp_path_factory.mktemp("demo")
    rulebook.use(rulebook.Rulebook(rules.write_copy(ROOT / "rules", folder / "rules", civil_day(NOW))))
    keyring.use(keyring.Keyring(SECRET))
    path = folder / "demo.db"
    connect(f"sqlite:///{path}")
    schema.migrate()
    made = data.build(NOW)
    disconnect()
    return path, made


@pytest.fixture
def built(template, tmp_path):
    """The year on a database of its own, connected; says what was built."""
    path, made = template
    shutil.copy(path, tmp_path / "copy.db")
    connect(f"sqlite:///{tmp_path / 'copy.db'}")
    yield made
    disconnect()


def what_happened():
    """The year without the random keys: who was where, how, when, and for how many hours."""
    places = (
        Attendance.select(
            StudySession.title,
            StudySession.starts_at,
            Member.number,
            Attendance.status,
            Attendance.source,
            Attendance.at,
        )
        .join(StudySession)
        .switch(Attendance)
        .join(Member)
        .order_by(StudySession.starts_at, StudySession.title, Member.number)
        .tuples()
    )
    ledger = HourEntry.select(HourEntry.member, HourEntry.day, HourEntry.hours, HourEntry.source).tuples()
    return list(places), sorted(ledger)


def test_everything_adds_up(built):
    verdict = verify()
    assert verdict.faults == []
    assert verdict.checked["entries"] > 2000


def test_the_hours_of_late_november_look_like_a_year(built):
    views = [
        hours.view(member, 2026, NOW)
        for member in Member.select().order_by(Member.number)
        if member.number not in {"DY000030", "DY000068", "DY000120"}
    ]
    credited = [view.credited / 100 for view in views]
    assert 18 <= median(credited) <= 30
    assert sum(15 <= each <= 36 for each in credited) > 0.8 * len(credited)
    # Both kinds of gap can be looked at, and somebody is done.
    flags = Counter(view.flag for view in views)
    assert flags[HoursFlag.HOURS_SHORT] > 10
    assert flags[HoursFlag.BRANCH_SHORT] > 3
    assert flags[None] > 3


def test_each_branch_met_three_or_four_times_a_month(built):
    branches = Organization.select().where(Organization.kind == OrgKind.BRANCH)
    for branch in branches:
        below = Organization.select(Organization.id).where(Organization.path.startswith(branch.path))
        # Visits, remote sessions and the meetings of single groups come on top for some of the members.
        held = StudySession.select().where(
            StudySession.organization.in_(below),
            StudySession.kind.not_in([SessionKind.HOME_VISIT, SessionKind.REMOTE, SessionKind.GROUP_MEETING]),
        )
        assert 27 <= held.count() <= 44, branch.code


def test_people_came_in_every_way_and_some_stayed_away(built):
    ways = {source for (source,) in Attendance.select(Attendance.source).distinct().tuples()}
    assert {"QR", "CODE", "ROLL_CALL", "VISIT", "PAPER"} <= {str(way) for way in ways if way}
    states = {status for (status,) in Attendance.select(Attendance.status).distinct().tuples()}
    assert states == set(AttendanceStatus)


def test_members_who_are_not_required_are_visited_at_home(built):
    elder = Member.get(Member.number == cast.ELDER.number)
    visits = Attendance.select().where(Attendance.member == elder, Attendance.source == "VISIT").count()
    assert visits >= 3
    assert hours.view(elder, 2026, NOW).required is None


def test_one_session_was_reopened_and_confirmed_again(built):
    again = StudySession.get(StudySession.postings == 2)
    assert again.state is SessionState.CONFIRMED
    assert HourEntry.select().where(HourEntry.source == EntrySource.REVERSAL).count() > 5


def test_the_door_is_open_now_one_session_waits_and_one_lies_ahead(built):
    now_open = sessions.find(built.open_session)
    assert sessions.state_of(now_open, NOW) is SessionState.OPEN
    assert NOW < now_open.starts_at <= NOW + timedelta(minutes=20)
    left = (
        StudySession.select()
        .join(Organization)
        .where(Organization.code == cast.BRANCH, StudySession.state == SessionState.PUBLISHED)
    )
    days = sorted((civil_day(each.starts_at) - civil_day(NOW)).days for each in left)
    assert days[:2] == [-1, 0]
    assert days[2] in {1, 2}


def test_the_scene_names_everybody_and_gives_a_card_to_who_is_not_bound(built):
    composed = scene.compose(built.open_session, "http://127.0.0.1:8000", NOW)
    people = {each["openid"]: each for each in composed["people"]}
    offered = {openid for openid, each in people.items() if each.get("offered", True)}
    assert {part.openid for part in cast.CAST} < offered
    assert len(offered) < 20 < len(people)
    bound = WechatBinding.select(WechatBinding.openid).where(WechatBinding.unbound_at.is_null()).tuples()
    assert {openid for (openid,) in bound} <= set(people), "a message could reach everybody who follows"
    newcomer = people.pop(cast.NEWCOMER.openid)
    assert "follow" not in newcomer
    assert all(each["follow"] for each in people.values())
    assert binding.bind(cast.NEWCOMER.openid, newcomer["card_scene"][1:], NOW).name == newcomer["name"]
    assert composed["screens"][0]["qr"].startswith("http://127.0.0.1:8000/s/sessions/")
    assert [tab["title"] for tab in composed["tabs"]] == ["书记今日", "发提醒", "我的学时"]
    assert len(composed["lines"]) == 4
    assert composed["lines"][3]["tab"] == "发提醒"


def test_the_secretary_can_try_every_fate_of_a_reminder(built, template, tmp_path):
    rulebook.use(rulebook.Rulebook(rules.write_copy(ROOT / "rules", tmp_path / "rules", civil_day(NOW))))
    secretary = Member.get(Member.number == cast.SECRETARY.number)
    choice = push.choose(member_actor(secretary.id), NOW, Topic.HOURS_GAP)
    fates = {line.number: line for line in (*choice.waiting, *choice.aside)}
    assert sum(line.outcome is Outcome.NOW for line in choice.waiting) >= 3
    assert fates[cast.MEMBER.number].outcome is Outcome.NOW
    assert fates[cast.NO_SMARTPHONE].outcome is Outcome.LIST
    assert Member.get(Member.number == cast.NO_SMARTPHONE).phone is not None
    assert fates[cast.OPTED_OUT].why is SuppressedWhy.OPTED_OUT
    assert fates[cast.TOLD].why is SuppressedWhy.FREQUENCY
    told = {each.member.number: each.state for each in Reminder.select()}
    assert told == {cast.TOLD: ReminderState.DELIVERED, cast.VISITED: ReminderState.INBOX}


def test_a_restart_keeps_an_open_door_and_opens_a_new_one_later(built):
    assert data.ensure_open_session(NOW) == built.open_session
    later = NOW + timedelta(hours=3)
    key = data.ensure_open_session(later)
    assert key != built.open_session
    assert sessions.state_of(sessions.find(key), later) is SessionState.OPEN


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """What happened in one branch's year: the same dice, a tenth of the time."""
    rulebook.use(rulebook.Rulebook(ROOT / "rules"))
    keyring.use(keyring.Keyring(SECRET))
    connect(f"sqlite:///{tmp_path_factory.mktemp('small') / 'small.db'}")
    schema.migrate()
    data.build(NOW, branches=1)
    found = what_happened()
    disconnect()
    return found


@pytest.mark.slow
def test_the_same_seed_and_day_give_the_same_year_on_either_database(small, database_url):
    connect(database_url)
    data.build(NOW, branches=1)
    found = what_happened()
    disconnect()
    assert found == small


@pytest.mark.slow
def test_another_seed_gives_another_year(small, tmp_path):
    connect(f"sqlite:///{tmp_path / 'other.db'}")
    schema.migrate()
    data.build(NOW, seed=7, branches=1)
    assert what_happened() != small
    disconnect()


@pytest.mark.slow
@pytest.mark.parametrize("day", ["2026-12-31T23:50", "2027-02-28T00:03"])
def test_the_year_can_be_built_at_any_hour_of_any_day(tmp_path, day):
    now = datetime.fromisoformat(day).replace(tzinfo=ZONE).astimezone(UTC)
    connect(f"sqlite:///{tmp_path / 'other.db'}")
    try:
        schema.migrate()
        made = data.build(now, branches=1)
        assert verify().faults == []
        assert sessions.state_of(sessions.find(made.open_session), now) is SessionState.OPEN
    finally:
        disconnect()
