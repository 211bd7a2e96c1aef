"""The files that we hand out, opened by another program: LibreOffice without a screen.

BROWSER_TESTS=required turns "none found" from a skipped test into a failed one, as it does for the browser.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

NAMES = ("soffice", "libreoffice")
MAC_OFFICE = Path("/Applications/LibreOffice.app/Contents/MacOS/soffice")
#: The first start makes a profile; on a busy machine that takes a while.
PATIENCE = 120


@dataclass
class Opened:
    """What a person sees in a file: the rows of its tables, and all of its words without the spaces."""

    rows: list[list[str]] = field(default_factory=list)
    words: str = ""


class Office:
    """One LibreOffice with a profile of its own, so that it neither meets nor leaves another one."""

    def __init__(self, folder: Path) -> None:
        """Look for the program; skip the test where there is none, unless it is required."""
        found = next(filter(None, map(shutil.which, NAMES)), None)
        path = found or (str(MAC_OFFICE) if MAC_OFFICE.is_file() else None)
        if path is None:
            say = pytest.fail if os.environ.get("BROWSER_TESTS") == "required" else pytest.skip
            say(
                "No LibreOffice was found to open what was exported: install it"
                " (Debian: apt-get install libreoffice-calc-nogui libreoffice-writer-nogui)."
            )
        self._path, self._folder = path, folder

    def opened(self, *files: Path) -> list[Opened]:
        """Open workbooks and documents, all with one start, for that is what takes the time."""
        target = self._folder / "opened"
        done = subprocess.run(
            [
                str(self._path), "--headless", "--norestore",
                f"-env:UserInstallation={(self._folder / 'profile').as_uri()}",
                # A page shows a cell as the sheet does, and is the one format of sheets and documents alike.
                "--convert-to", "html", "--outdir", str(target), *map(str, files),
            ],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return [_read((target / file.with_suffix(".html").name).read_text("utf-8")) for file in files]


class _Reader(HTMLParser):
    """Takes the rows and the words out of what LibreOffice writes."""

    def __init__(self) -> None:
        super().__init__()
        self.found = Opened()
        self._in_cell, self._in_style = False, False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.found.rows.append([])
        elif tag in {"td", "th"}:
            self.found.rows[-1].append("")
            self._in_cell = True
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            return
        self.found.words += "".join(data.split())
        if self._in_cell:
            cells = self.found.rows[-1]
            cells[-1] = f"{cells[-1]}{data}".strip()


def _read(page: str) -> Opened:
    reader = _Reader()
    reader.feed(page)
    return reader.found
