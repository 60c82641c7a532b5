"""The sample subdistrict, and a small file to spoil."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chalicelib.place.rules import Directory
from infra import place

MISHIXIANG = Path(place.__file__).parent / "places" / "mishixiang.yaml"


def mishixiang() -> Directory:
    """Mishi Lane as `make run` has it."""
    return place.load(MISHIXIANG)


def small() -> dict[str, Any]:
    """A file with one of everything and nothing wrong, as numbers and text."""
    return {
        "subdistrict": {
            "id": "town",
            "prefix": "TN",
            "name": "镇",
            "timezone": "Europe/Berlin",
            "country_code": "49",
            "quiet_hours": {"from": "21:30", "until": "06:00"},
            "hotlines": [{"id": "gas", "phone": "0211-000000"}],
        },
        "communities": [
            {
                "id": "ward",
                "name": "社区",
                "neighbourhoods": [
                    {"id": "lane", "name": "小区", "short": "小区", "short_en": "Lane", "households": 12}
                ],
            }
        ],
        "staff": [
            {"id": "ann", "name": "Ann", "role": "specialist", "places": ["lane"], "phone": "0171 1234567"},
            {
                "id": "bob",
                "name": "Bob",
                "role": "specialist",
                "places": ["lane"],
                "mail": "bob@example.org",
                "channels": ["mail"],
                "deputy": "ann",
            },
            {"id": "law", "name": "Law", "role": "lawyer", "places": ["town"], "mail": "law@example.org"},
            {"id": "pol", "name": "Pol", "role": "police", "places": ["town"], "mail": "pol@example.org"},
        ],
        "rosters": [
            {
                "place": "lane",
                "role": "specialist",
                "rotations": [
                    {
                        "members": ["ann", "bob"],
                        "starts": "2026-01-05",
                        "handover": "9:00",
                        "frequency": "daily",
                    }
                ],
                "overrides": [
                    {
                        "change": "replace",
                        "staff": "bob",
                        "instead_of": "ann",
                        "starts": "2026-03-29 01:00",
                        "ends": "2026-03-29 04:00",
                    }
                ],
            }
        ],
        "ladders": [
            {
                "urgency": "ordinary",
                "desk": "community",
                "levels": [
                    {"roles": ["specialist"], "wait": "10m", "repeats": 1},
                    {"roles": ["lawyer", "police"]},
                ],
                "repeat_every": 1200,
                "decide_within": "2d",
                "holds_in_quiet_hours": True,
            }
        ],
        "organisations": [
            {
                "id": "manor",
                "kind": "property_company",
                "name": "Manor",
                "person": "Max",
                "phone": "0171 2345678",
                "places": ["lane"],
            },
            {
                "id": "judge",
                "kind": "lawyer",
                "name": "Judge",
                "mail": "judge@example.org",
                "language": "en",
            },
        ],
        "committee": "调解会",
        "official_vote": "市业主决策系统",
        "casework": {
            "country": "DE",
            "weekend": ["sunday"],
            "office_hours": [{"from": "8:00", "until": "12:00"}, {"from": "13:00", "until": "24:00"}],
            "days": ["2026-12-25 休 圣诞", "2026-12-27 work", "2026 published"],
            "stages": [
                {"stage": "negotiating", "category": "noise", "within": "3 working days"},
                {"stage": "looking_into", "urgency": "urgent", "within": "90 min"},
            ],
            "targets": {"ordinary": "10d"},
            "hard": ["noise", "road"],
            "report": "4 working hours",
            "question_days": 10,
        },
    }
