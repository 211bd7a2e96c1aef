"""The base of every table: one database, civil days, moments and closed lists as fields."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from peewee import BigIntegerField, CharField, DatabaseProxy, FixedCharField, Model

from models.terms import Term

database: Any = DatabaseProxy()


class BaseModel(Model):
    """A table of the service; names of tables are those of the classes, in snake case."""

    class Meta:
        """All tables live in the one database that app.py connects."""

        database = database
        legacy_table_names = False


class _ReadAsAny:
    """Lets the type checker take a field's value for Any, as it does with peewee's own fields."""

    if TYPE_CHECKING:

        def __get__(self, instance: object, owner: Any = None) -> Any: ...

        def __set__(self, instance: object, value: Any) -> None: ...


class MomentField(_ReadAsAny, BigIntegerField):
    """An instant, stored as whole seconds since 1970 UTC, so that both databases compare it alike."""

    def db_value(self, value: Any) -> int | None:
        """Turn an aware datetime (or seconds) into seconds; a naive one is a bug and refused."""
        if value is None or isinstance(value, int):
            return value
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return int(value.timestamp())

    def python_value(self, value: Any) -> datetime | None:
        """Return the instant as an aware datetime in UTC."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


class DayField(_ReadAsAny, FixedCharField):
    """A civil day of Asia/Shanghai, stored as YYYY-MM-DD: a joining date is never an instant."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fix the width at the ten characters of an ISO date."""
        kwargs.setdefault("max_length", 10)
        super().__init__(*args, **kwargs)

    def db_value(self, value: Any) -> str | None:
        """Turn a date into its ISO form."""
        return value.isoformat() if isinstance(value, date) else value

    def python_value(self, value: Any) -> date | None:
        """Return the day as a date."""
        return date.fromisoformat(value) if isinstance(value, str) else value


class TermField(_ReadAsAny, CharField):
    """One word of a closed list of models/terms/."""

    def __init__(self, terms: type[Term] | None = None, *args: Any, **kwargs: Any) -> None:
        """Take the closed list; the width is the same for all, so that a list may grow."""
        self.terms = terms
        kwargs.setdefault("max_length", 24)
        super().__init__(*args, **kwargs)

    def db_value(self, value: Any) -> str | None:
        """Store the identifier."""
        return None if value is None else str(value)

    def python_value(self, value: Any) -> Any:
        """Return the term; an unknown word is a fault of the data and raises."""
        return value if value is None or self.terms is None else self.terms(value)
