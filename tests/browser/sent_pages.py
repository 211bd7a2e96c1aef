"""Pages that only a sent form shows: previews, answers, and forms that come back with their faults."""

from __future__ import annotations

from dataclasses import dataclass

from tests.web.test_session_pages import GOOD


@dataclass(frozen=True)
class Sent:
    """A form as a browser sends it.

    Attributes:
        role: who sends it.
        page: where the form stands; its token is taken from there.
        action: where it goes.
        fields: name → value, or values.
        file: (field, name, content) of a file that goes along.
    """

    role: str
    page: str
    action: str
    fields: dict[str, str | list[str]]
    file: tuple[str, str, str] | None = None


_ROSTER = "编号,姓名,支部代码,党小组,类别,入党日期,手机号\n"
_WRITING = "/m/shuxue/C/goals"

#: What comes last takes something away from its person, so that no other page needs it afterwards.
SENT = {
    # ---- the form again, with what is wrong beside its field
    "a claim with faults": Sent("member", "/m/claims/new", "/m/claims/new", {}),
    "an external with faults": Sent("member", "/m/external/new", "/m/external/new", {}),
    "a leave with faults": Sent("member", "/m/leave/new/{key}", "/m/leave/new/{key}", {}),
    "wrong digits": Sent("member", "/m/sign", "/m/sign", {"digits": "12"}),
    "a message without words": Sent("member", "/feedback", "/feedback", {"words": ""}),
    "a wrong code of a card": Sent("unbound", "/m/bind", "/m/bind", {"code": "ABCD 2345"}),
    "a wrong code of a screen": Sent("anonymous", "/p", "/p", {"code": "abcd2345"}),
    "a session with faults": Sent("secretary", "/s/sessions/new", "/s/sessions/new", {"day": "明天"}),
    "a visit with faults": Sent("secretary", "/s/sessions/visit", "/s/sessions/visit", {}),
    "a member with faults": Sent(
        "secretary", "/s/members/new", "/s/members/new", {"branch": "ZB1", "姓名": "1"}
    ),
    "a survey with faults": Sent("secretary", "/s/surveys/new", "/s/surveys/new", {}),
    "a notice with faults": Sent("secretary", "/s/notices/new", "/s/notices/new", {}),
    "a report returned without a reason": Sent(
        "secretary", "/s/shuxue/A/M002", "/s/shuxue/A/M002/return", {"reason": ""}
    ),
    "nobody to remind": Sent(
        "secretary", "/s/push?topic=MAKE_UP&all=1", "/s/push/preview", {"topic": "MAKE_UP"}
    ),
    "a wrong proof": Sent(
        "secretary", "/auth/step-up", "/auth/step-up", {"next": "/s/exports", "proof_code": "12"}
    ),
    # ---- before it is done
    "the days of a series": Sent("secretary", "/s/sessions/new", "/s/sessions/new", GOOD | {"repeat": "3"}),
    "a form for another kind": Sent(
        "secretary", "/s/sessions/new", "/s/sessions/new", {"kind": "PARTY_LECTURE", "fill": "1"}
    ),
    "what a roster changes": Sent(
        "secretary", "/s/members/upload", "/s/members/upload", {},
        ("roster", "名册.csv", f"{_ROSTER}M001,王芳,ZB1,第一党小组,离退休,2015-07-01,13800001234\n"
         "M900,欧阳娜,ZB1,第一党小组,在职,2020-07-01,\n"),
    ),
    "what is wrong in a roster": Sent(
        "secretary", "/s/members/upload", "/s/members/upload", {},
        ("roster", "名册.csv", f"{_ROSTER}M001,王芳,ZB1,第九党小组,在职,2015年,1380000\n"),
    ),
    "what will be said": Sent(
        "secretary", "/s/push?topic=MAKE_UP&all=1", "/s/push/preview",
        {"topic": "MAKE_UP", "member": ["M001", "M002"]},
    ),
    "a handover before it is sure": Sent(
        "proved secretary", "/s/roles", "/s/roles/hand-over", {"org": "ZB1", "member": "M002"}
    ),
    "the proof of a form": Sent(
        "secretary", "/s/members/M001/leave", "/s/members/M001/leave", {"day": "2026-11-20"}
    ),
    # ---- when it did not go as thought
    "two texts": Sent("member", _WRITING, _WRITING, {"text": "在电脑上写的", "version": "9"}),
    "a text kept": Sent("member", _WRITING, "/m/shuxue/Z/goals", {"text": "没有存上的话", "version": "0"}),
    # ---- what has been done
    "cards on a sheet": Sent("secretary", "/s/cards", "/s/cards", {"member": ["M005"]}),
    "a new code": Sent("secretary", "/s/members/M002", "/s/members/M002/code", {}),
    "signed in": Sent("member", "/c/{token}", "/c", {}),
    "bound": Sent("unbound", "/m/bind", "/m/bind", {"code": "{card}"}),
    "unbound": Sent("former_secretary", "/m/unbind", "/m/unbind", {}),
    "left for good": Sent("other_member", "/m/privacy/leave", "/m/privacy/leave", {}),
    "logged out": Sent("group_head", "/m/settings", "/auth/logout", {}),
    "logged out everywhere": Sent("group_head", "/m/settings", "/auth/logout-everywhere", {}),
}  # fmt: skip
