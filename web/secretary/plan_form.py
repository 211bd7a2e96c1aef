"""Reading the form of a new session: what was typed is kept as text until every field is understood."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from decimal import Decimal

from werkzeug.datastructures import MultiDict

from models.terms import Area, SessionKind
from services.clock import ZONE
from services.errors import ServiceError
from services.study.session_plan import KINDS, SessionPlan, Span
from services.study.suggesting import Suggestion

_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$", re.ASCII)
_TIME = re.compile(r"^\d{2}:\d{2}(:\d{2})?$", re.ASCII)
_MINUTES = re.compile(r"^\d{1,4}$", re.ASCII)
_CREDIT = re.compile(r"^\d{1,2}(\.\d{1,2})?$", re.ASCII)
#: No field of the form is longer than this; the services say how long each may be.
LONGEST = 500
#: The field that a refusal of the services belongs to.
_FIELD_OF = {
    "minutes": "minutes",
    "start": "day",
    "areas": "areas",
    "credit": "credit",
    "credit_reason": "credit_reason",
    "span": "span",
    "repeat": "repeat",
    "due_scope": "organization",
}
_TEXTS = (
    "organization", "kind", "title", "day", "time", "minutes", "place", "credit", "credit_reason",
    "repeat", "draft", "span",
)  # fmt: skip
_COUNT = re.compile(r"^\d{1,2}$", re.ASCII)


@dataclass(frozen=True)
class Typed:
    """The fields as text."""

    organization: str = ""
    kind: str = ""
    title: str = ""
    day: str = ""
    time: str = ""
    minutes: str = ""
    place: str = ""
    areas: tuple[str, ...] = ()
    credit: str = ""
    credit_reason: str = ""
    repeat: str = ""
    draft: str = ""
    span: str = ""

    @classmethod
    def of(cls, form: MultiDict[str, str]) -> Typed:
        """Take the known fields of a form and no others."""
        texts = {name: form.get(name, "").strip()[:LONGEST] for name in _TEXTS}
        return cls(areas=tuple(form.getlist("areas")[: len(Area)]), **texts)


def suggested(found: Suggestion) -> Typed:
    """Return a suggestion as the form shows it."""
    return Typed(
        organization=found.organization,
        kind=found.kind.value,
        title=found.title,
        day=found.day.isoformat(),
        time=f"{found.time:%H:%M}",
        minutes=str(found.minutes),
        place=found.place,
        areas=tuple(area.value for area in found.areas),
        credit="" if found.credit is None else f"{found.credit.normalize():f}",
        credit_reason=found.credit_reason,
    )


def refilled(typed: Typed, was: Typed, fresh: Typed) -> Typed:
    """Return the form for another kind: what nobody has touched becomes what is usual for it."""
    untouched = {
        field.name: getattr(fresh, field.name)
        for field in fields(Typed)
        if getattr(typed, field.name) == getattr(was, field.name)
    }
    return replace(typed, **(untouched | {"kind": fresh.kind, "organization": fresh.organization}))


def count_of(typed: Typed) -> int:
    """Return how many sessions are wanted, one without a wish; 0 for what is no number."""
    if not typed.repeat:
        return 1
    return int(typed.repeat) if _COUNT.match(typed.repeat) else 0


def read(typed: Typed) -> tuple[SessionPlan | None, dict[str, str]]:
    """Return the plan, or None with one sentence per field that was not understood."""
    faults: dict[str, str] = {}
    starts_at = start(typed.day, typed.time, faults)
    if not _MINUTES.match(typed.minutes):
        faults["minutes"] = "请填分钟数，例如 90。"
    if typed.kind not in KINDS:
        faults["kind"] = "请选一种学习形式。"
    if not typed.areas or any(area not in set(Area) for area in typed.areas):
        faults["areas"] = "请至少选一项学习内容。"
    if typed.credit and not _CREDIT.match(typed.credit):
        faults["credit"] = "请填学时数，例如 1 或 1.5；不改就留空。"
    if typed.span and typed.span not in set(Span):
        faults["span"] = "请选按时长、按半天还是按一天计。"
    if not typed.title:
        faults["title"] = "请填写标题。"
    if faults or starts_at is None:
        return None, faults
    return _plan(typed, starts_at), {}


def fault_of(error: ServiceError) -> dict[str, str]:
    """Return the refusal at the field it belongs to."""
    name = _FIELD_OF.get(error.code, "form")
    if error.code == "text":
        starts = {"地点": "place", "还没有填地点": "place", "学时说明": "credit_reason"}
        name = next((field for words, field in starts.items() if error.message.startswith(words)), "title")
    return {name: error.message + error.hint}


def start_of(typed_day: str, typed_time: str) -> tuple[datetime | None, dict[str, str]]:
    """Return the moment at which a session starts, or None with a sentence per field."""
    faults: dict[str, str] = {}
    return start(typed_day, typed_time, faults), faults


def start(typed_day: str, typed_time: str, faults: dict[str, str]) -> datetime | None:
    """Return the start, or None with a sentence in `faults` for each field that was not understood."""
    day: date | None = None
    at: time | None = None
    try:
        day = date.fromisoformat(typed_day) if _DAY.match(typed_day) else None
        at = time.fromisoformat(typed_time) if _TIME.match(typed_time) else None
    except ValueError:
        # 31 February or 25:00: said below, beside the field.
        pass
    if day is None:
        faults["day"] = "请选日期，例如 2026-03-05。"
    if at is None:
        faults["time"] = "请选时间，例如 14:00。"
    return datetime.combine(day, at, tzinfo=ZONE) if day and at else None


def _plan(typed: Typed, starts_at: datetime) -> SessionPlan:
    return SessionPlan(
        organization=typed.organization,
        kind=SessionKind(typed.kind),
        title=typed.title,
        starts_at=starts_at,
        minutes=int(typed.minutes),
        areas=tuple(Area(area) for area in typed.areas),
        credit=Decimal(typed.credit) if typed.credit else None,
        credit_reason=typed.credit_reason[:100] or None,
        place=typed.place or None,
        span=Span(typed.span) if typed.span else None,
    )
