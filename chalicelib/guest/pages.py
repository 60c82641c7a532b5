"""The pages of parties, and the papers of everybody. What they do is in `guest.visits`, which is imported when one
is first called: a process that only rings must not pay for it. A resident's page is the bell's own, in `bell.pages`."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.http import later
from chalicelib.session.rules import PARTYS_LINK, RESIDENTS_LINK, STAFF
from chalicelib.web.edge import page

blueprint = Blueprint(__name__)
_HERE = "chalicelib.guest.visits"

page(blueprint, "GET", "/p/{token}", audience=PARTYS_LINK)(later(f"{_HERE}:party_page"))
page(blueprint, "POST", "/p/{token}", audience=PARTYS_LINK)(later(f"{_HERE}:party_acts"))
page(blueprint, "GET", "/p/{token}/meeting/{number}", audience=PARTYS_LINK)(later(f"{_HERE}:partys_calendar"))
page(blueprint, "GET", "/t/{token}/meeting/{number}", audience=RESIDENTS_LINK)(
    later(f"{_HERE}:residents_calendar")
)
page(blueprint, "GET", "/p/{token}/print/{paper}", audience=PARTYS_LINK)(later(f"{_HERE}:partys_paper"))
page(blueprint, "GET", "/t/{token}/print/{paper}", audience=RESIDENTS_LINK)(later(f"{_HERE}:residents_paper"))
page(blueprint, "GET", "/c/{case_id}/print/{paper}", audience=STAFF)(later(f"{_HERE}:staffs_paper"))
