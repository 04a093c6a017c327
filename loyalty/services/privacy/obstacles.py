"""Whether somebody can be erased now, and what comes first if not."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select

from loyalty.models import (
    Candidate,
    Card,
    Objection,
    QuarantinedSale,
    Redemption,
    Resident,
    Round,
    RoundList,
    SaleCase,
    StaffAccount,
)
from loyalty.rules.erasure import ErasureFacts, ErasureObstacle, find_erasure_obstacles
from loyalty.rules.outcome import Outcome
from loyalty.rules.selection import RoundState
from loyalty.services.work import SomebodysWork

UNDER_WAY = (RoundState.REVIEW, RoundState.NOTICE, RoundState.CONFIRMED)
"""States in which a list may be frozen, and its cards are not issued yet."""

STANDING = (Outcome.ELIGIBLE, Outcome.SELECTED, Outcome.RESERVE)


def find_obstacles(work: SomebodysWork, resident: Resident) -> tuple[ErasureObstacle, ...]:
    """Return everything that stands in the way of erasing a resident now."""
    return find_erasure_obstacles(
        ErasureFacts(
            on_a_list=_is_there(work, _select_frozen_lines(resident)),
            open_objection=_is_there(work, _select_open_objections(resident)),
            open_case=_is_there(work, _select_open_cases(resident)),
            has_account=_is_there(work, _select_accounts(resident)),
        )
    )


def _is_there(work: SomebodysWork, query: Select[tuple[UUID]]) -> bool:
    return bool(work.session.scalar(select(exists(query))))


def _select_frozen_lines(resident: Resident) -> Select[tuple[UUID]]:
    return (
        select(Candidate.id)
        .join(Candidate.round_list)
        .join(RoundList.selection_round)
        .where(
            *_is_of(resident),
            Candidate.outcome.in_(STANDING),
            Round.state.in_(UNDER_WAY),
            Round.frozen_at.is_not(None),
        )
    )


def _select_open_objections(resident: Resident) -> Select[tuple[UUID]]:
    return (
        select(Objection.id)
        .join(Objection.candidate)
        .join(
            Round, (Round.community_id == Objection.community_id) & (Round.id == Objection.round_id)
        )
        .where(
            *_is_of(resident),
            Objection.decided_at.is_(None),
            Round.state.in_(UNDER_WAY),
        )
    )


def _is_of(resident: Resident) -> tuple[ColumnElement[bool], ...]:
    return Candidate.community_id == resident.community_id, Candidate.resident_id == resident.id


def _select_open_cases(resident: Resident) -> Select[tuple[UUID]]:
    own_sales = (
        select(Redemption.id)
        .join_from(Redemption, Card)
        .where(Redemption.community_id == resident.community_id, Card.resident_id == resident.id)
    )
    # Of a till that was revoked, and so not recorded: it names the card by what stands on it.
    held_back = (
        select(QuarantinedSale.id)
        .join(
            Card,
            (Card.community_id == QuarantinedSale.community_id)
            & (Card.serial == QuarantinedSale.serial),
        )
        .where(
            QuarantinedSale.community_id == resident.community_id, Card.resident_id == resident.id
        )
    )
    return select(SaleCase.id).where(
        SaleCase.community_id == resident.community_id,
        SaleCase.decided_at.is_(None),
        or_(
            SaleCase.redemption_id.in_(own_sales),
            SaleCase.other_redemption_id.in_(own_sales),
            SaleCase.quarantined_sale_id.in_(held_back),
        ),
    )


def _select_accounts(resident: Resident) -> Select[tuple[UUID]]:
    return select(StaffAccount.id).where(
        StaffAccount.community_id == resident.community_id,
        StaffAccount.resident_id == resident.id,
        StaffAccount.active,
    )
