"""How often, and for how much, one card may be used."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from loyalty.rules.calendar import Month
from loyalty.rules.money import Fen

_Amount = TypeVar("_Amount", bound=int)


class LimitKind(StrEnum):
    """A limit that refuses a sale. Codes are public: add one, never rename one."""

    SAVED_PER_MONTH = "saved_per_month"
    USES_PER_DAY = "uses_per_day"
    USES_PER_SHOP_DAY = "uses_per_shop_day"


@dataclass(frozen=True, slots=True)
class PassedLimit:
    """The limit that refuses a sale."""

    kind: LimitKind
    again_from: date | None
    """First day on which the card works again; None where it has run out by then."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits in force. None means that there is no such limit; 0 means that none is allowed."""

    discountable_per_sale: Fen | None
    """The most that is discounted in one sale, in marked price. It cuts a sale, it refuses none."""
    uses_per_shop_day: int | None
    """Uses of one card at one shop in one day of the community's time zone."""
    uses_per_day: int | None
    """Uses of one card at all shops in one day."""
    saved_per_month: Fen | None
    """What one card saves at all shops in one calendar month."""


DEFAULT_LIMITS = Limits(
    discountable_per_sale=None, uses_per_shop_day=3, uses_per_day=None, saved_per_month=None
)
"""The limits of a new community."""


UNLIMITED = Limits(
    discountable_per_sale=None, uses_per_shop_day=None, uses_per_day=None, saved_per_month=None
)
"""None at all: for a sale that staff have accepted."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """What one shop grants beyond its community's limits. None leaves the community's limit.

    A shop cannot write "no limit", it names a number, however large: nothing left out by mistake
    may lift a limit.
    """

    discountable_per_sale: Fen | None = None
    uses_per_shop_day: int | None = None
    uses_per_day: int | None = None
    saved_per_month: Fen | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """What one card has used up before this sale; what was voided or returned does not count."""

    uses_at_shop_today: int
    uses_today: int
    saved_this_month: Fen


def choose_more_generous(community: Limits, shop: Overrides | None) -> Limits:
    """Return the limits at one shop: of each pair the one that allows more.

    An override that allows less than the community is without effect.
    """
    if shop is None:
        return community
    return Limits(
        discountable_per_sale=_choose_larger(
            community.discountable_per_sale, shop.discountable_per_sale
        ),
        uses_per_shop_day=_choose_larger(community.uses_per_shop_day, shop.uses_per_shop_day),
        uses_per_day=_choose_larger(community.uses_per_day, shop.uses_per_day),
        saved_per_month=_choose_larger(community.saved_per_month, shop.saved_per_month),
    )


def is_over_limit(limits: Limits, used: Used, saving: Fen) -> bool:
    """Return whether one more use, saving that many fen, would go over any limit.

    A limit that is reached exactly is kept.
    """
    return _find_first_passed(limits, used, saving) is not None


def find_passed_limit(
    limits: Limits, used: Used, saving: Fen, *, today: date, valid_until: date
) -> PassedLimit | None:
    """Return the limit that one more use would go over: of several the one that lasts longest.

    Args:
        valid_until: last day of the card, included.
    """
    kind = _find_first_passed(limits, used, saving)
    if kind is None:
        return None
    monthly = kind is LimitKind.SAVED_PER_MONTH
    again = Month.of(today).plus(1).first if monthly else today + timedelta(days=1)
    return PassedLimit(kind, again if again <= valid_until else None)


def _find_first_passed(limits: Limits, used: Used, saving: Fen) -> LimitKind | None:
    checks = (
        (LimitKind.SAVED_PER_MONTH, limits.saved_per_month, used.saved_this_month + saving),
        (LimitKind.USES_PER_DAY, limits.uses_per_day, used.uses_today + 1),
        (LimitKind.USES_PER_SHOP_DAY, limits.uses_per_shop_day, used.uses_at_shop_today + 1),
    )
    passed = (kind for kind, limit, after in checks if limit is not None and after > limit)
    return next(passed, None)


def _choose_larger(community: _Amount | None, shop: _Amount | None) -> _Amount | None:
    return community if community is None or shop is None else max(community, shop)
