"""An outbox for the tests of delivery: reminders in the queue, a platform that answers what a test says."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from models import Member, Reminder, ReminderAttempt, SubscribeCredit
from models.terms import Channel, ReminderState, Topic
from services import rulebook
from services.clock import ZONE
from services.ports import Action, Busy, PlatformError
from tests.conftest import ROOT

#: A Tuesday morning on which reminders may go out.
TUESDAY = datetime(2026, 11, 17, 9, 0, tzinfo=ZONE)
FIELDS = {"thing1": "集体学习", "time2": "2026年11月26日 14:00"}
TEMPLATE, SUBSCRIBE = "TPL-1", "SUB-1"


def with_templates(folder: Path, subscribe: str = SUBSCRIBE) -> None:
    """Put rules into force in which the account has a template for every topic."""
    shutil.copytree(ROOT / "rules", folder)
    path = folder / "reminders.toml"
    line = f'template = "{TEMPLATE}"\nsubscribe = "{subscribe}"'
    path.write_text(re.sub(r'^template = ""$', line, path.read_text("utf-8"), flags=re.M), "utf-8")
    rulebook.use(rulebook.Rulebook(folder))


def queued(member: Member, now: datetime = TUESDAY, **columns: Any) -> Reminder:
    """Put a notice of a session, which is asked nothing more before it goes, into the queue."""
    count = Reminder.select().count()
    values: dict[str, Any] = {
        "key": f"reminder-{count:06d}",
        "branch": member.branch_id,
        "member": member,
        "topic": Topic.SESSION_MOVED,
        "period": f"p{count}",
        "channel": Channel.TEMPLATE,
        "fields": json.dumps(FIELDS, ensure_ascii=False),
        "words": "改到周四",
        "way": "/m/sessions",
        "edition": "2026版",
        "due_at": now - timedelta(minutes=1),
        "not_after": now + timedelta(days=9),
        "created_at": now - timedelta(minutes=1),
    }
    return Reminder.create(**(values | columns))


def now_of(reminder: Reminder) -> Reminder:
    """Read a reminder again."""
    found: Reminder = Reminder.get_by_id(reminder.id)
    return found


def states() -> list[ReminderState]:
    """Return the states of all reminders, in the order of their making."""
    return [each.state for each in Reminder.select().order_by(Reminder.id)]


def attempts(reminder: Reminder) -> list[tuple[str, str, int | None]]:
    """Return (channel, state, code) of a reminder's attempts."""
    rows = ReminderAttempt.select().where(ReminderAttempt.reminder == reminder).order_by(ReminderAttempt.id)
    return [(str(row.channel), str(row.state), row.code) for row in rows]


def credited(openid: str, template: str = SUBSCRIBE) -> None:
    """Let somebody have accepted one message."""
    SubscribeCredit.create(openid=openid, template=template, granted_at=TUESDAY - timedelta(days=3))


def refusal(action: Action, code: int = 40000) -> PlatformError:
    return PlatformError(code, action, "/cgi-bin/message/template/send")


def busy(*, maybe_done: bool = False) -> Busy:
    return Busy("/cgi-bin/message/template/send", maybe_done=maybe_done)


@dataclass
class FakeMessenger:
    """A platform that keeps what it accepted; `answers` are raised in turn, `always` each time."""

    answers: list[PlatformError | None] = field(default_factory=list)
    always: PlatformError | None = None
    before: Callable[[str], None] = lambda _openid: None
    accepted: list[tuple[str, str, str]] = field(default_factory=list)
    calls: int = 0
    urls: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def template(
        self, openid: str, template: str, fields: Mapping[str, str], client_msg_id: str, url: str
    ) -> str:
        return self._take(openid, template, client_msg_id, url)

    def subscribe(self, openid: str, template: str, fields: Mapping[str, str], url: str) -> str:
        self._take(openid, template, "", url)
        return ""

    def _take(self, openid: str, template: str, client_msg_id: str, url: str) -> str:
        self.before(openid)
        with self._lock:
            self.calls += 1
            fault = self.always or (self.answers.pop(0) if self.answers else None)
            if fault is None:
                self.accepted.append((openid, template, client_msg_id))
                self.urls.append(url)
            number = str(1000 + len(self.accepted))
        if fault is not None:
            raise fault
        return number
