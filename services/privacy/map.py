"""Table by table: what of it is a member's, what the export shows, what an erasure does (G17, R103).

A new table or column is a new line here; tests/service/test_privacy_map.py fails until it stands.
"""

from __future__ import annotations

from services.privacy.map_console import CONSOLE
from services.privacy.map_person import ACCOUNT, NAMELESS, PERSON, SERVICE
from services.privacy.map_reminders import REMINDERS
from services.privacy.map_study import POINTS, SHUXUE, STUDY

#: Every table, in the order in which people read of them.
MAP = (*PERSON, *STUDY, *SHUXUE, *POINTS, *REMINDERS, *CONSOLE, *ACCOUNT, *SERVICE)

#: Columns of hundredths: hours and points alike are written as decimals.
HUNDREDTHS = frozenset(
    {
        ("attendance", "part_credit"),
        ("hour_entry", "hours"),
        ("hour_entry", "stated"),
        ("external_study", "hours"),
        ("point_claim", "points"),
        ("point_decision", "points"),
        ("point_entry", "points"),
        ("point_entry", "stated"),
        ("point_summary", "score"),
        ("point_summary", "gained"),
        ("point_summary", "lost"),
    }
)

__all__ = ["HUNDREDTHS", "MAP", "NAMELESS"]
