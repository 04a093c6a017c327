"""Forgetting who asked, once the answer has long been given, and what was said of somebody."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, Update, and_, or_, select, update
from sqlalchemy.orm import Session

from loyalty.models import (
    Complaint,
    Matter,
    Nomination,
    Objection,
    Round,
    RoundList,
    ShopApplication,
    ShopObjection,
)
from loyalty.rules.retention import ASKERS, NOMINATIONS, OBJECTIONS, UNANSWERED
from loyalty.rules.selection import RoundState
from loyalty.rules.traces import FORGOTTEN
from loyalty.services.imports.keeping import forget_tables

OVER = (RoundState.CLOSED, RoundState.CANCELLED)
TAKES_NOMINATIONS = (RoundState.DRAFT, RoundState.OPEN)


def forget_contacts(session: Session, community_id: UUID, *, now: datetime) -> None:
    """Forget who raised what was answered long ago, and who objected in a round called off.

    The tables nobody came back to are forgotten, too: names and numbers stand in them.
    """
    forget_tables(session, community_id, now=now)
    statements = (
        _forget_objectors(community_id, now),
        _forget_objectors_to_shops(community_id, now),
        _forget_raisers(community_id, now),
        _forget_complainers(community_id, now),
        _forget_applicants(community_id, now),
    )
    for statement in statements:
        session.execute(statement)


def forget_words(session: Session, community_id: UUID, *, now: datetime) -> None:
    """Forget the words of old objections and nominations, and whom nobody has matched in time."""
    statements = (
        *(_forget_objections(kind, community_id, now) for kind in (Objection, ShopObjection)),
        _forget_complaints(community_id, now),
        _forget_applications(community_id, now),
        _forget_statements(community_id, now),
        _reject_unmatched(community_id),
    )
    for statement in statements:
        session.execute(statement)


def _forget_objectors(community_id: UUID, now: datetime) -> Update:
    cancelled = select(Round.id).where(
        Round.community_id == community_id, Round.state == RoundState.CANCELLED
    )
    return (
        update(Objection)
        .where(
            Objection.community_id == community_id,
            or_(Objection.name.is_not(None), Objection.contact.is_not(None)),
            or_(Objection.decided_at <= now - ASKERS, Objection.round_id.in_(cancelled)),
        )
        .values(name=None, contact=None)
    )


def _forget_objectors_to_shops(community_id: UUID, now: datetime) -> Update:
    return (
        update(ShopObjection)
        .where(
            ShopObjection.community_id == community_id,
            or_(ShopObjection.name.is_not(None), ShopObjection.contact.is_not(None)),
            ShopObjection.decided_at <= now - ASKERS,
        )
        .values(name=None, contact=None)
    )


def _forget_applicants(community_id: UUID, now: datetime) -> Update:
    """Forget whom to call; of a shop that was taken in, its own entry says it.

    Whom nobody has answered long after, nobody will call.
    """
    return (
        update(ShopApplication)
        .where(
            ShopApplication.community_id == community_id,
            ShopApplication.contact.is_not(None),
            or_(
                ShopApplication.decided_at <= now - ASKERS,
                ShopApplication.decided_at.is_(None)
                & (ShopApplication.made_at <= now - UNANSWERED),
            ),
        )
        .values(contact=None)
    )


def _forget_raisers(community_id: UUID, now: datetime) -> Update:
    return (
        update(Matter)
        .where(
            Matter.community_id == community_id,
            Matter.contact.is_not(None),
            Matter.closed_at <= now - ASKERS,
        )
        .values(contact=None)
    )


def _forget_complainers(community_id: UUID, now: datetime) -> Update:
    return (
        update(Complaint)
        .where(
            Complaint.community_id == community_id,
            Complaint.contact.is_not(None),
            or_(
                Complaint.answered_at <= now - ASKERS,
                and_(
                    Complaint.answered_at.is_(None),
                    Complaint.due_on <= (now - UNANSWERED).date(),
                ),
            ),
        )
        .values(contact=None)
    )


def _forget_complaints(community_id: UUID, now: datetime) -> Update:
    return (
        update(Complaint)
        .where(
            Complaint.community_id == community_id,
            or_(Complaint.text.is_not(None), Complaint.picture_id.is_not(None)),
            Complaint.answered_at <= now - OBJECTIONS,
        )
        .values(text=None, picture_id=None)
    )


def _forget_applications(community_id: UUID, now: datetime) -> Update:
    """Empty what was declined; what was taken in goes with its shop."""
    return (
        update(ShopApplication)
        .where(
            ShopApplication.community_id == community_id,
            ShopApplication.shop_id.is_(None),
            ShopApplication.reason != FORGOTTEN,
            ShopApplication.decided_at <= now - OBJECTIONS,
        )
        .values(name=FORGOTTEN, stall=None, hours=None, offer=None, reason=FORGOTTEN)
    )


def _forget_objections(
    kind: type[Objection] | type[ShopObjection], community_id: UUID, now: datetime
) -> Update:
    return (
        update(kind)
        .where(
            kind.community_id == community_id,
            kind.text != FORGOTTEN,
            kind.decided_at <= now - OBJECTIONS,
        )
        .values(text=FORGOTTEN)
    )


def _forget_statements(community_id: UUID, now: datetime) -> Update:
    return (
        update(Nomination)
        .where(
            Nomination.community_id == community_id,
            Nomination.at <= now - NOMINATIONS,
            or_(Nomination.statement.is_not(None), Nomination.reason.is_not(None)),
            Nomination.list_id.in_(_lists_in(community_id, (RoundState.ISSUED, *OVER))),
        )
        .values(statement=None, reason=None)
    )


def _reject_unmatched(community_id: UUID) -> Update:
    """Let go of names that nobody has matched with a resident while the round was open."""
    return (
        update(Nomination)
        .where(
            Nomination.community_id == community_id,
            Nomination.state == "pending",
            Nomination.list_id.not_in(_lists_in(community_id, TAKES_NOMINATIONS)),
        )
        .values(state="rejected", name=None, unit=None, statement=None)
    )


def _lists_in(community_id: UUID, states: Collection[RoundState]) -> Select[tuple[UUID]]:
    return (
        select(RoundList.id)
        .join(RoundList.selection_round)
        .where(RoundList.community_id == community_id, Round.state.in_(states))
    )
