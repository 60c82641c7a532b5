"""What the operator is told before a file takes effect, and what the record keeps."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.core.chain import canonical
from chalicelib.place.changes import diff, happenings
from chalicelib.place.file import parse
from tests.place.sample import mishixiang, small


def told(edit: Any) -> list[str]:
    after = small()
    edit(after)
    return [str(change) for change in diff(parse(small()), parse(after))]


class TestWords:
    def test_the_same_file_changes_nothing(self) -> None:
        assert told(lambda file: None) == []
        assert diff(mishixiang(), mishixiang()) == ()

    def test_the_first_file_adds_everything(self) -> None:
        changes = diff(None, parse(small()))
        assert {change.kind for change in changes} == {"added"}
        assert [(change.what, change.id) for change in changes] == [
            ("subdistrict", "town"),
            ("community", "ward"),
            ("neighbourhood", "lane"),
            ("staff", "ann"),
            ("staff", "bob"),
            ("staff", "law"),
            ("staff", "pol"),
            ("roster", "lane/specialist"),
            ("ladder", "1:ordinary/community"),
            ("organisation", "manor"),
            ("organisation", "judge"),
            ("committee", ""),
            ("official_vote", ""),
            ("casework", ""),
            ("day", "2026"),
            ("day", "2026-12-25"),
            ("day", "2026-12-27"),
            ("stage", "1:negotiating/any/noise"),
            ("stage", "2:looking_into/urgent/any"),
        ]

    def test_a_changed_field_is_told_from_and_to(self) -> None:
        assert told(lambda file: file["staff"][0].update(phone="0171 7654321")) == [
            "changed member of staff ann Ann: phone +491711234567 → +491717654321"
        ]

    def test_a_field_that_comes_or_goes_has_a_dash_on_the_other_side(self) -> None:
        assert told(lambda file: file["staff"][1].pop("deputy")) == [
            "changed member of staff bob Bob: deputy ann → –"
        ]
        assert told(lambda file: file["subdistrict"].update(district="区")) == [
            "changed subdistrict town 镇: district – → 区"
        ]

    def test_somebody_who_leaves_is_removed(self) -> None:
        assert told(lambda file: file["staff"].pop(3)) == [
            "removed member of staff pol Pol: role police; places [town]; mail pol@example.org"
        ]

    def test_a_neighbourhood_that_changes_community_is_told(self) -> None:
        def move(file: dict[str, Any]) -> None:
            lane = file["communities"][0]["neighbourhoods"].pop()
            file["communities"].append({"id": "new", "name": "新", "neighbourhoods": [lane]})

        assert told(move) == [
            "changed neighbourhood lane 小区: community ward → new",
            "added community new 新",
        ]

    def test_a_shorter_wait_is_told_in_its_unit(self) -> None:
        (sentence,) = told(lambda file: file["ladders"][0]["levels"][0].update(wait="90s"))
        assert "wait 10m" in sentence
        assert "wait 90s" in sentence

    def test_an_organisations_telephone_is_told_to_the_operator(self) -> None:
        assert told(lambda file: file["organisations"][0].update(phone="0171 7654321")) == [
            "changed organisation manor Manor: phone +491712345678 → +491717654321"
        ]

    def test_a_new_committee_is_told_by_its_name(self) -> None:
        assert told(lambda file: file.update(committee="新调解会")) == [
            "changed mediation committee 新调解会: name 调解会 → 新调解会"
        ]
        assert told(lambda file: file.pop("committee")) == ["removed mediation committee 调解会"]

    def test_a_term_is_told_from_and_to(self) -> None:
        assert told(lambda file: file["casework"].update(report="24h")) == [
            "changed casework: report 4 working hours → 24h"
        ]
        assert told(lambda file: file["casework"]["stages"][0].update(within="7d")) == [
            "changed stage term 1:negotiating/any/noise: within 3 working days → 7d"
        ]

    def test_one_more_day_is_told_as_one_more_wherever_it_is_written(self) -> None:
        assert told(lambda file: file["casework"]["days"].insert(1, "2027-01-01 rest 元旦")) == [
            "added day 2027-01-01: is rest 元旦"
        ]
        assert told(lambda file: file["casework"]["days"].reverse()) == []

    def test_another_order_is_told_too(self) -> None:
        assert told(lambda file: file["staff"].reverse()) == [
            "changed order of staff: ids [ann, bob, law, pol] → [pol, law, bob, ann]"
        ]


class TestRecord:
    def test_no_phone_and_no_mail_of_anybody_reaches_the_record(self) -> None:
        after = small()
        after["staff"][0]["phone"] = "0171 7654321"
        for changes in (
            diff(None, mishixiang()),
            diff(parse(small()), parse(after)),
            diff(mishixiang(), parse(after)),
        ):
            written = json.dumps([happening.data for happening in happenings(changes)])
            for secret in ("1380000", "171765", "171234", "@example.org", "钱伟", "Max"):
                assert secret not in written

    def test_that_the_person_to_ask_for_changed_is_on_the_record_and_not_who(self) -> None:
        after = small()
        after["organisations"][0]["person"] = "Moritz"
        (happening,) = happenings(diff(parse(small()), parse(after)))
        assert happening.data["changes"] == [
            {
                "kind": "changed",
                "what": "organisation",
                "id": "manor",
                "name": "Manor",
                "private": ["person"],
            }
        ]

    def test_that_a_phone_changed_is_on_the_record(self) -> None:
        after = small()
        after["staff"][0]["phone"] = "0171 7654321"
        (happening,) = happenings(diff(parse(small()), parse(after)))
        (change,) = happening.data["changes"]
        assert change == {
            "kind": "changed",
            "what": "staff",
            "id": "ann",
            "name": "Ann",
            "private": ["phone"],
        }

    def test_every_change_has_a_canonical_form(self) -> None:
        for happening in happenings(diff(mishixiang(), parse(small()))):
            assert canonical(happening.data)

    def test_a_thousand_people_fit_into_one_transaction(self) -> None:
        file = small()
        file["staff"] += [{**file["staff"][0], "id": f"p{n}"} for n in range(1000)]
        events = happenings(diff(None, parse(file)))
        assert len(events) < 50
        assert all(len(canonical(event.data)) < 300_000 for event in events)
