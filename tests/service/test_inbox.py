"""Each push once: its key, the act and the answer stand or fall together (WECHAT part 4, R112)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from models import InboundMessage, Organization, database
from services import inbox, keyring
from services.errors import ServiceError
from services.keyring import Keyring
from services.transaction import transaction
from services.writer import Writer
from tests.builders import START, organization

pytestmark = pytest.mark.usefixtures("commits", "db")

T = TypeVar("T")


class Direct:
    """Runs the work at once on this thread, as a process with a writer of its own would."""

    def run(self, act: Callable[[], T]) -> T:
        with transaction():
            return act()


@pytest.fixture
def writer() -> Iterator[Writer]:
    made = Writer()
    yield made
    made.stop()


@pytest.fixture(params=["direct", "writer"])
def runner(request: pytest.FixtureRequest) -> Any:
    return Direct() if request.param == "direct" else request.getfixturevalue("writer")


def words_of(refusal: ServiceError) -> str:
    return f"拒绝：{refusal.message}"


def answer(runner: Any, key: str, act: Callable[[], str]) -> str:
    return inbox.answer_once(runner, key, act, words_of, START)


def test_a_covered_answer_is_given_to_every_copy_and_stands_nowhere_in_clear(runner: Any) -> None:
    said = inbox.Covered("验证码：135 790")
    assert [answer(runner, "k", lambda: said) for _ in range(3)] == [said] * 3
    kept = InboundMessage.get().reply
    assert "135 790" not in kept
    assert "验证码" not in kept
    keyring.use(Keyring("another secret, long enough for a test"))
    assert answer(runner, "k", lambda: said) == ""


def test_the_same_push_is_acted_on_once_and_all_copies_get_the_same_answer(runner: Any) -> None:
    done: list[int] = []

    def act() -> str:
        done.append(1)
        organization(f"ZB{len(done)}")
        return f"第 {len(done)} 次"

    assert [answer(runner, "k", act) for _ in range(3)] == ["第 1 次"] * 3
    assert Organization.select().count() == 1


def test_another_push_gets_its_own_answer(runner: Any) -> None:
    assert (answer(runner, "a", lambda: "甲"), answer(runner, "b", lambda: "乙")) == ("甲", "乙")


def test_an_answer_without_words_is_kept_as_well(runner: Any) -> None:
    assert answer(runner, "k", str) == ""
    assert answer(runner, "k", lambda: "迟到的") == ""


def test_a_refusal_leaves_nothing_behind_and_its_answer_is_kept(runner: Any) -> None:
    def act() -> str:
        organization("ZB1")
        raise ServiceError("ended", "签到已结束。")

    assert answer(runner, "k", act) == "拒绝：签到已结束。"
    assert answer(runner, "k", lambda: "后来又行了") == "拒绝：签到已结束。"
    assert Organization.select().count() == 0


def test_a_failing_act_leaves_nothing_and_the_key_is_free_for_the_next_attempt(runner: Any) -> None:
    def act() -> str:
        organization("ZB1")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        answer(runner, "k", act)
    assert (Organization.select().count(), InboundMessage.select().count()) == (0, 0)
    assert answer(runner, "k", lambda: "好了") == "好了"


def test_a_copy_whose_refusal_comes_second_gets_the_first_answer(runner: Any) -> None:
    def overtaken() -> str:
        raise ServiceError("late", "晚了。")

    def refuse(refusal: ServiceError) -> str:
        InboundMessage.create(key="k", at=START, reply="先到的")
        return words_of(refusal)

    assert inbox.answer_once(runner, "k", overtaken, refuse, START) == "先到的"


def test_parallel_copies_in_processes_of_their_own_leave_one_row_and_one_answer(db: Any) -> None:
    gate, answers, faults = threading.Barrier(6), [], []

    def copy(number: int) -> None:
        def act() -> str:
            organization(f"ZB{number}")
            return f"答 {number}"

        try:
            gate.wait(10)
            answers.append(answer(Direct(), "k", act))
        except BaseException as fault:
            faults.append(fault)
        finally:
            database.obj.close()

    threads = [threading.Thread(target=copy, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    assert len(answers) == 6
    assert set(answers) == {InboundMessage.get().reply}
    assert Organization.select().count() == 1


def test_pushes_are_forgotten_after_seven_days() -> None:
    for days in (6, 7, 8):
        InboundMessage.create(key=str(days), at=START - timedelta(days=days), reply="")
    assert inbox.forget_old(START) == 1
    assert {row.key for row in InboundMessage.select()} == {"6", "7"}
