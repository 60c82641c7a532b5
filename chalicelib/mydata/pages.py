"""The pages about one's own data. What they do is in `mydata.visits`, imported when one is first called."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.http import later
from chalicelib.session.rules import PARTYS_LINK, RESIDENTS_LINK, SIGNED_IN
from chalicelib.web.edge import page

blueprint = Blueprint(__name__)
_HERE = "chalicelib.mydata.visits"

page(blueprint, "GET", "/t/{token}/data", audience=RESIDENTS_LINK)(later(f"{_HERE}:my_data"))
page(blueprint, "POST", "/t/{token}/data", audience=RESIDENTS_LINK)(later(f"{_HERE}:erase_my_data"))
page(blueprint, "GET", "/t/{token}/data.json", audience=RESIDENTS_LINK)(later(f"{_HERE}:my_data_as_a_file"))
page(blueprint, "GET", "/me/data", audience=SIGNED_IN)(later(f"{_HERE}:all_my_data"))
page(blueprint, "POST", "/me/data", audience=SIGNED_IN)(later(f"{_HERE}:erase_all_my_data"))
page(blueprint, "GET", "/me/data.json", audience=SIGNED_IN)(later(f"{_HERE}:all_my_data_as_a_file"))
page(blueprint, "GET", "/p/{token}/data", audience=PARTYS_LINK)(later(f"{_HERE}:guests_data"))
page(blueprint, "POST", "/p/{token}/data", audience=PARTYS_LINK)(later(f"{_HERE}:erase_guests_data"))
page(blueprint, "GET", "/p/{token}/data.json", audience=PARTYS_LINK)(later(f"{_HERE}:guests_data_as_a_file"))
