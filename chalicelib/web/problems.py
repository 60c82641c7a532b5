"""What went wrong, in a sentence that says what to do next: one for every error code and field code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from chalicelib.web import labels
from chalicelib.web.i18n import N_, translate

MESSAGES: Final[Mapping[str, str]] = {
    "invalid": N_("Some fields need another look. Please correct them and send it again."),
    "broken_json": N_("The request is not valid JSON. Please check it and send it again."),
    "duplicate_field": N_("A field is there twice. Please send each field once."),
    "broken_form": N_("The form could not be read. Please open the page again and send it once more."),
    "unknown_action": N_("Please use one of the buttons on the page."),
    "not_an_object": N_("The request must be a JSON object with the fields of the documentation."),
    "body_too_large": N_("The request is larger than 64 KB. Please send less text."),
    "unsupported_media_type": N_("Send JSON (application/json) here, or use the form on the page."),
    "method_not_allowed": N_("This address does not know that method."),
    "not_found": N_("There is nothing at this address. Please check it or begin at the first page."),
    "token_missing": N_("Send the link's token in the header Authorization: Bearer …"),
    "link_unknown": N_(
        "This link opens nothing. Please open it again from the text message, complete to the last letter."
    ),
    "link_expired": N_("This link has expired. If it still matters, please ring again."),
    "link_superseded": N_(
        "This link belongs to an earlier ringing. Please use the link of the latest message."
    ),
    "link_of_former_staff": N_("This link belonged to somebody who no longer works here."),
    "link_not_for_this": N_("This link does not allow that."),
    "already_answered": N_("%(by)s has already answered this bell."),
    "already_accepted": N_("%(by)s has already accepted this bell."),
    "already_declined": N_("%(by)s has already declined this bell."),
    "already_withdrawn": N_("The resident has withdrawn this bell; nothing needs to be done."),
    "not_possible_now": N_("That is not possible now: the bell is “%(status)s”."),
    "no_appeal": N_("An appeal is possible once, after a bell was declined."),
    "idempotency_key_reused": N_("This Idempotency-Key was used for another bell. Please use a new key."),
    "not_a_superior": N_("Only somebody of a higher level may do that."),
    "no_such_bell": N_("There is no such bell."),
    "no_such_place": N_("There is no such place here."),
    "not_your_place": N_("This bell belongs to another place, whose staff look after it."),
    "sign_in_first": N_("Please sign in with your phone and the code that we text to you."),
    "session_over": N_("You have been signed out. Please sign in again."),
    "session_unknown": N_("This session is not known here. Please sign in again."),
    "role_not_for_this": N_("This is for others. You have signed in, but your role does not include it."),
    "form_not_ours": N_("The form is no longer valid. Please open the page again and send it once more."),
    "code_wrong": N_("That is not the code. Please look at the message again; tries left: %(left)s."),
    "code_expired": N_("This code is no longer good. Please ask for a new one."),
    "too_many_codes": N_(
        "A code was sent a moment ago. Please wait %(minutes)s min before you ask for another."
    ),
    "too_many_rings": N_(
        "Too many bells from here in a short time. In danger call 110, 119 or 120; "
        "else please ring again in %(minutes)s min."
    ),
    "unavailable": N_("The service is very busy. Nothing was lost; please try again in a few seconds."),
}
FIELD_MESSAGES: Final[Mapping[str, str]] = {
    "too_many": N_("That is more than one case can hold. Please take something off first."),
    "unreadable": N_("This cannot be read. Please look at the example in the documentation."),
    "required": N_("Please fill this in."),
    "unknown": N_("Please choose one from the list."),
    "too_long": N_("Please shorten this to %(limit)s characters."),
    "wrong_type": N_("This must be text."),
    "not_a_day": N_("Please give the day as 2026-11-23."),
    "bad_cursor": N_("This page of the list no longer exists. Please begin again without a cursor."),
    "control_characters": N_("Please remove the invisible control characters."),
    "not_a_phone": N_(
        "Please give a mobile number, such as 138 0000 1234, or a number with country code, such as +44 20 7946 0000."
    ),
    "consent_required": N_(
        "Please read the privacy notice and agree to it: without your number nobody can call you."
    ),
    "outdated_consent": N_("The privacy notice has changed. Please read it again and agree to it."),
}
NAMED: Final[Mapping[tuple[str, str], str]] = {
    ("desk", "required"): N_("Please choose who should help."),
    ("category", "required"): N_("Please choose what it is about."),
    ("neighbourhood", "required"): N_("Please choose your neighbourhood."),
    ("text", "required"): N_("Please write what is wrong."),
    ("name", "required"): N_("Please give your name."),
    ("code", "required"): N_("Please type the six digits of the message."),
    ("phone", "required"): N_("Please leave a number on which you can be called."),
    ("reason", "required"): N_("Please give the reason: the resident reads it."),
    ("go_to", "required"): N_("Please say where the resident can go instead."),
    ("reason_code", "unknown"): N_("Please choose the ground."),
}


def message(language: str, code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence for an error code; an unknown code is shown as it is."""
    known = MESSAGES.get(code)
    if known is None:
        return code
    return (
        translate(language, known, **_readable(params or {}, language))
        if "%(" in known
        else translate(language, known)
    )


def field_message(language: str, field: str, code: str, params: Mapping[str, object]) -> str:
    """The sentence for one wrong field."""
    known = NAMED.get((field, code)) or FIELD_MESSAGES.get(code, code)
    return translate(language, known, **params) if "%(" in known else translate(language, known)


def _readable(params: Mapping[str, object], language: str) -> dict[str, object]:
    shown = {name: value for name, value in params.items() if not isinstance(value, datetime)}
    if "status" in shown:
        shown["status"] = labels.status(str(shown["status"]), language)
    return {"by": "", "status": "", **shown}
