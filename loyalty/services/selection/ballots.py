"""Ballots: what the panel gives each candidate, from 0 to 100, until the list is frozen."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from loyalty.models import Ballot, Candidate, Deed, Nomination, Panellist, Round
from loyalty.rules.calendar import Month
from loyalty.rules.outcome import Outcome
from loyalty.rules.panel import (
    Conflict,
    MissingBallot,
    Nominee,
    Seat,
    find_conflict,
    find_missing_ballots,
)
from loyalty.rules.selection import RoundObstacle, RoundState
from loyalty.services.deeds.deeds import sum_points
from loyalty.services.errors import RoundStateError, ValueRefusedError
from loyalty.services.selection.at_work import RoundAtWork, read_ballots
from loyalty.services.selection.conflicts import write_down_detected
from loyalty.services.selection.panel import held_seat, seat_of
from loyalty.services.selection.planning import held_round, round_of
from loyalty.services.work import Work

ONE_BALLOT = ("community_id", "panellist_id", "candidate_id")
"""Whose there is one of."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one candidate is given."""

    candidate_id: UUID
    score: int
    """In whole points, from 0 to 100."""


@dataclass(frozen=True, slots=True)
class CastBallots:
    """The ballots of one panellist, or some of them; one that was cast before is replaced."""

    round_id: UUID
    marks: Sequence[Mark]
    account_id: UUID | None = None
    """Whose signed score sheet staff hold; None is the actor's own."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One candidate on a panellist's score sheet."""

    candidate: Candidate
    points: int
    """Capped deed points of the month, in hundredths."""
    deeds: Sequence[Deed]
    """What was done in the month, the earliest first."""
    voices: Sequence[Nomination]
    """Who spoke for the candidate, and why."""
    conflict: Conflict | None
    """What bars the panellist from scoring this candidate."""
    score: int | None
    """What the panellist gave; None if nothing yet."""


def cast_ballots(work: Work, request: CastBallots) -> Sequence[SheetLine]:
    """Write down a panellist's ballots, all or none, and return the score sheet.

    Raises:
        NotAllowedError: the actor has no seat on the panel, or speaks for somebody else.
        RoundStateError: the round is not in review, its list is frozen, or a conflict of interest
            bars one of the ballots.
        ValueRefusedError: somebody who is no candidate is scored.
    """
    selection_round = held_round(work, request.round_id, RoundState.REVIEW)
    panellist = held_seat(work, request.round_id, request.account_id)
    at_work = RoundAtWork.of(work, selection_round)
    sheet = _sheet(at_work, panellist)
    _refuse_bad_marks(request.marks, {line.candidate.id: line.conflict for line in sheet})
    for mark in request.marks:
        written = {"score": mark.score, "entered_by": work.actor.account_id, "entered_at": work.now}
        work.session.execute(
            insert(Ballot)
            .values(
                community_id=panellist.community_id,
                panellist_id=panellist.id,
                candidate_id=mark.candidate_id,
                **written,
            )
            .on_conflict_do_update(index_elements=ONE_BALLOT, set_=written)
        )
    work.note(
        "ballots.cast",
        panellist,
        ballots={str(mark.candidate_id): mark.score for mark in request.marks},
    )
    return _sheet(at_work, panellist)


def score_sheet(work: Work, round_id: UUID, *, account_id: UUID | None) -> Sequence[SheetLine]:
    """Return the candidates a panellist is to score, with what was given so far.

    Raises:
        NotAllowedError: the actor has no seat on the panel, or asks for somebody else's sheet.
        UnknownRecordError: there is no such round.
    """
    selection_round = round_of(work, round_id)
    seat = seat_of(work, round_id, account_id)
    return _sheet(RoundAtWork.of(work, selection_round), seat)


def missing_in(at_work: RoundAtWork) -> Sequence[MissingBallot]:
    """Return which ballots the panel owes still, while the round is in review; else none."""
    selection_round = at_work.selection_round
    if selection_round.state != RoundState.REVIEW or selection_round.frozen_at is not None:
        return ()
    if not at_work.seats:
        return ()
    cast = {(one.panellist_id, one.candidate_id) for one in at_work.ballots}
    nominees = _nominees(at_work.candidates_who_are(Outcome.ELIGIBLE))
    return find_missing_ballots(at_work.seats, nominees, cast)


def close_ballots(
    at_work: RoundAtWork, candidates: Iterable[Candidate]
) -> Mapping[UUID, Sequence[int]]:
    """Return candidate → the ballots that count, at the freeze; a conflict takes a ballot out."""
    write_down_detected(at_work, _nominees(candidates))
    given = defaultdict[UUID, list[int]](list)
    for ballot in read_ballots(at_work.session, at_work.selection_round):
        given[ballot.candidate_id].append(ballot.score)
    return given


def _sheet(at_work: RoundAtWork, panellist: Panellist) -> Sequence[SheetLine]:
    session, selection_round = at_work.session, at_work.selection_round
    candidates = at_work.candidates_who_are(Outcome.ELIGIBLE)
    points = sum_points(
        session,
        selection_round.community_id,
        [one.resident_id for one in candidates],
        Month.of(selection_round.month),
    )
    seat = _seat_among(at_work.seats, panellist)
    given = {
        ballot.candidate_id: ballot.score
        for ballot in read_ballots(session, selection_round)
        if ballot.panellist_id == panellist.id
    }
    deeds, voices = (
        _deeds(session, selection_round, candidates),
        _voices(session, selection_round, candidates),
    )
    return [
        SheetLine(
            candidate=candidate,
            points=points[candidate.resident_id],
            deeds=deeds[candidate.resident_id],
            voices=voices[candidate.id],
            conflict=find_conflict(seat, nominee),
            score=given.get(candidate.id),
        )
        for candidate, nominee in zip(candidates, _nominees(candidates), strict=True)
    ]


def _deeds(
    session: Session, selection_round: Round, candidates: Iterable[Candidate]
) -> Mapping[UUID, list[Deed]]:
    month = Month.of(selection_round.month)
    done = defaultdict[UUID, list[Deed]](list)
    for deed in session.scalars(
        select(Deed)
        .options(joinedload(Deed.kind))
        .where(
            Deed.community_id == selection_round.community_id,
            Deed.resident_id.in_([one.resident_id for one in candidates]),
            Deed.done_on.between(month.first, month.last),
        )
        .order_by(Deed.done_on, Deed.id)
    ):
        done[deed.resident_id].append(deed)
    return done


def _voices(
    session: Session, selection_round: Round, candidates: Iterable[Candidate]
) -> Mapping[UUID | None, list[Nomination]]:
    spoken = defaultdict[UUID | None, list[Nomination]](list)
    for voice in session.scalars(
        select(Nomination)
        .where(
            Nomination.community_id == selection_round.community_id,
            Nomination.candidate_id.in_([one.id for one in candidates]),
        )
        .order_by(Nomination.id)
    ):
        spoken[voice.candidate_id].append(voice)
    return spoken


def _seat_among(seats: Iterable[Seat], panellist: Panellist) -> Seat:
    return next(seat for seat in seats if seat.panellist == panellist.id)


def _nominees(candidates: Iterable[Candidate]) -> list[Nominee]:
    return [
        Nominee(
            candidate=candidate.id,
            resident=candidate.resident_id,
            household=candidate.resident.household_key,
        )
        for candidate in candidates
    ]


def _refuse_bad_marks(marks: Sequence[Mark], conflicts: Mapping[UUID, Conflict | None]) -> None:
    for place, mark in enumerate(marks):
        if mark.candidate_id not in conflicts:
            raise ValueRefusedError(
                f"/ballots/{place}/candidate_id", "No candidate who has passed the screening."
            )
    barred = [str(one.candidate_id) for one in marks if conflicts[one.candidate_id] is not None]
    if barred:
        raise RoundStateError(
            f"The panellist may not score {', '.join(barred)}.",
            [RoundObstacle.CONFLICT_OF_INTEREST],
        )
