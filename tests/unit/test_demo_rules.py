"""The demo's copy of the rules: as an operator fills them in, and accepted by the service's own loader."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from demo import rules
from models.terms import Topic
from services import rulebook
from services.clock import ZONE
from services.reminders.moment import at
from services.rulebook import Rulebook
from simulator.fields import RULES

SHIPPED = Path(__file__).resolve().parents[2] / "rules"
DAY = date(2026, 11, 21)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return rules.write_copy(SHIPPED, tmp_path / "rules", DAY)


def test_every_topic_has_a_template_whose_keywords_are_those_of_the_rules(copy: Path) -> None:
    known = {each["template_id"]: each for each in rules.templates(copy)}
    topics = Rulebook(copy).reminders(DAY).topics
    for topic in Topic:
        labels = rules.TITLES[topic][1]
        fields = known[topics[topic].template]["fields"]
        assert fields == dict(zip(topics[topic].fields, labels, strict=True))
        assert all(key.rstrip("0123456789") in RULES for key in fields)
    assert known[topics[Topic.HOURS_GAP].subscribe]["kind"] == "subscribe"
    assert len(known) == len(Topic) + sum(bool(each.subscribe) for each in topics.values())


@pytest.mark.parametrize("moment", ["2026-11-21T23:40", "2026-11-22T00:00", "2027-02-17T07:59"])
def test_a_newcomer_may_try_at_any_hour_of_any_day(copy: Path, moment: str) -> None:
    rulebook.use(Rulebook(copy))
    now = at(datetime.fromisoformat(moment).replace(tzinfo=ZONE))
    assert not now.silent
    assert now.sendable == now.now
    assert now.until(Topic.SESSION_TOMORROW, now.today) > now.now


@pytest.mark.parametrize(
    ("today", "kept"),
    [
        (date(2026, 11, 21), ((3, 31), (6, 30), (9, 30))),
        (date(2026, 11, 14), ((3, 31), (6, 30))),
        (date(2027, 1, 8), ((3, 31), (6, 30), (9, 30), (11, 15))),
        (date(2027, 3, 30), ((6, 30), (9, 30), (11, 15))),
    ],
)
def test_a_checkpoint_around_today_does_not_speak_before_the_newcomer(
    tmp_path: Path, today: date, kept: tuple[tuple[int, int], ...]
) -> None:
    copy = rules.write_copy(SHIPPED, tmp_path / "rules", today)
    assert Rulebook(copy).reminders(today).checkpoints == kept


def test_what_somebody_has_filled_in_already_is_kept(tmp_path: Path, copy: Path) -> None:
    path = copy / "reminders.toml"
    own = path.read_text("utf-8").replace('"demo-care"', '"their-own"')
    path.write_text(own, "utf-8")
    again = rules.write_copy(copy, tmp_path / "again", DAY)
    assert Rulebook(again).reminders(DAY).topics[Topic.CARE].template == "their-own"
    assert "their-own" in {each["template_id"] for each in rules.templates(again)}
