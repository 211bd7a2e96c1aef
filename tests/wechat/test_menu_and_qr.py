"""The menu is the one of the contract; a camera reads what we draw."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from wechat.menu import MENU
from wechat.qr import MAX_TEXT, QUIET_ZONE, png, svg_path

URL = "https://xuexi.example.cn/c/k3Jx9-_aB?支部=第一"


def test_the_menu_has_its_three_buttons_in_order():
    assert [(button["name"], button["type"], button["key"]) for button in MENU["button"]] == [
        ("签到", "scancode_waitmsg", "CHECKIN_SCAN"),
        ("述学", "click", "SHUXUE"),
        ("我的", "click", "ME"),
    ]


@pytest.mark.parametrize("text", [URL, "1", "x" * 300])
def test_a_camera_reads_the_drawn_code(text):
    picture = Image.open(io.BytesIO(png(text)))
    assert picture.format == "PNG"
    assert [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))] == [text]


def test_the_code_stands_in_four_modules_of_white():
    picture = Image.open(io.BytesIO(png(URL, 5))).convert("L").point(lambda grey: 255 - grey)
    assert picture.getbbox() == (20, 20, picture.width - 20, picture.height - 20)


def test_the_path_draws_the_same_code():
    side, path = svg_path(URL)
    picture = Image.new("L", (side * 4, side * 4), 255)
    draw = ImageDraw.Draw(picture)
    for step in path.removesuffix("z").split("z"):
        x, rest = step.removeprefix("M").split(" ")
        y, width = rest.split("v")[0].split("h")
        left, top = int(x) * 4, int(y) * 4
        draw.rectangle((left, top, left + int(width) * 4 - 1, top + 3), fill=0)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [URL]
    assert picture.tobytes() == Image.open(io.BytesIO(png(URL, 4))).convert("L").tobytes()
    assert QUIET_ZONE == 4


def test_a_drawn_code_is_not_drawn_twice():
    assert png(URL) is png(URL)


@pytest.mark.parametrize(("text", "scale"), [("", 8), ("x" * (MAX_TEXT + 1), 8), ("x", 0), ("x", 41)])
def test_an_unreadable_or_enormous_code_is_not_drawn(text, scale):
    with pytest.raises(ValueError, match=r"QR code|scale"):
        png(text, scale)
