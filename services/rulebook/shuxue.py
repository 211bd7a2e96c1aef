"""rules/shuxue.toml and rules/shuxue/: the rounds, the limits, and the forms that chat and pages draw."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from models.terms import CycleType, MemberCategory, View
from services.rulebook.loading import RulesFault, load

#: No text of a view is ever longer (RELIABILITY part 3), and no sound is kept longer (F07).
TEXT_WALL, VOICE_WALL = 3000, 30
#: What the words of a form may stand for, filled in for each round and member.
PLACES = frozenset({"period", "sessions", "hours", "titles", "claims"})
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_QUARTERS = (1, 2, 3, 4)
_FORM_KEYS = frozenset({"name", "effective_from", "source", "title", "views"})
_VIEW_KEYS = frozenset({"label", "prompt", "hint", "max_chars", "opening"})


@dataclass(frozen=True)
class AutoRules:
    """Which rounds open by themselves, how many days before their last day, and on which day that is.

    The days are (month, day): one for each quarter, and one for the year.
    """

    cycles: frozenset[CycleType]
    days: int
    quarter_due: tuple[tuple[int, int], ...]
    annual_due: tuple[int, int]


@dataclass(frozen=True)
class ShuxueRules:
    """One edition of rules/shuxue.toml.

    `text_limit`, `likeness_from` and `likeness_chars` are characters, `likeness_share` is a share between
    0 and 1, `likeness_compared` a number of reports, `voice_days` days.
    """

    edition: str
    source: str
    effective_from: date
    cycles: frozenset[CycleType]
    auto: AutoRules
    form: str
    text_limit: int
    shingle: int
    likeness_share: Decimal
    likeness_from: int
    likeness_compared: int
    likeness_chars: int
    voice_days: int
    oral_first: frozenset[MemberCategory]
    oral_not_required: bool


@dataclass(frozen=True)
class FormView:
    """What is asked for one view; `opening` is a first sentence to go on from, empty when there is none."""

    view: View
    label: str
    prompt: str
    hint: str
    max_chars: int
    opening: str = ""


@dataclass(frozen=True)
class ShuxueForm:
    """One edition of a form: exactly the five views, in their order (R41)."""

    name: str
    edition: str
    source: str
    effective_from: date
    title: str
    views: tuple[FormView, ...]

    def view(self, view: View) -> FormView:
        """Return what is asked for one view."""
        return next(each for each in self.views if each.view is view)


def build(raw: dict[str, Any]) -> ShuxueRules:
    """Build one edition from its table; raises KeyError, ValueError or TypeError with what to write."""
    for block in raw.values():
        _refuse_least(block)
    text, like, oral = raw["text"], raw["likeness"], raw["oral"]
    cycles = frozenset(kind for kind in CycleType if _yes(raw["cycles"][kind], f"cycles.{kind}"))
    rules = ShuxueRules(
        edition=raw["name"],
        source=raw["source"],
        effective_from=raw["effective_from"],
        cycles=cycles,
        auto=_auto(raw.get("auto", {}), cycles),
        form=text["form"],
        text_limit=_whole(text["limit"], 1, TEXT_WALL, "text.limit"),
        shingle=_whole(like["shingle"], 2, 50, "likeness.shingle"),
        likeness_share=Decimal(like["share"]),
        likeness_from=_whole(like["from_chars"], 1, TEXT_WALL, "likeness.from_chars"),
        likeness_compared=_whole(like["compared"], 0, 1000, "likeness.compared"),
        likeness_chars=_whole(like["compared_chars"], 0, 1_000_000, "likeness.compared_chars"),
        voice_days=_whole(raw["voice"]["days"], 1, VOICE_WALL, "voice.days"),
        oral_first=frozenset(MemberCategory(each) for each in oral["first"]),
        oral_not_required=_yes(oral["not_required_first"], "oral.not_required_first"),
    )
    if not 0 < rules.likeness_share <= 1:
        raise ValueError('likeness.share: write a share above 0 and up to 1, such as "0.5"')
    return rules


def _auto(raw: dict[str, Any], cycles: frozenset[CycleType]) -> AutoRules:
    """Build the switches of the rounds that open by themselves; without the table all are off."""
    kinds = (CycleType.QUARTER, CycleType.ANNUAL)
    _refuse_unknown(raw, frozenset({*kinds, "days", "quarter_due", "annual_due"}), "auto.")
    on = frozenset(kind for kind in kinds if _yes(raw.get(kind, False), f"auto.{kind}"))
    for kind in on - cycles:
        raise ValueError(f"auto.{kind}: write cycles.{kind} = true as well, or this one false")
    quarters = raw.get("quarter_due", ["03-20", "06-20", "09-20", "12-20"])
    if not isinstance(quarters, list) or len(quarters) != len(_QUARTERS):
        raise ValueError('auto.quarter_due: write one day for each quarter, such as "03-20"')
    return AutoRules(
        cycles=on,
        days=_whole(raw.get("days", 20), 1, 90, "auto.days"),
        quarter_due=tuple(_month_day(each, "auto.quarter_due") for each in quarters),
        annual_due=_month_day(raw.get("annual_due", "12-20"), "auto.annual_due"),
    )


def _month_day(value: Any, place: str) -> tuple[int, int]:
    if not isinstance(value, str) or not _MONTH_DAY.fullmatch(value):
        raise ValueError(f'{place}: write a day such as "12-20"')
    month, day = int(value[:2]), int(value[3:])
    # A year that is no leap year: a last day must exist in each.
    date(2025, month, day)
    return month, day


def load_forms(folder: Path, wanted: set[str]) -> dict[str, list[ShuxueForm]]:
    """Read every form of a folder by its name, the editions of each oldest first.

    Raises:
        RulesFault: when one of the `wanted` forms is missing, or any form cannot be used.
    """
    paths = sorted(folder.glob("*.toml"))
    for name in sorted(wanted - {path.stem for path in paths}):
        raise RulesFault(f"{folder / name}.toml: missing, though shuxue.toml names it; copy the shipped ones")
    for path in paths:
        if len(path.stem) > 32:
            raise RulesFault(f"{path}: a form's name has at most 32 characters")
    return {path.stem: load(path, lambda raw, name=path.stem: _form(name, raw)) for path in paths}


def _form(name: str, raw: dict[str, Any]) -> ShuxueForm:
    _refuse_least(raw)
    _refuse_unknown(raw, _FORM_KEYS, "")
    views = raw["views"]
    if set(views) != {str(view) for view in View}:
        raise ValueError(f"views: write exactly these five: {', '.join(View)} (R41)")
    edition = _words(raw["name"], 20, "name")
    source, title = _words(raw["source"], 200, "source"), _words(raw["title"], 20, "title")
    return ShuxueForm(
        name, edition, source, raw["effective_from"], title, tuple(_view(view, views[view]) for view in View)
    )


def _view(view: View, raw: dict[str, Any]) -> FormView:
    place = f"views.{view}"
    _refuse_least(raw)
    _refuse_unknown(raw, _VIEW_KEYS, f"{place}.")
    opening = raw.get("opening", "")
    return FormView(
        view=view,
        label=_words(raw["label"], 20, f"{place}.label"),
        prompt=_template(_words(raw["prompt"], 80, f"{place}.prompt"), {"period"}, f"{place}.prompt"),
        hint=_template(_words(raw["hint"], 120, f"{place}.hint"), {"period"}, f"{place}.hint"),
        max_chars=_whole(raw.get("max_chars", 500), 1, TEXT_WALL, f"{place}.max_chars"),
        opening=_template(_words(opening, 200, f"{place}.opening"), PLACES, f"{place}.opening")
        if opening
        else "",
    )


def _refuse_least(table: Any) -> None:
    """Refuse a least length: members owe no number of words (F14)."""
    for key in table if isinstance(table, dict) else ():
        if key.startswith("min"):
            raise ValueError(f"{key}: no least length may be asked of members (F14); write max_chars alone")


def _refuse_unknown(table: dict[str, Any], known: frozenset[str], place: str) -> None:
    for key in table:
        if key not in known:
            raise ValueError(f"{place}{key}: no such key; write {', '.join(sorted(known))}")


def _template(words: str, allowed: set[str] | frozenset[str], place: str) -> str:
    for _, field, spec, conversion in string.Formatter().parse(words):
        if field is not None and (field not in allowed or spec or conversion):
            raise ValueError(
                f"{place}: {{{field}}} means nothing here; write {{{'}, {'.join(sorted(allowed))}}}"
            )
    return words


def _words(value: Any, longest: int, place: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > longest or "\n" in value:
        raise ValueError(f"{place}: write one line of 1 to {longest} characters")
    return value


def _whole(value: Any, least: int, most: int, place: str) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{place}: write a whole number from {least} to {most}")
    return value


def _yes(value: Any, place: str) -> bool:
    if type(value) is not bool:
        raise ValueError(f"{place}: write true or false")
    return value
