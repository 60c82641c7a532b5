"""docs/cost.md: what was counted, the prices, what a month costs, and the limits that bite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import floor, log10
from typing import Any

from infra.cost import limits, prices, results
from infra.cost.plays import Counts
from infra.cost.results import SCENARIOS, Amounts, Scenario
from infra.deploy.prices import standing
from infra.template import load_template

Counted = Mapping[str, Counts]
_SHOWN = (
    "requests",
    "invocations",
    "transitions",
    "write units",
    "index write units",
    "read units",
    "stream records",
    "SMS segments",
    "mails",
    "S3 writes",
    "bytes out",
    "log bytes",
    "bytes kept",
)
_TITLES = {
    "answered": "a bell rung, answered, accepted",
    "exhausted": "a bell that nobody answers",
    "service": "a plain service, bell to rating",
    "case": "a case, bell to rating",
    "poll": "a poll of 434 households",
    "minute": "an idle minute",
}
_SERVICES = ("API Gateway", "Lambda", "DynamoDB", "Step Functions", "CloudWatch", "S3", "SES")


def page(counted: Counted) -> str:
    """The whole page as text."""
    played = {name: results.amounts(counts) for name, counts in counted.items()}
    parts = (_head(), _calls(counted), _assumed(), _results(played), _fixed(played), _prices())
    return "\n\n".join((*parts, limits.section(counted))) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; all columns but the first to the right."""
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def rounded(number: float) -> str:
    """Two figures that mean something: 1234.5 -> 1,200."""
    if not number:
        return "0"
    digits = 1 - floor(log10(abs(number)))
    value = round(number, digits)
    return f"{value:,.{max(0, digits)}f}" if digits > 0 else f"{value:,.0f}"


def total(counts: Counts, kind: str) -> float:
    """How much of it, all functions together."""
    return sum(kinds.get(kind, 0) for kinds in counts.values())


def _head() -> str:
    return f"""# What it costs

`make cost` writes this page: it plays people's days on the embedded AWS, counts what is charged, and multiplies by list
prices (USD, us-east-1, looked up {prices.LOOKED_UP}, no free tier, no tax). Do not edit it by hand.

- **Counted**: calls, units, transitions, invocations, SMS segments, bytes. `tests/cost` counts again and compares.
- **Assumed**: durations, photos' sizes, how much people look, the mixture of bells. Each is named below.
- **To be checked**: prices that no page confirmed. Look at them before you promise a budget.

In short: the messages cost more than everything else together; after them the writes, half of them in indexes."""


def _calls(counted: Counted) -> str:
    names = list(_TITLES)
    rows = [[kind, *(f"{total(counted[name], kind):,.0f}" for name in names)] for kind in _SHOWN]
    kinds = {kind for name in names for each in counted[name].values() for kind in each}
    calls = sorted(kind for kind in kinds if kind.startswith("calls "))
    made = [[kind[6:], *(f"{total(counted[name], kind):,.0f}" for name in names)] for kind in calls]
    heads = [_TITLES[name] for name in names]
    return f"""## What is counted

{table(["", *heads], rows)}

- Write units: 1 KB each, twice in a transaction, a refused or mere check as much. Index write units: once for each
  index whose entry changed, twice when it moved. Read units: 4 KB, half when eventually consistent.
- Transitions: each state entered. Stream records: what `react` is given; reading a stream is free for Lambda.
- Invocations: each commit wakes `react` once. When much happens, up to 25 records share one: these are the most.
- The plain service and the case are the stories of the medicine and of the glass door (`make demo`), bell included: the
  case has a visit, five parties, a meeting, an agreement signed by code, two obligations, four photos. The poll is the
  wall's: 356 ballots entered at the door, 40 by phone, 10 texts in all.
- The bytes kept do not contain the poll's rows.

Calls of the application:

{table(["", *heads], made)}"""


def _assumed() -> str:
    seconds = ", ".join(f"{name} {value:g} s" for name, value in results.SECONDS.items())
    each = f"{results.VIEW_READ_UNITS:g} read units and {results.VIEW_BYTES / 1000:g} kB each"
    views = f"{results.VIEWS} a bell, {each}"
    return f"""## What is assumed

| | |
|---|---|
| how long functions run, at {results.GIGABYTES * 1024:.0f} MB | {seconds}; cold starts among them |
| lines that Lambda itself writes | {results.LINES_OF_LAMBDA} bytes an invocation |
| a photo | {results.PHOTO_BYTES / 1e6:g} MB; the plays' are drawings |
| pages looked at besides those played | {views} |
| what is kept | {results.MONTHS_KEPT} months of it, in the table, its indexes and its restorable copy |
| a task token | 706 characters, in the row while a timer waits |
| busiest minute | {results.BUSY} times the mean |"""


def _results(played: Mapping[str, Amounts]) -> str:
    bills = {scenario: results.times(scenario.mix.of(played), scenario.bells) for scenario in SCENARIOS}
    costs = {scenario: results.usd(bill) for scenario, bill in bills.items()}
    rows = [[name, *(rounded(cost.get(name, 0)) for cost in costs.values())] for name in _SERVICES]
    aws = {
        scenario: sum(cost[name] for name in _SERVICES if name in cost) for scenario, cost in costs.items()
    }
    fixed = {scenario: sum(_always(scenario, played).values()) for scenario in SCENARIOS}
    both = [["**use, without SMS**", *(f"**{rounded(n)}**" for n in aws.values())]]
    both += [["what is always there", *(rounded(n) for n in fixed.values())]]
    both += [["SMS", *(rounded(cost["SMS"]) for cost in costs.values())]]
    whole = [aws[s] + fixed[s] + costs[s]["SMS"] for s in SCENARIOS]
    both += [["**all**", *(f"**{rounded(n)}**" for n in whole)]]
    segments = [["SMS segments", *(rounded(bill["SMS segments"]) for bill in bills.values())]]
    each = [["all, for each bell", *(rounded(n / s.bells) for n, s in zip(whole, SCENARIOS, strict=True))]]
    about = [[s.name, rounded(s.bells), *_shares(s), s.why] for s in SCENARIOS]
    heads = ["bells a month", "nobody answers", "plain service", "case", "polls for 1,000 bells", "why"]
    return f"""## What a month costs, in USD

{table(["", *(s.name for s in SCENARIOS)], [*rows, *both, *segments, *each])}

The mixtures are assumed; all other bells are answered, and declined or withdrawn. In the article 1,052 of 1,645 were
accepted.

{table(["", *heads], about)}

SMS at Aliyun's list price. SNS has no SMS in the Chinese regions; what it takes for a text to the mainland is to be
checked. Whoever sends by mail or WeChat instead pays next to nothing for messages."""


def _shares(scenario: Scenario) -> list[str]:
    mix = scenario.mix
    return [*(f"{share:.0%}" for share in (mix.exhausted, mix.service, mix.case)), f"{mix.poll * 1000:g}"]


def _always(scenario: Scenario, played: Mapping[str, Amounts]) -> dict[str, float]:
    found = standing(load_template(), scenario.subdistricts)
    return {name: n for name, n in found.items() if name != "Sweeps"} | results.always(played)


def _fixed(played: Mapping[str, Amounts]) -> str:
    resources: Mapping[str, Any] = load_template()["Resources"]
    kinds = [resource["Type"].rpartition("::")[2] for resource in resources.values()]
    first = _always(SCENARIOS[0], played)
    rows = [[name, str(kinds.count(name)) if name in kinds else "", rounded(n)] for name, n in first.items()]
    return f"""## What is always there

A stage in which nobody rings, one subdistrict, USD a month:

{table(["", "in the template", "a month"], [*rows, ["**all**", "", f"**{rounded(sum(first.values()))}**"]])}

The key is rotated each year; the first two rotations add 1 USD a month each. Sweep: each minute. Canary: each hour an
answered bell that texts nobody. A stage of more than ten subdistricts is measured as a whole only."""


def _prices() -> str:
    listed = [*prices.PRICES.values(), *prices.FIXED.values()]
    rows = [
        [p.service, p.unit, f"{p.usd:.8g}", f"{p.per:,.0f}", p.found, f"<{p.page}>"] for p in _known(listed)
    ]
    return f"""## Prices

USD in us-east-1, looked up {prices.LOOKED_UP} in stored copies of public pages, none of them live. Step Functions costs
the same in Frankfurt (eu-central-1); DynamoDB, API Gateway, logs and S3 are dearer there by up to some tens of per cent
(to be checked). **cn-north-1 and cn-northwest-1 differ**: billed in CNY from lists of their own
(<https://www.amazonaws.cn/en/pricing/>), no SES and no SMS by SNS. A budget there is those lists times these counts.
CNY {prices.CNY_PER_USD} for a USD, assumed.

{table(["service", "unit", "USD", "for", "found", "page"], rows)}

Streams read by Lambda, EventBridge's own schedules, CloudFormation and IAM cost nothing. Not in it: KMS requests
(DynamoDB and S3 keep their data keys for minutes), the domain name, support, and taxes."""


def _known(listed: Iterable[prices.Price]) -> list[prices.Price]:
    return sorted(listed, key=lambda price: price.service)
