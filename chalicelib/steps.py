"""What the entry points that are not HTTP do: the state machine's step, the stream's batch, the minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chalicelib import wiring
from chalicelib.core import ids
from chalicelib.core.chain import Event
from chalicelib.core.times import parse_iso
from chalicelib.escalation import service as escalation
from chalicelib.notice import service as notices
from chalicelib.observability import about, counting, logger
from chalicelib.observability.metrics import Measure
from chalicelib.observability.traces import span
from chalicelib.observability.watch import entry, failed, measure
from chalicelib.ports import Ports
from chalicelib.record.shapes import CodeAsked, EventAppended, HeadMoved, StreamRecord, Undelivered
from chalicelib.session import service as sessions
from chalicelib.statistics import service as statistics
from chalicelib.status import service as status
from chalicelib.status.rules import MAILBOX, SWEEP

if TYPE_CHECKING:
    from chalicelib.anchor.rules import Anchor

ANCHOR_WITHIN = timedelta(minutes=4)
"""A run puts leaves down for so long; the function has a minute more (.chalice/config.json)."""
_PAGE = 1_000
_POLL = ("POLL#", "ROLL#")


def advance(event: Mapping[str, Any], context: object = None) -> dict[str, Any]:
    """The state machine asks what is due: `{id, version, seconds}` in and out."""
    with entry("advance", context, "AdvanceFaults", means=(escalation.TimelineClosed,)):
        about(event["id"])
        answer = escalation.advance(wiring.ports(), event)
        logger().info("advanced", version=answer["version"], seconds=answer["seconds"])
        return answer


def react(event: Mapping[str, Any], context: object = None) -> dict[str, Any]:
    """A batch of the table's stream, in order. The first record that fails is named, so that it and what follows
    come again; everything a record causes may be done twice without harm."""
    with entry("react", context, "ReactFaults"):
        ports = wiring.ports()
        _measure_age(ports, event["Records"])
        return {"batchItemFailures": _reacted(ports, event["Records"])}


def _reacted(ports: Ports, records: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    done: list[Measure] = []
    failures: list[dict[str, str]] = []
    for sequence, record in wiring.stream_records(records):
        try:
            with span("record"):
                about(_thing_of(record))
                react_to(ports, record)
        except Exception:  # noqa: BLE001 - whatever it is, the stream brings the record again
            failed("ReactFaults", sequence=sequence)
            failures.append({"itemIdentifier": sequence})
            break
        done += _counted(record)
    measure(*done)
    return failures


def _measure_age(ports: Ports, records: Sequence[Mapping[str, Any]]) -> None:
    age = counting.age(records, ports.clock.now())
    if age is not None:
        measure(Measure("StreamAgeSeconds", round(age, 1)))


def _counted(record: StreamRecord) -> tuple[Measure, ...]:
    if not isinstance(record, EventAppended):
        return ()
    logger().info("event", kind=record.event.kind, seq=record.event.seq)
    return counting.of_event(record.event)


def _thing_of(record: StreamRecord) -> str:
    """Whom a record is about; a code is about nobody who may be named."""
    if isinstance(record, HeadMoved | Undelivered):
        return record.thing
    return record.event.thing if isinstance(record, EventAppended) else ""


def react_to(ports: Ports, record: StreamRecord) -> None:
    """Everything that one fact causes: the timer first, so that a failed message delays no level."""
    if isinstance(record, HeadMoved):
        escalation.drive(ports, record)
        return
    if isinstance(record, CodeAsked):
        sessions.send_code(ports, record.code)
        return
    if isinstance(record, Undelivered):
        _reach_otherwise(ports, record)
        return
    if ids.is_canary(record.event.thing):
        return  # It has a timer and a record like any other; it tells nobody and is in no figure.
    if record.event.thing.startswith(_POLL):
        _about_a_poll(ports, record.event)
        return
    if record.event.kind == "erased":
        from chalicelib.mydata import service as mydata

        mydata.follow(ports, record.event)
        return
    notices.announce(ports, record.event)
    escalation.skip_unreached(ports, record.event)
    statistics.count(ports, record.event)


def _about_a_poll(ports: Ports, event: Event) -> None:
    """A sealed poll is counted, whoever runs it told, who has not voted reminded; a bell's reaction does not pay for
    what that needs."""
    from chalicelib.notice import polls_reminding as reminders
    from chalicelib.poll import counting as polls

    if event.thing.startswith("POLL#"):
        polls.react(ports, event)
        notices.announce(ports, event)
        reminders.remind(ports, event)


def _reach_otherwise(ports: Ports, lost: Undelivered) -> None:
    """A message that was sent did not arrive: the same news by the recipient's next channel, and the next level at once
    when there is none."""
    for event in ports.store.events(lost.thing):
        if event.seq == lost.version:
            notices.announce(ports, event)
            escalation.skip_unreached(ports, event)


def publish(event: Mapping[str, Any], context: object = None) -> dict[str, Any]:
    """The same stream once more, for whoever follows from outside: what is public of a batch goes on the bus. It is no
    part of `react`, so that a bus that is down delays no alert."""
    from chalicelib.publishing import service as publishing

    with entry("publish", context, "PublishFaults"):
        ports = wiring.ports()
        appended = [
            (n, r.event) for n, r in wiring.stream_records(event["Records"]) if isinstance(r, EventAppended)
        ]
        try:
            if count := publishing.publish(ports, appended):
                logger().info("published", events=count)
        except publishing.NotPublished as missed:
            failed("PublishFaults", sequence=missed.place)
            return {"batchItemFailures": [{"itemIdentifier": missed.place}]}
        return {"batchItemFailures": []}


def report(event: Mapping[str, Any], context: object = None) -> dict[str, int]:
    """SNS tells what became of mail, or a log what became of SMS; with `{"read": "mailbox"}` (each minute, where one is
    named) the mailbox is read to which mail comes back. Answers how much of it concerned us."""
    from chalicelib.delivery import service as deliveries

    with entry("report", context, "ReportFaults"):
        ports = wiring.ports()
        if event.get("read") == "mailbox":
            return _mail_that_came_back(ports)
        taken = deliveries.told(ports, event)
        logger().info("reported", taken=taken)
        return {"taken": taken}


def _mail_that_came_back(ports: Ports) -> dict[str, int]:
    """A minute's reading. A mailbox that does not let us in is no reason to be called again: the next minute is."""
    from chalicelib.delivery import service as deliveries

    if ports.mailbox is None:
        return {"taken": 0}
    before = ports.store.pulses().get(MAILBOX)
    found = deliveries.collect(ports, ports.mailbox, before.mark if before else "")
    status.came_round(ports, MAILBOX, ok=not found.failure, detail=found.failure, mark=found.mark)
    if faults := found.unreadable + bool(found.failure):
        measure(Measure("ReportFaults", faults))
    logger().info("mailbox", taken=found.taken, unreadable=found.unreadable, failure=found.failure)
    return {"taken": found.taken}


def sweep(event: Mapping[str, Any], context: object = None) -> dict[str, Any]:
    """Each minute: held messages whose time has come, and clocks that nobody looked after; then what rings is
    measured.

    With `{"rearm": true}` (the local run starts, a table was restored) every clock gets a new timer (`rearm_all`).
    """
    with entry("sweep", context, "SweepFaults"):
        ports = wiring.ports()
        if event.get("rearm"):
            return rearm_all(ports, event.get("after", ""))
        began = ports.clock.now()
        done = sweep_once(ports)
        measure(Measure("SweeperRepairs", done["rearmed"]), *_ringing(ports))
        status.came_round(ports, SWEEP, seconds=(ports.clock.now() - began).total_seconds())
        return done


def canary(context: object = None) -> dict[str, Any]:
    """Each hour: ring a bell of our own and see whether it gets through. Answers `{ok, failed, seconds}`; `failed` is
    the step it did not get past (`canary.flight.Lost`)."""
    from chalicelib.canary import flight

    with entry("canary", context, "CanaryFailed"):
        flown = flight.fly(wiring.ports(), wiring.front_door)
        outcome = "CanaryFailed" if flown.failed else "CanaryOk"
        measure(Measure(outcome, 1), Measure("CanarySeconds", flown.seconds))
        return {"ok": not flown.failed, "failed": flown.failed, "seconds": flown.seconds}


def anchor(context: object = None) -> dict[str, Any]:
    """Each hour: the day's anchor, if there is none yet, and its mail to whoever was not sent it. Answers `{date, size,
    made, mailed}` of the newest; an anchor that takes longer than a run is made by several, and until then the newest
    is the one before (`date` is empty before the first)."""
    from chalicelib.anchor import mailing

    with entry("anchor", context, "AnchorFaults"):
        ports = wiring.ports()
        newest, made = _taken(ports)
        if newest is None:
            return {"date": "", "size": 0, "made": False, "mailed": 0}
        age = ports.clock.now() - parse_iso(newest.at)
        measure(Measure("AnchorAgeSeconds", round(age.total_seconds())))
        told = mailing.tell(ports, newest)
        if told.overdue:
            logger().info("anchors are owed", mails=told.overdue)
            measure(Measure("AnchorFaults", 1))
        done = {"date": newest.date, "size": newest.size, "made": made, "mailed": told.sent}
        logger().info("anchored", **done)
        return done


def _taken(ports: Ports) -> tuple[Anchor | None, bool]:
    """The newest anchor, None while the first is in the making, and whether it was made now."""
    from chalicelib.anchor import service as anchors

    try:
        return anchors.take(ports, ANCHOR_WITHIN)
    except anchors.Unfinished as rest:
        logger().info("anchoring", leaves=rest.leaves)
        return anchors.newest(ports), False


def _ringing(ports: Ports) -> tuple[Measure, ...]:
    """What rings now: one Query for each subdistrict, of its most pressing bells."""
    served = ports.policy.prefixes
    return counting.of_bells({p: ports.store.ringing(p, limit=200).items for p in served}, ports.clock.now())


def rearm_all(ports: Ports, cursor: str = "") -> dict[str, Any]:
    """A new timer for every clock of a page, what is due first first: none of the old ones has survived the restart.
    While `next` is answered there are more: ask again with it as `after`. Whatever nobody asks for gets its own from
    the sweeper when it is due."""
    horizon = timedelta(days=36_500)
    page = ports.store.clocks(cursor, _PAGE)
    done = escalation.sweep(ports, page.items, grace=-horizon, reason="restart")
    return {"rearmed": done} | ({"next": page.cursor} if page.cursor else {})


def sweep_once(ports: Ports) -> dict[str, int]:
    """One minute's sweep."""
    things = ports.store.overdue(ports.clock.now())
    staff = [thing.partition("#")[2] for thing in things if thing.startswith("STAFF#")]
    rearmed = escalation.sweep(ports, things)
    flushed = sum(_flushed(ports, staff_id) for staff_id in staff)
    return {"rearmed": rearmed, "flushed": flushed}


def _flushed(ports: Ports, staff_id: str) -> bool:
    try:
        notices.flush(ports, staff_id)
    except Exception:  # noqa: BLE001 - one person's trouble must not silence the others; the next minute tries again
        failed("SweepFaults", staff=staff_id)
        return False
    return True
