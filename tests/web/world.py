"""A small world for the tests of pages: two branches under a committee, and one person of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

import web
from models import LoginSession, Member, Organization, RolePeriod, StudySession, WechatBinding
from models.terms import Area, MemberCategory, OrgKind, Role, Sector, SessionKind
from services import keyring, login, rulebook
from services.actor import OPERATOR
from services.arrival import codes
from services.clock import civil_day, seconds
from services.step_up import PROVED
from services.study import sessions
from services.study.session_plan import SessionPlan
from tests.fakes import DirectRunner, FakeIdentity, FakeSceneQr, FixedClock
from tests.kept import laid
from web.context import WebContext, keep
from wechat import qr

STATIC = Path(__file__).resolve().parents[2] / "static"
JOINED = date(2015, 7, 1)

#: role → openid; "anonymous" has none.
OPENIDS = {
    "unbound": "o-unbound",
    "member": "o-member",
    "other_member": "o-other-member",
    "group_head": "o-group-head",
    "secretary": "o-secretary",
    "other_secretary": "o-other-secretary",
    "officer": "o-officer",
    "former_secretary": "o-former-secretary",
}


@dataclass
class World:
    """What a test needs to know of the world."""

    app: Flask
    clock: FixedClock
    identity: FakeIdentity
    scene_qr: FakeSceneQr
    members: dict[str, Member]
    branch: Organization
    session: StudySession

    def client(self, role: str, *, proved: bool = False) -> FlaskClient:
        """Return a browser in which a person is logged in, without going through the platform.

        `proved` says that they have proved a moment ago who they are (services/step_up.py).
        """
        browser = self.app.test_client()
        openid = OPENIDS.get(role)
        if openid is not None:
            token = login.start(openid, self.clock())
            browser.set_cookie("shuxue", token)
            if proved:
                LoginSession.update(proved_until=self.clock() + PROVED).where(
                    LoginSession.token_hash == keyring.current().fingerprint(token)
                ).execute()
        return browser

    def token(self, session: StudySession | None = None) -> str:
        """Return the rotating token of this moment."""
        rules = rulebook.current().checkin(civil_day(self.clock()))
        return codes.token_of((session or self.session).key, seconds(self.clock()), rules.step_seconds)

    def new_session(
        self, title: str, starts_at: datetime, branch: Organization | None = None
    ) -> StudySession:
        """Publish another session."""
        return sessions.publish_new(OPERATOR, plan(branch or self.branch, title, starts_at), self.clock())


def plan(branch: Organization, title: str, starts_at: datetime) -> SessionPlan:
    """Return a session of ninety minutes."""
    return SessionPlan(
        organization=branch.code,
        kind=SessionKind.THEME_DAY,
        title=title,
        starts_at=starts_at,
        minutes=90,
        areas=(Area.THEORY,),
        credit=Decimal("1.5"),
        place="党员活动室",
    )


def build(now: datetime, *, csrf: bool = False) -> World:
    """Fill an empty database and build the application around it.

    Args:
        now: the moment at which the clock stands; the session begins ten minutes later.
        csrf: whether forms need their token, as they do in production.
    """
    clock, identity, scene_qr = FixedClock(now), FakeIdentity(), FakeSceneQr()
    members, branch, session = laid(f"world of {now}", lambda: _people(now))
    context = WebContext(
        clock=clock,
        runner=DirectRunner(),
        identity=identity,
        scene_qr=scene_qr,
        draw_qr=qr.png,
        public_url="http://127.0.0.1:8000",
        secure_cookies=False,
        secret_key="a signing key of the tests, long enough",
        static_dir=STATIC,
    )
    return World(_app(context, csrf), clock, identity, scene_qr, members, branch, session)


def _people(now: datetime) -> tuple[dict[str, Member], Organization, StudySession]:
    committee = _organization("DW", "城关镇党委", OrgKind.COMMITTEE, None)
    branch = _organization("ZB1", "城东第一党支部", OrgKind.BRANCH, committee)
    other = _organization("ZB2", "城西第三党支部", OrgKind.BRANCH, committee)
    group = _organization("ZB1-1", "第一党小组", OrgKind.GROUP, branch)
    second = _organization("ZB1-2", "第二党小组", OrgKind.GROUP, branch)
    members = {
        "member": _member("M001", "王芳", branch, second, "member"),
        "other_member": _member("M101", "周文", other, None, "other_member"),
        "group_head": _member("M002", "李强", branch, group, "group_head"),
        "secretary": _member("M003", "张伟", branch, second, "secretary"),
        "other_secretary": _member("M102", "吴敏", other, None, "other_secretary"),
        "officer": _member("M103", "郑洁", other, None, "officer"),
        "former_secretary": _member("M004", "刘建国", branch, group, "former_secretary"),
        "elder": _member("M005", "𬱖祎", branch, group, None),
    }
    _role(members["group_head"], Role.GROUP_HEAD, group)
    _role(members["secretary"], Role.SECRETARY, branch)
    _role(members["other_secretary"], Role.SECRETARY, other)
    _role(members["officer"], Role.OFFICER, committee)
    _role(members["former_secretary"], Role.SECRETARY, branch, date(2026, 6, 30))
    session = sessions.publish_new(
        OPERATOR, plan(branch, "11月主题党日 · 学习条例", now + timedelta(minutes=10)), now
    )
    return members, branch, session


_apps: dict[bool, tuple[Flask, dict[str, Any]]] = {}


def _app(context: WebContext, csrf: bool) -> Flask:
    """Return the application, which looks at its context anew with every request.

    It is made once: a hundred addresses and the templates take longer than most tests.
    """
    if csrf not in _apps:
        made = Flask(__name__, static_folder=None)
        web.register(made, context)
        made.config["WTF_CSRF_ENABLED"] = csrf
        _apps[csrf] = made, dict(made.config)
    app, config = _apps[csrf]
    app.config.clear()
    app.config.update(config)
    keep(app.extensions, context)
    return app


def _organization(code: str, name: str, kind: OrgKind, parent: Organization | None) -> Organization:
    row = Organization.create(code=code, name=name, kind=kind, parent=parent, sector=Sector.COMMUNITY)
    row.path = f"{parent.path if parent else ''}{row.id}."
    row.save()
    return row


def _member(
    number: str, name: str, branch: Organization, group: Organization | None, role: str | None
) -> Member:
    member = Member.create(
        number=number,
        name=name,
        branch=branch,
        group=group,
        category=MemberCategory.IN_SERVICE,
        joined_on=JOINED,
        full_on=JOINED,
        active_from=JOINED,
    )
    if role is not None:
        WechatBinding.create(openid=OPENIDS[role], member=member, bound_at=0)
    return member


def _role(member: Member, role: Role, organization: Organization, ends: date | None = None) -> None:
    RolePeriod.create(
        member=member,
        role=role,
        title=role.label,
        organization=organization,
        starts=date(2024, 1, 1),
        ends=ends,
    )
