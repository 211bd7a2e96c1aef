"""职务: who appoints and hands over, and who only learns that nothing is there."""

from __future__ import annotations

from tests.web.authorisation.entry import ALL_200, MEMBERS, Entry

#: Leaders of a branch and officers see the roles; who only heads a group does not.
SHOWN = (302, 302, 403, 403, 403, 200, 200, 200, 403)
#: The roles of the secretary's branch.
BRANCH = (302, 302, 403, 403, 403, 200, 404, 200, 403)
#: Without the code from the chat everybody who leads is led to it first.
UNPROVED = (401, 303, 403, 403, 403, 303, 303, 303, 403)


_GIVEN = {"org": "ZB1", "place": "ZB1", "member": "M001", "role": "COMMITTEE"}
ENTRIES = [
    Entry("GET", "/s/roles", "/s/roles", SHOWN),
    Entry("GET", "/s/roles", "/s/roles?org=ZB1", BRANCH),
    Entry("GET", "/s/roles/handed-over", "/s/roles/handed-over", MEMBERS),
    Entry("POST", "/s/roles/<any(give,end):name>", "/s/roles/give", UNPROVED, _GIVEN),
    Entry("POST", "/s/roles/<any(give,end):name>", "/s/roles/end", UNPROVED, _GIVEN),
    Entry(
        "POST",
        "/s/roles/hand-over",
        "/s/roles/hand-over",
        UNPROVED,
        {"org": "ZB1", "member": "M001", "sure": "1"},
    ),
    Entry("POST", "/auth/logout-everywhere", "/auth/logout-everywhere", (401, *ALL_200[1:])),
]
