"""What a shop may agree to: rates inside the community's band, and no goods the law keeps out."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Honour, ShopTerm
from loyalty.rules.discount import OPT_IN_CATEGORIES
from loyalty.rules.money import Permille
from loyalty.services.errors import ValueRefusedError


@dataclass(frozen=True, slots=True)
class AgreedTerm:
    """What the holders of one honour pay in a shop."""

    honour: str
    """Code of the honour."""
    pay: Permille


def shop_terms(
    session: Session, community: Community, agreed: Sequence[AgreedTerm]
) -> list[ShopTerm]:
    """Return what was agreed as it is stored.

    Raises:
        ValueRefusedError: an honour is unknown or named twice, or a rate lies outside the band.
    """
    honours = {
        honour.code: honour
        for honour in session.scalars(select(Honour).where(Honour.community_id == community.id))
    }
    for place, term in enumerate(agreed):
        if term.honour not in honours:
            raise ValueRefusedError(f"/terms/{place}/honour", "The community has no such honour.")
        if term.honour in {earlier.honour for earlier in agreed[:place]}:
            raise ValueRefusedError(f"/terms/{place}/honour", "An honour has one rate in a shop.")
        if not community.band_min_permille <= term.pay <= community.band_max_permille:
            raise ValueRefusedError(
                f"/terms/{place}/pay_permille",
                f"Must lie between {community.band_min_permille}"
                f" and {community.band_max_permille}, the community's band.",
            )
    return [ShopTerm(honour=honours[term.honour], pay_permille=term.pay) for term in agreed]


def opted_in(categories: Sequence[str]) -> list[str]:
    """Return the excluded categories a shop gives the card's price on, each once.

    Raises:
        ValueRefusedError: a category is not one that a shop may choose.
    """
    for place, category in enumerate(categories):
        if category not in OPT_IN_CATEGORIES:
            raise ValueRefusedError(
                f"/opted_in_categories/{place}", "No shop may give the card's price on this."
            )
    return sorted(set(categories))
