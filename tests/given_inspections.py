"""Inspections of shops by the score sheet that a community begins with."""

from typing import Any

from sqlalchemy.orm import Session

from loyalty.models import Community, InspectionPicture, Shop, ShopInspection
from loyalty.services.shops.inspections import RecordInspection
from loyalty.services.shops.score_sheets import FIRST_SHEET, store_first_sheet
from tests.given import NOON, given_account
from tests.given_pictures import given_picture

FULL = {item.code: item.points for item in FIRST_SHEET.items}
"""The points of a shop without fault."""


def filled_in(shop: Shop, **values: Any) -> RecordInspection:
    """A sheet that a shop passes, unless told otherwise."""
    return RecordInspection(
        shop.id, **{"sheet_number": 1, "day": NOON.date(), "marks": FULL, **values}
    )


def given_inspection(session: Session, shop: Shop, **values: Any) -> ShopInspection:
    """An inspection without fault, with a photo."""
    community = session.get_one(Community, shop.community_id)
    inspection = ShopInspection(
        **{
            "community_id": shop.community_id,
            "shop_id": shop.id,
            "sheet_id": store_first_sheet(session, community.id, now=NOON).id,
            "day": NOON.date(),
            "marks": FULL,
            "vetoes": [],
            "total": 100,
            "passed": True,
            "recorded_at": NOON,
            "pictures": [InspectionPicture(picture_id=given_picture(session, community).id)],
            **(
                {}
                if "account_id" in values
                else {"account_id": given_account(session, community).id}
            ),
            **values,
        }
    )
    session.add(inspection)
    session.flush()
    return inspection
