"""Pictures as people send them, and as they are kept."""

import io
from typing import Any

from PIL import Image
from sqlalchemy.orm import Session

from loyalty.models import Community, Picture
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
