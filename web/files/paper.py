"""Words into PDF by typst: what people typed reaches it as data and is never read as its language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from services.errors import ServiceError

_TEMPLATES = Path(__file__).parent
#: Font files that set-up puts beside the style sheets; the pages themselves use the phone's own.
_FONTS = ("NotoSansSC-400.ttf", "NotoSansSC-700.ttf")


def pdf(template: str, data: Mapping[str, Any], fonts: Path) -> bytes:
    """Set a template of this folder with data and return the PDF; its text can be selected and searched.

    Args:
        template: the name of a .typ file of this folder.
        data: what the template reads, as JSON can hold it; pictures are lists of bytes.
        fonts: the folder of the font files.

    Raises:
        ServiceError: `fonts` when they are not there; without them every letter would be an empty box.
    """
    compiler = typst.Compiler(
        input=(_TEMPLATES / template).read_bytes(),
        # A template reads no file: what it needs is in the data.
        root=_TEMPLATES,
        font_paths=_fonts(fonts),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    made = compiler.compile(format="pdf")
    if not isinstance(made, bytes):
        raise TypeError("one document, one PDF")
    return made


@lru_cache(maxsize=2)
def _fonts(folder: Path) -> typst.Fonts:
    # Read once: the files hold ten megabytes each, and a document embeds only the letters it uses.
    missing = [name for name in _FONTS if not (folder / name).is_file()]
    if missing:
        raise ServiceError("fonts", "打印用的字体还没有装好。", "请负责本系统的同志在服务器上运行一次 make。")
    paths: list[Any] = [folder]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=paths)
