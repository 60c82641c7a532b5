"""What a client needs before it can ring: places, categories, the privacy notice; and whether we are well."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.core.times import iso
from chalicelib.http import Call, Reply, operation
from chalicelib.place import wire
from chalicelib.place.categories import CATEGORIES
from chalicelib.place.rules import Community, Directory, Organisation
from chalicelib.session.rules import EVERYBODY, STAFF
from chalicelib.web import labels, privacy

blueprint = Blueprint(__name__)


@operation(
    blueprint,
    "GET",
    "/v1/places",
    audience=EVERYBODY,
    summary="The tree of places",
    answers={200: wire.PlaceTree},
)
def places(call: Call) -> wire.PlaceTree:
    """Subdistricts with their communities and neighbourhoods."""
    return wire.PlaceTree([_subdistrict(directory) for directory in call.ports.directories.all()])


def _subdistrict(directory: Directory) -> wire.PlaceBody:
    root = directory.subdistrict
    children = [_community(community) for community in directory.communities]
    return wire.PlaceBody(root.id, root.name, root.name_en, "subdistrict", children)


def _community(community: Community) -> wire.PlaceBody:
    children = [wire.PlaceBody(n.id, n.name, n.name_en, "neighbourhood") for n in community.neighbourhoods]
    return wire.PlaceBody(community.id, community.name, community.name_en, "community", children)


@operation(
    blueprint,
    "GET",
    "/v1/categories",
    audience=EVERYBODY,
    summary="What a bell can be about",
    answers={200: wire.CategoryList},
)
def categories(call: Call) -> wire.CategoryList:
    """All categories with how much they hurry."""
    return wire.CategoryList(
        [wire.CategoryBody(c.id, labels.category(c.id, call.language), c.urgency) for c in CATEGORIES]
    )


@operation(
    blueprint,
    "GET",
    "/v1/organisations",
    audience=STAFF,
    summary="Whom a case can invite",
    answers={200: wire.OrganisationList},
    problems=(401, 403),
    query={"place": "a neighbourhood or community, whose own organisations then come first"},
)
def organisations(call: Call) -> wire.OrganisationList:
    """Everybody the place file names, with whom to ask for there and how to reach them."""
    directory = call.signed_in.directory or call.ports.directories.of(call.prefix)
    known = directory.organisations_of(call.query.get("place", ""))
    return wire.OrganisationList([_organisation(one) for one in known], directory.committee)


def _organisation(one: Organisation) -> wire.OrganisationBody:
    places = list(one.places)
    return wire.OrganisationBody(
        one.id, one.kind, one.name, one.name_en, one.person, one.phone, one.mail, places
    )


@operation(
    blueprint,
    "GET",
    "/v1/privacy-notice",
    audience=EVERYBODY,
    summary="The privacy notice in force",
    answers={200: wire.NoticeBody},
    problems=(404,),
    query={"prefix": "the subdistrict's prefix"},
)
def privacy_notice(call: Call) -> wire.NoticeBody:
    """The text to consent to, and its version."""
    root = call.ports.directories.of(call.prefix).subdistrict
    name = root.name_en if call.language == "en" and root.name_en else root.name
    found = privacy.notice(call.language, name, "12345")
    return wire.NoticeBody(found.version, found.text)


@operation(
    blueprint,
    "GET",
    "/v1/health",
    audience=EVERYBODY,
    summary="Whether the service is well",
    answers={200: wire.HealthBody, 503: wire.HealthBody},
)
def health(call: Call) -> Reply:
    """503 while no place is loaded."""
    loaded = len(call.ports.directories.all())
    body = wire.HealthBody("ok" if loaded else "no_place", loaded, iso(call.ports.clock.now()))
    return Reply(body, 200 if loaded else 503)
