"""Screening a round's candidates: coded reasons, and once more before the confirmation."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Candidate, Card, Round, RoundList
from loyalty.rules.calendar import CARD_MONTHS, Month
from loyalty.rules.card_state import CardState
from loyalty.rules.eligibility import Criteria, Facts, Ground, Reason, grounds_against
from loyalty.rules.outcome import Outcome
from loyalty.services.selection.at_work import RoundAtWork

_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class History:
    """What a round's candidates have won before."""

    month: Month
    """Month of the round."""
    months_won: Mapping[UUID, frozenset[Month]]
    """Resident → months of the rounds they have a card of."""
    holders: frozenset[UUID]
    """Residents whose present card still works when the round's cards begin."""

    def awards(self, resident_id: UUID) -> int:
        """Return how many rounds of the twelve months before this one a resident has won."""
        earliest = self.month.plus(-_A_YEAR)
        return sum(earliest <= won < self.month for won in self.months_won.get(resident_id, ()))

    def has_won(self, resident_id: UUID) -> bool:
        """Return whether a resident has won any round before this one."""
        return any(won < self.month for won in self.months_won.get(resident_id, ()))


@dataclass(frozen=True, slots=True)
class Seated:
    """Who has a seat on a list of a round, and in which households."""

    residents: set[UUID] = field(default_factory=set)
    households: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, candidates: Iterable[Candidate]) -> Self:
        """Return those of some candidates who are selected."""
        seated = cls()
        for one in candidates:
            if one.outcome == Outcome.SELECTED:
                seated.add(one)
        return seated

    def add(self, candidate: Candidate) -> None:
        """Give somebody a seat."""
        self.residents.add(candidate.resident_id)
        self.households.add(candidate.resident.household_key)

    def reason_against(self, candidate: Candidate) -> Reason | None:
        """Return why somebody cannot have a seat beside these; None if they can."""
        if candidate.resident_id in self.residents:
            return Reason.CHOSEN_ON_OTHER_LIST
        household = candidate.resident.household_key in self.households
        return Reason.HOUSEHOLD_ALREADY_SELECTED if household else None


def screen(at_work: RoundAtWork) -> None:
    """Write down, for each candidate, every reason against them."""
    candidates = at_work.candidates_who_are(Outcome.NOMINATED)
    history = history_of(at_work.session, at_work.selection_round, candidates)
    for candidate in candidates:
        judge(candidate, grounds_of(candidate, history, score=None))


def judge(candidate: Candidate, grounds: Sequence[Ground]) -> None:
    """Let a candidate pass, or screen them out for some reasons."""
    write_down(candidate, grounds)
    candidate.outcome = Outcome.SCREENED_OUT if grounds else Outcome.ELIGIBLE


def write_down(candidate: Candidate, grounds: Sequence[Ground]) -> None:
    """Keep what stands against a candidate, with the facts as they are now."""
    candidate.reasons = [ground.reason.value for ground in grounds]
    candidate.grounds = [
        {**asdict(ground), "months_won": [str(month) for month in ground.months_won]}
        for ground in grounds
    ]


def remove_ineligible(at_work: RoundAtWork) -> None:
    """Screen those who stand to win once more: who became ineligible leaves, a reserve moves up.

    Reserves are looked at only while a seat of their list is free, whoever has left it; it stays
    empty if none of them can move up. Whoever has a card of the round already keeps the seat.
    """
    standing = at_work.candidates_who_are(Outcome.SELECTED, Outcome.RESERVE)
    holders = at_work.read_holders()
    settled = [
        one for one in standing if one.outcome == Outcome.SELECTED and one.resident_id in holders
    ]
    standing = sorted(set(standing).difference(settled), key=_order_of_standing)
    history = history_of(at_work.session, at_work.selection_round, standing)
    seated = Seated.of(settled)
    taken = Counter(one.list_id for one in settled)
    for candidate in standing:
        barred = seated.reason_against(candidate)
        if taken[candidate.list_id] == candidate.round_list.quota:
            if barred is not None:
                write_down(candidate, [Ground(barred)])
            continue
        grounds = grounds_of(candidate, history, score=candidate.score_hundredths, barred=barred)
        write_down(candidate, grounds)
        candidate.outcome = Outcome.REMOVED if grounds else Outcome.SELECTED
        if not grounds:
            seated.add(candidate)
            taken[candidate.list_id] += 1


def grounds_of(
    candidate: Candidate,
    history: History,
    *,
    score: int | None,
    barred: Reason | None = None,
) -> tuple[Ground, ...]:
    """Return what stands against a candidate, in the order of the rule, each with its fact.

    Args:
        candidate: with resident and list.
        history: of the candidates of the round.
        score: in hundredths of a point; None before the review.
        barred: what of this round's own seats stands against them, as `Seated` tells.
    """
    resident, round_list = candidate.resident, candidate.round_list
    facts = Facts(
        adult=resident.adult,
        consented=resident.consent_membership,
        active=resident.state == "active",
        months_won=history.months_won.get(resident.id, frozenset()),
        household_selected=barred is Reason.HOUSEHOLD_ALREADY_SELECTED,
        nominated=True,
        score=score,
        chosen_on_other_list=barred is Reason.CHOSEN_ON_OTHER_LIST,
    )
    # One valid card a person: whoever holds one that lasts longer waits until it has run out.
    holds_card = resident.id in history.holders
    criteria = Criteria(
        month=history.month,
        cooling_off_months=max(CARD_MONTHS) if holds_card else round_list.cooling_off_months,
        minimum_score=round_list.min_score_hundredths,
    )
    return grounds_against(facts, criteria)


def history_of(
    session: Session, selection_round: Round, candidates: Sequence[Candidate]
) -> History:
    """Return what the candidates of a round have won before."""
    month = Month.of(selection_round.month)
    residents = {candidate.resident_id for candidate in candidates}
    months_won: defaultdict[UUID, set[Month]] = defaultdict(set)
    holders = set()
    for resident_id, won, state, valid_until in session.execute(
        select(Card.resident_id, Round.month, Card.state, Card.valid_until)
        .join_from(Card, Round)
        .where(Card.community_id == selection_round.community_id, Card.resident_id.in_(residents))
    ):
        months_won[resident_id].add(Month.of(won))
        if state != CardState.REVOKED and valid_until > month.last:
            holders.add(resident_id)
    return History(
        month=month,
        months_won={resident: frozenset(months) for resident, months in months_won.items()},
        holders=frozenset(holders),
    )


def draw_order(round_list: RoundList) -> tuple[int, int]:
    """Return the place of a list in the draw: the better rate comes first."""
    return round_list.pay_permille, round_list.honour.number


def _order_of_standing(candidate: Candidate) -> tuple[bool, tuple[int, int], int]:
    return (
        candidate.outcome == Outcome.RESERVE,
        draw_order(candidate.round_list),
        candidate.place or 0,
    )
