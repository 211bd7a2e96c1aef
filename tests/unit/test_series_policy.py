"""Days and titles of sessions that come again, and the rules of what is usual."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from models.terms import Area, DueScope, SessionKind
from services.policy import series
from services.rulebook import Rulebook, RulesFault

SHIPPED = Path(__file__).resolve().parent.parent.parent / "rules"
NONE: frozenset[date] = frozenset()


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-11-19", 1, "2026-12-17"),
        ("2026-11-19", 2, "2027-01-21"),
        ("2026-12-01", 1, "2027-01-05"),
        ("2026-01-29", 1, "2026-02-26"),
        ("2026-11-30", 1, "2026-12-28"),
        ("2026-03-19", -1, "2026-02-19"),
    ],
)
def test_the_third_thursday_stays_the_third(day: str, months: int, expected: str) -> None:
    found = series.same_weekday(date.fromisoformat(day), months)
    assert found == date.fromisoformat(expected)
    assert found.weekday() == date.fromisoformat(day).weekday()


def test_the_next_one_lies_ahead_and_on_a_workday_unless_the_last_did_not() -> None:
    last, off = date(2026, 1, 15), frozenset({date(2026, 11, 19), date(2026, 11, 20)})
    assert series.next_like(last, date(2026, 11, 1), NONE) == date(2026, 11, 19)
    assert series.next_like(last, date(2026, 11, 1), off) == date(2026, 11, 21)
    assert series.next_like(last, date(2026, 11, 1), off | {last}) == date(2026, 11, 19)
    assert series.next_like(last, date(2026, 11, 19), NONE) == date(2026, 12, 17)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("11月主题党日 · 学习条例", "1月主题党日 · 学习条例"),
        ("2026年11月主题党日", "2027年1月主题党日"),
        ("学习11月6日讲话", "学习11月6日讲话"),
        ("1月集体学习", "1月集体学习"),
        ("第111月", "第111月"),
        ("党课", "党课"),
    ],
)
def test_a_title_names_the_month_of_its_own_day(title: str, expected: str) -> None:
    assert series.retitled(title, date(2026, 11, 19), date(2027, 1, 21)) == expected


# ---- rules/sessions.toml


def test_every_kind_has_something_usual() -> None:
    rules = Rulebook(SHIPPED).sessions(date(2026, 11, 21))
    for kind in SessionKind:
        usual = rules.of(kind)
        assert usual.areas, kind
        assert 15 <= usual.minutes <= 600
    assert rules.of(SessionKind.HOME_VISIT).due_scope is DueScope.LIST
    assert rules.of(SessionKind.THEME_DAY).title_of(date(2026, 11, 21)) == "11月主题党日"
    assert rules.of(SessionKind.PARTY_LECTURE).areas == (Area.THEORY,)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("repeat_most = 12", "repeat_most = 13", "1 to 12"),
        ("invites_most = 50", "invites_most = 0", "at least 1"),
        ("[edition.kind.PRACTICE]", "[edition.kind.PARTY]", "no such kind"),
        ('title = "党员大会"', 'title = ""', "1 to 50"),
        ('time = "19:00"', 'time = "25:00"', "sessions.toml"),
        ("minutes = 240", "minutes = 10", "15 to 600"),
        ('areas = ["PURPOSE"]', "areas = []", "at least one"),
        ('areas = ["PURPOSE"]', 'areas = ["FUN"]', "FUN"),
        ('due_scope = "LIST"', 'due_scope = "GROUP"', "ALL, COMMITTEE or LIST"),
    ],
)
def test_a_rule_that_cannot_be_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "rules"))
    text = (folder / "sessions.toml").read_text("utf-8")
    assert old in text
    (folder / "sessions.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(RulesFault, match=words):
        Rulebook(folder)
