"""The limits that bite: quotas of AWS, and which of this table's partitions can get hot, from what was counted."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.poll.shapes import GATES
from chalicelib.store.keys import SHARDS
from infra.cost import anchors
from infra.cost.plays import Counts
from infra.cost.results import SCENARIOS, SECONDS, VIEWS
from infra.demo.asking import ABSTAINED, AGAINST, AGREED
from infra.template import load_template

_PARTITION = 1_000
"""Write units a second of one partition, table or index."""
_READS = 3_000
"""Read units a second of one partition."""
_SHARDS_AT_FIRST = 4
"""A new on-demand table takes 4,000 write units a second, so it has four partitions; a stream has a shard for each."""
_EACH_RECORD = 0.02
"""Seconds that `react` needs for a record; assumed: most are looked at and left."""
_HOTLINE = SCENARIOS[-1]
_PAGES = "https://docs.aws.amazon.com/"
_CHECK = "to be checked"

_PROSE = f"""Read at <{_PAGES}sns/latest/dg/channels-sms-awssupport-spend-threshold.html> (the spend limit) and
<{_PAGES}amazondynamodb/latest/developerguide/warm-throughput-scenarios.html> (partitions, new tables).
"{_CHECK.capitalize()}": the figure is from memory of AWS's pages; each account's own are in Service Quotas, and new
accounts start lower. `make deploy` raises none of them; the alarms `sms-spend`, `http-throttled`, `table-throttled` and
`stream-late` tell when one bites. "Busiest": the hotline's busiest minute."""

_INDEXES = """The indexes worklist, community and person carry the whole head row, with its task token of 0.7 KB,
so each wait of a timer writes them anew. Should one subdistrict ever ring that often: fewer attributes in these
indexes first, or the token in a row of its own; then shards, as the due index has them."""


def section(counted: Mapping[str, Counts]) -> str:
    """The part of the page."""
    directory = _sum(counted["answered"], "partition read PLACE")
    return f"""## Limits that bite, and what to raise

### Quotas

{_quotas(counted)}

{_PROSE}

### Hot partitions

A partition takes {_PARTITION:,} write units a second (and {_READS:,} read units), in the table and in each
index, however large the table is. DynamoDB parts a busy partition by sort key when it can; these figures go
without.

{_partitions(counted)}

Reads: an answered bell reads its subdistrict's directory, a single row, for {directory:.0f} units:
enough for {_READS / directory:.0f} bells a second in one subdistrict.

{_INDEXES}

### The stream and `react`

{_stream(counted)}

{anchors.section(counted)}"""


def _quotas(counted: Mapping[str, Counts]) -> str:
    busy = {
        kind: _mixed(counted, kind) * _HOTLINE.peak for kind in ("SMS segments", "executions", "transitions")
    }
    writes = _mixed(counted, "write units") * _HOTLINE.peak
    asked = (_mixed(counted, "requests") + VIEWS) * _HOTLINE.peak
    running = (_mixed(counted, "invocations") + VIEWS) * _HOTLINE.peak * SECONDS["http"]
    china = "a support case; or Aliyun or Tencent, which limit the texts to one phone an hour and a day"
    rows = [
        ("SNS, spend on SMS", "1 USD a month", "that much, then silence: **bites first**", "a support case, early"),
        ("SNS, SMS a second", f"20, {_CHECK}", f"busiest {busy['SMS segments']:.0f}", china),
        ("SES sandbox", "200 a day, 1 a second, to confirmed addresses", "the first mail", "production access"),
        ("SES after it", f"50,000 a day, 14 a second, {_CHECK}", "no place is near it", "it grows with use"),
        ("Lambda, at one time", f"1,000 (new: 10, {_CHECK})", f"busiest {running:.0f}", "Service Quotas, early"),
        ("API Gateway", f"10,000 a second, {_CHECK}", f"busiest {asked:.0f}", "Service Quotas"),
        (
            "Step Functions, StartExecution",
            f"150 a second and 800 saved up; us-east-1 300 and 1,300; {_CHECK}",
            f"busiest {busy['executions']:.0f}",
            "Service Quotas",
        ),
        (
            "Step Functions, transitions",
            f"800 a second; us-east-1 5,000; {_CHECK}",
            f"busiest {busy['transitions']:.0f}",
            "Service Quotas",
        ),
        ("Step Functions, open executions", "1,000,000", "one for each open bell and case", "Service Quotas"),
        ("Step Functions, one execution", "25,000 events, a year", "a new one after 1,000 hops or 300 days", "nothing"),
        ("DynamoDB, a new table", "4,000 writes a second", f"busiest {writes:,.0f}", "warm throughput, early"),
        ("DynamoDB, a table", f"40,000 units a second each way, {_CHECK}", f"busiest {writes:,.0f}", "Service Quotas"),
        ("EventBridge, PutEvents a second", f"600 to 10,000, by region; {_CHECK}", "ten in a call", "Service Quotas"),
        ("CloudWatch, metrics", "written in the log, no call", "above ten subdistricts: one whole", "nothing"),
        ("CloudWatch, logs", "no limit that is near", "kept 180 days", "`LogDays` in the template"),
    ]  # fmt: skip
    lines = ["| limit | at first | here | what to do |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _partitions(counted: Mapping[str, Counts]) -> str:
    bell, case, poll = counted["answered"], counted["case"], counted["poll"]
    ballot = _sum(poll, "partition POLL") / (AGREED + AGAINST + ABSTAINED)
    worklist, community = _sum(bell, "partition index worklist"), _sum(case, "partition index community")
    together = "ballots a second in one poll; its gates and boxes lie together"
    rows = [
        (
            "worklist index: a subdistrict's open bells and cases",
            worklist,
            "bells a second in one subdistrict",
            1,
        ),
        ("community index: a community's cases", community, "whole cases a second in one community", 1),
        (f"due index, {SHARDS} shards", _sum(bell, "partition index due"), "bells a second in all", SHARDS),
        (
            f"index of records' ends, {SHARDS} shards",
            _sum(bell, "partition index tips"),
            "bells a second in all",
            SHARDS,
        ),
        (
            "`COUNTERS`: a subdistrict's day",
            _sum(bell, "partition COUNTERS"),
            "bells a second in one subdistrict",
            1,
        ),
        (
            "`LIMIT`: a phone's or an address's",
            _sum(bell, "partition LIMIT"),
            "bells a second of one; refused before",
            1,
        ),
        (f"a poll: {GATES} gates, boxes, head", ballot, together, 1),
    ]
    lines = ["| partition | write units each | enough for | of what |", "|---|---:|---:|---|"]
    return "\n".join(
        [
            *lines,
            *(f"| {name} | {n:.1f} | {_PARTITION * of / n:,.0f} | {what} |" for name, n, what, of in rows),
        ]
    )


def _stream(counted: Mapping[str, Counts]) -> str:
    parameters = load_template()["Parameters"]
    batch, factor = parameters["StreamBatch"]["Default"], parameters["StreamLanes"]["Default"]
    most = parameters["StreamLanes"]["MaxValue"]
    at_once = factor * _SHARDS_AT_FIRST
    records, mixed = _sum(counted["answered"], "stream records"), _mixed(counted, "stream records")
    enough, enough_mixed = (at_once / (n * _EACH_RECORD) for n in (records, mixed))
    return f"""- A new table's stream has about {_SHARDS_AT_FIRST} shards; the mapping runs {factor} batches for each,
  of up to {batch} records: {at_once} at one time. One thing's records stay in order.
- An answered bell is {records:.0f} records; a bell of the hotline, with all that follows from it, {mixed:.0f}.
- At {_EACH_RECORD * 1000:.0f} ms each (assumed: most are looked at and left) that is enough for {enough:.0f} answered
  bells a second, or {enough_mixed:.1f} of the hotline's. Its busiest minute has {_HOTLINE.peak:.1f}:
  **for a place of that size raise the lanes: `make deploy STREAM_LANES={most}`** (that is the most).
  `stream-late` tells when the stream ages.
- Raise the lanes when `StreamAgeSeconds` grows at busy hours and `react` is not throttled; then watch Lambda's
  limit of functions at one time. Change `STREAM_BATCH` only with a slow provider of SMS: a smaller batch ends sooner
  and holds up fewer others, a larger one saves invocations and must still end within the 60 s that `react` has.
- A provider of SMS that needs a second to answer holds up its batch for as long.
- `publish` reads the stream, too: while there is a bus, each commit that adds an event is an invocation more, not
  counted above, and public events are told for 1 USD a million ({_CHECK}). `BUS=false`: neither."""


def _mixed(counted: Mapping[str, Counts], kind: str) -> float:
    return sum(_sum(counted[name], kind) * share for name, share in _HOTLINE.mix.shares().items())


def _sum(counts: Counts, kind: str) -> float:
    return sum(kinds.get(kind, 0) for kinds in counts.values())
