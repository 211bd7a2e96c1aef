"""rules/points.toml: what is shipped, what is refused by name (F08, R69), when a year begins (R61)."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from models.terms import MemberCategory, SessionKind
from services.rulebook import RulesFault, point_years
from services.rulebook.points import ItemKind

SHIPPED = Path(__file__).resolve().parents[2] / "rules" / "points.toml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(SHIPPED, tmp_path / "points.toml"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_shipped_rules_are_the_defaults_of_the_field() -> None:
    rules = point_years.read(SHIPPED).of_year(2026)
    assert (rules.base, rules.ceiling, rules.year_starts_month, rules.close_day) == (6000, 10000, 1, 10)
    assert rules.scope == {MemberCategory.IN_SERVICE, MemberCategory.RURAL_NO_POST}
    assert (rules.mobile, rules.not_required, rules.veto) == (False, False, False)
    assert rules.of_kind(ItemKind.DEDUCT) == ()
    assert "可按单位调整" in rules.source
    assert "不折算" in rules.outside_why


def test_everything_that_can_be_earned_together_reaches_the_ceiling_and_no_further() -> None:
    rules = point_years.read(SHIPPED).of_year(2026)
    caps = [each.cap for each in rules.categories.values() if each.cap is not None]
    assert rules.base + sum(caps) == rules.ceiling


def test_a_score_has_a_word_and_below_the_lowest_band_none() -> None:
    rules = point_years.read(SHIPPED).of_year(2026)
    words = [rules.band(score) for score in (10000, 9000, 8999, 8600, 8000, 7999, 6000, 5999, 0)]
    assert words == ["突出", "突出", "良好", "良好", "良好", "平稳", "平稳", None, None]


def test_the_kind_of_a_session_finds_its_one_item() -> None:
    rules = point_years.read(SHIPPED).of_year(2026)
    found = {kind: rules.of_session(kind) for kind in SessionKind}
    assert found[SessionKind.THEME_DAY].key == "theme_day"  # type: ignore[union-attr]
    assert found[SessionKind.HOME_VISIT].key == found[SessionKind.PARTY_LECTURE].key  # type: ignore[union-attr]
    # Sitting on the committee is a duty that others cannot have.
    assert found[SessionKind.COMMITTEE_MEETING] is None


@pytest.mark.parametrize(
    "name",
    [
        "login", "daily_login", "online_minutes", "likes", "shares", "notes_count", "photo_count", "forwards",
        "comments", "video_progress", "check_in_streak",
    ],
)  # fmt: skip
def test_an_item_that_counts_online_behaviour_is_refused_by_its_key(path: Path, name: str) -> None:
    change(path, 'key = "service"', f'key = "{name}"')
    with pytest.raises(RulesFault, match="F08"):
        point_years.read(path)


@pytest.mark.parametrize(
    "label",
    ["点赞", "每日登录", "转 发文章", "在线时长", "写心得", "学习笔记", "上传照片", "评 论", "连续签到",
     "ＬＩＫＥＳ", "Log-in", "关注率"],
)  # fmt: skip
def test_an_item_that_counts_online_behaviour_is_refused_by_its_label(path: Path, label: str) -> None:
    change(path, 'label = "志愿服务"', f'label = "{label}"')
    with pytest.raises(RulesFault, match="F08"):
        point_years.read(path)


def test_a_category_or_a_stray_key_cannot_bring_it_in_either(path: Path) -> None:
    change(path, 'label = "发挥作用"', 'label = "转发"')
    with pytest.raises(RulesFault, match="F08"):
        point_years.read(path)
    shutil.copy(SHIPPED, path)
    change(path, 'base = "60"', 'base = "60"\nlogin = "1"')
    with pytest.raises(RulesFault, match="F08"):
        point_years.read(path)


def test_points_of_outside_platforms_are_not_converted_and_the_switch_says_why(path: Path) -> None:
    change(path, "convert = false", "convert = true")
    with pytest.raises(RulesFault, match="减负"):
        point_years.read(path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('base = "60"', "base = 60", "in quotes"),
        ('base = "60"', 'base = "NaN"', "score.base"),
        ('base = "60"', 'base = "60.001"', "two decimals"),
        ('ceiling = "100"', 'ceiling = "101"', "score.ceiling"),
        ('ceiling = "100"', 'ceiling = "50"', "score.ceiling"),
        ("year_starts_month = 1", "year_starts_month = 13", "1 to 12"),
        ("close_day = 10", "close_day = 0", "claim.close_day"),
        ("enabled = false", 'enabled = "no"', "veto.enabled"),
        ('partial_ratio = "0.5"', 'partial_ratio = "2"', "0 to 1"),
        ('categories = ["IN_SERVICE", "RURAL_NO_POST"]', 'categories = ["EVERYBODY"]', "EVERYBODY"),
        ('key = "service"', 'key = "Service"', "small letters"),
        ('key = "service"', 'key = "meeting"', "taken"),
        ('key = "service"', 'key = "base"', "taken"),
        ('category = "contribution"', 'category = "fun"', "not in the file"),
        ('kind = "CLAIM"', 'kind = "GIFT"', "GIFT"),
        ('sessions = ["THEME_DAY"]', 'sessions = ["GENERAL_MEETING"]', "already"),
        ('sessions = ["THEME_DAY"]', "sessions = []", "at least one"),
        ('sessions = ["THEME_DAY"]', 'sessions = "THEME_DAY"', "a list"),
        ('sessions = ["THEME_DAY"]', 'sessions = ["THEME_DAY"]\nhint = "x"', "hint is not known"),
        ('hint = "例如：在小组会上讲了一堂微党课"', "", "hint is missing"),
        ('from = "90"', 'from = "70"', "highest first"),
        ("[edition.veto]", "[edition.gift]\nshop = 1\n[edition.veto]", "gift: not known"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_the_file_and_what_to_write(
    path: Path, old: str, new: str, words: str
) -> None:
    change(path, old, new)
    with pytest.raises(RulesFault, match=words) as fault:
        point_years.read(path)
    assert "points.toml" in str(fault.value)


def test_a_points_year_may_begin_in_another_month(path: Path) -> None:
    change(path, "year_starts_month = 1", "year_starts_month = 12")
    years = point_years.read(path)
    assert years.year_of(date(2026, 11, 30)) == 2025
    assert [years.quarter_of(date(2026, month, 1)) for month in (12, 2, 3, 11)] == [1, 1, 2, 4]
    assert years.bounds(2026) == (date(2026, 12, 1), date(2027, 11, 30))
    ends = [years.last_day(2026, quarter).isoformat() for quarter in (1, 2, 3, 4, 0)]
    assert ends == ["2027-02-28", "2027-05-31", "2027-08-31", "2027-11-30", "2027-11-30"]
    assert years.first == 2025


def test_an_edition_holds_for_the_whole_year_in_which_it_begins(path: Path) -> None:
    text = path.read_text("utf-8")
    later = (
        text[text.index("[[edition]]") :].replace('"2026版"', '"2027版"').replace("2026-01-01", "2027-07-01")
    )
    path.write_text(text + "\n" + later.replace('base = "60"', 'base = "50"'), "utf-8")
    years = point_years.read(path)
    assert [years.of_year(year).base for year in (2020, 2026, 2027)] == [6000, 6000, 5000]
    assert years.named("2027版") is years.of_year(2028)
    assert years.named("2028版") is None


def test_editions_that_begin_their_years_in_different_months_are_refused(path: Path) -> None:
    text = path.read_text("utf-8")
    later = (
        text[text.index("[[edition]]") :].replace('"2026版"', '"2027版"').replace("2026-01-01", "2027-01-01")
    )
    path.write_text(text + "\n" + later.replace("year_starts_month = 1", "year_starts_month = 4"), "utf-8")
    with pytest.raises(RulesFault, match="same month"):
        point_years.read(path)
