"""The menu is the one of the contract; a camera reads what we draw."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from wechat.menu import PAGES, menu
from wechat.qr import MAX_TEXT, QUIET_ZONE, png, svg_path

URL = "https://xuexi.example.cn/c/k3Jx9-_aB?支部=第一"


def test_the_menu_has_its_three_buttons_in_order():
    scan, shuxue, mine = menu("https://xuexi.example.cn")["button"]
    assert scan == {"name": "签到", "type": "scancode_waitmsg", "key": "CHECKIN_SCAN"}
    assert shuxue == {"name": "述学", "type": "click", "key": "SHUXUE"}
    assert mine["name"] == "我的"
    assert "type" not in mine


def test_below_mine_stand_pages_and_the_way_to_complain():
    """F16; the platform allows five below a button, 60 bytes each, 1024 bytes of address."""
    pages = menu("https://xuexi.example.cn")["button"][2]["sub_button"]
    assert [page["name"] for page in pages] == ["我的页面", "我的学时", "请假", "补学", "投诉建议"]
    assert {page["type"] for page in pages} == {"view"}
    assert pages[-1]["url"] == "https://xuexi.example.cn/feedback"
    assert len(PAGES) <= 5
    assert all(len(page["name"].encode()) <= 60 and len(page["url"].encode()) <= 1024 for page in pages)


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
