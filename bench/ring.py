"""The programs of the processes that are timed while they ring."""

from __future__ import annotations

import json
import textwrap

from infra.package.ring import event

FIRST_RING = f"""\
import json
EVENT = json.loads({json.dumps(event())!r})
import app
answer = app.app(EVENT, None)
if answer["statusCode"] != 201:
    raise SystemExit(str(answer))
"""

WARM_RINGS = FIRST_RING + textwrap.dedent("""\
    import sys, time
    spent = []
    for number in range(300):
        ring = dict(EVENT, body=json.dumps(json.loads(EVENT["body"]) | {"text": f"第 {number} 次"}))
        start = time.perf_counter(), time.process_time()
        assert app.app(ring, None)["statusCode"] == 201
        spent.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    json.dump(spent, sys.stdout)
    """)
