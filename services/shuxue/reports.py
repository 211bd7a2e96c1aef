"""The rows of a report: found, held, begun, changed, submitted; shared by the verbs of this folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from models import Member, ReportCycle, ShuxueReport, ShuxueRevision, ShuxueText
from models.terms import ConfirmedBy, CycleState, ReportChannel, ReportState, View
from services import rulebook
from services.clock import civil_day
from services.errors import ServiceError, invalid, not_found
from services.policy import shuxue as policy
from services.policy.shuxue import Act
from services.rows import hold
from services.shuxue import cycles, draft, facts
from services.spoken import full_day


def of(cycle: ReportCycle, member: Member) -> ShuxueReport | None:
    """Return a member's report of a round, or None."""
    found: ShuxueReport | None = (
        ShuxueReport.select().where(ShuxueReport.cycle == cycle, ShuxueReport.member == member).first()
    )
    return found


def held(cycle: ReportCycle, member: Member) -> ShuxueReport | None:
    """Return a report whose row nobody else changes until this transaction ends."""
    # A row that appears just after this was asked would come back without its lock: it is none yet.
    there = hold(ShuxueReport, ShuxueReport.cycle == cycle, ShuxueReport.member == member)
    return of(cycle, member) if there else None


def begun(cycle: ReportCycle, member: Member, channel: ReportChannel, now: datetime) -> ShuxueReport:
    """Return the member's report of a round, held; begin it when there is none.

    Two messages that begin it at once begin one: the slower finds what the faster has made.
    """
    found = held(cycle, member)
    if found is None:
        ShuxueReport.insert(
            branch=member.branch_id,
            cycle=cycle,
            member=member,
            channel=channel,
            prefill=facts.stored(facts.gather(member, cycle)),
            begun_at=now,
            changed_at=now,
        ).on_conflict_ignore().execute()
        found = held(cycle, member)
    assert found is not None
    return found


def round_of(member: Member, cycle_key: str, now: datetime) -> ReportCycle:
    """Return a round that is for this member.

    Raises:
        ServiceError: `not_found`, for a foreign round exactly as for an unknown one.
    """
    cycle = cycles.find(cycle_key)
    if not cycles.covers(cycle, member, now) and of(cycle, member) is None:
        raise not_found("这一轮述学")
    return cycle


def require(act: Act, cycle: ReportCycle, report: ShuxueReport | None, now: datetime) -> ReportState:
    """Return the state after an act of the member or a helper.

    Raises:
        ServiceError: saying why it cannot be now: `not_open`, `closed`, `submitted`, `frozen`.
    """
    stage = cycles.state_of(cycle, now)
    state = report.state if report is not None else ReportState.DRAFT
    if stage is CycleState.COMING:
        day = full_day(cycle.opens, civil_day(now).year)
        raise ServiceError("not_open", f"「{cycle.title}」{day}开始。", "到时再写就好。")
    after = policy.after(act, state)
    if after is not None and policy.in_time(act, state, stage):
        return after
    if state is ReportState.SUBMITTED:
        how = "可以先「收回」再改" if stage is CycleState.OPEN else "请支部同志退回后再改"
        raise ServiceError(
            "submitted",
            "已经提交了，要改请先收回。" if stage is CycleState.OPEN else "已经提交了，这一轮也已截止。",
            f"{how}，写过的都在。",
        )
    if state in (ReportState.ACCEPTED, ReportState.REVIEWED, ReportState.CLOSED):
        raise ServiceError("frozen", "支部已经收下这份述学，不能再改。", "有要补充的，可以告诉支部同志。")
    day = full_day(cycle.due, civil_day(now).year)
    raise ServiceError(
        "closed", f"「{cycle.title}」{day}已截止。", "写过的都在，随时可以看；有话要说，请告诉支部同志。"
    )


def clean(text: str, now: datetime) -> str:
    """Return a text as it is kept: to the character, with line breaks of one kind.

    Only characters that cannot be seen and steer machines are left out. White space alone is no text.

    Raises:
        ServiceError: `text` for what cannot be stored, `too_long` saying by how much.
    """
    tidy = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in tidy or any("\ud800" <= char <= "\udfff" for char in tidy):
        raise invalid("text", "文字里有无法保存的字符。", "请重新输入这一段。")
    tidy = "".join(char for char in tidy if char in "\n\t" or not _steers(char))
    longest = rulebook.current().shuxue(civil_day(now)).text_limit
    if too_many := policy.over(tidy, longest):
        raise invalid(
            "too_long",
            f"这一段太长，多了 {too_many} 个字，没有存。",
            f"一段最多存 {longest} 字，请删减后再发。",
        )
    return tidy if tidy.strip() else ""


def keep(report: ShuxueReport, view: View, body: str, now: datetime) -> None:
    """Keep the text of one view; an unchanged text keeps its version."""
    row = ShuxueText.get_or_none(ShuxueText.report == report, ShuxueText.view == str(view))
    if row is None:
        ShuxueText.create(report=report, view=str(view), body=body, changed_at=now)
    elif row.body != body:
        ShuxueText.update(body=body, version=ShuxueText.version + 1, changed_at=now).where(
            ShuxueText.id == row.id
        ).execute()


def touch(report: ShuxueReport, state: ReportState, channel: ReportChannel, now: datetime) -> None:
    """Note that the member has written in a report."""
    complete = not policy.missing(words_of(report), ReportChannel.SELF_PAGE)
    report.state = state
    report.channel = policy.channel_after(report.channel, channel, complete)
    report.confirmed_how = report.confirmed_at = None
    report.changed_at = now
    report.save(
        only=[
            ShuxueReport.state,
            ShuxueReport.channel,
            ShuxueReport.confirmed_how,
            ShuxueReport.confirmed_at,
            ShuxueReport.changed_at,
        ]
    )


def words_of(report: ShuxueReport | None) -> dict[View, str]:
    """Return the texts of a report by view, as they are being written."""
    return {view: row.body for view, row in draft.bodies(report).items()}


def hand_in(
    report: ShuxueReport,
    cycle: ReportCycle,
    by: int | None,
    confirmed: ConfirmedBy | None,
    now: datetime,
) -> None:
    """Keep the words as the next revision and mark the report submitted.

    Raises:
        ServiceError: `missing` naming the views without text, `over` saying by how much.
    """
    texts = words_of(report)
    if lacking := policy.missing(texts, report.channel):
        raise ServiceError("missing", f"还差「{policy.names(lacking)}」没有写。", "写几句就行，写好再提交。")
    _require_length(cycle, texts)
    report.revision += 1
    report.state = ReportState.SUBMITTED
    report.submitted_at = report.changed_at = now
    if confirmed is not None:
        report.confirmed_how, report.confirmed_at = confirmed, now
    report.save()
    ShuxueRevision.create(
        report=report,
        revision=report.revision,
        views=json.dumps({view: texts.get(view, "") for view in View}, ensure_ascii=False),
        channel=report.channel,
        by=by,
        at=now,
    )


def _require_length(cycle: ReportCycle, texts: Mapping[View, str]) -> None:
    form = rulebook.current().form_edition(cycle.form, cycle.edition)
    long = [(each, policy.over(texts.get(each.view, ""), each.max_chars)) for each in form.views]
    said = [f"「{each.label}」多了 {extra} 个字" for each, extra in long if extra]
    if said:
        most = "、".join(dict.fromkeys(str(each.max_chars) for each, extra in long if extra))
        raise ServiceError("over", f"{'，'.join(said)}。", f"每段最多 {most} 字，删减后再提交，写的都存着。")


def _steers(char: str) -> bool:
    return char < " " or "\x7f" <= char <= "\x9f"
