"""What a resident sees of their own: their cards, and what they saved with them, month by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from loyalty.models import Card, Redemption
from loyalty.rules.calendar import Month
from loyalty.rules.card_state import CardState
from loyalty.services.work import ResidentWork

MONTHS = 3
"""How many are shown, the present one included: older sales know nothing of whose card it was."""

MOST_CARDS = 3


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """What one resident did with their cards in one month, less what was taken back."""

    month: date
    """First day."""
    uses: int
    saved_fen: int


@dataclass(frozen=True, slots=True)
class OwnPageOverview:
    """Everything on the first page."""

    cards: Sequence[Card]
    """Those that work or may work again, else the last one; the newest first."""
    months: Sequence[OwnMonth]
    """The last ones, the earliest first; a month without a use is one of them."""

    @property
    def saved_fen(self) -> int:
        """Return what was saved in these months together."""
        return sum(one.saved_fen for one in self.months)

    @property
    def used_months(self) -> Sequence[OwnMonth]:
        """Return those in which something was done, the latest first."""
        return [one for one in reversed(self.months) if one.uses or one.saved_fen]


def overlook(work: ResidentWork) -> OwnPageOverview:
    """Return what a resident has."""
    return OwnPageOverview(_cards(work), _months(work))


def _cards(work: ResidentWork) -> Sequence[Card]:
    query = (
        work.select(Card)
        .where(Card.resident_id == work.actor.resident_id)
        .options(joinedload(Card.honour))
        .order_by(Card.valid_until.desc(), Card.id.desc())
        .limit(MOST_CARDS)
    )
    found = work.session.scalars(query).all()
    today = work.now.date()
    living = [
        card for card in found if card.state != CardState.REVOKED and card.valid_until >= today
    ]
    return living or found[:1]


def _months(work: ResidentWork) -> Sequence[OwnMonth]:
    present = Month.of(work.now.date())
    months = [present.plus(-ago) for ago in reversed(range(MONTHS))]
    uses, saved = func.sum(Redemption.uses), func.sum(Redemption.saved_fen)
    rows = work.session.execute(
        select(Redemption.month, uses, saved)
        .join(
            Card, (Card.community_id == Redemption.community_id) & (Card.id == Redemption.card_id)
        )
        .where(
            Redemption.community_id == work.community_id,
            Card.resident_id == work.actor.resident_id,
            Redemption.month >= months[0].first,
        )
        .group_by(Redemption.month)
    )
    sums = {month: (used, amount) for month, used, amount in rows}
    return [OwnMonth(one.first, *sums.get(one.first, (0, 0))) for one in months]
