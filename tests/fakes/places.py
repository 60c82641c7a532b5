"""A subdistrict small enough to know by heart."""

from __future__ import annotations

from chalicelib.people.staff import Staff
from chalicelib.place.ladder import Role
from chalicelib.place.rules import Community, Directory, Hotline, Neighbourhood, Organisation, Subdistrict

RESIDENT_PHONE = "+8613900000001"

STAFF = (
    Staff("zhao", "赵虹", Role.SPECIALIST, ("yiqing",), "+8613800001001", "zhao@example.org"),
    Staff("wang", "王丽芬", Role.COMMUNITY, ("mishi",), "+8613800001011", "wang@example.org"),
    Staff("li", "李国平", Role.SUBDISTRICT, ("mishixiang",), "+8613800001021", "li@example.org"),
    Staff("he", "何建华", Role.SUPERVISOR, ("mishixiang",), "+8613800001031", "he@example.org"),
    Staff("lin", "林致远", Role.LAWYER, ("mishixiang",), "+8613800001041", "lin@example.org"),
    Staff("zheng", "郑强", Role.POLICE, ("mishixiang",), "+8613800001051", "zheng@example.org"),
)

COMMITTEE = "米市巷街道人民调解委员会"
ORGANISATIONS = (
    Organisation(
        "yunhe",
        "property_company",
        "运河物业",
        "Canal Property",
        "钱伟",
        "+8613800003001",
        "yunhe@example.org",
        places=("yiqing",),
    ),
    Organisation(
        "paichusuo",
        "police",
        "米市巷派出所",
        "Mishi Lane Police",
        "潘警官",
        "+8613800003002",
        "pcs@example.org",
    ),
    Organisation(
        "jiugaiban",
        "renovation_office",
        "街道旧改办",
        "Renovation Office",
        "吕静",
        "+8613800003003",
        "jgb@example.org",
    ),
    Organisation("shigong", "contractor", "旧改施工单位", "Renovation Contractor", "邵工", "+8613800003004"),
    Organisation("lvshi", "lawyer", "街道法律顾问", "Legal Adviser", "苏敏", mail="lvshi@example.org"),
)


def directory(version: int = 1) -> Directory:
    """One subdistrict (`MX`), one community, two neighbourhoods; one person for each role, nobody on a roster.

    `shigong` has a phone only, `lvshi` mail only, the other organisations both; only `yunhe` names a place.

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
        organisations=ORGANISATIONS,
        committee=COMMITTEE,
    )
