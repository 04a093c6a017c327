"""The lottery in public: first the list is frozen and hashed, then chance gives a seed."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from loyalty.models import Candidate, Round, RoundList
from loyalty.rules import ranking
from loyalty.rules.calendar import Month
from loyalty.rules.chances import find_chances, find_trials
from loyalty.rules.eligibility import Ground, Reason
from loyalty.rules.lottery import hash_list
from loyalty.rules.outcome import Outcome
from loyalty.rules.record import (
    FrozenList,
    Opening,
    draw_lots,
    lists_in,
    rank_round,
    record_of,
)
from loyalty.rules.seats import find_reasons_without_seat
from loyalty.rules.seed_source import NamedSource
from loyalty.services.deeds.deeds import sum_points
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.ballots import close_ballots
from loyalty.services.selection.screening import (
    Seated,
    draw_order,
    grounds_of,
    history_of,
    judge,
    write_down,
)
from loyalty.services.selection.seeds import check_witnesses, seed_of, source_of


def freeze(at_work: RoundAtWork, source: NamedSource) -> None:
    """Score the candidates, and close the list: it is public before the seed exists.

    Args:
        source: what will give the seed; it stands in the list, and so in the hash.
    """
    session, selection_round = at_work.session, at_work.selection_round
    candidates = at_work.candidates_who_are(Outcome.ELIGIBLE)
    history = history_of(session, selection_round, candidates)
    residents = [candidate.resident_id for candidate in candidates]
    points = sum_points(session, selection_round.community_id, residents, history.month)
    ballots = close_ballots(at_work, candidates)
    for candidate in candidates:
        score = ranking.score_of(
            points.get(candidate.resident_id, 0), ballots.get(candidate.id, ())
        )
        candidate.score_hundredths = score
        candidate.awards = history.awards(candidate.resident_id)
        judge(candidate, grounds_of(candidate, history, score=score))
    lists = _frozen_lists(selection_round, candidates)
    trials = find_trials(lists)
    record = record_of(lists, Opening(source, trials, find_chances(lists, trials)))
    selection_round.frozen_list = record
    selection_round.frozen_hash = hash_list(record.encode())
    selection_round.frozen_at = at_work.now


def draw(at_work: RoundAtWork, *, seed: str, witnesses: Sequence[str]) -> None:
    """Draw the lots, and rank every list by the frozen record alone.

    Args:
        seed: what the source that the list names has given.
        witnesses: the names of two people who saw it; none are those whom the list names.

    Raises:
        ValueRefusedError: the source cannot have given this seed, or two people are missing.
    """
    selection_round = at_work.selection_round
    source = source_of(selection_round)
    seed = seed_of(selection_round, seed)
    witnesses = witnesses or (source.witnesses if source else ())
    check_witnesses(witnesses)
    lists = draw_lots(lists_in(selection_round.frozen_list or ""), seed)
    rows = {
        (reference_of(selection_round, row.round_list), row.reference): row
        for row in at_work.candidates_who_are(Outcome.ELIGIBLE)
    }
    for row in rows.values():
        row.outcome = Outcome.NOT_SELECTED
    for frozen, ranked in zip(lists, rank_round(lists), strict=True):
        for one in frozen.candidates:
            rows[frozen.reference, one.reference].lot = one.lot
        placed = (*ranked.selected, *ranked.reserves)
        for place, one in enumerate(placed, start=1):
            row = rows[frozen.reference, one.reference]
            selected = place <= len(ranked.selected)
            row.place, row.outcome = place, Outcome.SELECTED if selected else Outcome.RESERVE
    _say_why_not_selected(rows, lists)
    selection_round.seed = seed
    selection_round.witnesses = list(witnesses)
    selection_round.drawn_at = at_work.now


def _say_why_not_selected(
    rows: Mapping[tuple[str, str], Candidate], lists: Sequence[FrozenList]
) -> None:
    """Write down, for everybody who has no seat, the reason."""
    reasons = find_reasons_without_seat(lists)
    seated = Seated.of(rows.values())
    for who, row in rows.items():
        if row.outcome != Outcome.SELECTED:
            reason = seated.reason_against(row) or reasons.get(who, Reason.HOUSEHOLD_REPRESENTED)
            write_down(row, [Ground(reason)])


def _frozen_lists(selection_round: Round, candidates: Sequence[Candidate]) -> Sequence[FrozenList]:
    """Return the lists as they are published: neither names nor addresses, numbers in their place.

    Households are numbered in the order of random references, so their numbers tell nothing.
    """
    households: dict[str, str] = {}
    frozen: dict[UUID, list[ranking.Candidate]] = {one.id: [] for one in selection_round.lists}
    for candidate in _one_of_each_household(candidates):
        resident = candidate.resident
        household = households.setdefault(resident.household_key, f"H-{len(households) + 1}")
        frozen[candidate.list_id].append(
            ranking.Candidate(
                reference=candidate.reference,
                area=str(resident.area_id) if resident.area_id else None,
                household=household,
                score=candidate.score_hundredths,
                awards=candidate.awards,
                lot="",
            )
        )
    return [
        FrozenList(
            reference=reference_of(selection_round, one),
            quota=one.quota,
            area_minimums=one.area_minimums,
            candidates=tuple(frozen[one.id]),
        )
        for one in sorted(selection_round.lists, key=draw_order)
    ]


def _one_of_each_household(candidates: Iterable[Candidate]) -> Sequence[Candidate]:
    """Return, for each list, the best eligible candidate of each household, by their references.

    A large household has one lot like a small one, and the published list does not tell that
    somebody of a winner's household was left behind. Between equals the random reference decides.
    """
    best: dict[tuple[UUID, str], Candidate] = {}
    for one in sorted(
        candidates, key=lambda one: (-one.score_hundredths, one.awards, one.reference)
    ):
        if one.outcome == Outcome.ELIGIBLE:
            best.setdefault((one.list_id, one.resident.household_key), one)
    return sorted(best.values(), key=lambda one: one.reference)


def reference_of(selection_round: Round, round_list: RoundList) -> str:
    """Return what a list is called in public records: month and honour."""
    return f"{Month.of(selection_round.month)}/{round_list.honour.code}"
