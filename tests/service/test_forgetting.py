"""What a device sent and transfers that came to nothing go in their time; the record stays (F20)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import Attendance, RollEntry, StepUp, StudySession, Transfer
from models.terms import AttendanceStatus, RollOutcome, SessionState, TransferState
from services import accounts, retention, step_up
from services.study import sessions
from services.upkeep import sweep
from tests.builders import START, bound, district, published

DAY = timedelta(days=1)


def entry(session: StudySession, who: Any, nonce: str, received: Any) -> None:
    RollEntry.create(
        nonce=nonce, branch=session.organization_id, session=session, member=who, at=START,
        received_at=received, status=AttendanceStatus.PRESENT, outcome=RollOutcome.TAKEN,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("confirmed", "days", "left"),
    [
        (True, retention.ROLL_DAYS - 1, 1),
        (True, retention.ROLL_DAYS + 1, 0),
        (False, retention.ROLL_DAYS + 1, 1),
        (False, retention.ROLL_FORGOTTEN_DAYS + 1, 0),
    ],
)
def test_entries_stay_while_a_device_may_send_again(db: Any, confirmed: bool, days: int, left: int) -> None:
    field = district()
    session = sessions.find(published(field.branch))
    places = Attendance.select().count()
    if confirmed:
        StudySession.update(state=SessionState.CONFIRMED, confirmed_at=START).execute()
    entry(session, field.zhang, "n" * 20, START)
    sweep.sweep(START + days * DAY)
    assert (RollEntry.select().count(), Attendance.select().count()) == (left, places)


def test_an_entry_that_came_late_is_kept_as_long_from_then(db: Any) -> None:
    field = district()
    session = sessions.find(published(field.branch))
    StudySession.update(state=SessionState.CONFIRMED, confirmed_at=START).execute()
    entry(session, field.zhang, "n" * 20, START + 29 * DAY)
    sweep.sweep(START + 31 * DAY)
    assert RollEntry.select().count() == 1


def test_a_transfer_that_came_to_nothing_goes_and_one_that_was_done_stays(db: Any) -> None:
    field = district()
    for number, state in enumerate(TransferState):
        open_still = state is TransferState.PROPOSED
        Transfer.create(
            key=f"t{number}", member=field.zhang, origin=field.branch, target=field.neighbour,
            day=START.date(), state=state, asked_at=START, decided_at=None if open_still else START,
        )  # fmt: skip
    sweep.sweep(START + (retention.TRANSFER_DAYS + 1) * DAY)
    assert {row.state for row in Transfer.select()} == {TransferState.PROPOSED, TransferState.DONE}


def test_a_code_of_proof_goes_with_its_time_and_with_the_account(db: Any) -> None:
    field = district()
    account = bound(field.zhang)
    step_up.ask(account, START)
    sweep.sweep(START + DAY)
    assert StepUp.select().count() == 0
    step_up.ask(account, START)
    accounts.forget([account])
    assert StepUp.select().count() == 0
