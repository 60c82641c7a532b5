"""Which provider carries what is a choice of configuration; a wrong one is named before the first message."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib import providers, wiring
from chalicelib.config import ConfigError, Settings
from chalicelib.delivery.bounces import sealed
from chalicelib.notice.shapes import Message
from chalicelib.notice.texts import TEMPLATES
from chalicelib.people.staff import Channel
from chalicelib.ports import PermanentFailure
from tests.notify.carrier import session
from tests.observability.logs import forget_logger

TOOLS = providers.Tools(session, lambda: datetime(2026, 11, 24, tzinfo=UTC), lambda: "n", lambda: "e")
ALL = ",".join(f"{name}=SMS_{number}" for number, name in enumerate(TEMPLATES))
ALIYUN = {
    "SMS_PROVIDER": "aliyun",
    "SMS_KEY_ID": "key",
    "SMS_KEY_SECRET": "very-secret",
    "SMS_SIGN": "米市巷街道",
    "SMS_TEMPLATES": ALL,
}
TENCENT = {**ALIYUN, "SMS_PROVIDER": "tencent", "SMS_APP_ID": "1400006666"}
SMTP = {
    "MAIL_PROVIDER": "smtp",
    "SMTP_HOST": "mail.example.org",
    "SMTP_USER": "u",
    "SMTP_PASSWORD": "very-secret",
}
BOUNCES = {**SMTP, "SMTP_BOUNCES": "imaps://imap.example.org"}


@pytest.mark.parametrize(
    ("channel", "env", "name"),
    [
        (Channel.SMS, {}, "SnsSender"),
        (Channel.SMS, {"SMS_PROVIDER": "sns"}, "SnsSender"),
        (Channel.SMS, ALIYUN, "AliyunSender"),
        (Channel.SMS, TENCENT, "TencentSender"),
        (Channel.SMS, {"SMS_PROVIDER": "none"}, "Nobody"),
        (Channel.MAIL, {}, "SesSender"),
        (Channel.MAIL, SMTP, "SmtpSender"),
        (Channel.MAIL, {"MAIL_PROVIDER": "none"}, "Nobody"),
        (Channel.WECHAT, {}, "Nobody"),
        (Channel.WECHAT, {"WECHAT_APP_ID": "wx1", "WECHAT_SECRET": "s"}, "WechatSender"),
    ],
)
def test_the_configuration_chooses_the_provider(channel: Channel, env: dict[str, str], name: str) -> None:
    assert type(providers.sender(channel, env, TOOLS)).__name__ == name


@pytest.mark.parametrize("env", [{}, ALIYUN, TENCENT, {**ALIYUN, **BOUNCES}, {"SMS_PROVIDER": "none"}])
def test_a_whole_configuration_has_no_problems(env: dict[str, str]) -> None:
    assert providers.problems(env, TOOLS) == ()


@pytest.mark.parametrize(
    ("env", "missing"),
    [(ALIYUN, name) for name in ("SMS_KEY_ID", "SMS_KEY_SECRET", "SMS_SIGN", "SMS_TEMPLATES")]
    + [(TENCENT, "SMS_APP_ID"), (BOUNCES, "SMTP_HOST"), (BOUNCES, "SMTP_PASSWORD")],
)
def test_what_is_missing_is_named_and_no_secret_told(env: dict[str, str], missing: str) -> None:
    (problem,) = providers.problems({**env, missing: " "}, TOOLS)
    assert problem.startswith(f"{missing} is not set")
    assert "very-secret" not in problem


@pytest.mark.parametrize(
    ("env", "setting"),
    [
        ({"SMS_PROVIDER": "pigeon"}, "SMS_PROVIDER"),
        ({"MAIL_PROVIDER": "pigeon"}, "MAIL_PROVIDER"),
        ({**ALIYUN, "SMS_ENDPOINT": "http://dysmsapi.aliyuncs.com"}, "SMS_ENDPOINT"),
        ({**ALIYUN, "SMS_TEMPLATES": "alert"}, "SMS_TEMPLATES"),
        ({**ALIYUN, "SMS_TEMPLATES": "alrt=SMS_1"}, "SMS_TEMPLATES"),
        ({**SMTP, "SMTP_SECURITY": "none"}, "SMTP_SECURITY"),
        ({**SMTP, "SMTP_PORT": "0"}, "SMTP_PORT"),
        ({**SMTP, "SMTP_PORT": "smtp"}, "SMTP_PORT"),
        ({**BOUNCES, "SMTP_BOUNCES": "imap://imap.example.org"}, "SMTP_BOUNCES"),
        ({**BOUNCES, "SMTP_BOUNCES": "imap.example.org"}, "SMTP_BOUNCES"),
        ({**BOUNCES, "SMTP_BOUNCES": "imaps://imap.example.org:imap"}, "SMTP_BOUNCES"),
        ({**BOUNCES, "SMTP_BOUNCES": "imaps://u:very-secret@imap.example.org"}, "SMTP_BOUNCES"),
        ({**BOUNCES, "SMTP_BOUNCES": "imaps://u%20v@imap.example.org"}, "SMTP_BOUNCES"),
        ({**BOUNCES, "SMTP_BOUNCES": "imaps://imap.example.org/%22"}, "SMTP_BOUNCES"),
        ({"SMTP_BOUNCES": "imaps://imap.example.org"}, "SMTP_BOUNCES"),
        ({**SMTP, "SMTP_RETURN_PATH": "bell@example.org"}, "SMTP_RETURN_PATH"),
        ({**SMTP, "SMTP_RETURN_PATH": "bell+*@example.org>"}, "SMTP_RETURN_PATH"),
        ({**SMTP, "SMTP_RETURN_PATH": f"{'b' * 33}*@example.org"}, "SMTP_RETURN_PATH"),
        ({"WECHAT_APP_ID": "wx1"}, "WECHAT_SECRET"),
        ({"WECHAT_TEMPLATES": "answered=T-1/thing1:by"}, "WECHAT_APP_ID"),
        ({"WECHAT_APP_ID": "wx1", "WECHAT_SECRET": "s", "WECHAT_ENDPOINT": "http://a.cn"}, "WECHAT_ENDPOINT"),
    ],
)
def test_what_is_wrong_is_named(env: dict[str, str], setting: str) -> None:
    (problem,) = providers.problems(env, TOOLS)
    assert setting in problem
    assert "very-secret" not in problem


@pytest.mark.parametrize(
    ("more", "account"),
    [
        ({}, ("imap.example.org", 993, "u", "very-secret", "INBOX")),
        ({"SMTP_BOUNCES_PASSWORD": "another"}, ("imap.example.org", 993, "u", "another", "INBOX")),
        (
            {"SMTP_BOUNCES": "imaps://back%40ling.cn@imap.ling.cn:1993/Returned%20mail"},
            ("imap.ling.cn", 1993, "back@ling.cn", "very-secret", "Returned mail"),
        ),
    ],
)
def test_the_mailbox_is_the_senders_unless_another_is_named(
    more: dict[str, str], account: tuple[object, ...]
) -> None:
    found = providers.mailbox({**BOUNCES, **more}, TOOLS)._account  # type: ignore[attr-defined]  # what was read
    assert (found.host, found.port, found.user, found.password, found.folder) == account


@pytest.mark.parametrize(("env", "asks"), [(SMTP, False), (BOUNCES, True)])
def test_a_server_is_asked_to_report_only_where_somebody_reads_it(env: dict[str, str], *, asks: bool) -> None:
    path = "bell+*@example.org"
    sender = providers.sender(Channel.MAIL, {**env, "SMTP_RETURN_PATH": path}, TOOLS)
    account = sender._account  # type: ignore[attr-defined]  # what was read
    assert (account.returns, account.return_path) == (asks, path)


@pytest.mark.parametrize(
    ("stage", "env", "there"),
    [
        ("prod", BOUNCES, True),
        ("local", BOUNCES, False),
        ("prod", SMTP, False),
        ("prod", {**BOUNCES, "MAIL_PROVIDER": "ses"}, False),
    ],
)
def test_there_is_a_mailbox_only_where_one_is_named(stage: str, env: dict[str, str], *, there: bool) -> None:
    basic = {"STAGE": stage, "TABLE_NAME": "t", "STATE_MACHINE_ARN": "arn:sm", "SECRET_KEY": "k" * 32}
    basic |= {"PUBLIC_URL": "https://b.cn", "PHOTOS_BUCKET": "p", "ANCHORS_BUCKET": "a", "AWS_REGION": "r"}
    wiring.install(None, Settings.from_env({**basic, **env}))
    try:
        assert (wiring.ports().mailbox is not None) is there
    finally:
        wiring.install(None)


def test_a_mail_goes_out_under_an_id_that_only_this_stage_can_have_written() -> None:
    config = Settings("prod", "t", "arn:sm", "https://bell.example.org", "https://b.cn", b"k" * 32, ("MX",))
    wiring.install(None, config)
    try:
        first, second = wiring._tools().envelope(), wiring._tools().envelope()
    finally:
        wiring.install(None)
    assert first != second
    assert {first, second} == {sealed(config.key, first), sealed(config.key, second)}


def test_templates_that_nobody_applied_for_are_named() -> None:
    (problem,) = providers.problems({**ALIYUN, "SMS_TEMPLATES": "alert=SMS_1, escalated=SMS_2"}, TOOLS)
    assert "code" in problem
    assert " alert," not in problem


def test_secrets_may_lie_in_a_safe_and_the_environment_counts() -> None:
    asked: list[str] = []

    def reveal(name: str) -> dict[str, str]:
        asked.append(name)
        return {"SMS_KEY_SECRET": "from-the-safe", "SMS_SIGN": "又一"}

    env = providers.settings({**ALIYUN, "SMS_KEY_SECRET": "", "PROVIDER_SECRETS": "arn:safe"}, reveal)
    assert (asked, env["SMS_KEY_SECRET"], env["SMS_SIGN"]) == (["arn:safe"], "from-the-safe", "米市巷街道")
    assert providers.settings({"A": "1"}, reveal) == {"A": "1"}
    assert asked == ["arn:safe"]


def test_without_a_provider_the_next_channel_is_used() -> None:
    with pytest.raises(PermanentFailure, match="no_provider"):
        providers.sender(Channel.SMS, {"SMS_PROVIDER": "none"}, TOOLS).send(Message("+86", "x", "alert"))


def test_a_mini_program_is_configured_with_what_its_keywords_show() -> None:
    env = {
        "WECHAT_APP_ID": "wx1",
        "WECHAT_SECRET": "s",
        "WECHAT_TEMPLATES": "answered=T-1/thing1:by/character_string2:number,accepted=T-2/character_string1:case",
    }
    sender = providers.wechat(env, TOOLS)
    assert sender is not None
    templates = sender._account.templates  # type: ignore[attr-defined]  # what was read
    assert templates["answered"].keywords == {"thing1": "by", "character_string2": "number"}
    assert templates["accepted"].id == "T-2"
    assert providers.wechat({}, TOOLS) is None
    with pytest.raises(ConfigError, match="answered"):
        providers.wechat({**env, "WECHAT_TEMPLATES": "answered=T-1"}, TOOLS)
    with pytest.raises(ConfigError, match=r"answered can show by, .*not phone"):
        providers.wechat({**env, "WECHAT_TEMPLATES": "answered=T-1/thing1:phone"}, TOOLS)


def test_a_mini_programs_safe_is_opened_only_to_ask_wechat() -> None:
    env = {"WECHAT_APP_ID": "wx1", "WECHAT_TEMPLATES": "answered=T-1/thing1:by"}

    def secrets(_: Mapping[str, str]) -> Mapping[str, str]:
        raise LookupError("the safe")

    program = providers.mini_program(env, secrets, TOOLS)
    assert program.templates() == {"T-1": ("answered",)}
    with pytest.raises(LookupError):
        program.openid("code")


@pytest.mark.parametrize(("stage", "name"), [("prod", "AliyunSender"), ("local", "SnsSender")])
def test_on_ones_own_machine_nothing_leaves_the_outbox(
    monkeypatch: pytest.MonkeyPatch, stage: str, name: str
) -> None:
    for setting, value in ALIYUN.items():
        monkeypatch.setenv(setting, value)
    config = Settings(stage, "t", "arn:sm", "https://bell.example.org", "https://b.cn", b"k" * 32, ("MX",))
    wiring.install(None, config)
    try:
        assert type(wiring._sender(Channel.SMS)).__name__ == name
    finally:
        wiring.install(None)


def test_templates_that_cannot_be_read_stop_no_sms(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"WECHAT_APP_ID": "wx1", "WECHAT_TEMPLATES": "answered=T-1/thing1:phone"}.items():
        monkeypatch.setenv(name, value)
    config = Settings("prod", "t", "arn:sm", "https://b.cn", "https://b.cn", b"k" * 32, ("MX",), "r")
    wiring.install(None, replace(config, photos_bucket="p", anchors_bucket="a", mini_program=True))
    forget_logger()
    try:
        wechat = wiring.ports().wechat
        assert wechat is not None
        assert (wechat.program.templates(), wechat.program.template("answered")) == ({}, "")
    finally:
        wiring.install(None)
        forget_logger()
    assert "no messages in WeChat" in capsys.readouterr().out


def test_a_ring_loads_no_provider() -> None:
    loaded = (
        "import sys, app;"
        "print([m for m in sys.modules if m.startswith('chalicelib.notify') or m in"
        " ('chalicelib.providers', 'smtplib', 'chalicelib.delivery.service', 'chalicelib.store.delivery_rows')])"
    )
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("stage", "endpoint", "there"),
    [
        ("prod", "", True),
        ("local", "", False),
        ("local", "https://api.weixin.qq.com", False),
        ("local", "http://127.0.0.1:9", True),
    ],
)
def test_on_ones_own_machine_there_is_only_its_own_mini_program(
    monkeypatch: pytest.MonkeyPatch, stage: str, endpoint: str, there: bool
) -> None:
    env = {"WECHAT_APP_ID": "wx1", "WECHAT_SECRET": "s", "WECHAT_ENDPOINT": endpoint}
    env |= {"STAGE": stage, "TABLE_NAME": "t", "STATE_MACHINE_ARN": "arn:sm", "SECRET_KEY": "k" * 32}
    env |= {"PUBLIC_URL": "https://b.cn", "PHOTOS_BUCKET": "p", "ANCHORS_BUCKET": "a", "AWS_REGION": "r"}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    wiring.install(None)
    try:
        wechat = wiring.ports().wechat
        assert (wechat is not None) is there
        assert type(wiring._sender(Channel.WECHAT)).__name__ == ("WechatSender" if there else "Nobody")
    finally:
        wiring.install(None)
