"""Who may see and do what with a poll. Pure."""

from __future__ import annotations

from chalicelib.core.errors import Forbidden
from chalicelib.people.staff import Staff
from chalicelib.place.ladder import Role
from chalicelib.place.rules import Directory
from chalicelib.poll.state import Poll, Sight, Stage

_MANAGERS = frozenset({Role.COMMUNITY, Role.SUBDISTRICT})
_OUTSIDE = frozenset({Role.LAWYER, Role.POLICE})
_PUBLIC = frozenset({Stage.DRAFT})
FIELD = frozenset({Stage.OPEN, Stage.CLOSED})
"""While ballots from doors and on paper are entered."""
_COUNTED = frozenset({Stage.COUNTED, Stage.DISPUTED})


def sights(directory: Directory, member: Staff, neighbourhood: str) -> bool:
    """Whether the polls and the roll of a neighbourhood are a member of staff's business: it is of their places, and
    they work for its subdistrict (another one may have places of the same id, and supervisors who see all of it)."""
    if member.role in _OUTSIDE or (member.id, member.phone) not in {(p.id, p.phone) for p in directory.staff}:
        return False
    if member.role is Role.SUPERVISOR:
        return True
    return any(place in directory.lineage(neighbourhood) for place in member.places)


def manages(member: Staff) -> bool:
    """Whether they may draft, announce, extend, rule and cancel, and change the roll. Specialists go from door to door
    and enter ballots."""
    return member.role in _MANAGERS


def require_manager(member: Staff) -> None:
    """Raise Forbidden unless they manage polls."""
    if not manages(member):
        raise Forbidden("role_not_for_this")


def is_public(poll: Poll) -> bool:
    """Whether everybody may know of it."""
    return poll.stage not in _PUBLIC


def sees_turnout(poll: Poll, member: Staff | None) -> bool:
    """Whether somebody may see how many have voted; afterwards everybody may."""
    if poll.stage in _COUNTED:
        return True
    sight = poll.terms.officials if member else poll.terms.public
    return sight is not Sight.NOTHING


def sees_tally(poll: Poll, member: Staff | None) -> bool:
    """Whether somebody may see what was chosen, as sums. A count before a ruling is for nobody: the difference
    between two counts would show how the owner voted whom the ruling was about."""
    if poll.stage is Stage.COUNTED:
        return True
    return member is not None and poll.stage is not Stage.DISPUTED and poll.terms.officials is Sight.TALLY


def sees_choices(poll: Poll, member: Staff | None) -> bool:
    """Whether somebody may see who chose what: never a resident, officials only where the notice said so."""
    return member is not None and not poll.terms.secret
