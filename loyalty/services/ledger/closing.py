"""Closing a month: its figures are written down as they are, chained to those of the month before.

A month may be closed the day after its figures came out, for a sale that was being written down at
that midnight still counts in it; nothing else does: what comes late, a void, a return counts in the
month it is made. So closing decides nothing about sales; it lets nobody change afterwards what was
told of them, and lets anyone see that nobody has.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from loyalty.clock import as_local
from loyalty.models import ClosedMonth, Community, Contribution, Redemption, SaleCase
from loyalty.rules.calendar import Month
from loyalty.rules.closed_month import (
    CHAIN_FORMAT,
    FORMAT,
    MonthFacts,
    compute_head,
    encode_month,
    find_month_obstacles,
)
from loyalty.rules.contributions import ContributionState
from loyalty.services.audit_chain.faults import KnownHead
from loyalty.services.audit_chain.links import find_last_link
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import MonthStateError
from loyalty.services.ledger.benefit import Benefit, pack_figures, sum_benefit
from loyalty.services.ledger.folding import refold_month
from loyalty.services.ledger.month_people import keep_people_of
from loyalty.services.ledger.public_figures import hide_small_groups
from loyalty.services.work import Work


def close_month(work: Work, month: Month) -> ClosedMonth:
    """Write down the figures of a month, once and in order.

    Raises:
        MonthStateError: something is missing; `missing` names all of it.
    """
    community = locked_community(work.session, work.community_id)
    facts = get_month_facts(work, month)
    if missing := find_month_obstacles(facts):
        raise MonthStateError(f"{month} cannot be closed: {', '.join(missing)}.", missing)
    last = None
    if facts.last_closed is not None:
        last = work.session.get_one(ClosedMonth, (community.id, facts.last_closed.first))
    previous_head = None if last is None else last.head
    refold_month(work.session, community, month)
    found = sum_benefit(work, first=month, last=month)
    keep_people_of(work.session, community.id, found)
    text = _publish(community, found, previous_head, _name_audit_head(work))
    closed = ClosedMonth(
        community_id=community.id,
        month=month.first,
        text=text,
        head=compute_head(text),
        previous_head=previous_head,
        figures=pack_figures(found),
        closed_at=work.now,
        closed_by=work.actor.account_id,
    )
    work.session.add(closed)
    work.note("month.closed", None, month=str(month), head=closed.head)
    return closed


def get_month_facts(work: Work, month: Month | None = None) -> MonthFacts:
    """Return what is known of a month that is to be closed.

    Args:
        month: None for the one that is next; before the first sale, the present one.
    """
    first, last = (
        None if day is None else Month.of(day)
        for day in [
            work.session.scalar(
                select(pick(record.month)).where(record.community_id == work.community_id)
            )
            for record, pick in ((Redemption, func.min), (ClosedMonth, func.max))
        ]
    )
    today = as_local(work.now, work.actor.timezone).date()
    following = first if last is None else last.plus(1)
    chosen = month or following or Month.of(today)
    cases, entries = _count_open_cases(work, chosen), _count_waiting_entries(work, chosen)
    return MonthFacts(chosen, today, first, last, cases, entries)


def list_closed_months(session: Session, community: Community) -> Sequence[ClosedMonth]:
    """Return the chain of a community's closed months, the first one first."""
    return session.scalars(
        select(ClosedMonth)
        .where(ClosedMonth.community_id == community.id)
        .order_by(ClosedMonth.month)
    ).all()


def make_chain(session: Session, community: Community) -> dict[str, Any]:
    """Return the closed months of a community as they are published, the first one first."""
    return {
        "format": CHAIN_FORMAT,
        "community": community.slug,
        "months": [
            {"month": str(Month.of(one.month)), "head": one.head, "text": one.text}
            for one in list_closed_months(session, community)
        ],
    }


def list_heads_in_months(session: Session, community: Community) -> list[KnownHead]:
    """Return the heads of what was recorded, as closed months hold them."""
    found = map(find_head_in_month, list_closed_months(session, community))
    return [one for one in found if one is not None]


def find_head_in_month(closed: ClosedMonth) -> KnownHead | None:
    """Return the head of what was recorded that a closed month holds; None in the oldest months."""
    told = json.loads(closed.text).get("audit_head")
    return None if told is None else KnownHead(told["number"], told["head"])


def _name_audit_head(work: Work) -> dict[str, Any] | None:
    """Return the head of all that has been recorded and chained until a month is closed."""
    link = find_last_link(work.session, work.community_id)
    return None if link is None else {"number": link.number, "head": link.head}


def _publish(
    community: Community,
    found: Benefit,
    previous_head: str | None,
    audit_head: dict[str, Any] | None,
) -> str:
    totals, by_trade = hide_small_groups(found)
    return encode_month(
        {
            "format": FORMAT,
            "community": community.slug,
            "month": str(found.first),
            "previous_head": previous_head,
            "audit_head": audit_head,
            "totals": totals and asdict(totals),
            "by_trade": [
                {"trade": trade, "sums": sums and asdict(sums)} for trade, sums in by_trade.items()
            ],
        }
    )


def _count_waiting_entries(work: Work, month: Month) -> int:
    query = select(func.count()).select_from(Contribution)
    return (
        work.session.scalar(
            query.where(
                Contribution.community_id == work.community_id,
                Contribution.state == ContributionState.WAITING.value,
                Contribution.happened_on <= month.last,
            )
        )
        or 0
    )


def _count_open_cases(work: Work, month: Month) -> int:
    """Return how many cases wait about sales that count by the end of a month.

    What was not recorded counts nowhere yet; it is of the month it was sent in.
    """
    following = month.plus(1).first
    end = datetime.combine(following, time(), ZoneInfo(work.actor.timezone))
    sale = aliased(Redemption)
    query = (
        select(func.count())
        .select_from(SaleCase)
        .outerjoin(
            sale, (sale.community_id == SaleCase.community_id) & (sale.id == SaleCase.redemption_id)
        )
        .where(
            SaleCase.community_id == work.community_id,
            SaleCase.decided_at.is_(None),
            or_(sale.month < following, sale.id.is_(None) & (SaleCase.opened_at < end)),
        )
    )
    return work.session.scalar(query) or 0
