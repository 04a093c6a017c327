"""Stalls of a market, and shops that ask for a plaque."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    Community,
    ShopApplication,
    ShopSeries,
    StaffAccount,
    Stall,
    StallLet,
)
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.shops.applications import ApplyForPlaque, apply_for_plaque
from tests.given import NOON


def given_stall(
    session: Session, community: Community, account: StaffAccount, **values: Any
) -> Stall:
    """A stall that was let on its first day and given back on the next."""
    name = values.pop("name", "A区07号")
    first = NOON.date().replace(day=1)
    stall = Stall(
        community_id=community.id,
        name=name,
        name_key=make_reference_key(name),
        built_on=first,
        **values,
    )
    session.add(stall)
    session.flush()
    by = {"community_id": community.id, "stall_id": stall.id, "account_id": account.id}
    days = {first: "老王豆腐", first.replace(day=2): None}
    session.add_all(
        StallLet(**by, since=since, tenant=tenant, recorded_at=NOON)
        for since, tenant in days.items()
    )
    session.flush()
    return stall


def given_turn(session: Session, stall: Stall, account: StaffAccount, **values: Any) -> StallLet:
    """A stall that is let anew on its third day."""
    turn = StallLet(
        **{
            "community_id": stall.community_id,
            "stall_id": stall.id,
            "account_id": account.id,
            "since": stall.built_on.replace(day=3),
            "tenant": "小李凉粉",
            "recorded_at": NOON,
            **values,
        }
    )
    session.add(turn)
    session.flush()
    return turn


def given_application(session: Session, community: Community, **values: Any) -> ShopApplication:
    """A bakery that asks for a plaque."""
    said = {
        "name": "和平馕店",
        "series": "蒲公英",
        "category": "馕与面点",
        "contact": "13800138000",
    }
    return apply_for_plaque(session, community, ApplyForPlaque(**{**said, **values}), now=NOON)


def given_market(
    session: Session, community: Community, account: StaffAccount, area_id: UUID
) -> dict[str, UUID]:
    """A series of plaques, a shop that asks for one, and a stall that was let."""
    of_community = ShopSeries.community_id == community.id
    return {
        "series_id": session.scalars(select(ShopSeries.id).where(of_community)).one(),
        "application_id": given_application(session, community).id,
        "stall_id": given_stall(session, community, account, area_id=area_id).id,
    }
