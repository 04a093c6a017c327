"""Pictures as people send them, and as they are kept."""

import io
from typing import Any
from uuid import UUID

from PIL import Image
from sqlalchemy.orm import Session

from loyalty.models import Community, FloorPlan, Picture, Shop, ShopPin
from loyalty.services.pictures.pictures import CleanPicture, PicturePurpose, add_picture
from tests.given import NOON


def photo(
    width: int = 40, height: int = 30, *, kind: str = "JPEG", mode: str = "RGB", **values: Any
) -> bytes:
    """Return the file of a picture in one colour."""
    file = io.BytesIO()
    Image.new(mode, (width, height), values.pop("colour", 0)).save(file, kind, **values)
    return file.getvalue()


def taken_here(**values: Any) -> bytes:
    """Return a photo that tells where it was taken, with which camera, and which side is up."""
    facts = Image.Exif()
    facts[0x0110] = "Camera of Wang Fang"
    facts[0x0112] = 6
    facts.get_ifd(0x8825)[2] = (43.0, 47.0, 30.0)
    return photo(exif=facts, comment=b"43.79N 87.6E", **values)


def given_picture(
    session: Session,
    community: Community,
    purpose: PicturePurpose = PicturePurpose.INSPECTION,
    **values: Any,
) -> Picture:
    """A picture of a shop, added by staff."""
    clean = CleanPicture(photo(), 40, 30)
    return add_picture(session, community.id, clean, purpose, **{"now": NOON, **values})


def given_plan(session: Session, community: Community, name: str = "一楼") -> FloorPlan:
    """A floor plan, four units wide and three high."""
    picture = given_picture(session, community, PicturePurpose.FLOOR_PLAN)
    plan = FloorPlan(community_id=community.id, name=name, picture_id=picture.id)
    session.add(plan)
    session.flush()
    return plan


def given_pin(session: Session, shop: Shop, plan: FloorPlan | None = None) -> ShopPin:
    """The place of a shop, in the middle of a plan."""
    on = plan or given_plan(session, session.get_one(Community, shop.community_id))
    pin = ShopPin(
        community_id=shop.community_id,
        shop_id=shop.id,
        plan_id=on.id,
        x_permille=500,
        y_permille=500,
    )
    session.add(pin)
    session.flush()
    return pin


def given_pictures(session: Session, community: Community, account_id: UUID) -> dict[str, UUID]:
    """A plan that anyone may see, and a photo of an inspection that staff see."""
    return {
        "picture_id": given_picture(
            session, community, PicturePurpose.FLOOR_PLAN, account_id=account_id
        ).id,
        "photo_id": given_picture(session, community, account_id=account_id).id,
    }
