"""Who is on duty, in sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.people.rules import duty, on_duty, on_rotation
from chalicelib.people.staff import Change, Frequency, Override, Roster, Rotation, Staff
from chalicelib.place.ladder import Role
from chalicelib.place.rules import Community, Directory, Neighbourhood, Subdistrict

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Havana", "Australia/Lord_Howe")
MONDAY = date(2026, 1, 5)
SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
S, C, V = Role.SPECIALIST, Role.COMMUNITY, Role.SUPERVISOR


def person(id_: str, role: Role = S, places: tuple[str, ...] = ("lane",), **more: str) -> Staff:
    return Staff(id_, id_.upper(), role, places, **{"phone": "+8613800001001", **more})


A, B, D = person("a"), person("b"), person("d")


def place(*staff: Staff, rosters: tuple[Roster, ...] = (), zone: str = "Asia/Shanghai") -> Directory:
    return Directory(
        Subdistrict("town", "MX", "街道", timezone=zone),
        (
            Community("ward", "社区", "", (Neighbourhood("lane", "小区"), Neighbourhood("yard", "大院"))),
            Community("other", "别处", "", (Neighbourhood("far", "远处"),)),
        ),
        staff,
        rosters,
    )


def weekly(*members: str, **more: object) -> Rotation:
    return replace(Rotation(members, MONDAY), **more)  # type: ignore[arg-type]  # fields by name, for brevity


def at(text: str, zone: ZoneInfo = SHANGHAI, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def change(kind: Change, staff: str, instead_of: str = "", days: tuple[int, int] = (6, 8)) -> Override:
    starts, ends = (at(f"2026-01-{day:02d} 09:00") for day in days)
    return Override(kind, starts, ends, staff, instead_of)


def names(directory: Directory, when: datetime, role: Role = S, where: str = "lane") -> str:
    return "".join(staff.id for staff in on_duty(directory, where, role, when))


NOON = at("2026-01-07 12:00")


class TestWithoutRoster:
    def test_everybody_of_the_role_at_the_neighbourhood_is_on_duty(self) -> None:
        assert names(place(A, B, person("x", C)), NOON) == "ab"

    def test_staff_of_the_nearest_place_go_before_those_farther_away(self) -> None:
        near, far = person("n", C, ("ward",)), person("f", C, ("town",))
        directory = place(far, near)
        assert names(directory, NOON, C) == "n"
        assert names(directory, NOON, C, "far") == "f"

    def test_staff_of_another_neighbourhood_are_not_asked(self) -> None:
        assert names(place(person("y", S, ("yard",))), NOON) == ""

    def test_an_unknown_neighbourhood_is_the_subdistricts(self) -> None:
        assert names(place(person("t", S, ("town",))), NOON, where="gone") == "t"

    def test_a_supervisor_is_the_subdistricts_even_when_one_works_next_door(self) -> None:
        assert names(place(person("n", V), person("t", V, ("town",))), NOON, V) == "t"


class TestRosters:
    def test_the_nearest_roster_decides(self) -> None:
        directory = place(
            A, B, rosters=(Roster("town", S, (weekly("a"),)), Roster("lane", S, (weekly("b"),)))
        )
        assert names(directory, NOON) == "b"
        assert names(directory, NOON, where="far") == "a"

    def test_a_roster_farther_away_goes_before_mere_assignment(self) -> None:
        assert names(place(A, B, rosters=(Roster("ward", S, (weekly("b"),)),)), NOON) == "b"

    def test_a_roster_of_another_role_or_place_says_nothing(self) -> None:
        rosters = (Roster("lane", C, (weekly("b"),)), Roster("yard", S, (weekly("b"),)))
        assert names(place(A, rosters=rosters), NOON) == "a"

    def test_a_supervisors_roster_is_the_subdistricts(self) -> None:
        boss = person("v", V, ("town",))
        rosters = (Roster("lane", V, (weekly("a"),)), Roster("town", V, (weekly("v"),)))
        assert names(place(A, boss, rosters=rosters), NOON, V) == "v"

    def test_two_rotations_put_two_people_on_duty_and_one_only_once(self) -> None:
        directory = place(A, B, rosters=(Roster("lane", S, (weekly("b"), weekly("a"), weekly("b"))),))
        assert names(directory, NOON) == "ba"

    def test_before_the_rotation_starts_nobody_is_on_duty(self) -> None:
        directory = place(A, B, rosters=(Roster("lane", S, (weekly("a", "b"),)),))
        assert names(directory, at("2026-01-05 08:59:59")) == ""
        assert names(directory, at("2026-01-05 09:00")) == "a"

    def test_the_turn_of_somebody_who_left_falls_to_the_next_and_the_others_keep_their_weeks(self) -> None:
        directory = place(A, D, rosters=(Roster("lane", S, (weekly("a", "left", "d"),)),))
        weeks = [at("2026-01-05 12:00") + timedelta(weeks=n) for n in range(4)]
        assert [names(directory, week) for week in weeks] == ["a", "d", "d", "a"]

    def test_a_roster_of_people_who_all_left_has_nobody(self) -> None:
        assert names(place(A, rosters=(Roster("lane", S, (weekly("left"),)),)), NOON) == ""


class TestHandover:
    @pytest.mark.parametrize("zone", ZONES)
    @given(
        minute=st.integers(0, 60 * 24 * 800),
        members=st.integers(1, 4),
        handover=st.times().map(lambda t: time(t.hour, t.minute)),
        frequency=st.sampled_from(Frequency),
    )
    @settings(max_examples=60, deadline=None)
    def test_at_any_instant_exactly_one_member_is_on_duty_and_the_next_follows(
        self, zone: str, minute: int, members: int, handover: time, frequency: Frequency
    ) -> None:
        rotation = Rotation(tuple("abcd"[:members]), MONDAY, handover, frequency)
        when = datetime(2026, 1, 7, tzinfo=UTC) + timedelta(minutes=minute)
        place_zone = ZoneInfo(zone)
        now = on_rotation(rotation, place_zone, when)
        assert now in rotation.members
        # One period later by the wall clock, it is the next one's turn. The clock changes at most twice a year,
        # so noon to noon is a fair way to walk the days.
        noon = datetime.combine(when.astimezone(place_zone).date(), time(12), place_zone)
        later = noon + timedelta(days=7 if frequency is Frequency.WEEKLY else 1)
        turn = rotation.members.index(on_rotation(rotation, place_zone, noon))
        assert on_rotation(rotation, place_zone, later) == rotation.members[(turn + 1) % members]

    @pytest.mark.parametrize("zone", ZONES)
    @given(minute=st.integers(0, 60 * 24 * 800), handover=st.times().map(lambda t: time(t.hour, t.minute)))
    @settings(max_examples=60, deadline=None)
    def test_duty_never_goes_back_to_the_one_who_handed_over(
        self, zone: str, minute: int, handover: time
    ) -> None:
        rotation = Rotation(tuple("abcdefg"), MONDAY, handover, Frequency.DAILY)
        start = datetime(2026, 1, 7, tzinfo=UTC) + timedelta(minutes=minute)
        turns = [
            on_rotation(rotation, ZoneInfo(zone), start + timedelta(minutes=10 * n)) for n in range(30 * 6)
        ]
        assert sum(one != two for one, two in pairwise(turns)) in (1, 2)
        assert all("abcdefga".count(one + two) for one, two in pairwise(turns) if one != two)

    def test_it_happens_exactly_at_the_instant(self) -> None:
        rotation = weekly("a", "b")
        second = timedelta(seconds=1)
        instant = at("2026-01-12 09:00")
        assert on_rotation(rotation, SHANGHAI, instant - timedelta(milliseconds=1)) == "a"
        assert on_rotation(rotation, SHANGHAI, instant) == "b"
        assert on_rotation(rotation, SHANGHAI, instant + second) == "b"

    @pytest.mark.parametrize(
        ("zone", "before", "after"),
        [
            (BERLIN, "2026-03-28 08:00", "2026-03-29 07:00"),
            (BERLIN, "2026-10-24 07:00", "2026-10-25 08:00"),
            (NEW_YORK, "2026-03-07 14:00", "2026-03-08 13:00"),
            (NEW_YORK, "2026-10-31 13:00", "2026-11-01 14:00"),
        ],
    )
    def test_nine_oclock_stays_nine_oclock_when_the_clocks_change(
        self, zone: ZoneInfo, before: str, after: str
    ) -> None:
        rotation = weekly("a", "b", frequency=Frequency.DAILY)
        for instant in (at(before, ZoneInfo("UTC")), at(after, ZoneInfo("UTC"))):
            earlier = on_rotation(rotation, zone, instant - timedelta(seconds=1))
            assert {earlier, on_rotation(rotation, zone, instant)} == {"a", "b"}

    def test_in_an_hour_that_comes_twice_duty_is_handed_over_the_first_time_only(self) -> None:
        rotation = weekly("a", "b", handover=time(2, 30), frequency=Frequency.DAILY)
        turns = [
            on_rotation(rotation, BERLIN, at(f"2026-10-25 {clock}", BERLIN, fold))
            for clock, fold in (("02:29", 0), ("02:30", 0), ("02:15", 1), ("02:30", 1), ("03:00", 0))
        ]
        assert turns[0] != turns[1]
        assert set(turns[1:]) == {turns[1]}

    def test_a_time_that_is_skipped_comes_an_hour_later(self) -> None:
        rotation = weekly("a", "b", handover=time(2, 30), frequency=Frequency.DAILY)
        skipped = at("2026-03-29 03:30", BERLIN)
        before = on_rotation(rotation, BERLIN, skipped - timedelta(seconds=1))
        assert on_rotation(rotation, BERLIN, skipped) != before

    def test_clocks_changing_elsewhere_change_nothing_in_hangzhou(self) -> None:
        rotation = weekly("a", "b", frequency=Frequency.DAILY)
        for day in ("2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01"):
            instant = datetime.fromisoformat(f"{day}T01:00:00+00:00")  # 09:00 in Shanghai
            turns = {on_rotation(rotation, SHANGHAI, instant + timedelta(seconds=n)) for n in (-1, 0)}
            assert turns == {"a", "b"}


class TestHours:
    def test_a_rotation_by_day_leaves_the_night_to_the_other(self) -> None:
        day = weekly("a", from_time=time(8), until_time=time(20))
        night = weekly("b", from_time=time(20), until_time=time(8))
        directory = place(A, B, rosters=(Roster("lane", S, (day, night)),))
        clocks = ("07:59:59", "08:00", "19:59:59", "20:00", "23:59", "00:00")
        assert "".join(names(directory, at(f"2026-01-07 {clock}")) for clock in clocks) == "baabbb"

    def test_outside_its_hours_nobody_is_on_duty(self) -> None:
        office = weekly("a", from_time=time(9), until_time=time(17))
        assert names(place(A, rosters=(Roster("lane", S, (office,)),)), at("2026-01-07 17:00")) == ""

    @pytest.mark.parametrize("zone", ZONES)
    @given(minute=st.integers(0, 60 * 24 * 400), first=st.integers(0, 1439), second=st.integers(0, 1439))
    @settings(max_examples=60, deadline=None)
    def test_two_rotations_that_share_the_day_leave_no_gap_and_no_overlap(
        self, zone: str, minute: int, first: int, second: int
    ) -> None:
        one, two = time(first // 60, first % 60), time(second // 60, second % 60)
        if one == two:
            return
        when = datetime(2026, 1, 7, tzinfo=UTC) + timedelta(minutes=minute)
        halves = (weekly("a", from_time=one, until_time=two), weekly("b", from_time=two, until_time=one))
        on = [on_rotation(half, ZoneInfo(zone), when) for half in halves]
        assert sorted(on) in (["", "a"], ["", "b"])


class TestOverrides:
    def on(self, *overrides: Override, when: datetime = NOON, members: str = "ab") -> str:
        rotations = tuple(weekly(member) for member in members)
        return names(place(A, B, D, rosters=(Roster("lane", S, rotations, overrides),)), when)

    def test_replace_puts_one_in_the_place_of_another(self) -> None:
        assert self.on(change(Change.REPLACE, "d", "a")) == "db"

    def test_replace_without_a_name_replaces_everybody(self) -> None:
        assert self.on(change(Change.REPLACE, "d")) == "d"

    def test_replacing_somebody_who_is_not_on_duty_changes_nothing(self) -> None:
        assert self.on(change(Change.REPLACE, "d", "a"), members="b") == "b"

    def test_add_adds_and_never_twice(self) -> None:
        assert self.on(change(Change.ADD, "d"), change(Change.ADD, "d"), change(Change.ADD, "a")) == "abd"

    def test_remove_takes_off(self) -> None:
        assert self.on(change(Change.REMOVE, "a")) == "b"

    @pytest.mark.parametrize(
        ("when", "expected"),
        [
            ("2026-01-06 08:59:59", "ab"),
            ("2026-01-06 09:00", "b"),
            ("2026-01-08 08:59:59", "b"),
            ("2026-01-08 09:00", "ab"),
        ],
    )
    def test_it_holds_from_its_start_until_just_before_its_end(self, when: str, expected: str) -> None:
        assert self.on(change(Change.REMOVE, "a"), when=at(when)) == expected

    def test_several_take_effect_in_the_order_written(self) -> None:
        off, back = change(Change.REMOVE, "a"), change(Change.ADD, "a")
        assert self.on(off, back) == "ab"
        assert self.on(back, off) == "b"

    def test_a_replacement_can_be_replaced(self) -> None:
        assert self.on(change(Change.REPLACE, "d", "a"), change(Change.REPLACE, "b", "d"), members="a") == "b"

    def test_somebody_who_is_off_can_be_replaced(self) -> None:
        assert self.on(change(Change.REMOVE, "a"), change(Change.REPLACE, "d", "a")) == "db"

    def test_an_override_naming_somebody_who_left_is_passed_over(self) -> None:
        overrides = [change(kind, "left", who) for kind in Change for who in ("", "a")]
        assert self.on(*overrides) == "ab"

    def test_overrides_alone_change_those_who_are_assigned(self) -> None:
        roster = Roster("lane", S, (), (change(Change.REMOVE, "a"),))
        directory = place(A, B, rosters=(roster,))
        assert names(directory, NOON) == "b"
        assert names(directory, at("2026-01-09 12:00")) == "ab"

    @given(
        st.lists(
            st.builds(
                change, st.sampled_from(Change), st.sampled_from("abdx"), st.sampled_from(["", *"abdx"])
            )
        )
    )
    @settings(max_examples=100, deadline=None)
    def test_whatever_is_written_nobody_is_there_twice_and_only_known_people(
        self, overrides: list[Override]
    ) -> None:
        on = self.on(*overrides)
        assert len(set(on)) == len(on)
        assert set(on) <= set("abd")


class TestDeputies:
    OFF = (change(Change.REMOVE, "a"),)

    def on(self, *staff: Staff, overrides: tuple[Override, ...] = ()) -> str:
        return names(place(*staff, rosters=(Roster("lane", S, (weekly("a"),), overrides),)), NOON)

    def test_the_deputy_of_somebody_who_is_off_stands_in(self) -> None:
        assert self.on(person("a", deputy="d"), D, overrides=self.OFF) == "d"

    def test_the_deputy_of_somebody_without_phone_and_mail_stands_in(self) -> None:
        assert self.on(person("a", deputy="d", phone=""), D) == "d"

    def test_a_deputy_who_cannot_be_reached_either_does_not(self) -> None:
        assert self.on(person("a", deputy="d", phone=""), person("d", phone="")) == "a"

    def test_a_deputy_who_is_off_himself_does_not(self) -> None:
        off = (*self.OFF, change(Change.REMOVE, "d"))
        assert self.on(person("a", deputy="d"), D, overrides=off) == ""

    def test_the_deputy_of_a_deputy_is_not_asked(self) -> None:
        off = (*self.OFF, change(Change.REMOVE, "d"))
        assert self.on(person("a", deputy="d"), person("d", deputy="b"), B, overrides=off) == ""

    def test_two_who_stand_in_for_each_other_do_no_harm(self) -> None:
        staff = (person("a", deputy="d"), person("d", deputy="a"))
        assert self.on(*staff, overrides=self.OFF) == "d"
        assert self.on(*staff, overrides=(*self.OFF, change(Change.REMOVE, "d"))) == ""

    def test_nobody_is_his_own_deputy(self) -> None:
        assert self.on(person("a", deputy="a"), overrides=self.OFF) == ""

    def test_one_deputy_of_two_is_alerted_once(self) -> None:
        directory = place(person("a", deputy="d", phone=""), person("b", deputy="d", phone=""), D)
        assert names(directory, NOON) == "d"


class TestDuty:
    def test_only_people_who_can_be_reached_are_named(self) -> None:
        assert duty(place(A, person("m", phone="")), "lane", [S], NOON).staff == (A,)

    def test_mail_alone_reaches_somebody(self) -> None:
        mail = person("m", phone="", mail="m@example.org")
        assert duty(place(mail), "lane", [S], NOON).staff == (mail,)

    def test_an_empty_level_says_that_nobody_is_on_duty(self) -> None:
        found = duty(place(A), "lane", [C], NOON)
        assert (found.staff, found.reason) == ((), "nobody_on_duty")

    def test_a_level_of_people_without_phone_says_that_nobody_can_be_reached(self) -> None:
        found = duty(place(person("a", phone="")), "lane", [S, C], NOON)
        assert (found.staff, found.reason) == ((), "nobody_reachable")

    def test_several_roles_are_alerted_together_each_person_once(self) -> None:
        directory = place(A, person("c", C), rosters=(Roster("lane", C, (weekly("c"), weekly("a"))),))
        found = duty(directory, "lane", [C, S], NOON)
        assert ([staff.id for staff in found.staff], found.reason) == (["c", "a"], "")
