"""月申报: what a member says was done, from filing to the objection (R62, R70, R71)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import Member, PointClaim
from models.terms import ClaimState, SessionKind
from services import audit, rulebook
from services.actor import Actor, member_actor
from services.clock import civil_day, day_start, next_day, seconds
from services.deciders import require_decider
from services.errors import ServiceError, invalid, not_found
from services.points.taking_part import part_of
from services.points.viewing import label
from services.rulebook.points import ItemKind, PointItem
from services.sessions import member_by_number
from services.sessions import words as clean
from services.statement import run
from services.transaction import transaction

LONGEST = 200
_KEY = re.compile(r"[A-Za-z0-9_-]{20}")
_ALREADY = {
    ClaimState.SUBMITTED: ("这件事已经报过了，支部还没有看。", "不用再报，等支部看就好。"),
    ClaimState.RETURNED: ("这件事已经报过，支部请您再补充。", "请在那一份上补充后再交。"),
    ClaimState.POSTED: ("这件事已经记过分了。", "同一天同一项只记一次。"),
    ClaimState.REFUSED: ("这件事报过，支部没有同意。", "有不同看法，可以在那一份上提出异议。"),
    ClaimState.OBJECTED: ("这件事您已经提出异议，支部还在复核。", "请等复核的结果。"),
    ClaimState.REFUSED_FINAL: ("这件事已经复核过，支部没有同意。", "请向支部书记当面了解。"),
    ClaimState.REVERSED: ("这件事记过分，后来冲销了。", "请向支部书记了解。"),
}

_CREDITED = (
    "SELECT s.title FROM attendance a JOIN study_session s ON s.id = a.session_id"
    " WHERE a.member_id = ? AND s.state = 'CONFIRMED' AND a.status IN ('PRESENT', 'LATE', 'PARTIAL')"
    " AND s.starts_at >= ? AND s.starts_at < ? AND s.kind IN ({kinds})"
)


@dataclass(frozen=True)
class Claim:
    """A claim as its owner and its decider read it; `points` is what the rule gives, in hundredths.

    `open_to_change` says that the member may change or withdraw it, `may_object` that an objection is open.
    """

    key: str
    number: str
    name: str
    item: str
    label: str
    day: date
    month: str
    words: str
    points: int
    state: ClaimState
    filed_at: datetime
    decided_at: datetime | None
    reason: str | None
    objection: str | None

    @property
    def open_to_change(self) -> bool:
        """Whether the member may withdraw it."""
        return self.state in {ClaimState.SUBMITTED, ClaimState.RETURNED}

    @property
    def may_object(self) -> bool:
        """Whether the member may object, which is possible once."""
        return self.state is ClaimState.REFUSED


def claimable(now: datetime) -> tuple[PointItem, ...]:
    """Return what may be claimed today, in the order of the rules."""
    return rulebook.current().points(civil_day(now)).of_kind(ItemKind.CLAIM)


def open_months(now: datetime) -> list[tuple[str, date, date]]:
    """Return the open months, the earlier first: (YYYY-MM, first day, last day that may be claimed) (R70)."""
    today = civil_day(now)
    first = today.replace(day=1)
    months = [(f"{today:%Y-%m}", first, today)]
    before = first - timedelta(days=1)
    if today.day <= rulebook.current().points(before).close_day:
        months.insert(0, (f"{before:%Y-%m}", before.replace(day=1), before))
    return months


def file(  # noqa: PLR0917 - whose, what, when, in which words, at which moment; another's hand is rare
    member: Member, item: str, day: date, words: str, now: datetime, actor: Actor | None = None
) -> Claim:
    """File a claim for a day of an open month.

    Raises:
        ServiceError: an unknown item, a day ahead or of a closed month, the same thing twice (R71), a day
            whose session is credited already.
    """
    with transaction():
        known = _item(item, day)
        _require_open(day, now)
        _require_part(member, day, now)
        text = clean(words, LONGEST, "做了什么")
        _require_uncredited(member, known, day)
        claim = _again(member, known, day) or PointClaim(key=secrets.token_urlsafe(15))
        _fill(claim, member, known, day, text)
        claim.state, claim.filed_at = ClaimState.SUBMITTED, now
        claim.decided_at = claim.decided_by = claim.reason = None
        claim.save()
        audit.record(actor or member_actor(member.id), now, "claim.filed", "claim", claim.key)
    return read(claim, member)


def file_for(actor: Actor, number: str, now: datetime, *, item: str, day: date, words: str) -> Claim:
    """File what a member without a phone has told the branch; decided like every other claim (F04, F10).

    Raises:
        ServiceError: `not_found` for a member whom the actor does not lead, `own`, and as in `file`.
    """
    with transaction():
        member = member_by_number(number)
        require_decider(actor, member, civil_day(now))
        return file(member, item, day, words, now, actor)


def resubmit(member: Member, key: str, now: datetime, *, item: str, day: date, words: str) -> Claim:
    """Hand in a returned claim again, changed; it keeps its month, also after that has closed (R70).

    Raises:
        ServiceError: `wrong_state` unless it was returned, `day` for another month's day, R71 as in `file`.
    """
    with transaction():
        claim = _own(member, key)
        if claim.state is not ClaimState.RETURNED:
            raise _unfit(claim, "不用再交。")
        known, text = _item(item, day), clean(words, LONGEST, "做了什么")
        if f"{day:%Y-%m}" != claim.month or day > civil_day(now):
            raise invalid("day", "这一份是另一个月的。", f"请填 {claim.month} 里的日期。")
        if (claim.item, claim.day) != (known.key, day) and _same_thing(member, known, day) is not None:
            raise ServiceError("duplicate", "同一天的这一项已经报过了。", "请看看申报记录。")
        _require_uncredited(member, known, day)
        _fill(claim, member, known, day, text)
        values = {name: getattr(claim, name) for name in ("item", "day", "words", "points", "edition")}
        move(claim, ClaimState.SUBMITTED, values)
        audit.record(member_actor(member.id), now, "claim.resubmitted", "claim", claim.key)
    return read(claim, member)


def withdraw(member: Member, key: str, now: datetime) -> Claim:
    """Take a claim back before it is decided; a second time changes nothing.

    Raises:
        ServiceError: `wrong_state` once it is decided.
    """
    with transaction():
        claim = _own(member, key)
        if claim.state is ClaimState.WITHDRAWN:
            return read(claim, member)
        if claim.state not in {ClaimState.SUBMITTED, ClaimState.RETURNED}:
            raise _unfit(claim, "不能收回了。")
        move(claim, ClaimState.WITHDRAWN, {})
        audit.record(member_actor(member.id), now, "claim.withdrawn", "claim", claim.key)
    return read(claim, member)


def object_to(member: Member, key: str, words: str, now: datetime) -> Claim:
    """Object to a refusal, once; the branch then decides again with a reason.

    Raises:
        ServiceError: `wrong_state` unless it was refused.
    """
    with transaction():
        claim = _own(member, key)
        text = clean(words, LONGEST, "您的看法")
        if claim.state is not ClaimState.REFUSED:
            raise _unfit(claim, "现在不能提出异议。")
        move(claim, ClaimState.OBJECTED, {"objection": text, "objected_at": now})
        audit.record(member_actor(member.id), now, "claim.objected", "claim", claim.key)
    return read(claim, member)


def of_member(member: Member, limit: int = 50) -> list[Claim]:
    """Return a member's claims, the newest filed first."""
    query = PointClaim.select().where(PointClaim.member == member)
    newest = query.order_by(PointClaim.filed_at.desc(), PointClaim.id.desc()).limit(limit)
    return [read(claim, member) for claim in newest]


def returned(member: Member) -> list[Claim]:
    """Return the claims that wait for the member, by day."""
    query = PointClaim.select().where(PointClaim.member == member, PointClaim.state == ClaimState.RETURNED)
    return [read(claim, member) for claim in query.order_by(PointClaim.day, PointClaim.id)]


def own(member: Member, key: str) -> Claim:
    """Return one claim of the member's own.

    Raises:
        ServiceError: `not_found`, for another member's claim too.
    """
    return read(_own(member, key), member)


def find(key: str) -> PointClaim:
    """Return a claim by its key, with its member.

    Raises:
        ServiceError: `not_found`.
    """
    claim = None
    if _KEY.fullmatch(key):
        claim = (
            PointClaim.select(PointClaim, Member)
            .join(Member, on=PointClaim.member)
            .where(PointClaim.key == key)
            .first()
        )
    if claim is None:
        raise not_found("这份申报")
    return claim


def read(claim: PointClaim, member: Member) -> Claim:
    """Return a claim as people read it."""
    return Claim(
        claim.key,
        member.number,
        member.name,
        claim.item,
        label(claim.item, claim.edition),
        claim.day,
        claim.month,
        claim.words,
        claim.points,
        claim.state,
        claim.filed_at,
        claim.decided_at,
        claim.reason,
        claim.objection,
    )


def credited_on(member_id: int, day: date, kinds: Sequence[SessionKind]) -> str | None:
    """Return the title of a session of these kinds that a member is credited for on a day, or None."""
    if not kinds:
        return None
    sql = _CREDITED.format(kinds=", ".join("?" * len(kinds)))
    span = (seconds(day_start(day)), seconds(day_start(next_day(day))))
    row = run(sql, (member_id, *span, *(str(kind) for kind in kinds))).fetchone()
    return str(row[0]) if row else None


def _own(member: Member, key: str) -> PointClaim:
    claim = find(key)
    if claim.member_id != member.id:
        raise not_found("这份申报")
    return claim


def _item(key: str, day: date) -> PointItem:
    if not key:
        raise invalid("item", "还没有选是哪一项。", "请选一项。")
    item = rulebook.current().points(day).items.get(key)
    if item is None or item.kind is not ItemKind.CLAIM:
        raise invalid("item", "没有这一项申报。", "请从能申报的事项里选一项。")
    return item


def _require_open(day: date, now: datetime) -> None:
    if day > civil_day(now):
        raise invalid("day", "这一天还没有到。", "事情办过以后再报。")
    months = open_months(now)
    if day < months[0][1] or day < rulebook.current().point_years.editions[0].effective_from:
        close = rulebook.current().points(day).close_day
        raise invalid(
            "day", f"{day.year}年{day.month}月的申报已经截止。", f"当月的事请在次月 {close} 日前报。"
        )


def _require_part(member: Member, day: date, now: datetime) -> None:
    year = rulebook.current().point_years.year_of(day)
    part = part_of(member.id, year, civil_day(now))
    if part is None or not part.begins <= day <= part.ends:
        raise ServiceError(
            "outside", "积分对您不作要求，不参加也没有任何影响。", "想参加，请在「积分」页面按「我要参加」。"
        )


def _require_uncredited(member: Member, item: PointItem, day: date) -> None:
    title = credited_on(member.id, day, sorted(item.not_on))
    if title is not None:
        raise ServiceError(
            "credited",
            f"这一天的「{title}」已经随学习记分，不用再报。",
            "如果是另外一件事，请换个日期或事项。",
        )


def _same_thing(member: Member, item: PointItem, day: date) -> PointClaim | None:
    return PointClaim.get_or_none(
        PointClaim.member == member, PointClaim.item == item.key, PointClaim.day == day
    )


def _again(member: Member, item: PointItem, day: date) -> PointClaim | None:
    """Return the withdrawn claim of the same thing, to be used again (R71).

    Raises:
        ServiceError: `duplicate` for a claim that stands, in words that fit its state.
    """
    before = _same_thing(member, item, day)
    if before is not None and before.state is not ClaimState.WITHDRAWN:
        raise ServiceError("duplicate", *_ALREADY[before.state])
    return before


def _fill(claim: PointClaim, member: Member, item: PointItem, day: date, text: str) -> None:
    claim.member, claim.branch = member, member.branch_id
    claim.item, claim.day, claim.month = item.key, day, f"{day:%Y-%m}"
    claim.words, claim.points = text, item.points
    claim.edition = rulebook.current().points(day).edition


def move(claim: PointClaim, to: ClaimState, values: Mapping[str, object]) -> None:
    """Take a claim from the state it was read in to another; of two at once, one wins.

    Raises:
        ServiceError: `wrong_state` for the other.
    """
    changed = (
        PointClaim.update(state=to, **values)
        .where(PointClaim.id == claim.id, PointClaim.state == claim.state)
        .execute()
    )
    if changed != 1:
        raise ServiceError("wrong_state", "这份申报刚刚有了变化。", "请刷新看看现在的情况。")
    claim.state = to
    for name, value in values.items():
        setattr(claim, name, value)


def _unfit(claim: PointClaim, ending: str) -> ServiceError:
    return ServiceError("wrong_state", f"这份申报{claim.state.label}，{ending}", "请看看现在的情况。")
