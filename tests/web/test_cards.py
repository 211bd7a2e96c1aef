"""Cards for members without an account: made by their branch, with a QR that binds by one scan."""

from __future__ import annotations

import re

import pytest

from models import BindingCode
from services import binding, cards
from services.actor import OPERATOR
from services.binding import Step
from tests.web.world import World


def codes_of(page: str) -> list[str]:
    """Return the codes that stand on a sheet."""
    return re.findall(r"绑定 ([0-9a-z]{8})", page)


def test_the_list_names_who_has_no_account_and_nobody_else(world: World) -> None:
    page = world.client("secretary").get("/s/cards").get_data(as_text=True)
    assert "𬱖祎" in page
    assert "王芳" not in page
    assert BindingCode.select().count() == 0


def test_a_card_carries_a_qr_and_a_code_that_binds_once(world: World) -> None:
    page = world.client("secretary").post("/s/cards", data={"member": "M005"}).get_data(as_text=True)
    assert "data:image/png;base64," in page
    (code,) = codes_of(page)
    assert world.scene_qr.asked == [f"B{code}"]
    assert binding.bind("o-elder", code, world.clock()).step is Step.BOUND
    # Whoever scans it afterwards gets nothing by it: the secretary is asked.
    assert binding.bind("o-somebody", code, world.clock()).step is Step.ASKED


def test_without_the_platform_the_card_still_has_its_code(world: World) -> None:
    world.scene_qr.away = True
    answer = world.client("secretary").post("/s/cards", data={"member": ["M005", "M001"]})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert len(codes_of(page)) == 2
    assert "暂时没有给出二维码" in page
    # One refusal is enough: the platform is not asked for every card of a sheet.
    assert len(world.scene_qr.asked) == 1


def test_no_card_is_made_for_another_branch_and_none_without_a_choice(world: World) -> None:
    secretary = world.client("secretary")
    assert secretary.post("/s/cards", data={"member": ["M005", "M101"]}).status_code == 404
    refused = secretary.post("/s/cards", data={})
    assert refused.status_code == 400
    assert BindingCode.select().count() == 0
    assert "还没有选人" in refused.get_data(as_text=True)


def test_a_list_for_a_whole_district_is_cut_and_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = world.client("officer")
    binding.release(OPERATOR, "M001", world.clock())
    assert "人太多" not in officer.get("/s/cards").text
    monkeypatch.setattr(cards, "LISTED", 1)
    page = officer.get("/s/cards").text
    assert (page.count('name="member"'), "这里只列前 1 位" in page) == (1, True)
