"""Package, deploy, ring, be alerted, answer, read: each step told, each failure with what to do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.error import URLError

from infra.deploy.configuration import OUTPUTS
from infra.deploy.smoke import Ask, over_https
from infra.deploy.telling import Failed, Teller
from infra.rehearse import emulator, environment
from infra.rehearse.stacks import Stacks

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "infra/places/mishixiang.yaml"
WORDS = "排练：楼道的灯坏了。"
_LINK = re.compile(r"/a/([A-Za-z0-9_-]+)")
_BROKEN = re.compile(r"[A-Za-z.]*(Error|Exception): ")
_SECONDS = 40


class Course:
    """One rehearsal of a stage; `build` is where what it makes is left to be looked at."""

    def __init__(self, stage: str, build: Path, tell: Teller) -> None:
        self._stage, self._build, self._tell = stage, build, tell

    def run(self) -> None:
        """All of it; raises Failed. Whatever happens, no process is left."""
        self._tell.step("An AWS of its own")
        python = environment.ready(self._build / "rehearse-venv", self._tell)
        folder = self._build / "rehearse"
        with emulator.running(python, folder) as url:
            self._tell.good(f"ministack runs at {url}, policies enforced")
            self._rehearse(url, folder)
        self._tell.good("Stopped")

    def _rehearse(self, url: str, folder: Path) -> None:
        package = self._package(url, folder / "package")
        self._tell.step("Deploying it as CloudFormation")
        stacks = Stacks(url, self._stage, self._tell)
        outputs = stacks.infrastructure()
        api = stacks.application(package, outputs)
        stacks.connect()
        stacks.listen()
        self._place(url, outputs)
        self._tell.step("Ringing over HTTP, through the deployed functions")
        log = folder / "ministack.log"
        try:
            Visit(
                over_https(api), lambda: emulator.sms(url), stacks.timers, stacks.overheard, self._tell
            ).run()
        except Failed:
            for complaint in denied(log.read_text("utf-8", "replace"))[:8]:
                self._tell.warning(complaint)
            raise
        complaints = denied(log.read_text("utf-8", "replace"))
        if complaints:
            raise Failed(
                "A function was refused something, or failed: " + "; ".join(complaints),
                "If it may, say so in infra/deploy/policies and run python -m infra.deploy policies.",
            )
        self._tell.good("No function was refused anything by its policy, none reported an error")

    def _package(self, url: str, target: Path) -> Path:
        self._tell.step("Packaging as chalice deploy does")
        names = ROOT / f".chalice/names-{self._stage}.json"
        command = ["package", "--stage", self._stage, "--merge-template", str(names), str(target)]
        self._program("infra.package", command, emulator.caller(url), "Packaging")
        return target

    def _place(self, url: str, outputs: Mapping[str, str]) -> None:
        settings = {
            **{name: outputs[output] for name, output in OUTPUTS.items() if output in outputs},
            "STAGE": self._stage,
            "PUBLIC_URL": "https://bell.example.org",
            "PREFIXES": "MX",
        }
        self._program(
            "infra.place", [str(PLACE), "--apply"], emulator.caller(url) | settings, "Applying the places"
        )
        self._tell.good("The sample subdistrict is in the table")

    def _program(self, module: str, arguments: list[str], env: Mapping[str, str], what: str) -> None:
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False)
        for line in done.stdout.splitlines():
            self._tell.quiet(line)
        if done.returncode:
            raise Failed(
                f"{what} ended with {done.returncode}: {done.stderr.strip()[-800:]}",
                f"By itself it is: python -m {module} {' '.join(arguments)}",
            )


class Visit:
    """A resident rings, the specialist is alerted and answers, the resident reads."""

    def __init__(
        self,
        ask: Ask,
        sms: Callable[[], list[str]],
        timers: Callable[[], list[str]],
        overheard: Callable[[], list[str]],
        tell: Teller,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ask, self._sms, self._timers, self._tell, self._sleep = ask, sms, timers, tell, sleep
        self._overheard = overheard

    def run(self) -> None:
        """Raises Failed at the first thing that is not as it should be."""
        try:
            self._run()
        except (URLError, OSError) as error:
            raise Failed(f"The API does not answer: {error}", "See build/rehearse/ministack.log.") from None

    def _run(self) -> None:
        self._expect(200, "GET", "/v1/health")
        self._tell.good("The HTTP function answers")
        rung = self._expect(201, "POST", "/v1/bells", self._bell())
        self._tell.good(f"Rung: {rung['number']}")
        token = self._alerted()
        self._tell.good("The stream reached react; the specialist has the SMS")
        self._expect(200, "POST", f"/v1/bells/{rung['id']}/answer", {}, token)
        self._tell.good("Answered with the link in the SMS")
        self._signalled()
        self._followed(rung["number"])
        shown = self._expect(200, "GET", f"/v1/bells/{rung['id']}", token=rung["tracking_token"])
        kinds = [event["kind"] for event in shown["timeline"]]
        if shown["status"] != "answered" or "answered" not in kinds:
            raise Failed(f"The resident reads {shown['status']}: {kinds}", "Look at the function's log.")
        self._tell.good(f"The resident reads: {shown['status']} ({', '.join(kinds)})")

    def _bell(self) -> dict[str, str]:
        notice = self._expect(200, "GET", "/v1/privacy-notice")
        places = self._expect(200, "GET", "/v1/places")
        return {
            "desk": "community",
            "category": "noise",
            "neighbourhood": neighbourhood(places),
            "text": WORDS,
            "name": "排练",
            "phone": "13900000001",
            "consent_version": notice["version"],
        }

    def _alerted(self) -> str:
        for _ in range(_SECONDS * 2):
            for text in self._sms():
                if found := _LINK.search(text):
                    return found[1]
            self._sleep(0.5)
        raise Failed(
            f"Nobody was alerted within {_SECONDS} s.",
            "build/rehearse/ministack.log has what react said: a policy that lacks something is named there.",
        )

    def _signalled(self) -> None:
        """The timer waited for the first deadline, was signalled by react, and waits for the next."""
        entered: list[str] = []
        for _ in range(_SECONDS * 2):
            entered = self._timers()
            if len(entered) > 1 and entered[-1] == "AwaitSignal":
                self._tell.good(f"The timer took the signal: {' → '.join(entered)}")
                return
            self._sleep(0.5)
        raise Failed(
            f"The timer did not take the signal within {_SECONDS} s; it went {' → '.join(entered) or 'nowhere'}.",
            "build/rehearse/ministack.log has what react and advance said.",
        )

    def _followed(self, number: str) -> None:
        """Whoever listens to the bus heard of it."""
        heard: list[str] = []
        for _ in range(_SECONDS * 2):
            heard += self._overheard()
            if f"bell.answered {number}" in heard:
                self._tell.good(f"Another system heard: {', '.join(heard)}")
                return
            self._sleep(0.5)
        raise Failed(
            f"Nobody who listens to the bus heard of the answer in {_SECONDS} s, but: {', '.join(heard) or 'nothing'}.",
            "build/rehearse/ministack.log has what publish said.",
        )

    def _expect(
        self, status: int, method: str, path: str, body: Mapping[str, Any] | None = None, token: str = ""
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        found, answer = self._ask(method, path, body, headers)
        if found != status:
            raise Failed(
                f"{method} {path} answers {found}, not {status}: {json.dumps(answer, ensure_ascii=False)[:400]}",
                "build/rehearse/ministack.log has the function's own words.",
            )
        return answer


def denied(log: str) -> list[str]:
    """What the functions complained of in the emulator's log, each thing once."""
    found = []
    for line in log.splitlines():
        told = _json(line)
        if told.get("level") in ("ERROR", "CRITICAL"):
            found.append(
                f"{told.get('entry', 'function')}: {told.get('error', '')} {told.get('said', '')}".strip()
            )
        elif not told and ("AccessDenied" in line or _BROKEN.match(line)):
            found.append(line.strip()[:200])
    return list(dict.fromkeys(found))


def _json(line: str) -> dict[str, Any]:
    """The structured log entry that a line holds; empty when it holds none."""
    try:
        told = json.loads(line[line.index("{") :])
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def neighbourhood(tree: Any) -> str:
    """The id of the first neighbourhood in what /v1/places answers; raises Failed when it holds none."""
    waiting = [tree]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, dict):
            if one.get("kind") == "neighbourhood":
                return str(one["id"])
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    raise Failed("No neighbourhood is known.", "Was infra/places/mishixiang.yaml applied?")
