"""Drafting a poll, and changing the draft as long as it is one."""

from __future__ import annotations

from collections.abc import Mapping

from chalice import Response

from chalicelib.ballot import screens
from chalicelib.core.errors import Conflict, FieldError, Forbidden, Invalid
from chalicelib.http import Call, explain
from chalicelib.place.rules import Directory
from chalicelib.poll import access, orders, service, wire
from chalicelib.poll.drafting import yes_no
from chalicelib.poll.rules import refusal
from chalicelib.poll.state import Poll, Stage
from chalicelib.polldesk import desk_screens
from chalicelib.polldesk.field import staff
from chalicelib.polldesk.forms import number
from chalicelib.web.edge import see_other, show
from chalicelib.web.views import FieldError as Shown

Form = Mapping[str, str]
_MOST_TOPICS = 3
_HOUR = 3_600


def new_poll_page(call: Call) -> Response:
    """A form for a draft; a link from a case brings its number."""
    member, directory = call.staff
    if not access.manages(member):
        raise Forbidden("role_not_for_this")
    typed = {"case": call.query.get("case", ""), "neighbourhood": call.query.get("neighbourhood", "")}
    return _show(call, directory, typed)


def new_poll(call: Call) -> Response:
    """Draft it; what was typed stays when something is wrong."""
    (member, directory), form = call.staff, call.form()
    notes = orders.Notes()
    try:
        command = orders.draft(_drafted(form), notes)
        poll = service.draft(
            call.ports,
            directory,
            member,
            form.get("neighbourhood", ""),
            command,
            case=form.get("case", "").strip(),
            known=notes.problems,
        )
    except Invalid as error:
        return _show(call, directory, form, error=error)
    return see_other(call, f"/polls/{poll.id}/desk?told=drafted")


def edit_page(call: Call, poll_id: str) -> Response:
    """The draft in its form."""
    poll, directory = _draft(call, poll_id)
    return _show(call, directory, typed_of(poll), poll=poll)


def redraft(call: Call, poll_id: str) -> Response:
    """Change the draft; what was typed stays when something is wrong."""
    (poll, directory), form = _draft(call, poll_id), call.form()
    notes = orders.Notes()
    try:
        command = orders.draft(_drafted(form), notes)
        seen = number(form.get("version", "0"))
        service.act(call.ports, staff(call), poll_id, lambda _: command, seen=seen, known=notes.problems)
    except (Invalid, Conflict) as error:
        return _show(call, directory, form, poll=poll, error=error)
    return see_other(call, f"/polls/{poll_id}/desk?told=redrafted")


def fits(poll: Poll) -> bool:
    """Whether the form can hold the draft: programs may draft more than it has fields for."""
    first, *others = poll.topics
    return (
        len(poll.topics) <= _MOST_TOPICS
        and len({topic.matter for topic in poll.topics}) == 1
        and all(topic.options == yes_no(poll.terms) for topic in others)
        and not any(option.label_en for option in first.options)
        and poll.entry_seconds % _HOUR == 0
    )


def typed_of(poll: Poll) -> Form:
    """The draft as somebody would have typed it."""
    terms, first = poll.terms, poll.topics[0]
    own = first.options if first.options != yes_no(terms) else ()
    typed = {
        "neighbourhood": poll.neighbourhood,
        "case": poll.case,
        "matter": str(first.matter),
        "options": "\n".join(option.label for option in own),
        "share": "/".join(map(str, terms.share)),
        "of": terms.of,
        "secret": "1" if terms.secret else "0",
        "public": str(terms.public),
        "officials": str(terms.officials),
        "notice_days": str(poll.notice_days),
        "entry_hours": str(poll.entry_seconds // _HOUR),
    }
    ticked = {name: "1" for name in ("parking", "covenant", "silent_with_majority") if getattr(terms, name)}
    asked = {f"question{n}": topic.question for n, topic in enumerate(poll.topics, 1)}
    english = {f"question{n}_en": topic.question_en for n, topic in enumerate(poll.topics, 1)}
    return typed | ticked | asked | english


def _draft(call: Call, poll_id: str) -> tuple[Poll, Directory]:
    poll, directory = service.opened(call.ports, staff(call), poll_id)
    access.require_manager(staff(call))
    if poll.stage is not Stage.DRAFT or not fits(poll):
        raise refusal(poll)
    return poll, directory


def _drafted(form: Form) -> wire.PollRequest:
    """The draft as programs would send it."""
    matter = number(form.get("matter", "0"))
    own = [line.strip() for line in form.get("options", "").splitlines() if line.strip()]
    options = [wire.OptionRequest(id=f"o{n}", label=label) for n, label in enumerate(own, 1)]
    topics = []
    for n in range(1, _MOST_TOPICS + 1):
        if question := form.get(f"question{n}", "").strip():
            english = form.get(f"question{n}_en", "").strip()
            mine = options if n == 1 else []
            topics.append(
                wire.TopicRequest(question=question, question_en=english, matter=matter, options=mine)
            )
    above, _, below = form.get("share", "1/2").partition("/")
    terms = wire.TermsRequest(
        parking=bool(form.get("parking")),
        covenant=bool(form.get("covenant")),
        silent_with_majority=bool(form.get("silent_with_majority")),
        share=[number(above), number(below)],
        of=form.get("of", "asked"),
        secret=form.get("secret", "1") == "1",
        public=form.get("public", "turnout"),
        officials=form.get("officials", "turnout"),
    )
    return wire.PollRequest(
        topics=topics,
        terms=terms,
        notice_days=number(form.get("notice_days", "7")),
        entry_seconds=number(form.get("entry_hours", "24")) * 3_600,
    )


def _show(
    call: Call,
    directory: Directory,
    form: Form,
    *,
    poll: Poll | None = None,
    error: Invalid | Conflict | None = None,
) -> Response:
    status, told = 200, tuple[Shown, ...]()
    if isinstance(error, Invalid):
        status, told = 400, screens.messages([_in_form(e) for e in error.errors], call.language)
    elif error:
        status, body, _ = explain(error, call.language)
        told = (Shown("draft", body.message),)
    view = desk_screens.draft(directory, staff(call), form, call.language, told, poll)
    return show(call, "poll_draft.html", view, directory=directory, status=status)


def _in_form(error: FieldError) -> FieldError:
    """The error at the field of the form that is to blame."""
    _, topic, rest = error.field.partition("topics[")
    at, _, name = rest.partition("].")
    if topic and name.startswith("options"):
        return FieldError("options", error.code, error.params)
    if topic and name.startswith("question"):
        return FieldError(name.replace("question", f"question{int(at) + 1}"), error.code, error.params)
    named = {"topics": "question1", "entry_seconds": "entry_hours"}
    field = named.get(error.field, error.field.removeprefix("terms."))
    return FieldError(field, error.code, error.params)
