"""The pages on which residents vote and everybody reads polls. What they do is in `ballot.visits`, which is imported
when one is first called: a process that only rings must not pay for it."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.http import later
from chalicelib.session.rules import EVERYBODY, TICKET
from chalicelib.web.edge import page

blueprint = Blueprint(__name__)
_HERE = "chalicelib.ballot.visits"

page(blueprint, "GET", "/polls", audience=EVERYBODY)(later(f"{_HERE}:polls_page"))
page(blueprint, "GET", "/polls/{poll_id}", audience=EVERYBODY)(later(f"{_HERE}:poll_page"))
page(blueprint, "GET", "/polls/{poll_id}/result-sheet", audience=EVERYBODY)(later(f"{_HERE}:result_sheet"))
page(blueprint, "GET", "/polls/{poll_id}/vote", audience=EVERYBODY)(later(f"{_HERE}:code_page"))
page(blueprint, "POST", "/polls/{poll_id}/vote", audience=EVERYBODY)(later(f"{_HERE}:code_acts"))
page(blueprint, "GET", "/v/{ticket}", audience=TICKET)(later(f"{_HERE}:ballot_page"))
page(blueprint, "POST", "/v/{ticket}", audience=TICKET)(later(f"{_HERE}:ballot_acts"))
