"""How fair a round came out, in figures that rank nobody: what is looked at before confirming."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Candidate, Nomination, Round, RoundList
from loyalty.rules.fairness import Spread, spread_of
from loyalty.rules.outcome import PASSED, Outcome
from loyalty.rules.selection import RoundObstacle
from loyalty.services.errors import RoundStateError
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.conflicts import conflicts_in
from loyalty.services.selection.planning import round_of
from loyalty.services.selection.screening import History, draw_order, history_of
from loyalty.services.work import Work


@dataclass(frozen=True, slots=True)
class AreaShare:
    """How one liaison area fared on one list, in people."""

    area_id: UUID | None
    """None for those who belong to no area."""
    nominated: int
    eligible: int
    selected: int
    minimum: int


@dataclass(frozen=True, slots=True)
class ListFairness:
    """How the list of one honour came out, in people."""

    honour: str
    """Code of the honour."""
    quota: int
    nominated: int
    declined: int
    eligible: int
    """Who has passed the screening and reached the score that the list asks for."""
    selected: int
    """Who has a seat now."""
    first_time: int
    """The selected who have not had a card before this round's."""
    repeat: int
    areas: Sequence[AreaShare]
    eligible_scores: Spread | None
    selected_scores: Spread | None


@dataclass(frozen=True, slots=True)
class Voices:
    """How many nominations came from whom."""

    by_source: Mapping[str, int]
    by_account: Mapping[UUID, int]
    """Account → the people it put forward itself."""
    by_household_group: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Fairness:
    """How a round came out."""

    lists: Sequence[ListFairness]
    voices: Voices
    conflicts_declared: int
    conflicts_detected: int
    ballots_missing_reason: str | None
    """Why the list was frozen although ballots were missing; None if none were."""


def fairness_of(work: Work, round_id: UUID) -> Fairness:
    """Return how a round came out.

    Raises:
        RoundStateError: the lots are not drawn yet.
        UnknownRecordError: there is no such round.
    """
    selection_round = round_of(work, round_id)
    if selection_round.drawn_at is None:
        raise RoundStateError("The lots are not drawn yet.", [RoundObstacle.NOT_DRAWN])
    candidates = RoundAtWork.of(work, selection_round).candidates
    history = history_of(work.session, selection_round, candidates)
    conflicts = Counter(one.detected for one in conflicts_in(work.session, selection_round))
    return Fairness(
        lists=[
            _of_list(one, [own for own in candidates if own.list_id == one.id], history)
            for one in sorted(selection_round.lists, key=draw_order)
        ],
        voices=_voices(work.session, selection_round),
        conflicts_declared=conflicts[False],
        conflicts_detected=conflicts[True],
        ballots_missing_reason=selection_round.freeze_reason,
    )


def _of_list(
    round_list: RoundList, candidates: Sequence[Candidate], history: History
) -> ListFairness:
    eligible = [one for one in candidates if one.outcome in PASSED]
    selected = [one for one in eligible if one.outcome == Outcome.SELECTED]
    repeat = sum(history.has_won(one.resident_id) for one in selected)
    return ListFairness(
        honour=round_list.honour.code,
        quota=round_list.quota,
        nominated=len(candidates),
        declined=sum(one.outcome == Outcome.DECLINED for one in candidates),
        eligible=len(eligible),
        selected=len(selected),
        first_time=len(selected) - repeat,
        repeat=repeat,
        areas=_shares(round_list, candidates, eligible, selected),
        eligible_scores=spread_of(one.score_hundredths for one in eligible),
        selected_scores=spread_of(one.score_hundredths for one in selected),
    )


def _shares(
    round_list: RoundList,
    candidates: Iterable[Candidate],
    eligible: Iterable[Candidate],
    selected: Iterable[Candidate],
) -> Sequence[AreaShare]:
    minimums: Mapping[UUID | None, int] = {
        UUID(area): least for area, least in round_list.area_minimums.items()
    }
    people, passed, winners = (
        Counter(one.resident.area_id for one in some) for some in (candidates, eligible, selected)
    )
    return [
        AreaShare(area, people[area], passed[area], winners[area], minimums.get(area, 0))
        for area in sorted({*people, *minimums}, key=str)
    ]


def _voices(session: Session, selection_round: Round) -> Voices:
    counted = session.execute(
        select(
            Nomination.source,
            Nomination.account_id,
            Nomination.household_group_id,
            func.count(),
        )
        .join(Nomination.round_list)
        .where(
            RoundList.community_id == selection_round.community_id,
            RoundList.round_id == selection_round.id,
            Nomination.state == "accepted",
        )
        .group_by(Nomination.source, Nomination.account_id, Nomination.household_group_id)
    ).tuples()
    by_source, by_account, by_group = Counter[str](), Counter[UUID](), Counter[UUID]()
    for source, account_id, group_id, voices in counted:
        by_source[source] += voices
        # Who types in what others say does not nominate.
        if source == "staff" and account_id is not None:
            by_account[account_id] += voices
        if group_id is not None:
            by_group[group_id] += voices
    return Voices(by_source, by_account, by_group)
