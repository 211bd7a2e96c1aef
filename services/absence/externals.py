"""支部外学习: proposed by a scan or the member, stated at a transfer, decided at home (R11, R26, R34)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from models import ExternalStudy, Member
from models.terms import ExternalKind, ExternalState, SessionState
from services import audit, deciders, rulebook
from services.absence import external_posting
from services.absence.external_lists import WHAT, desk, load
from services.actor import Actor, member_actor
from services.clock import civil_day
from services.errors import ServiceError, invalid
from services.keys import new_key
from services.people import member_by_number
from services.policy.amounts import hundredths
from services.rows import change, hold
from services.study import sessions
from services.transaction import transaction
from services.words import words, words_or_none


@dataclass(frozen=True)
class Elsewhere:
    """What was studied elsewhere: an ExternalKind, with whom, what, on which civil day, how many hours."""

    kind: str
    org_name: str
    title: str
    day: date
    hours: Decimal
    words: str | None = None


def propose(member: Member, what: Elsewhere, now: datetime) -> ExternalStudy:
    """Propose a study elsewhere to the own branch; nothing counts before the branch has confirmed it.

    The same proposal a second time finds the first.

    Raises:
        ServiceError: `kind`, `text`, `day`, `hours`, `too_many` while too many wait.
    """
    if what.kind not in {ExternalKind.HOST, ExternalKind.OTHER}:
        raise invalid("kind", "还没有选是哪一种学习。", "转入以前的学时，请支部书记登记。")
    values = _columns(what, now)
    with transaction():
        _one_at_a_time(member)
        known = _twin(member, values)
        if known is not None:
            return known
        limit = rulebook.current().leave(civil_day(now)).open_at_once
        proposed = (ExternalStudy.member == member) & (ExternalStudy.state == ExternalState.PROPOSED)
        if ExternalStudy.select().where(proposed).count() >= limit:
            raise ServiceError("too_many", f"已有 {limit} 条在等支部确认。", "等支部看过以后再报。")
        study = _create(member, values, member_actor(member.id))
        audit.record(
            member_actor(member.id), now, "external.proposed", "external", study.key, kind=study.kind
        )
    return study


def state(actor: Actor, number: str, what: Elsewhere, now: datetime) -> ExternalStudy:
    """Enter what a member brings along or did elsewhere, and count it: one entry by the secretary (R11).

    Raises:
        ServiceError: `not_found` for a member beyond reach, `own`, and as `propose`.
    """
    member = member_by_number(number)
    deciders.require(desk(actor, now), member)
    if what.kind not in set(ExternalKind):
        raise invalid("kind", "还没有选是哪一种学习。", "请选一种。")
    values = _columns(what, now)
    with transaction():
        _one_at_a_time(member)
        known = _twin(member, values)
        study = known or _create(member, values, actor)
        return confirm(actor, study.key, now)


def confirm(
    actor: Actor, key: str, now: datetime, hours: Decimal | None = None, note: str | None = None
) -> ExternalStudy:
    """Confirm a study, and post its hours (R03, R34). A second time changes nothing.

    A guest's scan is confirmed once the host has confirmed its session. Where the host has held it and
    does not confirm, the home branch need not wait for ever: it says in `note` how it knows.

    Args:
        actor: a leader of the home branch.
        key: the study.
        now: this moment.
        hours: what is recognised when it differs from what was proposed.
        note: how it is known, when the host has not confirmed.

    Raises:
        ServiceError: `not_found` for outsiders, `own`, `host_open`, `host_cancelled`, `note`, `hours`.
    """
    with transaction():
        study = _find_to_decide(actor, key, now)
        if study.state is ExternalState.CONFIRMED:
            return study
        why = _host_word(study, note, now)
        amount = study.hours if hours is None else _amount(study.kind, hours, study.day)
        _decide(study, ExternalState.CONFIRMED, actor, now, hours=amount, reason=why)
        external_posting.post(study, actor, now)
        audit.record(actor, now, "external.confirmed", "external", study.key, hours=amount)
    return study


def refuse(actor: Actor, key: str, reason: str, now: datetime) -> ExternalStudy:
    """Say that a study is not recognised, with a reason that the member reads.

    Raises:
        ServiceError: `not_found` for outsiders, `own`, `text` without a reason, `wrong_state`.
    """
    why = words(reason, 200, "原因")
    with transaction():
        study = _find_to_decide(actor, key, now)
        if study.state is ExternalState.CONFIRMED:
            raise ServiceError("wrong_state", "这条学习已确认、已记学时。", "登记有误的话，请冲销。")
        _decide(study, ExternalState.REFUSED, actor, now, reason=why)
        audit.record(actor, now, "external.refused", "external", study.key)
    return study


def reverse(actor: Actor, key: str, reason: str, now: datetime) -> ExternalStudy:
    """Take a confirmation back: each of its lines is reversed by a line of its own (R110).

    It stands as not recognised then, and can be confirmed anew with the right figure.

    Raises:
        ServiceError: `not_found` for outsiders, `own`, `text` without a reason, `wrong_state`.
    """
    why = words(reason, 200, "原因")
    with transaction():
        study = _find_to_decide(actor, key, now)
        if study.state is not ExternalState.CONFIRMED:
            raise ServiceError("wrong_state", f"这条学习{study.state.label}，没有记学时，不用冲销。")
        _decide(study, ExternalState.REFUSED, actor, now, reason=why)
        external_posting.reverse(study, actor, now)
        audit.record(actor, now, "external.reversed", "external", study.key)
    return study


def _columns(what: Elsewhere, now: datetime) -> dict[str, Any]:
    """Check what was typed and return the columns."""
    rules = rulebook.current().leave(civil_day(now))
    org_name, title = (
        words(what.org_name, 50, "组织学习的单位"),
        words(what.title, 60, "学习内容"),
    )
    earliest = civil_day(now) - timedelta(days=rules.days_back)
    if not earliest <= what.day <= civil_day(now):
        raise invalid(
            "day", "日期不对。", f"请填今天或今天以前、{earliest.year}年{earliest.month}月以后的日期。"
        )
    kind = ExternalKind(what.kind)
    return {
        "kind": kind,
        "org_name": org_name,
        "title": title,
        "day": what.day,
        "hours": _amount(kind, what.hours, what.day),
        "credit_kind": rules.credit_kind[kind],
        "words": words_or_none(what.words, 200, "说明"),
    }


def _amount(kind: ExternalKind, hours: Decimal, day: date) -> int:
    rules = rulebook.current().leave(day)
    most = rules.max_transfer_hours if kind is ExternalKind.TRANSFER else rules.max_hours
    step = rulebook.current().hours(day).step
    if not hours.is_finite() or not 0 < hours <= most or hours % step:
        raise invalid(
            "hours", "学时数不对。", f"请填 {step} 到 {most} 之间的数，{step} 的整数倍，例如 1 或 1.5。"
        )
    return hundredths(hours)


def _one_at_a_time(member: Member) -> None:
    """Let two presses of one button come one after the other: the second finds what the first made."""
    hold(Member, Member.id == member.id)


def _twin(member: Member, values: dict[str, Any]) -> ExternalStudy | None:
    """Return the study that says the same and still stands: a second tap is no second study."""
    found: ExternalStudy | None = ExternalStudy.get_or_none(
        ExternalStudy.member == member,
        ExternalStudy.state != ExternalState.REFUSED,
        *(
            getattr(ExternalStudy, name) == values[name]
            for name in ("kind", "org_name", "title", "day", "hours")
        ),
    )
    return found


def _create(member: Member, values: dict[str, Any], actor: Actor) -> ExternalStudy:
    key = new_key()
    made: ExternalStudy = ExternalStudy.create(
        key=key, member=member, branch=member.branch_id, proposed_by=actor.member_id, **values
    )
    return made


def _host_word(study: ExternalStudy, note: str | None, now: datetime) -> str | None:
    """Return the note that stands in for the host's confirmation; None when the host has confirmed."""
    host = study.session if study.session_id else None
    if host is None or host.state is SessionState.CONFIRMED:
        return None
    if host.state is SessionState.CANCELLED:
        raise ServiceError(
            "host_cancelled", f"「{study.title}」已被对方支部取消。", "这条不能确认，可以不予认定。"
        )
    if sessions.state_of(host, now) in {SessionState.DRAFT, SessionState.PUBLISHED, SessionState.OPEN}:
        raise ServiceError("host_open", f"「{study.title}」还没有结束。", "结束以后再确认。")
    if not note or not note.strip():
        raise invalid(
            "note", "对方支部还没有确认这次学习。", "请等对方确认；已向对方核实的，写一句怎么核实的。"
        )
    return words(note, 200, "核实情况")


def _find_to_decide(actor: Actor, key: str, now: datetime) -> ExternalStudy:
    """Return a study while its row is held, so that two decisions come one after the other."""
    study = load(key)
    deciders.require(desk(actor, now), study.member, WHAT)
    hold(ExternalStudy, ExternalStudy.id == study.id)
    return load(key)


def _decide(study: ExternalStudy, to: ExternalState, actor: Actor, now: datetime, **columns: Any) -> None:
    change(study, state=to, decided_at=now, decided_by=actor.member_id, **columns)
