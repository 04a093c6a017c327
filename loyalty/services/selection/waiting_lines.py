"""The lines of a round that have no card yet: which of them may have one, and which must wait."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from loyalty.models import Candidate, Card, Objection, Round, RoundList
from loyalty.rules.notice import notice_over
from loyalty.rules.outcome import Outcome


def lines_without_card(session: Session, selection_round: Round) -> Sequence[Candidate]:
    """Return who stands on the lists and has no card of the round, with honour, list by list."""
    has_card = exists().where(
        Card.round_id == selection_round.id, Card.resident_id == Candidate.resident_id
    )
    return session.scalars(
        select(Candidate)
        .join(Candidate.round_list)
        .where(
            RoundList.round_id == selection_round.id,
            Candidate.outcome == Outcome.SELECTED.value,
            ~has_card,
        )
        .options(joinedload(Candidate.round_list).joinedload(RoundList.honour))
        .order_by(RoundList.id, Candidate.place)
    ).all()


def ready_lines(session: Session, selection_round: Round, *, now: datetime) -> list[Candidate]:
    """Return the lines without card that wait for nothing.

    Their own notice has ended, before the confirmation where the round is confirmed, and every
    objection to the person is answered.
    """
    judged_at = selection_round.confirmed_at or now
    day = judged_at.astimezone(now.tzinfo).date()
    disputed = _disputed(session, selection_round)
    return [
        line
        for line in lines_without_card(session, selection_round)
        if _notice_over(line, day) and line.resident_id not in disputed
    ]


def disputable_lines(
    session: Session, selection_round: Round, *, now: datetime
) -> Sequence[Candidate]:
    """Return the lines to which objections are taken in while the notice runs.

    That is all of them until the confirmation, and what was not confirmed after it.
    """
    waiting = lines_without_card(session, selection_round)
    if selection_round.confirmed_at is None:
        return waiting
    confirmed = ready_lines(session, selection_round, now=now)
    return [line for line in waiting if line not in confirmed]


def _notice_over(line: Candidate, day: date) -> bool:
    return line.notice_last is not None and notice_over(line.notice_last, day)


def _disputed(session: Session, selection_round: Round) -> frozenset[UUID]:
    return frozenset(
        session.scalars(
            select(Candidate.resident_id)
            .join(Objection, Objection.candidate_id == Candidate.id)
            .where(Objection.round_id == selection_round.id, Objection.decided_at.is_(None))
        )
    )
