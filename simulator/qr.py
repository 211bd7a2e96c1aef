"""Draws and reads QR codes."""

from __future__ import annotations

import io

import qrcode
import zxingcpp
from PIL import Image

MAX_PIXELS = 25_000_000


def draw(content: str) -> bytes:
    """Return a PNG of a QR code."""
    buffer = io.BytesIO()
    qrcode.make(content, box_size=8, border=4).save(buffer, "PNG")
    return buffer.getvalue()


def read(png: bytes) -> str:
    """Return the text of the first QR code in a picture; ValueError when there is none."""
    try:
        picture = Image.open(io.BytesIO(png), formats=["PNG", "JPEG"])
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError("the picture is too large")
        found = zxingcpp.read_barcodes(picture.convert("L"))
    except OSError as error:
        raise ValueError("this is not a PNG or JPEG picture") from error
    if not found:
        raise ValueError("there is no QR code in the picture")
    return str(found[0].text)
