"""What holds of a round at every moment, whoever has done whatever to it in any order.

Each law reads what is stored and works it out by itself; it asks no rule of the service.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.orm import Session, joinedload, selectinload

from loyalty.commands.verify_record import faults_in
from loyalty.models import (
    Ballot,
    Candidate,
    Card,
    Community,
    Nomination,
    NoticeVersion,
    Objection,
    Panellist,
    Round,
    RoundList,
)
from loyalty.rules.calendar import Month
from loyalty.rules.record import lists_in
from loyalty.services.public_records import public_record
from tests.given import SHANGHAI

WAY = ("draft", "open", "screening", "review", "notice", "confirmed", "issued", "closed")
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """All that is known of a round at one moment."""

    community: Community
    round: Round
    candidates: Sequence[Candidate]
    """With their residents."""
    cards: Sequence[Card]
    notices: Sequence[NoticeVersion]
    objections: Sequence[Objection]
    """With whom they are about."""
    hands: frozenset[tuple[UUID, UUID]]
    """Accounts that nominated or scored, each with the resident."""
    record: dict[str, Any] | None
    """As anyone reads it; None before the draw, and of a round that was called off."""

    def came_out(self, outcome: str) -> list[Candidate]:
        """Return the candidates with an outcome."""
        return [one for one in self.candidates if one.outcome == outcome]


def seen(session: Session, round_id: UUID, *, now: datetime) -> Seen:
    """Read everything about a round anew."""
    found = session.scalars(
        select(Round).where(Round.id == round_id).options(selectinload(Round.lists))
    ).one()
    community = session.get_one(Community, found.community_id)
    of_the_round = RoundList.round_id == round_id
    drawn = found.drawn_at is not None and found.state != "cancelled"
    return Seen(
        community=community,
        round=found,
        candidates=session.scalars(
            select(Candidate)
            .join(Candidate.round_list)
            .where(of_the_round)
            .options(joinedload(Candidate.resident))
        ).all(),
        cards=session.scalars(select(Card).where(Card.round_id == round_id)).all(),
        notices=session.scalars(
            select(NoticeVersion).where(NoticeVersion.round_id == round_id)
        ).all(),
        objections=session.scalars(
            select(Objection)
            .where(Objection.round_id == round_id)
            .options(joinedload(Objection.candidate))
        ).all(),
        hands=_hands(session, round_id),
        record=public_record(session, community, Month.of(found.month), now=now) if drawn else None,
    )


def no_state_is_skipped(before: Seen, after: Seen) -> bool:
    """Each deed leads one place further on the way at most, or calls off what has no cards."""
    if after.round.state == "cancelled":
        return not after.cards
    if before.round.state == "cancelled":
        return False
    steps = WAY.index(after.round.state) - WAY.index(before.round.state)
    return steps in {0, 1}


def what_was_frozen_stays(before: Seen, after: Seen) -> bool:
    """A frozen list, a seed and a notice that was published are never changed."""
    mine, later = before.round, after.round
    published = {(one.number, one.sha256) for one in before.notices}
    return (
        mine.frozen_list in {None, later.frozen_list}
        and mine.seed in {None, later.seed}
        and published <= {(one.number, one.sha256) for one in after.notices}
    )


def a_household_wins_once(before: Seen, after: Seen) -> bool:
    """Nobody who is confirmed lives with somebody else who is confirmed."""
    confirmed = (before.round.state, after.round.state) == ("notice", "confirmed")
    winners = after.came_out("selected") if confirmed else []
    return _all_differ(one.resident.household_ref for one in winners)


def the_notice_has_run_out(found: Seen) -> bool:
    """Between every notice and the confirmation, or a card, all of its working days have passed."""
    working_days = {
        "first": found.round.notice_working_days,
        "supplementary": found.community.supplementary_notice_working_days,
    }
    return all(
        _working_days_between(_day(notice.published_at), _day(moment)) >= working_days[notice.kind]
        for notice in found.notices
        for moment in _moments(found)
        if notice.kind in working_days
    ) and (bool(found.notices) or not _moments(found))


def every_objection_is_answered(found: Seen) -> bool:
    """No list is confirmed, and no card signed, before the last answer."""
    return all(
        objection.decided_at is not None and objection.decided_at <= moment
        for objection in found.objections
        for moment in _moments(found)
    )


def who_answers_is_uninvolved(found: Seen) -> bool:
    """Nobody answers an objection to a person whom they have nominated or scored."""
    return not any(
        (objection.decided_by, objection.candidate.resident_id) in found.hands
        for objection in found.objections
    )


def a_second_person_confirms(found: Seen) -> bool:
    """Who created the round does not confirm it, and nothing goes on without confirmation."""
    needed = found.round.state in {"confirmed", "issued", "closed"}
    confirmed = found.round.confirmed_by is not None
    return found.round.confirmed_by != found.round.created_by and (confirmed or not needed)


def nobody_wins_twice(found: Seen) -> bool:
    """One person has one seat and one card; in the draw, so has one household."""
    winners = found.came_out("selected")
    home = {
        one.reference: one.household
        for frozen in lists_in(found.round.frozen_list or "")
        for one in frozen.candidates
    }
    drawn = winners if found.round.state == "review" else []
    return (
        _all_differ(one.resident_id for one in winners)
        and _all_differ(card.resident_id for card in found.cards)
        and _all_differ(home[one.reference] for one in drawn)
    )


def quotas_hold(found: Seen) -> bool:
    """No list has more winners, or more reserves, than seats."""
    counts = Counter((one.list_id, one.outcome) for one in found.candidates)
    return all(
        counts[one.id, outcome] <= one.quota
        for one in found.round.lists
        for outcome in ("selected", "reserve")
    )


def area_minimums_hold(found: Seen) -> bool:
    """In the draw an area lacks a seat only if it has no household left over."""
    if found.record is None or found.round.state != "review":
        return True
    selected = {one.reference for one in found.came_out("selected")}
    lists = lists_in(found.round.frozen_list or "")
    winners = {
        one.household for frozen in lists for one in frozen.candidates if one.reference in selected
    }
    return all(
        sum(one.reference in selected for one in here) >= least
        or winners.issuperset(one.household for one in here)
        for frozen in lists
        for area, least in frozen.area_minimums.items()
        for here in [[one for one in frozen.candidates if one.area == area]]
    )


def the_record_verifies(found: Seen) -> bool:
    """An outsider's program finds nothing wrong, and the draw is what the record tells."""
    if found.record is None:
        return True
    told = {one["reference"] for result in found.record["results"] for one in result["selected"]}
    drawn = {one.reference for one in found.came_out("selected")}
    as_told = drawn == told or found.round.state != "review"
    return as_told and not list(faults_in(found.record))


def cards_are_the_winners_once(found: Seen) -> bool:
    """After the issue every winner has one card, and nobody else; before it there is none."""
    issued = found.round.state in {"issued", "closed"}
    winners = found.came_out("selected") if issued else []
    return Counter(card.resident_id for card in found.cards) == Counter(
        winner.resident_id for winner in winners
    )


LAWS: tuple[Callable[[Seen], bool], ...] = (
    the_notice_has_run_out,
    every_objection_is_answered,
    who_answers_is_uninvolved,
    a_second_person_confirms,
    nobody_wins_twice,
    quotas_hold,
    area_minimums_hold,
    the_record_verifies,
    cards_are_the_winners_once,
)
"""What holds at each moment."""

LAWS_OF_A_DEED: tuple[Callable[[Seen, Seen], bool], ...] = (
    no_state_is_skipped,
    what_was_frozen_stays,
    a_household_wins_once,
)
"""What holds from the moment before a deed to the one after it."""


def _hands(session: Session, round_id: UUID) -> frozenset[tuple[UUID, UUID]]:
    nominated = (
        select(Nomination.account_id, Candidate.resident_id)
        .join(Candidate, Candidate.id == Nomination.candidate_id)
        .join(Candidate.round_list)
        .where(RoundList.round_id == round_id)
    )
    scored = (
        select(Panellist.account_id, Candidate.resident_id)
        .join(Ballot, Ballot.panellist_id == Panellist.id)
        .join(Candidate, Candidate.id == Ballot.candidate_id)
        .where(Panellist.round_id == round_id)
    )
    return frozenset(session.execute(union(nominated, scored)).tuples())


def _moments(found: Seen) -> list[datetime]:
    """Return when the list was confirmed, and when each card was signed."""
    confirmed = [found.round.confirmed_at] if found.round.confirmed_at else []
    return [*confirmed, *(card.issued_at for card in found.cards)]


def _all_differ(values: Iterable[object]) -> bool:
    counts = Counter(values)
    return counts.total() == len(counts)


def _working_days_between(first: date, last: date) -> int:
    """Count the days from Monday to Friday between two days, both left out.

    In December 2026, when all of it takes place, there is no public holiday.
    """
    days = (first + timedelta(days=number) for number in range(1, (last - first).days))
    return sum(day.weekday() < SATURDAY for day in days)


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()
