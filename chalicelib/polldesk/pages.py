"""The pages of those who run a poll and go from door to door. What they do is in `polldesk.drafts`, `polldesk.desk`,
`polldesk.field`, `polldesk.sheets`, which are imported when one is first called: a process that only rings must not pay
for them."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.http import MOST_FILE, later
from chalicelib.session.rules import EVERYBODY, POLL_MANAGERS, POLL_STAFF
from chalicelib.web.edge import page

blueprint = Blueprint(__name__)
_HERE = "chalicelib.polldesk"

page(blueprint, "GET", "/polls/new", audience=POLL_MANAGERS)(later(f"{_HERE}.drafts:new_poll_page"))
page(blueprint, "POST", "/polls/new", audience=POLL_MANAGERS)(later(f"{_HERE}.drafts:new_poll"))
page(blueprint, "GET", "/polls/{poll_id}/desk", audience=POLL_STAFF)(later(f"{_HERE}.desk:desk_page"))
page(blueprint, "POST", "/polls/{poll_id}/desk", audience=POLL_STAFF)(later(f"{_HERE}.desk:desk_acts"))
page(blueprint, "GET", "/polls/{poll_id}/sheets", audience=POLL_STAFF)(later(f"{_HERE}.sheets:door_sheets"))
page(blueprint, "GET", "/polls/{poll_id}/paper", audience=POLL_STAFF)(later(f"{_HERE}.field:paper_page"))
page(blueprint, "POST", "/polls/{poll_id}/paper", audience=POLL_STAFF)(later(f"{_HERE}.field:paper_acts"))
page(blueprint, "GET", "/door/{poll_id}", audience=POLL_STAFF)(later(f"{_HERE}.field:door_page"))
page(blueprint, "POST", "/door/{poll_id}", audience=POLL_STAFF)(later(f"{_HERE}.field:door_acts"))
page(blueprint, "GET", "/door-worker.js", audience=EVERYBODY)(later(f"{_HERE}.field:door_worker"))
page(blueprint, "GET", "/rolls/{neighbourhood}", audience=POLL_STAFF)(later(f"{_HERE}.rollbook:roll_page"))
page(blueprint, "POST", "/rolls/{neighbourhood}", audience=POLL_MANAGERS, most=MOST_FILE)(
    later(f"{_HERE}.rollbook:roll_acts")
)
page(blueprint, "GET", "/rolls/{neighbourhood}/export", audience=POLL_STAFF)(
    later(f"{_HERE}.rollbook:export")
)
