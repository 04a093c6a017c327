"""Faces that customers press for a shop: one a day and device, told in sums of a month."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from loyalty.models import Satisfaction, Shop
from loyalty.rules.calendar import Month
from loyalty.rules.satisfaction import Face, FaceSums, sum_faces
from loyalty.services.work import Work

_BYTES = 16


@dataclass(frozen=True, slots=True)
class PressFace:
    """A face, pressed on some device."""

    face: Face
    handle: str
    """Random letters that the device holds for a day, and shows to nobody else."""


def make_handle() -> str:
    """Return what a device is known by until the day is over."""
    return secrets.token_urlsafe(_BYTES)


def press_face(session: Session, shop: Shop, request: PressFace, *, today: date) -> None:
    """Count a face for a shop; pressed again on that day and device, the last one counts."""
    pressed = insert(Satisfaction).values(
        community_id=shop.community_id,
        id=uuid7(),
        shop_id=shop.id,
        day=today,
        face=request.face.value,
        device=_device(request.handle, shop, today),
    )
    session.execute(
        pressed.on_conflict_do_update(
            index_elements=["community_id", "shop_id", "day", "device"],
            set_={"face": pressed.excluded.face},
        )
    )


def sum_faces_of_month(work: Work, month: Month) -> Mapping[UUID, FaceSums | None]:
    """Return the sums of each shop for which a face was pressed in a month; None is too few."""
    rows = work.session.execute(
        select(Satisfaction.shop_id, Satisfaction.face, func.count())
        .where(
            Satisfaction.community_id == work.community_id,
            Satisfaction.day.between(month.first, month.last),
        )
        .group_by(Satisfaction.shop_id, Satisfaction.face)
    )
    pressed = defaultdict[UUID, dict[Face, int]](dict)
    for shop_id, face, count in rows:
        pressed[shop_id][Face(face)] = count
    return {shop_id: sum_faces(faces) for shop_id, faces in pressed.items()}


def list_shops_named(work: Work, shop_ids: Collection[UUID]) -> Sequence[Shop]:
    """Return some shops of the community by their pinyin."""
    named = work.select(Shop).where(Shop.id.in_(shop_ids))
    return work.session.scalars(named.order_by(Shop.name_pinyin, Shop.id)).all()


def forget_devices(session: Session, community_id: UUID, *, today: date) -> None:
    """Forget on which devices the faces of earlier days were pressed."""
    session.execute(
        update(Satisfaction)
        .where(
            Satisfaction.community_id == community_id,
            Satisfaction.device.is_not(None),
            Satisfaction.day < today,
        )
        .values(device=None)
    )


def _device(handle: str, shop: Shop, today: date) -> bytes:
    """Return what tells a device again today and in this shop, and nowhere else."""
    return hashlib.sha256(f"{handle}\0{today}\0{shop.id}".encode()).digest()
