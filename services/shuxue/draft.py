"""A report as its member or its reader has it before the eyes, drawn from the form of its round."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from models import Member, ReportCycle, ShuxueReport, ShuxueRevision, ShuxueText
from models.terms import ConfirmedBy, CycleState, ReportChannel, ReportState, View
from services import rulebook
from services.policy import shuxue as policy
from services.rulebook import ShuxueForm
from services.shuxue import cycles, facts
from services.shuxue.facts import Facts


@dataclass(frozen=True)
class Text:
    """One view's text. `version` 0 means that nothing was ever kept; `count` and `over` are characters."""

    body: str = ""
    version: int = 0
    count: int = 0
    over: int = 0


@dataclass(frozen=True)
class Draft:
    """A report at this moment, or the place where one can be begun (`channel` None, `revision` 0).

    `form` is drawn for this round and member: its prompts name the round's days and its openings hold the
    facts. `texts` has all five views. `reason` says why it was given back, while it waits for the member.
    `editable` is about its own member. `recorded_by` is the name of who wrote it down (R42).
    """

    cycle: ReportCycle
    state: ReportState
    channel: ReportChannel | None
    revision: int
    form: ShuxueForm
    texts: Mapping[View, Text]
    facts: Facts
    reason: str | None
    editable: bool
    member: Member
    cycle_state: CycleState
    required: bool = True
    recorded_by: str | None = None
    confirmed_how: ConfirmedBy | None = None
    begun_at: datetime | None = None
    changed_at: datetime | None = None
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    lacking: tuple[View, ...] = field(default=())

    @property
    def written(self) -> int:
        """Return how many views hold text."""
        return sum(1 for text in self.texts.values() if text.body)


def draw(cycle: ReportCycle, known: Facts) -> ShuxueForm:
    """Return the form of a round with its places filled in."""
    kind = policy.period_words(cycle.type)
    form = rulebook.current().form_edition(cycle.form, cycle.edition)
    views = tuple(
        replace(
            view,
            prompt=view.prompt.format(period=kind),
            hint=view.hint.format(period=kind),
            opening=facts.opening(view.opening, known, kind) if view.opening else "",
        )
        for view in form.views
    )
    return replace(form, views=views)


def bodies(report: ShuxueReport | None) -> dict[View, ShuxueText]:
    """Return the stored drafts of a report by view."""
    if report is None:
        return {}
    return {View(row.view): row for row in ShuxueText.select().where(ShuxueText.report == report)}


def submitted(report: ShuxueReport) -> dict[View, str]:
    """Return the words of the latest submission, empty when they were deleted (G17)."""
    latest = (
        ShuxueRevision.select(ShuxueRevision.views)
        .where(ShuxueRevision.report == report)
        .order_by(ShuxueRevision.revision.desc())
        .first()
    )
    return {} if latest is None else {View(view): body for view, body in json.loads(latest.views).items()}


def own(cycle: ReportCycle, member: Member, report: ShuxueReport | None, now: datetime) -> Draft:
    """Return a report with the texts as they are being written: for its member and who writes it down."""
    rows = {view: (row.body, row.version) for view, row in bodies(report).items()}
    return _draft(cycle, member, report, rows, now)


def sent(cycle: ReportCycle, member: Member, report: ShuxueReport, now: datetime) -> Draft:
    """Return a report with the words of its latest submission: what those who decide may read."""
    rows = {view: (body, 0) for view, body in submitted(report).items()}
    return replace(_draft(cycle, member, report, rows, now), reason=report.reason, editable=False)


def _draft(
    cycle: ReportCycle,
    member: Member,
    report: ShuxueReport | None,
    rows: Mapping[View, tuple[str, int]],
    now: datetime,
) -> Draft:
    known = facts.gather(member, cycle)
    form, stage = draw(cycle, known), cycles.state_of(cycle, now)
    texts = {
        each.view: Text(body, version, policy.count(body), policy.over(body, each.max_chars))
        for each in form.views
        for body, version in [rows.get(each.view, ("", 0))]
    }
    needed = cycles.required(cycle, member)
    begun = Draft(
        cycle=cycle,
        state=policy.seen_state(ReportState.DRAFT, stage, needed),
        channel=None,
        revision=0,
        form=form,
        texts=texts,
        facts=known,
        reason=None,
        editable=stage is CycleState.OPEN,
        member=member,
        cycle_state=stage,
        required=needed,
        lacking=tuple(View),
    )
    return begun if report is None else _of_report(begun, report)


def _of_report(begun: Draft, report: ShuxueReport) -> Draft:
    words = {view: text.body for view, text in begun.texts.items()}
    recorder = report.recorded_by
    may_write = policy.after(policy.Act.WRITE, report.state) is not None
    return replace(
        begun,
        state=policy.seen_state(report.state, begun.cycle_state, begun.required),
        channel=report.channel,
        revision=report.revision,
        reason=report.reason if report.state is ReportState.RETURNED else None,
        editable=may_write and policy.in_time(policy.Act.WRITE, report.state, begun.cycle_state),
        recorded_by=recorder.name if recorder is not None else None,
        confirmed_how=report.confirmed_how,
        begun_at=report.begun_at,
        changed_at=report.changed_at,
        submitted_at=report.submitted_at,
        decided_at=report.decided_at,
        lacking=policy.missing(words, report.channel),
    )
