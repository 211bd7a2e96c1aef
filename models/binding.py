"""The WeChat account that is a member's, and the steps on the way to it."""

from __future__ import annotations

from peewee import SQL, BooleanField, CharField, ForeignKeyField, IntegerField

from models.base import BaseModel, DayField, MomentField, TermField
from models.member import Member
from models.session import StudySession
from models.terms import RequestState


class WechatBinding(BaseModel):
    """openid ↔ member, one to one while in force; ended bindings stay as history (R101).

    `notice` is the edition of the privacy notice that was shown when the account was bound.
    """

    openid = CharField(max_length=64)
    member = ForeignKeyField(Member, backref="bindings", on_delete="CASCADE")
    bound_at = MomentField()
    unbound_at = MomentField(null=True)
    following = BooleanField(default=True)
    notice = CharField(max_length=20, null=True)


WechatBinding.add_index(
    WechatBinding.index(
        WechatBinding.openid,
        unique=True,
        where=WechatBinding.unbound_at.is_null(),
        name="wechat_binding_openid_in_force",
    )
)
WechatBinding.add_index(
    WechatBinding.index(
        WechatBinding.member,
        unique=True,
        where=WechatBinding.unbound_at.is_null(),
        name="wechat_binding_member_in_force",
    )
)


class BindingCode(BaseModel):
    """A code that ties an account to a member: spoken (24 h) or printed on a card; only its hash is kept."""

    member = ForeignKeyField(Member, backref="binding_codes", on_delete="CASCADE")
    code_hash = CharField(max_length=64, unique=True)
    printed = BooleanField(default=False)
    created_at = MomentField()
    expires_at = MomentField()
    used_at = MomentField(null=True)


class RebindRequest(BaseModel):
    """A member's new phone, waiting for the secretary's yes (R101)."""

    member = ForeignKeyField(Member, backref="rebind_requests", on_delete="CASCADE")
    openid = CharField(max_length=64)
    asked_at = MomentField()
    state = TermField(RequestState, default=RequestState.PENDING)
    decided_by = ForeignKeyField(Member, null=True, on_delete="SET NULL")
    decided_at = MomentField(null=True)

    class Meta:
        """One account asks for one member once at a time."""

        indexes = ((("member", "openid"), True),)


class PendingScan(BaseModel):
    """A scan by an account that is not bound yet; it becomes the check-in once bound in time (R26)."""

    openid = CharField(max_length=64)
    session = ForeignKeyField(StudySession, on_delete="CASCADE")
    source = CharField(max_length=24)
    at = MomentField()

    class Meta:
        """The first scan of a session counts."""

        indexes = ((("openid", "session"), True),)


class TryCount(BaseModel):
    """Wrong tries of one account on one day: guessing ends politely."""

    kind = CharField(max_length=24)
    subject = CharField(max_length=64)
    day = DayField()
    count = IntegerField(default=0, constraints=[SQL("CHECK (count >= 0)")])

    class Meta:
        """One counter per account and day."""

        indexes = ((("kind", "subject", "day"), True),)
