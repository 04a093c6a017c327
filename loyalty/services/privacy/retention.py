"""Forgetting in time: at whose card a sale was made, what a case tells of it, and old records.

The entries of the book stay as they are but for their card, and all figures with them: how many
people stood behind a month has been counted before.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Delete,
    Select,
    Update,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased

from loyalty.models import (
    CardMonth,
    CouncilMeeting,
    EvidenceFile,
    InspectionPicture,
    MonthPeople,
    QuarantinedSale,
    Redemption,
    SaleCase,
    ShopInspection,
)
from loyalty.rules.calendar import Month
from loyalty.rules.retention import (
    CASES,
    EVIDENCE_FILES,
    INSPECTIONS,
    LINKS_OF_SALES,
    MEETINGS,
)
from loyalty.rules.traces import FORGOTTEN

MOST_AT_ONCE = 5000
"""Entries of the book that one transaction parts from their cards."""


def part_sales_from_cards(session: Session, community_id: UUID, *, now: datetime) -> int:
    """Part old sales, and what was taken back of them, from their cards; some at a time.

    A sale that a case is open about waits for its decision.

    Returns:
        How many entries of the book were parted; 0 where none is left.
    """
    before = now - LINKS_OF_SALES
    return sum(
        len(session.execute(_part(community_id, ids).returning(Redemption.id)).all())
        for ids in (_select_old_sales(community_id, before), _select_reversals(community_id))
    )


def forget_uses(session: Session, community_id: UUID, *, now: datetime) -> None:
    """Forget on which days and in which shops a card was used, as far as no limit asks for it."""
    last = (now - LINKS_OF_SALES).date()
    for statement in (_delete_months(community_id, Month.of(last)), _cut_days(community_id, last)):
        session.execute(statement)


def forget_cases(session: Session, community_id: UUID, *, now: datetime) -> None:
    """Forget of cases decided long ago which cards they were about, and why it was decided so."""
    old = (
        SaleCase.community_id == community_id,
        SaleCase.decided_at <= now - CASES,
    )
    kept = select(SaleCase.quarantined_sale_id).where(*old)
    statements = (
        update(QuarantinedSale)
        .where(
            QuarantinedSale.community_id == community_id,
            QuarantinedSale.serial.is_not(None),
            QuarantinedSale.id.in_(kept),
        )
        .values(serial=None),
        update(SaleCase)
        .where(*old, or_(SaleCase.other_redemption_id.is_not(None), SaleCase.reason != FORGOTTEN))
        .values(other_redemption_id=None, reason=FORGOTTEN),
    )
    for statement in statements:
        session.execute(statement)


def forget_records(session: Session, community_id: UUID, *, now: datetime) -> None:
    """Forget files of old evidence, photos of old inspections, and what old meetings talked about.

    A photo that nothing names any more goes with the loose pictures.
    """
    inspections = select(ShopInspection.id).where(
        ShopInspection.community_id == community_id,
        ShopInspection.recorded_at <= now - INSPECTIONS,
    )
    statements = (
        delete(EvidenceFile).where(
            EvidenceFile.community_id == community_id,
            EvidenceFile.added_at <= now - EVIDENCE_FILES,
        ),
        delete(InspectionPicture).where(
            InspectionPicture.community_id == community_id,
            InspectionPicture.inspection_id.in_(inspections),
        ),
        update(CouncilMeeting)
        .where(
            CouncilMeeting.community_id == community_id,
            CouncilMeeting.held_on <= (now - MEETINGS).date(),
            CouncilMeeting.agenda != FORGOTTEN,
        )
        .values(
            place=None,
            agenda=FORGOTTEN,
            minutes=case((CouncilMeeting.minutes.is_not(None), FORGOTTEN)),
        ),
    )
    for statement in statements:
        session.execute(statement.execution_options(synchronize_session=False))


def _part(community_id: UUID, ids: Select[tuple[UUID]]) -> Update:
    return (
        update(Redemption)
        .where(Redemption.community_id == community_id, Redemption.id.in_(ids))
        # The hash of a sale tells the card to whoever tries each of a few thousand. That of what
        # was taken back tells none, and the answer may have been lost a moment ago.
        .values(
            card_id=None,
            request_hash=case((Redemption.kind != "sale", Redemption.request_hash)),
        )
        .execution_options(synchronize_session=False)
    )


def _select_old_sales(community_id: UUID, before: datetime) -> Select[tuple[UUID]]:
    counted = select(MonthPeople.month).where(
        MonthPeople.community_id == community_id, MonthPeople.part == "all"
    )
    return _some(
        select(Redemption.id).where(
            Redemption.community_id == community_id,
            Redemption.card_id.is_not(None),
            Redemption.month <= before.date(),
            Redemption.month.in_(counted),
            Redemption.kind == "sale",
            Redemption.recorded_at <= before,
            ~_has_open_case(),
        )
    )


def _select_reversals(community_id: UUID) -> Select[tuple[UUID]]:
    sale = aliased(Redemption)
    return _some(
        select(Redemption.id)
        .join(
            sale,
            and_(sale.community_id == Redemption.community_id, sale.id == Redemption.of_id),
        )
        .where(
            Redemption.community_id == community_id,
            Redemption.of_id.is_not(None),
            Redemption.card_id.is_not(None),
            sale.card_id.is_(None),
        )
    )


def _some(query: Select[tuple[UUID]]) -> Select[tuple[UUID]]:
    return query.order_by(Redemption.id).limit(MOST_AT_ONCE)


def _has_open_case() -> ColumnElement[bool]:
    return exists(
        select(SaleCase.id).where(
            SaleCase.community_id == Redemption.community_id,
            SaleCase.decided_at.is_(None),
            or_(
                SaleCase.redemption_id == Redemption.id,
                SaleCase.other_redemption_id == Redemption.id,
            ),
        )
    )


def _delete_months(community_id: UUID, month: Month) -> Delete:
    return delete(CardMonth).where(
        CardMonth.community_id == community_id, CardMonth.month < month.first
    )


def _cut_days(community_id: UUID, last: date) -> Update:
    """Return what drops the days before another, with the shops, from the month that has both."""
    used = func.jsonb_each(CardMonth.uses).table_valued("key", "value")
    day = func.left(used.c.key, len("2026-12-09"))
    rest = select(func.jsonb_object_agg(used.c.key, used.c.value)).where(day >= last.isoformat())
    return (
        update(CardMonth)
        .where(
            CardMonth.community_id == community_id,
            CardMonth.month == Month.of(last).first,
            exists(select(used.c.key).where(day < last.isoformat())),
        )
        .values(uses=func.coalesce(rest.scalar_subquery(), cast({}, JSONB)))
        .execution_options(synchronize_session=False)
    )
