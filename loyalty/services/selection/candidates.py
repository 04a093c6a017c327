"""The candidates of a round, with what stands against them; and who does not want to be one."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.models import Candidate, Round
from loyalty.rules.eligibility import Ground, Reason
from loyalty.rules.outcome import Outcome
from loyalty.rules.selection import RoundState
from loyalty.services.errors import UnknownRecordError
from loyalty.services.paging import Page, fetch_asked
from loyalty.services.selection.at_work import select_candidates
from loyalty.services.selection.planning import held_round, round_of
from loyalty.services.selection.screening import write_down
from loyalty.services.work import Work


@dataclass(frozen=True, slots=True)
class FindCandidates:
    """Which of a round's candidates are wanted."""

    round_id: UUID
    limit: int
    after: UUID | None = None
    outcome: Outcome | None = None


def find_candidates(work: Work, request: FindCandidates) -> Page[Candidate]:
    """Return the candidates of a round with resident and honour, the first nominated first."""
    query = select_candidates(round_of(work, request.round_id))
    if request.outcome is not None:
        query = query.where(Candidate.outcome == request.outcome.value)
    return fetch_asked(work.session, query, Candidate, request)


def candidate_of(session: Session, selection_round: Round, candidate_id: UUID) -> Candidate:
    """Return a candidate of a round with resident and honour.

    Raises:
        UnknownRecordError: the round has no such candidate.
    """
    candidate = session.scalar(
        select_candidates(selection_round)
        .where(Candidate.id == candidate_id)
        .execution_options(populate_existing=True)
    )
    if candidate is None:
        raise UnknownRecordError("The round has no such candidate.")
    return candidate


def decline(work: Work, round_id: UUID, candidate_id: UUID) -> Candidate:
    """Write down that a nominee does not want to be chosen.

    Once the list is frozen it stays as it was hashed. Whoever declines then withdraws the consent
    to take part, and is removed when the round is confirmed.

    Raises:
        RoundStateError: the list is frozen, or the round has no candidates yet.
        UnknownRecordError: there is no such round or candidate.
    """
    states = (RoundState.OPEN, RoundState.SCREENING, RoundState.REVIEW)
    selection_round = held_round(work, round_id, *states)
    candidate = candidate_of(work.session, selection_round, candidate_id)
    candidate.outcome = Outcome.DECLINED
    write_down(candidate, [Ground(Reason.DECLINED)])
    work.note("candidate.declined", candidate)
    return candidate
