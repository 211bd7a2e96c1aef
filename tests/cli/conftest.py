"""The command line as the tests drive it: a small branch, a fixed clock, commands run in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest

import cli
from models import Exemption, Member, Organization, RolePeriod
from models.terms import ExemptionKind, MemberCategory, OrgKind, Role, Sector
from scheduler.deliver import Deliverer, Post
from services.delivery import Tally
from tests.fakes import DirectRunner
from tests.outbox import FakeMessenger


class FakeFault(Exception):
    """Stands for the settings' fault of config.py."""


class FakeSettings:
    """Settings without any WECHAT_* value, as a deployment has them before the account is there."""

    def __init__(self, **values: Any) -> None:
        self.values = values

    def require_wechat(self) -> None:
        """Refuse unless an app id is set."""
        if not self.values.get("wechat_app_id"):
            raise FakeFault("settings refused:\n- WECHAT_APP_ID: missing\n- WECHAT_TOKEN: missing")

    def model_dump(self) -> dict[str, Any]:
        """Return what was given."""
        return self.values


class FakePlatform:
    """Counts the menus that were pushed."""

    def __init__(self) -> None:
        self.menus = 0

    def push_menu(self) -> None:
        """Take the menu."""
        self.menus += 1

    def templates(self) -> list[str]:
        """Return the templates of the account."""
        return ["TPL-1"]


@dataclass
class Desk:
    """An operator at the command line; `ran` holds what long-running commands were started with."""

    capsys: pytest.CaptureFixture[str]
    now: datetime
    settings: FakeSettings = field(default_factory=FakeSettings)
    platform: FakePlatform = field(default_factory=FakePlatform)
    ran: list[tuple[Any, ...]] = field(default_factory=list)
    messenger: FakeMessenger = field(default_factory=FakeMessenger)

    def tools(self, **other: Any) -> cli.CliTools:
        """Return the doors, some of them replaced."""
        doors: dict[str, Any] = {
            "clock": lambda: self.now,
            "load_settings": self._load,
            "settings_fault": FakeFault,
            "open_database": lambda settings: None,
            "serve": lambda settings, host, port, web: self.ran.append(("serve", host, port, web)) or 0,
            "scheduler": lambda settings: self.ran.append(("scheduler",)) or 0,
            "demo": lambda port: self.ran.append(("demo", port)) or 0,
            "play": lambda: self.ran.append(("play",)) or 0,
            "platform": lambda settings: self.platform,
            "deliver": lambda settings: self.deliver(),
        }
        return cli.CliTools(**{**doors, **other})

    def deliver(self) -> Tally:
        """Send what is due by a platform that accepts everything."""
        runner: Any = DirectRunner()
        return Deliverer(Post(self.messenger, runner, lambda: self.now, "https://x.test", 1)).run()

    def _load(self, wechat: bool) -> FakeSettings:
        if wechat:
            self.settings.require_wechat()
        return self.settings

    def run(self, *words: str, **other: Any) -> tuple[int, str, str]:
        """Run a command; returns (exit code, stdout, stderr)."""
        self.capsys.readouterr()
        code = cli.main(list(words), self.tools(**other))
        out, err = self.capsys.readouterr()
        return code, out, err

    def json(self, *words: str) -> Any:
        """Run a command that must succeed and return its document."""
        code, out, err = self.run(*words, "--json")
        assert code == 0, err
        return json.loads(out)

    def refused(self, *words: str, code: int = 1) -> str:
        """Run a command that must be refused and return the sentence on stderr."""
        found, out, err = self.run(*words, "--json")
        assert (found, out) == (code, ""), err
        assert "Traceback" not in err
        return err

    def create(self, start: str = "2026-11-21T10:20", **options: str) -> Any:
        """Publish a theme day of the branch and return its document."""
        given = {"branch": "ZB01", "kind": "THEME_DAY", "title": "主题党日", "start": start, "minutes": "90"}
        given |= {"area": "RULES", **options}
        words = [word for name, value in given.items() for word in (f"--{name}", value)]
        return self.json("session", "create", *words)


@pytest.fixture
def desk(db: Any, now: datetime, capsys: pytest.CaptureFixture[str]) -> Desk:
    """An operator with a branch of five members on a database of either kind."""
    _branch()
    return Desk(capsys, now)


@pytest.fixture
def bare_desk(now: datetime, capsys: pytest.CaptureFixture[str]) -> Desk:
    """An operator whose database nobody opened."""
    return Desk(capsys, now)


@pytest.fixture
def hours_of(desk: Desk) -> Callable[[str], str]:
    """Say what a member has this year."""
    return lambda number: str(desk.json("member", "show", number)["hours"]["credited"])


def _branch() -> None:
    branch = _organization("ZB01", "城东第一党支部", OrgKind.BRANCH, None)
    group = _organization("ZB01X1", "第一党小组", OrgKind.GROUP, branch)
    other = _organization("ZB02", "城西第三党支部", OrgKind.BRANCH, None)
    secretary = _member("DY01", "王芳", branch)
    _member("DY02", "李强", branch, group)
    _member("DY03", "张伟", branch, group)
    elder = _member("DY04", "阿依古丽·买买提", branch)
    _member("DY05", "赵磊", other)
    head = _member("DY06", "陈静", branch, group)
    start = date(2025, 1, 1)
    RolePeriod.insert(
        member=secretary, role=Role.SECRETARY, title="书记", organization=branch, starts=start
    ).execute()
    RolePeriod.insert(
        member=head, role=Role.GROUP_HEAD, title="党小组长", organization=group, starts=start
    ).execute()
    kind = ExemptionKind.NOT_REQUIRED
    Exemption.insert(member=elder, kind=kind, starts=date(2026, 1, 1), decided_on=date(2026, 1, 1)).execute()


def _organization(code: str, name: str, kind: OrgKind, parent: Organization | None) -> Organization:
    made = Organization.create(code=code, name=name, kind=kind, parent=parent, sector=Sector.ORGAN)
    made.path = f"{parent.path if parent else ''}{made.id}."
    made.save()
    return made


def _member(number: str, name: str, branch: Organization, group: Organization | None = None) -> Member:
    day = date(2010, 5, 4)
    category = MemberCategory.IN_SERVICE
    return Member.create(
        number=number,
        name=name,
        branch=branch,
        group=group,
        category=category,
        joined_on=day,
        active_from=day,
    )
