"""Sales that staff must look at, and what they decide. Each is decided once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from uuid_utils.compat import uuid7

from loyalty.models import SaleCase
from loyalty.rules.sale_case import CaseDecision, CaseKind
from loyalty.rules.verdict import Verdict
from loyalty.services.actors import StaffMember, Till
from loyalty.services.audit import note
from loyalty.services.errors import CaseDecidedError, UnknownRecordError
from loyalty.services.late_sales.quarantine import record_quarantined
from loyalty.services.paging import Page, page

OPEN_CASE = """
INSERT INTO sale_case (
    id, community_id, till_id, shop_id, kind, verdict, idempotency_key, quarantined_sale_id,
    opened_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""

NAME_SALE = """
UPDATE sale_case SET redemption_id = %s
 WHERE community_id = %s AND till_id = %s AND kind = 'unproven' AND idempotency_key = %s
   AND redemption_id IS NULL
"""

WHAT_STAFF_SEE = (
    joinedload(SaleCase.till),
    joinedload(SaleCase.shop),
    joinedload(SaleCase.redemption),
    joinedload(SaleCase.other_redemption),
    joinedload(SaleCase.quarantined_sale),
)


@dataclass(frozen=True, slots=True)
class FindCases:
    """Which part of the list of cases is wanted."""

    limit: int
    after: UUID | None = None
    open: bool | None = None
    """Only those that wait for a decision, or only the others; None asks for all."""


@dataclass(frozen=True, slots=True)
class DecideCase:
    """What staff decide about a case."""

    case_id: UUID
    decision: CaseDecision
    reason: str


def open_case(
    connection: Connection[Any],
    till: Till,
    kind: CaseKind,
    key: UUID | None,
    *,
    verdict: Verdict | None = None,
    kept: UUID | None = None,
    now: datetime,
) -> None:
    """Open a case about a sale of a till; one of this kind about the same sale is left as it is.

    Args:
        key: the sale's; None for one that cannot be read.
        kept: the sale in quarantine; None where it is not kept there.
    """
    case = (uuid7(), till.community_id, till.till_id, till.shop_id, kind, verdict, key, kept, now)
    connection.execute(OPEN_CASE, case)


def name_sale(connection: Connection[Any], till: Till, key: UUID, redemption_id: UUID) -> None:
    """Tell the case of an unproven sale which entry of the book it has become."""
    connection.execute(NAME_SALE, (redemption_id, till.community_id, till.till_id, key))


def find_cases(session: Session, actor: StaffMember, request: FindCases) -> Page[SaleCase]:
    """Return the cases, the newest first; those that wait, the longest waiting first."""
    query = select(SaleCase).where(SaleCase.community_id == actor.community_id)
    if request.open is not None:
        waits = SaleCase.decided_at.is_(None)
        query = query.where(waits if request.open else ~waits)
    return page(
        session,
        query.options(*WHAT_STAFF_SEE),
        SaleCase,
        limit=request.limit,
        after=request.after,
        newest_first=not request.open,
    )


def case_of(session: Session, actor: StaffMember, case_id: UUID) -> SaleCase:
    """Return one case of the actor's community.

    Raises:
        UnknownRecordError: the community has no such case.
    """
    return _case(session, actor, case_id, lock=False)


def decide_case(
    session: Session, actor: StaffMember, request: DecideCase, *, now: datetime
) -> SaleCase:
    """Decide a case, once. Accepting a sale out of quarantine records it.

    Raises:
        UnknownRecordError: the community has no such case.
        CaseDecidedError: somebody has decided it.
        ValueRefusedError: it cannot be accepted, for it names no card.
    """
    case = _case(session, actor, request.case_id, lock=True)
    if case.decided_at is not None:
        raise CaseDecidedError("This case has been decided.")
    if case.quarantined_sale is not None and request.decision is CaseDecision.ACCEPT:
        flag = Verdict.TILL_REVOKED if case.kind == CaseKind.QUARANTINED else None
        case.redemption_id = record_quarantined(
            session, actor, case.quarantined_sale, case.shop_id, flag=flag, now=now
        )
    case.decision = request.decision
    case.reason = request.reason
    case.decided_at = now
    case.decided_by = actor.account_id
    note(
        session,
        actor,
        "case.decided",
        community_id=case.community_id,
        subject_id=case.id,
        now=now,
        kind=case.kind,
        decision=case.decision,
    )
    session.flush()
    return case


def _case(session: Session, actor: StaffMember, case_id: UUID, *, lock: bool) -> SaleCase:
    query = (
        select(SaleCase)
        .where(SaleCase.id == case_id, SaleCase.community_id == actor.community_id)
        .options(*WHAT_STAFF_SEE)
    )
    case = session.scalar(query.with_for_update(of=SaleCase) if lock else query)
    if case is None:
        raise UnknownRecordError("There is no such case.")
    return case
