"""A copy of the whole database under load, and putting one back behind the fence (G12)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from models import database
from services.actor import OPERATOR
from services.clock import civil, seconds
from services.delivery import fence
from services.errors import ServiceError
from services.upkeep import schema

Find = Callable[[str], str | None]

_WHY = "restored"


def backup(path: Path, find: Find = shutil.which) -> int:
    """Write a consistent copy of the database into a new file and return its size in bytes.

    Members may go on using the service meanwhile. The file is readable by its owner alone.

    Raises:
        ServiceError: `exists`, `folder`, or `pg_dump` when the tool is missing or refuses.
    """
    if path.exists():
        raise ServiceError("exists", f"{path} 已经有了，没有动它。", "请换一个文件名。")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _new(draft)
        if database.obj.server:
            _tool("pg_dump", find, "--format=custom", "--no-owner", f"--file={draft}")
        else:
            _copy(Path(database.obj.database), draft)
            _check(draft)
        # A link never takes the place of a file that somebody has put there meanwhile.
        os.link(draft, path)
    except FileExistsError as fault:
        raise ServiceError("exists", f"{path} 已经有了，没有动它。", "请换一个文件名。") from fault
    except OSError as fault:
        raise ServiceError(
            "folder", f"{path} 写不进去：{fault.strerror}。", "请换一个能写的位置。"
        ) from fault
    finally:
        draft.unlink(missing_ok=True)
    return path.stat().st_size


def restore(path: Path, now: datetime, find: Find = shutil.which) -> Path:
    """Put a copy in the place of the present database, raise the fence in it, and bring it up to date.

    The present content is first saved beside the copy; its path is returned. The service should be stopped.

    Raises:
        ServiceError: `unreadable` when the file is no copy of ours, or as `backup` does.
    """
    if not path.is_file():
        raise ServiceError("unreadable", f"没有找到文件 {path}。", "请核对路径。")
    if not database.obj.server:
        _check(path)
    elif not _is_dump(path):
        raise _unreadable(path)
    former = path.with_name(f"{path.name}.before-{civil(now):%Y%m%d-%H%M%S}")
    backup(former, find)
    if database.obj.server:
        _tool("pg_restore", find, "--clean", "--if-exists", "--no-owner", "--single-transaction",
              "--exit-on-error", f"--dbname={_address()[0]}", str(path))  # fmt: skip
    else:
        _replace(path, now)
    schema.migrate()
    fence.put_up(OPERATOR, _WHY, now)
    return former


# ---- SQLite


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source, timeout=30)) as read, closing(sqlite3.connect(target)) as write:
        read.backup(write)
        # One file, without a second one beside it.
        write.execute("PRAGMA journal_mode = DELETE")


def _check(path: Path) -> None:
    """Refuse what is no sound database of ours."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as read:
            sound = read.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            ours = read.execute(
                "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_migration'"
            ).fetchone()
    except sqlite3.DatabaseError as fault:
        raise _unreadable(path) from fault
    if not sound or not ours[0]:
        raise _unreadable(path)


def _replace(path: Path, now: datetime) -> None:
    """Put the copy in place with the fence already standing in it: no running process sees it without."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _new(draft)
        _copy(path, draft)
        with closing(sqlite3.connect(draft)) as write:
            known = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'outgoing_fence'"
            if write.execute(known).fetchone()[0]:
                write.execute(
                    "INSERT INTO outgoing_fence (raised_at, why) SELECT ?, ?"
                    " WHERE NOT EXISTS (SELECT 1 FROM outgoing_fence)",
                    (seconds(now), _WHY),
                )
                write.commit()
            with closing(sqlite3.connect(database.obj.database, timeout=30)) as live:
                write.backup(live)
                live.execute("PRAGMA journal_mode = WAL")
    finally:
        draft.unlink(missing_ok=True)


def _new(path: Path) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _unreadable(path: Path) -> ServiceError:
    return ServiceError("unreadable", f"{path} 不是完好的备份，没有恢复。", "请换一份备份再试。")


# ---- PostgreSQL


def _is_dump(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"PGDMP"


def _address() -> tuple[str, str]:
    """Return the address without its password, and the password: the list of processes is public."""
    parts = urlsplit(str(database.obj.database))
    if parts.password is None:
        return urlunsplit(parts), ""
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{host}")), unquote(parts.password)


def _tool(name: str, find: Find, *words: str) -> None:
    program = find(name)
    if program is None:
        raise ServiceError(name, f"这台机器上没有 {name}。", "请安装 PostgreSQL 的客户端工具再试。")
    address, password = _address()
    line = [program, *words] if name == "pg_restore" else [program, *words, address]
    environment: dict[str, Any] = {"PATH": os.defpath, "PGPASSWORD": password, "LC_ALL": "C"}
    ran = subprocess.run(  # noqa: S603 - a tool of the database, words of our own
        line, env=environment, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if ran.returncode:
        last = (ran.stderr.strip().splitlines() or ["?"])[-1]
        raise ServiceError(name, f"{name} 没有办成：{last}", "数据库没有变化。请按提示处理后再试。")
