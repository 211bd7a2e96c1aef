"""Everything the simulated platform remembers, in memory behind one lock."""

from __future__ import annotations

import random
import string
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock
from .faults import Faults
from .records import Code, Grant, Media, Person, Template, Ticket, Token
from .settings import SimulatorSettings

DEFAULT_QUOTAS = {
    "cgi-bin/token": 2_000,
    "cgi-bin/stable_token": 500_000,
    "cgi-bin/qrcode/create": 100_000,
    "cgi-bin/message/custom/send": 500_000,
    "cgi-bin/message/template/send": 100_000,
    "cgi-bin/message/subscribe/bizsend": 100_000,
    "cgi-bin/user/info": 5_000_000,
    "cgi-bin/user/info/batchget": 5_000_000,
    "cgi-bin/user/get": 5_000_000,
    "cgi-bin/menu/create": 1_000,
    "cgi-bin/media/upload": 100_000,
    "cgi-bin/clear_quota": 10,
}


@dataclass
class Config:
    """What the control API may switch while the simulator runs."""

    mode: str = "safe"
    attempts: int = 3
    push_timeout: float = 5.0
    certified: bool = True
    receipts: str = "auto"
    receipt_delay: float = 0.3
    ip_whitelist: list[str] = field(default_factory=list)
    oauth_domains: list[str] = field(default_factory=list)


Later = Callable[[float, Person, Mapping[str, Any]], None]


def _nowhere(delay: float, person: Person, fields: Mapping[str, Any]) -> None:
    """Push nothing; stands in until the simulator is put together."""


class World:
    """The platform's whole memory. Hold `lock` while changing it, never during a request."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.background = ThreadPoolExecutor(16, thread_name_prefix="simulator")
        self.on_reset: list[Callable[[], None]] = []
        self.later: Later = _nowhere
        self.reset()

    def reset(self) -> None:
        """Forget everything and set the scene again."""
        with self.lock:
            own = self.settings
            self.clock = Clock()
            # Seeded, so that a run can be repeated; it guards nothing.
            self.random = random.Random(own.seed)  # noqa: S311
            self.config = Config(own.mode, own.attempts, own.push_timeout, receipt_delay=own.receipt_delay)
            self.faults = Faults()
            self.people: dict[str, Person] = {}
            self.tickets: dict[str, Ticket] = {}
            self.tokens: dict[str, Token] = {}
            self.codes: dict[str, Code] = {}
            self.grants: dict[str, Grant] = {}
            self.media: dict[str, Media] = {}
            self.templates: dict[str, Template] = {}
            self.menu: dict[str, Any] | None = None
            self.js_tickets: dict[str, tuple[str, float]] = {}
            self.sent: dict[tuple[str, str], tuple[int, float]] = {}
            self.held_receipts: list[tuple[str, int]] = []
            self.calls: Counter[str] = Counter()
            self.call_errors: defaultdict[str, Counter[str]] = defaultdict(Counter)
            self.used: Counter[tuple[str, str]] = Counter()
            self.quotas: dict[str, int] = dict(DEFAULT_QUOTAS)
            self.push_problems: list[dict[str, Any]] = []
            self._last_id = 23_000_000_000_000_000 + self.random.randrange(10**9) * 1000
            self._last_template_id = 3_000_000_000 + self.random.randrange(10**6)
            self._set_scene(own.scene)
        for hook in self.on_reset:
            hook()

    def _set_scene(self, scene: Mapping[str, Any]) -> None:
        self.account_name = str(scene.get("account", "述学通"))
        for entry in scene.get("people", []):
            person = self.add_person(entry["name"], entry.get("openid"), entry.get("note", ""))
            person.card_scene = entry.get("card_scene", "")
            person.followed = bool(entry.get("follow", False))
            person.follow_time = int(self.clock.now()) if person.followed else 0
            person.offered = bool(entry.get("offered", True))
        for entry in scene.get("templates", []):
            template = Template.from_json(entry)
            self.templates[template.template_id] = template
        self.menu = scene.get("menu_default")

    def hex(self, digits: int) -> str:
        """Return seeded random hex digits."""
        with self.lock:
            return "".join(self.random.choices("0123456789abcdef", k=digits))

    def word(self, length: int) -> str:
        """Return seeded random letters and digits."""
        with self.lock:
            return "".join(self.random.choices(string.ascii_letters + string.digits, k=length))

    def bytes16(self) -> bytes:
        """Return the random prefix of one encrypted message."""
        return self.word(16).encode()

    def next_message_id(self) -> int:
        """Return the 64-bit MsgId of the next message."""
        with self.lock:
            self._last_id += 1
            return self._last_id

    def next_template_message_id(self) -> int:
        """Return the msgid of the next template message."""
        with self.lock:
            self._last_template_id += 1
            return self._last_template_id

    def add_person(self, name: str, openid: str | None = None, note: str = "") -> Person:
        """Add a person who has WeChat; an openid that exists already is renamed."""
        with self.lock:
            key = openid or "o" + self.word(27)
            person = self.people.get(key)
            if person is None:
                person = self.people[key] = Person(openid=key, name=name)
            person.name, person.note = name, note or person.note
            return person

    def say(self, person: Person, speaker: str, kind: str, text: str, **more: Any) -> None:
        """Add one message to a person's chat; `speaker` is me, account or system."""
        with self.lock:
            person.chat.append(
                {
                    "id": len(person.chat) + 1,
                    "from": speaker,
                    "kind": kind,
                    "text": text,
                    "at": self.clock.iso(),
                    **more,
                }
            )

    def ticket_for_scene(self, scene: str) -> Ticket | None:
        """Return the newest live parametric QR of a scene, if there is one."""
        now = self.clock.now()
        with self.lock:
            found = [t for t in self.tickets.values() if t.scene == scene and t.live(now)]
        return found[-1] if found else None

    def count(self, path: str, code: int | str) -> None:
        """Count one API call and, when it was refused, its code."""
        with self.lock:
            self.calls[path] += 1
            if code:
                self.call_errors[path][str(code)] += 1

    def spend_quota(self, path: str) -> bool:
        """Use one call of today's quota; False when none is left."""
        with self.lock:
            limit = self.quotas.get(path)
            key = (self.clock.today(), path)
            if limit is not None and self.used[key] >= limit:
                return False
            self.used[key] += 1
            return True
