"""G15: every route and every kind of person, in one table; a route without an entry fails."""

from __future__ import annotations

import pytest

from models import RebindRequest
from services.arrival import codes
from tests.web.authorisation import collected
from tests.web.authorisation.entry import (
    ALL_200,
    ALL_302,
    ALL_404,
    CALLERS,
    CARDS,
    LEADERS,
    MEMBERS,
    PUBLISHING,
    REOPENING,
    ROLES,
    RUNNERS,
    RUNS,
    Entry,
)
from tests.web.world import World


def _step(name: str, get: tuple[int, ...], post: tuple[int, ...]) -> list[Entry]:
    rule = "/s/sessions/<key>/<any(confirm,close,cancel,reopen,publish):name>"
    path = "/s/sessions/{key}/" + name
    form = {"reason": "登记有误"}
    return [Entry("GET", rule, path, get), Entry("POST", rule, path, post, form)]


TABLE = [
    Entry("GET", "/", "/", ALL_302),
    Entry("GET", "/healthz", "/healthz", ALL_200),
    Entry("GET", "/readyz", "/readyz", ALL_200),
    Entry("GET", "/metrics", "/metrics", ALL_200),
    Entry("GET", "/assets/<path:name>", "/assets/none.css", ALL_404),
    Entry("GET", "/auth/login", "/auth/login", ALL_302),
    Entry("GET", "/auth/callback", "/auth/callback?code=a&state=b", (400,) * 9),
    Entry("POST", "/auth/logout", "/auth/logout", ALL_200),
    Entry("GET", "/s/cards", "/s/cards", LEADERS),
    Entry("POST", "/s/cards", "/s/cards", CARDS, {"member": "M005"}),
    Entry("GET", "/m", "/m", MEMBERS),
    Entry("GET", "/m/hours", "/m/hours", MEMBERS),
    Entry("GET", "/m/bind", "/m/bind", (302, 200, *(302,) * 7)),
    Entry("POST", "/m/bind", "/m/bind", (401, *(400,) * 8), {"code": "wrong"}),
    Entry("GET", "/c/<token>", "/c/{token}", ALL_302),
    Entry("GET", "/c/<token>", "/c/forged", (409,) * 9),
    Entry("GET", "/c", "/c", (302, *(409,) * 8)),
    Entry("GET", "/c", "/c", (302, *(200,) * 8), scanned=True),
    Entry("POST", "/c", "/c", (401, *(409,) * 8)),
    Entry("POST", "/c", "/c", (401, *(200,) * 8), scanned=True),
    Entry("GET", "/s", "/s", LEADERS),
    Entry(
        "POST", "/s/rebind", "/s/rebind", (401, 303, 403, 403, 403, 303, 404, 303, 403),
        {"member": "M001", "answer": "approve"}, with_phone=True, proved=True,
    ),
    Entry("GET", "/s/sessions/new", "/s/sessions/new", LEADERS),
    Entry(
        "POST", "/s/sessions/new", "/s/sessions/new", (401, 303, 403, 403, 403, 303, 404, 303, 403),
        {
            "organization": "ZB1", "kind": "THEME_DAY", "title": "12月主题党日", "day": "2026-12-01",
            "time": "14:00", "minutes": "90", "areas": "THEORY",
        },
    ),
    Entry("GET", "/s/sessions/<key>", "/s/sessions/{key}", CALLERS),
    Entry("GET", "/s/sessions/<key>", "/s/sessions/0000000000", (302, 302, *(404,) * 7)),
    # A member of the second group: in reach of the branch's leaders, not of the first group's head.
    Entry(
        "POST", "/s/sessions/<key>/roll", "/s/sessions/{key}/roll",
        (401, 303, 404, 404, 404, 303, 404, 303, 404), {"mark": "PRESENT:M001"},
    ),
    Entry(
        "POST", "/s/sessions/<key>/roll", "/s/sessions/{key}/roll",
        (401, 303, 404, 404, 303, 303, 404, 303, 404), {"mark": "PRESENT:M005"},
    ),
    *_step("confirm", RUNNERS, RUNS),
    *_step("close", RUNNERS, RUNS),
    *_step("cancel", RUNNERS, RUNS),
    # The session is neither confirmed nor a draft, so those with the right hear that the step does not fit.
    *_step("reopen", (302, 302, *REOPENING), (401, 303, *REOPENING)),
    *_step("publish", (302, 302, *PUBLISHING), (401, 303, *PUBLISHING)),
    Entry("GET", "/s/sessions/<key>/screen", "/s/sessions/{key}/screen?k={k}", ALL_200),
    Entry("GET", "/s/sessions/<key>/screen", "/s/sessions/{key}/screen?key={k}", ALL_200),
    Entry("GET", "/s/sessions/<key>/screen", "/s/sessions/{key}/screen", ALL_404),
    Entry("GET", "/s/sessions/<key>/screen/state.json", "/s/sessions/{key}/screen/state.json?k={k}", ALL_200),
    Entry("GET", "/s/sessions/<key>/screen/state.json", "/s/sessions/{key}/screen/state.json?k=no", ALL_404),
    Entry("GET", "/s/sessions/<key>/screen/qr.png", "/s/sessions/{key}/screen/qr.png?k={k}", ALL_200),
    Entry("GET", "/s/sessions/<key>/screen/qr.png", "/s/sessions/{key}/screen/qr.png", ALL_404),
    Entry("GET", "/s/sessions/<key>/screen/follow.png", "/s/sessions/{key}/screen/follow.png?k={k}", ALL_200),
    Entry("GET", "/s/sessions/<key>/screen/follow.png", "/s/sessions/{key}/screen/follow.png", ALL_404),
]  # fmt: skip
TABLE += collected()


def _worlds() -> dict[str, list[Entry]]:
    """Return the entries by the world that they are asked in: one is made for all of them."""
    worlds: dict[str, list[Entry]] = {}
    for entry in TABLE:
        made = entry.prepare
        worlds.setdefault(f"{made.__module__}.{made.__name__}" if made else "plain", []).append(entry)
    return worlds


WORLDS = _worlds()


def _status(
    world: World, entry: Entry, role: str, made: dict[str, str], *, proved: bool | None = None
) -> int:
    """Ask once, in a transaction that is taken back, so that each person finds the same world."""
    browser = world.client(role, proved=entry.proved if proved is None else proved)
    if entry.with_phone:
        RebindRequest.create(member=world.members["member"], openid="o-new-phone", asked_at=0)
    if entry.scanned:
        browser.get(f"/c/{world.token()}")
    names = {
        "key": world.session.key,
        "token": world.token(),
        "k": codes.screen_key(world.session.key),
        **made,
    }
    form = {name: value.format(**names) for name, value in (entry.form or {}).items()} or None
    path = entry.path.format(**names)
    if entry.body is not None:
        body = entry.body.format(**names)
        return browser.open(path, method=entry.method, data=body, content_type="application/json").status_code
    return browser.open(path, method=entry.method, data=form).status_code


@pytest.mark.parametrize("name", WORLDS, ids=lambda name: name.removeprefix("tests.web.authorisation."))
def test_every_person_gets_the_answer_of_the_table(name: str, world: World, db: object) -> None:
    """Every line of the table, asked by everybody."""
    entries, database = WORLDS[name], world.members["member"]._meta.database
    made = entries[0].prepare(world) if entries[0].prepare else {}
    wrong = {}
    for entry in entries:
        found = {}
        for role in ROLES:
            with database.atomic() as step:
                found[role] = _status(world, entry, role, made)
                step.rollback()
        expected = dict(zip(ROLES, entry.expected, strict=True))
        if found != expected:
            wrong[f"{entry.method} {entry.path}"] = {
                role: (status, expected[role]) for role, status in found.items() if status != expected[role]
            }
    assert wrong == {}, "found and expected"


WEIGHTY = [name for name, entries in WORLDS.items() if any(entry.proved for entry in entries)]


@pytest.mark.parametrize("name", WEIGHTY, ids=lambda name: name.removeprefix("tests.web.authorisation."))
@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.usefixtures("database_kind")
def test_without_the_proof_nobody_takes_a_step_of_weight(name: str, world: World) -> None:
    """Who may is asked for the code first; who may not hears the same as ever, or is asked as well."""
    entries, database = WORLDS[name], world.members["member"]._meta.database
    made, wrong = entries[0].prepare(world) if entries[0].prepare else {}, []
    for entry in (each for each in entries if each.proved):
        for role, expected in zip(ROLES, entry.expected, strict=True):
            with database.atomic() as step:
                found = _status(world, entry, role, made, proved=False)
                step.rollback()
            stopped = expected if role in {"anonymous", "unbound"} else 401
            if found != stopped and (found != expected or expected < 400):
                wrong.append((entry.method, entry.path, role, found))
    assert wrong == []


def test_no_route_is_missing_from_the_table(world: World) -> None:
    """Whoever adds a page says here who may see it."""
    known = {(entry.method, entry.rule) for entry in TABLE}
    routes = {
        (method, rule.rule)
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == known
