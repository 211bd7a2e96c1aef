"""What the platform tells about followers: never a name or a picture."""

from __future__ import annotations

from typing import Any

from ..errors import ApiError
from ..records import Person
from ..state import World
from .calls import Call, Route

PAGE = 10_000


def _info(world: World, openid: str) -> dict[str, Any]:
    person = world.people.get(openid)
    if person is None:
        raise ApiError(40003)
    if not person.followed:
        return {"subscribe": 0, "openid": openid, "tagid_list": []}
    return _follower(person)


def _follower(person: Person) -> dict[str, Any]:
    scene = person.qr_scene_str
    return {
        "subscribe": 1,
        "openid": person.openid,
        "nickname": "",
        "sex": 0,
        "language": "zh_CN",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": person.follow_time,
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": person.subscribe_scene,
        "qr_scene": int(scene) if scene.isdigit() else 0,
        "qr_scene_str": "" if scene.isdigit() else scene,
    }


def info(call: Call) -> dict[str, Any]:
    """Tell about one person."""
    return _info(call.world, call.args.get("openid", ""))


def batchget(call: Call) -> dict[str, Any]:
    """Tell about up to 100 people."""
    rows = call.json().get("user_list")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 100:
        raise ApiError(40130)
    return {"user_info_list": [_info(call.world, str(row.get("openid"))) for row in rows]}


def followers(call: Call) -> dict[str, Any]:
    """List followers, 10,000 at a time, after `next_openid`."""
    openids = [p.openid for p in call.world.people.values() if p.followed]
    after = call.args.get("next_openid", "")
    if after and after not in openids:
        raise ApiError(40003)
    start = openids.index(after) + 1 if after else 0
    page = openids[start : start + PAGE]
    answer: dict[str, Any] = {"total": len(openids), "count": len(page)}
    if page:
        answer["data"] = {"openid": page}
    answer["next_openid"] = page[-1] if page else ""
    return answer


ROUTES = [
    Route("cgi-bin/user/info", info),
    Route("cgi-bin/user/info/batchget", batchget, post=True),
    Route("cgi-bin/user/get", followers),
]
