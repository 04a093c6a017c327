"""What parties give beside the discount: in which units, and when two people answer for it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from loyalty.rules.benefit import Party
from loyalty.rules.money import Fen

LARGEST_AMOUNT = Fen(1_000_000_000_000)
"""The largest amount of one entry, 10 thousand million yuan, included."""

LARGEST_QUANTITY = 1_000_000_000
"""The largest quantity of one entry, in hundredths, included."""

LARGEST_ALONE = Fen(10_000_000)
"""The largest amount that one person enters alone for one evidence, 100,000 yuan, included; a kind
may name a smaller one."""


class PartyKind(StrEnum):
    """What gives or gains, as it is called by name. Codes are public."""

    ENTERPRISE = "enterprise"
    DEPARTMENT = "department"
    SHOP = "shop"
    GROUP = "group"
    COMMUNITY = "community"


SIDES: Mapping[PartyKind, Party] = MappingProxyType(
    {
        PartyKind.ENTERPRISE: Party.ENTERPRISES,
        PartyKind.DEPARTMENT: Party.COMMUNITY,
        PartyKind.SHOP: Party.SHOPS,
        PartyKind.GROUP: Party.RESIDENTS,
        PartyKind.COMMUNITY: Party.COMMUNITY,
    }
)
"""To which of the four parties of the ledger each belongs; volunteers are residents."""


class Unit(StrEnum):
    """What is counted. Different units are never added. Codes are public."""

    VISITS = "visits"
    PEOPLE = "people"
    HOUSEHOLDS = "households"
    ENTERPRISES = "enterprises"
    SHOPS = "shops"
    LOANS = "loans"
    HOURS = "hours"
    TEAMS = "teams"
    MEALS = "meals"
    EVENINGS = "evenings"
    DAYS = "days"
    JOBS = "jobs"
    ITEMS = "items"


class ContributionState(StrEnum):
    """Whether an entry counts. Codes are public."""

    WAITING = "waiting"
    """Until a second person has approved it."""
    COUNTED = "counted"
    WITHDRAWN = "withdrawn"
    """It stays to be seen, and counts nowhere."""


def state_of_entry(amount: Fen, beside: Fen, most_alone: Fen = LARGEST_ALONE) -> ContributionState:
    """Return the state of an entry as somebody has just made or changed it.

    Args:
        beside: what the same evidence stands for in other entries; parts of one contract are
            judged together. What is no money adds nothing to them.
        most_alone: the largest amount of its kind that one person enters alone, included.
    """
    alone = amount == 0 or amount + beside <= most_alone
    return ContributionState.COUNTED if alone else ContributionState.WAITING
