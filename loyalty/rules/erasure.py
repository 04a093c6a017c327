"""What stands in the way of erasing a person, for as long as it does."""

from dataclasses import dataclass
from enum import StrEnum


class ErasureObstacle(StrEnum):
    """Why somebody cannot be erased yet. Codes are public: add one, never rename one."""

    ON_A_LIST = "on_a_list"
    """Their line stands on a list that is frozen and not issued yet."""
    OPEN_OBJECTION = "open_objection"
    """An objection to their line waits for its answer."""
    OPEN_CASE = "open_case"
    """A sale with their card waits for the decision of staff."""
    HAS_ACCOUNT = "has_account"
    """They work here: their account is closed first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureFacts:
    """What is known of somebody who is to be erased."""

    on_a_list: bool
    open_objection: bool
    open_case: bool
    has_account: bool


def find_erasure_obstacles(facts: ErasureFacts) -> tuple[ErasureObstacle, ...]:
    """Return everything that stands in the way; nothing if the person can be erased now."""
    checks = (
        (facts.on_a_list, ErasureObstacle.ON_A_LIST),
        (facts.open_objection, ErasureObstacle.OPEN_OBJECTION),
        (facts.open_case, ErasureObstacle.OPEN_CASE),
        (facts.has_account, ErasureObstacle.HAS_ACCOUNT),
    )
    return tuple(obstacle for stands, obstacle in checks if stands)
