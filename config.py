"""Settings of one deployment: read from the environment once, refused with all faults in one message."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_ROOT = Path(__file__).resolve().parent


class SettingsFault(Exception):
    """One or more settings cannot be used.

    Attributes:
        faults: one sentence per fault, each naming the setting and what to write instead.
    """

    def __init__(self, faults: list[str]) -> None:
        """Keep every fault, so that the operator mends all of them in one go."""
        super().__init__("settings refused:\n" + "\n".join(f"- {fault}" for fault in faults))
        self.faults = faults


class Settings(BaseSettings):
    """The settings of CONTRACT.md; names are those of the environment, in lower case."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: str = "sqlite:///instance/shuxue.db"
    public_url: str = "http://127.0.0.1:8000"
    secret_key: str = Field(default="", repr=False)
    wechat_app_id: str = ""
    wechat_app_secret: str = Field(default="", repr=False)
    wechat_token: str = Field(default="", repr=False)
    wechat_aes_key: str = Field(default="", repr=False)
    wechat_aes_key_previous: str = Field(default="", repr=False)
    wechat_mode: Literal["safe", "plain"] = "safe"
    wechat_api_base: str = ""
    environment: Literal["production", "development"] = "production"
    redis_url: str = ""
    rules_dir: Path = _ROOT / "rules"
    instance_dir: Path = _ROOT / "instance"
    log_format: Literal["text", "json"] = "text"

    @field_validator("public_url", "wechat_api_base")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("write an address such as https://xuexi.example.cn")
        if parts.query or parts.fragment:
            raise ValueError("write the address without ? and #")
        return value.rstrip("/")

    @field_validator("public_url")
    @classmethod
    def _https_unless_loopback(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise ValueError("use https:// (http is for this machine alone)")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("write sqlite:///file or postgresql://user:password@host/name")
        return value

    @field_validator("wechat_aes_key", "wechat_aes_key_previous")
    @classmethod
    def _key_of_43(cls, value: str) -> str:
        if not value:
            return value
        try:
            raw = base64.b64decode(value + "=", validate=True) if len(value) == 43 else b""
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != 32:
            raise ValueError("copy the 43 letters and digits of EncodingAESKey")
        return value

    @field_validator("rules_dir")
    @classmethod
    def _rules_present(cls, value: Path) -> Path:
        if not (value / "hours.toml").is_file():
            raise ValueError(f"no hours.toml in {value}: point it at a folder of rule files")
        return value

    @model_validator(mode="after")
    def _plain_is_for_development(self) -> Settings:
        if self.wechat_mode == "plain" and self.environment != "development":
            raise ValueError("WECHAT_MODE: plain does not protect the message body; use safe")
        if self.secret_key and len(self.secret_key) < 32:
            raise ValueError("SECRET_KEY: write at least 32 characters, or leave it out to have one made")
        return self

    @property
    def secure_cookies(self) -> bool:
        """Whether pages are reached by https, so that cookies may carry the __Host- prefix."""
        return self.public_url.startswith("https://")

    def require_wechat(self) -> None:
        """Refuse to serve without what verifies WeChat's pushes (an empty token accepts forgeries).

        Raises:
            SettingsFault: naming each missing setting.
        """
        needed = ["wechat_app_id", "wechat_app_secret", "wechat_token"]
        if self.wechat_mode == "safe":
            needed.append("wechat_aes_key")
        missing = [name.upper() for name in needed if not getattr(self, name)]
        if missing:
            raise SettingsFault([f"{name}: missing; copy it from the account's console" for name in missing])


@dataclass(frozen=True)
class _Fault:
    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.name}: {self.message}" if self.name else self.message


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment; `overrides` are for tests and the demo.

    Raises:
        SettingsFault: all faults at once.
    """
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = []
        for item in error.errors():
            name = ".".join(str(part) for part in item["loc"]).upper()
            faults.append(str(_Fault(name, item["msg"].removeprefix("Value error, "))))
        raise SettingsFault(faults) from error
    return settings if settings.secret_key else _with_made_key(settings)


def _with_made_key(settings: Settings) -> Settings:
    """Read the key that an earlier start made, or make it: cookies and codes must survive a restart."""
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    path = settings.instance_dir / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return settings.model_copy(update={"secret_key": path.read_text("utf-8").strip()})
    made = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(made)
    return settings.model_copy(update={"secret_key": made})
