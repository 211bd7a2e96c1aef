"""A meeting screen's link can be replaced: whoever holds the former one sees nothing; frozen as text."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Add the part of the link's secret that changes; without one the links of before hold."""
    db.execute_sql('ALTER TABLE "study_session" ADD COLUMN "screen_nonce" VARCHAR(22)')
