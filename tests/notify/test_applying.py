"""What an operator applies for at a provider is what our messages fill in, word for word."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.delivery.rules import secret_of
from chalicelib.notice.shapes import Message
from chalicelib.notice.texts import TEMPLATES, render
from chalicelib.notice.words.codes import CODES
from chalicelib.notify.templates import gaps, lacking, names
from chalicelib.people.staff import Channel
from infra.providers import addresses as addressing
from infra.providers.addresses import addresses
from infra.providers.templates import lines
from tests.fakes.world import World
from tests.notify.providers import TOKEN

BASE = "https://b.example.org"
KNOWN = {
    "place": "一清新村",
    "minutes": 12,
    "number": "MX-7F3K-92QD",
    "case": "MX-7F3K-92QD",
    "by": "李专员",
    "category": "gas",
    "code": "123456",
    "count": 3,
}


def params(template: str) -> dict[str, str | int]:
    link = f"{BASE}/cases" if template == "cases" else f"{BASE}/t/{TOKEN}"
    shown = {name for words in TEMPLATES[template].values() for name in names(words.sms)}
    lasting = {"minutes": 5} if template in CODES else {}
    return {**dict.fromkeys(shown, "5月6日10:00"), **KNOWN, **lasting, "link": link}


def filled(provider: str, text: str, values: dict[str, str]) -> str:
    """The text as the provider sends it."""
    if provider == "aliyun":
        return re.sub(r"\$\{(\w+)\}", lambda gap: values[gap[1]], text)
    return re.sub(r"\{(\d+)\}", lambda gap: list(values.values())[int(gap[1]) - 1], text)


@pytest.mark.parametrize("provider", ["aliyun", "tencent"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_approved_text_with_its_gaps_filled_is_our_text(provider: str, language: str) -> None:
    for name, _, text in lines(provider, BASE, language):
        template = name.removesuffix(".en")
        values = gaps(Message("+8613900000001", "", template, params(template), language=language))
        ours = render(template, language, params(template), Channel.SMS).text
        assert filled(provider, text, values) == ours.removeprefix("协商铃："), name


def test_no_gap_is_a_link_or_more_than_a_token() -> None:
    for template in TEMPLATES:
        values = gaps(Message("+8613900000001", "", template, params(template)))
        assert all("/" not in value and len(value) <= 20 for value in values.values()), template


def test_a_code_has_no_gap_but_itself() -> None:
    for template in CODES:
        message = Message("+8613900000001", "", template, {"code": "123456", "minutes": 5})
        assert gaps(message) == {"code": "123456"}


def test_every_template_is_applied_for() -> None:
    ids = {name: "1" for name, _, _ in lines("aliyun", BASE)}
    assert lacking(ids) == ()
    assert {kind for _, kind, _ in lines("aliyun", BASE)} == {"通知短信", "验证码"}


def test_the_list_is_printed_for_the_operator() -> None:
    command = [sys.executable, "-m", "infra.providers.templates", "aliyun", f"{BASE}/"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (
        "alert\t通知短信\t${place}有新铃，请接 https://b.example.org/${way}/${link}"
        in done.stdout.splitlines()
    )
    assert subprocess.run(command[:-1], capture_output=True, check=False).returncode == 2


def test_the_addresses_to_enter_are_those_that_are_listened_at() -> None:
    key = b"k" * 32
    assert dict(addresses("https://bell.example.org/", key)) == {
        provider: f"https://bell.example.org/v1/reports/{provider}/{secret_of(key, provider)}"
        for provider in ("aliyun", "tencent")
    } | {
        "wechat": "https://bell.example.org/wechat/push",
        "wechat token": secret_of(key, "wechat"),
    }


def test_the_addresses_of_a_stage_are_printed_without_its_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ports = World().ports
    policy = ports.policy
    monkeypatch.setattr(addressing, "connected", lambda: ports)
    assert addressing.main() == 0
    said = capsys.readouterr().out
    for provider, address in addresses(policy.public_url, policy.key):
        assert f"{provider}\t{address}\n" in said
    assert policy.key.decode() not in said


def test_without_a_stage_the_addresses_are_not_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA", str(tmp_path))
    monkeypatch.delenv("TABLE_NAME", raising=False)
    monkeypatch.delenv("STAGE", raising=False)
    assert addressing.main() == 2
    assert "STAGE" in capsys.readouterr().out
