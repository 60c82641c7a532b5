"""What went wrong, in a sentence that says what to do next: one for every error code and field code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from chalicelib.core.ids import number
from chalicelib.web import case_labels, labels, poll_labels
from chalicelib.web.i18n import N_, translate

MESSAGES: Final[Mapping[str, str]] = {
    "invalid": N_("Some fields need another look. Please correct them and send it again."),
    "broken_json": N_("The request is not valid JSON. Please check it and send it again."),
    "duplicate_field": N_("A field is there twice. Please send each field once."),
    "broken_form": N_("The form could not be read. Please open the page again and send it once more."),
    "unknown_action": N_("Please use one of the buttons on the page."),
    "not_an_object": N_("The request must be a JSON object with the fields of the documentation."),
    "body_too_large": N_("The request is larger than 256 KB. Please send less text."),
    "unsupported_media_type": N_("Send JSON (application/json) here, or use the form on the page."),
    "method_not_allowed": N_("This address does not know that method."),
    "not_found": N_("There is nothing at this address. Please check it or begin at the first page."),
    "token_missing": N_("Send the link's token in the header Authorization: Bearer …"),
    "link_unknown": N_(
        "This link opens nothing. Please open it again from the text message or the sheet, complete to the last letter."
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
    "too_many_transfers": N_(
        "This bell was handed on too often. Please answer it, or ask the subdistrict office."
    ),
    "case_not_open": N_("This case takes no bell any more: it is at “%(stage)s”. Open a new one instead."),
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
    "too_many_words": N_(
        "A great deal was written from here today. Please go on in %(minutes)s min, or call."
    ),
    "too_many_rings": N_(
        "Too many bells from here in a short time. In danger call 110, 119 or 120; "
        "else please ring again in %(minutes)s min."
    ),
    "no_such_case": N_("There is no such case."),
    "not_your_case": N_("This case belongs to another place, whose staff look after it."),
    "party_gone": N_("You no longer take part in this case, so this link opens nothing."),
    "upload_missing": N_("A file did not arrive. Please choose it once more and send the form again."),
    "not_your_turn": N_("This is not for you to do now; somebody else has to act first."),
    "changed_meanwhile": N_(
        "The case has changed since you opened it. Nothing you typed is lost: "
        "please look at what is new and send it again."
    ),
    "merged_into": N_("This case goes on in case %(into)s. Please continue there."),
    "paused": N_(
        "The clock of the case stands still: this is possible once it goes on again. Possible now: %(possible)s."
    ),
    "case_not_possible_now": N_(
        "That is not possible now: the case is at “%(stage)s”. Possible now: %(possible)s."
    ),
    "case_nothing_possible": N_("That is not possible now: the case is at “%(stage)s”."),
    "already_chosen": N_("The choice has been made already and stands."),
    "nothing_to_sign": N_("There is nothing for you to sign now."),
    "party_is_bound": N_("This party still has an obligation to meet and cannot leave before that."),
    "reopening_over": N_("The time for reopening this matter is over. Please ring a new bell."),
    "meeting_held": N_("This meeting has taken place already."),
    "meeting_cancelled": N_("This meeting was cancelled."),
    "obligation_drafted": N_("This obligation is only drafted and binds nobody yet."),
    "obligation_open": N_("This obligation has not been reported as done yet."),
    "obligation_performed": N_("This obligation is reported as done and waits to be accepted."),
    "obligation_accepted": N_("This obligation is met and accepted already."),
    "obligation_void": N_("This obligation no longer binds anybody."),
    "bell_still_open": N_(
        "Your bell is not decided yet. It has to be taken back together with your data (withdraw): then nobody comes."
    ),
    "case_still_open": N_(
        "Case %(case)s is still being settled, and others rely on knowing with whom. Ask whoever looks after it to end "
        "it (write to them on its page, or call 12345); after that you can erase your data here at once."
    ),
    "guest_still_needed": N_(
        "Case %(case)s goes on with you. Ask whoever looks after it to take you out of it (write to them on its page, "
        "or call 12345); after that you can erase your data here at once."
    ),
    "guest_invited_again": N_(
        "You were invited again, so this link opens nothing any more. "
        "Please use the newest one; if you do not have it, call 12345."
    ),
    "listed_in_directory": N_(
        "You were invited as an organisation of the directory, which the subdistrict keeps: "
        "call 12345 to have it corrected."
    ),
    "data_erased": N_(
        "Your name, number and words were erased, so nothing more can be written here. You can ring a new bell."
    ),
    "unavailable": N_("The service is very busy. Nothing was lost; please try again in a few seconds."),
    "no_such_poll": N_("There is no such poll."),
    "no_such_anchor": N_("There is no anchor of that day."),
    "not_counted_yet": N_("There is no result yet: it is published once everything is counted."),
    "not_before_the_end": N_("The notice says that this is shown after the end only."),
    "poll_not_possible_now": N_(
        "That is not possible now: the poll is at “%(poll_stage)s”. Possible: %(possible)s."
    ),
    "poll_not_open": N_("Voting has not begun yet. Please come back when it has."),
    "poll_over": N_("Voting is over; this vote was not taken."),
    "reminded_already": N_("Those who have not voted were reminded less than a day ago."),
    "case_not_negotiating": N_(
        "Case %(case)s is not at negotiating, so its neighbours cannot be asked now. Please look at the case first."
    ),
    "link_replaced": N_(
        "This link was replaced by a new sheet. Please use that one, or vote with your phone."
    ),
    "too_many_links": N_("This unit has had too many new links. Please enter its ballot on paper."),
    "too_many_ballots": N_("For this unit was voted too often. Please come to the community office."),
    "wechat_not_offered": N_("There is no WeChat mini program here. Please use your phone and a code."),
    "wechat_not_bound": N_("Your WeChat is not bound. Please bind it first."),
    "wechat_code_over": N_(
        "WeChat's code was used or is too old. Please open the page again and try once more."
    ),
    "wechat_refused": N_("WeChat does not vouch for this account. Please use your phone and a code."),
    "wechat_too_often": N_("That was too often. Please try again in %(minutes)s min."),
    "ballot_key_reused": N_(
        "This Idempotency-Key was used for another vote of the unit. Please use a new key."
    ),
}
FIELD_MESSAGES: Final[Mapping[str, str]] = {
    "too_many": N_("That is more than one case can hold. Please take something off first."),
    "unreadable": N_("This cannot be read. Please look at the example in the documentation."),
    "required": N_("Please fill this in."),
    "unknown": N_("Please choose one from the list."),
    "too_long": N_("Please shorten this to %(limit)s characters."),
    "wrong_type": N_("This must be text."),
    "same_place": N_("The bell rings there already. Please choose another place or another desk."),
    "not_a_day": N_("Please give the day as 2026-11-23."),
    "bad_cursor": N_("This page of the list no longer exists. Please begin again without a cursor."),
    "control_characters": N_("Please remove the invisible control characters."),
    "not_a_phone": N_(
        "Please give a mobile number, such as 138 0000 1234, or a number with country code, such as +44 20 7946 0000."
    ),
    "consent_required": N_(
        "Please read the privacy notice and agree to it: without your number nobody can call you."
    ),
    "wechat_consent": N_("Please read what is kept of your WeChat and agree to it."),
    "past": N_("Please choose a time that is still to come."),
    "not_later": N_("Please choose a time later than the present deadline."),
    "not_yet": N_("This lies still ahead. Please record it once it has taken place."),
    "out_of_range": N_("This number is too small or too large."),
    "negative": N_("This cannot be less than nothing."),
    "twice": N_("Something is in the list twice. Please name each once."),
    "authority_missing": N_("Please add a photo of the written authority."),
    "no_such_door": N_(
        "The roll of this poll has no such room in this building. "
        "Please write it as on the sheets, such as 1单元101."
    ),
    "not_disputed": N_("The ballots of this unit do not contradict each other."),
    "none_left": N_("At least one bell must stay in this case."),
    "no_draft": N_("Please draft the agreement first: there is nothing to sign yet."),
    "not_yours": N_("This is for somebody else to do."),
    "own_work": N_("What one has done oneself is for others to accept."),
    "too_far": N_("Please choose a time within the next ten years."),
    "upload_missing": N_("A file did not arrive. Please choose it once more and send the form again."),
    "no_phone": N_("No phone number is known for you. Please sign on paper instead."),
    "not_a_time": N_("Please give day and time, such as 2026-11-24 14:00."),
    "not_a_price": N_("Please give the price in figures, such as 23.80."),
    "not_a_number": N_("Please give a number in figures."),
    "not_a_mail": N_("Please give a mail address, such as name@example.org."),
    "phone_or_mail": N_("Please give a phone number or a mail address: without one nobody can be invited."),
    "no_committee": N_(
        "No people's mediation committee is set up for this place. Please choose minutes of consultation."
    ),
    "no_commitment": N_("What was written did not arrive. Please write it again."),
    "outdated_consent": N_("The privacy notice has changed. Please read it again and agree to it."),
    "notice_too_short": N_(
        "The notice must be out for %(days)s days before voting begins. Please choose a later time."
    ),
    "poll_too_short": N_(
        "Owners need five days to vote, households ten minutes at least. Please choose a later end."
    ),
    "poll_too_long": N_("Voting may last %(days)s days at most, extensions included."),
    "mixed_matters": N_("Households and owners cannot be asked in one poll. Please make two of it."),
    "options_fixed": N_("Owners vote for, against or abstain; other choices are for households only."),
    "never_before_the_end": N_("What was chosen so far is never shown to everybody before the end."),
    "needs_covenant": N_("This needs the covenant's rule “with the majority”."),
    "file_empty": N_("There is no row in this file. Please choose the file with the roll."),
    "file_too_large": N_("The file is larger than %(limit)s MB. Please split it, or save it as XLSX."),
    "file_old_excel": N_("This is an old Excel file (.xls). Please save it as .xlsx or CSV."),
    "file_unreadable": N_("This file cannot be read. Please save it as CSV or XLSX and choose it again."),
    "no_such_sheet": N_("The workbook has no such sheet."),
    "file_too_many_rows": N_("The file has more than %(limit)s rows."),
    "file_too_many_columns": N_("The file has more than %(limit)s columns."),
    "roll_rows": N_("%(rows)s rows of the file are wrong, so nothing was taken. Please look at the preview."),
    "missing_columns": N_("These columns were not found: %(columns)s. Please name them in the first row."),
    "cell_date": N_("A spreadsheet made a date of this. Please format the column as text and type it again."),
    "cell_error": N_("The cell holds an error of the spreadsheet. Please put it right there."),
    "duplicate_unit": N_("This building and room stand in row %(first)s already."),
    "no_owner": N_("Nobody owns this unit, so nobody can vote for it."),
    "same_name": N_(
        "This name stands at several units without mark or phone here: they count as different owners."
    ),
    "same_phone_other_mark": N_(
        "The same name and phone has another mark elsewhere: they count as different owners."
    ),
    "area_small": N_("Is this right? The area is below 5 m²."),
    "area_large": N_("Is this right? The area is above 2,000 m²."),
    "not_an_area": N_("This is no area in m²."),
    "too_precise": N_("An area has two decimals at most."),
    "merged_area": N_("An area that is merged over several rows belongs to none of them."),
    "too_many_owners": N_("A unit can have %(limit)s owners at most."),
    "more_than_owners": N_("There are more of them than owners."),
    "whole_id_number": N_(
        "This looks like a whole identity number. The last four digits are enough, and safer."
    ),
    "phone_unreachable": N_("This is no phone that can be reached; the owner gets no code and no reminder."),
    "voter_unknown": N_("This voter is none of the owners; nobody is named then."),
    "unknown_kind": N_("Please write dwelling, commercial or parking."),
    "not_yes_or_no": N_("Please write yes or no."),
}
NAMED: Final[Mapping[tuple[str, str], str]] = {
    ("desk", "required"): N_("Please choose who should help."),
    ("category", "required"): N_("Please choose what it is about."),
    ("neighbourhood", "required"): N_("Please choose your neighbourhood."),
    ("text", "required"): N_("Please write what it is about."),
    ("name", "required"): N_("Please give the name."),
    ("code", "required"): N_("Please type the six digits of the message."),
    ("phone", "required"): N_("Please leave a number on which you can be called."),
    ("reason", "required"): N_("Please give the reason: the resident reads it."),
    ("go_to", "required"): N_("Please say where the resident can go instead."),
    ("reason_code", "unknown"): N_("Please choose the ground."),
    ("staff", "required"): N_("Please choose who takes over."),
    ("staff", "unknown"): N_("Please choose somebody who works for this place."),
    ("role", "unknown"): N_("Please choose the role from the list."),
    ("notes", "required"): N_("Please write what you found."),
    ("question", "required"): N_("Please write the question."),
    ("days", "out_of_range"): N_("Please choose between 1 day and 30 days."),
    ("reason", "unknown"): N_("Please choose the reason."),
    ("waits_for", "required"): N_("Please say whom or what we wait for."),
    ("until", "required"): N_("Please say until when."),
    ("until", "past"): N_("“Until” must be still to come."),
    ("options", "required"): N_("Please offer at least two options."),
    ("options", "twice"): N_("Two options have the same name."),
    ("price", "negative"): N_("A price cannot be less than nothing."),
    ("option", "unknown"): N_("Please choose one of the options."),
    ("offer", "unknown"): N_("These options were never offered in this case."),
    ("key", "unknown"): N_("Please choose a deadline of this case that can be extended."),
    ("party", "unknown"): N_("Please choose a party of this case."),
    ("answers", "too_many"): N_("WeChat asks for three templates at once at most."),
    ("answers", "unknown"): N_("Please ask for the templates of this mini program only."),
    ("party", "too_many"): N_("A case has room for 100 parties."),
    ("at", "required"): N_("Please say when."),
    ("at", "past"): N_("The meeting must be still to come."),
    ("invited", "required"): N_("Please choose whom to invite."),
    ("invited", "unknown"): N_("Please invite only who takes part in the case."),
    ("agenda", "required"): N_("Please write what the meeting is about."),
    ("meeting", "unknown"): N_("There is no such meeting in this case."),
    ("meeting", "not_yet"): N_("The meeting has not begun yet. Please record it afterwards."),
    ("attended", "required"): N_("Please choose who was there."),
    ("minutes", "required"): N_("Please write the minutes."),
    ("answer", "unknown"): N_("Please answer yes, no or another time."),
    ("plan", "required"): N_("Please write the plan."),
    ("plan", "unknown"): N_("There is no such version of the plan."),
    ("form", "unknown"): N_("Please choose minutes of consultation or a mediation agreement."),
    ("terms", "required"): N_("Please write at least one term."),
    ("signatories", "required"): N_("Please choose who has to sign."),
    ("signatories", "unknown"): N_("Only who takes part in the case can sign."),
    ("signatory", "unknown"): N_("This person is not to sign this agreement."),
    ("duties", "required"): N_("Please say for each obligation what is to be done and by when."),
    ("duty", "required"): N_("Please say what is to be done and by when."),
    ("place", "required"): N_("Please say where it takes place, or how one joins."),
    ("subject", "required"): N_("Please write in a few words what it is about."),
    ("organisation", "unknown"): N_("Please choose somebody from the directory."),
    ("who", "unknown"): N_("Please choose who is to do it among those who take part."),
    ("what", "required"): N_("Please write what is to be done."),
    ("due_at", "required"): N_("Please say by when."),
    ("due_at", "past"): N_("The date must be still to come."),
    ("proof", "required"): N_("Please add the proof: a photo, a receipt or a few words."),
    ("obligation", "unknown"): N_("There is no such obligation in this case."),
    ("how", "unknown"): N_("Please choose whether the neighbours are asked or the parties sign."),
    ("poll", "required"): N_("Please name the poll."),
    ("result", "required"): N_("Please write the result."),
    ("summary", "required"): N_("Please write what was achieved."),
    ("reasons", "unknown"): N_("Please choose the reasons from the list."),
    ("case", "required"): N_("Please give the number of the other case."),
    ("case", "unknown"): N_("Please give the number of another open case."),
    ("bells", "required"): N_("Please choose the bells."),
    ("bells", "unknown"): N_("Please choose bells of this case."),
    ("choices", "required"): N_("Please make your choice."),
    ("choices", "unknown"): N_("Please choose one of the options on the ballot."),
    ("unit", "unknown"): N_("Please choose a unit of the roll."),
    ("via", "unknown"): N_("Please say whether it comes from the door or from paper."),
    ("photo", "required"): N_("Please add a photo of the sheet: the entry can be checked against it."),
    ("photo", "unknown"): N_("Please choose the photo of the sheet once more."),
    ("roll", "required"): N_("There is no roll yet. Please import it first."),
    ("opens_at", "past"): N_("Voting cannot begin in the past. Please choose a later time."),
    ("notice_days", "out_of_range"): N_("Please give between %(least)s and %(most)s days."),
    ("entry_hours", "out_of_range"): N_(
        "Please give between 0 and 168 hours: paper is entered for a week at most."
    ),
    ("options", "out_of_range"): N_("Please give two to ten choices, each on a line of its own."),
    ("question1", "required"): N_("Please write the question."),
    ("opens_at", "required"): N_("Please say when voting begins."),
    ("closes_at", "required"): N_("Please say when voting ends."),
    ("closes_at", "not_later"): N_("Please choose an end later than the present one."),
    ("building", "required"): N_("Please give the building."),
    ("room", "required"): N_("Please give the room."),
    ("age", "out_of_range"): N_(
        "This vote was cast too long ago. Please enter it on paper with a photo of the sheet."
    ),
    ("ballot", "unknown"): N_("Please choose a ballot of this unit."),
    ("topics", "required"): N_("Please write the question."),
    ("Idempotency-Key", "required"): N_("Please send the header Idempotency-Key, the same for every repeat."),
    ("owners", "required"): N_("Please name the owner, or say that the developer holds the unit."),
    ("area", "required"): N_("Please give the area."),
    ("content", "required"): N_("Please choose the file with the roll."),
    ("number", "unknown"): N_("There is no such version, or it was forgotten. Please import the file again."),
}


def message(language: str, code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence for an error code; an unknown code is shown as it is."""
    known = MESSAGES.get(_of_a_case(code, params or {}, language))
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
    return (
        translate(language, known, **_named(params, language))
        if "%(" in known
        else translate(language, known)
    )


def _named(params: Mapping[str, object], language: str) -> Mapping[str, object]:
    """The parameters with columns of a roll by their names, not by their ids."""
    found = params.get("columns")
    if not isinstance(found, list):
        return params
    names = (poll_labels.column(str(column), language) for column in found)
    return {**params, "columns": translate(language, N_(", ")).join(names)}


def _of_a_case(code: str, params: Mapping[str, object], language: str) -> str:
    """The same refusal says something else of a case than of a bell: a case has a stage."""
    if "stage" not in params or code != "not_possible_now":
        return code
    return "case_not_possible_now" if _possible(params, language) else "case_nothing_possible"


def _possible(params: Mapping[str, object], language: str) -> str:
    verbs = params.get("possible")
    if "poll_stage" in params and isinstance(verbs, list):
        return poll_labels.verbs(map(str, verbs), language)
    return case_labels.verbs(map(str, verbs), language) if isinstance(verbs, list | tuple) else ""


def _readable(params: Mapping[str, object], language: str) -> dict[str, object]:
    shown = {name: value for name, value in params.items() if not isinstance(value, datetime)}
    if "status" in shown:
        shown["status"] = labels.status(str(shown["status"]), language)
    if "stage" in shown:
        shown["stage"] = case_labels.stage(str(shown["stage"]), language)
    if "poll_stage" in shown:
        shown["poll_stage"] = poll_labels.stage(str(shown["poll_stage"]), language)
    if "into" in shown:
        shown["into"] = number(str(shown["into"]))
    return {"by": "", "status": "", **shown, "possible": _possible(params, language)}
