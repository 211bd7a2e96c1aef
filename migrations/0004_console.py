"""The secretary's console: offline roll calls, moving, plan, small tools, step-up; frozen as text."""

from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent


def up(migrator: Any, db: Any) -> None:
    """Create everything; the text stands beside this file and never changes again."""
    kind = "postgresql" if db.server else "sqlite"
    for statement in (_HERE / f"0004_console.{kind}.sql").read_text("utf-8").split("\n-- next\n"):
        db.execute_sql(statement.strip())
