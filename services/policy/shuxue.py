"""What may become of a report, what it lacks, and which days a round is about (DOMAIN part 5, R40–R42)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum

from models.terms import CycleState, CycleType, ReportChannel, ReportState, View


class Act(Enum):
    """What somebody does with a report."""

    WRITE = "write"
    RECORD = "record"
    SUBMIT = "submit"
    RECALL = "recall"
    ACCEPT = "accept"
    GIVE_BACK = "give_back"
    EXPIRE = "expire"


_S = ReportState
#: The states of DOMAIN part 5: what stands here may happen, and nothing else.
TRANSITIONS: Mapping[tuple[Act, ReportState], ReportState] = {
    (Act.WRITE, _S.DRAFT): _S.DRAFT,
    (Act.WRITE, _S.RETURNED): _S.RETURNED,
    # A member who mends what a helper has written down still confirms it by handing it in.
    (Act.WRITE, _S.RECORDED): _S.RECORDED,
    (Act.RECORD, _S.DRAFT): _S.RECORDED,
    (Act.RECORD, _S.RECORDED): _S.RECORDED,
    (Act.RECORD, _S.RETURNED): _S.RECORDED,
    (Act.SUBMIT, _S.DRAFT): _S.SUBMITTED,
    (Act.SUBMIT, _S.RETURNED): _S.SUBMITTED,
    (Act.SUBMIT, _S.RECORDED): _S.SUBMITTED,
    (Act.RECALL, _S.SUBMITTED): _S.DRAFT,
    (Act.ACCEPT, _S.SUBMITTED): _S.ACCEPTED,
    (Act.GIVE_BACK, _S.SUBMITTED): _S.RETURNED,
    (Act.EXPIRE, _S.DRAFT): _S.NOT_FILED,
}
#: Acts that wait for the first day of a round and end with its last, unless the report was in by then.
_WITHIN = frozenset({Act.WRITE, Act.RECORD, Act.SUBMIT, Act.RECALL})
#: What was handed in or told in time may still be mended and confirmed after the last day.
_IN_TIME = frozenset({_S.RETURNED, _S.RECORDED})
_PERIODS = {CycleType.QUARTER: "这个季度", CycleType.ANNUAL: "这一年", CycleType.TOPIC: "这段时间"}
_QUARTERS = "一二三四"


def after(act: Act, state: ReportState) -> ReportState | None:
    """Return the state after an act, None when it may not happen in this one."""
    return TRANSITIONS.get((act, state))


def in_time(act: Act, state: ReportState, cycle: CycleState) -> bool:
    """Whether a round still lets an act happen to a report in this state."""
    if act not in _WITHIN or cycle is CycleState.OPEN:
        return True
    return cycle is CycleState.CLOSED and act is not Act.RECALL and state in _IN_TIME


def seen_state(state: ReportState, cycle: CycleState, required: bool) -> ReportState:
    """Return the state that people see: after the last day a draft was not filed, without any penalty."""
    if state is ReportState.DRAFT and cycle is CycleState.CLOSED:
        return ReportState.NOT_FILED if required else ReportState.NOT_REQUIRED
    return state


def cycle_state(stored: CycleState, opens: date, due: date, today: date) -> CycleState:
    """Return the state of a round on a civil day; its last day belongs to it."""
    if stored is CycleState.CLOSED or today > due:
        return CycleState.CLOSED
    return CycleState.COMING if today < opens else CycleState.OPEN


def missing(texts: Mapping[View, str], channel: ReportChannel) -> tuple[View, ...]:
    """Return the views that a submission lacks (R41): what a helper wrote down needs one, others all."""
    empty = tuple(view for view in View if not texts.get(view, "").strip())
    if channel is ReportChannel.ORAL_PROXY and len(empty) < len(View):
        return ()
    return empty


def count(text: str) -> int:
    """Count the characters of a text as everybody sees them counted: each one, a line break too."""
    return len(text)


def over(text: str, longest: int) -> int:
    """Return by how many characters a text is too long; there is no least length (F14)."""
    return max(count(text) - longest, 0)


def channel_after(stored: ReportChannel | None, given: ReportChannel, complete: bool) -> ReportChannel:
    """Return the way by which a report is made once its member has written in it.

    A voice among the texts stays the way. What a helper wrote down stays so until the member has made all
    five views whole by the own hand; a correction of one word takes no relief away (R41).
    """
    if stored is ReportChannel.VOICE:
        return stored
    if stored is ReportChannel.ORAL_PROXY and not complete:
        return stored
    return given


def period_of(kind: CycleType, year: int, quarter: int, opens: date, due: date) -> tuple[date, date]:
    """Return the first and last civil day that a round is about."""
    if kind is CycleType.TOPIC:
        return opens, due
    first, months = (quarter * 3 - 2, 3) if kind is CycleType.QUARTER else (1, 12)
    end = first + months
    after_end = date(year + (end - 1) // 12, (end - 1) % 12 + 1, 1)
    return date(year, first, 1), date.fromordinal(after_end.toordinal() - 1)


def period_words(kind: CycleType) -> str:
    """Return how a question speaks of a round's days."""
    return _PERIODS[kind]


def title_of(kind: CycleType, year: int, quarter: int) -> str:
    """Return the title of a round that was given none."""
    if kind is CycleType.QUARTER:
        return f"{_QUARTERS[quarter - 1]}季度述学"
    return f"{year}年度述学" if kind is CycleType.ANNUAL else "专题述学"


def key_of(code: str, kind: CycleType, year: int, quarter: int, number: int) -> str:
    """Return the key of a round: ZB1-2026Q4, DW-2026Y, ZB1-2026T2."""
    ending = {CycleType.QUARTER: f"Q{quarter}", CycleType.ANNUAL: "Y", CycleType.TOPIC: f"T{number}"}[kind]
    return f"{code}-{year}{ending}"


def names(views: Iterable[View]) -> str:
    """Write views as people say them: 见精神状态、见目标计划."""
    return "、".join(view.label for view in views)
