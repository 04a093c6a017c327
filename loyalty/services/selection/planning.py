"""The monthly selection: planning a round, and reading it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from loyalty.models import Area, Community, Honour, Round, RoundList
from loyalty.rules.calendar import Month
from loyalty.rules.selection import RoundObstacle, RoundState
from loyalty.services.community.honours import honours_to_name, proposed_rate
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import RoundStateError, UnknownRecordError, ValueRefusedError
from loyalty.services.paging import Page, fetch_page
from loyalty.services.people.new_names import add_under_new_name
from loyalty.services.selection.history import first_month
from loyalty.services.work import Lock, Work

LISTS = selectinload(Round.lists).joinedload(RoundList.honour)
"""What a round is shown with."""

MONTHS_BACK, MONTHS_AHEAD = 1, 12
"""Which months' rounds may be planned: one that was forgotten, and a year ahead."""

LARGEST_QUOTA = 10_000
"""The most people that one list may select."""


@dataclass(frozen=True, slots=True)
class PlannedList:
    """The list of one honour, as planned; None leaves a choice to the honour or the policy."""

    honour: str
    """Code of the honour."""
    quota: int
    pay_permille: int | None
    months_valid: int | None
    cooling_off_months: int
    min_score_hundredths: int
    area_minimums: Mapping[UUID, int]
    """Liaison area → the fewest people it is to have on the list."""


@dataclass(frozen=True, slots=True)
class PlanRound:
    """A round to be planned."""

    month: Month
    lists: Sequence[PlannedList]
    notice_working_days: int | None


def plan_round(work: Work, request: PlanRound) -> Round:
    """Plan the round of one month, as a draft.

    Raises:
        AlreadyExistsError: the month has a round that was not cancelled.
        ValueRefusedError: a month too far off, an unknown or retired honour, an unknown area, a
            rate outside the band, area minimums above the quota.
    """
    this_month = Month.of(work.now.date())
    if not this_month.plus(-MONTHS_BACK) <= request.month <= this_month.plus(MONTHS_AHEAD):
        raise ValueRefusedError("/month", "A round is planned for last month up to next year.")
    community = locked_community(work.session, work.community_id)
    lists = _lists(work.session, community, request.lists)
    planned = Round(
        community_id=community.id,
        month=request.month.first,
        notice_working_days=request.notice_working_days or community.notice_working_days,
        created_by=work.actor.account_id,
        created_at=work.now,
        lists=lists,
    )
    add_under_new_name(work.session, planned, f"There is a round for {request.month} already.")
    work.note("round.planned", planned)
    return planned


def months_to_plan(work: Work) -> Sequence[Month]:
    """Return the months whose round can be planned: none that has one, none before the history."""
    community = work.session.get_one(Community, work.community_id)
    this_month, first = Month.of(work.now.date()), first_month(work.session, community)
    taken = work.session.scalars(
        select(Round.month).where(
            Round.community_id == community.id, Round.state != RoundState.CANCELLED
        )
    ).all()
    months = [this_month.plus(ahead) for ahead in range(-MONTHS_BACK, MONTHS_AHEAD + 1)]
    return [month for month in months if month >= first and month.first not in taken]


def round_of(work: Work, round_id: UUID) -> Round:
    """Return a round of the actor's community with its lists.

    Raises:
        UnknownRecordError: the community has no such round.
    """
    return work.find(Round, round_id, options=[LISTS])


def month_called(text: str) -> Month:
    """Return the month an address names.

    Raises:
        UnknownRecordError: the text is no month, so there is nothing at this address.
    """
    try:
        return Month.parse(text)
    except ValueError as error:
        raise UnknownRecordError("There is no such month.") from error


def round_in(work: Work, month: Month) -> Round:
    """Return the round of one month with its lists.

    Raises:
        UnknownRecordError: the month has none, or it was cancelled.
    """
    found = work.session.scalar(
        work.select(Round)
        .where(Round.month == month.first, Round.state != RoundState.CANCELLED)
        .options(LISTS)
    )
    if found is None:
        raise UnknownRecordError(f"There is no round for {month}.")
    return found


def held_round(work: Work, round_id: UUID, *states: RoundState, lock: Lock = Lock.SHARE) -> Round:
    """Return a round that takes no step until the transaction ends.

    Args:
        states: in which it may be worked on, as long as its list is not frozen.
        lock: what others wait for; unless it is said, they work on the round beside.

    Raises:
        RoundStateError: it is in another state, or frozen.
        UnknownRecordError: the community has no such round.
    """
    found = work.find(Round, round_id, lock=lock)
    refuse_other_state(found, *states)
    return found


def refuse_other_state(found: Round, *states: RoundState) -> None:
    """Refuse to work on a round that is in none of some states, or frozen.

    Raises:
        RoundStateError: it is.
    """
    if found.state not in states:
        raise RoundStateError(
            f"This is done while the round is {' or '.join(states)}.", [RoundObstacle.WRONG_STATE]
        )
    if found.frozen_at is not None:
        raise RoundStateError("The list is frozen.", [RoundObstacle.ALREADY_FROZEN])


def rounds_page(work: Work, *, limit: int, after: UUID | None) -> Page[Round]:
    """Return a page of the community's rounds, the latest month first."""
    query = work.select(Round).options(LISTS)
    return fetch_page(
        work.session, query, Round, limit=limit, after=after, by=Round.month, newest_first=True
    )


def _lists(
    session: Session, community: Community, planned: Sequence[PlannedList]
) -> list[RoundList]:
    honours = honours_to_name(session, community)
    areas = set(session.scalars(select(Area.id).where(Area.community_id == community.id)))
    lists: list[RoundList] = []
    for place, one in enumerate(planned):
        # Each honour has one list, so a second one for it finds the honour taken.
        honour = honours.pop(one.honour, None)
        if honour is None:
            raise ValueRefusedError(
                f"/lists/{place}/honour",
                "The community has no such honour, has retired it, or it stands twice.",
            )
        _refuse_minimums_that_do_not_fit(one, areas, f"/lists/{place}/area_minimums")
        lists.append(
            RoundList(
                community_id=community.id,
                honour=honour,
                quota=one.quota,
                pay_permille=_rate(one, honour, community, f"/lists/{place}/pay_permille"),
                months_valid=one.months_valid or community.card_months,
                cooling_off_months=one.cooling_off_months,
                min_score_hundredths=one.min_score_hundredths,
                area_minimums={str(area): least for area, least in one.area_minimums.items()},
            )
        )
    return lists


def _rate(planned: PlannedList, honour: Honour, community: Community, pointer: str) -> int:
    proposed = proposed_rate(honour, community) or community.band_max_permille
    rate = planned.pay_permille or proposed
    if not community.band_min_permille <= rate <= community.band_max_permille:
        raise ValueRefusedError(
            pointer,
            f"The rate lies from {community.band_min_permille} to {community.band_max_permille}.",
        )
    return rate


def _refuse_minimums_that_do_not_fit(planned: PlannedList, areas: set[UUID], pointer: str) -> None:
    if not planned.area_minimums.keys() <= areas:
        raise ValueRefusedError(pointer, "The community has no such liaison area.")
    if sum(planned.area_minimums.values()) > planned.quota:
        raise ValueRefusedError(pointer, "The areas' minimums are more than the quota.")
