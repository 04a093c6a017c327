"""What waits for the staff of a community."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from loyalty.models import (
    Card,
    Complaint,
    Matter,
    OfferProposal,
    Panellist,
    Round,
    SaleCase,
    Shop,
    ShopObjection,
    ShopSignal,
)
from loyalty.rules.card_state import HAND_OUT_DAYS, CardState
from loyalty.rules.certification import CertificationState, find_recheck_span
from loyalty.rules.offer import are_staff_reminded
from loyalty.rules.selection import RoundState
from loyalty.services.community.working_days import years_without_table
from loyalty.services.messages.undelivered import count_undelivered
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.ballots import missing_in
from loyalty.services.selection.planning import LISTS
from loyalty.services.shops.applications import count_waiting_applications
from loyalty.services.shops.complaints import list_open_complaints
from loyalty.services.shops.last_use import list_silent_shops
from loyalty.services.shops.offer import list_unconfirmed, list_waiting_proposals
from loyalty.services.work import Work

UNDER_WAY = (
    CertificationState.APPLIED,
    CertificationState.INSPECTED,
    CertificationState.NOTICE,
    CertificationState.WARNED,
    CertificationState.SUSPENDED,
)
"""States of a shop that call for another step."""


HOLIDAYS_ANNOUNCED = 11
"""The month in which the State Council usually announces the holidays of the coming year."""


@dataclass(frozen=True, slots=True)
class HandOutDue:
    """The cards of one round that are signed, work, and are in nobody's hands yet."""

    selection_round: Round
    cards: int
    overdue: int
    """How many of them were signed `HAND_OUT_DAYS` ago, or earlier."""


@dataclass(frozen=True, slots=True)
class ToDo:
    """What waits for somebody."""

    rounds_under_way: Sequence[Round]
    """Those neither closed nor cancelled, the latest month first."""
    hand_outs: Sequence[HandOutDue]
    """Rounds with cards that nobody has ticked as handed over, the earliest month first."""
    shops_under_way: Sequence[Shop]
    """Shops whose certification waits for a step, the longest waiting first."""
    rechecks_due: Sequence[Shop]
    """Shops whose year ends soon, or has ended lately, the earliest first."""
    objections_to_shops: Sequence[ShopObjection]
    """Those without an answer, with their shops, the earliest due first."""
    open_complaints: Sequence[Complaint]
    """Complaints of shops without an answer, with their shops, the earliest due first."""
    silent_shops: int
    """In how many shops that take cards none was used for long."""
    applications_waiting: int
    """Shops that ask for a plaque and have no answer."""
    open_matters: Sequence[Matter]
    """Matters without an answer, the earliest due first."""
    proposals: Sequence[OfferProposal]
    """What owners ask for and nobody has answered, the longest waiting first."""
    unconfirmed: int
    """Shops whose offer nobody has confirmed in this quarter; 0 while owners are asked alone."""
    signals: int
    """What stands out in the sales of shops, and nobody has looked at."""
    cases_open: int
    """Sales about which staff have not decided."""
    messages_undelivered: int
    """Messages to residents that did not arrive."""
    calendar_due: int | None
    """The coming year, from November on, while nobody has entered its public holidays."""


@dataclass(frozen=True, slots=True)
class BallotsDue:
    """The score sheet of one panellist in one round."""

    selection_round: Round
    owed: int
    """How many ballots are not cast yet."""


def todo_of(work: Work) -> ToDo:
    """Return what waits for the staff of the actor's community."""
    shops = work.select(Shop).where(Shop.state.in_(UNDER_WAY)).order_by(Shop.updated_at, Shop.id)
    cases = select(func.count()).where(
        SaleCase.community_id == work.community_id, SaleCase.decided_at.is_(None)
    )
    return ToDo(
        rounds_under_way=rounds_under_way(work),
        hand_outs=_hand_outs_due(work),
        shops_under_way=work.session.scalars(shops).all(),
        rechecks_due=_rechecks_due(work),
        objections_to_shops=_objections_to_shops(work),
        open_complaints=list_open_complaints(work),
        silent_shops=len(list_silent_shops(work)),
        applications_waiting=count_waiting_applications(work),
        open_matters=_open_matters(work),
        proposals=list_waiting_proposals(work),
        unconfirmed=len(list_unconfirmed(work)) if are_staff_reminded(work.now.date()) else 0,
        signals=_count_signals(work),
        cases_open=work.session.scalar(cases) or 0,
        messages_undelivered=count_undelivered(work),
        calendar_due=_calendar_due(work),
    )


def _hand_outs_due(work: Work) -> Sequence[HandOutDue]:
    today = work.now.date()
    first_in_time = datetime.combine(
        today - timedelta(days=HAND_OUT_DAYS - 1), time.min, work.now.tzinfo
    )
    counted = (
        select(Card.round_id, func.count(), func.count().filter(Card.issued_at < first_in_time))
        .where(
            Card.community_id == work.community_id,
            Card.state == CardState.ISSUED,
            Card.valid_until >= today,
        )
        .group_by(Card.round_id)
    )
    found = {row[0]: (row[1], row[2]) for row in work.session.execute(counted)}
    rounds = work.session.scalars(work.select(Round).where(Round.id.in_(found)))
    return [HandOutDue(one, *found[one.id]) for one in sorted(rounds, key=lambda one: one.month)]


def _calendar_due(work: Work) -> int | None:
    today = work.now.date()
    coming = today.year + 1
    due = today.month >= HOLIDAYS_ANNOUNCED and years_without_table(
        work.session, work.community_id, coming, coming
    )
    return coming if due else None


def ballots_due(work: Work) -> Sequence[BallotsDue]:
    """Return the reviews in which the actor sits on the panel, the latest month first."""
    rounds = work.session.execute(
        select(Round, Panellist.id)
        .join_from(Round, Panellist)
        .where(
            Round.community_id == work.community_id,
            Panellist.account_id == work.actor.account_id,
            Panellist.left_at.is_(None),
            Round.state == RoundState.REVIEW,
            Round.frozen_at.is_(None),
        )
        .order_by(Round.month.desc())
    ).tuples()
    return [
        BallotsDue(
            selection_round,
            [one.panellist for one in missing].count(panellist_id),
        )
        for selection_round, panellist_id in rounds
        for missing in [missing_in(RoundAtWork.of(work, selection_round))]
    ]


def rounds_under_way(work: Work) -> Sequence[Round]:
    """Return the rounds that still call for a step, with their lists, the latest month first."""
    return work.session.scalars(
        work.select(Round)
        .where(Round.state.not_in([RoundState.CLOSED, RoundState.CANCELLED]))
        .options(LISTS)
        .order_by(Round.month.desc())
    ).all()


def current_round(work: Work) -> Round | None:
    """Return the latest round that is under way, with its lists."""
    return next(iter(rounds_under_way(work)), None)


def _rechecks_due(work: Work) -> Sequence[Shop]:
    return work.session.scalars(
        work.select(Shop)
        .where(
            Shop.state == CertificationState.CERTIFIED.value,
            Shop.certified_until.between(*find_recheck_span(work.now.date())),
        )
        .order_by(Shop.certified_until, Shop.id)
    ).all()


def _count_signals(work: Work) -> int:
    query = select(func.count()).where(
        ShopSignal.community_id == work.community_id, ShopSignal.put_away_at.is_(None)
    )
    return work.session.scalar(query) or 0


def _objections_to_shops(work: Work) -> Sequence[ShopObjection]:
    return work.session.scalars(
        work.select(ShopObjection)
        .where(ShopObjection.decided_at.is_(None))
        .options(joinedload(ShopObjection.shop))
        .order_by(ShopObjection.due_on, ShopObjection.id)
    ).all()


def _open_matters(work: Work) -> Sequence[Matter]:
    return work.session.scalars(
        work.select(Matter)
        .where(Matter.state == "open")
        .order_by(Matter.due_on.nulls_last(), Matter.number)
    ).all()
