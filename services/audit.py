"""One line in the audit log for each change of a decided thing."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from models import AuditLog
from services.actor import Actor


def record(
    actor: Actor,
    now: datetime,
    action: str,
    subject_kind: str,
    subject: object,
    *,
    reason: str | None = None,
    **detail: Any,
) -> None:
    """Write the line inside the caller's transaction.

    `detail` holds ids and states only, never names or texts.
    """
    AuditLog.insert(
        at=now,
        actor_kind=actor.kind,
        actor=actor.member_id,
        action=action,
        subject_kind=subject_kind,
        subject=str(subject),
        reason=reason,
        detail=json.dumps(detail, ensure_ascii=False, sort_keys=True) if detail else None,
    ).execute()
