"""A member lets go of the account: what is personal goes, the Party record stays with the branch (G17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import (
    BindingCode,
    ChatState,
    Feedback,
    LoginSession,
    Member,
    MemberSetting,
    OauthCode,
    OptOut,
    PendingScan,
    RebindRequest,
    ShuxueReport,
    ShuxueText,
    StepUp,
    SubscribeCredit,
    TryCount,
    VoiceNote,
    VoiceSound,
    WechatBinding,
)
from models.terms import ReportState
from services import accounts, audit
from services.actor import member_actor
from services.privacy.cards_of import forget_cards
from services.privacy.held import Person, person_of, reports_of
from services.transaction import transaction
from services.upkeep import traces

#: Reports that nobody but the member has seen: begun and never submitted.
_UNSEEN = (ReportState.DRAFT, ReportState.NOT_FILED, ReportState.NOT_REQUIRED)
_TOUCHED = (
    WechatBinding, BindingCode, RebindRequest, LoginSession, OauthCode, PendingScan, TryCount, ChatState,
    MemberSetting, OptOut, SubscribeCredit, StepUp, ShuxueReport, ShuxueText, VoiceNote, VoiceSound, Feedback,
    Member,
)  # fmt: skip


@dataclass(frozen=True)
class Left:
    """What went: rows of drafts, voices and feedback, and whether the database has really forgotten them."""

    drafts: int
    voices: int
    feedback: int
    wiped: bool


def leave(member: Member, openid: str, now: datetime) -> Left:
    """End a member's binding and remove what is personal, at the member's own word.

    Attendance, hours, points, leave and submitted reports stay with the branch under the member's name.

    Args:
        member: who asks.
        openid: the account that asks; its logins end with those of all other accounts of the member.
        now: this moment.
    """
    with transaction():
        person = person_of(member, openid)
        forget_cards(member)
        _let_go_of_accounts(person, now)
        drafts, voices = _drop_unseen(person)
        feedback = _drop_authorship(member)
        for chosen in (MemberSetting, OptOut):
            chosen.delete().where(chosen.member == member).execute()
        Member.update(phone=None).where(Member.id == member.id).execute()
        audit.record(member_actor(member.id), now, "member.left", "member", member.id)
    return Left(drafts, voices, feedback, traces.wipe(_TOUCHED))


def _let_go_of_accounts(person: Person, now: datetime) -> None:
    accounts.forget(person.openids)
    accounts.end(WechatBinding.member == person.member, now)
    WechatBinding.update(openid="").where(WechatBinding.member == person.member).execute()
    for table in (BindingCode, RebindRequest):
        table.delete().where(table.member == person.member).execute()


def _drop_unseen(person: Person) -> tuple[int, int]:
    """Remove drafts and voices; a round that closed meanwhile keeps its line, without the words."""
    voices = VoiceNote.delete().where(VoiceNote.report.in_(reports_of(person))).execute()
    unseen = (
        (ShuxueReport.member == person.member)
        & (ShuxueReport.revision == 0)
        & ShuxueReport.state.in_(list(_UNSEEN))
    )
    ids = [key for (key,) in ShuxueReport.select(ShuxueReport.id).where(unseen).tuples()]
    drafts = ShuxueText.delete().where(ShuxueText.report.in_(ids)).execute()
    ShuxueReport.update(prefill=None).where(ShuxueReport.id.in_(ids)).execute()
    begun = ShuxueReport.id.in_(ids) & (ShuxueReport.state == ReportState.DRAFT)
    ShuxueReport.delete().where(begun).execute()
    return int(drafts), int(voices)


def _drop_authorship(member: Member) -> int:
    # What a question was about would name who asked: only the member sees the line it points to.
    nameless = Feedback.update(member=None, subject_kind=None, subject=None)
    return int(nameless.where(Feedback.member == member).execute())
