"""Refusals and faults as pages: what happened, what to do, the way back, and the fitting status."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog
from flask import Flask, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from services.errors import ServiceError
from services.writer import WriterBusy
from web.stepping import ProofNeeded, detour
from web.visitor import BindingNeeded, LoginNeeded, own_path

_log = structlog.get_logger()
_STATUS = {"invalid": 400, "forbidden": 403, "not_found": 404, "refused": 409}
#: Pages whose form goes to their own address, so that the person can be led back to it.
_FORMS = frozenset({"/c", "/m/bind", "/s/sessions/new"})
_WORDS = {
    400: ("这一页的内容没有读懂。", "请返回上一页再试一次。"),
    404: ("没有找到这一页。", "地址可能写错了，或者这一页已经不在了。"),
    405: ("这一步要在页面上按按钮来办。", "请返回上一页，按页面上的按钮。"),
    413: ("填写的内容太多了，没有保存。", "请缩短一些再提交。"),
}

#: A page that was filled in and did not arrive: what to show so that nothing typed is lost.
Rescue = Callable[[Exception], "Answer | tuple[Answer | str, int] | None"]
_RESCUES: dict[str, Rescue] = {}


def rescues(*endpoints: str) -> Callable[[Rescue], Rescue]:
    """Let a view keep what was typed when its form was too old or the login had ended.

    The function gets the exception and returns the answer, or None for the usual page.
    """

    def register(rescue: Rescue) -> Rescue:
        _RESCUES.update(dict.fromkeys(endpoints, rescue))
        return rescue

    return register


def _rescued(error: Exception) -> Answer | tuple[Answer | str, int] | None:
    rescue = _RESCUES.get(request.endpoint or "") if request.method == "POST" else None
    if rescue is None:
        return None
    try:
        return rescue(error)
    except ServiceError as refusal:
        # Whoever may not be here at all is told so, also when the form was too old.
        return _refusal(refusal)


def handle(app: Flask) -> None:
    """Register the pages for everything that a view may raise."""
    app.register_error_handler(LoginNeeded, _to_login)
    app.register_error_handler(BindingNeeded, _to_binding)
    app.register_error_handler(ProofNeeded, _to_proof)
    app.register_error_handler(ServiceError, _refusal)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_fault)
    app.register_error_handler(WriterBusy, _busy)
    app.register_error_handler(Exception, _fault)


def page(status: int, message: str, hint: str, **more: str) -> tuple[str, int]:
    """Write the page of a refusal; `more` may hold `way` and `way_words`, the button at its foot."""
    home = "today.show" if request.path.startswith("/s") else "home.show"
    words = {"way": url_for(home), "way_words": "返回首页", "error_id": ""} | more
    return render_template("errors/page.html", message=message, hint=hint, **words), status


def _to_login(error: LoginNeeded) -> Answer | tuple[Answer | str, int]:
    rescued = _rescued(error)
    if rescued is not None:
        return rescued
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("auth.login", next=own_path(request.full_path.rstrip("?"))))
    # Our policy lets no form lead to another host, and the login is on one: so the person taps a link.
    back = "/s" if request.path.startswith("/s") else "/m"
    way = url_for("auth.login", next=request.path if request.path in _FORMS else back)
    message, hint = "登录已过期，刚才这一步没有办成。", "请重新进入后再办一次。"
    return page(401, message, hint, way=way, way_words="重新进入")


def _to_binding(error: BindingNeeded) -> Answer | tuple[Answer | str, int]:
    return _rescued(error) or redirect(url_for("bind.show"), 303 if request.method == "POST" else 302)


def _to_proof(error: ProofNeeded) -> Answer | tuple[Answer | str, int]:
    return _rescued(error) or detour(error)


def _refusal(error: ServiceError) -> tuple[str, int]:
    # Some refusals are one sentence in the chat; here the first half stands alone as the headline.
    message = error.message[:-1] + "。" if error.message.endswith("，") else error.message
    return page(_STATUS.get(error.kind, 409), message, error.hint)


def _stale_form(error: CSRFError) -> Answer | tuple[Answer | str, int]:
    words = ("页面放得太久了，刚才这一步没有办成。", "请返回上一页，刷新后再试一次。")
    return _rescued(error) or page(400, *words)


def _http_fault(error: HTTPException) -> tuple[str, int] | Answer:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    message, hint = _WORDS.get(status, ("现在办不了这一步。", "请过一会儿再试。"))
    return page(status, message, hint)


def _busy(error: Exception) -> Answer | tuple[Answer | str, int]:
    _log.warning("storage_busy", endpoint=request.endpoint, exc_info=error)
    rescued = _rescued(error)
    if rescued is not None:
        return rescued
    if request.path == "/c":
        return page(503, "未签到，请稍后再试。", "也可以请支部书记或党小组长帮您点名，一样计学时。")
    return page(503, "现在人多，这一步没有办成。", "请过一会儿再试。")


def _fault(error: Exception) -> Answer | tuple[Answer | str, int]:
    # Drivers and pools have each their own class of this name: full disk, lost server, no free connection.
    if any(base.__name__ == "OperationalError" for base in type(error).__mro__):
        return _busy(error)
    error_id = secrets.token_hex(4)
    _log.error("page_failed", error_id=error_id, endpoint=request.endpoint, exc_info=error)
    hint = "请过一会儿再试；找人帮忙时请报下面的编号。"
    return page(500, "页面出了差错，我们已经记下。", hint, error_id=error_id)
