"""Cards whose QR the platform made: the kept scene holds the code in clear, so it goes with the code."""

from __future__ import annotations

from models import BindingCode, Member, SceneTicket
from services import keyring
from services.arrival import codes


def forget_cards(member: Member) -> int:
    """Remove the kept QRs of a member's cards and return how many there were."""
    rows = BindingCode.select(BindingCode.code_hash).where(BindingCode.member == member).tuples()
    mine = {code_hash for (code_hash,) in rows}
    scenes = [
        scene
        for (scene,) in SceneTicket.select(SceneTicket.scene)
        .where(SceneTicket.scene.startswith("B"))
        .tuples()
        if (code := codes.card_code(scene)) and keyring.current().fingerprint(code) in mine
    ]
    return int(SceneTicket.delete().where(SceneTicket.scene.in_(scenes)).execute())
