"""One button pressed twice at the same moment, or by two people: on either database one of them counts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from models import Exemption, ExternalStudy, Member, Mobility, RolePeriod, Transfer, WechatBinding, database
from models.terms import Role
from services import new_phone, roles
from services.errors import ServiceError
from services.members import entering, exemptions
from services.members.edits import SINCE
from services.members.entering import Brought
from services.members.exemptions import Wanted
from services.moving import mobility, transfers
from services.moving.mobility import Trip
from tests.builders import BEFORE, bound, district, named

TODAY = BEFORE.date()


def together(*acts: Callable[[], object]) -> list[str]:
    """Let these go at once and return what each was refused with, or `done`."""
    gate, results = threading.Barrier(len(acts)), list[str]()

    def press(act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
            results.append("done")
        except ServiceError as refusal:
            results.append(refusal.code)
        except Exception as fault:  # what a page would call a fault of ours
            results.append(repr(fault))
        finally:
            database.obj.release()
            if not database.obj.server:
                database.obj.close()

    threads = [threading.Thread(target=press, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(results)


@pytest.mark.usefixtures("commits")
def test_what_is_pressed_twice_at_once_is_done_once_and_is_no_fault(db: object) -> None:
    field = named(district())
    leader = field.leader
    first, second = (
        lambda where=where: transfers.propose(leader, "M1", where, TODAY, BEFORE) for where in ("ZB2",) * 2
    )
    assert together(first, second, first) == ["done", "waiting", "waiting"]
    assert Transfer.select().count() == 1

    days = [TODAY, TODAY, TODAY - timedelta(days=1)]
    trips = [lambda day=day: mobility.go_out(leader, "M2", Trip("上海", day), BEFORE) for day in days]
    assert together(*trips) == ["away", "away", "done"]
    assert Mobility.select().count() == 1

    wanted = Wanted("NOT_REQUIRED", TODAY, None, TODAY)
    assert together(*[lambda: exemptions.give(leader, "M3", wanted, BEFORE)] * 3) == ["done", "same", "same"]
    assert Exemption.select().where(Exemption.member == field.wang).count() == 1

    typed = {"编号": "X9", "姓名": "赵丽", "类别": "在职", "入党日期": "2010-07-01", SINCE: TODAY.isoformat()}
    brought = Brought("某支部", Decimal(3))
    enter = [lambda: entering.enter(leader, "ZB1", typed, brought, BEFORE)] * 3
    assert together(*enter) == ["done", "fields", "fields"]
    come = Member.get(Member.number == "X9")
    assert ExternalStudy.select().where(ExternalStudy.member == come).count() == 1

    bound(field.old, "o-old")
    new_phone.ask(field.old, "o-new", BEFORE)
    assert together(*[lambda: new_phone.approve(leader, "M4", BEFORE)] * 3) == ["done"] * 3
    in_force = WechatBinding.select().where(WechatBinding.unbound_at.is_null())
    assert [row.openid for row in in_force] == ["o-new"]

    by_two = [lambda: roles.hand_over(leader, "ZB1", "M3", BEFORE)]
    by_two += [lambda: roles.hand_over(field.above, "ZB1", "H1", BEFORE)]
    assert "done" in together(*by_two)
    now_secretary = (RolePeriod.role == Role.SECRETARY) & (RolePeriod.organization == field.branch)
    assert RolePeriod.select().where(now_secretary, RolePeriod.ends.is_null()).count() == 1
