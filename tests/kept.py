"""A database that a worker keeps open for its tests: each begins on empty tables, nothing is committed.

What a test does stands in one transaction of the server's and is taken back at its end. To the code under
test it is a database like any other: its own transactions begin, commit and roll back, a statement outside of
them stands for itself, and a refused one leaves the others as they are. What it cannot show is what other
connections see and what stands in the file: tests with threads, processes or a connection of their own ask
for `commits` and get a database that does.

What many tests begin with (`laid`) stays in place for the next one that begins with the same.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from models import database
from models.connection import _PRAGMAS, KeptSqlite, PooledPostgres

#: Where the present statement or transaction began; what is behind it counts as committed.
_MARK = "kept"
#: What `laid` has built is behind this one.
_SCENE = "scene"
_READS = ("SELECT", "(SELECT", "PRAGMA")
#: What works on the file beneath the tables, which no transaction may.
_FILE = ("VACUUM", "PRAGMA wal_checkpoint")

T = TypeVar("T")


class _Kept:
    """What both kinds share; mixed in before peewee's own database."""

    def hold(self) -> None:
        """Connect on this thread, the only one that may use it."""
        self._owner = threading.get_ident()
        self.connect()  # type: ignore[attr-defined]
        self._scene: str | None = None
        self._made = b""
        self._touched = True
        self._say("BEGIN")
        self._say(f"SAVEPOINT {_MARK}")

    def lay(self) -> None:
        """Begin a test."""
        database.initialize(self)
        self._touched = False

    def clear(self) -> None:
        """End a test: everything that it did is taken back."""
        # A test that ends inside a transaction of its own, as a failed one may, leaves no trace of it either.
        self._state.transactions.clear()  # type: ignore[attr-defined]
        self._clear_commit_callbacks()  # type: ignore[attr-defined]
        if self._scene is None:
            self._empty()
        else:
            self._say(f"ROLLBACK TO SAVEPOINT {_SCENE}")
            self._say(f"SAVEPOINT {_MARK}")

    def let_go(self) -> None:
        """Close the connection for good."""
        super().close()  # type: ignore[misc]

    def laid(self, scene: str, build: Callable[[], T]) -> T:
        """Return what `build` makes on empty tables; the last scene stands already."""
        if self._touched or self.in_transaction():  # type: ignore[attr-defined]
            return build()
        self._touched = True
        if self._scene != scene:
            self._empty()
            self._made = pickle.dumps(build())
            self._say(f"RELEASE SAVEPOINT {_MARK}")
            self._say(f"SAVEPOINT {_SCENE}")
            self._say(f"SAVEPOINT {_MARK}")
            self._scene = scene
        made: T = pickle.loads(self._made)
        return made

    def _empty(self) -> None:
        self._scene = None
        self._say("ROLLBACK")
        self._say("BEGIN")
        self._say(f"SAVEPOINT {_MARK}")

    def _touch(self) -> None:
        """Take the last scene away from a test that has not asked for it."""
        if not self._touched:
            self._touched = True
            if self._scene is not None:
                self._empty()

    def _say(self, statement: str) -> None:
        self._state.conn.cursor().execute(statement)  # type: ignore[attr-defined]

    def begin(self, *_args: Any, **_kwargs: Any) -> None:
        """Begin a transaction: the mark stands where it begins."""

    def commit(self) -> None:
        """Count what was done as committed."""
        self._say(f"RELEASE SAVEPOINT {_MARK}")
        self._say(f"SAVEPOINT {_MARK}")

    def rollback(self) -> None:
        """Take back what was done since the mark."""
        self._say(f"ROLLBACK TO SAVEPOINT {_MARK}")

    def connection(self) -> Any:
        """Return the connection."""
        self._touch()
        return super().connection()  # type: ignore[misc]

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        """Run a statement; outside a transaction it is committed at once."""
        self._touch()
        if sql.startswith(_FILE):
            # Nothing has come to the file, so there is nothing to wipe from it; tests of its bytes commit.
            return super().execute_sql("SELECT 0, 0, 0")  # type: ignore[misc]
        if self.in_transaction():  # type: ignore[attr-defined]
            return super().execute_sql(sql, params)  # type: ignore[misc]
        try:
            cursor = super().execute_sql(sql, params)  # type: ignore[misc]
        except BaseException:
            self.rollback()
            raise
        if not sql.startswith(_READS):
            self.commit()
        return cursor

    def close(self) -> bool:
        """Stay open."""
        return False

    def release(self) -> None:
        """Stay open."""

    def close_pool(self) -> None:
        """Stay open."""

    def _connect(self) -> Any:
        assert threading.get_ident() == self._owner, "a test with threads asks for the fixture `commits`"
        return super()._connect()  # type: ignore[misc]


class SqliteThatForgets(_Kept, KeptSqlite):
    """A SQLite file."""


class PostgresThatForgets(_Kept, PooledPostgres):
    """A database of a PostgreSQL server."""


def keep(url: str) -> Any:
    """Open the migrated, empty database of `url` for the tests of this worker."""
    kept: Any
    if url.startswith("postgresql:"):
        kept = PostgresThatForgets(url, pool_size=1)
    else:
        kept = SqliteThatForgets(
            url.removeprefix("sqlite:///"), pragmas=_PRAGMAS, lock_type="IMMEDIATE", timeout=10
        )
    kept.hold()
    return kept


def laid(scene: str, build: Callable[[], T]) -> T:
    """Return what `build` makes of empty tables; what the test before began with stands there already.

    Args:
        scene: its name; whatever it depends on is part of it.
        build: fills the tables and returns what tests need to know of them, which can be copied.
    """
    held = database.obj
    return held.laid(scene, build) if isinstance(held, _Kept) else build()
