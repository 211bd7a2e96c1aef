"""Somebody else's number, code or key reads like one that nobody has: in addresses, fields and extra fields.

The table says what each person gets; here the same entries are asked with the ids in them exchanged, so that
a new route is looked at without another line. One entry of each route is enough, and one world for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import pytest

from models import (
    Attendance,
    Exemption,
    ExternalStudy,
    HourEntry,
    Leave,
    Member,
    Mobility,
    Organization,
    PointClaim,
    PointEntry,
    RolePeriod,
    StudySession,
    WechatBinding,
)
from services.arrival import codes
from tests.web.authorisation.entry import ROLES, Entry
from tests.web.test_authorisation import WORLDS
from tests.web.world import World

#: Routes with an id in the address at which somebody next door is not refused, and why.
OPEN = {
    "/c/<token>": "guests are welcome (R26)",
    "/s/sessions/<key>/screen": "opened by its secret",
    "/s/sessions/<key>/screen/state.json": "opened by its secret",
    "/s/sessions/<key>/screen/qr.png": "opened by its secret",
    "/s/sessions/<key>/screen/follow.png": "opened by its secret",
    "/s/hosting/<int:stay>": "the branch next door is the one that is asked",
    "/s/transfers/<key>": "the branch next door is the one that is asked",
    "/s/transfers/<key>/<any(accept,refuse,withdraw):name>": "the branch next door is the one that is asked",
}
#: Fields that may rightly name what lies next door: where somebody is transferred to, who is a host.
ELSEWHERE = {"target", "host"}
#: Steps that are meant for the branch next door: an invitation, a transfer, a stay.
MEANT = {"/s/sessions/<key>/invite", "/s/members/<number>/transfer", "/s/members/<number>/mobility"}
#: Fields that no form has, which would say whose and what something is, and who did it.
EXTRA = {
    "id": "1", "actor": "M101", "by": "M101", "member_id": "4", "branch_id": "3", "organization_id": "3",
    "state": "CONFIRMED", "decided_by": "1", "proved_until": "9999999999", "is_admin": "1",
    "openid": "o-member", "active_to": "2020-01-01", "points": "9900", "credited": "9900", "created_by": "1",
    "posting": "7",
}  # fmt: skip
#: What says who somebody is and what they have, and what is a branch's own.
OF_MEMBERS = (
    Attendance, Exemption, ExternalStudy, HourEntry, Leave, Mobility, PointClaim, PointEntry, RolePeriod,
    WechatBinding,
)  # fmt: skip
OF_BRANCHES = (RolePeriod, StudySession)

Scene = tuple[str, World, dict[str, str]]


class Said(NamedTuple):
    """An answer: its status and its page without the ids that were asked for."""

    status: int
    page: str


@pytest.fixture
def database_kind() -> str:
    """One database: what each person gets on both is what the table itself is asked for."""
    return "sqlite"


@pytest.fixture(params=WORLDS, ids=lambda name: name.removeprefix("tests.web.authorisation."))
def scene(request: pytest.FixtureRequest, world: World) -> Scene:
    """The name of a world of the table, the world with what its entries need, and the names of that."""
    prepare = WORLDS[request.param][0].prepare
    made = prepare(world) if prepare else {}
    key = world.session.key
    return request.param, world, {"key": key, "k": codes.screen_key(key), "token": world.token(), **made}


def entries(name: str, method: str) -> list[Entry]:
    """Return one entry of each route: of several one that the secretary succeeds with."""
    chosen: dict[str, Entry] = {}
    for entry in WORLDS[name]:
        if entry.method == method and entry.body is None:
            known = chosen.get(entry.rule)
            if known is None or of(known, "secretary") >= 400 > of(entry, "secretary"):
                chosen[entry.rule] = entry
    return list(chosen.values())


def of(entry: Entry, role: str) -> int:
    return entry.expected[ROLES.index(role)]


def ids_in(text: str, names: dict[str, str]) -> set[str]:
    """Return the ids that a path or a value of the table names: those in braces, numbers, codes."""
    keys = set(re.findall(r"\{(\w+)\}", text)) - {"k", "token", "seen", "code"}
    return {names[key] for key in keys} | set(re.findall(r"\b(?:M00\d|ZB1(?:-\d)?)\b", text))


def unknown(id_: str) -> str:
    """Return an id of the same shape that nobody has."""
    return "9" * 9 if id_.isdigit() else id_[0] + ("9" if id_[0] in "MZ" else "z") * (len(id_) - 1)


def ask(
    scene: Scene,
    entry: Entry,
    role: str,
    *,
    path: tuple[str, str] | None = None,
    form: tuple[str, str, str] | None = None,
    extra: dict[str, str] | None = None,
    look: Callable[[], None] = lambda: None,
) -> Said:
    """Ask once, in a transaction that is taken back.

    `path` exchanges an id in the address, `form` one in a field; `extra` are further fields; `look` is called
    before everything is taken back.
    """
    _name, world, names = scene
    address = entry.path.format(**names)
    fields = {field: value.format(**names) for field, value in (entry.form or {}).items()}
    if path is not None:
        address = address.replace(*path)
    if form is not None:
        fields[form[0]] = fields[form[0]].replace(form[1], form[2])
    database: Any = Member._meta.database
    with database.atomic() as step:
        browser = world.client(role, proved=entry.proved)
        answer = browser.open(address, method=entry.method, data=(fields | (extra or {})) or None)
        look()
        step.rollback()
    page = answer.get_data(as_text=True) if answer.content_type.startswith("text/html") else ""
    for id_ in (*(path or ()), *(form or ())[1:]):
        page = page.replace(id_, "?")
    # The token of the forms is another one in every browser.
    return Said(answer.status_code, re.sub(r'name="csrf_token" value="[^"]*"', "", page))


def addresses(scene: Scene) -> dict[str, tuple[int, int]]:
    """Return the addresses at which a foreign id does not read exactly like an unknown one."""
    name, _world, names = scene
    wrong = {}
    for entry in (*entries(name, "GET"), *entries(name, "POST")):
        role = "other_member" if entry.rule.startswith("/m/") else "other_secretary"
        ids = ids_in(entry.path, names)
        # Who lacks the role altogether hears so before any id is looked at.
        if "<" not in entry.rule or not ids or entry.rule in OPEN or of(entry, role) == 403:
            continue
        for id_ in ids:
            foreign, nobodys = (ask(scene, entry, role, path=(id_, new)) for new in (id_, unknown(id_)))
            if foreign != nobodys or foreign.status != 404:
                wrong[f"{entry.method} {entry.path} {id_}"] = (foreign.status, nobodys.status)
    return wrong


def own_fields(entry: Entry, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Give the fields of a form that name one member, organization or session, with the id."""
    for field, value in (entry.form or {}).items():
        found = ids_in(value, names)
        if field not in ELSEWHERE and len(found) == 1:
            yield field, found.pop()


def fields_next_door(scene: Scene) -> dict[str, tuple[int, int]]:
    """Return the fields in which a foreign id does not read like an unknown one, or changes something."""
    name, world, names = scene
    branch = Organization.get(Organization.code == "ZB2")
    session = world.new_session("城西学习", world.clock() + timedelta(minutes=10), branch).key
    before, wrong = held_next_door(), {}
    for entry in entries(name, "POST"):
        for role in ("member",) if entry.rule.startswith("/m/") else ("secretary",):
            for field, id_ in own_fields(entry, names) if of(entry, role) in {200, 303} else ():
                theirs = {"M": "M101", "Z": "ZB2"}.get(id_[0], session if id_ == names["key"] else "")
                if not theirs:
                    continue
                after: list[Any] = []
                foreign = ask(scene, entry, role, form=(field, id_, theirs), look=partial(look_into, after))
                nobodys = ask(scene, entry, role, form=(field, id_, unknown(id_)))
                if foreign != nobodys or after != [before]:
                    wrong[f"{entry.path} {field}={theirs} as {role}"] = (foreign.status, nobodys.status)
    return wrong


def more_fields(scene: Scene) -> list[tuple[str, int]]:
    """Return the steps that do something else, or something next door, when further fields are sent along."""
    before, wrong = held_next_door(), []
    for entry in entries(scene[0], "POST"):
        plain = entry.scanned or entry.with_phone or entry.rule in MEANT or entry.rule in OPEN
        if plain or of(entry, "secretary") not in {200, 303}:
            continue
        extra = {field: value for field, value in EXTRA.items() if field not in (entry.form or {})}
        after: list[Any] = []
        said = ask(scene, entry, "secretary", extra=extra, look=partial(look_into, after))
        if said.status != of(entry, "secretary") or after != [before]:
            wrong.append((entry.path, said.status))
    return wrong


def held_next_door() -> list[list[str]]:
    """Return the rows of the people and the branch next door: who they are, and what they have and hold."""
    database: Any = Member._meta.database
    # Written out: put together anew for each step, the statements would take longer than their answers.
    whose = "SELECT id FROM member WHERE number IN ('M101', 'M102', 'M103')"
    which = "SELECT id FROM organization WHERE code = 'ZB2'"
    asked = [f"member WHERE id IN ({whose})", "organization WHERE code = 'ZB2'"]
    asked += [f"{table._meta.table_name} WHERE member_id IN ({whose})" for table in OF_MEMBERS]
    asked += [f"{table._meta.table_name} WHERE organization_id IN ({which})" for table in OF_BRANCHES]
    return [sorted(map(str, database.execute_sql(f"SELECT * FROM {each}").fetchall())) for each in asked]


def look_into(kept: list[Any]) -> None:
    kept.append(held_next_door())


def test_what_lies_next_door_reads_like_nothing_and_stays_as_it_is(scene: Scene) -> None:
    assert addresses(scene) == {}
    assert more_fields(scene) == []
    assert fields_next_door(scene) == {}
