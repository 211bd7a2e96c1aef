"""Reminders against a simulated platform with faults: nothing twice, no call too long (G6, G10)."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from models import ChannelPause, Reminder, WechatBinding
from models.connection import connect, disconnect
from models.terms import ReminderState
from scheduler.deliver import Deliverer, Post
from services.delivery import upkeep
from services.tokens import TokenTable
from services.writer import Writer
from simulator.settings import SimulatorSettings
from tests.builders import District, district, member
from tests.fakes import FixedClock
from tests.outbox import FIELDS, SUBSCRIBE, TEMPLATE, TUESDAY, queued, with_templates
from tests.simulator.harness import Simulator
from wechat import client
from wechat.calls import PlatformClient
from wechat.messenger import WechatMessenger

SEND = "cgi-bin/message/template/send"
CONTENT = "".join(f"{{{{{key}.DATA}}}}\n" for key in FIELDS)
TEMPLATES = [{"template_id": name, "title": "学习改期", "content": CONTENT} for name in (TEMPLATE, SUBSCRIBE)]


class Field:
    """The platform on a port of its own, our client, and members who follow."""

    def __init__(self, origin: str, sim: Simulator, clock: FixedClock, field: District) -> None:
        self.sim, self.clock, self.field = sim, clock, field
        self.ahead = 0.0
        own = sim.world.settings
        self.client = PlatformClient(
            own.app_id, own.app_secret, store=TokenTable(), now=lambda: clock().timestamp(),
            monotonic=lambda: time.monotonic() + self.ahead, api_base=origin,
        )  # fmt: skip
        self.writer = Writer()

    def people(self, count: int) -> list[Reminder]:
        """Let so many members be bound and follow, each with one reminder that is due."""
        rows = []
        for number in range(count):
            who = member(f"P{Reminder.select().count():03d}", self.field.branch)
            openid = self.sim.person(f"党员{number}")
            WechatBinding.create(openid=openid, member=who, bound_at=TUESDAY)
            rows.append(queued(who))
        return rows

    def deliver(self, threads: int = 4) -> Counter[str]:
        messenger = WechatMessenger(self.client)
        tally = Deliverer(Post(messenger, self.writer, self.clock, "https://x.test", threads)).run()
        return Counter(accepted=tally.accepted, refused=tally.refused, failed=tally.failed)

    def fault(self, **fault: Any) -> None:
        self.sim.control("faults", api={SEND: fault})

    def later(self, **by: float) -> None:
        self.clock.move(**by)
        upkeep.sweep(self.clock())

    def received(self) -> Counter[int]:
        """Count the messages on each phone."""
        return Counter(
            sum(message.get("kind") == "template" for message in self.sim.chat(openid))
            for openid in list(self.sim.world.people)
        )

    @staticmethod
    def states() -> Counter[ReminderState]:
        return Counter(each.state for each in Reminder.select())


@pytest.fixture
def field(tmp_path: Path, sqlite_template: Path) -> Iterator[Field]:
    path = tmp_path / "faults.db"
    path.write_bytes(sqlite_template.read_bytes())
    connect(f"sqlite:///{path}")
    with_templates(tmp_path / "rules")
    sim = Simulator(SimulatorSettings(scene={"templates": TEMPLATES}, receipt_delay=60))
    server = make_server("127.0.0.1", 0, sim.app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    made = Field(f"http://127.0.0.1:{server.server_port}", sim, FixedClock(TUESDAY), district())
    sim.control("config", receipts="hold")
    yield made
    made.writer.stop()
    server.shutdown()
    server.server_close()
    disconnect()


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ({"errcode": -1}, ReminderState.FAILED),
        ({"html502": True}, ReminderState.FAILED),
        ({"html200": True}, ReminderState.FAILED),
        ({"errcode": 43004}, ReminderState.INBOX),
        ({"errcode": 43101}, ReminderState.INBOX),
        ({"errcode": 47003}, ReminderState.INBOX),
        ({"errcode": 48001}, ReminderState.INBOX),
        ({"errcode": 45009}, ReminderState.DUE),
        ({"drop": True}, ReminderState.UNKNOWN),
    ],
    ids=str,
)
def test_one_fault_and_the_others_arrive_once(
    field: Field, fault: dict[str, Any], state: ReminderState
) -> None:
    field.people(4)
    field.fault(**fault, times=1)
    field.deliver(threads=1)
    field.later(hours=2)
    field.deliver()
    paused = state is ReminderState.DUE
    kept = {ReminderState.FAILED: ReminderState.ACCEPTED}.get(state, state)
    if fault.get("errcode") == 48001:
        assert field.states() == Counter({ReminderState.INBOX: 4}), (
            "the channel is off until somebody wakes it"
        )
    elif paused:
        assert field.states() == Counter({ReminderState.DUE: 4}), "the channel rests until midnight"
        field.clock.move(hours=21)
        field.deliver()
        assert field.states() == Counter({ReminderState.ACCEPTED: 4})
    else:
        assert field.states() == Counter({ReminderState.ACCEPTED: 3}) + Counter([kept])
    assert max(field.received()) <= 1, "nobody reads it twice"


def test_a_revoked_token_is_fetched_anew_and_everything_arrives(field: Field) -> None:
    field.people(2)
    assert field.deliver() == Counter(accepted=2)
    fetched = field.sim.world.calls["cgi-bin/stable_token"]
    for token in field.sim.world.tokens.values():
        token.revoked = True
    field.clock.move(minutes=2)
    field.people(6)
    field.deliver()
    field.later(minutes=3)
    field.deliver()
    assert field.states() == Counter({ReminderState.ACCEPTED: 8})
    assert field.sim.world.calls["cgi-bin/stable_token"] <= fetched + 2
    assert field.received() == Counter({1: 8})


def test_a_platform_that_hangs_costs_no_call_more_than_its_time_and_ends_the_run(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    field.people(12)
    # What is eight seconds in life is a quarter of one here.
    monkeypatch.setattr(client, "TIMEOUT", client.Timeout(connect=0.25, read=0.25, total=0.25))
    field.fault(latency=1.0)
    began = time.monotonic()
    field.deliver(threads=4)
    assert time.monotonic() - began < 12 * 0.25 + 2
    states = field.states()
    assert states[ReminderState.UNKNOWN] >= 5
    assert set(states) <= {ReminderState.UNKNOWN, ReminderState.FAILED, ReminderState.DUE}
    unknown = states[ReminderState.UNKNOWN]
    time.sleep(1.1)
    field.sim.web.delete("/sim/api/faults")
    field.ahead = 60.0
    # The breaker lets one call try whether the platform is back; the others come again a little later.
    for _ in range(2):
        field.later(minutes=5)
        field.deliver()
    assert field.states() == Counter({ReminderState.UNKNOWN: unknown, ReminderState.ACCEPTED: 12 - unknown})
    assert max(field.received()) <= 1


def test_the_time_limits_of_a_call_are_those_of_the_promise() -> None:
    assert (client.TIMEOUT.connect_timeout, client.TIMEOUT.read_timeout, client.TIMEOUT.total) == (3, 8, 8)


def test_a_daily_quota_rests_the_channel_once_and_no_call_follows(field: Field) -> None:
    field.people(20)
    field.sim.world.quotas[SEND] = 5
    field.deliver(threads=1)
    assert field.states() == Counter({ReminderState.ACCEPTED: 5, ReminderState.DUE: 15})
    assert ChannelPause.select().count() == 1
    assert field.sim.world.calls[SEND] == 6


def test_a_field_that_the_platform_refuses_is_named_in_the_log(field: Field, capsys: Any) -> None:
    field.people(1)
    field.fault(errcode=47003, errmsg="argument invalid! data.thing1.value invalid")
    field.deliver()
    said = capsys.readouterr().out
    assert "field=thing1" in said
    assert "code=47003" in said
