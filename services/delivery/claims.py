"""Taking reminders out of the outbox: an UPDATE that changes exactly the rows won (G6, G7).

On PostgreSQL two processes pass over each other's rows; on SQLite the transaction is IMMEDIATE, so one waits
for the other. What is no longer to be said, or cannot go by a message, is settled here and not handed out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from models import Reminder, SubscribeCredit, WechatBinding, database
from models.terms import Channel, ReminderState, SuppressedWhy
from services import rulebook
from services.clock import civil_day, seconds
from services.delivery import fence, pauses
from services.delivery.letters import Letter
from services.delivery.ways import Way, choose
from services.keyring import random_code
from services.policy import fields as policy
from services.reminders import due_still
from services.statement import run
from services.transaction import transaction

#: So many rows are claimed at once.
BATCH = 500

_CLAIM = (
    "UPDATE reminder SET state = 'SENDING', claim = ?, claimed_at = ? WHERE id IN ("
    "SELECT id FROM reminder WHERE state = ? AND due_at <= ? ORDER BY due_at LIMIT ?) RETURNING id"
)
#: The rows are picked once: a subquery in the UPDATE may be run again for each row, and win more than asked.
_CLAIM_AMONG_MANY = (
    "WITH picked AS MATERIALIZED (SELECT id FROM reminder WHERE state = ? AND due_at <= ?"
    " ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED)"
    " UPDATE reminder SET state = 'SENDING', claim = ?, claimed_at = ? FROM picked"
    " WHERE reminder.id = picked.id RETURNING reminder.id"
)
#: What has failed comes after what was never tried.
_WAITING = (ReminderState.DUE, ReminderState.FAILED)

log = structlog.get_logger("delivery")

Withdrawn = Callable[[Sequence[Reminder], datetime], Mapping[int, SuppressedWhy]]


@dataclass(frozen=True)
class Claimed:
    """What a claim brought: how many rows were won, and those of them that are to be sent."""

    won: int
    letters: tuple[Letter, ...]


def claim(
    now: datetime,
    limit: int = BATCH,
    *,
    may_send: Callable[[datetime], bool] = due_still.may_send,
    withdrawn: Withdrawn = due_still.withdrawn,
) -> Claimed:
    """Win what is due, settle what needs no message, and return the rest to be sent.

    Nothing is won while the fence stands or in the quiet hours.

    Args:
        now: this moment.
        limit: so many rows at most.
        may_send: whether anything may be sent at a moment (F13).
        withdrawn: why some of the rows must not go out any more (R91, R94).
    """
    if not may_send(now):
        return Claimed(0, ())
    token = random_code(20)
    with transaction():
        if fence.raised() is not None:
            return Claimed(0, ())
        won = _win(token, now, limit)
    if not won:
        return Claimed(0, ())
    rows = list(Reminder.select().where(Reminder.id.in_(won)).order_by(Reminder.due_at, Reminder.id))
    gone = withdrawn(rows, now)
    with transaction():
        _suppress(gone, token, now)
        return Claimed(len(won), tuple(_letters([each for each in rows if each.id not in gone], token, now)))


def _win(token: str, now: datetime, limit: int) -> list[int]:
    at, won = seconds(now), list[int]()
    for state in _WAITING:
        if len(won) < limit:
            mine, picked = (token, at), (state.value, at, limit - len(won))
            if database.obj.server:
                found = run(_CLAIM_AMONG_MANY, picked + mine).fetchall()
            else:
                found = run(_CLAIM, mine + picked).fetchall()
            won += [number for (number,) in found]
    return won


def _suppress(gone: Mapping[int, SuppressedWhy], token: str, now: datetime) -> None:
    for why in set(gone.values()):
        numbers = [number for number, reason in gone.items() if reason is why]
        Reminder.update(
            state=ReminderState.SUPPRESSED, why=why, claim=None, claimed_at=None, closed_at=now
        ).where(Reminder.id.in_(numbers), Reminder.claim == token).execute()


def _letters(rows: Sequence[Reminder], token: str, now: datetime) -> Iterable[Letter]:
    """Give each row its way; what has none goes to the page and the list, or waits."""
    rules = rulebook.current().reminders(civil_day(now)).topics
    resting = pauses.in_force(now)
    accounts = _accounts({each.member_id for each in rows})
    credits_ = _credits(set(accounts.values()))
    for each in rows:
        openid = accounts.get(each.member_id)
        topic, fields = rules[each.topic], json.loads(each.fields)
        way = Way(Channel.INBOX)
        if openid is not None and not _faulty(each, fields):
            credit = (openid, topic.subscribe) in credits_
            start = Channel.TEMPLATE if each.channel is None else each.channel
            way = choose(start, topic, resting, credit, each.not_after)
        if openid is None or way.channel is Channel.INBOX:
            _to_list(each.id, token, None if openid else SuppressedWhy.UNBOUND)
        elif way.wait is not None:
            _let_wait(each.id, token, way.wait)
        else:
            yield Letter(
                id=each.id,
                key=each.key,
                claim=token,
                claimed_at=now,
                member=each.member_id,
                openid=openid,
                topic=each.topic,
                channel=way.channel,
                template=way.template,
                fields=fields,
                tries=each.tries,
            )


def _accounts(members: Collection[int]) -> dict[int, str]:
    found = WechatBinding.select(WechatBinding.member, WechatBinding.openid).where(
        WechatBinding.member.in_(list(members)), WechatBinding.unbound_at.is_null(), WechatBinding.following
    )
    return {each.member_id: each.openid for each in found}


def _credits(openids: Collection[str]) -> set[tuple[str, str]]:
    found = SubscribeCredit.select(SubscribeCredit.openid, SubscribeCredit.template).where(
        SubscribeCredit.openid.in_(list(openids)), SubscribeCredit.used_at.is_null()
    )
    return {(each.openid, each.template) for each in found}


def _faulty(reminder: Reminder, fields: Mapping[str, str]) -> bool:
    """Whether a field breaks its keyword's rules: the platform would refuse it, and it is a bug of ours."""
    bad = [key for key, value in fields.items() if policy.fault(key, value) is not None]
    if bad or not fields:
        log.error("reminder_field_fault", topic=str(reminder.topic), reminder=reminder.id, keywords=bad)
    return bool(bad) or not fields


def _to_list(number: int, token: str, why: SuppressedWhy | None) -> None:
    Reminder.update(
        state=ReminderState.INBOX, channel=Channel.INBOX, why=why, claim=None, claimed_at=None
    ).where(Reminder.id == number, Reminder.claim == token).execute()


def _let_wait(number: int, token: str, until: datetime) -> None:
    Reminder.update(state=ReminderState.DUE, due_at=until, claim=None, claimed_at=None).where(
        Reminder.id == number, Reminder.claim == token
    ).execute()
