"""A subdistrict small enough to know by heart."""

from __future__ import annotations

from chalicelib.people.staff import Staff
from chalicelib.place.ladder import Role
from chalicelib.place.rules import Community, Directory, Hotline, Neighbourhood, Subdistrict

RESIDENT_PHONE = "+8613900000001"

STAFF = (
    Staff("zhao", "赵虹", Role.SPECIALIST, ("yiqing",), "+8613800001001", "zhao@example.org"),
    Staff("wang", "王丽芬", Role.COMMUNITY, ("mishi",), "+8613800001011", "wang@example.org"),
    Staff("li", "李国平", Role.SUBDISTRICT, ("mishixiang",), "+8613800001021", "li@example.org"),
    Staff("he", "何建华", Role.SUPERVISOR, ("mishixiang",), "+8613800001031", "he@example.org"),
    Staff("lin", "林致远", Role.LAWYER, ("mishixiang",), "+8613800001041", "lin@example.org"),
    Staff("zheng", "郑强", Role.POLICE, ("mishixiang",), "+8613800001051", "zheng@example.org"),
)


def directory(version: int = 1) -> Directory:
    """One subdistrict (`MX`), one community, two neighbourhoods; one person for each role, nobody on a roster.

    Neighbourhood `wenyi` has no specialist.
    """
    return Directory(
        subdistrict=Subdistrict(
            "mishixiang",
            "MX",
            "米市巷街道",
            "Mishi Lane Subdistrict",
            hotlines=(Hotline("gas", "0571-00000000"),),
        ),
        communities=(
            Community(
                "mishi",
                "米市社区",
                "Mishi Community",
                (
                    Neighbourhood("yiqing", "一清新村", "Yiqing New Village", "一清新村", "Yiqing"),
                    Neighbourhood("wenyi", "文一大院", "Wenyi Compound", "文一大院", "Wenyi"),
                ),
            ),
        ),
        staff=STAFF,
        version=version,
    )
