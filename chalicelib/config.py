"""The operator's settings, read once from the environment by `chalicelib.wiring` and by nothing else."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.core.ids import CANARY

LOCAL_KEY = "local-only-key-which-opens-nothing-of-value"


class ConfigError(Exception):
    """A setting is missing or wrong; the message names it and says what to do."""


@dataclass(frozen=True)
class Settings:
    """What the operator decides. `link_url` begins links in SMS: the shorter the better (24 characters at most
    keep an alert in one segment). `photos_endpoint`: where browsers find the bucket; empty on AWS. `anchor_mail`: who
    is sent each day's anchor. `event_bus`: where public events are published; empty for nowhere. `mini_program`:
    whether people can bind their WeChat. `bounces`: whether a mailbox is read for what comes back of mail."""

    stage: str
    table: str
    state_machine: str
    public_url: str
    link_url: str
    key: bytes
    prefixes: tuple[str, ...]
    region: str = ""
    mail_from: str = ""
    photos_bucket: str = ""
    photos_endpoint: str = ""
    anchors_bucket: str = ""
    anchor_mail: tuple[str, ...] = ()
    event_bus: str = ""
    mini_program: bool = False
    bounces: bool = False
    rings_per_phone: int = 5
    rings_per_address: int = 60

    @classmethod
    def from_env(
        cls, env: Mapping[str, str] | None = None, reveal: Callable[[str], Mapping[str, str]] | None = None
    ) -> Settings:
        """Read the environment; raises ConfigError naming what is missing or wrong.

        Without SECRET_KEY it is looked for in the safe that SECRETS names: `reveal` opens one.
        """
        env = os.environ if env is None else env
        stage = _stage(env)
        if reveal and env.get("SECRETS") and not env.get("SECRET_KEY"):
            env = {**env, **reveal(env["SECRETS"])}
        public_url = _url(env, "PUBLIC_URL")
        return cls(
            stage=stage,
            table=_need(env, "TABLE_NAME"),
            state_machine=_need(env, "STATE_MACHINE_ARN"),
            public_url=public_url,
            link_url=_url(env, "LINK_URL") if env.get("LINK_URL") else public_url,
            key=_key(env, stage),
            prefixes=_prefixes(env),
            region=env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION", ""),
            photos_bucket=_bucket(env, stage, "PHOTOS_BUCKET"),
            anchors_bucket=_bucket(env, stage, "ANCHORS_BUCKET"),
            anchor_mail=_addresses(env, "ANCHOR_MAIL"),
            event_bus=env.get("EVENT_BUS", "").strip(),
            photos_endpoint=_url(env, "PHOTOS_ENDPOINT") if env.get("PHOTOS_ENDPOINT") else "",
            mail_from=env.get("MAIL_FROM", "bell@example.org"),
            mini_program=_mini_program(env, stage),
            bounces=stage != "local" and mail_comes_back(env),
            rings_per_phone=_whole(env, "RINGS_PER_PHONE", 5),
            rings_per_address=_whole(env, "RINGS_PER_ADDRESS", 60),
        )


def mail_comes_back(env: Mapping[str, str]) -> bool:
    """Whether mail goes by SMTP and a mailbox is named to which it comes back."""
    return env.get("MAIL_PROVIDER", "").strip() == "smtp" and bool(env.get("SMTP_BOUNCES", "").strip())


def _stage(env: Mapping[str, str]) -> str:
    """One's own machine by default, whose key everybody knows: no function of AWS may take itself for that."""
    stage = env.get("STAGE", "local")
    if stage == "local" and env.get("AWS_LAMBDA_FUNCTION_NAME"):
        raise ConfigError("STAGE is not set: name the stage in .chalice/config.json (environment_variables)")
    return stage


def _need(env: Mapping[str, str], name: str) -> str:
    if value := env.get(name, "").strip():
        return value
    raise ConfigError(
        f"{name} is not set: give it in .chalice/config.json (environment_variables of the stage)"
    )


def _bucket(env: Mapping[str, str], stage: str, name: str) -> str:
    """A process that never sees a photo may do without on one's own machine, a deployed stage may not."""
    return env.get(name, "").strip() if stage == "local" else _need(env, name)


def _mini_program(env: Mapping[str, str], stage: str) -> bool:
    """On one's own machine only the mini program that runs on it, whatever the shell has set."""
    here = env.get("WECHAT_ENDPOINT", "").startswith("http://127.0.0.1:")
    return bool(env.get("WECHAT_APP_ID", "").strip()) and (here or stage != "local")


def _addresses(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Mail addresses between commas."""
    found = tuple(dict.fromkeys(a.strip() for a in env.get(name, "").split(",") if a.strip()))
    if wrong := [a for a in found if not re.fullmatch(r"[^\s@,]+@[^\s@,]+", a)]:
        raise ConfigError(f"{name} must be mail addresses with commas between them, not {wrong[0]!r}")
    return found


def _url(env: Mapping[str, str], name: str) -> str:
    url = _need(env, name).rstrip("/")
    if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url):
        raise ConfigError(f"{name} must be an address like https://bell.example.org, not {url!r}")
    return url


def _prefixes(env: Mapping[str, str]) -> tuple[str, ...]:
    """The subdistricts served; the canary's is never one, or its bells would be shown and counted."""
    found = tuple(p.strip() for p in env.get("PREFIXES", "MX").split(",") if p.strip())
    if CANARY in found:
        raise ConfigError(f"PREFIXES must not name {CANARY}: it is kept for the platform's own trial bells")
    return found


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "") or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise ConfigError(f"{name} must be a whole number of at least 1, not {text!r}")
    return int(text)


def _key(env: Mapping[str, str], stage: str) -> bytes:
    key = env.get("SECRET_KEY", "")
    if stage == "local":
        return (key or LOCAL_KEY).encode()
    if len(key) < 32:
        raise ConfigError(
            "SECRET_KEY must be at least 32 random characters: links and phone look-ups hang on it. `make deploy` "
            "makes one and names its place in SECRETS"
        )
    return key.encode()
