"""Reminders: the outbox, its attempts, credits, pauses, the phone list; frozen as text for each database."""

from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent


def up(migrator: Any, db: Any) -> None:
    """Create everything; the text stands beside this file and never changes again."""
    kind = "postgresql" if db.server else "sqlite"
    for statement in (_HERE / f"0003_reminders.{kind}.sql").read_text("utf-8").split("\n-- next\n"):
        db.execute_sql(statement.strip())
