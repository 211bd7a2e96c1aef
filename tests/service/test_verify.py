"""verify recomputes every rule: a byte that was flipped behind the service's back is named (R110, G14)."""

from __future__ import annotations

from typing import Any

import pytest

from models import APPEND_ONLY, HourEntry, Organization, WechatBinding
from services import rulebook
from services.actor import OPERATOR
from services.integrity import verify
from services.roll import attendance
from tests.builders import BEFORE, District, bound, confirmed, district, minutes, published, sound

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def field(db: Any) -> District:
    """A confirmed session with M1 in full and M2 in part, and a reopened one; all of it sound."""
    made = district()
    key = published(made.branch, BEFORE)
    attendance.call_roll(OPERATOR, key, attendance.AttendanceStatus.PRESENT, ["M1"], minutes(0))
    attendance.call_roll(OPERATOR, key, attendance.AttendanceStatus.PARTIAL, ["M2"], minutes(0))
    attendance.confirm(OPERATOR, key, minutes(1))
    reopened = confirmed(made.neighbour, ["N1"])
    attendance.reopen(OPERATOR, reopened, "再核", minutes(800))
    return made


def unguard(db: Any, table: str = "hour_entry") -> None:
    for verb in ("update", "delete"):
        on = f" ON {table}" if db.server else ""
        db.execute_sql(f"DROP TRIGGER {table}_no_{verb}{on}")


def faults() -> list[str]:
    """Return the names of the checks that found something, apart from the triggers that the test dropped."""
    return sorted({fault.split(":")[0] for fault in verify.verify().faults} - {"triggers"})


def test_a_sound_database_has_no_fault_and_says_what_was_looked_at(field: District) -> None:
    verdict = verify.verify()
    assert verdict.ok
    assert verdict.faults == []
    assert verdict.checked["entries"] == verdict.checked["ratios"] == 4
    assert (verdict.checked["reversals"], verdict.checked["unconfirmed"], verdict.checked["triggers"]) == (
        1,
        1,
        2 * len(APPEND_ONLY),
    )


def test_an_empty_database_is_sound() -> None:
    sound()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE hour_entry SET hours = 100 WHERE id = {full}", ["ratios"]),
        ("UPDATE hour_entry SET stated = 200 WHERE id = {full}", ["postings", "ratios"]),
        ("UPDATE hour_entry SET hours = 200, stated = 200 WHERE id = {full}", ["postings"]),
        ("UPDATE hour_entry SET hours = 100, stated = 100 WHERE id = {part}", ["postings"]),
        ("UPDATE hour_entry SET hours = -hours WHERE id = {full}", ["entries", "ratios"]),
        ("UPDATE hour_entry SET member_id = {other} WHERE id = {full}", ["orphans", "postings"]),
        ("UPDATE hour_entry SET year = 2025 WHERE id = {full}", ["entries"]),
        ("UPDATE hour_entry SET edition = '2030版' WHERE id = {full}", ["ratios"]),
        ("UPDATE hour_entry SET hours = -100, stated = -100 WHERE id = {back}", ["reversals", "unconfirmed"]),
        ("UPDATE hour_entry SET reverses_id = NULL WHERE id = {back}", ["reversals"]),
        ("DELETE FROM hour_entry WHERE id = {full}", ["postings"]),
        ("DELETE FROM hour_entry WHERE id = {back}", ["unconfirmed"]),
        ("UPDATE attendance SET status = 'ABSENT' WHERE member_id = {zhang}", ["point_causes", "postings"]),
        ("UPDATE attendance SET status = 'EXPECTED' WHERE member_id = {wang}", ["settled"]),
        ("DELETE FROM attendance WHERE member_id = {zhang}", ["orphans", "point_causes"]),
        (
            "UPDATE study_session SET state = 'CANCELLED' WHERE state = 'CONFIRMED'",
            ["point_causes", "unconfirmed"],
        ),
        ("UPDATE study_session SET credit = 100 WHERE state = 'CONFIRMED'", ["postings"]),
        ("UPDATE organization SET path = '9.' WHERE code = 'ZB2'", ["tree"]),
    ],
)
def test_a_change_behind_the_services_back_is_named(
    field: District, db: Any, change: str, found: list[str]
) -> None:
    full, part, _first, back = [row.id for row in HourEntry.select().order_by(HourEntry.id)]
    unguard(db)
    names = {"other": field.officer.id, "zhang": field.zhang.id, "wang": field.wang.id}
    try:
        db.execute_sql(change.format(full=full, part=part, back=back, **names))
        assert faults() == found
    finally:
        restore(db)


def restore(db: Any) -> None:
    """Put the guards back, because on PostgreSQL the tests of one worker share the schema."""
    from models import guards

    for table in APPEND_ONLY:
        guards.append_only(db, table._meta.table_name)


def test_a_missing_guard_is_named_with_what_to_do(field: District, db: Any) -> None:
    unguard(db, "audit_log")
    try:
        assert verify.verify().faults == [
            "triggers: audit_log_no_update is missing; run migrate",
            "triggers: audit_log_no_delete is missing; run migrate",
        ]
    finally:
        restore(db)


def test_the_fault_names_session_member_and_both_amounts(field: District, db: Any) -> None:
    db.execute_sql(f"UPDATE attendance SET status = 'ABSENT' WHERE member_id = {field.zhang.id}")
    hours, points = verify.verify().faults
    assert f"member {field.zhang.id}: attendance is worth 0, the ledger has 150" in hours
    assert "(SESSION) has nothing behind it that gives as much" in points


def test_lines_of_an_edition_are_judged_by_that_edition(
    field: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    (rules,) = rulebook.current().hour_editions()
    later = vars(rules) | {"edition": "2030版", "ratio": dict.fromkeys(rules.ratio, rules.partial_share)}
    monkeypatch.setattr(rulebook.current(), "_hours", [rules, rulebook.HourRules(**later)])
    sound()


def test_two_accounts_of_one_member_are_named(field: District, db: Any) -> None:
    bound(field.zhang, "o-1")
    db.execute_sql("DROP INDEX wechat_binding_member_in_force")
    try:
        bound(field.zhang, "o-2")
        assert faults() == ["bindings"]
    finally:
        WechatBinding.delete().execute()
        db.execute_sql(
            'CREATE UNIQUE INDEX "wechat_binding_member_in_force" ON "wechat_binding" ("member_id")'
            ' WHERE ("unbound_at" IS NULL)'
        )


def test_nothing_is_changed_by_looking(field: District) -> None:
    before = [row.__data__ for row in HourEntry.select()] + [row.__data__ for row in Organization.select()]
    verify.verify()
    assert before == [row.__data__ for row in HourEntry.select()] + [
        row.__data__ for row in Organization.select()
    ]
