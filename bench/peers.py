"""The baselines of the check-in bench, each a WSGI app under the same server: hello, and two echoes."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

from bench.pushes import AES_KEY, APP_ID, TOKEN


def hello() -> Any:
    """Return bare Flask that answers a POST with a word."""
    app = Flask("hello")

    @app.post("/wechat")
    def say() -> str:
        return "hello"

    return app


def wechatpy_echo() -> Any:
    """Return Flask with wechatpy in safe mode that echoes the text, as its documentation shows."""
    from wechatpy import create_reply, parse_message
    from wechatpy.crypto import WeChatCrypto

    app = Flask("wechatpy")
    crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)

    @app.post("/wechat")
    def echo() -> Response:
        args = request.args
        xml = crypto.decrypt_message(request.data, args["msg_signature"], args["timestamp"], args["nonce"])
        message = parse_message(xml)
        reply = create_reply(getattr(message, "content", "ok"), message)
        return Response(crypto.encrypt_message(reply.render(), args["nonce"], args["timestamp"]))

    return app


def werobot_echo() -> Any:
    """Return WeRoBot in Flask in safe mode that echoes; it stores nothing."""
    from werobot import WeRoBot
    from werobot.contrib.flask import make_view

    robot = WeRoBot(token=TOKEN, app_id=APP_ID, encoding_aes_key=AES_KEY, enable_session=False)
    robot.config["APP_ID"] = APP_ID
    robot.config["ENCODING_AES_KEY"] = AES_KEY

    @robot.handler
    def echo(message: Any) -> str:
        return getattr(message, "content", "ok")

    app = Flask("werobot")
    app.add_url_rule("/wechat", endpoint="robot", view_func=make_view(robot), methods=["GET", "POST"])
    return app
