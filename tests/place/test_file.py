"""The place file: what it means, that nothing is lost, and what it says about mistakes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.case.parties import KINDS
from chalicelib.core.times import QuietHours
from chalicelib.people.staff import Change, Channel, Frequency, Override, Roster, Rotation, Staff
from chalicelib.place.file import BadPlace, decode, dump, encode, parse, review
from chalicelib.place.ladder import Desk, Ladder, LadderRule, Level, Role, Urgency
from chalicelib.place.rules import Community, Directory, Hotline, Neighbourhood, Organisation, Subdistrict
from chalicelib.place.terms import WEEK
from tests.place.sample import small

Spoil = Callable[[dict[str, Any]], object]


def problems(spoil: Spoil) -> dict[str, str]:
    """Path → sentence of every problem of the small file once spoilt."""
    file = small()
    spoil(file)
    with pytest.raises(BadPlace) as bad:
        parse(file)
    return {problem.path: problem.message for problem in bad.value.problems}


def warnings(spoil: Spoil) -> dict[str, str]:
    file = small()
    spoil(file)
    found = review(parse(file))
    assert all(problem.warning for problem in found)
    return {problem.path: problem.message for problem in found}


class TestMeaning:
    def test_every_key_arrives_where_it_belongs(self) -> None:
        directory = parse(small())
        assert directory.subdistrict == Subdistrict(
            "town",
            "TN",
            "镇",
            timezone="Europe/Berlin",
            country_code="49",
            quiet=QuietHours(time(21, 30), time(6)),
            hotlines=(Hotline("gas", "0211-000000"),),
        )
        assert directory.neighbourhood("lane") == Neighbourhood("lane", "小区", "", "小区", "Lane", 12)
        assert directory.member("ann") == Staff(
            "ann", "Ann", Role.SPECIALIST, ("lane",), phone="+491711234567"
        )
        bob = directory.member("bob")
        assert bob is not None
        assert (bob.channels, bob.deputy, bob.reachable) == ((Channel.MAIL,), "ann", (Channel.MAIL,))
        assert directory.rosters[0].rotations == (
            Rotation(("ann", "bob"), date(2026, 1, 5), time(9), Frequency.DAILY),
        )
        levels = (Level((Role.SPECIALIST,), 600, 1), Level((Role.LAWYER, Role.POLICE)))
        ladder = Ladder(levels, repeat_seconds=1200, decide_seconds=172_800, holds_in_quiet_hours=True)
        assert directory.ladders == (LadderRule(ladder, Urgency.ORDINARY, Desk.COMMUNITY),)

    def test_organisations_and_the_rules_of_cases_arrive_as_they_were_meant(self) -> None:
        directory = parse(small())
        assert directory.organisation("manor") == Organisation(
            "manor", "property_company", "Manor", "", "Max", "+491712345678", places=("lane",)
        )
        assert directory.organisation("judge") == Organisation(
            "judge", "lawyer", "Judge", mail="judge@example.org", language="en"
        )
        assert directory.organisation("nobody") is None
        assert directory.committee == "调解会"
        assert directory.official_vote == "市业主决策系统"
        assert directory.casework["days"] == [
            "2026-12-25 rest 圣诞",
            "2026-12-27 work",
            "2026 published",
        ]
        assert directory.casework["stages"][1]["within"] == "90m"

    def test_a_file_that_says_nothing_about_cases_is_one_too(self) -> None:
        file = small()
        for key in ("organisations", "committee", "casework", "official_vote"):
            del file[key]
        directory = parse(file)
        assert (directory.organisations, directory.committee, directory.casework) == ((), "", {})

    def test_the_organisations_of_a_place_come_before_the_others(self) -> None:
        file = small()
        file["organisations"].reverse()
        assert [o.id for o in parse(file).organisations_of("lane")] == ["manor", "judge"]
        assert [o.id for o in parse(file).organisations_of("elsewhere")] == ["judge", "manor"]

    def test_times_without_offset_are_the_places_own_and_across_a_clock_change_too(self) -> None:
        override = parse(small()).rosters[0].overrides[0]
        assert override.starts == datetime(2026, 3, 29, 0, tzinfo=UTC)  # 01:00 in winter time
        assert override.ends == datetime(2026, 3, 29, 2, tzinfo=UTC)  # 04:00 in summer time

    def test_times_with_offset_are_taken_as_they_are(self) -> None:
        file = small()
        file["rosters"][0]["overrides"][0] |= {
            "starts": "2026-03-29T00:00:00Z",
            "ends": "2026-03-29T09:00+08:00",
        }
        override = parse(file).rosters[0].overrides[0]
        assert override.ends - override.starts == timedelta(hours=1)

    def test_all_text_as_in_a_yaml_file_means_the_same(self) -> None:
        def texts(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: texts(item) for key, item in value.items()}
            if isinstance(value, list):
                return [texts(item) for item in value]
            return str(value)

        assert parse(texts(small())) == parse(small())

    def test_midnight_may_be_written_as_24(self) -> None:
        file = small()
        file["rosters"][0]["rotations"][0] |= {"from": "16:00", "until": "24:00", "handover": "16:00"}
        assert parse(file).rosters[0].rotations[0].until_time == time(0)

    @pytest.mark.parametrize(
        ("written", "seconds"), [("90s", 90), ("5m", 300), ("5 min", 300), ("2h", 7200), (45, 45)]
    )
    def test_durations_carry_their_unit_or_are_seconds(self, written: object, seconds: int) -> None:
        file = small()
        file["ladders"][0]["levels"][0]["wait"] = written
        assert parse(file).ladders[0].ladder.levels[0].seconds == seconds


IDS = st.sampled_from(["ann", "bob", "cid"])
ROLES = st.lists(st.sampled_from(Role), min_size=1, max_size=3, unique=True).map(tuple)
CLOCKS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
NAMES = st.text("街道小区AZaz 09·🔔", min_size=1, max_size=8).map(str.strip).filter(bool)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
ROTATIONS = st.builds(
    Rotation,
    st.lists(IDS, min_size=1, max_size=3).map(tuple),
    st.dates(),
    CLOCKS,
    st.sampled_from(Frequency),
    CLOCKS,
    CLOCKS,
)

ORGANISATIONS = st.builds(
    Organisation,
    st.sampled_from(["manor", "judge", "yard"]),
    st.sampled_from(KINDS),
    NAMES,
    NAMES,
    NAMES,
    st.sampled_from(["", "+8613800001001"]),
    st.sampled_from(["", "a@example.org"]),
    st.sampled_from(["zh-CN", "en"]),
    st.sampled_from([(), ("lane",), ("lane", "town")]),
)
TERMS = st.builds("{}{}".format, st.integers(1, 366), st.sampled_from("mhd")) | st.sampled_from(
    ["1 working day", "7 working days", "1 working hour", "4 working hours"]
)
STAGES = st.fixed_dictionaries(
    {"stage": st.sampled_from(["looking_into", "negotiating"]), "within": TERMS},
    optional={
        "urgency": st.sampled_from([str(u) for u in Urgency]),
        "category": st.sampled_from(["noise", "gas"]),
    },
)
CASEWORK = st.fixed_dictionaries(
    {},
    optional={
        "country": st.just("DE"),
        "weekend": st.just(["friday", "saturday"]),
        "office_hours": st.just([{"from": "08:30", "until": "12:00"}, {"from": "13:00", "until": "00:00"}]),
        "days": st.just(["2027-02-06 work", "2027-02-08 rest 春节", "2027 published"]),
        "stages": st.lists(STAGES, min_size=1, max_size=3),
        "targets": st.dictionaries(st.sampled_from([*Urgency, "hard"]).map(str), TERMS, min_size=1),
        "hard": st.just(["noise"]),
        "court": TERMS,
        "question_days": st.integers(1, 365),
    },
)


@st.composite
def overrides(draw: st.DrawFn) -> Override:
    change = draw(st.sampled_from(Change))
    starts = draw(INSTANTS)
    ends = starts + timedelta(seconds=draw(st.integers(1, 10**6)))
    return Override(change, starts, ends, draw(IDS), draw(IDS) if change is Change.REPLACE else "")


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    hours = QuietHours(draw(CLOCKS), draw(CLOCKS))
    zone = draw(st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Havana"]))
    town = Subdistrict(
        "town", "TN", draw(NAMES), draw(NAMES), "", "", zone, "86", hours, (Hotline("gas", "110"),)
    )
    lane = Neighbourhood("lane", draw(NAMES), "", draw(NAMES), "", draw(st.none() | st.integers(1, 9999)))
    member = st.builds(
        Staff,
        st.just(""),
        NAMES,
        st.sampled_from(Role),
        st.just(("lane", "town")),
        st.sampled_from(["", "+8613800001001"]),
        st.sampled_from(["", "a@example.org"]),
        st.sampled_from(["zh-CN", "en"]),
        st.permutations([Channel.SMS, Channel.MAIL]).map(tuple),
    )
    staff = tuple(
        Staff(id_, s.name, s.role, s.places, s.phone, s.mail, s.language, s.channels)
        for id_, s in zip(("ann", "bob", "cid"), draw(st.lists(member, min_size=3, max_size=3)), strict=True)
    )
    rotations = draw(st.lists(ROTATIONS, min_size=1, max_size=2).map(tuple))
    roster = Roster("lane", Role.SPECIALIST, rotations, draw(st.lists(overrides(), max_size=3).map(tuple)))
    level = st.builds(Level, ROLES, st.integers(30, 86_400), st.integers(0, 3))
    ladder = st.builds(
        Ladder,
        st.lists(level, min_size=1, max_size=3).map(tuple),
        ROLES,
        st.integers(60, 86_400),
        st.integers(60, 86_400),
        st.booleans(),
    )
    rule = st.builds(
        LadderRule, ladder, st.none() | st.sampled_from(Urgency), st.none() | st.sampled_from(Desk)
    )
    communities = (Community("ward", draw(NAMES), "", (lane,)),)
    return Directory(
        town,
        communities,
        staff,
        (roster,),
        draw(st.lists(rule, max_size=2).map(tuple)),
        organisations=draw(st.lists(ORGANISATIONS, max_size=2, unique_by=lambda o: o.id).map(tuple)),
        committee=draw(st.just("") | NAMES),
        official_vote=draw(st.just("") | NAMES),
        casework=draw(CASEWORK),
    )


class TestRoundTrips:
    @given(directories())
    @settings(max_examples=60, deadline=None)
    def test_what_is_dumped_and_parsed_is_the_same(self, directory: Directory) -> None:
        assert parse(dump(directory)) == directory

    @given(directories(), st.integers(0, 10**6))
    @settings(max_examples=60, deadline=None)
    def test_what_is_encoded_and_decoded_is_the_same(self, directory: Directory, version: int) -> None:
        numbered = replace(directory, version=version)
        assert decode(encode(numbered)) == numbered

    def test_a_document_that_is_no_directory_is_refused(self) -> None:
        with pytest.raises(ValueError):
            decode(b'{"subdistrict": 7}')

    def test_a_document_from_before_there_were_cases_is_still_read(self) -> None:
        document = json.loads(encode(parse(small())))
        for key in ("organisations", "committee", "casework", "official_vote"):
            del document[key]
        old = decode(json.dumps(document))
        assert old == replace(parse(small()), organisations=(), committee="", casework={}, official_vote="")

    def test_what_a_newer_version_wrote_besides_is_passed_over(self) -> None:
        directory = parse(small())
        assert (
            decode(encode(directory).replace(b'{"subdistrict":', b'{"later":1,"subdistrict":', 1))
            == directory
        )


def put(*steps: Any) -> Spoil:
    """Set the value at a path: put("staff", 0, "phone", "12")."""
    *path, last, value = steps

    def spoil(file: dict[str, Any]) -> None:
        place: Any = file
        for step in path:
            place = place[step]
        place[last] = value

    return spoil


MISTAKES: list[tuple[Spoil, str, str]] = [
    (put("subdistrict", "prefix", "MI"), "subdistrict.prefix", "without I, L, O and U"),
    (put("subdistrict", "prefix", "MXX"), "subdistrict.prefix", "two of"),
    (put("subdistrict", "timezone", "Asia/Shanghia"), "subdistrict.timezone", "did you mean Asia/Shanghai?"),
    (put("subdistrict", "timezone", "Asia"), "subdistrict.timezone", "unknown time zone"),
    (put("subdistrict", "timezone", "../etc/passwd"), "subdistrict.timezone", "unknown time zone"),
    (put("subdistrict", "quiet_hours", {"from": "25:00"}), "subdistrict.quiet_hours.from", "such as 09:00"),
    (put("subdistrict", "quiet_hours", "22-7"), "subdistrict.quiet_hours", "expected from, until"),
    (
        put("subdistrict", "hotlines", [{"id": "gas", "phone": "gas!"}]),
        "subdistrict.hotlines[0].phone",
        "digits",
    ),
    (put("subdistrict", "name", ""), "subdistrict.name", "is missing"),
    (put("subdistrict", "name", "名\x00"), "subdistrict.name", "control characters"),
    (put("subdistrikt", {}), "subdistrikt", "did you mean subdistrict?"),
    (put("communities", 0, "id", "Ward 1"), "communities[0].id", "small letters"),
    (put("communities", 0, "id", "town"), "communities[0].id", "another place (subdistrict)"),
    (
        put("communities", 0, "neighbourhoods", 0, "short", "长" * 9),
        "communities[0].neighbourhoods[0].short",
        "at most 8",
    ),
    (
        put("communities", 0, "neighbourhoods", 0, "short_en", "Long Lane"),
        "communities[0].neighbourhoods[0].short_en",
        "at most 8",
    ),
    (
        put("communities", 0, "neighbourhoods", 0, "households", -1),
        "communities[0].neighbourhoods[0].households",
        "whole number",
    ),
    (
        put("communities", 0, "neighbourhoods", 0, "households", True),
        "communities[0].neighbourhoods[0].households",
        "whole number",
    ),
    (put("staff", 0, "role", "specialst"), "staff[0].role", "did you mean specialist?"),
    (put("staff", 0, "places", ["lain"]), "staff[0].places[0]", "did you mean lane?"),
    (put("staff", 0, "places", []), "staff[0].places", "is missing"),
    (put("staff", 0, "phone", "12"), "staff[0].phone", "no telephone number"),
    (put("staff", 0, "phone", 1711234567), "staff[0].phone", "put it in quotes"),
    (put("staff", 0, "mail", "ann"), "staff[0].mail", "name@example.org"),
    (put("staff", 0, "language", "fr"), "staff[0].language", "zh-CN or en"),
    (put("staff", 0, "channels", ["fax"]), "staff[0].channels[0]", "known: mail, sms"),
    (put("staff", 0, "deputy", "bib"), "staff[0].deputy", "did you mean bob?"),
    (put("staff", 0, "deputy", "ann"), "staff[0].deputy", "cannot stand in for himself"),
    (put("staff", 0, "telefon", "1"), "staff[0].telefon", "unknown key"),
    (put("rosters", 0, "place", "moon"), "rosters[0].place", "there is no place moon"),
    (put("rosters", 0, "role", "supervisor"), "rosters[0].place", "write town"),
    (
        put("rosters", 0, "rotations", 0, "members", ["ann", "bop"]),
        "rosters[0].rotations[0].members[1]",
        "did you mean bob?",
    ),
    (put("rosters", 0, "rotations", 0, "members", []), "rosters[0].rotations[0].members", "is missing"),
    (
        put("rosters", 0, "rotations", 0, "starts", "05.01.2026"),
        "rosters[0].rotations[0].starts",
        "2026-12-24",
    ),
    (put("rosters", 0, "rotations", 0, "handover", "9"), "rosters[0].rotations[0].handover", "such as 09:00"),
    (
        put("rosters", 0, "rotations", 0, "frequency", "week"),
        "rosters[0].rotations[0].frequency",
        "did you mean weekly?",
    ),
    (
        put("rosters", 0, {"place": "lane", "role": "specialist"}),
        "rosters[0]",
        "neither rotations nor overrides",
    ),
    (
        lambda file: file["rosters"].append(file["rosters"][0]),
        "rosters[1]",
        "a second roster of specialist at lane",
    ),
    (
        put("rosters", 0, "overrides", 0, "ends", "2026-03-29 01:00"),
        "rosters[0].overrides[0].ends",
        "must end later",
    ),
    (put("rosters", 0, "overrides", 0, "ends", "2026-03-30 01:00Z"), "rosters[0].overrides[0].ends", "both"),
    (
        put("rosters", 0, "overrides", 0, "starts", "soon"),
        "rosters[0].overrides[0].starts",
        "2026-12-24 18:00",
    ),
    (put("rosters", 0, "overrides", 0, "staff", "bop"), "rosters[0].overrides[0].staff", "did you mean bob?"),
    (put("rosters", 0, "overrides", 0, "staff", ""), "rosters[0].overrides[0].staff", "is missing"),
    (
        put("rosters", 0, "overrides", 0, "change", "add"),
        "rosters[0].overrides[0].instead_of",
        "means nothing with add",
    ),
    (
        put("rosters", 0, "overrides", 0, "change", "swap"),
        "rosters[0].overrides[0].change",
        "unknown change 'swap'",
    ),
    (put("ladders", 0, "levels", []), "ladders[0].levels", "is missing"),
    (put("ladders", 0, "levels", 1, "roles", []), "ladders[0].levels[1].roles", "is missing"),
    (put("ladders", 0, "levels", 0, "wait", "soon"), "ladders[0].levels[0].wait", "90s, 5m or 24h"),
    (put("ladders", 0, "levels", 0, "wait", "1s"), "ladders[0].levels[0].wait", "30s to 7d"),
    (put("ladders", 0, "levels", 0, "repeats", "often"), "ladders[0].levels[0].repeats", "whole number"),
    (put("ladders", 0, "urgency", "urgnt"), "ladders[0].urgency", "did you mean urgent?"),
    (put("ladders", 0, "desk", "mayor"), "ladders[0].desk", "known: community, lawyer, police"),
    (put("ladders", 0, "holds_in_quiet_hours", "maybe"), "ladders[0].holds_in_quiet_hours", "true or false"),
    (
        put("organisations", 0, "kind", "propertycompany"),
        "organisations[0].kind",
        "did you mean property_company?",
    ),
    (put("organisations", 0, "kind", ""), "organisations[0].kind", "is missing"),
    (put("organisations", 0, "phone", "12"), "organisations[0].phone", "no telephone number"),
    (put("organisations", 0, "mail", "manor"), "organisations[0].mail", "name@example.org"),
    (put("organisations", 0, "places", ["lain"]), "organisations[0].places[0]", "did you mean lane?"),
    (
        put("organisations", 1, "id", "manor"),
        "organisations[1].id",
        "another organisation (organisations[0])",
    ),
    (put("organisations", 1, "id", "committee"), "organisations[1].id", "means something else in a case"),
    (put("organisations", 1, "id", "staff"), "organisations[1].id", "means something else in a case"),
    (put("organisations", 1, "id", "p-12"), "organisations[1].id", "means something else in a case"),
    (put("committee", 7), "committee", "put it in quotes"),
    (put("casework", "country", "China"), "casework.country", "write it as CN"),
    (put("casework", "weekend", ["sun"]), "casework.weekend[0]", "did you mean sunday?"),
    (put("casework", "weekend", list(WEEK)), "casework.weekend", "no day to work"),
    (put("casework", "days", 0, "2027-02-30 rest"), "casework.days[0]", "2027-02-08 rest"),
    (put("casework", "days", 0, "2027-02-03 maybe"), "casework.days[0]", "2027-02-08 rest"),
    (put("casework", "days", 0, "2026-12-27 rest"), "casework.days[1]", "there already (casework.days[0])"),
    (put("casework", "days", "2027-02-03 rest"), "casework.days", "expected a list"),
    (put("casework", "office_hours", 0, "until", "7:00"), "casework.office_hours[0].until", "must end later"),
    (
        put("casework", "office_hours", 1, "from", "12:00"),
        "casework.office_hours[1].from",
        "put a break between",
    ),
    (put("casework", "office_hours", 1, "until", None), "casework.office_hours[1].until", "is missing"),
    (put("casework", "stages", 0, "within", "soon"), "casework.stages[0].within", "7 working days"),
    (put("casework", "stages", 0, "within", "0d"), "casework.stages[0].within", "a minute"),
    (put("casework", "stages", 0, "within", "9999d"), "casework.stages[0].within", "three years"),
    (put("casework", "stages", 0, "within", "400 working hours"), "casework.stages[0].within", "366 working"),
    (put("casework", "stages", 0, "within", 24), "casework.stages[0].within", "24h"),
    (
        put("casework", "stages", 0, "stage", "done"),
        "casework.stages[0].stage",
        "known: looking_into, negotiating",
    ),
    (put("casework", "stages", 0, "category", "noize"), "casework.stages[0].category", "did you mean noise?"),
    (put("casework", "targets", "ordinery", "1d"), "casework.targets.ordinery", "did you mean ordinary?"),
    (put("casework", "hard", ["moon"]), "casework.hard[0]", "unknown category"),
    (put("casework", "court", "a month"), "casework.court", "expected a term"),
    (put("casework", "question_days", 0), "casework.question_days", "whole number from 1"),
    (put("casework", "ratings", "14d"), "casework.ratings", "did you mean rating?"),
]

# These take something away that the rest of the file refers to.
MISTAKES_WITH_CONSEQUENCES: list[tuple[Spoil, str, str]] = [
    (put("subdistrict", "country_code", "+49"), "subdistrict.country_code", "write it as 86"),
    (put("communities", []), "communities", "is missing"),
    (put("communities", {"id": "ward"}), "communities", "expected a list"),
    (put("staff", 1, "id", "ann"), "staff[1].id", "another member of staff (staff[0])"),
]


class TestMistakes:
    @pytest.mark.parametrize(("spoil", "path", "hint"), MISTAKES, ids=[f"{m[1]}: {m[2]}" for m in MISTAKES])
    def test_a_mistake_is_named_with_its_path_and_a_way_out_and_is_the_only_one(
        self, spoil: Spoil, path: str, hint: str
    ) -> None:
        found = problems(spoil)
        assert list(found) == [path]
        assert hint in found[path]

    @pytest.mark.parametrize(("spoil", "path", "hint"), MISTAKES_WITH_CONSEQUENCES)
    def test_a_mistake_that_makes_others_is_named_first(self, spoil: Spoil, path: str, hint: str) -> None:
        found = problems(spoil)
        assert next(iter(found)) == path
        assert hint in found[path]

    def test_all_mistakes_are_named_at_once(self) -> None:
        def spoil_everything(file: dict[str, Any]) -> None:
            file["subdistrict"] |= {"prefix": "MI", "timezone": "Asia", "name": ""}
            file["staff"][0]["role"] = "boss"
            file["staff"][0]["phone"] = "12"
            file["ladders"][0]["levels"] = []

        assert set(problems(spoil_everything)) == {
            "subdistrict.prefix",
            "subdistrict.timezone",
            "subdistrict.name",
            "staff[0].role",
            "staff[0].phone",
            "ladders[0].levels",
        }

    def test_a_mistake_in_one_person_does_not_make_the_roster_wrong(self) -> None:
        assert list(problems(put("staff", 0, "role", "boss"))) == ["staff[0].role"]

    @pytest.mark.parametrize("document", [None, [], "text", 7, {}, {"subdistrict": None}, {"staff": [7]}])
    def test_anything_else_than_a_place_file_is_refused(self, document: object) -> None:
        with pytest.raises(BadPlace):
            parse(document)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(sorted(small())), inner)
            ),
            max_leaves=12,
        )
    )
    @settings(max_examples=100, deadline=None)
    def test_no_document_makes_it_fail_in_any_other_way(self, document: object) -> None:
        with pytest.raises(BadPlace):
            parse(document)
        for key in small():
            with pytest.raises(BadPlace):
                parse({**small(), key: document, "odd": 1})


class TestWarnings:
    def test_the_small_file_gives_none(self) -> None:
        assert warnings(lambda file: None) == {}

    def test_a_neighbourhood_without_anybody_at_the_first_level(self) -> None:
        found = warnings(put("staff", 2, "role", "subdistrict"))
        assert "小区 has no lawyer who can be reached" in found["communities[0].neighbourhoods[0]"]

    def test_a_neighbourhood_without_anybody_at_night(self) -> None:
        found = warnings(
            lambda f: f["rosters"][0]["rotations"][0].update({"from": "09:00", "until": "17:00"})
        )
        sentence = found["communities[0].neighbourhoods[0]"]
        assert "no specialist who can be reached on 2026-01-06 at 17:00" in sentence

    def test_a_neighbourhood_where_everybody_is_away_for_a_day(self) -> None:
        override = {"change": "remove", "starts": "2026-05-01", "ends": "2026-05-02"}
        away = [{**override, "staff": staff} for staff in ("ann", "bob")]
        found = warnings(put("rosters", 0, "overrides", away))
        assert "on 2026-05-01 at 00:00" in found["communities[0].neighbourhoods[0]"]

    def test_somebody_who_cannot_be_reached_and_whether_a_deputy_stands_in(self) -> None:
        assert "Ann stands in" in warnings(put("staff", 1, "mail", ""))["staff[1]"]
        assert "nobody stands in" in warnings(put("staff", 2, "mail", ""))["staff[2]"]

    def test_a_supervisor_who_is_never_asked(self) -> None:
        boss = {"id": "sup", "name": "Sup", "role": "supervisor", "places": ["ward"], "mail": "s@example.org"}
        assert "add town" in warnings(lambda file: file["staff"].append(boss))["staff[4].places"]

    def test_a_handover_in_the_middle_of_duty(self) -> None:
        hours = {"from": "22:00", "until": "06:00", "handover": "00:00"}
        found = warnings(lambda file: file["rosters"][0]["rotations"][0].update(hours))
        assert "middle of duty from 22:00 to 06:00" in found["rosters[0].rotations[0].handover"]

    def test_a_handover_at_either_end_of_duty_is_fine(self) -> None:
        for handover in ("22:00", "06:00"):
            hours = {"from": "22:00", "until": "06:00", "handover": handover}
            found = warnings(lambda f, hours=hours: f["rosters"][0]["rotations"][0].update(hours))
            assert "rosters[0].rotations[0].handover" not in found

    def test_rotations_whose_hours_overlap(self) -> None:
        def spoil(file: dict[str, Any]) -> None:
            day = {
                **file["rosters"][0]["rotations"][0],
                "from": "08:00",
                "until": "18:00",
                "handover": "08:00",
            }
            night = {**day, "from": "17:00", "until": "08:00"}
            file["rosters"][0]["rotations"] = [day, night]

        assert "shares some hours with rotation 1" in warnings(spoil)["rosters[0].rotations[1].from"]

    def test_rotations_that_meet_without_overlapping_are_fine(self) -> None:
        def spoil(file: dict[str, Any]) -> None:
            day = {
                **file["rosters"][0]["rotations"][0],
                "from": "08:00",
                "until": "18:00",
                "handover": "08:00",
            }
            file["rosters"][0]["rotations"] = [day, {**day, "from": "18:00", "until": "08:00"}]

        assert warnings(spoil) == {}

    def test_overrides_on_the_same_person_at_the_same_time(self) -> None:
        def spoil(file: dict[str, Any]) -> None:
            first = file["rosters"][0]["overrides"][0]
            file["rosters"][0]["overrides"].append({**first, "starts": "2026-03-29 00:00"})

        assert "this one has the last word" in warnings(spoil)["rosters[0].overrides[1]"]

    def test_a_ladder_behind_one_that_fits_everything(self) -> None:
        def spoil(file: dict[str, Any]) -> None:
            file["ladders"].insert(0, {"levels": [{"roles": ["specialist"]}]})

        assert "never taken, since ladder 1" in warnings(spoil)["ladders[1]"]

    def test_an_organisation_without_an_address_cannot_be_invited(self) -> None:
        (sentence,) = warnings(put("organisations", 1, "mail", "")).values()
        assert "Judge has neither phone nor mail" in sentence

    @pytest.mark.parametrize(
        ("spoil", "path", "hint"),
        [
            (
                lambda file: file["casework"]["stages"].append(
                    {"stage": "negotiating", "category": "noise", "urgency": "ordinary", "within": "1d"}
                ),
                "casework.stages[2]",
                "term 1 fits all",
            ),
            (
                lambda file: file["casework"]["stages"].append(
                    {"stage": "looking_into", "category": "power", "within": "1h"}
                ),
                "casework.stages[2]",
                "term 2 fits all",
            ),
            (put("casework", "stages", 0, "urgency", "emergency"), "casework.stages[0]", "noise is ordinary"),
            (put("casework", "hard", ["noise", "gas"]), "casework.hard[1]", "gas is emergency"),
            (put("casework", "court", "31d"), "casework.court", "30 days by the calendar"),
            (put("casework", "court", "20 working days"), "casework.court", "30 days by the calendar"),
        ],
    )
    def test_a_rule_of_cases_that_does_not_do_what_it_says_is_pointed_at(
        self, spoil: Spoil, path: str, hint: str
    ) -> None:
        found = warnings(spoil)
        assert list(found) == [path]
        assert hint in found[path]

    @pytest.mark.parametrize(
        "term",
        [
            {"stage": "negotiating", "urgency": "ordinary", "within": "1d"},
            {"stage": "looking_into", "category": "noise", "within": "1d"},
            {"stage": "negotiating", "category": "road", "within": "1d"},
        ],
    )
    def test_a_rule_that_some_case_takes_is_not(self, term: dict[str, str]) -> None:
        assert warnings(lambda file: file["casework"]["stages"].append(term)) == {}
