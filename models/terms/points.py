"""Points and their claims."""

from __future__ import annotations

from models.terms.term import Term


class ClaimState(Term):
    """States of a monthly claim."""

    SUBMITTED = "SUBMITTED", "等支部看"
    RETURNED = "RETURNED", "请再补充"
    POSTED = "POSTED", "已记分"
    REFUSED = "REFUSED", "未同意"
    OBJECTED = "OBJECTED", "已提出异议"
    REFUSED_FINAL = "REFUSED_FINAL", "复核后未同意"
    REVERSED = "REVERSED", "已冲销"
    WITHDRAWN = "WITHDRAWN", "已收回"


class DecisionKind(Term):
    """What a body may decide about points (R65, R66)."""

    DEDUCT = "DEDUCT", "扣分"
    VETO = "VETO", "一票否决"


class PointSource(Term):
    """Where a line of points comes from (R111)."""

    BASE = "BASE", "基础分"
    SESSION = "SESSION", "参加学习"
    CLAIM = "CLAIM", "月申报"
    DEDUCT = "DEDUCT", "扣分"
    VETO = "VETO", "一票否决"
    REVERSAL = "REVERSAL", "冲销"
