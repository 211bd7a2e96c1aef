"""Rules as data: editions by date, and a file that cannot be used is refused by name and place (R102)."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from models.terms import CreditKind, SessionKind
from services import rulebook
from services.rulebook import Rulebook, RulesFault

SHIPPED = Path(__file__).resolve().parent.parent.parent / "rules"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_shipped_rules_are_those_of_the_field() -> None:
    rules = Rulebook(SHIPPED).hours(date(2026, 1, 1))
    assert (rules.member, rules.committee, rules.prorate) == (32, 56, True)
    assert (rules.minutes_per_hour, rules.step, rules.max_per_session) == (60, Decimal("0.5"), 24)
    assert {kind: str(ratio) for kind, ratio in rules.ratio.items()} == {
        CreditKind.CENTRALISED: "1",
        CreditKind.COLLECTIVE: "1",
        CreditKind.SELF: "0",
        CreditKind.PRACTICE: "1",
        CreditKind.NONE: "0",
    }
    assert set(rules.credit_kind) == set(SessionKind)
    assert "条例" in rules.source
    door = Rulebook(SHIPPED).checkin(date(2026, 1, 1))
    assert (door.open_before, door.on_time, door.late_until, door.auto_confirm_hours) == (30, 10, 30, 24)
    assert (door.tries_a_day, door.code_hours, door.pending_scan_minutes, door.step_seconds) == (
        5,
        24,
        10,
        15,
    )


def test_a_later_edition_holds_from_its_day_and_leaves_past_years_alone(folder: Path) -> None:
    path = folder / "hours.toml"
    text = path.read_text("utf-8")
    body = text[text.index("\n[[edition]]") :]
    later = body.replace('"2026版"', '"2027版"').replace("2019-01-01", "2027-01-01").replace('"32"', '"40"')
    path.write_text(later + "\n" + body, "utf-8")
    book = Rulebook(folder)
    assert [book.hours(day).member for day in (date(2026, 12, 31), date(2027, 1, 1))] == [32, 40]
    assert [book.hours_of_year(year).edition for year in (1990, 2026, 2027)] == ["2026版", "2026版", "2027版"]
    assert [rules.edition for rules in book.hour_editions()] == ["2026版", "2027版"]


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("hours.toml", "minutes_per_hour = 60", "minutes_per_hour = 40", "45, 50 or 60"),
        ("hours.toml", 'member = "32"', 'member = "viel"', "hours.toml"),
        ("hours.toml", 'member = "32"', 'member = "-1"', "0 or more"),
        ("hours.toml", 'member = "32"', 'member = "NaN"', "0 or more"),
        ("hours.toml", 'step = "0.5"', 'step = "0"', "credit.step"),
        ("hours.toml", 'half_day = "4"', 'half_day = "4.2"', "half_day"),
        ("hours.toml", '\nday = "8"', '\nday = "25"', "half_day"),
        ("hours.toml", 'partial_share = "0.5"', 'partial_share = "1.5"', "at most 1"),
        ("hours.toml", 'SELF = "0"', "", "SELF is missing"),
        ("hours.toml", 'THEME_DAY = "COLLECTIVE"', 'THEME_DAY = "FUN"', "FUN"),
        ("hours.toml", "effective_from = 2019-01-01", 'effective_from = "2019"', "without quotes"),
        ("hours.toml", "[[edition]]", "[[edition", "hours.toml"),
        ("checkin.toml", "on_time = 10", "on_time = -1", "0 or more"),
        ("checkin.toml", "on_time = 10", "on_time = 31", "late_until"),
        ("checkin.toml", "step_seconds = 15", "step_seconds = 0", "step_seconds"),
        ("checkin.toml", "tries_a_day = 5", "", "tries_a_day"),
        ("checkin.toml", "tries_a_day = 5", "tries_a_day = 5\nlogin = 1", "login"),
        ("checkin.toml", "tries_a_day = 5", 'tries_a_day = "viele"', "checkin.toml"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_file_and_place(
    folder: Path, name: str, old: str, new: str, words: str
) -> None:
    change(folder / name, old, new)
    with pytest.raises(RulesFault, match=words) as fault:
        Rulebook(folder)
    assert name in str(fault.value)


def test_two_editions_of_one_name_are_refused(folder: Path) -> None:
    path = folder / "hours.toml"
    text = path.read_text("utf-8")
    path.write_text(text + text[text.index("\n[[edition]]") :], "utf-8")
    with pytest.raises(RulesFault, match="same name"):
        Rulebook(folder)


def test_a_missing_file_and_an_empty_one_are_refused(folder: Path) -> None:
    (folder / "checkin.toml").write_text("edition = []", "utf-8")
    with pytest.raises(RulesFault, match="at least one"):
        Rulebook(folder)
    (folder / "checkin.toml").unlink()
    with pytest.raises(RulesFault, match="missing; copy it"):
        Rulebook(folder)


def test_without_rules_nothing_is_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulebook, "_current", None)
    with pytest.raises(RulesFault, match=r"rulebook\.use"):
        rulebook.current()
