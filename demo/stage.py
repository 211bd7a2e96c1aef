"""The stage of the played scene: people act through the simulator, commands through the command line."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from demo import prompt
from demo.wire import Control


class Missed(Exception):
    """Something that should have happened did not; the text says what."""


@dataclass(frozen=True)
class Actor:
    """A person with a phone."""

    openid: str
    name: str
    number: str


@dataclass
class Stage:
    """Everything that a step of the play needs; `notes` carries keys and codes from step to step."""

    command_line: Callable[[list[str]], int]
    control: Control
    service: str
    notes: dict[str, Any] = field(default_factory=dict)

    def command(self, *words: str) -> dict[str, Any]:
        """Run a command and return its document; anything but success is missed."""
        done = prompt.run(self.command_line, *words, "--json")
        if done.code:
            raise Missed(f"命令 {' '.join(words)} 退出码 {done.code}：{done.err.strip()[-300:]}")
        try:
            document: dict[str, Any] = json.loads(done.out)
        except ValueError as error:
            raise Missed(f"命令 {' '.join(words)} 没有输出一份 JSON：{done.out[:200]}") from error
        return document

    def commands(self, *lines: tuple[str, ...]) -> list[dict[str, Any]]:
        """Run commands one after the other; documents in their order."""
        return [self.command(*line) for line in lines]

    def enter(self, *people: Actor) -> None:
        """Let people have a phone."""
        for person in people:
            self.control.post("people", name=person.name, openid=person.openid)

    def act(self, person: Actor, shown: str, action: str, **body: Any) -> str:
        """Let a person do something and return what the account answered; both are printed."""
        say(person.name, shown)
        answer = self.control.post(f"people/{person.openid}/{action}", **body)
        reply = answer.get("reply") or ""
        say("述学通", reply or answer.get("shown") or "（没有回话）")
        return str(reply)

    def ask(self, person: Actor, shown: str, expected: tuple[str, ...], action: str, **body: Any) -> str:
        """Act, and require each of the expected words in the answer."""
        reply = self.act(person, shown, action, **body)
        missing = [words for words in expected if words not in reply]
        if missing:
            raise Missed(f"{person.name}{shown}，回话里没有「{'」「'.join(missing)}」")
        return reply

    def open(self, person: Actor, path: str) -> str:
        """Let a person open a page of the service and return its text."""
        page = self.control.post(f"people/{person.openid}/open", url=self.service + path)
        if page["status"] != 200:
            raise Missed(f"{person.name} 打开 {path}，得到 HTTP {page['status']}")
        return str(page["html"])

    def submit(self, person: Actor, path: str, page: str, **form: str | list[str]) -> str:
        """Let a person send the form of a page, and return the text of the page that follows."""
        way = f"people/{person.openid}/submit"
        answer = self.control.post(way, url=self.service + path, page=self.service + page, form=form)
        if answer["status"] != 200:
            raise Missed(f"{person.name} 在 {page} 提交，得到 HTTP {answer['status']}")
        return str(answer["html"])

    def message(self, person: Actor, seconds: float) -> str:
        """Wait for a template message on a person's phone, print it as it is shown, and return it."""
        until = time.monotonic() + seconds
        while not (shown := self._templates(person)):
            if time.monotonic() > until:
                raise Missed(f"{seconds:.0f} 秒内 {person.name} 的手机没有收到提醒")
            time.sleep(0.1)
        rows = (f"{row['label']}：{row['value']}" for row in shown[-1]["fields"])
        words = "\n".join((shown[-1]["title"], *rows))
        tell(f"{person.name}的手机响了")
        say("述学通", words)
        return words

    def _templates(self, person: Actor) -> list[dict[str, Any]]:
        chat = self.control.get(f"people/{person.openid}/chat?after=0")["messages"]
        return [each for each in chat if each["kind"] == "template"]


def require(holds: bool, what: str) -> None:
    """Go on only when something holds.

    Raises:
        Missed: saying what did not happen.
    """
    if not holds:
        raise Missed(what)


def say(who: str, words: str) -> None:
    """Print one bubble: the name, then the words, further lines set under the first."""
    first, *others = words.splitlines() or [""]
    print(f"  {who}：{first}")
    for line in others:
        print(f"  {'　' * len(who)}　{line}")


def tell(words: str) -> None:
    """Print what happened outside of the phones."""
    print(f"  （{words}）")
