"""Tables and closed lists. See README.md for what this folder may not do."""

from models.audit import AuditLog
from models.base import database
from models.binding import BindingCode, PendingScan, RebindRequest, TryCount, WechatBinding
from models.branch_life import BranchNotice, MicroLecture, PlanItem, Survey, SurveyAnswer, SurveyTicket
from models.hours import ExternalStudy, HourEntry
from models.inbox import InboundMessage, JobClaim, LoginSession, OauthCode, PlatformToken, StepUp
from models.leave import Leave, MakeUp
from models.member import Exemption, Member, Mobility, RolePeriod
from models.moving import ContactLog, Transfer
from models.organization import Organization
from models.person import ChatState, Feedback, MemberSetting
from models.points import (
    PointClaim,
    PointDecision,
    PointEntry,
    PointOptIn,
    PointSummary,
)
from models.queue import QueuedTask
from models.reminder import (
    ChannelPause,
    OptOut,
    OutgoingFence,
    ReachNote,
    Reminder,
    ReminderAttempt,
    SubscribeCredit,
)
from models.roll import RollEntry, ScreenLink, SessionInvite
from models.session import Attendance, SceneTicket, StudySession
from models.shuxue import (
    ReportCycle,
    ShuxueReport,
    ShuxueRevision,
    ShuxueText,
    VoiceNote,
    VoiceSound,
)

#: Every table, in an order in which they can be created.
TABLES = (
    Organization,
    Member,
    RolePeriod,
    Exemption,
    Mobility,
    StudySession,
    Attendance,
    SceneTicket,
    ExternalStudy,
    HourEntry,
    WechatBinding,
    BindingCode,
    RebindRequest,
    PendingScan,
    TryCount,
    InboundMessage,
    PlatformToken,
    LoginSession,
    OauthCode,
    JobClaim,
    AuditLog,
    ReportCycle,
    ShuxueReport,
    ShuxueText,
    ShuxueRevision,
    VoiceNote,
    VoiceSound,
    PointClaim,
    PointDecision,
    PointEntry,
    PointSummary,
    PointOptIn,
    Leave,
    MakeUp,
    MemberSetting,
    ChatState,
    Feedback,
    Reminder,
    ReminderAttempt,
    SubscribeCredit,
    OptOut,
    ReachNote,
    ChannelPause,
    OutgoingFence,
    QueuedTask,
    RollEntry,
    SessionInvite,
    ScreenLink,
    Transfer,
    ContactLog,
    PlanItem,
    BranchNotice,
    Survey,
    SurveyTicket,
    SurveyAnswer,
    MicroLecture,
    StepUp,
)

#: Tables whose rows are never changed or removed; triggers of the migrations hold it (R110, G14).
APPEND_ONLY = (HourEntry, AuditLog, PointEntry, PointSummary)

__all__ = [table.__name__ for table in TABLES] + ["APPEND_ONLY", "TABLES", "database"]
