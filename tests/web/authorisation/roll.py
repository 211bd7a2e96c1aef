"""Who may send what a phone kept of a roll call: whoever may call that roll; the worker is for everybody."""

from __future__ import annotations

from tests.web.authorisation.entry import ALL_200, Entry

_RULE = "/s/sessions/<key>/roll/entries"
_HEAD = '{{"entries": [{{"nonce": "0123456789abcdef", "status": "PRESENT", "at": 1795312000000, "number": '

ENTRIES = [
    Entry("GET", "/s/roll-worker.js", "/s/roll-worker.js", ALL_200),
    # Out of reach is said entry by entry, in the same words as for a number that nobody has.
    Entry(
        "POST", _RULE, "/s/sessions/{key}/roll/entries",
        (401, 401, 404, 404, 200, 200, 404, 200, 404), body=_HEAD + '"M001"}}]}}',
    ),
    Entry(
        "POST", _RULE, "/s/sessions/0000000000/roll/entries",
        (401, 401, *(404,) * 7), body=_HEAD + '"M005"}}]}}',
    ),
    Entry(
        "POST", _RULE, "/s/sessions/{key}/roll/entries",
        (401, 401, 404, 404, 400, 400, 404, 400, 404), body="not ours",
    ),
]  # fmt: skip
