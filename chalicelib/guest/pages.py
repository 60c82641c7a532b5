"""The pages of parties, and the papers of everybody. What they do is in `guest.visits` and `guest.takeaways`, which are
imported when one is first called: a process that only rings must not pay for them. A resident's page is the bell's own,
in `bell.pages`."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.http import later
from chalicelib.session.rules import PARTYS_LINK, RESIDENTS_LINK, STAFF
from chalicelib.web.edge import page

blueprint = Blueprint(__name__)
_HERE = "chalicelib.guest.visits"
_AWAY = "chalicelib.guest.takeaways"

page(blueprint, "GET", "/p/{token}", audience=PARTYS_LINK)(later(f"{_HERE}:party_page"))
page(blueprint, "POST", "/p/{token}", audience=PARTYS_LINK)(later(f"{_HERE}:party_acts"))
page(blueprint, "GET", "/p/{token}/meeting/{number}", audience=PARTYS_LINK)(later(f"{_AWAY}:partys_calendar"))
page(blueprint, "GET", "/t/{token}/meeting/{number}", audience=RESIDENTS_LINK)(
    later(f"{_AWAY}:residents_calendar")
)
page(blueprint, "GET", "/p/{token}/print/{paper}", audience=PARTYS_LINK)(later(f"{_AWAY}:partys_paper"))
page(blueprint, "GET", "/t/{token}/print/{paper}", audience=RESIDENTS_LINK)(later(f"{_AWAY}:residents_paper"))
page(blueprint, "GET", "/c/{case_id}/print/{paper}", audience=STAFF)(later(f"{_AWAY}:staffs_paper"))
