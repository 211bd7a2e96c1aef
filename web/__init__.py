"""The pages: members, secretaries, meeting screen, login, health. README.md: what may not stand here."""

from __future__ import annotations

from flask import Flask

from web import assets, auth, borrowed, care, errors, health, lifecycle, metrics, screen, security, stepping
from web.context import WebContext, keep
from web.member import (
    bind,
    branch_life,
    claims,
    external,
    feedback,
    help,
    home,
    leave,
    make_ups,
    notices,
    points,
    privacy,
    scan,
    settings,
    shuxue,
    study,
    trail,
    voices,
    writing,
)
from web.secretary import (
    around,
    cadence,
    cards,
    exempting,
    exports,
    helpers,
    hours_desk,
    lectures,
    moving,
    oral,
    paper,
    plan,
    plan_year,
    points_desk,
    printing,
    push,
    roll,
    roll_entries,
    roster_upload,
    row,
    steps,
    surveys,
    today,
    unreached,
    visits,
)
from web.secretary import claims as claims_desk
from web.secretary import external as external_desk
from web.secretary import feedback as feedback_desk
from web.secretary import leave as leave_desk
from web.secretary import make_ups as make_ups_desk
from web.secretary import members as members_desk
from web.secretary import mobility as mobility_desk
from web.secretary import notices as notices_desk
from web.secretary import roles as roles_desk
from web.secretary import shuxue as branch_shuxue
from web.secretary import trail as trail_desk
from web.secretary import transfers as transfers_desk
from web.secretary import voices as voices_desk
from web.security import csrf
from web.template import teach

#: Every blueprint of the pages.
BLUEPRINTS = (
    assets.pages,
    health.pages,
    auth.pages,
    care.pages,
    home.pages,
    study.pages,
    settings.pages,
    notices.pages,
    feedback.pages,
    shuxue.pages,
    writing.pages,
    voices.pages,
    voices_desk.pages,
    points.pages,
    claims.pages,
    leave.pages,
    leave_desk.pages,
    make_ups.pages,
    make_ups_desk.pages,
    external.pages,
    external_desk.pages,
    roles_desk.pages,
    bind.pages,
    privacy.pages,
    help.pages,
    scan.pages,
    today.pages,
    cards.pages,
    plan.pages,
    roll.pages,
    roll_entries.pages,
    steps.pages,
    moving.pages,
    around.pages,
    paper.pages,
    visits.pages,
    claims_desk.pages,
    feedback_desk.pages,
    cadence.pages,
    plan_year.pages,
    notices_desk.pages,
    surveys.pages,
    lectures.pages,
    branch_life.pages,
    branch_shuxue.pages,
    oral.pages,
    helpers.pages,
    push.pages,
    unreached.pages,
    screen.pages,
    borrowed.pages,
    members_desk.pages,
    roster_upload.pages,
    transfers_desk.pages,
    mobility_desk.pages,
    stepping.pages,
    exempting.pages,
    exports.pages,
    row.pages,
    hours_desk.pages,
    points_desk.pages,
    printing.pages,
    trail.pages,
    trail_desk.pages,
)

count_callback = metrics.count_callback

__all__ = ["BLUEPRINTS", "WebContext", "count_callback", "csrf", "register"]


def register(app: Flask, context: WebContext) -> None:
    """Add the pages to an application.

    Args:
        app: made without a static folder of its own; headers, limits, the form token and the error
            pages hold for every blueprint of it (`csrf.exempt` takes out what has its own proof).
        context: what the pages are given from outside.
    """
    keep(app.extensions, context)
    security.protect(app, context)
    lifecycle.attend(app)
    metrics.measure(app)
    errors.handle(app)
    teach(app, assets.load(app, context.static_dir))
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
