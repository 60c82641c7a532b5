"""The pages of the staff console. What they do is in `console.worklist` and `console.desk`, imported when one is first
called: a process that only rings must not pay for them."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.http import later
from chalicelib.session.rules import STAFF
from chalicelib.web.edge import page

blueprint = Blueprint(__name__)

page(blueprint, "GET", "/cases", audience=STAFF)(later("chalicelib.console.worklist:list_cases"))
page(blueprint, "POST", "/cases", audience=STAFF)(later("chalicelib.console.worklist:change_cases"))
page(blueprint, "GET", "/c/{case_id}", audience=STAFF)(later("chalicelib.console.desk:show_case"))
page(blueprint, "POST", "/c/{case_id}", audience=STAFF)(later("chalicelib.console.desk:change_case"))
