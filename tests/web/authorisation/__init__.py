"""The authorisation table's entries, one file for each part of the pages; `collected` puts them together."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace

from tests.web.authorisation.entry import Entry


def collected() -> list[Entry]:
    """Return the entries of all files here, each with its file's `prepare` unless it has its own."""
    found: list[Entry] = []
    for module in pkgutil.iter_modules(__path__):
        if module.name == "entry":
            continue
        part = importlib.import_module(f"{__name__}.{module.name}")
        prepare = getattr(part, "prepare", None)
        found += [entry if entry.prepare else replace(entry, prepare=prepare) for entry in part.ENTRIES]
    return found
