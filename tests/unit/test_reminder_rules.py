"""rules/reminders.toml: every topic has its entry, and what cannot be used is refused by name (R90, F13)."""

from __future__ import annotations

import re
import shutil
from datetime import date, time
from pathlib import Path

import pytest

from models.terms import Topic
from services.policy import fields
from services.reminders import words
from services.rulebook import Rulebook, RulesFault
from services.rulebook.reminders import HOLES, Recipient, Strategy

SHIPPED = Path(__file__).resolve().parent.parent.parent / "rules"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path / "rules")
    return tmp_path / "rules" / "reminders.toml"


def test_the_shipped_rules_keep_to_the_limits_of_F13() -> None:
    rules = Rulebook(SHIPPED).reminders(date(2026, 1, 1))
    assert (rules.quiet_from, rules.quiet_until, rules.workdays_only) == (time(20), time(8), True)
    assert (rules.a_month, rules.strategy) == (1, Strategy.PLAN)
    assert rules.checkpoints == ((3, 31), (6, 30), (9, 30), (11, 15))
    assert (rules.secretary_months, rules.member_months, rules.care_months) == (6, 12, (3, 5))
    assert set(rules.topics) == set(Topic)
    to_secretary = {topic for topic, each in rules.topics.items() if each.to is Recipient.SECRETARY}
    assert to_secretary == {Topic.BRANCH_SHORT, Topic.CONTACT_DUE, Topic.CARE}


def test_the_same_time_twice_is_taken_for_no_quiet_hours(path: Path) -> None:
    text = path.read_text("utf-8")
    path.write_text(re.sub(r'^quiet_(from|until) = ".*"', r'quiet_\1 = "00:00"', text, flags=re.M), "utf-8")
    rules = Rulebook(path.parent).reminders(date(2026, 1, 1))
    assert rules.quiet_from == rules.quiet_until == time(0)


@pytest.mark.parametrize("topic", Topic)
def test_the_shipped_words_are_short_kind_and_name_nobody_else(topic: Topic) -> None:
    rules = Rulebook(SHIPPED).reminders(date(2026, 1, 1)).topics[topic]
    said = words.page_words(rules, dict.fromkeys(HOLES[topic] | {"name", "branch"}, "10"))
    assert len(said) <= 110
    for wrong in ("！", "!", "必须", "落后", "排名", "通报", "逾期", "责令", "你"):
        assert wrong not in said
    assert rules.way.startswith(("/m/", "/s"))
    assert rules.fields
    assert all(fields.kind_of(key) for key in rules.fields)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('quiet_until = "08:00"', 'quiet_until = "8 Uhr"', "limits.quiet_until"),
        ('quiet_until = "08:00"', 'quiet_until = "21:00"', "limits.quiet_until"),
        ("a_month = 1 ", "a_month = 3 ", "limits.a_month: write a whole number from 1 to 2"),
        ("workdays_only = true", "workdays_only = 1", "limits.workdays_only"),
        ('strategy = "plan"', 'strategy = "guess"', "guess"),
        ('"03-31"', '"02-30"', "reminders.toml"),
        ('"06-30"', '"12-30"', "hours.checkpoints"),
        ("days_off = []", 'days_off = ["2027-02-11"]', "calendar.days_off"),
        ("{gap}。{next}", "{gap}。{rank}", "{rank} cannot be filled in"),
        ("{gap}。{next}", "{gap:>9}。{next}", "cannot be filled in"),
        ("取消了，不用来。", "取消了！", "exclamation"),
        ("date3 = ", "colour3 = ", "no keyword"),
        ('way = "/m/claims"', 'way = "https://example.org"', "way"),
        ("lead = [10]", "lead = []", "topic.MAKE_UP.lead"),
        ("[edition.topic.CARE]", "[edition.topic.LOVE]", "CARE is missing"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_write(
    path: Path, old: str, new: str, complaint: str
) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(RulesFault) as caught:
        Rulebook(path.parent)
    assert complaint in str(caught.value)
