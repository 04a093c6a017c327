"""What a till is told when a card is shown."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Verdict(StrEnum):
    """The closed list of answers. Codes are public: add one, never rename one."""

    OK = "ok"
    OK_OFFLINE = "ok_offline"
    UNKNOWN = "unknown"
    FORGED = "forged"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    OTHER_COMMUNITY = "other_community"
    SHOP_NOT_CERTIFIED = "shop_not_certified"
    TILL_REVOKED = "till_revoked"
    OVER_LIMIT = "over_limit"
    NOTHING_DISCOUNTABLE = "nothing_discountable"
    AMOUNT_MISMATCH = "amount_mismatch"
    CANNOT_VERIFY_OFFLINE = "cannot_verify_offline"
    PAYMENT_CODE = "payment_code"
    BAD_CODE = "bad_code"
    CLOCK_WRONG = "clock_wrong"


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known when a card is shown at a till.

    A card that is issued but not ticked as handed over counts like an active one: whoever holds it
    must not be refused because a list was not kept.
    """

    today: date
    """Date at the shop, not in UTC."""
    known: bool
    """There is a card of this number."""
    genuine: bool
    """The signature is right; true for a number that was typed, which has none."""
    revoked: bool
    suspended: bool
    valid_from: date | None
    """First day the card works, included; None if the card is not known."""
    valid_until: date | None
    """Last day the card works, included; None if the card is not known."""
    same_community: bool
    """Card and shop belong to one community."""
    shop_certified: bool
    till_active: bool
    over_limit: bool
    """This use would go over a limit."""
    nothing_discountable: bool
    """An amount was given, and the card applies to none of it."""
    amount_agrees: bool
    """The till worked out the same amount to pay; true if it gave none."""


def verdict_on(visit: Visit) -> Verdict:
    """Return the verdict on one visit.

    The order is part of the rule, and that of `Verdict`: the most lasting reason is told first.
    The other verdicts are given where the code is read: on the device or at the edge.
    """
    expired = visit.valid_until is not None and visit.today > visit.valid_until
    not_yet_valid = visit.valid_from is not None and visit.today < visit.valid_from
    checks = (
        (not visit.known, Verdict.UNKNOWN),
        (not visit.genuine, Verdict.FORGED),
        (visit.revoked, Verdict.REVOKED),
        (visit.suspended, Verdict.SUSPENDED),
        (expired, Verdict.EXPIRED),
        (not_yet_valid, Verdict.NOT_YET_VALID),
        (not visit.same_community, Verdict.OTHER_COMMUNITY),
        (not visit.shop_certified, Verdict.SHOP_NOT_CERTIFIED),
        (not visit.till_active, Verdict.TILL_REVOKED),
        (visit.over_limit, Verdict.OVER_LIMIT),
        (visit.nothing_discountable, Verdict.NOTHING_DISCOUNTABLE),
        (not visit.amount_agrees, Verdict.AMOUNT_MISMATCH),
    )
    return next((verdict for applies, verdict in checks if applies), Verdict.OK)
