"""What a person reads where a row only points to another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from peewee import ForeignKeyField

from models import (
    ExternalStudy,
    Member,
    Organization,
    PointClaim,
    ReportCycle,
    ShuxueReport,
    StudySession,
    Survey,
)
from services.clock import civil_day

#: SQLite takes so many values in one statement at the least.
_AT_ONCE = 500


class Names:
    """Names of rows, asked for by table and not one by one."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._known: dict[tuple[Any, int], str] = {}

    def learn(self, table: Any, columns: Iterable[str], rows: list[Any]) -> None:
        """Look up everything that the rows' columns point to."""
        for column in columns:
            field = table._meta.fields[column]
            if isinstance(field, ForeignKeyField):
                ids = {row.__data__.get(column) for row in rows} - {None}
                self._ask(
                    field.rel_model, sorted(ids - {key for of, key in self._known if of is field.rel_model})
                )

    def of(self, table: Any, key: int | None) -> str | None:
        """Return the name of a row that was looked up; its own number for tables without names."""
        return None if key is None else self._known.get((table, key), str(key))

    def _ask(self, table: Any, ids: list[int]) -> None:
        query = _QUERIES.get(table)
        for at in range(0, len(ids) if query else 0, _AT_ONCE):
            for key, *words in query(ids[at : at + _AT_ONCE]).tuples() if query else ():
                self._known[table, key] = " ".join(_said(word) for word in words)


def _said(word: Any) -> str:
    return civil_day(word).isoformat() if hasattr(word, "tzinfo") else str(word)


def _columns(table: Any, *columns: Any) -> Any:
    return lambda ids: table.select(table.id, *columns).where(table.id.in_(ids))


def _reports(ids: list[int]) -> Any:
    return (
        ShuxueReport.select(ShuxueReport.id, ReportCycle.title)
        .join(ReportCycle)
        .where(ShuxueReport.id.in_(ids))
    )


_QUERIES: dict[Any, Any] = {
    Member: _columns(Member, Member.name),
    Organization: _columns(Organization, Organization.name),
    StudySession: _columns(StudySession, StudySession.title, StudySession.starts_at),
    ExternalStudy: _columns(ExternalStudy, ExternalStudy.title, ExternalStudy.day),
    ReportCycle: _columns(ReportCycle, ReportCycle.title),
    PointClaim: _columns(PointClaim, PointClaim.item, PointClaim.day),
    ShuxueReport: _reports,
    Survey: _columns(Survey, Survey.title),
}
