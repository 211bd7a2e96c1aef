"""Care mode, the member's home and settings, 投诉建议: who gets what."""

from __future__ import annotations

from datetime import timedelta

from models import Feedback, HourEntry
from models.terms import CreditKind, EntrySource, FeedbackKind
from services.clock import civil_day
from tests.web.authorisation.entry import ALL_200, LEADERS, MEMBERS, Entry
from tests.web.world import World

#: A message to the secretary's branch: its leaders and the officer above; 404 to others.
READ = (302, 302, 403, 403, 404, 200, 404, 200, 403)
ANSWERS = (401, 303, 403, 403, 404, 303, 404, 303, 403)
#: A line of the member's own ledger: nobody else's.
OWN = (302, 302, 200, *(404,) * 6)
ASKS = (401, 303, 303, *(404,) * 6)
_ASK = "/m/ask/<any(hours,points):kind>/<subject>"
#: Every member for the own things: nobody logged in is told so, an account without a member binds first.
CHOOSES = (401, *(303,) * 8)


def prepare(world: World) -> dict[str, str]:
    """Give the member a line of hours and a message of theirs."""
    now = world.clock()
    member = world.members["member"]
    line = HourEntry.create(
        member=member, branch=world.branch, year=2026, day=civil_day(now - timedelta(days=9)), hours=150,
        stated=150, credit_kind=CreditKind.COLLECTIVE, source=EntrySource.ATTENDANCE, rule="R07",
        edition="2026版", created_at=now,
    )  # fmt: skip
    Feedback.create(
        key="a" * 20, kind=FeedbackKind.FEEDBACK, organization=world.branch, member=member,
        words="话筒坏了", created_at=now,
    )  # fmt: skip
    return {"line": str(line.id), "message": "a" * 20}


ENTRIES = [
    Entry("POST", "/care", "/care", (303,) * 9, {"type": "large", "next": "/m"}),
    Entry("GET", "/m/sign", "/m/sign", (302, *(200,) * 8)),
    Entry("POST", "/m/sign", "/m/sign", (401, *(400,) * 8), {"digits": "12"}),
    Entry("GET", "/m/sessions", "/m/sessions", MEMBERS),
    Entry("GET", "/m/year", "/m/year", MEMBERS),
    Entry("GET", "/m/settings", "/m/settings", MEMBERS),
    Entry("POST", "/m/settings", "/m/settings", CHOOSES, {"reminders": "off"}),
    Entry("GET", "/m/unbind", "/m/unbind", MEMBERS),
    Entry("POST", "/m/unbind", "/m/unbind", (401, 303, *(200,) * 7)),
    Entry("GET", "/feedback", "/feedback", ALL_200),
    Entry("POST", "/feedback", "/feedback", (303,) * 9, {"words": "话筒坏了"}),
    Entry("GET", _ASK, "/m/ask/hours/{line}", OWN),
    Entry("GET", _ASK, "/m/ask/points/{line}", (302, 302, *(404,) * 7)),
    Entry(
        "POST", _ASK, "/m/ask/hours/{line}", ASKS, {"words": "少了一次"}
    ),
    Entry("GET", "/s/feedback", "/s/feedback", LEADERS),
    Entry("GET", "/s/feedback/<key>", "/s/feedback/{message}", READ),
    Entry("GET", "/s/feedback/<key>", "/s/feedback/unknown", (302, 302, 403, 403, *(404,) * 4, 403)),
    Entry("POST", "/s/feedback/<key>", "/s/feedback/{message}", ANSWERS, {"words": "已经换了"}),
]  # fmt: skip
