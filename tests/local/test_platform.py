"""`make run` with the application itself: a bell rung before the power fails still finds somebody after it."""

from pathlib import Path

import pytest

from tests.local.running import start
from tests.ports import two_free_ports


@pytest.mark.slow
def test_the_hours_trial_bell_gets_through_and_is_on_the_status_page_and_nowhere_else(tmp_path: Path) -> None:
    run = start(tmp_path, two_free_ports(), "infra.local", "Outbox")
    found = run.until("/v1/health/deep", lambda state: state["canary"] is not None, patience=60)
    assert (found["canary"]["ok"], found["canary"]["detail"], found["status"]) == (True, "", "ok")
    assert "answered and verified" in run.http.get("/status", headers={"Accept-Language": "en"}).text
    assert run.http.get("/_local/outbox.json").json() == [], "and no other message was sent"
    assert run.http.get("/_local/events.json").json() == []
    assert run.http.get("/v1/statistics").json()["rung"] == 0
    run.kill()
    assert run.process.stdout is not None
    run.process.stdout.close()


@pytest.mark.slow
def test_a_bell_rung_before_a_kill_is_escalated_after_it(tmp_path: Path) -> None:
    port = two_free_ports()
    first = start(tmp_path, port, "infra.local", "Outbox")
    bell = first.http.post(
        "/v1/bells",
        json={
            "desk": "community",
            "category": "water-leak",
            "neighbourhood": "yiqing",
            "text": "楼上漏水",
            "name": "张三",
            "phone": "13800130002",
            "consent_version": first.http.get("/v1/privacy-notice").json()["version"],
        },
    )
    assert bell.status_code == 201
    first.until("/_local/outbox.json", lambda box: any("/a/" in message["text"] for message in box))
    first.kill()

    second = start(tmp_path, port, "infra.local", "Outbox")
    second.http.headers["Authorization"] = f"Bearer {bell.json()['tracking_token']}"
    path = f"/v1/bells/{bell.json()['id']}"
    shown = second.until(path, lambda found: [e["kind"] for e in found["timeline"]].count("alerted") == 2)
    assert shown["status"] == "ringing"
    sent = second.until(
        "/_local/outbox.json", lambda box: len({m["to"] for m in box if "/a/" in m["text"]}) == 2
    )
    assert len(sent) == 3, "the resident once, each level once, and no other message was sent"
    second.kill()
    for run in (first, second):
        assert run.process.stdout is not None
        run.process.stdout.close()
