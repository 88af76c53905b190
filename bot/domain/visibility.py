"""Who sees which field of a member; nobody, until the member says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.members import Member

FIELDS = ("name", "city", "email", "languages", "interests", "zone")


class Seen(StrEnum):
    """How far a field may be seen; each reaches those before it too."""

    NOBODY = "nobody"
    ORGANIZERS = "organizers"  # of the member's chapters
    COMMITTEE = "committee"
    MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever looks: the workspaces that they organize, and whether they are in the committee or a member."""

    organizes: frozenset[str] = frozenset()
    is_steering: bool = False
    is_member: bool = False


def seen_by(member: Member, field: str) -> Seen:
    """Return how far the member lets the field be seen; what cannot be read as a choice counts as nobody."""
    chosen = member.shown.get(field, Seen.NOBODY)
    return Seen(chosen) if chosen in Seen.__members__.values() else Seen.NOBODY


def visible(member: Member, field: str, viewer: Viewer) -> bool:
    """Say whether `viewer` may see the field (one of FIELDS) of somebody else."""
    far = seen_by(member, field)
    if far is Seen.NOBODY:
        return False
    if viewer.organizes.intersection(member.chapters):
        return True
    if viewer.is_steering:
        return far in (Seen.COMMITTEE, Seen.MEMBERS)
    return far is Seen.MEMBERS and viewer.is_member
