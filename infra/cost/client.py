"""The demo's client and a browser's upload without HTTP: they reach the counted stage in this process."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.error import HTTPError

from infra.demo.client import Client

if TYPE_CHECKING:
    from infra.cost.stage import Stage


class InProcess(Client):
    """The demo's client without HTTP."""

    def __init__(self, stage: Stage) -> None:
        super().__init__("https://bell.example.org")
        object.__setattr__(self, "stage", stage)

    stage: Stage

    def _open(self, path: str, data: bytes | None, headers: dict[str, str], patience: int = 0) -> str:
        if path == "/_local/outbox.json":
            return json.dumps(self.stage.aws.outbox.as_json())
        if path == "/_local/clock":
            if data:
                self.stage.let_pass(json.loads(data)["seconds"])
            return json.dumps({"now": self.stage.clock.now().isoformat(), "speed": 1})
        given = {"host": "bell.example.org", "accept": "application/json"}
        given |= {name.lower(): value for name, value in headers.items()}
        answer = self.stage.request("GET" if data is None else "POST", path, given, data or b"")
        body = str(answer["body"])
        if answer["statusCode"] >= 400:
            raise HTTPError(path, answer["statusCode"], body, answer["headers"], io.BytesIO(body.encode()))
        return body


def sent_in_process(stage: Stage) -> Callable[..., None]:
    """As `infra.demo.client.send_file`: a browser's upload, by the form that the platform signed."""

    def send_file(_: str, fields: Mapping[str, str], __: str, content: bytes) -> None:
        with stage.ledger.acting("browser"):
            stage.ledger.add("S3 writes")
            stage.ledger.add("S3 bytes", len(content))
        stage.aws.photos.put(fields["key"], fields["Content-Type"], content)

    return send_file
