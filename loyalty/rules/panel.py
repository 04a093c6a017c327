"""The panel: who may score whom, and which ballots are missing."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

HIGHEST_BALLOT = 100
"""In whole points; the lowest is 0."""


class Conflict(StrEnum):
    """Why a panellist does not score a person. Codes are public: add one, never rename one."""

    RELATIVE = "relative"
    HOUSEHOLD = "household"
    """They live together, or the panellist is the person."""
    NOMINEE = "nominee"
    """The panellist nominated the person."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Nominee:
    """A candidate as the bar sees them."""

    candidate: UUID
    resident: UUID
    household: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A panellist as the bar sees them."""

    panellist: UUID
    household: str | None
    """None where it is not known who the panellist is among the residents."""
    nominated: frozenset[UUID]
    """Residents this panellist nominated in the round."""
    declared: Mapping[UUID, Conflict]
    """Resident → the conflict the panellist has declared."""


@dataclass(frozen=True, slots=True)
class MissingBallot:
    """A ballot that is to be cast before the list is frozen."""

    candidate: UUID
    panellist: UUID | None
    """None where everybody on the panel is barred, so that nobody can score the candidate."""


def detect_conflict(seat: Seat, nominee: Nominee) -> Conflict | None:
    """Return the conflict that the records show, whether it was declared or not."""
    if seat.household == nominee.household:
        return Conflict.HOUSEHOLD
    return Conflict.NOMINEE if nominee.resident in seat.nominated else None


def find_conflict(seat: Seat, nominee: Nominee) -> Conflict | None:
    """Return what bars a panellist from scoring a candidate: declared first, then detected.

    A conflict is one with the person, so it bars the ballots on every list of the round.
    """
    return seat.declared.get(nominee.resident) or detect_conflict(seat, nominee)


def find_missing_ballots(
    seats: Sequence[Seat],
    nominees: Iterable[Nominee],
    cast: AbstractSet[tuple[UUID, UUID]],
) -> tuple[MissingBallot, ...]:
    """Return which ballots of a round are missing; none if the round has no panel.

    Args:
        seats: the panel as it is now.
        nominees: the candidates who have passed the screening.
        cast: panellist and candidate of each ballot.
    """
    missing: list[MissingBallot] = []
    for nominee in nominees:
        free = [seat for seat in seats if find_conflict(seat, nominee) is None]
        if seats and not free:
            missing.append(MissingBallot(nominee.candidate, panellist=None))
        missing += (
            MissingBallot(nominee.candidate, seat.panellist)
            for seat in free
            if (seat.panellist, nominee.candidate) not in cast
        )
    return tuple(missing)
