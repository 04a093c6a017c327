"""How satisfied customers are with a shop: three faces, and no person behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

FEWEST_FACES = 5
"""Sums of fewer are told to nobody, staff included: somebody may have been seen to press one."""


class Face(StrEnum):
    """What is pressed. Codes are public: add one, never rename one."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class FaceSums:
    """How often each face was pressed for one shop in one month."""

    good: int
    fair: int
    bad: int


def sum_faces(pressed: Mapping[Face, int]) -> FaceSums | None:
    """Return the sums of some faces; None where all together are fewer than may be told."""
    if sum(pressed.values()) < FEWEST_FACES:
        return None
    return FaceSums(*(pressed.get(face, 0) for face in Face))
