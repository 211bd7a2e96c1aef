"""Stand-ins for what the services ask of the outside: they answer what a test says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from models import database
from services.ports import Action, Busy, PlatformError

T = TypeVar("T")


@dataclass
class FixedClock:
    """A clock that stands still until it is moved."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        """Move by a timedelta's arguments."""
        self.at += timedelta(**by)


@dataclass
class FakeIdentity:
    """A platform whose codes work once; `people` maps a code to (openid, is it a snapshot user)."""

    people: dict[str, tuple[str, bool]] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    busy: bool = False

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        return f"https://platform.test/authorize?redirect_uri={redirect_uri}&state={state}"

    def person(self, code: str) -> tuple[str, bool]:
        if self.busy:
            raise Busy("/sns/oauth2/access_token")
        if code in self.used or code not in self.people:
            raise PlatformError(40163, Action.LOGIN_AGAIN, "/sns/oauth2/access_token")
        self.used.append(code)
        return self.people[code]


@dataclass
class FakeSceneQr:
    """A platform that gives a QR for every scene, or none while it is `away`."""

    away: bool = False
    asked: list[str] = field(default_factory=list)

    def scene_url(self, scene: str, seconds: int) -> tuple[str, str]:
        self.asked.append(scene)
        if self.away:
            raise Busy("/cgi-bin/qrcode/create")
        return f"ticket-{scene}", f"https://platform.test/q/{scene}"


class DirectRunner:
    """Runs the work where it is called, in a transaction of its own.

    Like the writer's thread, the work knows nothing of the request that handed it over.
    """

    def run(self, act: Callable[[], T], timeout: float = 0) -> T:
        with database.atomic():
            return Context().run(act)
