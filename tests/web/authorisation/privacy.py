"""Privacy, one's own copy, leaving, and the members' page."""

from __future__ import annotations

from tests.web.authorisation.entry import ALL_200, MEMBERS, Entry

ENTRIES = [
    Entry("GET", "/privacy", "/privacy", ALL_200),
    Entry("GET", "/help", "/help", ALL_200),
    Entry("GET", "/m/privacy", "/m/privacy", MEMBERS),
    Entry("GET", "/m/export", "/m/export", MEMBERS),
    Entry("GET", "/m/export.json", "/m/export.json", MEMBERS),
    Entry("GET", "/m/privacy/leave", "/m/privacy/leave", MEMBERS),
    # Everybody lets go of the own account alone: no address or form names another member.
    Entry("POST", "/m/privacy/leave", "/m/privacy/leave", (401, 303, *(200,) * 7), {"member": "M001"}),
]
