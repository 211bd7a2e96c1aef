"""Identifiers in the words of people, for the copy that is read and printed."""

from __future__ import annotations

from models.terms import PointSource, View
from services import acts, rulebook

_KINDS = {
    "member": "党员", "operator": "管理员", "system": "系统", "bind": "绑定编码", "digits": "六位数字",
    "shuxue": "述学", "hour_entry": "学时的一笔", "hours": "学时", "point_entry": "积分的一笔",
    "points": "积分",
}  # fmt: skip
_VIEWS = {str(view): view.label for view in View}
#: Lines that no item of the rules gives.
_SOURCES = {str(source).lower(): source.label for source in PointSource}


def view(name: str) -> str:
    """Return the Chinese of one of the five views, the name itself for any other word."""
    return _VIEWS.get(name, name)


def item(key: str) -> str:
    """Return the label of a point item by any edition that knows it, the newest first."""
    years = rulebook.current().point_years
    rules = next((each for each in reversed(years.editions) if key in each.items), None)
    return rules.items[key].label if rules else _SOURCES.get(key, key)


def kind(name: str) -> str:
    """Return the word for a stored kind that belongs to no closed list."""
    return _KINDS.get(name, name)


#: column → how its identifiers are read.
READ = {
    "view": view,
    "item": item,
    "action": acts.words,
    "actor_kind": kind,
    "subject_kind": kind,
    "topic": kind,
}
