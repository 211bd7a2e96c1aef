"""The privacy notice: plain, complete, and true to the numbers by which the service forgets."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from models.terms import FeedbackKind
from services import retention
from services.rulebook import Rulebook, RulesFault

SHIPPED = Path(__file__).resolve().parents[2] / "rules"
DAY = date(2026, 11, 21)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path / "rules")
    return tmp_path / "rules"


def test_the_notice_answers_what_the_law_asks_for() -> None:
    """What, why, who sees it, how long, how to get a copy, how to delete, whom to ask."""
    notice = Rulebook(SHIPPED).notice(DAY)
    assert {part.name for part in notice.parts} == {
        "what", "never", "why", "who", "long", "copy", "delete", "ask",
    }  # fmt: skip
    assert len(notice.brief) <= 3
    assert notice.source


def test_the_notice_names_every_span_of_time_that_the_sweep_works_by() -> None:
    rules = Rulebook(SHIPPED)
    part = rules.notice(DAY).part("long")
    assert part is not None
    told = "".join(part.lines)
    for count in (
        retention.MESSAGE_DAYS, retention.LOGIN_DAYS, retention.TRACE_DAYS, retention.CODE_DAYS,
        retention.REBIND_DAYS, retention.UNBOUND_DAYS, retention.REBIND_FORGOTTEN_DAYS,
        rules.shuxue(DAY).voice_days, retention.REMINDER_WORDS_DAYS, retention.REMINDER_DAYS,
    ):  # fmt: skip
        assert f"{count} 天" in told


def test_the_notice_is_not_officialese() -> None:
    notice = Rulebook(SHIPPED).notice(DAY)
    lines = [line for part in notice.parts for line in part.lines] + list(notice.brief)
    for word in ("处理者", "依法依规", "敏感个人信息", "本协议", "授权", "！", "!"):
        assert not [line for line in lines if word in line], word
    assert max(map(len, lines)) <= 80
    assert FeedbackKind.FEEDBACK.label in "".join(lines)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{login_days}", "{years}", "years"),
        ('name = "2026版"', 'name = "一个长得绑定记录里怎么也放不下的版本名字的名字"', "at most 20"),
        ('name = "who"', 'nom = "who"', "name is missing"),
    ],
)
def test_a_notice_that_cannot_be_shown_is_refused_by_name(
    folder: Path, old: str, new: str, said: str
) -> None:
    path = folder / "notice.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(RulesFault, match=r"notice\.toml") as caught:
        Rulebook(folder)
    assert said in str(caught.value)


def test_a_newer_edition_holds_from_its_day(folder: Path) -> None:
    path = folder / "notice.toml"
    text = path.read_text("utf-8")
    body = text[text.index("[[edition]]") :]
    later = body.replace('"2026版"', '"2027版"', 1).replace("2019-01-01", "2027-01-01")
    path.write_text(text + "\n" + later, "utf-8")
    rules = Rulebook(folder)
    assert [rules.notice(day).edition for day in (DAY, date(2027, 1, 1))] == ["2026版", "2027版"]
