"""Pictures: made clean before a transaction begins, kept in it, and shown again."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import BoundedSemaphore
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ForeignKey, delete, false, not_, or_, select
from sqlalchemy.orm import Session, undefer

from loyalty.database import Model
from loyalty.models import Picture
from loyalty.services.apart import ApartError, ApartFault, read_apart
from loyalty.services.errors import PictureReaderBusyError, PictureRefusedError, UnknownRecordError

LARGEST_FILE = 8 * 1024 * 1024
"""Bytes of a picture as it comes in."""

MEDIA_TYPE = "image/jpeg"
"""Of every picture that is kept."""


class PicturePurpose(StrEnum):
    """What a picture is added for. Codes are public: add one, never rename one."""

    INSPECTION = "inspection"
    COMPLAINT = "complaint"
    FLOOR_PLAN = "floor_plan"


PUBLIC_PURPOSES = frozenset({PicturePurpose.FLOOR_PLAN})
"""What anyone may see; the others are staff's."""


class PictureFault(StrEnum):
    """Why a picture is not kept. Codes are public: add one, never rename one."""

    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    PDF = "pdf"
    DRAWING = "drawing"
    OTHER_PICTURE = "other_picture"
    NO_PICTURE = "no_picture"
    DAMAGED = "damaged"
    BUSY = "busy"
    """Nothing is wrong with the picture; the machine had no time for it."""


ADVICE = MappingProxyType(
    {
        PictureFault.TOO_LARGE: "A picture has at most 8 MB; take it in a smaller size.",
        PictureFault.TOO_MANY_PIXELS: "A picture has at most 40 megapixels; make it smaller.",
        PictureFault.PDF: "This is a PDF, whatever its name says; send a photo.",
        PictureFault.DRAWING: "This is a drawing (SVG); send a photo, as JPEG or PNG.",
        PictureFault.OTHER_PICTURE: "This kind of picture is not read; save it as JPEG.",
        PictureFault.NO_PICTURE: "This is no picture; send a JPEG, a PNG or a WebP.",
        PictureFault.DAMAGED: "The picture is damaged; take or save it again.",
        PictureFault.BUSY: "The service is busy right now; send the same picture in a minute.",
    }
)
"""What to do about each, for programs; people read it from `loyalty.words`."""

KEPT_UNNAMED = timedelta(days=1)
"""For how long a picture waits for the record that it belongs to."""

ONE_AT_A_TIME = BoundedSemaphore()
"""Some pictures take hundreds of megabytes for a moment."""

LONGEST_WAIT = 2
"""Seconds to wait for the one before, for whoever waits holds a thread that sales are made with."""


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture as it is kept, a JPEG of at most 1600 pixels a side."""

    content: bytes
    width: int
    height: int


def clean_picture(content: bytes) -> CleanPicture:
    """Return a picture as it may be kept: no place, no device, nothing but what is to be seen.

    It is read in a process with little memory and time. Call it before the transaction begins.

    Raises:
        PictureReaderBusyError: the machine has no time for it now.
        PictureRefusedError: it is no picture, or too large a one.
    """
    if len(content) > LARGEST_FILE:
        raise _make_refusal(PictureFault.TOO_LARGE)
    if not ONE_AT_A_TIME.acquire(timeout=LONGEST_WAIT):
        raise _make_refusal(PictureFault.BUSY)
    try:
        answer = read_apart("loyalty.services.pictures.cleaning", content)
    except ApartError as error:
        too_large = error.fault is ApartFault.TOO_LARGE
        fault = PictureFault.TOO_MANY_PIXELS if too_large else PictureFault(error.fault.value)
        raise _make_refusal(fault) from error
    finally:
        ONE_AT_A_TIME.release()
    told, _, clean = answer.partition(b"\n")
    facts = json.loads(told)
    if "fault" in facts:
        raise _make_refusal(PictureFault(facts["fault"]))
    return CleanPicture(clean, **facts)


def add_picture(
    session: Session,
    community_id: UUID,
    clean: CleanPicture,
    purpose: PicturePurpose,
    *,
    account_id: UUID | None = None,
    now: datetime,
) -> Picture:
    """Keep a picture that was made clean; flushed, so that a record may refer to it.

    Args:
        account_id: who adds it; None for somebody of the public.
    """
    picture = Picture(
        community_id=community_id,
        purpose=purpose.value,
        content=clean.content,
        width=clean.width,
        height=clean.height,
        account_id=account_id,
        added_at=now,
    )
    session.add(picture)
    session.flush()
    return picture


def get_picture(session: Session, community_id: UUID, picture_id: UUID) -> Picture:
    """Return a picture with its content.

    Raises:
        UnknownRecordError: the community has no such picture.
    """
    picture = session.scalar(
        select(Picture)
        .where(Picture.community_id == community_id, Picture.id == picture_id)
        .options(undefer(Picture.content))
    )
    if picture is None:
        raise UnknownRecordError("The community has no such picture.")
    return picture


def get_public_picture(session: Session, community_id: UUID, picture_id: UUID) -> Picture:
    """Return a picture that anyone may see.

    Raises:
        UnknownRecordError: there is none; one that only staff see counts as none.
    """
    picture = get_picture(session, community_id, picture_id)
    if PicturePurpose(picture.purpose) not in PUBLIC_PURPOSES:
        raise UnknownRecordError("The community has no such picture.")
    return picture


def forget_loose_pictures(session: Session, community_id: UUID, *, now: datetime) -> None:
    """Forget the pictures that no record names a day after they were added."""
    named = (
        select(reference.parent)
        .where(reference.parent.table.c.community_id == Picture.community_id)
        .where(reference.parent == Picture.id)
        .exists()
        for reference in _list_references()
    )
    old = Picture.added_at < now - KEPT_UNNAMED
    session.execute(
        delete(Picture)
        .where(Picture.community_id == community_id, old, not_(or_(false(), *named)))
        .execution_options(synchronize_session=False)
    )


def _list_references() -> list[ForeignKey]:
    """Return every column of ours that names a picture."""
    return [
        reference
        for table in Model.metadata.sorted_tables
        for column in table.columns
        for reference in column.foreign_keys
        if column.name != "community_id" and reference.column.table is Picture.__table__
    ]


def _make_refusal(fault: PictureFault) -> PictureRefusedError:
    kind = PictureReaderBusyError if fault is PictureFault.BUSY else PictureRefusedError
    return kind(fault, ADVICE[fault])
