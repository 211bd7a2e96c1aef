"""A voice as a phone sends it: real AMR, narrow band, that decoders play."""

from __future__ import annotations

import base64

_HEADER = b"#!AMR\n"
#: Six tenths of a second in 31 frames of 4.75 kbit/s: a hum that rises and falls like a word.
_WORD = base64.b64decode(
    "BB5ua8+SJTee4etI4AQ8slsWcnLXEhd4cLgEj5RSanKWxtqgrXrIBI8dTqZyp1axd4YtogSPlFL24lFXQsKVuG4EQsdb96OW"
    "lErQW5n8BB5ub/Z7QpLegVaW3gTTTov7U6hrz5+Ej1AElU6z+XtPpb3BfwIKBLWo0+XLo/S+MAyyUASVTtdGe0pU1wfAhZgE"
    "027DjnWtM5cqnYAYBELDe8jRX3+aLEFY5gSOwW4KsqaXxtATNFgETglICtVubd31JFj6BE4zMU3P+FzJqqgMpARSMyZXtNGg"
    "DbQA3+4EIxMea6TkYHsgDCPYBFIzHqu0EGAVxIEQlAROCSPsZaNsKz/gEdoEPLIv/alsbMkgmDswBB7DT82hJi+uYWa7XAS1"
    "qJuVywdk8HcRRzAEq+fUIAsf9Qcgl4IEBKsztzVbUDX/3ehp2AS1OGk2HMWSJzxNhJgEq3zQ/Cve1Zmx4JcUBKsqb8LLgrUf"
    "EglmoAQeTsX8A2T7ONJBSVYEPMF7zsLHJ/pH+hqyBI6yTOIBH6WPaBCSEA=="
)

#: Some six seconds of it, as the chat says.
VOICE = _HEADER + _WORD * 10
