"""积分: the ledger that follows the facts, claims, decisions, summaries, and the member's view (R60–R71).

`settle` is the one way into the ledger. Nothing here orders members by an amount (F02).
"""

from services.points.choice import opt_in, opt_out
from services.points.settling import open_year, settle, settle_session
from services.points.viewing import PointsView, view

__all__ = [
    "PointsView",
    "open_year",
    "opt_in",
    "opt_out",
    "settle",
    "settle_session",
    "view",
]
