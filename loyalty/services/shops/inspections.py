"""Inspections of shops: a score sheet that is filled in, with photos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from loyalty.models import (
    CertificationEvent,
    InspectionPicture,
    Picture,
    Shop,
    ShopInspection,
)
from loyalty.rules.certification import CertificationAction, InspectionResult
from loyalty.rules.score_sheet import find_wrong_marks, judge_sheet
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import ValueRefusedError
from loyalty.services.pictures.pictures import CleanPicture, PicturePurpose, add_picture
from loyalty.services.shops.finding import get_shop
from loyalty.services.shops.score_sheets import read_sheet, store_first_sheet
from loyalty.services.work import Lock, Work

BEGINS_ANEW = (
    CertificationAction.APPLY,
    CertificationAction.SEND_BACK,
    CertificationAction.CERTIFY,
    CertificationAction.RENEW,
)
"""Steps after which an earlier inspection counts no more."""

HOLDS = timedelta(days=90)
"""How long before a step a shop may have been inspected."""


@dataclass(frozen=True, slots=True)
class RecordInspection:
    """What somebody found in a shop, by the sheet in force."""

    shop_id: UUID
    sheet_number: int
    """The version that was filled in; another one in force by now is refused."""
    day: date
    marks: Mapping[str, int]
    """Points by the code of each item of the sheet."""
    vetoes: Sequence[str] = ()
    note: str | None = None
    pictures: Sequence[CleanPicture] = ()
    picture_ids: Sequence[UUID] = ()
    """Pictures that were added before, for an inspection."""


def record_inspection(work: Work, request: RecordInspection) -> ShopInspection:
    """Keep a filled-in sheet; whether the shop goes on is a step of its own.

    Raises:
        ValueRefusedError: the day has not come, points are missing or too many, or a picture is
            none of an inspection.
    """
    if request.day > work.now.date():
        raise ValueRefusedError("/day", "This day has not come yet.")
    locked_community(work.session, work.community_id)
    shop = get_shop(work, request.shop_id, lock=Lock.CHANGE)
    row = store_first_sheet(work.session, work.community_id, now=work.now)
    if row.number != request.sheet_number:
        raise ValueRefusedError("/sheet_number", "There is a newer score sheet; fill in that one.")
    sheet = read_sheet(row)
    for code in find_wrong_marks(sheet, request.marks):
        raise ValueRefusedError(f"/marks/{code}", "Give it points, none too many.")
    if set(request.vetoes) - {veto.code for veto in sheet.vetoes}:
        raise ValueRefusedError("/vetoes", "The sheet has no such veto.")
    judged = judge_sheet(sheet, request.marks, request.vetoes)
    inspection = ShopInspection(
        community_id=shop.community_id,
        shop_id=shop.id,
        sheet=row,
        sheet_id=row.id,
        day=request.day,
        marks=dict(request.marks),
        vetoes=sorted(set(request.vetoes)),
        total=judged.total,
        passed=judged.passed,
        note=request.note,
        account_id=work.actor.account_id,
        recorded_at=work.now,
        pictures=[InspectionPicture(picture_id=one) for one in _gather_pictures(work, request)],
    )
    work.session.add(inspection)
    work.note("shop.inspected", shop, passed=inspection.passed, total=inspection.total)
    return inspection


def list_inspections(work: Work, shop: Shop) -> Sequence[ShopInspection]:
    """Return the inspections of a shop, the newest first."""
    return work.session.scalars(
        work.select(ShopInspection)
        .where(ShopInspection.shop_id == shop.id)
        .options(selectinload(ShopInspection.pictures), selectinload(ShopInspection.sheet))
        .order_by(ShopInspection.day.desc(), ShopInspection.id.desc())
    ).all()


def find_inspection_result(work: Work, shop: Shop) -> InspectionResult:
    """Return what the newest inspection says that counts for the next step of a shop."""
    began = (
        select(CertificationEvent.at)
        .where(
            CertificationEvent.community_id == work.community_id,
            CertificationEvent.shop_id == shop.id,
            CertificationEvent.action.in_([action.value for action in BEGINS_ANEW]),
        )
        .order_by(CertificationEvent.at.desc())
        .limit(1)
    )
    newest = work.session.scalar(
        work.select(ShopInspection)
        .where(
            ShopInspection.shop_id == shop.id,
            ShopInspection.day >= work.now.date() - HOLDS,
        )
        .order_by(ShopInspection.day.desc(), ShopInspection.id.desc())
        .limit(1)
    )
    since = work.session.scalar(began)
    if newest is None or (since is not None and _is_of_before(newest, since, work)):
        return InspectionResult.NONE
    return InspectionResult.PASSED if newest.passed else InspectionResult.FAILED


def _is_of_before(inspection: ShopInspection, since: datetime, work: Work) -> bool:
    """Return whether a shop was looked at before a step, though it may be written down later."""
    return (
        inspection.recorded_at <= since or inspection.day < since.astimezone(work.now.tzinfo).date()
    )


def _gather_pictures(work: Work, request: RecordInspection) -> list[UUID]:
    """Return the ids of the pictures of an inspection, added now or before."""
    added = [
        add_picture(
            work.session,
            work.community_id,
            one,
            PicturePurpose.INSPECTION,
            account_id=work.actor.account_id,
            now=work.now,
        ).id
        for one in request.pictures
    ]
    known = work.session.scalars(
        select(Picture.id).where(
            Picture.community_id == work.community_id,
            Picture.id.in_(request.picture_ids),
            Picture.purpose == PicturePurpose.INSPECTION.value,
        )
    ).all()
    if set(known) != set(request.picture_ids):
        raise ValueRefusedError("/picture_ids", "There is no such picture of an inspection.")
    return [*added, *known]
