"""投诉建议 and 「有疑问」: given by anybody, asked by a member, answered in the console (F16, R111)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from models import Feedback, Member, Organization
from models.terms import FeedbackKind, FeedbackState, OrgKind
from services import audit, messages, rulebook, tries
from services.actor import SYSTEM, Actor, member_actor
from services.clock import civil_day, day_start
from services.errors import ServiceError, not_found
from services.keys import may_be_key, new_key
from services.messages import About, Item
from services.transaction import transaction
from services.words import lines


class To(StrEnum):
    """Whom a message is for: those who lead the own branch, or those above it."""

    BRANCH = "BRANCH"
    ABOVE = "ABOVE"


_SUBJECT = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)
#: The same words within this time are a second press of the same button.
_SECOND_PRESS = timedelta(minutes=10)
#: So many answered messages stay in sight.
_ANSWERED_SHOWN = 20


def above(member: Member) -> Organization | None:
    """Return the organization above a member's branch to which a message may go, None without one."""
    parent = member.branch.parent
    return None if parent is None or parent.kind is OrgKind.GROUP else parent


def give(member: Member | None, words: str, to: To, named: bool, now: datetime) -> str:
    """Take a message in and return its key; without a name nothing is kept of who wrote it (F16).

    Somebody who is not logged in writes without a name, to the organization at the top.

    Raises:
        ServiceError: `invalid` for empty or too long words, `too_many` when today's number is reached.
    """
    body = clean(words, now)
    writer = member if named else None
    with transaction():
        same = _pressed_before(writer, FeedbackKind.FEEDBACK, body, now)
        if same is not None:
            return str(same.key)
        _count(writer, now)
        key = _keep(FeedbackKind.FEEDBACK, _addressed(member, to), writer, body, now)
        _note(writer, now, "feedback.given", key, to=str(to))
    return key


def ask(member: Member, subject_kind: str, subject: str, words: str, now: datetime) -> str:
    """Ask about one line of the own ledger and return the question's key (R111).

    Raises:
        ServiceError: `not_found` for a line that is not the member's own, `asked` while a question about
            it waits for its answer, `invalid` and `too_many` as for `give`.
    """
    with transaction():
        about_own(member, subject_kind, subject)
        body = clean(words, now)
        waiting = _question(member, subject_kind, subject, Feedback.state == FeedbackState.OPEN)
        if waiting is not None and waiting.words == body:
            return str(waiting.key)
        if waiting is not None:
            raise ServiceError("asked", "这一笔您已经问过，支部还没有回复。", "回复以后可以接着问。")
        _count(member, now)
        about = {"subject_kind": subject_kind, "subject": subject}
        key = _keep(FeedbackKind.QUESTION, member.branch, member, body, now, **about)
        _note(member, now, "feedback.asked", key, about=f"{subject_kind}:{subject}")
    return key


def about_own(member: Member, subject_kind: str, subject: str) -> About:
    """Return the line of the own ledger that a question would be about.

    Raises:
        ServiceError: `not_found` for an unknown line and for somebody else's alike.
    """
    if subject_kind in messages.LEDGERS and _SUBJECT.fullmatch(subject):
        found = messages.lines(subject_kind, [int(subject)], messages.LEDGERS[subject_kind].member == member)
        if found:
            return found[subject]
    raise not_found("这一笔", "请从自己的账里点「有疑问」。")


def asked(member: Member, subject_kind: str, subject: str) -> list[Item]:
    """Return the member's own questions about one line, the newest first."""
    mine = (Feedback.member == member) & (Feedback.subject_kind == subject_kind)
    return messages.items(messages.rows(mine & (Feedback.subject == subject), messages.newest()))


def answer(actor: Actor, key: str, words: str, now: datetime) -> None:
    """Answer a message once.

    Raises:
        ServiceError: `not_found` for a message that is not addressed to where the actor leads, `own` for
            one's own, `answered` when somebody was faster, `invalid` for the words.
    """
    with transaction():
        item = one(actor, key, now)
        body = clean(words, now)
        done = (
            Feedback.update(
                state=FeedbackState.ANSWERED, answer=body, answered_at=now, answered_by=actor.member_id
            )
            .where(Feedback.key == item.key, Feedback.state == FeedbackState.OPEN)
            .execute()
        )
        if not done:
            raise ServiceError("answered", "这一条已经有人回复了。", "请返回看看回复。")
        audit.record(actor, now, "feedback.answered", "feedback", item.key)


def one(actor: Actor, key: str, now: datetime) -> Item:
    """Return one message of the actor's inbox.

    Raises:
        ServiceError: `not_found`.
    """
    rows = (
        messages.rows(messages.to_read_by(actor, now) & (Feedback.key == key), messages.newest())
        if may_be_key(key)
        else []
    )
    if not rows:
        raise not_found("这一条")
    return messages.items(rows)[0]


def inbox(actor: Actor, now: datetime) -> list[Item]:
    """Return what waits for an answer, the oldest first, and then the latest answers.

    Those read it who lead the addressed organization or look after it from above; what is addressed to
    above is not shown to the branch, and nobody answers the own message.
    """
    mine = messages.to_read_by(actor, now)
    waiting = messages.rows(mine & (Feedback.state == FeedbackState.OPEN), (Feedback.created_at, Feedback.id))
    order = (Feedback.answered_at.desc(), Feedback.id.desc())
    done = messages.rows(mine & (Feedback.state == FeedbackState.ANSWERED), order, _ANSWERED_SHOWN)
    return messages.items([*waiting, *done])


def about_lines(actor: Actor, member: Member, subject_kind: str, now: datetime) -> dict[str, list[Item]]:
    """Return a member's questions about lines of one ledger by the line, the newest first (R111).

    Only what is in the actor's inbox; nobody answers the own question.
    """
    mine = (Feedback.member == member) & (Feedback.subject_kind == subject_kind)
    rows = messages.rows(messages.to_read_by(actor, now) & mine, messages.newest())
    found: dict[str, list[Item]] = {}
    for row, item in zip(rows, messages.items(rows), strict=True):
        found.setdefault(row.subject, []).append(item)
    return found


def of_member(member: Member) -> list[Item]:
    """Return what a member has sent with the own name, the newest first."""
    return messages.items(messages.rows(Feedback.member == member, messages.newest()))


def clean(text: str, now: datetime) -> str:
    """Return the words of a message, whose lines stay lines.

    Raises:
        ServiceError: `invalid` when they are empty, too long, or hold what cannot be stored.
    """
    longest = rulebook.current().feedback(civil_day(now)).max_chars
    return lines(text, longest, "要说的话")


def _addressed(member: Member | None, to: To) -> Organization | None:
    if member is None:
        return Organization.select().where(Organization.parent.is_null()).order_by(Organization.id).first()
    return (above(member) if to is To.ABOVE else None) or member.branch


def _count(writer: Member | None, now: datetime) -> None:
    """Hold the number of a day; messages without a name are counted together, never by account."""
    rules = rulebook.current().feedback(civil_day(now))
    if writer is None:
        full = tries.today("feedback", "unnamed", now) >= rules.unnamed_a_day
        if not full:
            tries.count("feedback", "unnamed", now)
    else:
        today = Feedback.created_at >= day_start(civil_day(now))
        full = Feedback.select().where(Feedback.member == writer, today).count() >= rules.named_a_day
    if full:
        raise ServiceError("too_many", "今天收到的话已经很多了。", "请明天再写，或直接告诉支部书记。")


def _keep(
    kind: FeedbackKind,
    organization: Organization | None,
    writer: Member | None,
    body: str,
    now: datetime,
    **about: str,
) -> str:
    key = new_key()
    Feedback.insert(
        key=key, kind=kind, organization=organization, member=writer, words=body, created_at=now, **about
    ).execute()
    return key


def _note(writer: Member | None, now: datetime, action: str, key: str, **ids: str) -> None:
    audit.record(SYSTEM if writer is None else member_actor(writer.id), now, action, "feedback", key, **ids)


def _pressed_before(writer: Member | None, kind: FeedbackKind, body: str, now: datetime) -> Any:
    by = Feedback.member.is_null() if writer is None else Feedback.member == writer
    recent = Feedback.created_at >= now - _SECOND_PRESS
    return Feedback.get_or_none(by, recent, Feedback.kind == kind, Feedback.words == body)


def _question(member: Member, subject_kind: str, subject: str, condition: Any) -> Any:
    about = (Feedback.subject_kind == subject_kind) & (Feedback.subject == subject)
    return Feedback.get_or_none(Feedback.member == member, about, condition)
