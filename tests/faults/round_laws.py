"""What holds of a round at every moment, whoever has done whatever to it in any order.

Each law reads what is stored and works it out by itself; it asks no rule of the service.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import cache

from loyalty.commands.verify_record import faults_in
from loyalty.models import Candidate, NoticeVersion
from loyalty.rules.record import lists_in
from tests.faults.round_seen import Seen
from tests.given import SHANGHAI
from tests.present import present

WAY = ("draft", "open", "screening", "review", "notice", "confirmed", "issued", "closed")
SATURDAY = 5


def no_state_is_skipped(before: Seen, after: Seen) -> bool:
    """Each deed leads one place further on the way at most, or calls off what has no cards.

    A round that has signed some cards goes back to its notice for the lines that still wait.
    """
    if after.round.state == "cancelled":
        return not after.cards
    if before.round.state == "cancelled":
        return False
    way = (before.round.state, after.round.state)
    if way == ("confirmed", "notice"):
        unanswered = [one for one in after.objections if one.decided_at is None]
        return bool(after.without_card() or unanswered)
    return WAY.index(way[1]) - WAY.index(way[0]) in {0, 1}


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
    """Nobody who is confirmed lives with somebody else on the lists; who has a card may move."""
    homes = Counter(one.resident.household_ref for one in after.came_out("selected"))
    winners = after.without_card() if _is_confirmation(before, after) else []
    return all(homes[one.resident.household_ref] == 1 for one in winners)


def the_notice_has_run_out(before: Seen, after: Seen) -> bool:
    """A list is confirmed when every notice has run out; where the policy is that undisputed cards
    do not wait, when that on which some line has first stood has.
    """
    if not _is_confirmation(before, after):
        return True
    day = _day(after.now)
    first_ones = (_first_notice_of(after, one) for one in after.without_card())
    return all(_has_run_out(after, one, day) for one in after.notices) or (
        not before.community.undisputed_cards_wait
        and any(_has_run_out(after, one, day) for one in first_ones)
    )


def every_objection_is_answered(before: Seen, after: Seen) -> bool:
    """A list is confirmed after the last answer; where the policy is that undisputed cards do not
    wait, while some line has no objection that waits for one.
    """
    if not _is_confirmation(before, after):
        return True
    disputed = after.disputed()
    return not disputed or (
        not before.community.undisputed_cards_wait
        and any(one.resident_id not in disputed for one in after.without_card())
    )


def an_issue_signs_what_is_ready(before: Seen, after: Seen) -> bool:
    """The cards signed at once are those of all lines that waited for nothing when confirmed."""
    if before.round.state != "confirmed" or after.round.state == "confirmed":
        return True
    confirmed_on = _day(present(before.round.confirmed_at))
    ready = {
        one.resident_id
        for one in before.without_card()
        if _has_run_out(before, _first_notice_of(before, one), confirmed_on)
    }
    earlier, now = ({card.resident_id for card in seen.cards} for seen in (before, after))
    cancelled = after.round.state == "cancelled"
    return cancelled or now - earlier == ready - before.disputed()


def each_card_follows_its_own_notice(found: Seen) -> bool:
    """Between the notice on which a line first stood and its card, its working days have passed."""
    lines = {one.resident_id: one for one in found.came_out("selected")}
    return all(
        _has_run_out(found, _first_notice_of(found, lines[card.resident_id]), _day(card.issued_at))
        for card in found.cards
    )


def each_card_follows_its_answers(found: Seen) -> bool:
    """No card is signed before every objection to its holder is answered; none is made later."""
    answered = {
        (objection.candidate.resident_id, objection.decided_at) for objection in found.objections
    }
    return all(
        decided_at is not None and decided_at <= card.issued_at
        for card in found.cards
        for resident_id, decided_at in answered
        if resident_id == card.resident_id
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


def another_enters_the_seed(found: Seen) -> bool:
    """Who froze a list does not enter its seed."""
    drawn = found.round.drawn_at is not None
    return drawn == (found.round.drawn_by is not None) and (
        not drawn or found.round.drawn_by != found.round.frozen_by
    )


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
    return as_told and _is_right(json.dumps(found.record))


@cache
def _is_right(record: str) -> bool:
    """Return what the outsider's program says; a record is the same deed after deed."""
    return not list(faults_in(json.loads(record)))


def cards_are_the_winners_once(found: Seen) -> bool:
    """After the issue every winner has one card, and nobody else; before the notice there is none.

    In between those have one who did not have to wait for the others.
    """
    holders = [card.resident_id for card in found.cards]
    winners = {winner.resident_id for winner in found.came_out("selected")}
    if found.round.state in {"issued", "closed"}:
        return _all_differ(holders) and set(holders) == winners
    under_way = found.round.state in {"notice", "confirmed"}
    return _all_differ(holders) and winners.issuperset(holders) if under_way else not holders


LAWS: tuple[Callable[[Seen], bool], ...] = (
    each_card_follows_its_own_notice,
    each_card_follows_its_answers,
    who_answers_is_uninvolved,
    a_second_person_confirms,
    another_enters_the_seed,
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
    the_notice_has_run_out,
    every_objection_is_answered,
    an_issue_signs_what_is_ready,
)
"""What holds from the moment before a deed to the one after it."""


def _is_confirmation(before: Seen, after: Seen) -> bool:
    return (before.round.state, after.round.state) == ("notice", "confirmed")


def _first_notice_of(found: Seen, candidate: Candidate) -> NoticeVersion:
    """Return the first version of the notice that names a candidate."""
    return next(one for one in found.notices if f'"{candidate.reference}"' in one.content)


def _has_run_out(found: Seen, notice: NoticeVersion, day: date) -> bool:
    """Return whether all working days of a notice have passed; a correction has none of its own."""
    working_days = {
        "first": found.round.notice_working_days,
        "supplementary": found.community.supplementary_notice_working_days,
    }.get(notice.kind, 0)
    return _working_days_between(_day(notice.published_at), day) >= working_days


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
