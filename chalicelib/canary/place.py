"""The subdistrict that the canary rings in: one neighbourhood, and one member of staff whom nothing reaches."""

from __future__ import annotations

from chalicelib.core import ids
from chalicelib.people.staff import Staff
from chalicelib.place.ladder import Role
from chalicelib.place.rules import Community, Directory, Neighbourhood, Subdistrict
from chalicelib.ports import Policy

NEIGHBOURHOOD, STAFF = "canary-neighbourhood", "canary"
# Ofcom keeps 07700 900000 to 900999 for drama: nobody has this number, and no message goes to it.
PHONE = "+447700900000"


def directory() -> Directory:
    """Its directory. The address has a name that can never be resolved (RFC 2606); no message goes there either."""
    place = Neighbourhood(NEIGHBOURHOOD, "金丝雀", "Canary")
    return Directory(
        subdistrict=Subdistrict("canary-subdistrict", ids.CANARY, "金丝雀", "Canary"),
        communities=(Community("canary-community", "金丝雀", "Canary", (place,)),),
        staff=(Staff(STAFF, "金丝雀", Role.SPECIALIST, (NEIGHBOURHOOD,), mail="canary@canary.invalid"),),
        version=1,
    )


class Alone:
    """The canary's directory and no other: ringing looks for the neighbourhood among all that are served."""

    def all(self) -> tuple[Directory, ...]:
        """As `ports.Directories`."""
        return (directory(),)

    def of(self, prefix: str) -> Directory:
        """As `ports.Directories`; nothing else is asked for."""
        return directory()

    def having(self, neighbourhood: str) -> Directory | None:
        """As `ports.Directories`."""
        return directory()


def draft_fields(policy: Policy, words: str) -> dict[str, str]:
    """What the canary types; the words differ each time, so that no ring is taken for a repetition."""
    return {
        "desk": "community",
        "category": "noise",
        "neighbourhood": NEIGHBOURHOOD,
        "text": words,
        "name": "canary",
        "phone": PHONE,
        "consent_version": policy.consent_version,
        "language": "en",
    }
