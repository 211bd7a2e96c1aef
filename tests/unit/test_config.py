"""Settings: all faults in one message, a key that is made once, nothing unsafe by default."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from config import Settings, SettingsFault, load_settings

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SECRET = "s" * 32


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def faults_of(**settings: object) -> list[str]:
    with pytest.raises(SettingsFault) as fault:
        load_settings(**({"secret_key": SECRET} | settings))
    return fault.value.faults


def test_the_defaults_are_those_of_a_small_safe_deployment(tmp_path: Path) -> None:
    settings = load_settings(instance_dir=tmp_path)
    assert (settings.environment, settings.wechat_mode) == ("production", "safe")
    assert settings.database_url == "sqlite:///instance/shuxue.db"
    assert not settings.secure_cookies
    assert load_settings(secret_key=SECRET, public_url="https://xuexi.example.cn/").secure_cookies


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("PUBLIC_URL", "https://xuexi.example.cn/")
    assert load_settings().public_url == "https://xuexi.example.cn"


def test_all_faults_are_told_at_once_each_with_what_to_write() -> None:
    faults = faults_of(
        database_url="mysql://x",
        public_url="http://xuexi.example.cn",
        secret_key="short",
        wechat_aes_key="short",
        wechat_aes_key_previous="短" * 43,
        wechat_mode="plain",
        wechat_api_base="ftp://x",
        rules_dir="/nowhere",
        log_format="xml",
    )
    assert [fault.split(":")[0] for fault in faults] == [
        "DATABASE_URL",
        "PUBLIC_URL",
        "SECRET_KEY",
        "WECHAT_AES_KEY",
        "WECHAT_AES_KEY_PREVIOUS",
        "WECHAT_MODE",
        "WECHAT_API_BASE",
        "RULES_DIR",
        "LOG_FORMAT",
    ]


def test_the_message_lists_every_fault_on_a_line_of_its_own() -> None:
    with pytest.raises(SettingsFault, match=r"settings refused:\n- DATABASE_URL: .*\n- LOG_FORMAT: "):
        load_settings(secret_key=SECRET, database_url="x", log_format="x")


@pytest.mark.parametrize("environment", ["production", "staging"])
def test_plain_mode_is_refused_outside_development(environment: str) -> None:
    assert any(
        "WECHAT_MODE: plain" in fault for fault in faults_of(wechat_mode="plain", environment=environment)
    )


def test_plain_mode_is_for_development() -> None:
    settings = load_settings(secret_key=SECRET, wechat_mode="plain", environment="development")
    assert settings.wechat_mode == "plain"


@pytest.mark.parametrize("key", [AES_KEY[:-1], AES_KEY + "x", AES_KEY[:-1] + "=", "!" * 43, "é" * 43])
def test_an_aes_key_has_43_letters_and_digits(key: str) -> None:
    assert faults_of(wechat_aes_key=key) == [
        "WECHAT_AES_KEY: copy the 43 letters and digits of EncodingAESKey"
    ]


def test_a_good_aes_key_and_none_at_all_are_taken() -> None:
    assert load_settings(secret_key=SECRET, wechat_aes_key=AES_KEY).wechat_aes_key == AES_KEY
    assert load_settings(secret_key=SECRET).wechat_aes_key == ""


@pytest.mark.parametrize(
    "address",
    [
        "",
        "xuexi.example.cn",
        "http://xuexi.example.cn",
        "https://",
        "javascript:x",
        "https://x.cn/?a=1",
        "https://[::x",
    ],
)
def test_an_address_that_people_cannot_reach_safely_is_refused(address: str) -> None:
    assert [fault.split(":")[0] for fault in faults_of(public_url=address)] == ["PUBLIC_URL"]


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000", "https://x.cn"]
)
def test_http_is_for_this_machine_alone(address: str) -> None:
    assert load_settings(secret_key=SECRET, public_url=address).public_url == address


# ---- the key that is made at the first start


def test_the_first_start_makes_a_key_that_only_the_owner_reads_and_later_starts_reuse(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "instance"
    former = os.umask(0)
    try:
        first = load_settings(instance_dir=folder)
    finally:
        os.umask(former)
    path = folder / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(first.secret_key) >= 32
    assert load_settings(instance_dir=folder).secret_key == first.secret_key == path.read_text("utf-8")
    assert [entry.name for entry in folder.iterdir()] == ["secret_key"]


def test_a_key_of_the_environment_is_not_written_down(tmp_path: Path) -> None:
    load_settings(secret_key=SECRET, instance_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    gate, keys = threading.Barrier(8), []

    def begin() -> None:
        gate.wait(10)
        keys.append(load_settings(instance_dir=tmp_path).secret_key)

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(keys) == 8
    assert len(set(keys)) == 1


@pytest.mark.parametrize("kept", ["", "half", "\n"])
def test_a_damaged_key_is_refused_and_never_taken_for_a_key(tmp_path: Path, kept: str) -> None:
    (tmp_path / "secret_key").write_text(kept, "utf-8")
    with pytest.raises(SettingsFault, match=r"SECRET_KEY: .* is damaged"):
        load_settings(instance_dir=tmp_path)


def test_a_folder_that_cannot_be_used_is_a_fault_and_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(SettingsFault, match="INSTANCE_DIR"):
        load_settings(instance_dir=tmp_path / "file")


def test_secrets_are_not_printed() -> None:
    settings = load_settings(
        secret_key=SECRET, wechat_app_secret="app-secret", wechat_token="tok-en", wechat_aes_key=AES_KEY
    )
    assert not any(secret in repr(settings) for secret in (SECRET, "app-secret", "tok-en", AES_KEY))


# ---- what serving needs


def test_serving_without_what_verifies_pushes_is_refused_with_every_missing_name() -> None:
    with pytest.raises(SettingsFault) as fault:
        load_settings(secret_key=SECRET, wechat_app_id="wx1").require_wechat()
    assert [each.split(":")[0] for each in fault.value.faults] == [
        "WECHAT_APP_SECRET",
        "WECHAT_TOKEN",
        "WECHAT_AES_KEY",
    ]


def test_what_is_missing_and_what_is_wrong_is_told_together() -> None:
    faults = faults_of(wechat=True, wechat_app_id="wx1", wechat_token="t", database_url="x")
    assert [fault.split(":")[0] for fault in faults] == [
        "DATABASE_URL",
        "WECHAT_APP_SECRET",
        "WECHAT_AES_KEY",
    ]
    assert len(faults_of(wechat=True)) == 4


@pytest.mark.parametrize(("mode", "key"), [("safe", AES_KEY), ("plain", "")])
def test_serving_with_all_of_it_goes_on(mode: str, key: str) -> None:
    load_settings(
        secret_key=SECRET, wechat_app_id="wx1", wechat_app_secret="x", wechat_token="t",
        wechat_aes_key=key, wechat_mode=mode, environment="development",
    ).require_wechat()  # fmt: skip
