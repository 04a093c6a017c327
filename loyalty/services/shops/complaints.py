"""Complaints of shops: made by anyone with a card in hand, answered by staff, told by receipt."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from loyalty.models import Community, Complaint, Picture, Shop
from loyalty.rules.complaint import ComplaintKind, ComplaintState, may_be_looked_into
from loyalty.rules.notice import ANSWER_WORKING_DAYS
from loyalty.services.community.working_days import last_day_of
from loyalty.services.errors import (
    ComplaintAnsweredError,
    ShopInvolvedError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.paging import Page, fetch_asked
from loyalty.services.pictures.pictures import CleanPicture, PicturePurpose, add_picture
from loyalty.services.receipts import find_received, get_received, give_out, make_receipt, take_in
from loyalty.services.same_person import is_own_account
from loyalty.services.shops.finding import get_shop
from loyalty.services.work import Lock, Work

LOOKED_BACK = timedelta(days=365)
"""Of what the yearly check of a shop is told."""

MOST_FOR_OWNER = 50

WITH_SHOP = joinedload(Complaint.shop)


@dataclass(frozen=True, slots=True)
class MakeComplaint:
    """What went wrong with a card in a shop."""

    shop_id: UUID
    kind: ComplaintKind
    happened_on: date
    text: str | None = None
    contact: str | None = None
    """Where the answer is wanted, beside the receipt."""
    picture: CleanPicture | None = None
    """A photo of the receipt or the price, made clean."""
    picture_id: UUID | None = None
    """The same, where it was added before, for a complaint and by staff."""
    receipt: str = field(default_factory=make_receipt)
    """What it is asked back with. Sent again with the same one, a complaint counts once."""


@dataclass(frozen=True, slots=True)
class AnswerComplaint:
    """What staff found, and did about it."""

    complaint_id: UUID
    upheld: bool
    answer: str
    """Whoever has the receipt reads it, so it names nobody."""


@dataclass(frozen=True, slots=True)
class FindComplaints:
    """Which part of the list of complaints is wanted."""

    limit: int
    after: UUID | None = None
    shop_id: UUID | None = None
    state: ComplaintState | None = None


def make_complaint(
    session: Session, community: Community, request: MakeComplaint, *, now: datetime
) -> Complaint:
    """Take in what somebody complains of on the public form; once per receipt.

    Raises:
        UnknownRecordError: the community has no such shop.
        ValueRefusedError: the day is to come, or nobody can look into it any more.
    """
    known = select(Shop.id).where(Shop.community_id == community.id, Shop.id == request.shop_id)
    if session.scalar(known) is None:
        raise UnknownRecordError("The community has no such shop.")
    give_out(session, community.id, request.receipt)
    if earlier := find_received(session, Complaint, community.id, request.receipt):
        return earlier
    complaint = _write_down(session, community.id, request, by=None, now=now)
    return take_in(session, complaint, "complaint.made", now=now, kind=complaint.kind)


def record_complaint(work: Work, request: MakeComplaint) -> Complaint:
    """Write down what somebody told staff.

    Raises:
        ValueRefusedError: the day is to come, or nobody can look into it any more.
    """
    shop = get_shop(work, request.shop_id)
    give_out(work.session, shop.community_id, request.receipt)
    complaint = _write_down(
        work.session, shop.community_id, request, by=work.actor.account_id, now=work.now
    )
    work.note("complaint.recorded", complaint, kind=complaint.kind)
    return complaint


def get_complaint_by_receipt(session: Session, community: Community, receipt: str) -> Complaint:
    """Return the complaint with a receipt's number, with its shop.

    Raises:
        UnknownRecordError: the community has given out no such number.
    """
    return get_received(
        session, Complaint, community.id, receipt, noun="complaint", options=[WITH_SHOP]
    )


def find_complaints(work: Work, request: FindComplaints) -> Page[Complaint]:
    """Return complaints with their shops, the latest first."""
    query = work.select(Complaint).options(WITH_SHOP)
    if request.shop_id is not None:
        query = query.where(Complaint.shop_id == request.shop_id)
    if request.state is not None:
        query = query.where(_is_in(request.state))
    return fetch_asked(work.session, query, Complaint, request, newest_first=True)


def list_open_complaints(work: Work, shop_id: UUID | None = None) -> Sequence[Complaint]:
    """Return the complaints without an answer, of one shop or of all, the earliest due first."""
    query = work.select(Complaint).options(WITH_SHOP).where(_is_in(ComplaintState.OPEN))
    if shop_id is not None:
        query = query.where(Complaint.shop_id == shop_id)
    return work.session.scalars(query.order_by(Complaint.due_on, Complaint.id)).all()


def count_since_check(work: Work, shop_id: UUID) -> tuple[int, int]:
    """Return how many complaints of a shop wait, and how many of the last year were so.

    It is what a shop's yearly check looks at.
    """
    a_year_ago = work.now - LOOKED_BACK
    counted = select(
        func.count().filter(_is_in(ComplaintState.OPEN)),
        func.count().filter(_is_in(ComplaintState.UPHELD), Complaint.answered_at >= a_year_ago),
    ).where(Complaint.community_id == work.community_id, Complaint.shop_id == shop_id)
    waiting, upheld = work.session.execute(counted).one()
    return waiting, upheld


def list_complaints_for_owner(work: Work, shop_id: UUID) -> Sequence[Complaint]:
    """Return the complaints of a shop that wait or were made within a year, the newest first.

    Of each an owner is told what it is about, the month, and what staff answered: neither words nor
    day, for on a quiet day these would say who it was.
    """
    query = work.select(Complaint).where(
        Complaint.shop_id == shop_id,
        or_(Complaint.made_at >= work.now - LOOKED_BACK, Complaint.answered_at.is_(None)),
    )
    return work.session.scalars(query.order_by(Complaint.id.desc()).limit(MOST_FOR_OWNER)).all()


def answer_complaint(work: Work, request: AnswerComplaint) -> Complaint:
    """Answer a complaint, once.

    Raises:
        ComplaintAnsweredError: it was answered before.
        ShopInvolvedError: the actor owns the shop.
    """
    complaint = work.find(Complaint, request.complaint_id, lock=Lock.CHANGE, options=[WITH_SHOP])
    if complaint.answered_at is not None:
        raise ComplaintAnsweredError("This complaint was answered before.")
    if is_own_account(work, complaint.shop.owner_id):
        raise ShopInvolvedError("Whoever owns the shop does not answer for the community.")
    complaint.upheld, complaint.answer = request.upheld, request.answer
    complaint.answered_at, complaint.answered_by = work.now, work.actor.account_id
    work.note("complaint.answered", complaint, upheld=request.upheld)
    return complaint


def _write_down(
    session: Session,
    community_id: UUID,
    request: MakeComplaint,
    *,
    by: UUID | None,
    now: datetime,
) -> Complaint:
    if not may_be_looked_into(request.happened_on, now.date()):
        raise ValueRefusedError("/happened_on", "Name a day of the last 93 days.")
    picture_id = _kept_picture(session, community_id, request, by=by, now=now)
    complaint = Complaint(
        community_id=community_id,
        shop_id=request.shop_id,
        kind=request.kind.value,
        happened_on=request.happened_on,
        text=request.text,
        contact=request.contact,
        picture_id=picture_id,
        receipt=request.receipt,
        made_at=now,
        recorded_by=by,
        due_on=last_day_of(session, community_id, now.date(), ANSWER_WORKING_DAYS),
    )
    session.add(complaint)
    session.flush()
    return complaint


def _kept_picture(
    session: Session,
    community_id: UUID,
    request: MakeComplaint,
    *,
    by: UUID | None,
    now: datetime,
) -> UUID | None:
    """Return the picture of a complaint, kept now or before; None where it has none."""
    if request.picture is not None:
        purpose = PicturePurpose.COMPLAINT
        return add_picture(
            session, community_id, request.picture, purpose, account_id=by, now=now
        ).id
    if request.picture_id is not None:
        known = select(Picture.id).where(
            Picture.community_id == community_id,
            Picture.id == request.picture_id,
            Picture.purpose == PicturePurpose.COMPLAINT.value,
        )
        if session.scalar(known) is None:
            raise ValueRefusedError("/picture_id", "There is no such picture of a complaint.")
    return request.picture_id


def _is_in(state: ComplaintState) -> ColumnElement[bool]:
    if state is ComplaintState.OPEN:
        return Complaint.answered_at.is_(None)
    return Complaint.upheld.is_(state is ComplaintState.UPHELD)
