"""How far a round is: how many stand where, and what is still owed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Candidate, Nomination, Panellist, Round, RoundList
from loyalty.rules.outcome import Outcome
from loyalty.services.ballots import missing_in
from loyalty.services.objections import open_objections
from loyalty.services.panel import panellists_of
from loyalty.services.working_days import last_day_of, years_without_table


@dataclass(frozen=True, slots=True)
class Progress:
    """What is done in a round, and what is owed, in people."""

    standing: Mapping[tuple[UUID, str], int]
    """List and outcome → how many candidates."""
    pending: int
    """Nominations of the public for which nobody has found out yet who is meant."""
    panel: Sequence[Panellist]
    """Who sits on it now."""
    owed: Mapping[UUID, int]
    """Panellist → how many ballots they have not cast yet."""
    unscorable: int
    """Candidates whom everybody on the panel is barred from scoring."""
    open_objections: int

    def people(self, *outcomes: Outcome, list_id: UUID | None = None) -> int:
        """Return how many candidates came out so far as named; all of them if nothing is named."""
        return sum(
            number
            for (on, outcome), number in self.standing.items()
            if (not outcomes or outcome in outcomes) and list_id in {None, on}
        )


@dataclass(frozen=True, slots=True)
class NoticeDays:
    """When a notice that is published today would end."""

    last: date
    """Included."""
    official: bool
    """Whether the published calendar holds its days; if not, Monday to Friday are reckoned."""


def progress_of(session: Session, selection_round: Round) -> Progress:
    """Return how far a round is."""
    standing = session.execute(
        select(Candidate.list_id, Candidate.outcome, func.count())
        .join(Candidate.round_list)
        .where(RoundList.round_id == selection_round.id)
        .group_by(Candidate.list_id, Candidate.outcome)
    ).tuples()
    missing = missing_in(session, selection_round)
    owed = Counter(one.panellist for one in missing if one.panellist is not None)
    return Progress(
        standing={(list_id, outcome): number for list_id, outcome, number in standing},
        pending=_pending(session, selection_round.id),
        panel=[one for one in panellists_of(session, selection_round.id) if one.left_at is None],
        owed=owed,
        unscorable=len(missing) - owed.total(),
        open_objections=open_objections(session, selection_round),
    )


def notice_days(session: Session, selection_round: Round, *, today: date) -> NoticeDays:
    """Return when the notice of a round would end if it were published today."""
    last = last_day_of(
        session, selection_round.community_id, today, selection_round.notice_working_days
    )
    unknown = years_without_table(session, selection_round.community_id, today.year, last.year)
    return NoticeDays(last, official=not unknown)


def _pending(session: Session, round_id: UUID) -> int:
    query = (
        select(func.count())
        .select_from(Nomination)
        .join(Nomination.round_list)
        .where(RoundList.round_id == round_id, Nomination.state == "pending")
    )
    return session.scalar(query) or 0
