"""Timed jobs: a slot belongs to one process, a failure costs one, and what may not be kept goes (G7, F20)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from models import (
    BindingCode,
    InboundMessage,
    JobClaim,
    LoginSession,
    OauthCode,
    Organization,
    PendingScan,
    RebindRequest,
    SceneTicket,
    StudySession,
    TryCount,
    WechatBinding,
    database,
)
from models.terms import SessionState
from scheduler.jobs import JOBS, Job
from scheduler.run import run_job
from services import jobs, retention
from services.clock import civil_day, seconds
from services.transaction import transaction
from services.upkeep import sweep
from tests.builders import START, bound, confirmed, district, minutes, organization, published, scan, state
from tests.canary import stored

pytestmark = pytest.mark.usefixtures("db")


def test_a_slot_is_won_once() -> None:
    slot = jobs.slot_of(START, 300)
    assert slot % 300 == 0
    assert jobs.slot_of(START + timedelta(seconds=299), 300) == slot
    assert [bool(jobs.claim("job", slot, START)) for _ in range(2)] == [True, False]
    assert jobs.claim("job", slot + 300, START)
    assert jobs.claim("other", slot, START)


@pytest.mark.usefixtures("commits")
def test_of_claimers_at_once_one_wins_and_does_the_work_once() -> None:
    gate, done = threading.Barrier(4), []
    job = Job("count", 300, lambda now: done.append(now) or 7)
    results: list[int | None] = []

    def wake() -> None:
        gate.wait(10)
        results.append(run_job(job, lambda: START))
        database.obj.close()

    threads = [threading.Thread(target=wake) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(results, key=str) == [7, None, None, None]
    assert done == [START]
    assert (JobClaim.get().result, JobClaim.get().done_at) == (7, START)


def test_a_failed_slot_stays_unfinished_and_is_tried_again_when_its_lease_is_over() -> None:
    def work(now: object) -> int:
        if now == START:
            with transaction():
                organization("half")
                raise ZeroDivisionError
        return 1

    job = Job("shaky", 3600, work)
    assert run_job(job, lambda: START) is None
    assert JobClaim.get().done_at is None
    assert Organization.select().count() == 0
    assert run_job(job, lambda: START + timedelta(seconds=jobs.LEASE)) is None, "not at once"
    assert run_job(job, lambda: START + timedelta(seconds=jobs.LEASE + 1)) == 1
    assert run_job(job, lambda: START + timedelta(seconds=3 * jobs.LEASE)) is None, "and once"


def test_after_three_days_of_silence_what_is_overdue_is_confirmed_at_the_first_waking() -> None:
    field = district()
    keys = [published(field.branch), published(field.neighbour)]
    scan(bound(field.zhang), keys[0], START)
    confirm = next(job for job in JOBS if job.name == "confirm_overdue")
    back = START + timedelta(hours=72)
    assert run_job(confirm, lambda: back) == 2
    assert {state(key) for key in keys} == {SessionState.CONFIRMED}
    assert run_job(confirm, lambda: back + timedelta(seconds=300)) == 0


def test_every_job_has_a_name_of_its_own_and_an_interval() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert all(job.every >= 60 for job in JOBS)


def test_the_sweep_removes_what_may_not_be_kept_and_nothing_else() -> None:
    field = district()
    confirmed(field.branch, ["M1"])
    session = StudySession.get()
    for name, age in (("new", timedelta(minutes=5)), ("old", timedelta(days=40))):
        at = START - age
        InboundMessage.create(key=name, at=at, reply="")
        OauthCode.create(code_hash=name, openid=name, at=at)
        LoginSession.create(token_hash=name, openid=name, created_at=at, expires_at=at + timedelta(hours=1))
        PendingScan.create(openid=name, session=session, source="QR", at=at)
        TryCount.create(kind="bind", subject=name, day=civil_day(at), count=1)
        JobClaim.create(job=name, slot=seconds(at), claimed_at=at)
    assert sweep.sweep(START) == 6
    assert [row.key for row in InboundMessage.select()] == ["new"]
    for table, column in ((OauthCode, "openid"), (LoginSession, "openid"), (PendingScan, "openid"),
                          (TryCount, "subject"), (JobClaim, "job")):  # fmt: skip
        assert [getattr(row, column) for row in table.select()] == ["new"]
    assert sweep.sweep(minutes(0)) == 0


def test_codes_requests_and_tickets_go_when_their_time_is_over() -> None:
    field = district()
    ages = {"fresh": 1, "old": retention.CODE_DAYS + 1, "older": retention.REBIND_FORGOTTEN_DAYS + 1}
    for name, days in ages.items():
        at = START - timedelta(days=days)
        BindingCode.create(member=field.zhang, code_hash=name, created_at=at, expires_at=at)
        SceneTicket.create(scene=name, ticket="t", url="u", expires_at=at)
        RebindRequest.create(member=field.zhang, openid=f"open-{name}", asked_at=at)
        RebindRequest.create(
            member=field.li, openid=f"done-{name}", asked_at=at, state="REFUSED", decided_at=at
        )
    SceneTicket.create(scene="ahead", ticket="t", url="u", expires_at=START + timedelta(days=1))
    sweep.sweep(START)
    assert [row.code_hash for row in BindingCode.select()] == ["fresh"]
    assert [row.scene for row in SceneTicket.select()] == ["ahead"]
    assert {row.openid for row in RebindRequest.select()} == {"open-fresh", "open-old", "done-fresh"}


def test_of_an_ended_binding_the_account_goes_and_the_history_stays() -> None:
    field = district()
    bound(field.zhang, "o-now")
    for openid, days in (("o-lately", 3), ("o-long-ago", retention.UNBOUND_DAYS + 1)):
        ended = START - timedelta(days=days)
        WechatBinding.create(openid=openid, member=field.zhang, bound_at=0, unbound_at=ended)
    sweep.sweep(START)
    assert sorted(row.openid for row in WechatBinding.select()) == ["", "o-lately", "o-now"]


@pytest.mark.usefixtures("commits")
def test_what_the_sweep_removed_is_gone_from_the_file_too() -> None:
    TryCount.create(
        kind="bind", subject="o-forgotten-4711", day=civil_day(START - timedelta(days=3)), count=1
    )
    assert any(b"o-forgotten-4711" in text for text in map(_bytes, stored()))
    sweep.sweep(START)
    assert not any(b"o-forgotten-4711" in text for text in map(_bytes, stored()))


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
