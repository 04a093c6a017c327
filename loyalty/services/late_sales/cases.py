"""Sales that staff must look at, and what they decide. Each is decided once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from sqlalchemy.orm import joinedload
from uuid_utils.compat import uuid7

from loyalty.models import SaleCase
from loyalty.rules.sale_case import CaseDecision, CaseKind
from loyalty.rules.verdict import Verdict
from loyalty.services.actors import Till
from loyalty.services.errors import CaseDecidedError
from loyalty.services.late_sales.quarantine import record_quarantined
from loyalty.services.paging import Page, fetch_asked
from loyalty.services.work import Lock, Work

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


def find_cases(work: Work, request: FindCases) -> Page[SaleCase]:
    """Return the cases, the newest first; those that wait, the longest waiting first."""
    query = work.select(SaleCase)
    if request.open is not None:
        waits = SaleCase.decided_at.is_(None)
        query = query.where(waits if request.open else ~waits)
    query = query.options(*WHAT_STAFF_SEE)
    return fetch_asked(work.session, query, SaleCase, request, newest_first=not request.open)


def get_case(work: Work, case_id: UUID) -> SaleCase:
    """Return one case of the actor's community.

    Raises:
        UnknownRecordError: the community has no such case.
    """
    return work.find(SaleCase, case_id, options=WHAT_STAFF_SEE)


def decide_case(work: Work, request: DecideCase) -> SaleCase:
    """Decide a case, once. Accepting a sale out of quarantine records it.

    Raises:
        UnknownRecordError: the community has no such case.
        CaseDecidedError: somebody has decided it.
        ValueRefusedError: it cannot be accepted, for it names no card.
    """
    case = work.find(SaleCase, request.case_id, lock=Lock.REFER, options=WHAT_STAFF_SEE)
    if case.decided_at is not None:
        raise CaseDecidedError("This case has been decided.")
    if case.quarantined_sale is not None and request.decision is CaseDecision.ACCEPT:
        flag = Verdict.TILL_REVOKED if case.kind == CaseKind.QUARANTINED else None
        case.redemption_id = record_quarantined(
            work, case.quarantined_sale, case.shop_id, flag=flag
        )
    case.decision = request.decision
    case.reason = request.reason
    case.decided_at = work.now
    case.decided_by = work.actor.account_id
    work.note("case.decided", case, kind=case.kind, decision=case.decision)
    return case
