"""The shops of the market: taking them in, and changing what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Honour, Shop, ShopTerm, StaffAccount
from loyalty.rules.certification import CertificationAction, CertificationState
from loyalty.rules.discount import OPT_IN_CATEGORIES
from loyalty.rules.money import Permille
from loyalty.services.actors import Role, StaffMember
from loyalty.services.audit import note
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import ValueRefusedError
from loyalty.services.people.pinyin import pinyin_of
from loyalty.services.shops.certification import record_step
from loyalty.services.shops.finding import shop_to_change


@dataclass(frozen=True, slots=True)
class AgreedTerm:
    """What the holders of one honour pay in a shop."""

    honour: str
    """Code of the honour."""
    pay: Permille


@dataclass(frozen=True, slots=True)
class CreateShop:
    """A shop that applies."""

    name: str
    series: str
    category: str
    name_pinyin: str | None = None
    """The sort key; None takes the commonest reading of the name."""
    stall: str | None = None
    contact: str | None = None
    owner_id: UUID | None = None
    """The account that may void its sales and pair its tills."""
    terms: Sequence[AgreedTerm] = ()
    opted_in_categories: Sequence[str] = ()
    discountable_per_sale_fen: int | None = None
    uses_per_shop_day: int | None = None
    import_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ChangeShop:
    """New values of some members of a shop, by the names of `CreateShop`'s."""

    shop_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    values: dict[str, Any]


def create_shop(
    session: Session, actor: StaffMember, request: CreateShop, *, now: datetime
) -> Shop:
    """Take in a shop that applies for a plaque."""
    community = locked_community(session, actor.community_id)
    shop = Shop(
        community_id=community.id,
        name=request.name,
        name_pinyin=request.name_pinyin or pinyin_of(request.name),
        series=request.series,
        category=request.category,
        stall=request.stall,
        contact=request.contact,
        owner_id=_owner(session, community, request.owner_id),
        terms=_terms(session, community, request.terms),
        opted_in_categories=_opted_in(request.opted_in_categories),
        discountable_per_sale_fen=request.discountable_per_sale_fen,
        uses_per_shop_day=request.uses_per_shop_day,
        import_id=request.import_id,
        state=CertificationState.APPLIED.value,
        created_at=now,
        updated_at=now,
    )
    session.add(shop)
    session.flush()
    record_step(session, actor, shop, CertificationAction.APPLY, reason="", now=now)
    _note(session, actor, "shop.created", shop, now=now)
    return shop


def change_shop(
    session: Session, actor: StaffMember, request: ChangeShop, *, now: datetime
) -> Shop:
    """Change some members of a shop; sales from now on follow it."""
    community = locked_community(session, actor.community_id)
    shop = shop_to_change(session, actor, request.shop_id, version=request.version)
    values = dict(request.values)
    if "name" in values:
        values.setdefault("name_pinyin", pinyin_of(values["name"]))
    if "owner_id" in values:
        values["owner_id"] = _owner(session, community, values["owner_id"])
    if "terms" in values:
        values["terms"] = _terms(session, community, values["terms"])
    if "opted_in_categories" in values:
        values["opted_in_categories"] = _opted_in(values["opted_in_categories"])
    for name, value in values.items():
        setattr(shop, name, value)
    shop.updated_at = now
    session.flush()
    _note(session, actor, "shop.changed", shop, now=now, members=sorted(request.values))
    return shop


def _note(
    session: Session, actor: StaffMember, action: str, shop: Shop, *, now: datetime, **detail: Any
) -> None:
    note(
        session,
        actor,
        action,
        community_id=shop.community_id,
        subject_id=shop.id,
        now=now,
        **detail,
    )


def _owner(session: Session, community: Community, owner_id: UUID | None) -> UUID | None:
    if owner_id is not None:
        account = session.get(StaffAccount, owner_id)
        if (
            account is None
            or account.community_id != community.id
            or Role.SHOP_OWNER.value not in account.roles
        ):
            raise ValueRefusedError("/owner_id", "The community has no such account of an owner.")
    return owner_id


def _terms(session: Session, community: Community, agreed: Sequence[AgreedTerm]) -> list[ShopTerm]:
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


def _opted_in(categories: Sequence[str]) -> list[str]:
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
