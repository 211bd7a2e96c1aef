"""Reading the forms of the yearly plan: what was typed is kept as text until every field is understood."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from werkzeug.datastructures import MultiDict

from models.terms import Area, SessionKind
from services.branch_life import plan
from services.branch_life.plan import Entry, Row
from services.clock import civil_day
from services.errors import ServiceError
from services.study import suggesting
from services.study.session_plan import KINDS

#: So many lines are entered at once, and at the most.
LINES, MOST_LINES = 3, 12
_NUMBER = re.compile(r"^\d{1,4}$", re.ASCII)
_LONGEST = 200
#: Where a refusal of the service stands.
_FIELD_OF = {"month": "month", "kind": "kind", "text": "title", "areas": "areas", "minutes": "minutes"}


@dataclass(frozen=True)
class Line:
    """The fields of one line as text."""

    month: str
    kind: str = SessionKind.THEME_DAY.value
    title: str = ""
    areas: tuple[str, ...] = ()
    minutes: str = "90"

    @property
    def empty(self) -> bool:
        """Whether nobody has written anything into it: month, kind and length are suggested."""
        return not self.title and not self.areas


def fresh(now: datetime, count: int = LINES) -> list[Line]:
    """Return empty lines for this month."""
    return [Line(str(civil_day(now).month))] * count


def read_lines(form: MultiDict[str, str]) -> list[Line]:
    """Take the known fields of a form and no others."""
    count = form.get("count", "")
    number = int(count) if _NUMBER.match(count) else LINES
    return [read_line(form, f"-{at}") for at in range(min(max(number, 1), MOST_LINES))]


def read_line(form: MultiDict[str, str], suffix: str = "") -> Line:
    """Take one line's fields; their names end with the line's number where there are several."""
    texts = {
        name: form.get(name + suffix, "").strip()[:_LONGEST] for name in ("month", "kind", "title", "minutes")
    }
    return Line(areas=tuple(form.getlist("areas" + suffix)[: len(Area)]), **texts)


def entry_of(line: Line, year: int, now: datetime) -> tuple[Entry | None, dict[str, str]]:
    """Return a line that can be stored, or None with one sentence at each field that cannot."""
    faults: dict[str, str] = {}
    if not _NUMBER.match(line.month):
        faults["month"] = "请选月份。"
    if line.kind not in KINDS:
        faults["kind"] = "请选一种学习形式。"
    if not _NUMBER.match(line.minutes):
        faults["minutes"] = "请填分钟数，例如 90。"
    if not line.areas or any(area not in set(Area) for area in line.areas):
        faults["areas"] = "请至少选一项学习内容。"
    if not line.title:
        faults["title"] = "请填写标题。"
    if faults:
        return None, faults
    entry = Entry(
        int(line.month),
        SessionKind(line.kind),
        line.title,
        tuple(Area(area) for area in line.areas),
        int(line.minutes),
    )
    try:
        return plan.checked(entry, year, now), {}
    except ServiceError as error:
        return None, {_FIELD_OF.get(error.code, "form"): error.message + error.hint}


def line_of(entry: Entry) -> Line:
    """Return a stored line as text, to be changed."""
    return Line(str(entry.month), entry.kind.value, entry.title, tuple(entry.areas), str(entry.minutes))


@dataclass(frozen=True)
class When:
    """The fields that make a line into a session, as text."""

    day: str
    time: str
    place: str = ""
    group: str = ""


def suggested(row: Row, now: datetime) -> When:
    """Suggest the usual place and time of this kind, on a day of the line's month that is still to come."""
    usual = suggesting.usual_in(row.organization, row.entry.kind, row.year, row.entry.month, now)
    return When(day=usual.day.isoformat(), time=f"{usual.time:%H:%M}", place=usual.place)
