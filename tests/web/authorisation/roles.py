"""职务: who appoints and hands over, and who only learns that nothing is there."""

from __future__ import annotations

from tests.web.authorisation.entry import ALL_200, MEMBERS, Entry

#: Leaders of a branch and officers see the roles; who only heads a group does not.
SHOWN = (302, 302, 403, 403, 403, 200, 200, 200, 403)
#: The roles of the secretary's branch.
BRANCH = (302, 302, 403, 403, 403, 200, 404, 200, 403)
#: The secretary may not name another one by this way, and hears of the handover; above, officers give roles.
DOES = (401, 303, 403, 403, 403, 303, 404, 303, 403)
ENDS = (401, 303, 403, 403, 403, 409, 404, 409, 403)


_GIVEN = {"org": "ZB1", "place": "ZB1", "member": "M001", "role": "COMMITTEE"}
ENTRIES = [
    Entry("GET", "/s/roles", "/s/roles", SHOWN),
    Entry("GET", "/s/roles", "/s/roles?org=ZB1", BRANCH),
    Entry("GET", "/s/roles/handed-over", "/s/roles/handed-over", MEMBERS),
    Entry("POST", "/s/roles/<any(give,end):name>", "/s/roles/give", DOES, _GIVEN, proved=True),
    Entry("POST", "/s/roles/<any(give,end):name>", "/s/roles/end", ENDS, _GIVEN, proved=True),
    Entry(
        "POST",
        "/s/roles/hand-over",
        "/s/roles/hand-over",
        DOES,
        {"org": "ZB1", "member": "M001", "sure": "1"},
        proved=True,
    ),
    Entry("POST", "/auth/logout-everywhere", "/auth/logout-everywhere", (401, *ALL_200[1:])),
]
