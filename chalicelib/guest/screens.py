"""A case as its residents and parties see it: the view of their page. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from chalicelib.case import access
from chalicelib.case.course import RATING_REASONS
from chalicelib.case.reading import Lens
from chalicelib.case.stages import Stage
from chalicelib.case.telling import story as story_of
from chalicelib.core import ids
from chalicelib.core import text as texts
from chalicelib.core.chain import Event, verify
from chalicelib.core.times import parse_iso
from chalicelib.guest import cards
from chalicelib.web import guest_views as v
from chalicelib.web.i18n import N_, translate
from chalicelib.web.views import FieldError, Person, RecordPanel

ROAD = (
    Stage.LOOKING_INTO,
    Stage.NEGOTIATING,
    Stage.CONSULTING,
    Stage.AGREED,
    Stage.CARRYING_OUT,
    Stage.DONE,
)
TOLD = frozenset(
    {
        "replied",
        "chosen",
        "responded",
        "sent",
        "commented",
        "coded",
        "signed",
        "accepted",
        "sent_back",
        "performed",
    }
    | {"rated", "reopened", "confirmed", "uploaded"}
)
_ELSEWHERE = frozenset({"drafted", "offered", "promised", "held"})
_BLANK, _NO_FILES = v.GuestForm(), v.Added()


@dataclass(frozen=True)
class Desk:
    """What belongs to this visit and not to the case: where the page is, what was typed, what went wrong.

    `earlier`: what happened to the reader's bell before it became a case; `since`: the version that they saw.
    """

    path: str
    token: str
    phone: str = ""
    told: str = ""
    form: v.GuestForm = _BLANK
    errors: tuple[FieldError, ...] = ()
    added: v.Added = _NO_FILES
    uploads: Mapping[str, v.UploadForm] = field(default_factory=dict)
    since: int | None = None
    earlier: tuple[v.Entry, ...] = ()
    rung_at: datetime | None = None
    reopen_until: datetime | None = None


def guest(lens: Lens, desk: Desk) -> v.GuestView:
    """The page of a resident or of a party."""
    case, story = lens.case, story_of(lens)
    verbs = access.open_to(case, lens.viewer)
    asked = desk.told == "coded" or desk.form.action == "sign"
    rating = case.deadline("rating")
    view = v.GuestView(
        side="party" if lens.viewer.side == "party" else "resident",
        path=desk.path,
        case_id=case.id,
        number=ids.number(case.id),
        stage=case.stage,
        category=case.category,
        urgency=case.urgency,
        version=case.version,
        road=tuple(road(lens)),
        turn=v.Turn("nobody", ""),
        entries=(*desk.earlier, *(entry(lens, event, story[event.seq]) for event in lens.told())),
        wrote=_wrote(lens),
        record=record_panel(lens),
        token=desk.token,
        owner=owner_of(lens),
        me=_me(lens),
        bell_number=_bell_number(lens),
        cosigners=len(case.bells) - 1,
        cosigning=lens.viewer.id in case.bells[1:],
        paused=case.paused,
        pause_reason=case.pause.reason if case.pause else "",
        parties=lens.names([p.id for p in case.parties if p.active]),
        question=cards.question(lens, verbs),
        offers=cards.offers(lens, verbs),
        meetings=cards.meetings(lens, desk.path, verbs),
        plans=cards.plans(lens, verbs),
        agreement=cards.agreement(lens, verbs, asked, desk.phone),
        duties=cards.duties(lens, verbs),
        can_rate="rate" in verbs,
        rate_until=rating.due_at if rating else None,
        rate_reasons=RATING_REASONS,
        rating=rating_card(lens),
        can_reopen="reopen" in verbs and _may_reopen(lens, desk),
        reopen_until=desk.reopen_until,
        routes=_routes(lens),
        failed_words=_failed_words(lens),
        can_message="message" in verbs,
        uploads=tuple(desk.uploads.items()),
        added=desk.added,
        papers=papers(lens, desk.path),
        changed=_changed(lens, desk, story),
        form=desk.form,
        errors=desk.errors,
        flash=desk.told if desk.told in TOLD else "",
    )
    return replace(view, turn=cards.turn(lens, view))


def road(lens: Lens) -> Iterator[v.Stop]:
    """The stages: those that were passed, where the case stands, those that usually follow."""
    case = lens.case
    passed = {e.data["stage"] for e in lens.events if "stage" in e.data}
    if case.stage is Stage.FAILED:
        yield from (v.Stop(s, "past") for s in ROAD if s in passed)
        yield v.Stop(Stage.FAILED, "now")
        return
    now = Stage.DONE if case.stage is Stage.CLOSED else case.stage
    at = ROAD.index(now)
    for index, stage in enumerate(ROAD):
        if index < at and stage in passed:
            yield v.Stop(stage, "past")
        elif index >= at:
            yield v.Stop(stage, "next" if index > at else "past" if case.stage is Stage.CLOSED else "now")


def entry(lens: Lens, event: Event, text: str) -> v.Entry:
    """An event with what was written, as far as the reader may read it."""
    readable = access.readable(event, lens.viewer, lens.case)
    refs = [{"id": ref} for ref in access.refs_in(event.data)] if readable else []
    # Terms, options and resolutions are shown where they belong, numbered and with who they bind; of a signature
    # made by code there is nothing to show but the number that the code went to.
    refs = refs if event.kind not in _ELSEWHERE and event.data.get("by") != "code" else []
    return v.Entry(
        event.seq,
        event.kind,
        parse_iso(event.at),
        text,
        "\n".join(filter(None, map(lens.words, refs))),
        tuple(photo for ref in refs for photo in lens.files(ref)),
    )


def _changed(lens: Lens, desk: Desk, story: Mapping[int, str]) -> tuple[v.Entry, ...]:
    if desk.since is None:
        return ()
    news = access.since(lens.events, desk.since)
    return tuple(entry(lens, e, story[e.seq]) for e in news if access.visible(e, lens.viewer, lens.case))


def _wrote(lens: Lens) -> v.Wrote:
    case, own = lens.case, lens.viewer.side == "resident"
    contact = lens.residents.get(lens.viewer.id if own else case.bells[0])
    place = lens.directory.neighbourhood(case.neighbourhood)
    named = (place.name_en if lens.language == "en" and place.name_en else place.name) if place else ""
    name, where = texts.mask_name(contact.name) if contact else "", named or case.neighbourhood
    if contact is None or not own:
        return v.Wrote("", name, where, case.opened_at)
    phone = texts.mask_phone(contact.phone)
    return v.Wrote(contact.text, name, where, case.opened_at, phone, contact.where)


def record_panel(lens: Lens) -> RecordPanel:
    """Whether the record of the case holds together, and where it ends."""
    verdict = verify(lens.events, lens.case.tip, lens.case.thing)
    return RecordPanel(verdict.events, lens.case.tip.hash, verdict.intact)


def owner_of(lens: Lens) -> Person | None:
    """Who works on the case, unless they have left."""
    member = lens.directory.member(lens.case.owner)
    return Person(member.name, str(member.role)) if member else None


def _me(lens: Lens) -> str:
    return lens.name(lens.viewer.id)


def _bell_number(lens: Lens) -> str:
    return ids.number(lens.viewer.id) if lens.viewer.side == "resident" else ""


def rating_card(lens: Lens) -> v.RatingCard | None:
    """The resident's word."""
    rated = lens.case.rating
    if rated is None:
        return None
    content = rated.solved and rated.satisfied
    return v.RatingCard(rated.answered, rated.solved, rated.satisfied, content)


def _may_reopen(lens: Lens, desk: Desk) -> bool:
    rated = rating_card(lens)
    within = desk.reopen_until is None or lens.now <= desk.reopen_until
    return within or (rated is not None and not rated.content)


def _routes(lens: Lens) -> tuple[str, ...]:
    failed = lens.last("failed")
    return tuple(failed.data["routes"]) if failed and lens.case.stage is Stage.FAILED else ()


def _failed_words(lens: Lens) -> str:
    failed = lens.last("failed")
    return lens.words(failed.data["text"]) if failed and lens.case.stage is Stage.FAILED else ""


def papers(lens: Lens, path: str) -> tuple[v.PaperLink, ...]:
    """What can be printed from here."""
    case = lens.case
    held = [m.number for m in case.meetings if m.status == "held"]
    if lens.viewer.side == "party":
        held = [
            m.number for m in case.meetings if m.status == "held" and lens.mine & {*m.invited, *m.attended}
        ]
    links = [v.PaperLink(f"{path}/print/minutes-{n}", "minutes", n) for n in held]
    drawn = case.agreement
    if drawn and (lens.viewer.side != "party" or lens.mine & set(drawn.signatories)):
        links.append(v.PaperLink(f"{path}/print/agreement", drawn.form))
    if lens.viewer.side != "party" and case.stage in {Stage.DONE, Stage.CLOSED}:
        links.append(v.PaperLink(f"{path}/print/case", "case"))
    return tuple(links)


def summary(lens: Lens) -> str:
    """What a meeting is called in a calendar; nothing of what was written is in it."""
    return translate(lens.language, N_("Meeting on case %(number)s"), number=ids.number(lens.case.id))
