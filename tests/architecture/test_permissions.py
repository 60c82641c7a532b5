"""The real platform, played from the ring to the archive: each function asks AWS for what it may, no less, no more.

That it may not ask for more is checked in every other test, too (`recording.py`).
"""

from __future__ import annotations

import base64
import gzip
import importlib
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch
from urllib.error import HTTPError

import pytest

from chalicelib import steps, wiring
from chalicelib.anchor import rules
from chalicelib.delivery.bounces import sealed
from chalicelib.escalation.service import TimelineClosed
from chalicelib.notify.sns import SnsSender
from chalicelib.ports import PermanentFailure, Ports
from infra.demo import asking, telling
from infra.demo.client import Client
from infra.demo.people import People
from infra.demo.stories import STORIES
from infra.local.__main__ import _prepare
from infra.local.mend import Context
from infra.local.options import Options
from infra.local.run import Running, running
from infra.local.ticker import scheduled
from tests.architecture.iam import Need, allows, grants, used
from tests.architecture.recording import ENTRIES, Seen, forbidden, in_prod, policy_of, recording
from tests.delivery import returned
from tests.notify.providers import SECRET, inbox_with_account
from tests.notify.standins.tls import certificate
from tests.ports import two_free_ports

FUNCTIONS = ("api_handler", *ENTRIES)
STAFF = ("13800001007", "13800001013", "13800001022")
"""A specialist, her community, the subdistrict: nobody of the stories."""
RESIDENT = "13900007788"
A_DOZEN = {"HOUSEHOLDS": 12, "AGREED": 9, "AGAINST": 1, "ABSTAINED": 1, "_BY_PHONE": 2}
"""What becomes of the households of 密渡桥路 here; one does not vote."""

OF_THE_ROLE = {
    # The stream's mapping, the logs and the answer "no such file" instead of "forbidden": AWS asks, not our code.
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "s3:ListBucket",
    "sqs:SendMessage",
}

KEY = "secret:consultation-bell/prod/key"
"""The safe with SECRET_KEY; that of the providers is opened by others, and earlier."""

TOO_RARE_TO_PLAY = {
    # An invitation that was held overnight and whose SMS fails in the morning goes by mail, the appointment enclosed.
    ("sweep", "ses:SendRawEmail"),
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """What every function asked for while all journeys were played."""
    options = Options(port=two_free_ports(), data=tmp_path_factory.mktemp("platform"), speed=30)
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ))
        run = stack.enter_context(running(options, lambda: importlib.import_module("app"), _prepare))
        heard = stack.enter_context(recording())
        stack.callback(wiring.use_clock, None)
        stack.callback(wiring.install, None)
        people = People(Client(run.options.url))
        # First: whoever rings and is not answered rings on, and days of that take their time.
        _stories(run)
        _changed_minds(run, people)
        _a_day_is_anchored(run)
        _a_day_at_the_desk(run, people)
        _texts_that_fail(run)
        _by_wechat(run, people)
        _erased(run, people)
        _reports(run)
        _mail_comes_back(run)
        _anchor_is_mailed(run)
        _canary(run)
        _cold_starts(run, heard)
        yield heard


def _stories(run: Running) -> None:
    """The three stories: rung, escalated, visited, negotiated, signed, carried out, rated; photos, mails, texts. Of the
    434 households a dozen is asked: the others would ask AWS for nothing else."""
    lines = asking.ROLL.read_text("utf-8-sig").splitlines()[: A_DOZEN["HOUSEHOLDS"] + 1]
    roll = run.options.data / asking.ROLL.name
    roll.write_text("\n".join(lines), "utf-8")
    with patch.multiple(asking, ROLL=roll, **A_DOZEN):
        assert telling.play(Client(run.options.url), list(STORIES), None)


def _a_day_at_the_desk(run: Running, people: People) -> None:
    """Whatever can be read, by whoever may read it and by whoever may not."""
    client = Client(run.options.url)
    known = {"neighbourhood": "midu-bridge", "name": "site.css"} | _things(run)
    paths = [path for path, methods in run.app_module.app.routes.items() if "GET" in methods]
    for token in ("", *(people.sign_in(phone) for phone in STAFF)):
        for path in (*paths, "/v1/cases?view=community", "/v1/cases/search?q=MX"):
            with suppress(KeyError):  # What is behind a token is read by those who were sent one.
                _read(client, path.format_map(known), token)


def _things(run: Running) -> dict[str, str]:
    """A bell, a case and a poll that there are."""
    rows = run.aws.client("dynamodb").scan(TableName=run.aws.table_name)["Items"]
    heads = [row["pk"]["S"].split("#") for row in rows if row["sk"]["S"] == "HEAD"]
    return {f"{kind.lower()}_id": name for kind, name in heads if kind in ("BELL", "CASE", "POLL")}


def _changed_minds(run: Running, people: People) -> None:
    """Rung twice by the same person, read, and taken back; nobody answers the second for half an hour."""
    client = Client(run.options.url)
    first = client.post("/v1/bells", _ring(client, "楼道灯坏了"))
    client.get(f"/v1/bells/{first['id']}", first["tracking_token"])
    client.post(f"/v1/bells/{first['id']}/withdraw", {}, first["tracking_token"])
    second = client.post("/v1/bells", _ring(client, "楼上漏水"))
    client.let_pass(1800)
    _read(client, "/v1/me/bells", people.sign_in(RESIDENT))
    # It would ring on for a day, level by level, and each takes its second.
    client.post(f"/v1/bells/{second['id']}/withdraw", {}, second["tracking_token"])


def _texts_that_fail(run: Running) -> None:
    """A second alert waits for the first's two minutes; then no SMS gets through, and the sweeper sends it by mail."""
    client = Client(run.options.url)
    for text in ("门禁坏了", "下水道堵了"):
        client.post("/v1/bells", _ring(client, text) | {"phone": "13900007799"})
        client.let_pass(1)
    _keep(run, "PROVIDER_SECRETS", "providers", {"MAIL_PROVIDER": "ses", "SMTP_PASSWORD": SECRET})
    with (
        patch.object(SnsSender, "send", side_effect=PermanentFailure("opted_out")),
        patch.object(steps, "sweep_once", _in_a_fresh_process(steps.sweep_once)),
    ):
        client.let_pass(180)
    # And once a reaction is the first to send.
    wiring.install(None)
    client.post("/v1/bells", _ring(client, "水管冻了") | {"phone": "13900007800"})
    client.let_pass(60)


def _by_wechat(run: Running, people: People) -> None:
    """Somebody binds their WeChat, accepts a message and gets it; WeChat's secret may lie in the safe."""
    client, token = Client(run.options.url), people.sign_in(RESIDENT)
    consent = client.get("/v1/me/wechat", token)["consent"]["version"]
    client.post("/v1/me/wechat", {"code": "local-zhang", "consent_version": consent}, token)
    client.post("/v1/me/wechat/grants", {"answers": {"local-rung": "accept"}}, token)
    client.post("/v1/bells", _ring(client, "树倒了"))
    client.let_pass(60)
    assert any(sent.channel == "wechat" for sent in run.aws.outbox.messages())


def _erased(run: Running, people: People) -> None:
    """A resident adds a photo to a case, reads what is held of her, and has it erased once the case is given up."""
    client, office = Client(run.options.url), people.sign_in(STAFF[-1])
    bell = client.post("/v1/bells", _ring(client, "楼道太暗") | {"phone": "13900007801"})
    mine = bell["tracking_token"]
    client.post(f"/v1/bells/{bell['id']}/answer", {}, office)
    case = client.post(f"/v1/bells/{bell['id']}/accept", {}, office)["case_id"]
    photo = people.photo(case, mine, "楼道")
    client.post(f"/v1/cases/{case}/message", {"text": "就是这里", "files": [photo]}, mine)
    client.post(f"/v1/cases/{case}/fail", {"reason": "withdrawn", "text": "不谈了"}, office)
    assert client.get(f"/v1/bells/{bell['id']}/data", mine)["written"][0]["files"]
    done = client.post(f"/v1/bells/{bell['id']}/erase", {}, mine)
    assert (done["texts"], done["files"]) == (1, 1)
    client.let_pass(10)


def _in_a_fresh_process(sweep_once: Callable[[Ports], dict[str, int]]) -> Callable[[Ports], dict[str, int]]:
    """Here all functions share a process; the sweeper is to build its senders itself."""

    def sweep(_: Ports) -> dict[str, int]:
        wiring.install(None)
        return sweep_once(wiring.ports())

    return sweep


def _keep(run: Running, setting: str, name: str, secret: Mapping[str, str]) -> None:
    """Put something into a safe and its place into a setting."""
    client = run.aws.session.create_client("secretsmanager")
    made = client.create_secret(Name=f"consultation-bell/local/{name}", SecretString=json.dumps(secret))
    os.environ[setting] = made["ARN"]


def _reports(run: Running) -> None:
    """Providers tell that an alert by SMS was lost, and that somebody wants no more mail."""
    client = Client(run.options.url)
    bell = client.post("/v1/bells", _ring(client, "电梯停了"))
    client.let_pass(60)
    line = {
        "status": "FAILURE",
        "notification": {"messageId": _sms_about(run, f"BELL#{bell['id']}")},
        "delivery": {"destination": "+8613800001003"},
    }
    logged = {"logEvents": [{"message": json.dumps(line)}]}
    packed = base64.b64encode(gzip.compress(json.dumps(logged).encode())).decode()
    assert run.app_module.report({"awslogs": {"data": packed}}, Context("report", "1")) == {"taken": 1}
    complaint = {
        "eventType": "Complaint",
        "mail": {"messageId": "m"},
        "complaint": {"complainedRecipients": [{"emailAddress": "nobody@example.org"}]},
    }
    told = {"Records": [{"Sns": {"Message": json.dumps(complaint)}}]}
    assert run.app_module.report(told, Context("report", "2")) == {"taken": 1}
    client.let_pass(120)


def _mail_comes_back(run: Running) -> None:
    """In the mailbox lies a mail of ours that did not arrive; the mailbox's password lies in the safe."""
    config = replace(wiring.settings(), bounces=True)
    with (
        inbox_with_account() as inbox,
        patch.dict(os.environ, SSL_CERT_FILE=str(run.options.data / "trust.pem")),
    ):
        (run.options.data / "trust.pem").write_text(certificate()[0], "utf-8")
        inbox.add(returned.postfix(sealed(config.key, "0123456789abcdef")), date.max)
        given = {
            "SMTP_BOUNCES": f"imaps://127.0.0.1:{inbox.port}",
            "SMTP_USER": "bell",
            "PROVIDER_SECRETS": os.environ["PROVIDER_SECRETS"],
        }
        with patch.object(wiring, "_given", lambda: given):
            wiring.install(None, config)
            assert run.app_module.report({"read": "mailbox"}, Context("report", "4")) == {"taken": 1}
    wiring.install(None)


def _sms_about(run: Running, thing: str) -> str:
    """The provider's number of an SMS that was sent about something."""
    rows = run.aws.client("dynamodb").scan(TableName=run.aws.table_name)["Items"]
    sent = [row["pk"]["S"] for row in rows if row.get("thing", {}).get("S") == thing]
    return next(key.rpartition("#")[2] for key in sent if key.startswith("MESSAGE#sms#"))


def _a_day_is_anchored(run: Running) -> None:
    """With a new day comes a new anchor, of which a second run finishes what the first had no time for."""
    with patch.object(rules, "TILE", 1), patch.object(steps, "ANCHOR_WITHIN", timedelta()):
        Client(run.options.url).let_pass(24 * 3600)
    assert run.app_module.anchor(scheduled({}), Context("anchor", "0"))["made"]
    shown = Client(run.options.url).get("/v1/anchors")["anchors"]
    assert shown[0]["size"] > 0


def _anchor_is_mailed(run: Running) -> None:
    """Somebody subscribes, and is sent the newest anchor, once."""
    with patch.dict(os.environ, ANCHOR_MAIL="notary@example.org"):
        wiring.install(None)
        mailed = [run.app_module.anchor(scheduled({}), Context("anchor", str(n)))["mailed"] for n in (1, 2)]
    wiring.install(None)
    assert mailed == [1, 0]


def _canary(run: Running) -> None:
    """The hour's trial bell, all the way."""
    flown = run.app_module.canary(scheduled({}), Context("canary", "canary"))
    assert flown["ok"], flown


def _cold_starts(run: Running, heard: Seen) -> None:
    """Each function in a fresh process, whose key is in the safe."""
    _keep(run, "SECRETS", "key", {"SECRET_KEY": os.environ.pop("SECRET_KEY")})
    module = run.app_module
    starts: Mapping[str, Any] = {
        "anchor": lambda: module.anchor(scheduled({}), Context("anchor", "3")),
        "advance": lambda: module.advance({"id": "BELL#MX00000000", "version": 1}, Context("advance", "1")),
        "canary": lambda: module.canary(scheduled({}), Context("canary", "2")),
        "publish": lambda: module.publish({"Records": []}, Context("publish", "1")),
        "react": lambda: module.react({"Records": []}, Context("react", "1")),
        "report": lambda: module.report({"Records": []}, Context("report", "3")),
        "sweep": lambda: module.sweep(scheduled({}), Context("sweep", "1")),
        "api_handler": lambda: Client(run.options.url).get("/v1/places"),
    }
    for function, start in starts.items():
        # They share a process here, and another one may open the safe first: then once more.
        for _ in range(20):
            wiring.install(None)
            with suppress(TimelineClosed):
                start()  # A timer whose row is gone says so by this error; it has started.
            if any(KEY in need.resource for need in heard[function]):
                break


def _ring(client: Client, text: str) -> dict[str, str]:
    return {
        "desk": "community",
        "category": "noise",
        "neighbourhood": "yiqing",
        "text": text,
        "name": "张三",
        "phone": RESIDENT,
        "consent_version": client.get("/v1/privacy-notice")["version"],
    }


def _read(client: Client, path: str, token: str = "") -> None:
    """Whoever may not read it is told so: that is an answer, too."""
    try:
        client.text(path, token)
    except HTTPError as refusal:
        if refusal.code not in (400, 401, 403, 404, 409, 410):
            raise


@pytest.mark.slow
def test_no_function_asks_for_what_its_policy_does_not_allow(seen: Seen) -> None:
    assert set(seen) == set(FUNCTIONS)
    assert forbidden(seen) == []


@pytest.mark.slow
@pytest.mark.parametrize("function", FUNCTIONS)
def test_whatever_a_policy_allows_is_asked_for(seen: Seen, function: str) -> None:
    policy = policy_of(function)
    rare = OF_THE_ROLE | {action for name, action in TOO_RARE_TO_PLAY if name == function}
    allowed = {(action, sid) for action, sid in grants(policy) if action not in rare}
    needed = used(policy, [in_prod(need) for need in seen[function]])
    assert allowed - needed == set(), "allowed, but no journey needs it"


def test_a_call_too_many_is_found() -> None:
    table = "arn:aws:dynamodb:eu-central-1:123456789012:table/consultation-bell-"
    asked: Seen = defaultdict(set)
    asked["advance"] = {
        Need("dynamodb:UpdateItem", f"{table}local"),
        Need("dynamodb:Scan", f"{table}local"),
        Need("dynamodb:UpdateItem", f"{table}dev"),
        Need("dynamodb:Query", f"{table}local/index/due"),
    }
    assert [(n.action, n.resource.removeprefix(table)) for _, n in forbidden(asked)] == [
        ("dynamodb:Query", "local/index/due"),
        ("dynamodb:Scan", "local"),
        ("dynamodb:UpdateItem", "dev"),
    ]


def test_the_canary_may_remove_its_own_traces_and_nobody_elses() -> None:
    table = "arn:aws:dynamodb:eu-central-1:123456789012:table/consultation-bell-prod"
    own, other = (
        Need("dynamodb:DeleteItem", table, (key,)) for key in ("BELL#ZZ7F3K92QD", "BELL#MX7F3K92QD")
    )
    assert allows(policy_of("canary"), own)
    assert not allows(policy_of("canary"), other)


def test_an_sms_may_go_to_a_telephone_but_nothing_to_a_topic() -> None:
    assert allows(policy_of("react"), Need("sns:Publish", "+8613800001003"))
    topic = "arn:aws:sns:eu-central-1:123456789012:consultation-bell-prod-operator-alerts"
    assert not allows(policy_of("react"), Need("sns:Publish", topic))
