"""The routes of somebody's own data. What they do is in `mydata.handlers`, imported when one is first called."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.http import later, operation
from chalicelib.session.rules import PARTYS_LINK, RESIDENTS_LINK, SIGNED_IN

blueprint = Blueprint(__name__)
_HERE, _WIRE = "chalicelib.mydata.handlers", "chalicelib.mydata.wire"
_TOKEN = (401, 403, 404, 410)

operation(
    blueprint,
    "GET",
    "/v1/bells/{bell_id}/data",
    audience=RESIDENTS_LINK,
    summary="Everything that is held of whoever rang the bell",
    answers={200: f"{_WIRE}:DataBody"},
    problems=_TOKEN,
)(later(f"{_HERE}:data_of_bell"))

operation(
    blueprint,
    "POST",
    "/v1/bells/{bell_id}/erase",
    audience=RESIDENTS_LINK,
    summary="Erase what is held of whoever rang the bell; the record stays",
    body=f"{_WIRE}:EraseRequest",
    optional=True,
    answers={200: f"{_WIRE}:ErasedBody"},
    problems=(400, *_TOKEN, 409),
)(later(f"{_HERE}:erase_data_of_bell"))

operation(
    blueprint,
    "GET",
    "/v1/me/data",
    audience=SIGNED_IN,
    summary="Everything that is held of me",
    answers={200: f"{_WIRE}:MyDataBody"},
    problems=(401,),
)(later(f"{_HERE}:all_my_data"))

operation(
    blueprint,
    "POST",
    "/v1/me/erase",
    audience=SIGNED_IN,
    summary="Erase what is held of me; the records stay",
    body=f"{_WIRE}:EraseAllRequest",
    optional=True,
    answers={200: f"{_WIRE}:ClearedBody"},
    problems=(400, 401),
)(later(f"{_HERE}:erase_all_my_data"))

operation(
    blueprint,
    "GET",
    "/v1/cases/{case_id}/data",
    audience=PARTYS_LINK,
    summary="Everything that is held of a guest of the case",
    answers={200: f"{_WIRE}:GuestDataBody"},
    problems=_TOKEN,
)(later(f"{_HERE}:data_of_guest"))

operation(
    blueprint,
    "POST",
    "/v1/cases/{case_id}/erase",
    audience=PARTYS_LINK,
    summary="Erase what is held of a guest of the case; the record stays",
    answers={200: f"{_WIRE}:GuestErasedBody"},
    problems=(*_TOKEN, 409),
)(later(f"{_HERE}:erase_data_of_guest"))

operation(
    blueprint,
    "POST",
    "/v1/me/correct",
    audience=SIGNED_IN,
    summary="Correct my name or my number",
    body=f"{_WIRE}:CorrectRequest",
    answers={200: f"{_WIRE}:CorrectedBody"},
    problems=(400, 401, 410),
)(later(f"{_HERE}:correct_my_data"))
