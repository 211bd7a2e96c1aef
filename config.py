"""Settings of one deployment: read from the environment once, refused with all faults in one message."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_KEY_LENGTH = 32
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

    # It stands first because the checks of the others look at it.
    environment: Literal["production", "development"] = "production"
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
        if not parts.hostname:
            raise ValueError("write the address that people reach, such as https://xuexi.example.cn")
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

    @field_validator("wechat_mode")
    @classmethod
    def _plain_is_for_development(cls, value: str, info: ValidationInfo) -> str:
        if value == "plain" and info.data.get("environment") != "development":
            raise ValueError("plain does not protect the message body; use safe")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < _KEY_LENGTH:
            raise ValueError(f"write at least {_KEY_LENGTH} characters, or leave it out to have one made")
        return value

    @property
    def secure_cookies(self) -> bool:
        """Whether pages are reached by https, so that cookies may carry the __Host- prefix."""
        return self.public_url.startswith("https://")

    def require_wechat(self) -> None:
        """Refuse to serve without what verifies WeChat's pushes (an empty token accepts forgeries).

        Raises:
            SettingsFault: naming each missing setting.
        """
        faults = _missing_wechat(lambda name: str(getattr(self, name)))
        if faults:
            raise SettingsFault(faults)


def _missing_wechat(value_of: Callable[[str], str]) -> list[str]:
    """Name what verifies WeChat's pushes and is not set."""
    needed = ["wechat_app_id", "wechat_app_secret", "wechat_token"]
    if value_of("wechat_mode") != "plain":
        needed.append("wechat_aes_key")
    return [
        f"{name.upper()}: missing; copy it from the account's console"
        for name in needed
        if not value_of(name)
    ]


def process_environment() -> dict[str, str]:
    """Return a copy of this process's environment, for children that it starts."""
    return dict(os.environ)


def load_settings(*, wechat: bool = False, **overrides: object) -> Settings:
    """Read the settings from the environment; `overrides` are for tests and the demo.

    Args:
        wechat: whether what verifies WeChat's pushes must be there.
        overrides: values by name, in place of the environment's.

    Raises:
        SettingsFault: all faults at once.
    """
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = []
        for item in error.errors():
            name = ".".join(str(part) for part in item["loc"]).upper()
            faults.append(f"{name}: {item['msg'].removeprefix('Value error, ')}")
        if wechat:
            given = {**os.environ, **{name.upper(): str(value) for name, value in overrides.items()}}
            faults += _missing_wechat(lambda name: given.get(name.upper(), ""))
        raise SettingsFault(faults) from error
    if wechat:
        settings.require_wechat()
    return settings if settings.secret_key else _with_made_key(settings)


def _with_made_key(settings: Settings) -> Settings:
    """Read the key that an earlier start made, or make it: cookies and codes must survive a restart.

    Raises:
        SettingsFault: when the folder cannot be written to, or the kept key is damaged.
    """
    path = settings.instance_dir / "secret_key"
    try:
        settings.instance_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_key(path)
        key = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsFault(
            [f"INSTANCE_DIR: {path} cannot be kept ({error}); point it at a folder of ours"]
        ) from error
    if len(key) < _KEY_LENGTH:
        raise SettingsFault(
            [f"SECRET_KEY: {path} is damaged; restore it, or delete it to have a new one made"]
        )
    return settings.model_copy(update={"secret_key": key})


def _make_key(path: Path) -> None:
    """Put a new key in place whole: another process must never read half of it, and the first one wins."""
    draft = path.with_name(f"secret_key.{secrets.token_hex(8)}")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
