"""What owners say of their offers, and what stands out in the sales of their shops."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from loyalty.models import (
    OfferConfirmation,
    OfferProposal,
    Shop,
    ShopSignal,
    SignalWatermark,
    StaffAccount,
)
from tests.given import NOON


def given_proposal(session: Session, shop: Shop, account: StaffAccount) -> OfferProposal:
    """What an owner asks for, without an answer, and that the present offer was confirmed."""
    own = {"community_id": shop.community_id, "shop_id": shop.id}
    proposal = OfferProposal(
        **own,
        shop_version=shop.version,
        terms=[{"honour": "civilized_resident", "pay_permille": 820}],
        opted_in_categories=[],
        proposed_at=NOON,
        proposed_by=account.id,
    )
    quarter = {"quarter": date(2026, 10, 1), "account_id": account.id, "at": NOON}
    session.add_all([proposal, OfferConfirmation(**own, **quarter)])
    session.flush()
    return proposal


def given_signal(session: Session, shop: Shop, **values: Any) -> ShopSignal:
    """Something that stands out in a shop, whose sales have been looked through."""
    own = {"community_id": shop.community_id}
    signal = ShopSignal(
        **{
            **own,
            "shop_id": shop.id,
            "kind": "silence",
            "day": NOON.date(),
            "facts": {"days": 20, "sales": 12},
            "found_at": NOON,
            **values,
        }
    )
    session.add(signal)
    session.merge(SignalWatermark(**own, through=NOON.date()))
    session.flush()
    return signal
