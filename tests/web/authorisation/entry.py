"""What an entry of the authorisation table says, and the rows of answers that occur again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.web.world import World

ROLES = (
    "anonymous", "unbound", "member", "other_member", "group_head",
    "secretary", "other_secretary", "officer", "former_secretary",
)  # fmt: skip
#: Twice the same for everybody.
ALL_200, ALL_302, ALL_404 = (200,) * 9, (302,) * 9, (404,) * 9
#: Nobody logged in goes to the login, an account without a member to the form for the code.
MEMBERS = (302, 302, *(200,) * 7)
LEADERS = (302, 302, 403, 403, 200, 200, 200, 200, 403)
#: The session of the secretary's branch: its leaders, its group head, the officer above; 404 to others.
CALLERS = (302, 302, 404, 404, 200, 200, 404, 200, 404)
#: A card for a member of the secretary's branch: its leaders and the officer above; 404 to other leaders.
CARDS = (401, 303, 403, 403, 403, 200, 404, 200, 403)
RUNNERS = (302, 302, 404, 404, 403, 200, 404, 200, 404)
RUNS = (401, 303, 404, 404, 403, 303, 404, 303, 404)
#: From the member on: steps that do not fit the state of the session.
REOPENING = (404, 404, 403, 403, 404, 409, 404)
PUBLISHING = (404, 404, 403, 409, 404, 409, 404)


@dataclass(frozen=True)
class Entry:
    """One route: how it is asked and what each of ROLES gets, in that order.

    `body` is sent as JSON instead of the form; braces of its own are doubled.

    `proved` says that a step of weight is asked for: each person has just proved who they are, and without
    the proof nobody gets further (tests/web/test_stepping.py).

    `prepare` makes what the route needs; what it returns may stand in braces in the path and the form.
    """

    method: str
    rule: str
    path: str
    expected: tuple[int, ...]
    form: dict[str, str] | None = None
    scanned: bool = False
    with_phone: bool = False
    body: str | None = None
    proved: bool = False
    prepare: Callable[[World], dict[str, str]] | None = None
