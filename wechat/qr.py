"""Draws QR codes here, so that no page waits for the platform's pictures and no code leaves the house."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Final

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M

QUIET_ZONE: Final = 4
"""Modules of white around the code, as the standard asks."""

MAX_TEXT: Final = 512
"""Bytes of UTF-8 that we draw; a denser code is not read from the last row of a meeting room."""

_MAX_SCALE: Final = 40


def _matrix(text: str) -> list[list[bool]]:
    """Return the modules, quiet zone included; True is dark."""
    if not 0 < len(text.encode()) <= MAX_TEXT:
        raise ValueError(f"a QR code holds 1 to {MAX_TEXT} bytes here")
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


@lru_cache(maxsize=128)
def png(text: str, scale: int = 8) -> bytes:
    """Draw the code as a black and white PNG.

    Args:
        text: what the camera shall read, 1 to 512 bytes of UTF-8.
        scale: pixels a module, 1 to 40.

    Raises:
        ValueError: outside these limits.
    """
    if not 1 <= scale <= _MAX_SCALE:
        raise ValueError(f"the scale lies between 1 and {_MAX_SCALE} pixels a module")
    matrix = _matrix(text)
    side = len(matrix)
    small = Image.frombytes("L", (side, side), bytes(0 if dark else 255 for row in matrix for dark in row))
    out = io.BytesIO()
    small.resize((side * scale, side * scale), Image.Resampling.NEAREST).convert("1").save(out, "PNG")
    return out.getvalue()


@lru_cache(maxsize=128)
def svg_path(text: str) -> tuple[int, str]:
    """Return the side in modules and the path of the dark ones, for an SVG whose view box is that side.

    Runs of dark modules are joined, which keeps the path under 10 KB. A page that members scan by long press
    needs the PNG in a plain ``<img>`` instead.

    Raises:
        ValueError: when the text is empty or longer than 512 bytes.
    """
    matrix = _matrix(text)
    steps: list[str] = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                steps.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            x += 1
    return len(matrix), "".join(steps)
