"""The verdict a till gets when a card is shown, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from loyalty.rules.card_state import CardState


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


class Tone(StrEnum):
    """The colour, sound and icon of an answer."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    """It could not be checked: never green, and never red."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What follows from a verdict, beside the words for it."""

    tone: Tone
    kept_when_late: bool = False
    """A sale that has happened is kept under it, flagged, and shown to staff."""
    ask_again: bool = False
    """Nothing definite is known, so the till offers to ask once more."""
    tells_amounts: bool = False
    """The answer to the till has the amounts."""
    names_card: bool = True
    """The code may be that of a card of ours, and the answer says what is known of it."""
    may_be_printed: bool = False
    """The card works, or will; one that never works again is not printed."""


MEANINGS: Mapping[Verdict, Meaning] = MappingProxyType(
    {
        Verdict.OK: Meaning(tone=Tone.YES, tells_amounts=True, may_be_printed=True),
        Verdict.OK_OFFLINE: Meaning(tone=Tone.YES, may_be_printed=True),
        Verdict.UNKNOWN: Meaning(tone=Tone.NO, names_card=False),
        Verdict.FORGED: Meaning(tone=Tone.NO, names_card=False),
        Verdict.REVOKED: Meaning(tone=Tone.NO, kept_when_late=True),
        Verdict.SUSPENDED: Meaning(tone=Tone.NO, kept_when_late=True),
        Verdict.EXPIRED: Meaning(tone=Tone.NO, kept_when_late=True),
        Verdict.NOT_YET_VALID: Meaning(tone=Tone.NO, kept_when_late=True, may_be_printed=True),
        Verdict.OTHER_COMMUNITY: Meaning(tone=Tone.NO, names_card=False),
        Verdict.SHOP_NOT_CERTIFIED: Meaning(tone=Tone.NO, kept_when_late=True),
        Verdict.TILL_REVOKED: Meaning(tone=Tone.NO),
        Verdict.OVER_LIMIT: Meaning(tone=Tone.NO, kept_when_late=True),
        Verdict.NOTHING_DISCOUNTABLE: Meaning(
            tone=Tone.NO, kept_when_late=True, tells_amounts=True
        ),
        Verdict.AMOUNT_MISMATCH: Meaning(
            tone=Tone.UNSURE, kept_when_late=True, ask_again=True, tells_amounts=True
        ),
        Verdict.CANNOT_VERIFY_OFFLINE: Meaning(tone=Tone.UNSURE, ask_again=True),
        Verdict.PAYMENT_CODE: Meaning(tone=Tone.UNSURE, ask_again=True, names_card=False),
        Verdict.BAD_CODE: Meaning(tone=Tone.UNSURE, ask_again=True, names_card=False),
        Verdict.CLOCK_WRONG: Meaning(tone=Tone.UNSURE, kept_when_late=True, ask_again=True),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What is known when a card is shown; what no till has part in, it leaves as it stands here.

    A card that is issued but not ticked as handed over counts like an active one: whoever holds it
    must not be refused because a list was not kept.
    """

    today: date
    """Date at the shop, not in UTC."""
    state: CardState
    valid_from: date
    """First day the card works, included."""
    valid_until: date
    """Last day the card works, included."""
    same_community: bool = True
    """Card and shop belong to one community."""
    shop_certified: bool = True
    over_limit: bool = False
    """This use would go over a limit."""
    nothing_discountable: bool = False
    """An amount was given, and the card applies to none of it."""
    amount_agrees: bool = True
    """The till worked out the same amount to pay; true if it gave none."""


def verdict_on(visit: Visit) -> Verdict:
    """Return the verdict on one visit.

    The order is part of the rule, and that of `Verdict`: the most lasting reason comes first.
    The other verdicts are given before, where the code is read: on the device or at the edge.
    """
    checks = (
        (visit.state is CardState.REVOKED, Verdict.REVOKED),
        (visit.state is CardState.SUSPENDED, Verdict.SUSPENDED),
        (visit.today > visit.valid_until, Verdict.EXPIRED),
        (visit.today < visit.valid_from, Verdict.NOT_YET_VALID),
        (not visit.same_community, Verdict.OTHER_COMMUNITY),
        (not visit.shop_certified, Verdict.SHOP_NOT_CERTIFIED),
        (visit.over_limit, Verdict.OVER_LIMIT),
        (visit.nothing_discountable, Verdict.NOTHING_DISCOUNTABLE),
        (not visit.amount_agrees, Verdict.AMOUNT_MISMATCH),
    )
    return next((verdict for applies, verdict in checks if applies), Verdict.OK)
