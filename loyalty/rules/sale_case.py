"""Why staff look at a sale, and what they may decide."""

from enum import StrEnum


class CaseKind(StrEnum):
    """Why staff look at a sale. Codes are public: add one, never rename one."""

    FLAGGED = "flagged"
    """It was recorded, and would have been refused."""
    REFUSED = "refused"
    """It names no card of this community, or cannot be read; nothing was recorded."""
    UNPROVEN = "unproven"
    """It was judged like any other, but the till's device did not sign it."""
    QUARANTINED = "quarantined"
    """A revoked till sent it; nothing was recorded."""
    IMPOSSIBLE_TIMES = "impossible_times"
    """The same card was used at another shop at nearly the same time."""


class CaseDecision(StrEnum):
    """What staff decide about a case. Codes are public: add one, never rename one."""

    ACCEPT = "accept"
    """The sale stands; one out of quarantine is recorded."""
    CHARGE_NOBODY = "charge_nobody"
    """An honest mistake; nobody is asked for the difference."""
    CONTACT_SHOP = "contact_shop"
    """Staff speak with the shop."""
