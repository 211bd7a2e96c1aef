"""Pushes an event to the service with the platform's retry rule."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

import requests

from . import crypto, envelope, replies
from .records import Person
from .replies import Reply
from .state import World

FAULT_TEXT = "该公众号暂时无法提供服务，请稍后再试"
REORDER_WAIT = 3.0

# People see the fault text only after something they did themselves in the chat.
QUIET_EVENTS = frozenset(
    {
        "unsubscribe",
        "VIEW",
        "scancode_push",
        "LOCATION",
        "TEMPLATESENDJOBFINISH",
        "subscribe_msg_popup_event",
        "subscribe_msg_change_event",
        "subscribe_msg_sent_event",
        "user_info_modified",
        "user_authorization_revoke",
        "user_authorization_cancellation",
    }
)


@dataclass
class Attempt:
    """One delivery attempt: HTTP status (None without an answer), duration, what was wrong."""

    status: int | None
    ms: int
    problem: str | None


@dataclass
class Result:
    """The outcome of one push; `shown` is what stands in the chat because of it."""

    attempts: list[Attempt] = field(default_factory=list)
    reply: str | None = None
    shown: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the answer of the control API."""
        return asdict(self)


class Pusher:
    """Delivers pushes; one per simulator, safe to use from many threads."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._local = threading.local()

    def push(self, person: Person, fields: Mapping[str, Any]) -> Result:
        """Deliver one push with all that is switched on to go wrong, and show its reply."""
        faults = self.world.faults.take_push()
        message = self._complete(person, fields, faults)
        if faults.get("drop"):
            return Result()
        if faults.get("latency"):
            time.sleep(float(faults["latency"]))
        if faults.get("reorder"):
            self._let_one_overtake()
        result, reply = self._deliver(person, message, faults)
        self._overtook(faults)
        for _ in range(int(faults.get("duplicate", 0))):
            result.attempts.append(self._attempt(person, message, faults)[0])
        self._show(person, message, result, reply)
        return result

    def verify_address(self) -> dict[str, Any]:
        """Do what the console does when the address is saved: the service must echo a word."""
        world = self.world
        timestamp, nonce, word = str(int(world.clock.now())), world.hex(10), world.word(19)
        stamp = {"timestamp": timestamp, "nonce": nonce, "echostr": word}
        signature = crypto.sign(world.settings.token, timestamp, nonce)
        try:
            answer = self._session().get(
                f"{world.settings.service}/wechat",
                params={"signature": signature, **stamp},
                timeout=world.config.push_timeout,
            )
        except requests.RequestException as error:
            return {"ok": False, "status": None, "problem": type(error).__name__}
        echoed = answer.status_code == 200 and answer.text == word
        problem = None if echoed else "the answer is not the echostr"
        return {"ok": echoed, "status": answer.status_code, "problem": problem}

    def attempt_once(self, person: Person, fields: Mapping[str, Any]) -> tuple[Attempt, Reply | None]:
        """Deliver a push without retries, faults or chat; the load run uses it."""
        return self._attempt(person, self._complete(person, fields, {}), {})

    def _complete(
        self, person: Person, fields: Mapping[str, Any], faults: Mapping[str, Any]
    ) -> dict[str, Any]:
        now = int(self.world.clock.now() + float(faults.get("clock_skew", 0)))
        if faults.get("same_second"):
            now = self.world.faults.pin(now)
        message: dict[str, Any] = {
            "ToUserName": self.world.settings.account_id,
            "FromUserName": person.openid,
            "CreateTime": now,
            **fields,
        }
        if message["MsgType"] != "event":
            message.setdefault("MsgId", self.world.next_message_id())
        if faults.get("drop_event_key") and message.get("Event") == "subscribe":
            message["EventKey"] = ""
            message.pop("Ticket", None)
        return message

    def _let_one_overtake(self) -> None:
        gate = self.world.faults.gate
        with self.world.lock:
            first, gate.waiting = not gate.waiting, True
        if first:
            gate.passed.wait(REORDER_WAIT)
            with self.world.lock:
                gate.waiting = False
                gate.passed.clear()

    def _overtook(self, faults: Mapping[str, Any]) -> None:
        if faults.get("reorder"):
            self.world.faults.gate.passed.set()

    def _deliver(
        self, person: Person, message: Mapping[str, Any], faults: Mapping[str, Any]
    ) -> tuple[Result, Reply | None]:
        result, valid = Result(), None
        parallel = int(faults.get("parallel", 1))
        if parallel > 1:
            with ThreadPoolExecutor(parallel) as pool:
                runs = [pool.submit(self._attempt, person, message, faults) for _ in range(parallel)]
                for attempt, reply in (run.result() for run in runs):
                    result.attempts.append(attempt)
                    valid = valid if valid is not None and valid.kind else reply or valid
            return result, valid
        for _ in range(self.world.config.attempts):
            attempt, reply = self._attempt(person, message, faults)
            result.attempts.append(attempt)
            # A wrong answer in time is final: only silence and HTTP errors are tried again.
            if reply is not None or attempt.status == 200:
                return result, reply
        return result, None

    def _attempt(
        self, person: Person, message: Mapping[str, Any], faults: Mapping[str, Any]
    ) -> tuple[Attempt, Reply | None]:
        world = self.world
        mode = str(world.config.mode)
        timestamp = str(int(world.clock.now() + float(faults.get("clock_skew", 0))))
        stamp = (timestamp, str(world.random.randrange(10**8, 10**10)), world.bytes16())
        letter = envelope.seal(world.settings, mode, message, stamp)
        status, body, ms, problem = self._post(letter)
        reply = None
        if problem is None:
            try:
                reply = replies.read(world.settings, mode, person.openid, body)
            except ValueError as error:
                problem = str(error)
        if problem is not None:
            self._record(person, message, problem)
        return Attempt(status, ms, problem), reply

    def _post(self, letter: envelope.Letter) -> tuple[int | None, bytes, int, str | None]:
        """Post a letter: status, body, milliseconds, and what was wrong with the transport."""
        limit = self.world.config.push_timeout
        started = time.monotonic()
        try:
            answer = self._session().post(
                f"{self.world.settings.service}/wechat",
                params=letter.query,
                data=letter.body,
                headers={"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"},
                timeout=limit,
                allow_redirects=False,
            )
        except requests.Timeout:
            ms = round((time.monotonic() - started) * 1000)
            return None, b"", ms, f"no answer within {limit:g} s"
        except requests.RequestException as error:
            ms = round((time.monotonic() - started) * 1000)
            return None, b"", ms, f"no connection: {type(error).__name__}"
        ms = round((time.monotonic() - started) * 1000)
        if ms > limit * 1000:
            return None, b"", ms, f"no answer within {limit:g} s"
        if answer.status_code != 200:
            return answer.status_code, b"", ms, f"HTTP {answer.status_code}"
        return 200, answer.content, ms, None

    def _session(self) -> requests.Session:
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.trust_env = False
        return session

    def _record(self, person: Person, message: Mapping[str, Any], problem: str) -> None:
        world = self.world
        entry = {
            "at": world.clock.iso(),
            "openid": person.openid,
            "what": message.get("Event") or message["MsgType"],
            "problem": problem,
        }
        with world.lock:
            world.push_problems = [*world.push_problems[-499:], entry]

    def _show(self, person: Person, message: Mapping[str, Any], result: Result, reply: Reply | None) -> None:
        if reply is None:
            if message.get("Event") not in QUIET_EVENTS:
                result.shown = FAULT_TEXT
                self.world.say(person, "system", "fault", FAULT_TEXT)
            return
        result.reply = reply.text if reply.kind else None
        # Whoever has just left sees nothing more of the account.
        if reply.kind and message.get("Event") != "unsubscribe":
            result.shown = reply.text
            self.world.say(person, "account", reply.kind, reply.text, **reply.more)
