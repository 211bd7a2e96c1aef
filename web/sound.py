"""Turns a voice of the phone (AMR) into sound that every browser plays: WAV, one channel, as it was taken.

Browsers have no decoder for AMR. PyAV brings FFmpeg's; it is imported with the first voice, because the pages
of a meeting must not wait for it.
"""

from __future__ import annotations

import io
import wave
from typing import Final

#: Bytes of a minute at the highest rate that a phone uses: what is longer is cut, not refused.
LONGEST: Final = 60 * 16_000 * 2
#: The beginnings of the files that phones send, and FFmpeg's name for their format.
_FORMATS: Final = {b"#!AMR\n": "amr", b"#!AMR-WB\n": "amr"}


class Unplayable(Exception):
    """The bytes are no voice that we can decode; whoever wants to hear them saves the file."""


def to_wav(body: bytes) -> bytes:
    """Return a voice as WAV with 16 bits a sample.

    Args:
        body: AMR, narrow or wide band, as the platform gave it.

    Raises:
        Unplayable: when it is something else, or broken from its beginning; what follows a broken part is
            left out.
    """
    kind = next((name for start, name in _FORMATS.items() if body.startswith(start)), None)
    if kind is None:
        raise Unplayable
    rate, samples = _decoded(body, kind)
    if not samples:
        raise Unplayable
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(bytes(samples[:LONGEST]))
    return file.getvalue()


def _decoded(body: bytes, kind: str) -> tuple[int, bytearray]:
    import av
    from av.error import FFmpegError

    rate, samples = 8000, bytearray()
    try:
        with av.open(io.BytesIO(body), mode="r", format=kind) as container:
            resampler = av.AudioResampler(format="s16", layout="mono")
            for frame in container.decode(audio=0):
                rate = frame.sample_rate
                for piece in resampler.resample(frame):
                    samples += bytes(piece.planes[0])[: piece.samples * 2]
                if len(samples) >= LONGEST:
                    break
    except (FFmpegError, ValueError, IndexError):
        # What was decoded so far is worth hearing.
        pass
    return rate, samples
